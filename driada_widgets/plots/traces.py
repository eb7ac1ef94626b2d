"""Stacked traces, and features under each other, on a clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.plots.page import (
    PALETTE,
    UNKNOWN_UNIT,
    Page,
    Theme,
    accent,
    add_axes,
    label_text,
    mark_bad,
    new_figure,
    number,
    set_title,
    time_axis,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["plot_features", "plot_traces"]

LEFT, RIGHT, TOP, BOTTOM = 92, 24, 34, 52
TRACE_PX, FEATURE_PX, GAP_PX = 36, 88, 14


def plot_traces(
    calcium: NDArray[Any],
    *,
    fps: float,
    cells: Sequence[int] = range(10),
    n_total: int | None = None,
    bad: Sequence[tuple[int, int]] = (),
    unit: str = UNKNOWN_UNIT,
    theme: Theme = "light",
) -> Figure:
    """Draw stacked traces, all on one scale.

    Parameters
    ----------
    calcium
        Neural data, shape ``(n_cells, n_frames)``.
    fps
        Frame rate in Hz.
    cells
        Rows to draw, the first at the top; those that do not exist are left out.
    n_total
        Neurons that there are, if ``calcium`` holds but some of them.
    bad
        Half-open ranges of bad frames, drawn hatched.
    unit
        Unit of the traces.
    theme
        Light or dark ground.

    Returns
    -------
    Figure
        One axis, time in seconds.

    Examples
    --------
    >>> import numpy as np
    >>> plot_traces(np.random.default_rng(0).random((3, 200)), fps=20.0).axes[0].get_xlabel()
    'Time (s)'
    """
    rows = [cell for cell in cells if cell < calcium.shape[0]]
    n_frames = calcium.shape[1]
    height = TRACE_PX * max(1, len(rows))
    page = Page(height=TOP + height + BOTTOM, theme=theme)
    figure = new_figure(page)
    axes = add_axes(figure, page, (LEFT, TOP, page.width - LEFT - RIGHT, height))
    traces = np.asarray(calcium[rows], dtype=np.float64) if rows else np.empty((0, n_frames))
    spans = [float(np.ptp(trace[np.isfinite(trace)])) for trace in traces if _has_value(trace)]
    step = max(spans, default=0.0) * 0.8 or 1.0
    frames = np.arange(n_frames) + 0.5
    for place, trace in enumerate(traces):
        axes.plot(frames, trace - place * step, color=accent(theme), linewidth=0.6)
    axes.set_yticks([-place * step for place in range(len(rows))], [str(cell) for cell in rows])
    axes.set_ylabel("Neuron")
    set_title(
        axes,
        page,
        f"{len(rows)} of {number(n_total or calcium.shape[0])} neurons; "
        f"rows are {step:.3g} {label_text(unit, limit=30)} apart",
    )
    mark_bad(axes, bad, page, start=0, stop=n_frames)
    time_axis(axes, 0, n_frames, fps=fps, unit="s")
    return figure


def plot_features(
    features: Mapping[str, NDArray[Any]],
    *,
    fps: float,
    bad: Sequence[tuple[int, int]] = (),
    theme: Theme = "light",
) -> Figure:
    """Draw features under each other on one clock.

    Parameters
    ----------
    features
        Name to values, ``(n_frames,)`` or ``(n_components, n_frames)``; at least one.
    fps
        Frame rate in Hz.
    bad
        Half-open ranges of bad frames, drawn hatched.
    theme
        Light or dark ground.

    Returns
    -------
    Figure
        One axis a feature.
    """
    step = FEATURE_PX + GAP_PX
    page = Page(height=GAP_PX + step * max(1, len(features)) + BOTTOM, theme=theme)
    figure = new_figure(page)
    for place, (name, values) in enumerate(features.items()):
        width = page.width - LEFT - RIGHT
        axes = add_axes(figure, page, (LEFT, GAP_PX + place * step, width, FEATURE_PX))
        components = np.atleast_2d(values)
        frames = np.arange(components.shape[1]) + 0.5
        for component, colour in zip(components, PALETTE, strict=False):
            axes.plot(frames, component, color=colour, linewidth=0.7)
        axes.set_ylabel(f"{label_text(name)}\n(a.u.)")
        mark_bad(axes, bad, page, start=0, stop=len(frames))
        time_axis(axes, 0, len(frames), fps=fps, unit="s")
        if place + 1 < len(features):
            axes.set_xlabel("")
            axes.tick_params(labelbottom=False)
    return figure


def _has_value(trace: NDArray[np.float64]) -> bool:
    return bool(np.isfinite(trace).any())

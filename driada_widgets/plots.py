"""Figures from plain arrays: traces, heatmap, features, trajectory. The only user of matplotlib.

Each function returns a ``matplotlib.figure.Figure`` made without ``pyplot``, so it is safe in any
thread; a notebook shows it, ``figure.savefig`` writes it. Every axis has a label and a unit.
Colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/) and cividis, which people
with any colour vision can tell apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["max_pool", "plot_features", "plot_heatmap", "plot_traces", "plot_trajectory"]

Theme = Literal["light", "dark"]

BAD_COLOUR = "#E69F00"
ACCENT_COLOUR = "#0072B2"
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442")
INK = {"light": ("#ffffff", "#222222"), "dark": ("#111111", "#e0e0e0")}
UNKNOWN_UNIT = "a.u. (unit unknown)"


def plot_traces(
    calcium: NDArray[Any],
    *,
    fps: float,
    cells: Sequence[int] = range(10),
    bad: Sequence[tuple[int, int]] = (),
    unit: str = UNKNOWN_UNIT,
    theme: Theme = "light",
) -> Figure:
    """Draw stacked traces with a scale bar.

    Parameters
    ----------
    calcium
        Neural data, shape ``(n_cells, n_frames)``.
    fps
        Frame rate in Hz.
    cells
        Rows to draw, the first at the top; those that do not exist are left out.
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
    figure, axes = _figure(theme, height=1.0 + 0.38 * len(rows))
    traces = np.asarray(calcium[rows], dtype=np.float64) if rows else np.empty((0, 0))
    step = float(np.nanmax(np.ptp(traces, axis=1), initial=0.0)) * 0.8 or 1.0
    time_sec = np.arange(calcium.shape[1]) / fps
    for place, trace in enumerate(traces):
        axes.plot(time_sec, trace - place * step, color=ACCENT_COLOUR, linewidth=0.6)
    axes.set_yticks([-place * step for place in range(len(rows))], [str(cell) for cell in rows])
    axes.set_ylabel("Neuron")
    axes.set_title(
        f"{len(rows)} of {calcium.shape[0]:,} neurons; spacing {step:.3g} {unit}", fontsize=9
    )
    _finish_time_axis(axes, time_sec, bad, fps)
    return figure


def max_pool(calcium: NDArray[Any], n_columns: int) -> NDArray[np.float32]:
    """Reduce frames to columns by their maximum, so that no event disappears from a picture.

    Parameters
    ----------
    calcium
        Shape ``(n_cells, n_frames)``.
    n_columns
        Greatest number of columns.

    Returns
    -------
    array
        Shape ``(n_cells, n)``, ``n <= n_columns``; NaN counts only where a column has nothing else.
    """
    n_cells, n_frames = calcium.shape
    step = max(1, -(-n_frames // max(1, n_columns)))
    whole = n_frames // step
    pooled = np.empty((n_cells, -(-n_frames // step)), dtype=np.float32)
    for row in range(n_cells):
        trace = calcium[row]
        np.fmax.reduce(trace[: whole * step].reshape(whole, step), axis=1, out=pooled[row, :whole])
        if whole * step < n_frames:
            pooled[row, whole] = np.fmax.reduce(trace[whole * step :])
    return pooled


def plot_heatmap(
    calcium: NDArray[Any],
    *,
    fps: float,
    order: Sequence[int] | None = None,
    bad: Sequence[tuple[int, int]] = (),
    n_columns: int = 1200,
    theme: Theme = "light",
) -> Figure:
    """Draw all neurons as an image, each row scaled to its own 1st to 99th percentile.

    Parameters
    ----------
    calcium
        Neural data, shape ``(n_cells, n_frames)``.
    fps
        Frame rate in Hz.
    order
        Rows from top to bottom; ``None``: as stored.
    bad
        Half-open ranges of bad frames, drawn hatched.
    n_columns
        Columns of the picture; each shows the largest value of its frames.
    theme
        Light or dark ground.

    Returns
    -------
    Figure
        The image with a colour bar.
    """
    pooled = max_pool(calcium, n_columns)
    if order is not None:
        pooled = pooled[list(order)]
    low, high = np.nanpercentile(pooled, (1, 99), axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = np.nan_to_num(np.clip((pooled - low) / (high - low), 0, 1))
    figure, axes = _figure(theme, height=4.2)
    duration_sec = calcium.shape[1] / fps
    image = axes.imshow(
        scaled,
        aspect="auto",
        cmap="cividis",
        interpolation="nearest",
        extent=(0, duration_sec, calcium.shape[0], 0),
    )
    axes.set_ylabel("Neuron" if order is None else "Neuron (sorted)")
    bar = figure.colorbar(image, ax=axes, pad=0.01)
    bar.set_label("Activity, each neuron 0 to 1")
    bar.ax.tick_params(colors=INK[theme][1])
    bar.ax.yaxis.label.set_color(INK[theme][1])
    _finish_time_axis(axes, np.array([0.0, duration_sec]), bad, fps)
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
    figure, axes_list = _figure_rows(theme, len(features))
    for axes, (name, values) in zip(axes_list, features.items(), strict=True):
        components = np.atleast_2d(values)
        time_sec = np.arange(components.shape[1]) / fps
        for component, colour in zip(components, PALETTE, strict=False):
            axes.plot(time_sec, component, color=colour, linewidth=0.7)
        axes.set_ylabel(f"{name[:24]}\n(a.u.)", fontsize=8)
        _finish_time_axis(axes, time_sec, bad, fps)
    for axes in axes_list[:-1]:
        axes.set_xlabel("")
        axes.tick_params(labelbottom=False)
    return figure


def plot_trajectory(
    position: NDArray[Any],
    *,
    fps: float,
    colour_by: NDArray[Any] | None = None,
    label: str = "Time (s)",
    theme: Theme = "light",
) -> Figure:
    """Draw a two-dimensional path, coloured by time or by activity.

    Parameters
    ----------
    position
        Shape ``(2, n_frames)``.
    fps
        Frame rate in Hz.
    colour_by
        One value a frame, such as a neuron's trace; ``None``: time in seconds.
    label
        Name and unit of ``colour_by``.
    theme
        Light or dark ground.

    Returns
    -------
    Figure
        One axis of equal scale.
    """
    figure, axes = _figure(theme, height=4.4)
    values = np.arange(position.shape[1]) / fps if colour_by is None else colour_by
    axes.plot(position[0], position[1], color="#999999", linewidth=0.4, zorder=1)
    points = axes.scatter(position[0], position[1], c=values, cmap="cividis", s=4, zorder=2)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel(f"x ({UNKNOWN_UNIT})")
    axes.set_ylabel(f"y ({UNKNOWN_UNIT})")
    bar = figure.colorbar(points, ax=axes, pad=0.02)
    bar.set_label(label, color=INK[theme][1])
    bar.ax.tick_params(colors=INK[theme][1])
    return figure


def _figure(theme: Theme, *, height: float) -> tuple[Figure, Axes]:
    figure, (axes,) = _figure_rows(theme, 1, height=height)
    return figure, axes


def _figure_rows(
    theme: Theme, n_rows: int, *, height: float | None = None
) -> tuple[Figure, list[Axes]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    ground, ink = INK[theme]
    size = (9.0, height if height is not None else 0.6 + 1.1 * n_rows)
    figure = Figure(figsize=size, layout="constrained", facecolor=ground)
    FigureCanvasAgg(figure)
    found = figure.subplots(n_rows, 1, sharex=True, squeeze=False)
    axes_list = [axes for (axes,) in found]
    for axes in axes_list:
        axes.set_facecolor(ground)
        axes.tick_params(colors=ink)
        for part in (axes.xaxis.label, axes.yaxis.label, axes.title, *axes.spines.values()):
            part.set_color(ink)
        axes.spines[["top", "right"]].set_visible(False)
    return figure, axes_list


def _finish_time_axis(
    axes: Axes, time_sec: NDArray[np.float64], bad: Sequence[tuple[int, int]], fps: float
) -> None:
    for start, stop in bad:
        axes.axvspan(
            start / fps,
            stop / fps,
            facecolor="none",
            edgecolor=BAD_COLOUR,
            hatch="///",
            linewidth=0.8,
        )
    axes.set_xlim(0, max(float(time_sec[-1]), 1 / fps) if len(time_sec) else 1)
    axes.set_xlabel("Time (s)")

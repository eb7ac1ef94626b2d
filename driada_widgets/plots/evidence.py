"""The values behind a feature's type: how often each occurs, and how the series begins and ends."""

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
    new_figure,
    number,
    set_title,
    time_axis,
    value_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["find_wraps", "plot_type_evidence"]

LEFT, RIGHT, TOP, BOTTOM, GAP = 84, 26, 30, 48, 72
BETWEEN = 36
"""Room between the beginning and the end."""
MAX_BARS = 40
"""Up to so many distinct values, each has its own bar."""
MAX_TICKS = 10
"""Up to so many distinct values, each is named on the axis."""
N_BINS = 60
N_ENDS = 200
"""Frames shown of the beginning and of the end."""
WRAP_SHARE = 0.8
"""A step of more than this share of the range, across the middle, is a wrap."""
N_WRAPS_SEEN = 6


def find_wraps(values: NDArray[Any]) -> NDArray[np.intp]:
    """Give the frames at which an angle wraps around: after a step of most of its range."""
    numbers = np.asarray(values, dtype=np.float64)
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return np.empty(0, dtype=np.intp)
    centred = numbers - finite.mean()
    with np.errstate(invalid="ignore"):
        is_wrap = np.abs(np.diff(numbers)) > WRAP_SHARE * np.ptp(finite)
        is_wrap &= centred[:-1] * centred[1:] < 0
    return np.flatnonzero(is_wrap) + 1


def plot_type_evidence(
    values: NDArray[Any],
    *,
    name: str,
    fps: float | None,
    circular: bool = False,
    page: Page | None = None,
    theme: Theme = "light",
) -> Figure:
    """Draw what the type of a feature rests on.

    Parameters
    ----------
    values
        Shape ``(n_frames,)``.
    name
        Of the feature, for its axis.
    fps
        Frame rate in Hz; ``None``: unknown, then time is in frames.
    circular
        Show the frames around wraps, rather than the first and the last ones.
    page
        Size and theme; ``None``: a small strip.
    theme
        Light or dark ground, where no page is given.

    Returns
    -------
    Figure
        A histogram, then one axis with wraps or two with the beginning and the end.
    """
    page = page or Page(width=760, height=210, theme=theme)
    figure = new_figure(page)
    width, height = page.width - LEFT - RIGHT, page.height - TOP - BOTTOM
    left_width = 0.36 * width
    histogram = add_axes(figure, page, (LEFT, TOP, left_width, height))
    _draw_histogram(histogram, values, name, page)
    left, room = LEFT + left_width + GAP, width - left_width - GAP
    wraps = find_wraps(values) if circular else np.empty(0, dtype=np.intp)
    if len(wraps):
        axes = add_axes(figure, page, (left, TOP, room, height))
        _draw_wraps(axes, values, wraps, fps, page)
        axes.set_ylabel(label_text(name))
        return figure
    n_shown = min(N_ENDS, len(values))
    parts = [(0, n_shown), (len(values) - n_shown, len(values))]
    if len(values) <= 2 * N_ENDS:
        parts = [(0, len(values))]
    each = (room - BETWEEN * (len(parts) - 1)) / len(parts)
    for place, (start, stop) in enumerate(parts):
        axes = add_axes(figure, page, (left + place * (each + BETWEEN), TOP, each, height))
        _draw_part(axes, values, (start, stop), fps, page)
        set_title(axes, page, _title(start, stop, len(values)))
        axes.set_ylim(histogram.get_xlim())
        if place:
            axes.tick_params(labelleft=False)
        else:
            axes.set_ylabel(label_text(name))
    return figure


def _draw_histogram(axes: Axes, values: NDArray[Any], name: str, page: Page) -> None:
    numbers = np.asarray(values, dtype=np.float64)
    finite = numbers[np.isfinite(numbers)]
    distinct, counts = np.unique(finite, return_counts=True)
    if len(distinct) <= MAX_BARS:
        gap = float(np.diff(distinct).min()) if len(distinct) > 1 else 1.0
        axes.bar(distinct, counts, width=0.8 * gap, color=accent(page.theme))
        words = f"{len(distinct)} distinct value{'' if len(distinct) == 1 else 's'}"
    else:
        axes.hist(finite, bins=N_BINS, color=accent(page.theme))
        words = f"{number(len(distinct))} distinct values"
    set_title(axes, page, f"{words} in {number(len(values))} frames")
    axes.set_xlabel(f"{label_text(name)}, {UNKNOWN_UNIT}")
    axes.set_ylabel("Frames")
    axes.locator_params(axis="y", nbins=4)
    axes.yaxis.set_major_formatter(lambda count, _: number(count))
    if 1 < len(distinct) <= MAX_TICKS:
        axes.set_xticks(distinct, [value_text(each, float(np.ptp(distinct))) for each in distinct])
    else:
        axes.locator_params(axis="x", nbins=6)


def _draw_wraps(
    axes: Axes, values: NDArray[Any], wraps: NDArray[np.intp], fps: float | None, page: Page
) -> None:
    start, stop = _around(wraps, len(values))
    _draw_part(axes, values, (start, stop), fps, page)
    seen = wraps[(wraps > start) & (wraps < stop)]
    axes.plot(
        seen,
        np.full(len(seen), 1.02),
        linestyle="none",
        marker="v",
        markersize=4,
        color=PALETTE[1],
        transform=axes.get_xaxis_transform(),
        clip_on=False,
    )
    noun = "wrap" if len(wraps) == 1 else "wraps"
    set_title(axes, page, f"{number(len(wraps))} {noun}, {len(seen)} of them here (▾)")


def _around(wraps: NDArray[np.intp], n_frames: int) -> tuple[int, int]:
    """Give the shortest stretch with a few wraps, and some frames around it."""
    n_seen = min(N_WRAPS_SEEN, len(wraps))
    lengths = wraps[n_seen - 1 :] - wraps[: len(wraps) - n_seen + 1]
    first = int(np.argmin(lengths))
    margin = max(20, int(lengths[first]) // 6)
    return max(0, int(wraps[first]) - margin), min(
        n_frames, int(wraps[first + n_seen - 1]) + margin
    )


def _draw_part(
    axes: Axes, values: NDArray[Any], window: tuple[int, int], fps: float | None, page: Page
) -> None:
    start, stop = window
    n_ticks = max(2, int(axes.get_position().width * page.width / 90))
    frames = np.arange(start, stop) + 0.5
    axes.plot(
        frames,
        np.asarray(values[start:stop], dtype=np.float64),
        color=accent(page.theme),
        linewidth=0.8,
        marker=".",
        markersize=3,
    )
    time_axis(axes, start, stop, fps=fps, unit="s", n_ticks=n_ticks)
    axes.locator_params(axis="y", nbins=5)


def _title(start: int, stop: int, n_frames: int) -> str:
    if stop - start == n_frames:
        return f"All {number(n_frames)} frames"
    return f"{'First' if start == 0 else 'Last'} {stop - start} frames"

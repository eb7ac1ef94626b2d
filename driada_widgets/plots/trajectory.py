"""A path in two dimensions, coloured by time or by activity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.plots.page import (
    CMAP,
    UNKNOWN_UNIT,
    Page,
    Theme,
    add_axes,
    colour_bar,
    label_text,
    new_figure,
    value_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from driada_widgets.plots.page import Box

__all__ = ["plot_trajectory"]

LEFT, RIGHT, TOP, BOTTOM = 82, 110, 12, 46
MARGIN = 0.04
"""Room around the path, as a share of it."""
MAX_ASPECT = 4.0
"""Longer paths leave room beside themselves."""
MAX_POINTS = 20_000
"""More points than a picture has room for; of more frames, every n-th is drawn."""


def plot_trajectory(
    position: NDArray[Any],
    *,
    fps: float,
    colour_by: NDArray[Any] | None = None,
    label: str = "Time (s)",
    names: tuple[str, str] = ("x", "y"),
    kept: NDArray[np.bool_] | None = None,
    start: int = 0,
    equal: bool = True,
    page: Page | None = None,
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
        One value a frame, such as a neuron's trace; ``None``: time in seconds. Colours reach from
        its 1st to its 99th percentile, and the largest values are drawn on top.
    label
        Name and unit of ``colour_by``.
    names
        Names of the two axes.
    kept
        Frames to draw, shape ``(n_frames,)``; the path is broken where others were. ``None``: all.
    start
        Frame of the recording that is the first here.
    equal
        Whether both axes have one scale, as those of a place have.
    page
        Size and theme; ``None``: a usual size.
    theme
        Light or dark ground, where no page is given.

    Returns
    -------
    Figure
        The path with a colour bar.
    """
    page = page or Page(width=760, height=560, theme=theme)
    path = np.asarray(position, dtype=np.float64)
    n_frames = path.shape[1]
    values = (start + np.arange(n_frames)) / fps
    by_time = colour_by is None
    if colour_by is not None:
        values = np.asarray(colour_by, dtype=np.float64)
    is_there = np.isfinite(path).all(axis=0) & np.isfinite(values)
    if kept is not None:
        is_there &= kept
    places = _thinned(is_there, None if by_time else values)
    low, high = _range(values[is_there], by_time=by_time)
    figure = new_figure(page)
    box = _box(path[:, is_there], page, equal=equal)
    axes = add_axes(figure, page, box)
    step = max(1, n_frames // MAX_POINTS)
    line = np.where(is_there, path, np.nan)[:, ::step]
    axes.plot(line[0], line[1], color=page.faint, linewidth=0.6, zorder=1)
    _draw_points(axes, path[:, places], (values[places] - low) / (high - low), by_time=by_time)
    axes.set_xlabel(f"{label_text(names[0])}, {UNKNOWN_UNIT}")
    axes.set_ylabel(f"{label_text(names[1])}, {UNKNOWN_UNIT}")
    if equal:
        _set_limits(axes, path[:, is_there], box)
    middle = (low + high) / 2
    ticks = [
        (place, value_text(value, high - low))
        for place, value in ((0, low), (0.5, middle), (1, high))
    ]
    colour_bar(figure, page, (box[0] + box[2] + 20, TOP, 12, min(box[3], 220)), ticks, label)
    return figure


def _draw_points(
    axes: Axes, points: NDArray[np.float64], shades: NDArray[np.float64], *, by_time: bool
) -> None:
    order = np.arange(len(shades)) if by_time else np.argsort(shades, kind="stable")
    x, y = points[:, order]
    axes.scatter(x, y, c=shades[order], cmap=CMAP, vmin=0, vmax=1, s=9, linewidths=0, zorder=2)


def _box(places: NDArray[np.float64], page: Page, *, equal: bool) -> Box:
    """Give the place of the axes: as large as the page, or as wide as the path is to its height."""
    width, height = max(50, page.width - LEFT - RIGHT), max(50, page.height - TOP - BOTTOM)
    if not equal or not places.size:
        return LEFT, TOP, width, height
    wide, high = np.maximum(np.ptp(places, axis=1), np.ptp(places) / MAX_ASPECT)
    used = width if high == 0 else min(width, max(height * wide / high, height / MAX_ASPECT))
    return LEFT + (width - used) / 2, TOP, used, height


def _set_limits(axes: Axes, places: NDArray[np.float64], box: Box) -> None:
    """Show all places with the same scale on both axes."""
    if not places.size:
        return
    middle = (places.min(axis=1) + places.max(axis=1)) / 2
    wide, high = np.ptp(places, axis=1) * (1 + 2 * MARGIN)
    per_pixel = max(wide / box[2], high / box[3]) or 1.0
    half_wide, half_high = per_pixel * box[2] / 2, per_pixel * box[3] / 2
    axes.set_xlim(middle[0] - half_wide, middle[0] + half_wide)
    axes.set_ylim(middle[1] - half_high, middle[1] + half_high)


def _thinned(is_there: NDArray[np.bool_], values: NDArray[np.float64] | None) -> NDArray[np.intp]:
    """Choose at most ``MAX_POINTS`` frames: every n-th, or of every n that of the largest value."""
    places = np.flatnonzero(is_there)
    step = -(-len(places) // MAX_POINTS) if len(places) else 1
    if step <= 1:
        return places
    if values is None:
        return places[::step]
    groups = places[: len(places) // step * step].reshape(-1, step)
    best = values[groups].argmax(axis=1)
    chosen: NDArray[np.intp] = groups[np.arange(len(groups)), best]
    return chosen


def _range(values: NDArray[np.float64], *, by_time: bool) -> tuple[float, float]:
    if not len(values):
        return 0.0, 1.0
    low, high = (
        (float(values.min()), float(values.max()))
        if by_time
        else (float(part) for part in np.percentile(values, (1, 99)))
    )
    return (low, high) if high > low else (low, low + 1.0)

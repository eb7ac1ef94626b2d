"""Traces and features in lanes under each other, from columns of least and greatest values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.plots.page import (
    PALETTE,
    UNKNOWN_UNIT,
    Page,
    TimeUnit,
    accent,
    add_axes,
    label_text,
    mark_bad,
    new_figure,
    set_title,
    time_axis,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["Lane", "draw_lanes", "lanes_height"]

LEFT, RIGHT, TOP, BOTTOM = 120, 20, 34, 52
TRACE_PX, FEATURE_PX = 21, 38
SHARED_LANES = 1.8
"""On the common scale a great peak may cross into the lane above."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lane:
    """One row of the picture.

    Parameters
    ----------
    name
        Its label.
    columns
        Least and greatest values, shape ``(2, n_columns)``.
    low, high
        Range of the row in the recording.
    is_trace
        Whether it is a neuron's trace, on the scale that all have; else a feature's, on its own.
    is_marked
        Whether it is brought out.
    over
        Columns of a line over it, or ``None``.
    events
        Frames marked under it.
    """

    name: str
    columns: NDArray[np.float32]
    low: float
    high: float
    is_trace: bool
    is_marked: bool
    over: NDArray[np.float32] | None
    events: NDArray[np.int32]

    @property
    def height(self) -> int:
        """In CSS pixels."""
        return TRACE_PX if self.is_trace else FEATURE_PX


def lanes_height(lanes: Sequence[Lane]) -> int:
    """Give the height that a picture of lanes needs, in CSS pixels."""
    return TOP + TRACE_PX + max(TRACE_PX, sum(lane.height for lane in lanes)) + BOTTOM


def draw_lanes(
    lanes: Sequence[Lane],
    *,
    page: Page,
    first: int,
    step: int,
    window: tuple[int, int],
    fps: float | None,
    unit: TimeUnit,
    units: str = "",
    bad: Sequence[tuple[int, int]] = (),
    proposals: Sequence[tuple[int, int]] = (),
    title: str = "",
) -> Figure:
    """Draw lanes on one clock.

    Parameters
    ----------
    lanes
        From top to bottom.
    page
        Size and theme.
    first, step
        First frame of the columns, and frames of each.
    window
        Frames that are seen, half-open.
    fps
        Frame rate in Hz, or ``None``.
    unit
        Of the time axis.
    units
        Of the traces.
    bad
        Half-open ranges that are hatched.
    proposals
        Half-open ranges that are outlined.
    title
        A line above.

    Returns
    -------
    Figure
        One axis; the traces' scale is told by a bar with its unit.
    """
    figure = new_figure(page)
    height = page.height - TOP - BOTTOM
    axes = add_axes(figure, page, (LEFT, TOP, page.width - LEFT - RIGHT, height))
    axes.set_ylim(height, 0)
    n_columns = lanes[0].columns.shape[1] if lanes else 0
    middles = first + step * np.arange(n_columns) + step / 2
    shared = _shared_range(lanes)
    ground = _Ground(axes=axes, middles=middles, shared=shared, page=page)
    top, places = float(TRACE_PX), []
    for lane in lanes:
        places.append(top + lane.height / 2)
        ground.draw(lane, top)
        top += lane.height
    axes.set_yticks(places, [label_text(lane.name, 16) for lane in lanes])
    axes.spines["left"].set_visible(False)
    for start, stop in proposals:
        axes.axvspan(start, stop, fill=False, linestyle="--", edgecolor=page.ink, linewidth=1.0)
    mark_bad(axes, bad, page, start=window[0], stop=window[1])
    time_axis(axes, *window, fps=fps, unit=unit)
    shown = label_text(units or UNKNOWN_UNIT, limit=30)
    scale = f"a lane is {shared / SHARED_LANES:.3g} {shown} high"
    set_title(axes, page, f"{title} · {scale}" if title else scale)
    return figure


def _shared_range(lanes: Sequence[Lane]) -> float:
    """Give the range of traces that the common scale shows: few are greater."""
    spans = sorted(lane.high - lane.low for lane in lanes if lane.is_trace and lane.high > lane.low)
    return spans[int(0.9 * (len(spans) - 1))] if spans else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """Where lanes are drawn: the middles of their columns, and the traces' common range."""

    axes: Axes
    middles: NDArray[np.floating[Any]]
    shared: float
    page: Page

    def draw(self, lane: Lane, top: float) -> None:
        """Draw a lane whose upper edge is at ``top``."""
        bottom = top + 0.94 * lane.height
        own = lane.high - lane.low if lane.high > lane.low else 1.0
        per_unit = lane.height * (SHARED_LANES / self.shared if lane.is_trace else 0.84 / own)
        is_plain = lane.is_trace and not lane.is_marked
        lines = [(lane.columns, self.page.ink if is_plain else accent(self.page.theme))]
        if lane.over is not None:
            lines.append((lane.over, PALETTE[1]))
        for columns, colour in lines:
            heights = bottom - (columns - lane.low) * per_unit
            # one line through the least and the greatest value of each column
            self.axes.plot(
                np.repeat(self.middles, 2), heights.T.ravel(), color=colour, linewidth=0.7
            )
        if lane.events.size:
            colours = accent(self.page.theme)
            places = lane.events + 0.5
            self.axes.vlines(places, bottom, bottom + 6, colors=colours, linewidth=1.5)

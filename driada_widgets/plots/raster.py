"""Events of all neurons: a row for each neuron, a tick for each event, its rate beside it.

Painted pixel by pixel as the heatmap is, in the same frame and with the same axes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.plots.page import (
    FONT_PT,
    Page,
    Theme,
    TimeUnit,
    accent,
    add_axes,
    new_figure,
    time_axis,
    value_text,
)
from driada_widgets.plots.pixels import fill_axes
from driada_widgets.plots.pooling import max_pool
from driada_widgets.plots.rows import bad_columns, image_box, label_rows, paint_rows, rgb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["draw_raster", "plot_raster"]

RATE_LEFT, RATE_WIDTH = 26, 58
"""Place of the bars of rates, from the right edge of the image, in CSS pixels."""
ROOMY_PX = 4
"""Rows of at least so many pixels have a gap between them."""
EVENT, CHOSEN = 1, 2


def plot_raster(
    events: NDArray[np.generic],
    *,
    fps: float,
    bad: Sequence[tuple[int, int]] = (),
    n_columns: int = 1200,
    theme: Theme = "light",
) -> Figure:
    """Draw the events of all neurons.

    Parameters
    ----------
    events
        Not 0 where a neuron has an event, shape ``(n_cells, n_frames)``.
    fps
        Frame rate in Hz.
    bad
        Half-open ranges of bad frames, drawn hatched.
    n_columns
        Columns of the picture; each shows whether its frames have an event.
    theme
        Light or dark ground.

    Returns
    -------
    Figure
        A tick for each event, and the rate of each neuron.
    """
    has_event = np.asarray(events) != 0
    n_frames = has_event.shape[1]
    return draw_raster(
        max_pool(has_event.astype(np.uint8), n_columns) > 0,
        page=Page(theme=theme),
        window=(0, n_frames),
        fps=fps,
        rates=has_event.sum(axis=1) * fps / max(1, n_frames),
        bad=bad,
    )


def draw_raster(
    has_event: NDArray[np.bool_],
    *,
    page: Page,
    window: tuple[int, int],
    fps: float | None,
    rates: NDArray[np.float64],
    unit: TimeUnit = "s",
    row_label: str = "Neuron",
    bad: Sequence[tuple[int, int]] = (),
    marked: tuple[float, str] | None = None,
) -> Figure:
    """Draw ticks with their axes.

    Parameters
    ----------
    has_event
        Neurons from top to bottom, columns of frames, shape ``(n_cells, n_columns)``; best with
        the columns that :func:`.image_shape` gives, so that a value is a pixel.
    page
        Size and theme.
    window
        Frames that the columns cover, half-open.
    fps
        Frame rate in Hz; ``None``: unknown.
    rates
        Events a second of each neuron over the whole recording, from top to bottom.
    unit
        Time in seconds or frames.
    row_label
        What the rows are, and by what they are sorted.
    bad
        Half-open ranges of bad frames, hatched.
    marked
        Row of the selected neuron, counted from the top, and its name.

    Returns
    -------
    Figure
        Its first axes hold the ticks, its second the rates; x values of the first are frames.
    """
    figure = new_figure(page)
    box = image_box(page)
    n_cells = len(has_event)
    chosen = None if marked is None else int(marked[0])
    axes = add_axes(figure, page, box)
    n_rows = page.pixels(box[3])
    ticks = _to_pixels(has_event, n_rows, chosen)
    is_bad = bad_columns(bad, window, ticks.shape[1])
    colours = _colours(page)
    fill_axes(axes, paint_rows(ticks, colours, is_bad, page))
    label_rows(axes, n_cells, row_label, marked, page)
    time_axis(axes, *window, fps=fps, unit=unit, n_ticks=max(3, int(box[2] / 90)))
    beside = (box[0] + box[2] + RATE_LEFT, box[1], RATE_WIDTH, box[3])
    bars = add_axes(figure, page, beside)
    _draw_rates(bars, rates, n_rows, chosen, page)
    return figure


def _to_pixels(has_event: NDArray[np.bool_], n_rows: int, chosen: int | None) -> NDArray[np.uint8]:
    """Give each neuron its rows of pixels, or each row of pixels its neurons; no event is lost."""
    n_cells = len(has_event)
    values = has_event.astype(np.uint8) * EVENT
    if chosen is not None:
        values[chosen] *= CHOSEN
    if n_cells > n_rows:
        edges = np.arange(n_rows) * n_cells // n_rows
        pooled: NDArray[np.uint8] = np.maximum.reduceat(values, edges, axis=0)
        return pooled
    row_of = np.arange(n_rows) * n_cells // max(1, n_rows)
    spread = values[row_of]
    if n_rows >= ROOMY_PX * n_cells:
        spread[np.flatnonzero(np.diff(row_of, prepend=-1))] = 0
    return spread


def _colours(page: Page) -> NDArray[np.uint8]:
    names = (page.ground, page.ink, accent(page.theme))
    return np.array([(*rgb(name), 255) for name in names], dtype=np.uint8)


def _draw_rates(
    axes: Axes, rates: NDArray[np.float64], n_rows: int, chosen: int | None, page: Page
) -> None:
    """Draw a bar for each neuron, from 0 to the greatest rate."""
    greatest = float(rates.max(initial=0.0))
    width = page.pixels(RATE_WIDTH)
    long = np.ceil(rates / greatest * width) if greatest else np.zeros(len(rates))
    bars = np.arange(width) < long[:, np.newaxis]
    image = _colours(page)[_to_pixels(bars, n_rows, chosen)]
    fill_axes(axes, image)
    axes.set_yticks([])
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 1], ["0", value_text(greatest, greatest or 1.0)])
    axes.set_xlabel("Events/s", fontsize=FONT_PT)

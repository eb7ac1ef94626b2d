"""All neurons as an image, with features under them on the same axis.

The image is painted pixel by pixel in numpy, so that a picture of any recording costs the same;
matplotlib draws what is around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.plots.page import (
    CMAP,
    FONT_PT,
    Page,
    Theme,
    TimeUnit,
    accent,
    add_axes,
    bad_colour,
    colour_bar,
    label_text,
    new_figure,
    time_axis,
    value_text,
)
from driada_widgets.plots.pixels import fill_axes
from driada_widgets.plots.pooling import LEVELS, PERCENTILES, max_pool, row_scales, to_shades
from driada_widgets.plots.rows import (
    BAND_PX,
    GAP_PX,
    HATCH_PX,
    LINE_PX,
    bad_columns,
    image_box,
    label_rows,
    paint_rows,
    rgb,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = [
    "FeatureBand",
    "draw_heatmap",
    "plot_heatmap",
]

BAR_LEFT, BAR_WIDTH = 16, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureBand:
    """One feature under the heatmap.

    Parameters
    ----------
    name
        As in the file.
    columns
        Smallest and largest value of each pixel column, shape ``(2, n_columns)``; NaN: nothing.
    low, high
        Values at the bottom and the top of the band.
    """

    name: str
    columns: NDArray[np.float32]
    low: float
    high: float


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
    page = Page(theme=theme)
    n_frames = calcium.shape[1]
    return draw_heatmap(
        to_shades(pooled, row_scales(pooled)),
        page=page,
        window=(0, n_frames),
        fps=fps,
        n_cells=calcium.shape[0],
        row_label="Neuron" if order is None else "Neuron (sorted)",
        bad=bad,
    )


def draw_heatmap(
    shades: NDArray[np.uint8],
    *,
    page: Page,
    window: tuple[int, int],
    fps: float | None,
    n_cells: int,
    unit: TimeUnit = "s",
    row_label: str = "Neuron",
    bad: Sequence[tuple[int, int]] = (),
    features: Sequence[FeatureBand] = (),
    marked: tuple[float, str] | None = None,
) -> Figure:
    """Draw an image of shades with its axes.

    Parameters
    ----------
    shades
        0 to ``LEVELS - 1``, rows from top to bottom; best of the shape that :func:`.image_shape`
        gives, so that a value is a pixel.
    page
        Size and theme.
    window
        Frames that the columns cover, half-open.
    fps
        Frame rate in Hz; ``None``: unknown.
    n_cells
        Number of neurons that the rows cover.
    unit
        Time in seconds or frames.
    row_label
        What the rows are, and by what they are sorted.
    bad
        Half-open ranges of bad frames, hatched.
    features
        Rows under the image.
    marked
        Row of the selected neuron, counted from the top, and its name.

    Returns
    -------
    Figure
        Its first axes hold the image; x values are frames.
    """
    figure = new_figure(page)
    box = image_box(page, len(features))
    axes = add_axes(figure, page, box)
    start, stop = window
    fill_axes(axes, _paint(shades, bad_columns(bad, window, shades.shape[1]), page))
    label_rows(axes, n_cells, row_label, marked, page)
    lowest = axes
    if features:
        top = box[1] + box[3] + GAP_PX
        lowest = add_axes(figure, page, (box[0], top, box[2], BAND_PX * len(features)))
        _draw_bands(lowest, features, window, bad, page)
        axes.set_xlim(start, max(stop, start + 1))
        axes.set_xticks([])
    time_axis(lowest, start, stop, fps=fps, unit=unit, n_ticks=max(3, int(box[2] / 90)))
    bar = (box[0] + box[2] + BAR_LEFT, box[1], BAR_WIDTH, min(box[3], 180))
    label = (
        f"Activity: 0 = {PERCENTILES[0]:.0f}st, 1 = {PERCENTILES[1]:.0f}th\npercentile of each row"
    )
    colour_bar(figure, page, bar, [(0, "0"), (0.5, "0.5"), (1, "1")], label)
    return figure


def _paint(shades: NDArray[np.uint8], is_bad: NDArray[np.bool_], page: Page) -> NDArray[np.uint8]:
    """Turn shades into colours; bad frames fade, and are hatched."""
    from matplotlib import colormaps

    colours = np.round(255 * colormaps[CMAP](np.linspace(0, 1, LEVELS))).astype(np.uint8)
    return paint_rows(np.minimum(shades, LEVELS - 1), colours, is_bad, page)


def _draw_bands(
    axes: Axes,
    features: Sequence[FeatureBand],
    window: tuple[int, int],
    bad: Sequence[tuple[int, int]],
    page: Page,
) -> None:
    """Draw features in bands of one image, as the trace picture does."""
    height, width = page.pixels(BAND_PX), features[0].columns.shape[1]
    is_inked = np.concatenate([_band(feature, height, page) for feature in features])
    image = np.zeros((*is_inked.shape, 4), dtype=np.uint8)
    image[is_inked] = (*rgb(accent(page.theme)), 255)
    columns = np.flatnonzero(bad_columns(bad, window, width))
    every, thick = page.pixels(HATCH_PX), page.pixels(LINE_PX)
    rising = (np.arange(len(image))[:, np.newaxis] + columns) % every < thick
    hatch = np.array((*rgb(bad_colour(page.theme)), 255), dtype=np.uint8)
    image[:, columns] = np.where(rising[..., np.newaxis], hatch, image[:, columns])
    n_features = len(features)
    fill_axes(axes, image)
    axes.set_ylim(n_features, 0)
    names = [label_text(feature.name, 12) for feature in features]
    axes.set_yticks([place + 0.5 for place in range(n_features)], names)
    axes.tick_params(axis="y", length=0)
    for place, feature in enumerate(features):
        for at, value, side in ((0.08, feature.high, "top"), (0.94, feature.low, "bottom")):
            axes.text(
                1.006,
                1 - (place + at) / n_features,
                value_text(value, feature.high - feature.low),
                transform=axes.transAxes,
                fontsize=FONT_PT - 1,
                va=side,
                color=page.ink,
            )
    axes.spines["left"].set_visible(False)


def _band(feature: FeatureBand, height: int, page: Page) -> NDArray[np.bool_]:
    """Say which pixels of a band are inked: in each column, from the smallest to the largest."""
    low, high = feature.columns.astype(np.float64)
    # A line joins neighbouring columns: each reaches to where the one before ended.
    low[1:] = np.where(low[1:] > high[:-1], high[:-1], low[1:])
    high[1:] = np.where(high[1:] < feature.columns[0, :-1], feature.columns[0, :-1], high[1:])
    span = feature.high - feature.low or 1.0
    room, pad = 0.8 * (height - 1), 0.1 * (height - 1)
    with np.errstate(invalid="ignore"):
        bottom = pad + room * (1 - (low - feature.low) / span)
        top = pad + room * (1 - (high - feature.low) / span)
        top, bottom = (
            np.round(top),
            np.maximum(np.round(bottom), np.round(top) + page.pixels(1) - 1),
        )
        rows = np.arange(height)[:, np.newaxis]
        inked: NDArray[np.bool_] = (rows >= top) & (rows <= bottom)
    return inked

"""Pictures with a row of pixels, or several, for each neuron: their frame, bad frames, presses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.plots.page import FONT_PT, accent, bad_colour, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from driada_widgets.plots.page import Box, Page

__all__ = [
    "BAND_PX",
    "GAP_PX",
    "HATCH_PX",
    "LINE_PX",
    "bad_columns",
    "image_box",
    "image_shape",
    "label_rows",
    "paint_rows",
    "rgb",
    "row_at",
]

LEFT, RIGHT, TOP, BOTTOM = 96, 108, 8, 44
BAND_PX, GAP_PX = 34, 8
HATCH_PX, LINE_PX = 9, 1.5
MARK_PX = 15
"""Height of the name of a marked row; ticks make room for it."""
GROUND_SHARE = 0.55
"""How much of the ground covers bad frames; the neurons shine through."""


def image_box(page: Page, n_features: int = 0) -> Box:
    """Give left, top, width and height of the image in CSS pixels."""
    bands = BAND_PX * n_features + (GAP_PX if n_features else 0)
    width = max(50, page.width - LEFT - RIGHT)
    return LEFT, TOP, width, max(40, page.height - TOP - BOTTOM - bands)


def image_shape(page: Page, n_features: int = 0) -> tuple[int, int]:
    """Give the rows and columns of screen pixels that the image of a page has."""
    _, _, width, height = image_box(page, n_features)
    return page.pixels(height), page.pixels(width)


def _neuron_axis(axes: Axes, n_cells: int, label: str, taken: tuple[float, float]) -> None:
    from matplotlib.ticker import MaxNLocator

    places = MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]).tick_values(0, max(1, n_cells - 1))
    inside = [
        int(place) for place in places if 0 <= place < n_cells and not taken[0] < place < taken[1]
    ]
    axes.set_yticks([place + 0.5 for place in inside], [number(place) for place in inside])
    axes.set_ylabel(label)


def _mark_row(axes: Axes, marked: tuple[float, str], n_cells: int, page: Page) -> None:
    row, name = marked
    colour = accent(page.theme)
    axes.annotate(
        f"{name} ▸",
        (0, 1 - (row + 0.5) / max(1, n_cells)),
        xycoords="axes fraction",
        xytext=(-2, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=FONT_PT,
        fontweight="bold",
        color=colour,
        bbox={"facecolor": page.ground, "edgecolor": "none", "pad": 3.0},
    )


def bad_columns(
    bad: Sequence[tuple[int, int]], window: tuple[int, int], n_columns: int
) -> NDArray[np.bool_]:
    """Say which pixel columns touch a bad frame."""
    start, stop = window
    per_frame = n_columns / max(1, stop - start)
    touched = np.zeros(n_columns, dtype=np.bool_)
    for first, last in bad:
        if last > start and first < stop:
            left = int(np.floor(max(0, first - start) * per_frame))
            right = int(np.ceil((min(last, stop) - start) * per_frame))
            touched[left : max(right, left + 1)] = True
    return touched


def _edges_of(is_bad: NDArray[np.bool_]) -> NDArray[np.intp]:
    steps = np.diff(np.concatenate([[False], is_bad, [False]]).astype(np.int8))
    return np.concatenate([np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1])


def rgb(colour: str) -> tuple[int, int, int]:
    """Give the parts of a colour such as ``"#0072B2"``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def row_at(
    page: Page, n_rows: int, x_share: float, y_share: float, n_features: int = 0
) -> int | None:
    """Say which row of an image a place on its page is in.

    Parameters
    ----------
    page
        As it was drawn.
    n_rows
        Rows of the image: neurons.
    x_share, y_share
        The place, from the left and the top, as shares of the page.
    n_features
        Bands under the image.

    Returns
    -------
    int or None
        Counted from the top; ``None`` beside the image.
    """
    left, top, width, height = image_box(page, n_features)
    x = (x_share * page.width - left) / width
    y = (y_share * page.height - top) / height
    return int(y * n_rows) if 0 <= x < 1 and 0 <= y < 1 and n_rows else None


def label_rows(
    axes: Axes, n_cells: int, label: str, marked: tuple[float, str] | None, page: Page
) -> None:
    """Write the numbers of neurons beside their rows, and name the one that is selected.

    Parameters
    ----------
    axes
        Hold the image.
    n_cells
        Number of neurons that the rows cover.
    label
        What the rows are.
    marked
        Row of the selected neuron, counted from the top, and its name.
    page
        Size and theme.
    """
    axes.set_ylim(n_cells, 0)
    room = MARK_PX * n_cells / (axes.bbox.height / page.ratio)
    taken = (-1.0, -1.0) if marked is None else (marked[0] - room, marked[0] + room)
    _neuron_axis(axes, n_cells, label, taken)
    if marked is not None:
        _mark_row(axes, marked, n_cells, page)


def paint_rows(
    values: NDArray[np.uint8], colours: NDArray[np.uint8], is_bad: NDArray[np.bool_], page: Page
) -> NDArray[np.uint8]:
    """Turn rows of pixels into colours; bad frames fade, and are hatched.

    Parameters
    ----------
    values
        Rows of ``colours``, shape ``(n_rows, n_columns)``.
    colours
        Red, green, blue and opacity, shape ``(n_colours, 4)``.
    is_bad
        Which columns touch a bad frame, shape ``(n_columns,)``.
    page
        Tells the theme.

    Returns
    -------
    array
        Shape ``(n_rows, n_columns, 4)``.
    """
    painted = colours[values]
    if is_bad.any():
        ground = np.array((*rgb(page.ground), 255))
        faded = np.round((1 - GROUND_SHARE) * colours + GROUND_SHARE * ground).astype(np.uint8)
        columns = np.flatnonzero(is_bad)
        painted[:, columns] = faded[values[:, columns]]
        every, thick = page.pixels(HATCH_PX), page.pixels(LINE_PX)
        rising = (np.arange(len(values))[:, np.newaxis] + columns) % every < thick
        edges = np.isin(columns, _edges_of(is_bad))
        painted[:, columns] = np.where(
            (rising | edges)[..., np.newaxis],
            np.array((*rgb(bad_colour(page.theme)), 255), dtype=np.uint8),
            painted[:, columns],
        )
    return painted

"""Images that are drawn one value to a pixel; matplotlib's own resampling takes 100 bytes each."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import BboxBase
    from numpy.typing import NDArray

__all__ = ["fill_axes", "fill_box", "fit"]


def fit(image: NDArray[np.uint8], n_rows: int, n_columns: int) -> NDArray[np.uint8]:
    """Repeat or leave out rows and columns, so that an image has a given size."""
    rows = np.arange(n_rows) * len(image) // max(1, n_rows)
    columns = np.arange(n_columns) * image.shape[1] // max(1, n_columns)
    is_fitting = image.shape[:2] == (n_rows, n_columns)
    fitted: NDArray[np.uint8] = image if is_fitting else image[rows[:, np.newaxis], columns]
    return fitted


def fill_axes(axes: Axes, image: NDArray[np.uint8]) -> None:
    """Fill axes with an image, shape ``(n_rows, n_columns, 4)``, its first row at the top."""
    axes.add_artist(_pixels(image, axes.get_window_extent))


def fill_box(
    figure: Figure, share: tuple[float, float, float, float], image: NDArray[np.uint8]
) -> None:
    """Fill a part of a figure (left, bottom, width and height as shares of it) with an image."""
    from matplotlib.transforms import Bbox, TransformedBbox

    box = TransformedBbox(Bbox.from_bounds(*share), figure.transFigure)
    figure.add_artist(_pixels(image, lambda: box))


def _pixels(image: NDArray[np.uint8], box_of: Callable[[], BboxBase]) -> Artist:
    pixels = _kind()(image, box_of)
    pixels.set_zorder(1)
    return pixels


@functools.cache
def _kind() -> Callable[[NDArray[np.uint8], Callable[[], BboxBase]], Artist]:
    """Give the class, made once: matplotlib is imported late, and takes time for each class."""
    from matplotlib.artist import Artist

    class Pixels(Artist):
        """Draws an image at the size that its place has on the canvas."""

        def __init__(self, image: NDArray[np.uint8], box_of: Callable[[], BboxBase]) -> None:
            super().__init__()
            self._image, self._box_of = image, box_of

        def draw(self, renderer: Any) -> None:
            box = self._box_of()
            left, bottom = round(box.x0), round(box.y0)
            n_rows, n_columns = round(box.y1) - bottom, round(box.x1) - left
            if not (self._image.size and n_rows > 0 and n_columns > 0):
                return
            pen = renderer.new_gc()
            flipped = np.ascontiguousarray(fit(self._image, n_rows, n_columns)[::-1])
            renderer.draw_image(pen, left, bottom, flipped)
            pen.restore()

    return Pixels

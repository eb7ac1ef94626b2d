"""All neurons reduced to the pixels of a picture, kept in tiles so that a pan pools little anew."""

from __future__ import annotations

import os
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.panel.columns import max_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress

__all__ = ["PooledCells", "pixel_edges", "pixel_range"]

TILE_COLUMNS = 256
MIN_COLUMNS = 1024
"""Columns that a whole window is pooled to at least, so that the next window can use them."""
CACHE_BYTES = 24 << 20
MAX_THREADS = 4


def pixel_edges(start: int, stop: int, n_pixels: int) -> NDArray[np.intp]:
    """Give the first frame of each pixel of a window; where pixels are many, frames repeat."""
    long = max(1, stop - start)
    return start + np.arange(n_pixels) * long // max(1, n_pixels)


def pixel_range(values: NDArray[Any], start: int, stop: int, n_pixels: int) -> NDArray[np.float32]:
    """Reduce a window of one series to the smallest and the largest value of each pixel.

    Parameters
    ----------
    values
        Shape ``(n_frames,)``.
    start, stop
        Frames of the window, half-open.
    n_pixels
        Columns wanted, exactly.

    Returns
    -------
    array
        Shape ``(2, n_pixels)``; NaN counts only where a pixel has nothing else.
    """
    window = np.asarray(values[start:stop], dtype=np.float32)
    if not len(window):
        return np.full((2, n_pixels), np.nan, dtype=np.float32)
    edges = pixel_edges(0, len(window), n_pixels)
    if len(window) <= n_pixels:
        return np.stack([window[edges], window[edges]])
    return np.stack([np.fmin.reduceat(window, edges), np.fmax.reduceat(window, edges)])


class PooledCells:
    """The greatest values of runs of frames of all neurons.

    Runs have a power of two of frames and begin at multiples of it, so that windows share them.

    Parameters
    ----------
    calcium
        Shape ``(n_cells, n_frames)``, an array or a memory map.
    """

    def __init__(self, calcium: NDArray[Any]) -> None:
        self.calcium = calcium
        self._tiles: OrderedDict[tuple[int, int], NDArray[np.float32]] = OrderedDict()

    def pixels(
        self, start: int, stop: int, n_pixels: int, progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Give the greatest value of each neuron in each pixel of a window.

        Parameters
        ----------
        start, stop
            Frames of the window, half-open, inside the recording.
        n_pixels
            Columns wanted, exactly. Frames are shared among them evenly, to within one run.
        progress
            Asked between tiles whether to stop.

        Returns
        -------
        array
            Shape ``(n_cells, n_pixels)``; NaN counts only where a pixel has nothing else.
        """
        step = _step(stop - start, n_pixels)
        columns = self._columns(start // step, -(-stop // step), step, progress)
        edges = pixel_edges(start, stop, n_pixels) // step - start // step
        if step == 1 and columns.shape[1] <= n_pixels:
            return columns[:, edges]
        pooled: NDArray[np.float32] = np.fmax.reduceat(columns, edges, axis=1)
        return pooled

    def sample(
        self, left_out: Sequence[tuple[int, int]] = (), progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Give the whole recording in about a thousand columns, to find the range of each row.

        Parameters
        ----------
        left_out
            Half-open ranges of frames; columns that touch them are left out, unless all do.
        progress
            Asked between tiles whether to stop.
        """
        n_frames = self.calcium.shape[1]
        step = _step(n_frames, MIN_COLUMNS)
        columns = self._columns(0, -(-n_frames // step), step, progress)
        is_kept = np.ones(columns.shape[1], dtype=np.bool_)
        for first, last in left_out:
            is_kept[first // step : -(-last // step)] = False
        return columns[:, is_kept] if is_kept.any() and not is_kept.all() else columns

    def _columns(
        self, first: int, last: int, step: int, progress: Progress | None
    ) -> NDArray[np.float32]:
        """Give columns ``[first, last)`` of runs of ``step`` frames."""
        places = range(first // TILE_COLUMNS, -(-last // TILE_COLUMNS))
        missing = [place for place in places if (step, place) not in self._tiles]
        if missing:
            self._pool(missing, step, progress)
        tiles = [self._tiles[step, place] for place in places]
        for place in places:
            self._tiles.move_to_end((step, place))
        self._forget(len(places))
        begin = places.start * TILE_COLUMNS
        return np.concatenate(tiles, axis=1)[:, first - begin : last - begin]

    def _pool(self, places: Sequence[int], step: int, progress: Progress | None) -> None:
        def work(place: int) -> NDArray[np.float32]:
            if progress is not None:
                progress.check()
            return max_columns(self.calcium, place * TILE_COLUMNS * step, TILE_COLUMNS, step)

        with ThreadPoolExecutor(min(MAX_THREADS, os.cpu_count() or 1)) as pool:
            for place, tile in zip(places, pool.map(work, places), strict=True):
                self._tiles[step, place] = tile

    def _forget(self, n_in_use: int) -> None:
        """Drop the tiles that were not used for longest."""
        held = sum(tile.nbytes for tile in self._tiles.values())
        while held > CACHE_BYTES and len(self._tiles) > n_in_use:
            held -= self._tiles.popitem(last=False)[1].nbytes


def _step(n_frames: int, n_pixels: int) -> int:
    """Give the longest run, a power of two, that leaves at least a column for each pixel."""
    runs = n_frames // max(1, n_pixels, MIN_COLUMNS)
    return 1 << max(0, runs.bit_length() - 1)

"""All neurons reduced to the pixels of a picture, kept in tiles so that a pan pools little anew."""

from __future__ import annotations

import os
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.panel.columns import max_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress

__all__ = ["PooledCells", "pixel_edges", "pixel_range"]

TILE_COLUMNS = 256
MIN_COLUMNS = 1024
"""Columns that a whole window is pooled to at least, so that the next window can use them."""
CACHE_BYTES = 12 << 20
ROWS_AT_ONCE = 64
"""Neurons whose columns are joined at once; the joined columns of all would be a second cache."""
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
        self._store = np.empty((0, len(calcium), TILE_COLUMNS), dtype=np.float32)
        self._free: list[int] = []
        self._tiles: OrderedDict[tuple[int, int], tuple[int, int]] = OrderedDict()

    def blocks(
        self, start: int, stop: int, n_pixels: int, progress: Progress | None = None
    ) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        """Give the greatest value of each neuron in each pixel of a window.

        Parameters
        ----------
        start, stop
            Frames of the window, half-open, inside the recording.
        n_pixels
            Columns wanted, exactly. Frames are shared among them evenly, to within one run.
        progress
            Asked between tiles whether to stop.

        Yields
        ------
        rows : slice
            Some neurons: those of all would take as much memory as the tiles.
        pooled : array
            Shape ``(n_rows, n_pixels)``; NaN counts only where a pixel has nothing else.
        """
        step = _step(stop - start, n_pixels)
        first, last = start // step, -(-stop // step)
        edges = pixel_edges(start, stop, n_pixels) // step - first
        ends = np.append(edges[1:], last - first)
        for rows, columns in self._columns(first, last, step, progress):
            yield rows, _squeeze(columns, edges, ends)

    def samples(
        self, left_out: Sequence[tuple[int, int]] = (), progress: Progress | None = None
    ) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        """Give the whole recording in about a thousand columns, to find the range of each row.

        Parameters
        ----------
        left_out
            Half-open ranges of frames; columns that touch them are left out, unless all do.
        progress
            Asked between tiles whether to stop.

        Yields
        ------
        rows : slice
            Some neurons.
        columns : array
            Shape ``(n_rows, n_columns)``.
        """
        n_frames = self.calcium.shape[1]
        step = _step(n_frames, MIN_COLUMNS)
        n_columns = -(-n_frames // step)
        is_kept = np.ones(n_columns, dtype=np.bool_)
        for first, last in left_out:
            is_kept[first // step : -(-last // step)] = False
        if not is_kept.any():
            is_kept[:] = True
        for rows, columns in self._columns(0, n_columns, step, progress):
            yield rows, columns if is_kept.all() else columns[:, is_kept]

    def _columns(
        self, first: int, last: int, step: int, progress: Progress | None
    ) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        """Give columns ``[first, last)`` of runs of ``step`` frames, for some neurons at once."""
        places = range(first // TILE_COLUMNS, -(-last // TILE_COLUMNS))
        self._make_room(len(places))
        for place in places:
            if (step, place) in self._tiles:
                self._tiles.move_to_end((step, place))
        missing = [place for place in places if (step, place) not in self._tiles]
        if missing:
            self._pool(missing, step, progress)
        found = [self._tiles[step, place] for place in places]
        tiles = [self._store[slot, :, :n_columns] for slot, n_columns in found]
        begin = places.start * TILE_COLUMNS
        for row in range(0, len(self.calcium), ROWS_AT_ONCE):
            rows = slice(row, row + ROWS_AT_ONCE)
            joined = np.concatenate([tile[rows] for tile in tiles], axis=1)
            yield rows, joined[:, first - begin : last - begin]

    def _pool(self, places: Sequence[int], step: int, progress: Progress | None) -> None:
        slots = [self._take_slot() for _ in places]

        def work(place: int, slot: int) -> int:
            if progress is not None:
                progress.check()
            return max_columns(self.calcium, place * TILE_COLUMNS * step, step, self._store[slot])

        try:
            with ThreadPoolExecutor(min(MAX_THREADS, os.cpu_count() or 1)) as pool:
                filled = list(pool.map(work, places, slots))
        except BaseException:
            self._free += slots
            raise
        for place, slot, n_columns in zip(places, slots, filled, strict=True):
            self._tiles[step, place] = (slot, n_columns)

    def _make_room(self, n_in_use: int) -> None:
        """Have so many slots at least: one array for all, which leaves no holes in memory."""
        if len(self._store) >= n_in_use:
            return
        n_slots = max(n_in_use, CACHE_BYTES // max(1, 4 * len(self.calcium) * TILE_COLUMNS))
        self._tiles.clear()
        self._store = np.empty((n_slots, len(self.calcium), TILE_COLUMNS), dtype=np.float32)
        self._free = list(range(n_slots))

    def _take_slot(self) -> int:
        """Give a slot; if all are taken, that of the tile that was not used for longest."""
        return self._free.pop() if self._free else self._tiles.popitem(last=False)[1][0]


def _squeeze(
    columns: NDArray[np.float32], edges: NDArray[np.intp], ends: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Give the maximum from each edge to its end; a pixel has a few columns at most.

    Measured: ten times as fast as ``reduceat``, which calls a loop for each pixel.
    """
    squeezed = columns[:, edges]
    for shift in range(1, int((ends - edges).max(initial=0))):
        np.fmax(squeezed, columns[:, np.minimum(edges + shift, ends - 1)], out=squeezed)
    return squeezed


def _step(n_frames: int, n_pixels: int) -> int:
    """Give the longest run, a power of two, that leaves at least a column for each pixel."""
    runs = n_frames // max(1, n_pixels, MIN_COLUMNS)
    return 1 << max(0, runs.bit_length() - 1)

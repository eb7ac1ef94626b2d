"""One walk through all traces that finds what is odd about single frames: numbers, no verdicts.

Rows are walked through first, each whole; then frames, in tiles that fit the processor's cache.
Nothing of the recording's size is allocated, so that a memory map stays a map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress

__all__ = ["FrameScan", "RowScan", "scan_frames", "scan_rows"]

TILE_BYTES = 4 << 20  # measured: 1000 x 100 000 float32 take 0.5 s; 16 MiB tiles take 0.7 s
N_ROW_BLOCK_BYTES = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RowScan:
    """What each row holds over all frames; shapes ``(n_cells,)``.

    Parameters
    ----------
    low, high
        Smallest and largest finite value; NaN if there is none.
    n_missing
        Frames without a finite value.
    n_high
        Frames at which the row has its largest value.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    n_missing: NDArray[np.int64]
    n_high: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameScan:
    """What each frame shows; shapes ``(n_frames,)``, and ``(n_rows,)`` where it says so.

    Parameters
    ----------
    missing
        Whether some row has no finite value.
    change
        Median over rows of the absolute difference to the frame before; NaN for the first frame
        and where no row has both values.
    repeats
        Whether all rows have exactly the value of the frame before.
    n_high
        Rows that are at the level given for them.
    n_still
        Frames that equal the frame before, of each row, shape ``(n_rows,)``.
    """

    missing: NDArray[np.bool_]
    change: NDArray[np.float64]
    repeats: NDArray[np.bool_]
    n_high: NDArray[np.int64]
    n_still: NDArray[np.int64]


def scan_rows(traces: NDArray[Any], progress: Progress | None = None) -> RowScan:
    """Walk through rows.

    Parameters
    ----------
    traces
        Real numbers, shape ``(n_cells, n_frames)``.
    progress
        Told about each block; asked whether to stop.
    """
    n_cells = traces.shape[0]
    low, high = np.full(n_cells, np.nan), np.full(n_cells, np.nan)
    n_missing, n_high = np.zeros(n_cells, np.int64), np.zeros(n_cells, np.int64)
    step = max(1, N_ROW_BLOCK_BYTES // max(1, traces.shape[1] * traces.itemsize))
    if progress is not None:
        progress.begin("Looking for bad frames: neurons", total=-(-n_cells // step))
    for start in range(0, n_cells, step):
        rows = slice(start, start + step)
        block = _as_floats(traces[rows])
        finite = np.isfinite(block)
        if not finite.all():
            block = np.where(finite, block, np.nan).astype(block.dtype, copy=False)
        n_missing[rows] = block.shape[1] - finite.sum(axis=1)
        low[rows] = np.fmin.reduce(block, axis=1)
        top = np.fmax.reduce(block, axis=1)
        high[rows] = top
        n_high[rows] = (block == top[:, np.newaxis]).sum(axis=1)
        if progress is not None:
            progress.advance()
    return RowScan(low=low, high=high, n_missing=n_missing, n_high=n_high)


def scan_frames(
    traces: NDArray[Any],
    rows: NDArray[np.intp],
    levels: NDArray[np.float64],
    progress: Progress | None = None,
) -> FrameScan:
    """Walk through frames.

    Parameters
    ----------
    traces
        Real numbers, shape ``(n_cells, n_frames)``.
    rows
        Rows that are looked at, in order.
    levels
        Level of each of these rows that ``n_high`` counts; NaN: never.
    progress
        Told about each tile; asked whether to stop.
    """
    n_frames = traces.shape[1]
    seen = FrameScan(
        missing=np.zeros(n_frames, np.bool_),
        change=np.full(n_frames, np.nan),
        repeats=np.zeros(n_frames, np.bool_),
        n_high=np.zeros(n_frames, np.int64),
        n_still=np.zeros(len(rows), np.int64),
    )
    tiles = list(_tiles(n_frames, len(rows) * max(4, traces.itemsize)))
    if progress is not None:
        progress.begin("Looking for bad frames", total=len(tiles))
    every = len(rows) == traces.shape[0]
    for start, stop in tiles:
        first = max(0, start - 1)  # the frame before, to compare with
        window = traces[:, first:stop] if every else traces[rows, first:stop]
        _look(_as_floats(window, turned=True), levels, slice(start, stop), seen)
        if progress is not None:
            progress.advance()
    return seen


def _tiles(n_frames: int, frame_bytes: int) -> Iterator[tuple[int, int]]:
    step = max(64, TILE_BYTES // max(1, frame_bytes))
    return ((start, min(n_frames, start + step)) for start in range(0, n_frames, step))


def _as_floats(block: NDArray[Any], *, turned: bool = False) -> NDArray[np.floating[Any]]:
    """Give floats that hold the values exactly, turned to frames x rows (then always a copy)."""
    small = block.dtype.itemsize <= (4 if block.dtype.kind == "f" else 2)
    dtype = np.float32 if small else np.float64
    if turned:
        return np.array(block.T, dtype=dtype, order="C")
    return np.asarray(block, dtype=dtype)


def _look(
    block: NDArray[np.floating[Any]],
    levels: NDArray[np.float64],
    frames: slice,
    seen: FrameScan,
) -> None:
    """Fill in what a tile shows; ``block`` is frames x rows, and its own."""
    n_new = frames.stop - frames.start
    finite = np.isfinite(block)
    whole = bool(finite.all())
    if not whole:
        block[~finite] = np.nan
        seen.missing[frames] = ~finite[-n_new:].all(axis=1)
    at_level = block[-n_new:] == levels.astype(block.dtype, copy=False)
    seen.n_high[frames] = at_level.sum(axis=1)
    change = np.abs(block[1:] - block[:-1])
    if not len(change):
        return
    compared = slice(frames.stop - len(change), frames.stop)
    still = change == 0
    seen.repeats[compared] = still.all(axis=1)
    seen.n_still[:] += still.sum(axis=0)
    seen.change[compared] = _medians(change, whole=whole)


def _medians(change: NDArray[np.floating[Any]], *, whole: bool) -> NDArray[np.floating[Any]]:
    """Give the (upper) median of each row without its NaN; ``change`` is spoilt."""
    if whole:
        middle = change.shape[1] // 2
        change.partition(middle, axis=1)
        return change[:, middle]
    change.sort(axis=1)  # NaN go last
    n_known = (~np.isnan(change)).sum(axis=1)
    middles = np.minimum(n_known // 2, change.shape[1] - 1)
    medians = np.take_along_axis(change, middles[:, np.newaxis], axis=1)[:, 0]
    return np.where(n_known > 0, medians, np.nan)

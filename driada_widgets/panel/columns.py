"""Many frames in few pixels: the smallest and greatest value of each run of frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["frames_per_column", "max_columns", "min_max_columns"]

_SHORT_STEP = 16  # measured: up to here one pass a frame beats one pass a column
_BLOCK_BYTES = 1 << 22  # rows are copied in blocks that fit the cache, whatever their number
_POOL_BYTES = 1 << 19  # smaller: several threads pool at once


def frames_per_column(n_frames: int, n_columns: int) -> int:
    """Give the number of frames that one column stands for (the last column may hold fewer)."""
    return max(1, -(-n_frames // max(1, n_columns)))


def min_max_columns(
    rows: NDArray[Any],
    start: int,
    stop: int,
    n_columns: int,
    *,
    cells: Sequence[int] | None = None,
) -> NDArray[np.float32]:
    """Reduce a window of rows to the minimum and maximum of each column of frames.

    Parameters
    ----------
    rows
        Real numbers, shape ``(n_rows, n_frames)``; an array or a memory map, of any real dtype,
        byte order or alignment. Only the window is read.
    start, stop
        Frames of the window, half-open; cut to the recording.
    n_columns
        Greatest number of columns wanted.
    cells
        Rows to take, in this order. ``None``: all.

    Returns
    -------
    array
        Shape ``(n_rows, 2, n)`` with ``n <= n_columns``: minima, then maxima. Column ``i`` holds
        the frames from ``start + i * step``, where ``step = frames_per_column(stop - start,
        n_columns)``; the last holds what is left, so no frame is missing. NaN counts only where
        a column has nothing else. A window of at most ``n_columns`` frames comes back as it is.
    """
    start, stop = max(0, start), min(stop, rows.shape[1])
    n_frames = max(0, stop - start)
    step = frames_per_column(n_frames, n_columns)
    taken = range(rows.shape[0]) if cells is None else cells
    columns = np.empty((len(taken), 2, -(-n_frames // step)), dtype=np.float32)
    if n_frames == 0:
        return columns
    per_block = max(1, _BLOCK_BYTES // (n_frames * rows.dtype.itemsize))
    with np.errstate(over="ignore", invalid="ignore"):  # beyond float32 is infinite; NaN stays
        for first in range(0, len(taken), per_block):
            block = _window(rows, taken[first : first + per_block], start, stop)
            _reduce(block, step, columns[first : first + per_block])
    return columns


def max_columns(rows: NDArray[Any], start: int, step: int, columns: NDArray[np.float32]) -> int:
    """Reduce all rows to the maximum of each run of ``step`` frames.

    Parameters
    ----------
    rows
        As for :func:`min_max_columns`.
    start
        First frame.
    step
        Frames of a run; the last may hold fewer.
    columns
        Is filled, shape ``(n_rows, n_columns)``; NaN counts only where a run has nothing else.

    Returns
    -------
    int
        Number of columns that are filled; at the end of the recording there are fewer runs.
    """
    stop = min(rows.shape[1], start + columns.shape[1] * step)
    n_frames = max(0, stop - start)
    if n_frames == 0:
        return 0
    n_whole = n_frames // step
    per_block = max(1, _POOL_BYTES // (n_frames * rows.dtype.itemsize))
    with np.errstate(over="ignore", invalid="ignore"):
        for first in range(0, rows.shape[0], per_block):
            last = min(rows.shape[0], first + per_block)
            block = _window(rows, range(first, last), start, stop)
            whole = block[:, : n_whole * step].reshape(len(block), n_whole, step)
            columns[first:last, :n_whole] = _along_steps(np.fmax, whole)
            if n_whole * step < n_frames:
                columns[first:last, n_whole] = np.fmax.reduce(block[:, n_whole * step :], axis=1)
    n_filled: int = -(-n_frames // step)
    return n_filled


def _window(rows: NDArray[Any], cells: Sequence[int], start: int, stop: int) -> NDArray[Any]:
    """Give rows of the window: a view where they are neighbours and numpy reduces them fast."""
    if isinstance(cells, range):
        block = rows[cells.start : cells.stop, start:stop]
    else:
        block = np.stack([rows[cell, start:stop] for cell in cells])
    native = block.dtype.newbyteorder("=")
    if block.dtype.kind == "b" or block.dtype == np.float16:
        native = np.dtype(np.float32)
    if block.flags.aligned and block.dtype == native and block.strides[1] == block.itemsize:
        return np.asarray(block)
    return np.ascontiguousarray(block, dtype=native)


def _reduce(block: NDArray[Any], step: int, columns: NDArray[np.float32]) -> None:
    if step == 1:
        columns[:, 0] = columns[:, 1] = block
        return
    n_whole = block.shape[1] // step
    whole = block[:, : n_whole * step].reshape(len(block), n_whole, step)
    rest = block[:, n_whole * step :]
    for side, pick in enumerate((np.fmin, np.fmax)):
        columns[:, side, :n_whole] = _along_steps(pick, whole)
        if rest.shape[1]:
            columns[:, side, n_whole] = pick.reduce(rest, axis=1)


def _along_steps(pick: np.ufunc, whole: NDArray[Any]) -> NDArray[Any]:
    """Reduce the last axis; numpy's own way is slow where that axis is short."""
    if whole.shape[2] > _SHORT_STEP:
        return np.asarray(pick.reduce(whole, axis=2))
    picked = whole[:, :, 0].copy()
    for at in range(1, whole.shape[2]):
        pick(picked, whole[:, :, at], out=picked)
    return picked

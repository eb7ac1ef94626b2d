"""Verified windows: only the pieces that a window touches are read and compared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.container.checksums import crc_of_pieces
from driada_widgets.core.container.damage import checksum_error
from driada_widgets.core.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.container.manifest import ArrayRecord
    from driada_widgets.core.container.reading import Archive

__all__ = ["Window", "read_window"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Rows and columns of an array, looked at as two-dimensional.

    Parameters
    ----------
    rows
        Row numbers, each within the array, in the order wanted.
    columns
        Items of each row.
    shape
        Of the result.
    """

    rows: Sequence[int]
    columns: range
    shape: tuple[int, ...]

    @classmethod
    def of(
        cls, record: ArrayRecord, *, rows: slice | Sequence[int] | None, columns: slice | None
    ) -> Window:
        """Check what is asked for against the array's shape."""
        n_axes = len(record.shape)
        if n_axes == 0 or (rows is not None and n_axes < 2) or (columns is not None and n_axes > 2):
            msg = f"A window of {record.id!r}, shape {record.shape}, cannot have these axes."
            raise ParameterError(msg, where=record.id)
        n_items = record.grid.row_bytes // record.dtype.itemsize
        chosen = range(*(columns or slice(None)).indices(n_items))
        if n_axes == 1:
            return cls(rows=range(1), columns=chosen, shape=(len(chosen),))
        numbers = _row_numbers(record, rows)
        tail = record.shape[1:] if n_axes > 2 else (len(chosen),)
        return cls(rows=numbers, columns=chosen, shape=(len(numbers), *tail))


def _row_numbers(record: ArrayRecord, rows: slice | Sequence[int] | None) -> Sequence[int]:
    n_rows = record.grid.n_rows
    if rows is None or isinstance(rows, slice):
        return range(*(rows or slice(None)).indices(n_rows))
    numbers = [int(row) for row in rows]
    outside = [row for row in numbers if not -n_rows <= row < n_rows]
    if outside:
        msg = f"Row {outside[0]} is outside {record.id!r}, which has rows 0 to {n_rows - 1}."
        raise ParameterError(msg, where=record.id)
    return [row % n_rows for row in numbers]


def read_window(archive: Archive, record: ArrayRecord, window: Window) -> NDArray[Any]:
    """Read a window, comparing the CRC-32 of each piece that it touches.

    Raises
    ------
    ChecksumError
        If a piece is damaged; names the rows of the first such band.
    """
    rows, columns = window.rows, window.columns
    result = np.empty((len(rows), len(columns)), dtype=record.dtype)
    if result.size == 0:
        return result.reshape(window.shape)
    grid, itemsize = record.grid, record.dtype.itemsize
    left, right = min(columns[0], columns[-1]), max(columns[0], columns[-1]) + 1
    first = left * itemsize // grid.piece_bytes
    stop = math.ceil(right * itemsize / grid.piece_bytes)
    edges = grid.bounds(first, stop)  # in the first band; in others they are as far apart
    first_item = first * grid.piece_bytes // itemsize
    inside = np.arange(columns.start, columns.stop, columns.step) - first_item
    picked = slice(left - first_item, right - first_item) if columns.step == 1 else inside
    band, block = -1, result
    for target, row in zip(result, rows, strict=True):
        if row // grid.piece_rows != band:
            band = row // grid.piece_rows
            block = _read_band(archive, record, band, first, edges)
        target[:] = block[row - band * grid.piece_rows, picked]
    return result.reshape(window.shape)


def _read_band(
    archive: Archive, record: ArrayRecord, band: int, first: int, edges: Sequence[int]
) -> NDArray[Any]:
    """Read the pieces from ``first`` on of one band, as rows of items."""
    grid = record.grid
    start = edges[0] + band * grid.piece_rows * grid.row_bytes
    n_bytes = min(edges[-1] - edges[0], grid.n_bytes - start)
    data = memoryview(bytearray(n_bytes))
    archive.read_into(record, start, data)
    crcs = crc_of_pieces(data, [min(edge - edges[0], n_bytes) for edge in edges])
    piece = band * grid.pieces_per_band + first
    expected = record.crcs[piece : piece + len(crcs)].tolist()
    wrong = [piece + i for i, crc in enumerate(crcs) if crc != expected[i]]
    if wrong:
        raise checksum_error(archive.path, record, wrong)
    return np.frombuffer(data, dtype=record.dtype).reshape(len(grid.rows_of(piece)), -1)

"""Checksums of an array: SHA-256 of the whole, CRC-32 of short pieces, and how CRCs are joined.

An array is looked at as rows (its first axis; one row if it has fewer than two axes) of raw
C-ordered little-endian bytes. Each row is cut into pieces of 16 KiB, the last one shorter, and the
CRC-32 of each piece is kept:

- a window of some seconds of some neurons touches two or three pieces a row, so that it is
  verified by reading little more than itself (2048 frames of float64 are 100 s at 20 Hz);
- CRC-32 is as fast on 16 KiB as on megabytes, and on less than 5 KiB it would keep other threads
  waiting (the lock of CPython is released only above that);
- the pieces of a gigabyte are 65 536 numbers, half a megabyte of text in the manifest.

Arrays of more than ``MAX_PIECES`` pieces get longer ones (several whole rows, if rows are short),
so that opening an archive stays a matter of milliseconds whatever its size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.container.crc import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = [
    "PieceGrid",
    "crc_of_pieces",
    "crcs_from_hex",
    "hex_of",
    "join_crcs",
    "plan_pieces",
    "rows_and_items",
]

PIECE_BYTES = 16_384
MAX_PIECES = 131_072

_POLYNOMIAL = 0xEDB88320  # CRC-32 of zip (ISO 3309), bits reversed
_ONE = 0x80000000  # the polynomial 1 in that order of bits


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceGrid:
    """How the bytes of an array are cut into pieces.

    Parameters
    ----------
    n_rows
        Length of the first axis; 1 for arrays of fewer than two axes.
    row_bytes
        Bytes of one row.
    piece_rows
        Rows in a piece; more than 1 only if pieces hold whole rows.
    piece_bytes
        Bytes that a piece takes from each of its rows; the last one of a row may be shorter.
    """

    n_rows: int
    row_bytes: int
    piece_rows: int
    piece_bytes: int

    @property
    def n_bands(self) -> int:
        """Number of groups of ``piece_rows`` rows."""
        return math.ceil(self.n_rows / self.piece_rows) if self.row_bytes else 0

    @property
    def pieces_per_band(self) -> int:
        """Pieces side by side in one band."""
        return math.ceil(self.row_bytes / self.piece_bytes)

    @property
    def n_pieces(self) -> int:
        """Number of pieces of the array."""
        return self.n_bands * self.pieces_per_band

    @property
    def n_bytes(self) -> int:
        """Bytes of the array."""
        return self.n_rows * self.row_bytes

    def bounds(self, first: int = 0, stop: int | None = None) -> list[int]:
        """Give the byte offsets where the pieces ``first`` to ``stop`` begin, and the last end."""
        stop = self.n_pieces if stop is None else stop
        band, column = np.divmod(np.arange(first, stop + 1), max(self.pieces_per_band, 1))
        starts = band * (self.piece_rows * self.row_bytes) + column * self.piece_bytes
        edges: list[int] = np.minimum(starts, self.n_bytes).tolist()
        return edges

    def rows_of(self, piece: int) -> range:
        """Give the rows that a piece belongs to."""
        first = piece // self.pieces_per_band * self.piece_rows
        return range(first, min(first + self.piece_rows, self.n_rows))

    def span_of(self, piece: int) -> tuple[int, int]:
        """Give the byte range of a piece within its rows."""
        start = piece % self.pieces_per_band * self.piece_bytes
        return start, min(start + self.piece_bytes, self.row_bytes)


def rows_and_items(shape: Sequence[int]) -> tuple[int, int]:
    """Give the number of rows of an array and the number of items in each."""
    if len(shape) < 2:
        return 1, math.prod(shape)
    return shape[0], math.prod(shape[1:])


def plan_pieces(shape: Sequence[int], itemsize: int) -> PieceGrid:
    """Choose the pieces of an array.

    Parameters
    ----------
    shape
        Shape of the array.
    itemsize
        Bytes of one item; a piece never cuts an item.

    Returns
    -------
    PieceGrid
        At most ``MAX_PIECES`` pieces, of ``PIECE_BYTES`` bytes where that suffices.
    """
    n_rows, n_items = rows_and_items(shape)
    items = max(1, PIECE_BYTES // itemsize)
    while n_rows * math.ceil(n_items / items) > MAX_PIECES and items < n_items:
        items *= 2
    items = max(1, min(items, n_items))
    rows = 1
    while math.ceil(n_rows / rows) * math.ceil(n_items / items) > MAX_PIECES:
        rows *= 2
    return PieceGrid(
        n_rows=n_rows, row_bytes=n_items * itemsize, piece_rows=rows, piece_bytes=items * itemsize
    )


def crc_of_pieces(data: memoryview, bounds: Iterable[int]) -> list[int]:
    """Give the CRC-32 of each piece of ``data`` between neighbouring ``bounds``."""
    return [crc32(data[start:stop]) for start, stop in pairwise(bounds)]


def join_crcs(first: int, crcs: Sequence[int], lengths: Sequence[int]) -> int:
    """Give the CRC-32 of a text from those of its parts, without the text.

    Parameters
    ----------
    first
        CRC-32 of the first part.
    crcs, lengths
        CRC-32 and length in bytes of each following part.

    Returns
    -------
    int
        CRC-32 of all parts in a row.

    Notes
    -----
    A CRC is a remainder modulo a polynomial over GF(2); ``n`` more bytes multiply it by
    ``x ** (8 n)``, and then the CRC of those bytes is added [1]_. The product with one fixed power
    is linear in the bits of the CRC, so it is looked up a byte at a time.

    References
    ----------
    .. [1] M. Adler, ``crc32_combine`` of zlib, https://github.com/madler/zlib (crc32.c).
    """
    joined = first
    for crc, length in zip(crcs, lengths, strict=True):
        low, second, third, high = _shift_tables(length)
        joined = (
            low[joined & 0xFF]
            ^ second[joined >> 8 & 0xFF]
            ^ third[joined >> 16 & 0xFF]
            ^ high[joined >> 24]
            ^ crc
        )
    return joined


@lru_cache(maxsize=64)
def _shift_tables(n_bytes: int) -> tuple[list[int], ...]:
    """Tabulate the product of each byte of a CRC with ``x ** (8 * n_bytes)``."""
    factor, power = _ONE, _ONE >> 8
    while n_bytes:
        if n_bytes & 1:
            factor = _multiply(factor, power)
        power = _multiply(power, power)
        n_bytes >>= 1
    of_bit = [_multiply(1 << bit, factor) for bit in range(32)]
    return tuple(_sums_of(of_bit[first : first + 8]) for first in range(0, 32, 8))


def _sums_of(of_bit: Sequence[int]) -> list[int]:
    """Add up, for each byte, what its bits stand for."""
    sums = [0]
    for value in of_bit:
        sums += [value ^ smaller for smaller in sums]
    return sums


def _multiply(left: int, right: int) -> int:
    """Multiply two polynomials over GF(2) modulo that of CRC-32."""
    product = 0
    bit = _ONE
    while bit:
        if left & bit:
            product ^= right
        bit >>= 1
        right = right >> 1 ^ (_POLYNOMIAL if right & 1 else 0)
    return product


def hex_of(crcs: Sequence[int]) -> str:
    """Write CRCs as eight hexadecimal digits each, one after the other."""
    return np.asarray(crcs, dtype=">u4").tobytes().hex()


def crcs_from_hex(text: str) -> NDArray[np.uint32]:
    """Read what `hex_of` wrote; ``ValueError`` if it is something else."""
    return np.frombuffer(bytes.fromhex(text), dtype=">u4").astype(np.uint32)

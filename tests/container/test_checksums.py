"""CRC-32 of pieces, and how they are joined."""

from __future__ import annotations

import zlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.container import checksums


@given(parts=st.lists(st.binary(max_size=300), min_size=1, max_size=8))
def test_joined_crcs_are_the_crc_of_the_whole(parts: list[bytes]) -> None:
    """The zip's CRC-32 follows from those of the parts, whatever their lengths."""
    crcs = [zlib.crc32(part) for part in parts]

    joined = checksums.join_crcs(crcs[0], crcs[1:], [len(part) for part in parts[1:]])

    assert joined == zlib.crc32(b"".join(parts))


def test_joining_works_across_a_gigabyte() -> None:
    """Lengths beyond 32 bits of bits are joined right: zeros stand for the long part."""
    half = 2**29
    zeros = bytes(2**20)
    crc = 0
    for _ in range(half // len(zeros)):
        crc = zlib.crc32(zeros, crc)
    both = zlib.crc32(b"end", checksums.join_crcs(crc, [crc], [half]))

    step_by_step = crc
    for _ in range(half // len(zeros)):
        step_by_step = zlib.crc32(zeros, step_by_step)

    assert both == zlib.crc32(b"end", step_by_step)


@pytest.mark.parametrize(
    ("shape", "itemsize", "piece_rows", "piece_bytes"),
    [
        pytest.param((500, 40_000), 8, 1, 16_384, id="a recording"),
        pytest.param((500, 40_000), 4, 1, 16_384, id="float32"),
        pytest.param((40_000,), 8, 1, 16_384, id="a feature"),
        pytest.param((2, 1000), 8, 1, 8_000, id="short rows"),
        pytest.param((), 8, 1, 8, id="one number"),
        pytest.param((0, 1000), 8, 1, 8_000, id="no rows"),
        pytest.param((5, 0), 8, 1, 8, id="no columns"),
        pytest.param((10_000, 300_000), 8, 1, 262_144, id="24 GB: longer pieces"),
        pytest.param((5_000_000, 2), 8, 64, 16, id="many short rows: several rows"),
        pytest.param((3,), 40_000, 1, 40_000, id="long texts"),
    ],
)
def test_pieces_have_the_planned_size(
    shape: tuple[int, ...], itemsize: int, piece_rows: int, piece_bytes: int
) -> None:
    """Pieces have 16 KiB inside rows, more only where there would be too many."""
    grid = checksums.plan_pieces(shape, itemsize)

    assert (piece_rows, piece_bytes) == (grid.piece_rows, grid.piece_bytes)
    assert grid.n_pieces <= checksums.MAX_PIECES
    assert grid.n_bytes == int(np.prod(shape, dtype=np.int64)) * itemsize


@given(
    shape=st.lists(st.integers(0, 40), max_size=3),
    itemsize=st.sampled_from([1, 8, 5000]),
    rows=st.sampled_from([1, 1, 4]),
)
def test_pieces_cover_every_byte_once(shape: list[int], itemsize: int, rows: int) -> None:
    """The pieces of any array follow each other from its first byte to its last."""
    planned = checksums.plan_pieces(shape, itemsize)
    whole_rows = max(planned.row_bytes, 1)
    grid = (
        checksums.PieceGrid(
            n_rows=planned.n_rows,
            row_bytes=planned.row_bytes,
            piece_rows=rows,
            piece_bytes=whole_rows,
        )
        if rows > 1
        else planned
    )

    bounds = grid.bounds()

    assert len(bounds) == grid.n_pieces + 1
    assert (bounds[0], bounds[-1]) == (0, grid.n_bytes)
    assert all(start < stop for start, stop in pairwise(bounds))
    for piece, (start, stop) in enumerate(pairwise(bounds)):
        left, right = grid.span_of(piece)
        assert stop - start == len(grid.rows_of(piece)) * (right - left)


def test_crcs_survive_as_text() -> None:
    """Eight hexadecimal digits for each, as other tools print a CRC-32."""
    text = checksums.hex_of([0xDEADBEEF, 1])

    assert text == "deadbeef00000001"
    assert checksums.crcs_from_hex(text).tolist() == [0xDEADBEEF, 1]

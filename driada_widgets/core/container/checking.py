"""Compare a whole array with its checksums.

It is read in short runs that are still in the processor's cache when their checksums are made. A
second thread that reads ahead was tried: it gained a tenth on an idle machine and lost a third on a
busy one.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.container.checksums import crc_of_pieces
from driada_widgets.core.container.damage import checksum_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from driada_widgets.core.container.manifest import ArrayRecord
    from driada_widgets.core.container.reading import Archive
    from driada_widgets.core.report import Progress

__all__ = ["check_digest", "check_pieces"]

_RUN_BYTES = 256 * 1024


def check_digest(
    archive: Archive,
    record: ArrayRecord,
    *,
    target: memoryview | None = None,
    progress: Progress | None = None,
) -> None:
    """Read an array and compare its SHA-256.

    Parameters
    ----------
    archive
        Open archive.
    record
        Which array.
    target
        Where its bytes go; ``None``: nowhere.
    progress
        Counts bytes; raises if it was cancelled.

    Raises
    ------
    ChecksumError
        If the bytes are not those that were written; names the rows if their pieces show them.
    """
    digest = hashlib.sha256()
    for _, part in _read_runs(archive, record, target, progress):
        digest.update(part)
    if digest.hexdigest() != record.sha256:
        raise checksum_error(archive.path, record, _damaged(archive, record, None, None))


def check_pieces(
    archive: Archive,
    record: ArrayRecord,
    *,
    target: memoryview | None = None,
    progress: Progress | None = None,
) -> None:
    """Read an array and compare the CRC-32 of its pieces; as `check_digest` otherwise."""
    damaged = _damaged(archive, record, target, progress)
    if damaged:
        raise checksum_error(archive.path, record, damaged)


def _damaged(
    archive: Archive, record: ArrayRecord, target: memoryview | None, progress: Progress | None
) -> list[int]:
    crcs: list[int] = []
    for edges, part in _read_runs(archive, record, target, progress):
        crcs += crc_of_pieces(part, [edge - edges[0] for edge in edges])
    wrong: list[int] = np.flatnonzero(record.crcs != np.asarray(crcs, dtype=np.uint32)).tolist()
    return wrong


def _read_runs(
    archive: Archive, record: ArrayRecord, target: memoryview | None, progress: Progress | None
) -> Iterator[tuple[list[int], memoryview]]:
    """Give an array's bytes in runs of whole pieces, each with the edges of its pieces."""
    grid = record.grid
    bounds, piece_bytes = grid.bounds(), max(1, grid.piece_rows * grid.piece_bytes)
    step = max(1, _RUN_BYTES // piece_bytes)
    buffer = memoryview(bytearray(step * piece_bytes if target is None else 0))
    for first in range(0, grid.n_pieces, step):
        edges = bounds[first : first + step + 1]
        start, stop = edges[0], edges[-1]
        part = buffer[: stop - start] if target is None else target[start:stop]
        archive.read_into(record, start, part)
        yield edges, part
        if progress is not None:
            progress.advance(len(part))

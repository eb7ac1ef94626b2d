"""Writing an archive: one pass over the data, checksums made while the bytes go out."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.container.checksums import crc_of_pieces, join_crcs, plan_pieces
from driada_widgets.core.container.crc import crc32
from driada_widgets.core.container.layout import (
    CRC_POSITION,
    MANIFEST_NAME,
    Member,
    directory,
    local_header,
    npy_header,
)
from driada_widgets.core.container.manifest import ARRAY_ID, ArrayRecord, canonical_json
from driada_widgets.core.errors import DataTypeError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from hashlib import _Hash
    from typing import BinaryIO

    from numpy.typing import NDArray

    from driada_widgets.core.container.checksums import PieceGrid
    from driada_widgets.core.report import Progress

    Digests = Mapping[str, str]
    ManifestSource = Mapping[str, Any] | Callable[[Digests], Mapping[str, Any]]

__all__ = ["WrittenArchive", "write_archive"]

_CHUNK_BYTES = 4 * 1024 * 1024  # stays in the processor's cache from one checksum to the next
_RESERVED_KEYS = ("arrays", "members")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenArchive:
    """What was written.

    Parameters
    ----------
    digests
        SHA-256 of each array's raw bytes.
    manifest
        The whole manifest, as it is in the file.
    n_bytes
        Size of the file.
    """

    digests: dict[str, str]
    manifest: dict[str, Any]
    n_bytes: int


def write_archive(
    file: BinaryIO,
    arrays: Mapping[str, NDArray[Any]],
    manifest: ManifestSource,
    *,
    axes: Mapping[str, Sequence[str]] | None = None,
    progress: Progress | None = None,
) -> WrittenArchive:
    """Write arrays and a manifest as one archive.

    Parameters
    ----------
    file
        Empty, opened for writing, and able to seek.
    arrays
        By plain ASCII name; big-endian ones are stored little-endian, all in C order.
    manifest
        What the manifest says beside the arrays, as JSON values; or a function that gives it from
        the SHA-256 of each array. It is called when the arrays are written.
    axes
        Names of the axes of arrays, for those who read the manifest; ``axis0``... if not given.
    progress
        Counts bytes; raises if it was cancelled.

    Returns
    -------
    WrittenArchive
        Digests, manifest and size.

    Raises
    ------
    ParameterError
        If a name is not plain, two differ only by case, or the manifest uses a key of ours.
    DataTypeError
        If an array holds something that a machine elsewhere could not read.
    """
    _check_names(arrays)
    given = {name: np.asarray(array) for name, array in arrays.items()}
    for name, array in given.items():
        _check_dtype(name, array.dtype)
    if progress is not None:
        progress.begin("Saving", sum(array.nbytes for array in given.values()), unit="bytes")
    with _Hasher() as hasher:
        parts = [_write_array(file, name, given[name], hasher, progress) for name in given]
        for part in parts:
            _write_crc(file, part)
    records = {part.name: part.record(_axes_of(part, axes or {})) for part in parts}
    digests = {name: record.sha256 for name, record in records.items()}
    told = manifest(digests) if callable(manifest) else manifest
    complete = _complete(told, records)
    members = [record.member for record in records.values()]
    return WrittenArchive(
        digests=digests, manifest=complete, n_bytes=_finish(file, members, complete)
    )


def _check_names(arrays: Mapping[str, Any]) -> None:
    for name in arrays:
        if not ARRAY_ID.fullmatch(name):
            msg = f"Expected array names of up to 64 letters, digits and _, but got {name!r}."
            raise ParameterError(msg, where=name)
    if len({name.lower() for name in arrays}) != len(arrays):
        msg = f"Expected array names that differ by more than case, but got {sorted(arrays)}."
        raise ParameterError(msg)


def _check_dtype(name: str, dtype: np.dtype[Any]) -> None:
    if dtype.kind not in "biufcSU" or dtype.itemsize == 0:
        msg = (
            f"Array {name!r} has dtype {dtype}, which an archive does not hold.\n"
            "Convert it to numbers, booleans or text."
        )
        raise DataTypeError(msg, where=name, found=str(dtype))
    if dtype.char in "gG":
        msg = (
            f"Array {name!r} has dtype {dtype}, whose bytes differ between machines.\n"
            "Convert it to float64 or complex128."
        )
        raise DataTypeError(msg, where=name, found=str(dtype))


def _axes_of(part: _Part, axes: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(axes.get(part.name) or (f"axis{i}" for i in range(len(part.shape))))


def _complete(told: Mapping[str, Any], records: Mapping[str, ArrayRecord]) -> dict[str, Any]:
    taken = [key for key in _RESERVED_KEYS if key in told]
    if taken:
        msg = f"The manifest's keys {taken} are written by the container; use other names."
        raise ParameterError(msg)
    return {
        **told,
        "members": [record.member.name for record in records.values()],
        "arrays": {name: record.to_dict() for name, record in records.items()},
    }


def _finish(file: BinaryIO, members: list[Member], manifest: Mapping[str, Any]) -> int:
    """Write the manifest and the directory; give the size of the file."""
    text = canonical_json(manifest)
    last = Member(name=MANIFEST_NAME, header=b"", n_bytes=len(text), crc32=crc32(text))
    file.write(local_header(last, file.tell()) + text)
    file.write(directory([*members, last], hashlib.sha256(text).hexdigest()))
    return file.tell()


class _Hasher:
    """A thread that makes SHA-256 beside the one that writes."""

    def __init__(self) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sha256")

    def __enter__(self) -> _Hasher:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        self._thread.shutdown(cancel_futures=error is not None)

    def take(self, digest: _Hash, data: memoryview) -> None:
        """Hash data while they are being written."""
        self._thread.submit(digest.update, data)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One array that was written; its digest is complete when the hasher is."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    grid: PieceGrid
    start: int
    digest: _Hash
    crcs: list[int]
    zip_crc32: int

    def record(self, axes: tuple[str, ...]) -> ArrayRecord:
        """Give what the manifest says about the array."""
        return ArrayRecord(
            id=self.name,
            dtype=self.dtype,
            shape=self.shape,
            axes=axes,
            sha256=self.digest.hexdigest(),
            zip_crc32=self.zip_crc32,
            grid=self.grid,
            crcs=np.asarray(self.crcs, dtype=np.uint32),
        )


def _write_array(
    file: BinaryIO,
    name: str,
    array: NDArray[Any],
    hasher: _Hasher,
    progress: Progress | None,
) -> _Part:
    # A copy only if it is stored in another order; it is given up with the last of its bytes.
    array = np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
    header = npy_header(array.dtype, array.shape)
    grid = plan_pieces(array.shape, array.dtype.itemsize)
    start, digest, crcs = file.tell(), hashlib.sha256(), list[int]()
    member = Member(name=f"{name}.npy", header=header, n_bytes=array.nbytes)
    file.write(local_header(member, start) + header)
    data, bounds = array.reshape(-1).view(np.uint8).data, grid.bounds()
    step = max(1, _CHUNK_BYTES // max(1, grid.piece_rows * grid.piece_bytes))
    for first in range(0, grid.n_pieces, step):
        edges = bounds[first : first + step + 1]
        chunk = data[edges[0] : edges[-1]]
        hasher.take(digest, chunk)
        crcs += crc_of_pieces(data, edges)
        file.write(chunk)
        if progress is not None:
            progress.advance(len(chunk))
    return _Part(
        name=name,
        dtype=array.dtype,
        shape=array.shape,
        grid=grid,
        start=start,
        digest=digest,
        crcs=crcs,
        zip_crc32=join_crcs(crc32(header), crcs, np.diff(bounds).tolist()),
    )


def _write_crc(file: BinaryIO, part: _Part) -> None:
    """Put the checksum, known only now, into the header that was written before the data."""
    end = file.tell()
    file.seek(part.start + CRC_POSITION)
    file.write(struct.pack("<L", part.zip_crc32))
    file.seek(end)

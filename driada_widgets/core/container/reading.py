"""Opening an archive: everything but the arrays is checked at once, the arrays when asked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from driada_widgets.core.container.checking import check_digest, check_pieces
from driada_widgets.core.container.crc import crc32
from driada_widgets.core.container.layout import (
    MANIFEST_NAME,
    Member,
    directory,
    local_header,
    offsets_of,
)
from driada_widgets.core.container.manifest import canonical_json, parse_json, records_of
from driada_widgets.core.container.rawfile import RawFile
from driada_widgets.core.container.recognise import read_manifest
from driada_widgets.core.container.windows import Window, read_window
from driada_widgets.core.errors import (
    CorruptFileError,
    DataFileError,
    FileTooLargeError,
    ParameterError,
)

if TYPE_CHECKING:
    import mmap
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.container.manifest import ArrayRecord
    from driada_widgets.core.report import Progress

__all__ = ["Archive", "Level", "Limits"]

Level = Literal["fast", "rows", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an archive may be, before any of it is believed.

    Parameters
    ----------
    members
        Files in the zip, the manifest included.
    manifest_bytes
        Size of the manifest.
    total_bytes
        Size of all arrays together. They are mapped, not read, so that it may exceed the memory.
    """

    members: int = 4096
    manifest_bytes: int = 64 * 2**20
    total_bytes: int = 2**40


class Archive:
    """An open archive; made by `Archive.open`.

    A context manager; arrays given by `array` stay valid after it is closed. It closes itself when
    nobody holds it any more.

    Attributes
    ----------
    path
        The file.
    manifest
        The whole manifest.
    records
        What the manifest says about each array, by name, in the order of the file.
    identity
        Device, inode, size and time of change of the file that is open.
    """

    def __init__(self, path: Path, raw: RawFile, manifest: dict[str, Any], limits: Limits) -> None:
        self.path = path
        self.manifest = manifest
        self.records: dict[str, ArrayRecord] = records_of(manifest)
        self.identity = raw.identity
        self._raw = raw
        self._limits = limits
        self._starts: dict[str, int] = {}
        self._map: mmap.mmap | None = None

    @classmethod
    def open(cls, path: str | Path, *, limits: Limits | None = None) -> Archive:
        """Open a file, reading its directory, headers and manifest only.

        Parameters
        ----------
        path
            The file.
        limits
            What it may be; ``None``: the defaults of `Limits`.

        Raises
        ------
        NotFoundError
            If there is no such file.
        TruncatedFileError
            If it is empty or its end is missing.
        NotThisFormatError
            If it is something else than an archive.
        ChecksumError
            If the manifest is damaged.
        CorruptFileError
            If its parts contradict each other.
        FileTooLargeError
            If it exceeds the limits.
        """
        path, limits = Path(path), limits or Limits()
        raw = RawFile(path)
        opened = False
        try:
            text = read_manifest(raw, limits.manifest_bytes)
            archive = cls(path, raw, parse_json(text), limits)
            archive._check_skeleton(text)
            opened = True
        except DataFileError:
            raise
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            msg = f"{path.name} cannot be used, its manifest contradicts itself: {error}."
            raise CorruptFileError(msg, where=path.name) from error
        finally:
            if not opened:
                raw.close()
        return archive

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the arrays, in the order of the file."""
        return tuple(self.records)

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; arrays that were handed out stay valid."""
        self._map = None
        self._raw.close()

    def array(self, name: str) -> NDArray[Any]:
        """Give an array as a read-only memory map, **not** verified.

        Raises
        ------
        ParameterError
            If there is no such array.
        """
        record = self._record(name)
        if self._map is None:
            self._map = self._raw.map()
        return np.ndarray(
            record.shape, dtype=record.dtype, buffer=self._map, offset=self._starts[name]
        )

    def read(
        self,
        name: str,
        *,
        rows: slice | Sequence[int] | None = None,
        columns: slice | None = None,
        level: Literal["rows", "full"] = "rows",
    ) -> NDArray[Any]:
        """Read an array or a window of it into memory, verified.

        Parameters
        ----------
        name
            Name of the array.
        rows
            Which entries of the first axis of an array of two axes or more; ``None``: all.
        columns
            Which entries of the last axis; ``None``: all. Only for one or two axes.
        level
            How a whole array is verified: by the CRC-32 of its pieces, or, twice as slowly, by
            its SHA-256. Windows are verified by pieces.

        Returns
        -------
        ndarray
            A copy, verified.

        Raises
        ------
        ChecksumError
            If the bytes are not those that were written; names the array and the rows.
        TruncatedFileError
            If the file was shortened since it was opened.
        ParameterError
            If there is no such array, row or axis.
        """
        record = self._record(name)
        if rows is None and columns is None:
            array = np.empty(record.shape, dtype=record.dtype)
            check = check_digest if level == "full" else check_pieces
            check(self, record, target=array.reshape(-1).view(np.uint8).data)
            return array
        return read_window(self, record, Window.of(record, rows=rows, columns=columns))

    def verify(
        self,
        level: Level = "full",
        *,
        names: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Compare the file with its checksums.

        Parameters
        ----------
        level
            ``"fast"``: members, sizes and manifest, as at opening; ``"rows"``: also the CRC-32 of
            every piece; ``"full"``: instead of that, the SHA-256 of every array.
        names
            Which arrays; ``None``: all.
        progress
            Counts bytes; raises if it was cancelled.

        Raises
        ------
        ChecksumError
            If an array is damaged; names the array and the rows.
        CorruptFileError, TruncatedFileError
            If the file was changed since it was opened.
        """
        if level not in ("fast", "rows", "full"):
            msg = f"Expected level 'fast', 'rows' or 'full', but got {level!r}."
            raise ParameterError(msg, where="level")
        self._check_skeleton(canonical_json(self.manifest))
        if level == "fast":
            return
        records = [self._record(name) for name in (self.names if names is None else names)]
        if progress is not None:
            progress.begin("Verifying", sum(record.n_bytes for record in records), unit="bytes")
        for record in records:
            if level == "full":
                check_digest(self, record, progress=progress)
            else:
                check_pieces(self, record, progress=progress)

    def read_into(self, record: ArrayRecord, start: int, target: memoryview) -> None:
        """Fill ``target`` from byte ``start`` of an array's data, not verified."""
        self._raw.read_into(self._starts[record.id] + start, target)

    def _record(self, name: str) -> ArrayRecord:
        try:
            return self.records[name]
        except KeyError:
            msg = f"{self.path.name} has no array {name!r}; it has {', '.join(self.names)}."
            raise ParameterError(msg, where=name) from None

    def _check_skeleton(self, text: bytes) -> None:
        """Make every byte that is not an array's again, and compare."""
        records = list(self.records.values())
        self._check_limits(records)
        last = Member(name=MANIFEST_NAME, header=b"", n_bytes=len(text), crc32=crc32(text))
        members = [*(record.member for record in records), last]
        offsets, end = offsets_of(members)
        ending = directory(members, hashlib.sha256(text).hexdigest())
        if end + len(ending) != self._raw.size_now():
            msg = (
                f"{self.path.name} has {self._raw.size_now()} bytes; "
                f"its manifest describes {end + len(ending)}."
            )
            raise CorruptFileError(msg, where=self.path.name)
        for member, offset in zip(members, offsets, strict=True):
            head = local_header(member, offset) + member.header
            self._expect(offset, head, f"the header of {member.name!r}")
            self._starts[member.name.removesuffix(".npy")] = offset + len(head)
        self._expect(end - len(text), text, "the manifest")
        self._expect(end, ending, "the directory")

    def _check_limits(self, records: Sequence[ArrayRecord]) -> None:
        limits, name = self._limits, self.path.name
        n_bytes = sum(record.n_bytes for record in records)
        for found, limit, what in (
            (len(records) + 1, limits.members, "members"),
            (n_bytes, limits.total_bytes, "bytes of arrays"),
        ):
            if found > limit:
                msg = f"{name} has {found} {what}; the limit is {limit}."
                raise FileTooLargeError(msg, where=name, found=str(found), expected=str(limit))

    def _expect(self, offset: int, expected: bytes, what: str) -> None:
        if self._raw.read(offset, len(expected)) != expected:
            msg = (
                f"{self.path.name} is damaged: {what} does not fit what its manifest says.\n"
                "Copy the file again, or build it again from its source."
            )
            raise CorruptFileError(msg, where=self.path.name)

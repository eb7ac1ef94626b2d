"""Read one member of a zip in pieces, count what comes out, and check its CRC-32."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, BinaryIO, Protocol

from driada_widgets.core.container.crc import crc32
from driada_widgets.core.errors import (
    ChecksumError,
    CorruptFileError,
    DataFileError,
    NotThisFormatError,
    TruncatedFileError,
    UnsafeContentError,
)
from driada_widgets.core.sources.zip_directory import DEFLATED, STORED

if TYPE_CHECKING:
    from driada_widgets.core.report import Progress
    from driada_widgets.core.sources.zip_directory import Member

__all__ = ["MemberReader", "obstacle"]

# Large enough that Python's share of the time is small, small enough to stay in the cache.
_PIECE = 2**18


class _Stream(Protocol):
    """Where a member's bytes come from."""

    def fill(self, view: memoryview) -> int:
        """Put the next bytes into ``view`` and say how many; 0 at the end."""


class MemberReader:
    """The contents of one member, from its start to its end.

    Parameters
    ----------
    file
        The zip, open for reading in binary. Nothing else may move its position meanwhile.
    member
        What to read.
    where
        How to name it in a message: ``"array 'calcium' in recording.npz"``.
    progress
        Asked before each piece whether to stop.
    """

    def __init__(
        self,
        file: BinaryIO,
        member: Member,
        *,
        where: str,
        progress: Progress | None = None,
    ) -> None:
        file.seek(member.start)
        self._progress = progress
        self._member = member
        self._where = where
        self._crc = 0
        self._n_read = 0
        self._stream: _Stream = (
            _Stored(file, member) if member.method == STORED else _Inflated(file, member)
        )

    def readinto(self, view: memoryview) -> None:
        """Fill ``view``, a view of bytes, completely.

        Raises
        ------
        DataFileError
            If the member ends before.
        """
        done = 0
        while done < len(view):
            piece = view[done : done + _PIECE]
            n_read = self._fill(piece)
            if n_read == 0:
                raise self._short()
            done += n_read
            if self._progress is not None:
                self._progress.count_bytes(n_read)

    def read(self, n_bytes: int) -> bytes:
        """Give exactly the next ``n_bytes``; meant for headers."""
        buffer = bytearray(n_bytes)
        self.readinto(memoryview(buffer))
        return bytes(buffer)

    def skip(self) -> None:
        """Read all that is left into nothing, for the checksum."""
        piece = memoryview(bytearray(_PIECE))
        left = self._member.size - self._n_read
        while left > 0:
            part = piece[: min(left, _PIECE)]
            self.readinto(part)
            left -= len(part)

    def finish(self) -> None:
        """Check that nothing is left and that the checksum is right.

        Raises
        ------
        CorruptFileError
            If the member inflates to more than was declared.
        ChecksumError
            If its bytes are not those that were written.
        """
        if self._fill(memoryview(bytearray(1))):
            msg = f"{self._where} is longer than the file declares; it was not read further."
            raise CorruptFileError(msg, where=self._where)
        if self._crc != self._member.crc:
            msg = (
                f"{self._where} is damaged: its checksum is {self._crc:08x}, "
                f"and {self._member.crc:08x} was written; download or copy the file again."
            )
            raise ChecksumError(
                msg,
                where=self._where,
                found=f"{self._crc:08x}",
                expected=f"{self._member.crc:08x}",
                fix="download or copy the file again",
            )

    def _fill(self, view: memoryview) -> int:
        try:
            n_read = self._stream.fill(view)
        except zlib.error as error:
            msg = f"{self._where} is damaged and cannot be inflated; download or copy it again."
            raise CorruptFileError(msg, where=self._where) from error
        self._crc = crc32(view[:n_read], self._crc)
        self._n_read += n_read
        return n_read

    def _short(self) -> DataFileError:
        if self._member.method == STORED:
            msg = f"{self._where} is incomplete; download or copy the file again."
            return TruncatedFileError(msg, where=self._where)
        msg = f"{self._where} is shorter than the file declares; download or copy it again."
        return CorruptFileError(msg, where=self._where)


def obstacle(member: Member, *, where: str) -> DataFileError | None:
    """Say why a member cannot be read at all, or ``None``."""
    if member.encrypted:
        msg = f"{where} is locked by a password; save the file without one."
        return UnsafeContentError(msg, where=where, fix="save the file without a password")
    if member.method not in (STORED, DEFLATED):
        msg = (
            f"{where} is compressed by method {member.method} of the zip format; "
            "save the file with numpy.savez or numpy.savez_compressed."
        )
        return NotThisFormatError(msg, where=where, fix="save it with numpy.savez")
    return None


class _Stored:
    """Bytes that lie in the file as they are."""

    def __init__(self, file: BinaryIO, member: Member) -> None:
        self._file = file
        self._left = member.stored_size

    def fill(self, view: memoryview) -> int:
        view = view[: self._left]
        # Every binary file that is opened for reading fills buffers, which BinaryIO does not say.
        n_read: int = self._file.readinto(view)  # type: ignore[attr-defined]
        self._left -= n_read
        return n_read


class _Inflated:
    """Bytes that are inflated no faster than they are asked for."""

    def __init__(self, file: BinaryIO, member: Member) -> None:
        self._file = file
        self._left = member.stored_size
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._waiting = b""

    def fill(self, view: memoryview) -> int:
        while not self._inflate.eof:
            if not self._waiting:
                self._waiting = self._file.read(min(_PIECE, self._left))
                self._left -= len(self._waiting)
            # Without input, zlib may still hold output back.
            is_last = not self._waiting
            out = self._inflate.decompress(self._waiting, len(view))
            self._waiting = self._inflate.unconsumed_tail
            if out:
                view[: len(out)] = out
                return len(out)
            if is_last:
                break
        return 0

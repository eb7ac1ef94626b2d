"""Read the directory of a zip file, and believe it only where the file agrees."""

from __future__ import annotations

import struct
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from driada_widgets.core.errors import CorruptFileError, FileTooLargeError, TruncatedFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["DEFLATED", "STORED", "Member", "ZipDirectory", "read_directory"]

STORED = zipfile.ZIP_STORED
DEFLATED = zipfile.ZIP_DEFLATED

MAX_MEMBERS = 10_000
MAX_DIRECTORY = 16 * 2**20

# PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.14, 4.3.15 and 4.3.16.
_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_MAX_COMMENT = 0xFFFF
_IN_ZIP64 = 0xFFFFFFFF
_FLAG_ENCRYPTED = 0x1
_FLAG_SIZES_FOLLOW = 0x8
_FLAG_UTF8 = 0x800


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file inside the zip.

    Parameters
    ----------
    name
        As stored.
    method
        How it is compressed: ``STORED``, ``DEFLATED`` or another number of the format.
    start
        Offset of the first byte of its contents.
    stored_size
        Bytes in the zip.
    size
        Bytes after inflating, as the directory declares them.
    crc
        CRC-32 of the contents after inflating.
    encrypted
        Whether a password is needed.
    """

    name: str
    method: int
    start: int
    stored_size: int
    size: int
    crc: int
    encrypted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipDirectory:
    """The members of a zip in their order, and how many bytes follow its end."""

    members: tuple[Member, ...]
    n_trailing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _EndRecord:
    """Where the directory is, by the record that ends the file."""

    n_members: int
    offset: int
    n_bytes: int
    stop: int


def read_directory(file: BinaryIO, *, name: str) -> ZipDirectory:
    """List the members of a zip after checking the list against the file.

    Parameters
    ----------
    file
        Open for reading in binary.
    name
        Name of the file for messages.

    Returns
    -------
    ZipDirectory
        Members that lie within the file, do not overlap, and have distinct names.

    Raises
    ------
    TruncatedFileError
        If the end of the file is missing.
    CorruptFileError
        If the directory contradicts itself or the file.
    FileTooLargeError
        If it lists more members than any recording has.
    """
    size = file.seek(0, 2)
    end, n_trailing = _find_end(file, size, name)
    if end.n_members > MAX_MEMBERS or end.n_bytes > MAX_DIRECTORY:
        msg = (
            f"{name} lists {end.n_members} members; at most {MAX_MEMBERS} are read. "
            "Save only the arrays of the recording."
        )
        raise FileTooLargeError(msg, where=name, fix="save only the arrays of the recording")
    entries = _list_entries(file, name)
    if len(entries) != end.n_members:
        raise _corrupt(name, f"its index holds {len(entries)} of {end.n_members} entries")
    members = tuple(_locate(file, entry, name) for entry in entries)
    _check_names(members, name)
    _check_places(entries, members, end, name)
    return ZipDirectory(members=members, n_trailing=n_trailing)


def _find_end(file: BinaryIO, size: int, name: str) -> tuple[_EndRecord, int]:
    """Find the end record; the second number is how many bytes follow it."""
    n_tail = min(size, _END.size + _MAX_COMMENT)
    file.seek(size - n_tail)
    tail = file.read(n_tail)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise _truncated(name, "zip index missing")
    _, _, _, _, n_members, n_bytes, offset, n_comment = _END.unpack_from(tail, at)
    n_trailing = len(tail) - at - _END.size - n_comment
    if n_trailing < 0:
        raise _truncated(name, "its end is cut off")
    stop = size - n_tail + at
    end = _EndRecord(n_members=n_members, offset=offset, n_bytes=n_bytes, stop=stop)
    end = _find_end64(file, end) or end
    if end.offset + end.n_bytes != end.stop:
        raise _corrupt(name, "bytes are missing or were added before its zip index")
    return end, n_trailing


def _find_end64(file: BinaryIO, end: _EndRecord) -> _EndRecord | None:
    """Find the end record of a zip with large offsets or many members, if there is one."""
    stop = end.stop - _LOCATOR64.size - _END64.size
    if stop < 0:
        return None
    file.seek(stop)
    record = file.read(_END64.size)
    locator, _, _, _ = _LOCATOR64.unpack(file.read(_LOCATOR64.size))
    if locator != b"PK\x06\x07" or not record.startswith(b"PK\x06\x06"):
        return None
    *_, n_members, n_bytes, offset = _END64.unpack(record)
    return _EndRecord(n_members=n_members, offset=offset, n_bytes=n_bytes, stop=stop)


def _list_entries(file: BinaryIO, name: str) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.infolist()
    # What zipfile lets through when an index is nonsense.
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, EOFError) as error:
        raise _corrupt(name, f"its zip index cannot be read ({error})") from error


def _locate(file: BinaryIO, entry: zipfile.ZipInfo, name: str) -> Member:
    """Check the header before the member's contents, and say where the contents start."""
    file.seek(entry.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
        raise _corrupt(name, f"{entry.filename!r} is not where the zip index says")
    _, _, flags, method, _, _, _, stored_size, size, n_name, n_extra = _LOCAL.unpack(header)
    own_name = file.read(n_name)
    encoding = "utf-8" if entry.flag_bits & _FLAG_UTF8 else "cp437"
    if own_name != entry.orig_filename.encode(encoding, errors="replace"):
        reason = f"its zip index names {entry.filename!r} what calls itself {own_name[:80]!r}"
        raise _corrupt(name, reason)
    sizes_agree = all(
        own in (declared, _IN_ZIP64)
        for own, declared in ((stored_size, entry.compress_size), (size, entry.file_size))
    )
    if method != entry.compress_type or not (sizes_agree or flags & _FLAG_SIZES_FOLLOW):
        raise _corrupt(name, f"two descriptions of {entry.filename!r} in it contradict each other")
    if entry.compress_type == STORED and entry.compress_size != entry.file_size:
        raise _corrupt(name, f"{entry.filename!r} is stored as is, yet with two sizes")
    return Member(
        name=entry.filename,
        method=entry.compress_type,
        start=entry.header_offset + _LOCAL.size + n_name + n_extra,
        stored_size=entry.compress_size,
        size=entry.file_size,
        crc=entry.CRC,
        encrypted=bool(entry.flag_bits & _FLAG_ENCRYPTED),
    )


def _check_names(members: Sequence[Member], name: str) -> None:
    seen: set[str] = set()
    for member in members:
        if member.name in seen:
            raise _corrupt(name, f"it holds two members named {member.name!r}")
        seen.add(member.name)


def _check_places(
    entries: Sequence[zipfile.ZipInfo], members: Sequence[Member], end: _EndRecord, name: str
) -> None:
    """Refuse members that overlap: a small file can so pretend to hold much."""
    places = sorted(
        (entry.header_offset, member.start + member.stored_size, member.name)
        for entry, member in zip(entries, members, strict=True)
    )
    if places and places[0][0] != 0:
        raise _corrupt(name, f"{places[0][0]} bytes stand before its first member")
    for (_, stop, first), (start, _, second) in pairwise(places):
        if stop > start:
            raise _corrupt(name, f"{first!r} and {second!r} overlap")
    if places and places[-1][1] > end.offset:
        raise _corrupt(name, f"{places[-1][2]!r} reaches into its index")


def _truncated(name: str, found: str) -> TruncatedFileError:
    fix = "download or copy it again"
    msg = f"{name} is incomplete ({found}); {fix}."
    return TruncatedFileError(msg, where=name, found=found, fix=fix)


def _corrupt(name: str, reason: str) -> CorruptFileError:
    fix = "download or copy it again"
    msg = f"{name} is damaged: {reason}; {fix}."
    return CorruptFileError(msg, where=name, found=reason, fix=fix)

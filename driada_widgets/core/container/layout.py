"""Where each byte of an archive lies: a zip of stored members, arrays on multiples of 64 bytes.

Everything here follows from the list of members alone. The writer writes what these functions
give; the reader makes it again from the manifest and compares, so that no byte of a file is
trusted and nothing has to be parsed but the very end.

Zip structures and field names are those of the .ZIP File Format Specification (APPNOTE.TXT 6.3.10,
sections 4.3 and 4.5); the array header is NumPy's format 1.0 (NEP 1).
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

__all__ = [
    "ALIGNMENT",
    "END_BYTES",
    "MANIFEST_NAME",
    "MAX_HEADER_BYTES",
    "Member",
    "directory",
    "local_header",
    "manifest_position",
    "npy_header",
    "offsets_of",
]

ALIGNMENT = 64  # a cache line, and what NumPy's own header is a multiple of
MANIFEST_NAME = "manifest.json"
MAX_HEADER_BYTES = 10_000  # NumPy's own limit for the header of an array
COMMENT_PREFIX = b"driada_widgets manifest sha256 "

_PADDING_ID = 0x6477  # "wd": marks our padding in the extra field; readers of zip skip it
_ZIP64_ID = 0x0001
_LIMIT32 = 0xFFFFFFFF
_LIMIT16 = 0xFFFF
_DATE_1980 = 0x21  # 1 January 1980, the first date of zip: equal content, equal bytes
_MODE = 0o100644 << 16
_VERSION, _VERSION_ZIP64 = 20, 45
_BY_UNIX = 3 << 8

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")

CRC_POSITION = 14  # of the CRC-32 in a local header
COMMENT_BYTES = len(COMMENT_PREFIX) + 64
END_BYTES = _END.size + COMMENT_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of the zip.

    Parameters
    ----------
    name
        ASCII name with its suffix.
    header
        First bytes of its content: the array's header, or nothing.
    n_bytes
        Bytes that follow the header.
    crc32
        CRC-32 of header and data together.
    """

    name: str
    header: bytes
    n_bytes: int
    crc32: int = 0

    @property
    def size(self) -> int:
        """Bytes of the content."""
        return len(self.header) + self.n_bytes

    @property
    def is_aligned(self) -> bool:
        """Whether its content begins on a multiple of ``ALIGNMENT``."""
        return bool(self.header)


def npy_header(dtype: np.dtype[np.generic], shape: Sequence[int]) -> bytes:
    """Give the header of a C-ordered array in NumPy's format 1.0.

    Raises
    ------
    ValueError
        If it would be longer than ``MAX_HEADER_BYTES``.
    """
    fields = f"{{'descr': {dtype.str!r}, 'fortran_order': False, 'shape': {tuple(shape)!r}, }}"
    text = fields.encode("ascii")
    size = math.ceil((10 + len(text) + 1) / ALIGNMENT) * ALIGNMENT
    if size > MAX_HEADER_BYTES:
        msg = f"The header of an array of shape {tuple(shape)} would have {size} bytes."
        raise ValueError(msg)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", size - 10) + text.ljust(size - 11) + b"\n"


def local_header(member: Member, offset: int) -> bytes:
    """Give what precedes the content of a member whose header begins at ``offset``."""
    name = member.name.encode("ascii")
    extra = b""
    size = member.size
    if size >= _LIMIT32:
        extra = struct.pack("<2H2Q", _ZIP64_ID, 16, size, size)
        size = _LIMIT32
    if member.is_aligned:
        unpadded = offset + _LOCAL.size + len(name) + len(extra) + 4
        n_zeros = -unpadded % ALIGNMENT
        extra += struct.pack("<2H", _PADDING_ID, n_zeros) + bytes(n_zeros)
    fixed = _LOCAL.pack(
        b"PK\x03\x04",
        _VERSION_ZIP64 if size == _LIMIT32 else _VERSION,
        0,
        0,
        0,
        _DATE_1980,
        member.crc32,
        size,
        size,
        len(name),
        len(extra),
    )
    return fixed + name + extra


def offsets_of(members: Sequence[Member]) -> tuple[list[int], int]:
    """Give where each member's local header begins, and where the directory does."""
    offsets = []
    position = 0
    for member in members:
        offsets.append(position)
        position += len(local_header(member, position)) + member.size
    return offsets, position


def directory(members: Sequence[Member], manifest_digest: str) -> bytes:
    """Give everything that follows the last member.

    Parameters
    ----------
    members
        All members, the manifest last.
    manifest_digest
        SHA-256 of the manifest's bytes, 64 hexadecimal digits; becomes the comment of the zip.

    Returns
    -------
    bytes
        The central directory and the end records.
    """
    offsets, start = offsets_of(members)
    records = b"".join(map(_central_record, members, offsets))
    n_members = len(members)
    ending = b""
    if start >= _LIMIT32 or len(records) >= _LIMIT32:
        version = _VERSION_ZIP64
        ending += _END64.pack(
            b"PK\x06\x06",
            _END64.size - 12,
            version | _BY_UNIX,
            version,
            0,
            0,
            n_members,
            n_members,
            len(records),
            start,
        )
        ending += _LOCATOR64.pack(b"PK\x06\x07", 0, start + len(records), 1)
    comment = COMMENT_PREFIX + manifest_digest.encode("ascii")
    ending += _END.pack(
        b"PK\x05\x06",
        0,
        0,
        n_members,
        n_members,
        min(len(records), _LIMIT32),
        min(start, _LIMIT32),
        len(comment),
    )
    return records + ending + comment


def _central_record(member: Member, offset: int) -> bytes:
    name = member.name.encode("ascii")
    large = [value for value in (member.size, member.size, offset) if value >= _LIMIT32]
    extra = struct.pack(f"<2H{len(large)}Q", _ZIP64_ID, 8 * len(large), *large) if large else b""
    size = min(member.size, _LIMIT32)
    version = _VERSION_ZIP64 if large else _VERSION
    fixed = _CENTRAL.pack(
        b"PK\x01\x02",
        version | _BY_UNIX,
        version,
        0,
        0,
        0,
        _DATE_1980,
        member.crc32,
        size,
        size,
        len(name),
        len(extra),
        0,
        0,
        0,
        _MODE,
        min(offset, _LIMIT32),
    )
    return fixed + name + extra


def has_our_mark(head: bytes) -> bool:
    """Say whether a file whose first bytes are ``head`` begins as our archives do."""
    if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
        return False
    name_length, extra_length = struct.unpack_from("<2H", head, _LOCAL.size - 4)
    position = _LOCAL.size + name_length
    stop = position + extra_length
    while position + 4 <= min(stop, len(head)):
        kind, length = struct.unpack_from("<2H", head, position)
        if kind == _PADDING_ID:
            return True
        position += 4 + length
    return False


def manifest_digest_of(tail: bytes) -> str | None:
    """Give the digest in the comment of a file that ends with ``tail``; ``None``: not ours."""
    comment = tail[-COMMENT_BYTES:]
    if len(tail) < END_BYTES or not comment.startswith(COMMENT_PREFIX):
        return None
    return comment[len(COMMENT_PREFIX) :].decode("ascii", errors="replace")


def manifest_position(tail: bytes, size: int) -> tuple[int, int] | None:
    """Find the manifest from the end of a file.

    Parameters
    ----------
    tail
        Last bytes of the file, some hundred at least.
    size
        Size of the file.

    Returns
    -------
    tuple of int or None
        Offset and size of the manifest's text, inside the file; ``None`` if the end is not as we
        write it.
    """
    stop = len(tail) - END_BYTES
    if stop < 0 or tail[stop : stop + 4] != b"PK\x05\x06":
        return None
    if tail[stop - _LOCATOR64.size :].startswith(b"PK\x06\x07"):
        stop -= _LOCATOR64.size + _END64.size
    name = MANIFEST_NAME.encode("ascii")
    for n_extra in (0, 12):  # 12: the offset in an extra field, from 4 GiB
        start = stop - _CENTRAL.size - len(name) - n_extra
        if start < 0 or tail[start : start + 4] != b"PK\x01\x02":
            continue
        fields = _CENTRAL.unpack_from(tail, start)
        if tail[start + _CENTRAL.size :].startswith(name):
            offset = struct.unpack_from("<Q", tail, stop - 8)[0] if n_extra else fields[-1]
            position = offset + _LOCAL.size + len(name)
            return (position, fields[9]) if position + fields[9] <= size else None
    return None

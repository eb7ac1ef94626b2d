"""Zip files made byte by byte, so that they can lie."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["RawMember", "npy_bytes", "npy_header", "raw_zip"]

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")


@dataclass(frozen=True, kw_only=True)
class RawMember:
    """One member; what is ``None`` is told truthfully."""

    name: str
    contents: bytes
    method: int = 0
    flags: int = 0x800
    size: int | None = None
    stored_size: int | None = None
    crc: int | None = None
    local_name: str | None = None
    local_size: int | None = None
    offset: int | None = None

    def packed(self) -> bytes:
        """Give the bytes as they are stored."""
        if self.method != 8:
            return self.contents
        deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        return deflate.compress(self.contents) + deflate.flush()


def raw_zip(
    members: Sequence[RawMember],
    *,
    before: bytes = b"",
    between: bytes = b"",
    n_entries: int | None = None,
    comment: bytes = b"",
) -> bytes:
    """Make a zip.

    ``before`` stands in front of everything, ``between`` in front of the directory; ``n_entries``
    is how many members the last record claims.
    """
    body = bytearray(before)
    directory = bytearray()
    for member in members:
        packed = member.packed()
        crc = zlib.crc32(member.contents) if member.crc is None else member.crc
        size = len(member.contents) if member.size is None else member.size
        stored = len(packed) if member.stored_size is None else member.stored_size
        own_size = size if member.local_size is None else member.local_size
        own_name = (member.local_name or member.name).encode()
        name = member.name.encode()
        offset = len(body) if member.offset is None else member.offset
        head = (20, member.flags, member.method, 0, 33, crc)
        body += _LOCAL.pack(b"PK\x03\x04", *head, stored, own_size, len(own_name), 0)
        body += own_name + packed
        directory += _CENTRAL.pack(
            b"PK\x01\x02", 20, *head, stored, size, len(name), 0, 0, 0, 0, 0, offset
        )
        directory += name
    body += between
    n = len(members) if n_entries is None else n_entries
    end = _END.pack(b"PK\x05\x06", 0, 0, n, n, len(directory), len(body), len(comment))
    return bytes(body) + bytes(directory) + end + comment


def npy_bytes(array: NDArray[Any]) -> bytes:
    """Give an array as NumPy writes it to a file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def npy_header(text: str, *, version: int = 1, length: int | None = None) -> bytes:
    """Give a header with any text and any declared length."""
    body = text.encode("latin1")
    n = len(body) if length is None else length
    return (
        b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<L", n) + body
    )

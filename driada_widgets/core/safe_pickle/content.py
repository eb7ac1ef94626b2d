"""Where the bytes of a pickle come from: memory, a mapped file, or a file that is inflated."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import mmap
import zlib
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn, cast

from driada_widgets.core.errors import (
    CorruptFileError,
    FileTooLargeError,
    NotFoundError,
    NotThisFormatError,
    StorageError,
    TruncatedFileError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from driada_widgets.core.safe_pickle.limits import Limits

__all__ = ["ViewReader", "compression_of", "open_content"]

_CHUNK = 1 << 20
_HONEST_GROWTH = 256 << 20  # below it a ratio says nothing: sparse data compress very well

_MAGIC: Final = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}

# What a file that is no pickle looks like at its start, in lower case.
_OTHERS: Final = {
    b"pk\x03\x04": "a ZIP or NPZ archive",
    b"\x89hdf": "an HDF5 file",
    b"\x93numpy": "a NumPy array file",
    b"matlab": "a MATLAB file",
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b'{"error"': "an error message in JSON",
}


class ViewReader(io.RawIOBase):
    """A file over a piece of memory: large pieces are copied once, straight to where they stay.

    Parameters
    ----------
    view
        What to read.
    """

    def __init__(self, view: memoryview) -> None:
        super().__init__()
        self._view = view
        self._position = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Copy the next bytes into ``buffer`` and give their number."""
        with memoryview(buffer).cast("B") as target:
            piece = self._view[self._position : self._position + len(target)]
            target[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)


def compression_of(head: bytes) -> str:
    """Name the compression that these first bytes announce; empty if none."""
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "")


@contextlib.contextmanager
def open_content(source: Path | bytes, limits: Limits, where: str) -> Iterator[memoryview]:
    """Give the bytes of a pickle, decompressed, for as long as the block lasts.

    Parameters
    ----------
    source
        A file, or its bytes.
    limits
        How large it may be.
    where
        Name of the file, for messages.

    Raises
    ------
    NotFoundError, StorageError
        If the file cannot be opened.
    NotThisFormatError
        If it is plainly something else.
    TruncatedFileError
        If it is empty or ends too early.
    FileTooLargeError
        If it is, or would become, larger than the limits allow.
    """
    if isinstance(source, bytes):
        with memoryview(source) as view, _inflated(view, limits, where) as content:
            yield content
        return
    with (
        _opened(source, where) as file,
        contextlib.closing(_mapped(file, where)) as mapped,
        memoryview(mapped) as view,
        _inflated(view, limits, where) as content,
    ):
        yield content


def _opened(path: Path, where: str) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        msg = f"There is no file {where}. Check the folder and the name."
        raise NotFoundError(msg, where=str(path), fix="check the path") from error
    except OSError as error:
        msg = f"{where} cannot be opened: {error.strerror or error}."
        raise StorageError(msg, where=str(path)) from error


def _mapped(file: IO[bytes], where: str) -> mmap.mmap:
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError as error:
        raise _empty(where) from error
    except OSError as error:
        msg = f"{where} cannot be read: {error.strerror or error}."
        raise StorageError(msg, where=where) from error


def _empty(where: str) -> TruncatedFileError:
    msg = f"{where} is empty (0 bytes). Copy it again, or make it again from the data."
    return TruncatedFileError(msg, where=where, found="0 bytes", fix="copy it again")


@contextlib.contextmanager
def _inflated(view: memoryview, limits: Limits, where: str) -> Iterator[memoryview]:
    if not len(view):
        raise _empty(where)
    head = bytes(view[:128])
    _check_kind(head, where)
    compression = compression_of(head)
    allowed = limits.bytes_for(compressed=bool(compression))
    if len(view) > allowed:
        _refuse_size(f"it has {len(view)} bytes and {allowed} are allowed", where)
    if not compression:
        yield view
        return
    with memoryview(_inflate(view, compression, allowed, limits.max_ratio, where)) as content:
        yield content


def _check_kind(head: bytes, where: str) -> None:
    start = head.lstrip().lower()
    for magic, kind in _OTHERS.items():
        if start.startswith(magic):
            msg = f"{where} is {kind}, not a pickle. Open it as what it is."
            raise NotThisFormatError(msg, where=where, found=kind, expected="a pickle")


def _refuse_size(what: str, where: str, cause: BaseException | None = None) -> NoReturn:
    msg = f"{where} was not opened: {what}. Close other programs, or raise the limit on purpose."
    raise FileTooLargeError(msg, where=where, found=what) from cause


def _inflate(
    view: memoryview, compression: str, allowed: int, max_ratio: float, where: str
) -> bytearray:
    """Inflate piece by piece and count: what a header declares can lie."""
    content = bytearray()
    try:
        with _decompressor(view, compression) as stream:
            while piece := stream.read(_CHUNK):
                content += piece
                size = len(content)
                if size > allowed:
                    _refuse_size(f"it inflates to more than {allowed} bytes", where)
                if size > _HONEST_GROWTH and size > max_ratio * len(view):
                    what = f"it inflates to more than {max_ratio:g} times its size"
                    _refuse_size(what, where)
    except EOFError as error:
        msg = f"{where} is incomplete: its {compression} stream has no end. Copy it again."
        raise TruncatedFileError(msg, where=where, fix="copy it again") from error
    except MemoryError as error:
        _refuse_size("there is not enough memory to inflate it", where, error)
    except (OSError, zlib.error, lzma.LZMAError) as error:
        msg = f"{where} is damaged: {error}. Copy it again."
        raise CorruptFileError(msg, where=where, found=str(error), fix="copy it again") from error
    if not content:
        raise _empty(where)
    return content


def _decompressor(view: memoryview, compression: str) -> io.BufferedIOBase:
    reader = cast("IO[bytes]", ViewReader(view))  # a raw stream has all that they call
    if compression == "gzip":
        return gzip.GzipFile(fileobj=reader, mode="rb")
    if compression == "bz2":
        return bz2.BZ2File(reader, "rb")
    return lzma.LZMAFile(reader, "rb")

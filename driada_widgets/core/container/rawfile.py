"""A file read at given offsets, from any thread."""

from __future__ import annotations

import mmap
import os
import threading
import weakref
from typing import TYPE_CHECKING

from driada_widgets.core.errors import (
    DataFileError,
    NotFoundError,
    NotThisFormatError,
    TruncatedFileError,
)

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RawFile"]


class RawFile:
    """A file opened for reading; it closes itself when nobody holds it any more.

    Reading gives an error where a memory map would end the process: when the disk fails, or when
    somebody shortens the file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    NotFoundError
        If there is no such file.
    NotThisFormatError
        If it is a folder.
    DataFileError
        If it may not be read.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except FileNotFoundError as error:
            msg = f"There is no file {path}."
            raise NotFoundError(msg, where=self.name) from error
        except OSError as error:
            msg = f"{self.name} cannot be read: {error.strerror}."
            raise DataFileError(msg, where=self.name) from error
        self._lock = threading.Lock()
        self._finalizer = weakref.finalize(self, os.close, self._descriptor)
        state = os.fstat(self._descriptor)
        self.size = state.st_size
        self.identity = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)

    def close(self) -> None:
        """Close the file; it may be closed already."""
        self._finalizer()

    def size_now(self) -> int:
        """Give the present size of the file."""
        return os.fstat(self._open_descriptor).st_size

    def map(self) -> mmap.mmap:
        """Map the whole file, read-only."""
        return mmap.mmap(self._open_descriptor, 0, access=mmap.ACCESS_READ)

    def read(self, offset: int, n_bytes: int) -> bytes:
        """Read at most ``n_bytes`` from ``offset``; fewer only where the file ends."""
        data = bytearray(max(0, min(n_bytes, self.size_now() - offset)))
        self.read_into(offset, memoryview(data))
        return bytes(data)

    def read_into(self, offset: int, target: memoryview) -> None:
        """Fill ``target`` from ``offset``.

        Raises
        ------
        TruncatedFileError
            If the file ends before ``target`` is full.
        """
        done = 0
        while done < len(target):
            try:
                count = self._read_some(offset + done, target[done:])
            except IsADirectoryError as error:
                msg = f"{self.name} is a folder, not a file."
                raise NotThisFormatError(msg, where=self.name) from error
            except OSError as error:
                msg = f"{self.name} cannot be read at byte {offset + done}: {error.strerror}."
                raise DataFileError(msg, where=self.name) from error
            if count == 0:
                msg = (
                    f"{self.name} is incomplete: it ends at byte {offset + done}.\n"
                    "Download or copy it again."
                )
                raise TruncatedFileError(msg, where=self.name)
            done += count

    def _read_some(self, offset: int, target: memoryview) -> int:
        if hasattr(os, "preadv"):
            return os.preadv(self._open_descriptor, [target], offset)
        with self._lock:  # Windows: two calls that belong together
            os.lseek(self._open_descriptor, offset, os.SEEK_SET)
            data = os.read(self._open_descriptor, len(target))
        target[: len(data)] = data
        return len(data)

    @property
    def _open_descriptor(self) -> int:
        # The number of a closed file may be another file's by now.
        if not self._finalizer.alive:
            msg = f"{self.name} is closed."
            raise ValueError(msg)
        return self._descriptor

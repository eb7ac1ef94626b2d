"""A new file that is written by a thread of its own, past the system's cache where it can be."""

from __future__ import annotations

import errno
import io
import mmap
import os
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from _typeshed import ReadableBuffer

__all__ = ["NewFile"]

_BUFFER_BYTES = 4 * 1024 * 1024  # a multiple of every disk's block, and a turn of slow disks
_N_BUFFERS = 3  # one is filled, one is written, and one evens out their pace
_REFUSALS = {errno.EINVAL, errno.EOPNOTSUPP}  # of direct writing, by file systems


class NewFile(io.BufferedIOBase):
    """A file that must not exist yet; what is written to it goes to the disk meanwhile.

    Whole buffers of 4 MB are written by a thread, and on Linux straight from our memory to the disk
    (``O_DIRECT``), so that bringing the file to the disk in the end is no work any more, and a
    gigabyte that is saved does not push what others use out of the system's cache. Where the file
    system does not allow it, and for what is left over, writing is the usual one.

    Parameters
    ----------
    path
        Name of the file.

    Raises
    ------
    FileExistsError
        If it exists.
    OSError
        If it cannot be made. What fails in the thread is raised by the next `write`, `flush` or
        `seek`.
    """

    def __init__(self, path: Path) -> None:
        self._raw = io.FileIO(path, "xb")
        self._is_direct = False
        self._may_be_direct = True
        self._buffer = memoryview(b"")
        self._n_filled = 0
        self._start = 0  # where in the file the buffer goes
        self._free: list[memoryview] = []
        self._written: deque[tuple[memoryview, Future[None]]] = deque()
        self._writer: ThreadPoolExecutor | None = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file; after an error, what was not written yet is given up."""
        if error is not None:
            self._end_writer()
            self._written.clear()
            self._n_filled = 0
        self.close()

    def __enter__(self) -> Self:
        """Give the file."""
        return self

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def seekable(self) -> bool:
        """Say that it has places."""
        return True

    def fileno(self) -> int:
        """Give the number by which the system knows it."""
        return self._raw.fileno()

    def tell(self) -> int:
        """Give the place of the next byte."""
        return self._start + self._n_filled

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place, counted from the beginning of the file."""
        if whence != io.SEEK_SET:
            msg = "places are counted from the beginning"
            raise io.UnsupportedOperation(msg)
        self.flush()
        self._start = self._raw.seek(offset)
        return self._start

    def write(self, data: ReadableBuffer, /) -> int:
        """Write bytes; they are copied, so the caller may change its own."""
        given = memoryview(data).cast("B")
        n_done = 0
        while n_done < len(given):
            if self._n_filled == len(self._buffer):
                self._next_buffer()
            n_taken = min(len(given) - n_done, len(self._buffer) - self._n_filled)
            self._buffer[self._n_filled : self._n_filled + n_taken] = given[
                n_done : n_done + n_taken
            ]
            self._n_filled += n_taken
            n_done += n_taken
        return n_done

    def flush(self) -> None:
        """Give the system everything that was written so far."""
        if self.closed:
            return
        self._wait()
        if self._n_filled:
            n_filled, self._n_filled = self._n_filled, 0
            self._may_be_direct = False
            self._put(self._buffer[:n_filled])
            self._start += n_filled

    def close(self) -> None:
        """Write what is left, and close the file also if that fails."""
        if self.closed:
            return
        try:
            self.flush()
        finally:
            self._end_writer()
            self._raw.close()
            self._buffer, self._free = memoryview(b""), []
            super().close()

    def _next_buffer(self) -> None:
        """Hand the full buffer to the thread and take an empty one."""
        if self._n_filled:
            self._written.append((self._buffer, self._submit(self._buffer)))
            self._start += self._n_filled
            self._n_filled = 0
        if not self._free and len(self._written) < _N_BUFFERS:
            # Memory of its own begins at a page, as `O_DIRECT` asks for.
            self._free.append(memoryview(mmap.mmap(-1, _BUFFER_BYTES)))
        if not self._free:
            self._take_back()
        self._buffer = self._free.pop()

    def _submit(self, full: memoryview) -> Future[None]:
        from concurrent.futures import ThreadPoolExecutor

        if self._writer is None:
            self._writer = ThreadPoolExecutor(1, thread_name_prefix="write")
        return self._writer.submit(self._put, full)

    def _end_writer(self) -> None:
        if self._writer is not None:
            self._writer.shutdown(cancel_futures=True)
            self._writer = None

    def _take_back(self) -> None:
        """Wait for the oldest buffer that is being written."""
        buffer, future = self._written.popleft()
        future.result()
        self._free.append(buffer)

    def _wait(self) -> None:
        while self._written:
            self._take_back()

    def _put(self, data: memoryview) -> None:
        """Write all of it where the file is; direct where that is possible."""
        while data:
            self._switch()
            try:
                n_done = self._raw.write(data)
            except OSError as error:
                if not self._is_direct or error.errno not in _REFUSALS:
                    raise
                self._may_be_direct = False
                continue
            data = data[n_done:]

    def _switch(self) -> None:
        """Let the system write directly, or no more; where it cannot, it says so at once."""
        if self._may_be_direct == self._is_direct:
            return
        flag = getattr(os, "O_DIRECT", 0)
        if not flag:
            self._may_be_direct = False
            return
        import fcntl

        flags = fcntl.fcntl(self._raw, fcntl.F_GETFL)
        try:
            fcntl.fcntl(
                self._raw, fcntl.F_SETFL, flags | flag if self._may_be_direct else flags & ~flag
            )
        except OSError:
            if self._is_direct:  # to ask again would be for ever
                raise
            self._may_be_direct = False
        else:
            self._is_direct = self._may_be_direct

"""What bytes go through on their way into a file: compression, and counts that can be stopped."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from driada_widgets.core.report import Progress

__all__ = ["Compression", "Counted", "compressor"]

Compression = Literal["gzip", "bz2", "xz"]
PIECE_BYTES = 4 * 1024 * 1024


class Counted:
    """Passes what is written on, in pieces, and asks between them whether to stop."""

    def __init__(self, file: Any, progress: Progress) -> None:
        self._file = file
        self._progress = progress

    def write(self, data: bytes | memoryview) -> int:
        """Write all of it."""
        view = memoryview(data).cast("B")
        for start in range(0, len(view), PIECE_BYTES):
            piece = view[start : start + PIECE_BYTES]
            self._file.write(piece)
            self._progress.count_bytes(len(piece))
        return len(view)


@contextmanager
def compressor(file: BinaryIO, compression: Compression | None) -> Iterator[Any]:
    """Give what is written to: the file itself, or what compresses into it."""
    if compression is None:
        yield file
    elif compression == "gzip":
        import gzip

        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as stream:
            yield stream
    elif compression == "bz2":
        import bz2

        with bz2.BZ2File(file, "wb") as stream:
            yield stream
    else:
        import lzma

        with lzma.LZMAFile(file, "wb") as stream:
            yield stream

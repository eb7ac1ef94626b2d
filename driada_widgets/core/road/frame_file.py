"""Bad frames from a file: an array of frames or a mask, or a table in a text file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import DataShapeError, FileTooLargeError, NotThisFormatError
from driada_widgets.core.machine import format_bytes
from driada_widgets.core.request import frames
from driada_widgets.core.request.frame_table import FrameList, read_table
from driada_widgets.core.sources.npy_file import is_npy, read_npy
from driada_widgets.core.sources.recognise import not_found, refusal, refusal_of_message

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["FRAME_SUFFIXES", "read_frame_file"]

FRAME_SUFFIXES = (".npy", ".csv", ".tsv", ".txt")
MAX_BYTES = 16 << 20
"""Largest file of frames that is read: two million frame numbers, a day at 20 Hz."""


def read_frame_file(
    path: Path, *, fps: float | None = None, n_frames: int | None = None
) -> FrameList:
    """Read bad frames from a file.

    Parameters
    ----------
    path
        A ``.npy`` file with frame numbers, a mask of the recording or ranges ``(start, stop)`` of
        shape ``(n, 2)``; or a text file that ``frame_table.read_table`` takes.
    fps
        Frame rate in Hz; needed only for times.
    n_frames
        Frames of the recording, if known. Frames past its end are kept.

    Returns
    -------
    FrameList
        Ranges, and how they were understood.

    Raises
    ------
    NotFoundError
        If there is no such file.
    DataFileError
        If it is damaged, too large, or neither an array nor text; nothing is ever unpickled.
    ParameterError
        If what it holds are no frames.
    """
    if not path.is_file():
        raise refusal(path, expected="a list of frames") if path.exists() else not_found(path)
    if path.suffix.lower() == ".npy" or is_npy(path):
        return _from_array(read_npy(path, max_bytes=MAX_BYTES), path, n_frames)
    return read_table(_text_of(path), fps=fps, n_frames=n_frames)


def _from_array(array: NDArray[Any], path: Path, n_frames: int | None) -> FrameList:
    if array.ndim == 2 and array.shape[1] == 2 and array.dtype.kind != "b":
        ranges = frames.from_given(array.tolist())
        return FrameList(ranges=ranges, said="start and stop of each range, stop not included")
    if array.ndim == 2 and 1 in array.shape:
        array = array.ravel()  # as MATLAB's vectors come
    if array.ndim > 1:
        msg = (
            f"The array in {path.name} has the shape {array.shape}. Expected frame numbers (n,), "
            f"a mask (n_frames,) or ranges (n, 2)."
        )
        raise DataShapeError(msg, where=path.name, found=str(array.shape))
    is_mask = array.dtype.kind == "b"
    if not is_mask and array.size == n_frames and ((array == 0) | (array == 1)).all():
        array, is_mask = array.astype(bool), True
    if is_mask:
        ranges = frames.from_given(array, n_frames=n_frames)
        return FrameList(ranges=ranges, said="a mask of the recording")
    return FrameList(ranges=frames.from_given(array), said="frame numbers, counted from 0")


def _text_of(path: Path) -> str:
    n_bytes = path.stat().st_size
    if n_bytes > MAX_BYTES:
        size = format_bytes(n_bytes)
        msg = f"{path.name} has {size}; at most {format_bytes(MAX_BYTES)} are read as frames."
        raise FileTooLargeError(msg, where=path.name, found=size)
    said = refusal_of_message(path)
    if said is not None:
        raise said
    content = path.read_bytes()
    if not content.strip():
        raise refusal(path, expected="a list of frames")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _no_text(path) from error
    if "\0" in text:
        raise _no_text(path)
    return text


def _no_text(path: Path) -> Exception:
    found = refusal(path, expected="a list of frames")
    if isinstance(found, NotThisFormatError):
        return found
    msg = f"{path.name} is neither text nor a .npy file of frames."
    return NotThisFormatError(msg, where=path.name)

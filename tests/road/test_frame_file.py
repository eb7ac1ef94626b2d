"""Files of bad frames: arrays and tables are read, everything else is refused in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import (
    CorruptFileError,
    DataShapeError,
    DataTypeError,
    FileTooLargeError,
    LoaderError,
    NotFoundError,
    NotThisFormatError,
    ParameterError,
    TruncatedFileError,
    UnsafeContentError,
)
from driada_widgets.core.request.frames import Ranges
from driada_widgets.core.road import frame_file
from driada_widgets.core.road.frame_file import read_frame_file

MASK = np.zeros(1000, dtype=bool)
MASK[[0, 1, 999]] = True


def saved(folder: Path, array: Any, *, allow_pickle: bool = False) -> Path:
    """Save an array as NumPy does."""
    path = folder / "bad_frames.npy"
    np.save(path, array, allow_pickle=allow_pickle)
    return path


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([5, 3, 4, 9]), ((3, 6), (9, 10))),
        (np.array([[5, 3, 4, 9]], dtype=">u2"), ((3, 6), (9, 10))),
        (np.array([3.0, 4.0]), ((3, 5),)),
        (np.array([], dtype=int), ()),
        (np.array([[120, 180], [300, 301]]), ((120, 180), (300, 301))),
        (np.asfortranarray([[120, 180], [300, 301], [7, 8]]), ((7, 8), (120, 180), (300, 301))),
        (MASK, ((0, 2), (999, 1000))),
        (MASK.astype(np.uint8), ((0, 2), (999, 1000))),
        (MASK.astype(float)[:, np.newaxis], ((0, 2), (999, 1000))),
    ],
    ids=["frames", "vector", "floats", "none", "ranges", "fortran", "mask", "ints", "column"],
)
def test_arrays(tmp_path: Path, array: Any, expected: Ranges) -> None:
    """Frame numbers, masks and half-open ranges are told apart by type, shape and length."""
    assert read_frame_file(saved(tmp_path, array), n_frames=1000).ranges == expected


@pytest.mark.parametrize(
    ("array", "error", "says"),
    [
        (MASK[:500], ParameterError, "shape (1000,)"),
        (np.array([-1]), ParameterError, "outside"),
        (np.array([10.5]), ParameterError, "not a whole frame"),
        (np.zeros((4, 3), dtype=int), DataShapeError, "(4, 3)"),
        (np.array(["a"]), DataTypeError, "does not hold numbers"),
        (np.array([1j]), DataTypeError, "does not hold numbers"),
    ],
    ids=["short-mask", "negative", "half", "three-columns", "text", "complex"],
)
def test_arrays_that_are_no_frames(
    tmp_path: Path, array: Any, error: type[LoaderError], says: str
) -> None:
    """What is no list of frames of this recording is refused, with what it is."""
    with pytest.raises(error) as caught:
        read_frame_file(saved(tmp_path, array), n_frames=1000)

    assert says in str(caught.value)


class Payload:
    """Would leave a mark if it were unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (self.mark,)


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    """An array of Python objects is refused and nothing in it runs."""
    mark = tmp_path / "mark"
    path = saved(tmp_path, np.array([Payload(mark)], dtype=object), allow_pickle=True)

    with pytest.raises(UnsafeContentError, match="Python objects"):
        read_frame_file(path)

    assert not mark.exists()


@pytest.mark.parametrize("n_bytes", [1, 7, 60, 200])
def test_cut_array(tmp_path: Path, n_bytes: int) -> None:
    """A file that was cut anywhere is refused."""
    path = saved(tmp_path, np.arange(100))
    path.write_bytes(path.read_bytes()[:n_bytes])

    with pytest.raises((CorruptFileError, TruncatedFileError, NotThisFormatError)):
        read_frame_file(path)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("bad.csv", b"", TruncatedFileError),
        ("bad.csv", b"<!doctype html><title>Sign in</title>", NotThisFormatError),
        ("bad.txt", b"\x89PNG\r\n\x1a\n\0\0\0", NotThisFormatError),
        ("bad.txt", b"\xff\xfa\x00\x01\x02", LoaderError),
        ("bad.npy", b"start,stop\n1,2\n", NotThisFormatError),
    ],
    ids=["empty", "page", "image", "binary", "text-named-npy"],
)
def test_other_files(tmp_path: Path, name: str, content: bytes, error: type[LoaderError]) -> None:
    """A file that is neither says what it is."""
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(error, match=name):
        read_frame_file(path)


def test_missing_folder_and_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name without a file, a folder and a file beyond the limit are refused before reading."""
    monkeypatch.setattr(frame_file, "MAX_BYTES", 100)

    with pytest.raises(NotFoundError):
        read_frame_file(tmp_path / "no.csv")
    with pytest.raises(NotThisFormatError, match="a folder"):
        read_frame_file(tmp_path)
    with pytest.raises(FileTooLargeError):
        read_frame_file(saved(tmp_path, np.arange(100)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_file(tmp_path: Path, encoding: str) -> None:
    """Tables are read as editors and spreadsheets save them, and say how they were understood."""
    path = tmp_path / "bad.csv"
    path.write_text("Start (s);Stop (s)\n6,0;9,0\n", encoding=encoding)

    found = read_frame_file(path, fps=20.0)

    assert found.ranges == ((120, 180),)
    assert found.said == "'Start (s)' and 'Stop (s)' in s, the end not included"

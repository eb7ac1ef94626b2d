"""The reader of a file is found by its bytes; what no reader takes is told by what it is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets import open_experiment
from driada_widgets.core.errors import (
    NotFoundError,
    NotThisFormatError,
    StorageError,
    TruncatedFileError,
)
from driada_widgets.core.sources import registry
from driada_widgets.core.sources.base import Inventory, Reader
from driada_widgets.core.sources.npz import NpzReader
from driada_widgets.core.sources.registry import find_reader, readers, register_reader
from tests.contracts.reader import FOREIGN


class LinesReader:
    """A format for tests: text that starts with a word."""

    name: ClassVar[str] = "lines"
    suffixes: ClassVar[tuple[str, ...]] = (".lines", ".txt")

    def sniff(self, path: Path) -> bool:
        return path.is_file() and path.read_bytes().startswith((b"lines", b"PK"))

    def inspect(self, path: Path) -> Inventory:
        return Inventory(format=self.name, path=path, n_bytes=0, arrays=())

    def read(self, path: Path, names: Sequence[str]) -> dict[str, NDArray[np.generic]]:
        return {name: np.zeros(path.stat().st_size) for name in names}


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    """Give the list of formats back as it was."""
    before = dict(registry._registered)
    yield
    registry._registered.clear()
    registry._registered.update(before)


def test_bytes_decide(tmp_path: Path) -> None:
    """An NPZ under another name is read as NPZ."""
    path = tmp_path / "recording.mat"
    with path.open("wb") as file:
        np.savez(file, calcium=np.zeros((2, 5)))

    assert find_reader(path).name == "npz"
    assert find_reader(str(path)).name == "npz"


def test_suffix_breaks_ties(tmp_path: Path) -> None:
    """Where two readers know the bytes, the one that knows the suffix is taken, else the newer."""
    register_reader(LinesReader())
    paths = [tmp_path / name for name in ("a.npz", "a.lines", "a.dat")]
    for path in paths:
        with path.open("wb") as file:
            np.savez(file, calcium=np.zeros((2, 5)))

    assert [find_reader(path).name for path in paths] == ["npz", "lines", "lines"]


def test_readers_are_registered_and_replaced() -> None:
    """A new format is asked first; one with a known name takes the place of the known one."""
    built_in = [reader.name for reader in readers()]
    ours: Reader = LinesReader()
    register_reader(ours)
    raised = NpzReader(inflate_limit=10)
    register_reader(raised)

    assert [reader.name for reader in readers()] == ["lines", *built_in]
    assert raised in readers()


@pytest.mark.parametrize("thing", [LinesReader, object(), None], ids=["class", "object", "None"])
def test_what_is_no_reader_is_refused(thing: object) -> None:
    """A class or an object without the doors of a reader is a `TypeError`."""
    with pytest.raises(TypeError, match="expected a reader"):
        register_reader(thing)  # type: ignore[arg-type]  # the mistake under test


EXPECTED = {
    "web page": "a web page, not NPZ; title: Sign in; sign in, then download it again",
    "json error": "a JSON error message, not NPZ; error: quota; download it again",
    "matlab 5": r"a MATLAB file \(version 5\), not NPZ",
    "hdf5": "an HDF5 file, not NPZ",
    "pickle": "a Python pickle, not NPZ; open it as a saved experiment",
    "npy": r"a single NumPy array \(.npy\), not NPZ; name it and its companions: numpy.savez",
    "gzip": "a gzip file, not NPZ; unpack it",
    "png": "a PNG image, not NPZ",
    "text": "a text, not NPZ; first line: 'calcium imaging, day 1: спокойно'",
    "random": "binary data of an unknown kind, not NPZ",
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_unknown_files_are_told(tmp_path: Path, kind: str) -> None:
    """A file that no reader takes is told by what it is; what can be read is listed."""
    path = tmp_path / "recording.npz"
    path.write_bytes(FOREIGN[kind])

    with pytest.raises(NotThisFormatError, match=EXPECTED[kind]) as caught:
        find_reader(path)

    assert caught.value.where == "recording.npz"
    assert ("npz (.npz)" in str(caught.value)) == (kind not in ("web page", "json error"))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", r"is empty \(0 bytes\)"),
        (b"P", r"is incomplete \(1 byte\)"),
        (b"PK\x03", r"is incomplete \(3 bytes\)"),
        (bytes(5000), "first bytes are all zero"),
    ],
    ids=["empty", "one byte", "three bytes", "zeros"],
)
def test_stubs_are_incomplete(tmp_path: Path, content: bytes, text: str) -> None:
    """A file of nothing, nearly nothing or zeros is an interrupted copy."""
    path = tmp_path / "recording.h5"
    path.write_bytes(content)

    with pytest.raises(TruncatedFileError, match=f"recording.h5 .*{text}"):
        find_reader(path)


def test_missing_file_is_told(tmp_path: Path) -> None:
    """A path without a file is told in the words of the contract."""
    path = tmp_path / "nothing.npz"

    with pytest.raises(NotFoundError) as caught:
        find_reader(path)

    assert str(caught.value) == f"Data file not found: {path}"


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("matlab 5", "m.mat", r"m.mat is a MATLAB file \(version 5\), which this version does not"),
        ("hdf5", "h.h5", "h.h5 is an HDF5 file, which this version does not read; save its arrays"),
        ("hdf5", "h.mat", "h.mat is an HDF5 file, not MATLAB"),
    ],
    ids=["matlab", "hdf5", "hdf5 as matlab"],
)
def test_format_that_is_known_but_not_read(
    tmp_path: Path, kind: str, name: str, expected: str
) -> None:
    """A file that is what its name says is not told that it is something else."""
    path = tmp_path / name
    path.write_bytes(FOREIGN[kind])

    with pytest.raises(NotThisFormatError, match=expected):
        find_reader(path)


def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Opening one blocks until somebody writes into it, which may be never."""
    path = tmp_path / "rec.npz"
    os.mkfifo(path)

    with pytest.raises(NotThisFormatError, match=r"rec\.npz is a device or a pipe, not NPZ"):
        find_reader(path)
    with pytest.raises(StorageError, match="is a device or a pipe, not a saved experiment"):
        open_experiment(path)


def test_folder_without_a_name_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder is called by what was typed."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(NotThisFormatError, match=r"^\. is a folder, not a format"):
        find_reader(".")
    with pytest.raises(StorageError, match=r"^\. is a folder, not a saved experiment"):
        open_experiment(".")


def test_folder_is_told(tmp_path: Path) -> None:
    """A folder that no reader takes is told to be one."""
    for call in (find_reader, NpzReader().inspect):
        with pytest.raises(NotThisFormatError, match="is a folder, not"):
            call(tmp_path)

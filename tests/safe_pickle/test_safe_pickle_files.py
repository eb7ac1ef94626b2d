"""Real pickles open through the gates, with the values that driada wrote, and without driada."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import lzma
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from driada_widgets.core import safe_pickle
from driada_widgets.core.errors import (
    DataFileError,
    FileTooLargeError,
    NotFoundError,
    NotThisFormatError,
    StorageError,
    TruncatedFileError,
)
from driada_widgets.core.safe_pickle.standins import ExperimentStub

FOLDER = Path(__file__).parents[1] / "data" / "driada"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
SMALL = (FOLDER / "fresh_p4.pickle").read_bytes()


def calcium_of(opened: safe_pickle.Opened) -> str:
    """Give the digest of an experiment's calcium."""
    assert isinstance(opened.root, ExperimentStub)
    stored = opened.root.fields["calcium"].fields["data"]
    return hashlib.sha256(opened.extractor.array(stored, "calcium").tobytes()).hexdigest()


@pytest.mark.parametrize("name", EXPECTED)
def test_real_pickles_open(name: str) -> None:
    """Protocols 2 to 5, fresh, full, used and reconstructed ones give driada's own numbers."""
    opened = safe_pickle.load(FOLDER / f"{name}.pickle")

    assert EXPECTED[name]["calcium"] == calcium_of(opened)
    assert all(mentioned.allowed for mentioned in opened.names)


def test_opening_imports_nothing_of_the_file() -> None:
    """A process that opened a pickle has neither driada nor scikit-learn, nor what they import."""
    code = (
        "import sys; from driada_widgets.core import safe_pickle\n"
        "before = set(sys.modules)\n"
        f"safe_pickle.load({str(FOLDER / 'used.pickle')!r})\n"
        "print({name.split('.')[0] for name in set(sys.modules) - before} - {'encodings'})"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout.strip() == "set()"


@pytest.mark.parametrize(
    "compress", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bz2", "xz"]
)
def test_compressed_pickles_open(compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """Compression is recognised by content, whatever the file is called."""
    path = tmp_path / "experiment.dat"
    path.write_bytes(compress(SMALL))

    opened = safe_pickle.load(path)

    assert EXPECTED["fresh_p4"]["calcium"] == calcium_of(opened)
    assert len(SMALL) == opened.n_bytes


@pytest.mark.parametrize(
    "compress", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bz2", "xz"]
)
def test_compressed_pickles_that_were_cut(compress: Callable[[bytes], bytes]) -> None:
    """A compressed file without its end is incomplete, not merely damaged."""
    with pytest.raises(TruncatedFileError, match="Copy it again"):
        safe_pickle.load(compress(SMALL)[:-40])


def test_damage_inside_a_compressed_pickle() -> None:
    """A flipped byte in a gzip stream is an error that names the file."""
    data = bytearray(gzip.compress(SMALL))
    data[len(data) // 2] ^= 0xFF

    with pytest.raises(DataFileError, match=r"mouse\.pickle"):
        safe_pickle.load(bytes(data), where="mouse.pickle")


def test_inflation_is_bounded() -> None:
    """A small file that inflates beyond the limit is refused while it is inflated."""
    bomb = gzip.compress(b"\x80\x04B" + bytes(30_000_000))

    with pytest.raises(FileTooLargeError, match="inflates to more than 20000000 bytes"):
        safe_pickle.load(bomb, limits=safe_pickle.Limits(max_bytes=20_000_000))


def test_large_plain_files_are_bounded(tmp_path: Path) -> None:
    """A file larger than the limit is refused before it is read."""
    path = tmp_path / "large.pickle"
    path.write_bytes(SMALL)

    with pytest.raises(FileTooLargeError, match=r"large\.pickle"):
        safe_pickle.load(path, limits=safe_pickle.Limits(max_bytes=len(SMALL) - 1))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04rest", "a ZIP or NPZ archive"),
        (b"<!DOCTYPE html><title>Quota</title>", "a web page"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b'{"error": "quota"}', "an error message in JSON"),
    ],
    ids=["zip", "web page", "hdf5", "json"],
)
def test_other_formats_are_named(content: bytes, kind: str) -> None:
    """What is plainly something else is said to be that."""
    with pytest.raises(NotThisFormatError, match=kind):
        safe_pickle.load(content)


def test_every_cut_is_noticed() -> None:
    """A pickle cut anywhere is incomplete, from one byte to all but one."""
    lengths = [1, 2, 10, *np.linspace(50, len(SMALL) - 1, 40).astype(int)]
    kinds = set()
    for length in lengths:
        with pytest.raises(DataFileError) as caught:
            safe_pickle.load(SMALL[:length])
        kinds.add(type(caught.value))

    assert {TruncatedFileError} == kinds


def test_an_empty_file(tmp_path: Path) -> None:
    """An empty file is said to be empty."""
    path = tmp_path / "empty.pickle"
    path.touch()

    with pytest.raises(TruncatedFileError, match=r"empty\.pickle is empty \(0 bytes\)"):
        safe_pickle.load(path)


def test_a_missing_file(tmp_path: Path) -> None:
    """A missing file is a ``FileNotFoundError`` that names it."""
    with pytest.raises(NotFoundError, match=r"no file gone\.pickle"):
        safe_pickle.load(tmp_path / "gone.pickle")


def test_a_folder_is_no_pickle(tmp_path: Path) -> None:
    """A folder cannot be opened, and that is an ``OSError``."""
    with pytest.raises(StorageError, match="cannot be opened"):
        safe_pickle.load(tmp_path)


def test_files_can_be_deleted_after(tmp_path: Path) -> None:
    """Nothing keeps the file open, also when it was refused, and arrays outlive it."""
    path = tmp_path / "experiment.pickle"
    path.write_bytes(SMALL)
    opened = safe_pickle.load(path)
    path.write_bytes(SMALL[:-9])
    with pytest.raises(TruncatedFileError):
        safe_pickle.load(path)
    path.unlink()

    assert EXPECTED["fresh_p4"]["calcium"] == calcium_of(opened)

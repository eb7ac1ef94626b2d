"""What every reader must do; a new format inherits these tests."""

from __future__ import annotations

import pickle
import struct
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.errors import NotFoundError, ParameterError, TruncatedFileError
from driada_widgets.core.sources.base import Reader
from driada_widgets.core.sources.fingerprint import take
from tests.samples import make_aligned

__all__ = ["FOREIGN", "ReaderContract"]

_LOCAL_HEADER = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 33, 0, 5, 5, 9, 0)

FOREIGN: dict[str, bytes] = {
    "web page": b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>",
    "json error": b'{"error": {"code": 403, "message": "quota"}}',
    "matlab 5": b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x01IM" + bytes(64),
    "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(range(200)),
    "pickle": pickle.dumps({"calcium": list(range(100))}, protocol=4),
    "npy": b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }",
    "gzip": b"\x1f\x8b\x08\x00" + bytes(range(100)),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(range(100)),
    "zip": _LOCAL_HEADER + b"notes.txthello",
    "text": "calcium imaging, day 1: спокойно\n".encode() * 20,
    "random": np.random.default_rng(0).bytes(600),
    "zeros": bytes(600),
}
"""Files of other kinds, by what they are. A format excludes its own with ``own``."""


class ReaderContract:
    """Subclass it, name the subclass ``Test...``, and say how files of the format are made."""

    suffix: str
    """How names of the format end."""

    own: frozenset[str] = frozenset()
    """Entries of ``FOREIGN`` that are of this format."""

    dtypes: tuple[str, ...] = (
        *("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<f4", "<f8"),
        *(">i2", ">i4", ">f4", ">f8"),
    )
    """What the format can hold, as NumPy writes it."""

    names: tuple[str, ...] = ("speed", "head direction (deg)", "скорость", "2nd", "<img onerror=1>")
    """Names that the format can hold."""

    def reader(self) -> Reader:
        """Make the reader."""
        raise NotImplementedError

    def write(self, path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write a file of the format by other code than ours; arrays come with cells first."""
        raise NotImplementedError

    def sample(self, folder: Path) -> tuple[Path, dict[str, NDArray[Any]]]:
        """Write the usual small recording."""
        arrays = {name: np.asarray(value) for name, value in make_aligned().items()}
        path = folder / f"recording{self.suffix}"
        self.write(path, arrays)
        return path, arrays

    def test_fits_the_protocol(self) -> None:
        """A reader has the doors that the pipeline uses, and names its suffix."""
        reader = self.reader()

        assert isinstance(reader, Reader)
        assert self.suffix in reader.suffixes

    def test_knows_its_own(self, tmp_path: Path) -> None:
        """A file of the format is recognised by its bytes, whatever it is called."""
        path, _ = self.sample(tmp_path)
        other = path.rename(tmp_path / "recording.dat")

        assert self.reader().sniff(other)

    @pytest.mark.parametrize("kind", FOREIGN)
    def test_refuses_other_formats(self, kind: str, tmp_path: Path) -> None:
        """A file of another format is not claimed."""
        path = tmp_path / "recording.dat"
        path.write_bytes(FOREIGN[kind])

        assert self.reader().sniff(path) == (kind in self.own)

    def test_refuses_an_empty_file(self, tmp_path: Path) -> None:
        """An empty file is of no format, even under the right name."""
        path = tmp_path / f"empty{self.suffix}"
        path.touch()

        assert not self.reader().sniff(path)

    def test_inspect_lists_what_read_returns(self, tmp_path: Path) -> None:
        """Names, order, shapes and dtypes of the inventory are those of the arrays read."""
        path, _ = self.sample(tmp_path)

        inventory = self.reader().inspect(path)
        arrays = self.reader().read(path, [info.name for info in inventory.arrays])

        expected = [
            (info.name, info.shape, info.dtype.newbyteorder("=")) for info in inventory.arrays
        ]
        assert expected == [(name, item.shape, item.dtype) for name, item in arrays.items()]
        assert inventory.format == self.reader().name
        assert inventory.path == path
        assert inventory.n_bytes == path.stat().st_size
        assert inventory.fingerprint == take(path)

    def test_values_come_back(self, tmp_path: Path) -> None:
        """Every array comes back bit for bit, cells first, last axis contiguous, writable."""
        path, arrays = self.sample(tmp_path)

        read = self.reader().read(path, list(arrays))

        assert set(arrays) == set(read)
        for name, expected in arrays.items():
            np.testing.assert_array_equal(expected, read[name])
            assert read[name].flags.c_contiguous
            assert read[name].flags.writeable

    def test_inspect_reads_no_arrays(self, tmp_path: Path) -> None:
        """Inspecting takes far less memory than the array has."""
        path = tmp_path / f"large{self.suffix}"
        calcium = np.random.default_rng(0).random((20, 40_000))
        self.write(path, {"calcium": calcium})
        self.reader().inspect(path)

        tracemalloc.start()
        self.reader().inspect(path)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert peak < calcium.nbytes / 8

    def test_dtypes_survive(self, tmp_path: Path) -> None:
        """Every dtype is told as stored and read in the machine's byte order, values unchanged."""
        arrays = {
            f"a{number}": np.arange(2, 302).reshape(3, 100).astype(dtype)
            for number, dtype in enumerate(self.dtypes)
        }
        path = tmp_path / f"dtypes{self.suffix}"
        self.write(path, arrays)

        listed = {info.name: info.dtype for info in self.reader().inspect(path).arrays}
        read = self.reader().read(path, list(arrays))

        for name, expected in arrays.items():
            assert expected.dtype == listed[name]
            assert expected.dtype.newbyteorder("=") == read[name].dtype
            np.testing.assert_array_equal(expected, read[name])

    def test_names_survive(self, tmp_path: Path) -> None:
        """Names come back as they were written, whatever alphabet they use."""
        path = tmp_path / f"имена{self.suffix}"
        self.write(path, {name: np.arange(5.0) for name in self.names})

        found = {info.name for info in self.reader().inspect(path).arrays}

        assert set(self.names) == found

    @pytest.mark.parametrize("part", range(20))
    def test_cut_file_is_named(self, part: int, tmp_path: Path) -> None:
        """A file cut at any length, 0 and all but one byte included, is told to be incomplete."""
        path, _ = self.sample(tmp_path)
        whole = path.read_bytes()
        lengths = [0, 1, *np.linspace(30, len(whole) - 2, 17).astype(int), len(whole) - 1]
        path.write_bytes(whole[: lengths[part]])

        with pytest.raises(TruncatedFileError, match=path.name):
            self.reader().inspect(path)

    def test_file_can_be_deleted(self, tmp_path: Path) -> None:
        """No file stays open, and what was read does not need it any more."""
        path, arrays = self.sample(tmp_path)
        self.reader().inspect(path)
        read = self.reader().read(path, ["calcium"])

        path.write_bytes(bytes(path.stat().st_size))
        path.unlink()

        np.testing.assert_array_equal(arrays["calcium"], read["calcium"])
        assert not any(tmp_path.samefile(link.parent) for link in _open_files())

    def test_nothing_is_unpickled(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither inspecting nor reading calls pickle."""
        path, arrays = self.sample(tmp_path)

        def fail(*_args: object, **_options: object) -> NoReturn:
            pytest.fail("something was unpickled")

        monkeypatch.setattr(pickle, "load", fail)
        monkeypatch.setattr(pickle, "loads", fail)
        self.reader().inspect(path)
        read = self.reader().read(path, list(arrays))

        assert set(arrays) == set(read)

    def test_unknown_name_is_refused(self, tmp_path: Path) -> None:
        """A name that is not in the file is told with the nearest that is."""
        path, _ = self.sample(tmp_path)

        with pytest.raises(ParameterError, match="no array 'calcum'; did you mean 'calcium'"):
            self.reader().read(path, ["calcum"])

    def test_missing_file_is_told(self, tmp_path: Path) -> None:
        """A path without a file is `FileNotFoundError` with the path."""
        path = tmp_path / f"nothing{self.suffix}"

        with pytest.raises(NotFoundError, match=r"Data file not found: .*nothing"):
            self.reader().inspect(path)

    def test_wrong_suffix_is_noted(self, tmp_path: Path) -> None:
        """A file under the name of another format is read, and a note says so."""
        path, _ = self.sample(tmp_path)
        right = self.reader().inspect(path)
        wrong = self.reader().inspect(path.rename(tmp_path / "recording.dat"))

        assert "suffix-mismatch" not in [note.id for note in right.notes]
        assert [note.text for note in wrong.notes if note.id == "suffix-mismatch"]
        assert [info.name for info in right.arrays] == [info.name for info in wrong.arrays]


def _open_files() -> list[Path]:
    """Give the files that this process has open; nothing where the system does not tell."""
    folder = Path("/proc/self/fd")
    links = (
        [link.readlink() for link in folder.iterdir() if link.is_symlink()]
        if (folder.is_dir())
        else []
    )
    return [link for link in links if link.parent.exists()]

"""What an archive is to other tools."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.container import npz
from driada_widgets.core.errors import DataTypeError, LoadCancelledError, ParameterError
from driada_widgets.core.report import Progress
from tests.archives import small_arrays, write_to


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a place for an archive."""
    return tmp_path / "Exp a.npz"


def test_numpy_opens_it_under_plain_names(path: Path) -> None:
    """``numpy.load`` gives every array as it was, and the manifest."""
    arrays = small_arrays()
    write_to(path, arrays, {"title": "a"})

    with np.load(path) as file:
        names = file.files
        loaded = {name: file[name] for name in arrays}

    assert names == [*arrays, "manifest.json"]
    for name, array in arrays.items():
        np.testing.assert_array_equal(loaded[name], array, strict=True)


def test_any_zip_tool_finds_it_sound(path: Path) -> None:
    """The CRC-32 in the zip, joined from the pieces, is that of the member."""
    write_to(path, small_arrays())

    with zipfile.ZipFile(path) as file:
        first_bad = file.testzip()
        compressions = {info.compress_type for info in file.infolist()}

    assert first_bad is None
    assert compressions == {zipfile.ZIP_STORED}


def test_manifest_is_last_and_its_digest_is_the_comment(path: Path) -> None:
    """The manifest says everything about the arrays, and the comment about the manifest."""
    arrays = small_arrays()
    written = write_to(path, arrays, {"title": "a"})

    with zipfile.ZipFile(path) as file:
        text = file.read(file.infolist()[-1])
        comment = file.comment.decode()
    manifest = json.loads(text)

    assert manifest == written.manifest
    assert manifest["title"] == "a"
    assert manifest["members"] == [f"{name}.npy" for name in arrays]
    assert comment.split()[-1] == hashlib.sha256(text).hexdigest()
    assert text == npz.canonical_json(manifest)
    assert manifest["arrays"]["calcium"]["axes"] == ["cell", "frame"]
    assert manifest["arrays"]["calcium"]["shape"] == [6, 5000]
    assert manifest["arrays"]["calcium"]["dtype"] == "<f8"


def test_digests_are_of_the_raw_bytes(path: Path) -> None:
    """SHA-256 is of the array's bytes, so that anybody can check it without us."""
    arrays = small_arrays()

    written = write_to(path, arrays)

    assert written.digests == {
        name: hashlib.sha256(array.tobytes()).hexdigest() for name, array in arrays.items()
    }
    assert written.n_bytes == path.stat().st_size


def test_data_begin_on_multiples_of_64(path: Path) -> None:
    """Memory maps are aligned for every kind of vector instruction."""
    write_to(path, small_arrays())

    archive = npz.Archive.open(path)
    addresses = {name: archive.array(name).ctypes.data % 64 for name in archive.names}
    archive.close()

    assert set(addresses.values()) == {0}


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(np.arange(12, dtype=">f8").reshape(3, 4), id="big-endian"),
        pytest.param(np.arange(12, dtype=">i2"), id="big-endian integers"),
        pytest.param(np.asfortranarray(np.arange(12.0).reshape(3, 4)), id="Fortran order"),
        pytest.param(np.arange(24.0).reshape(2, 3, 4)[:, ::2], id="not contiguous, 3 axes"),
        pytest.param(np.arange(10)[::-2], id="backwards"),
        pytest.param(np.float32(2.5).reshape(()), id="no axes"),
        pytest.param(np.zeros((0, 7)), id="no rows"),
        pytest.param(np.array(["a", "bcd"]), id="text"),
        pytest.param(np.array([b"a", b"bcd"]), id="bytes"),
        pytest.param(np.array([1 + 2j]), id="complex"),
        pytest.param(np.array([True, False]), id="booleans"),
        pytest.param(np.arange(5, dtype=np.uint8), id="bytes as numbers"),
        pytest.param(np.arange(5, dtype=np.float16), id="half precision"),
        pytest.param(np.arange(70_000.0).reshape(2, -1), id="several pieces"),
    ],
)
def test_values_come_back_little_endian_and_c_ordered(path: Path, array: Any) -> None:
    """Whatever the layout in memory, the values on disk are the same, in one layout."""
    write_to(path, {"a": array})

    with npz.Archive.open(path) as archive:
        read, mapped = archive.read("a"), archive.array("a")
        little_endian = archive.records["a"].dtype.byteorder in "<|=" or sys.byteorder == "big"
        archive.verify("full")

    np.testing.assert_array_equal(read, array)
    np.testing.assert_array_equal(mapped, array)
    assert read.dtype == array.dtype.newbyteorder("<")
    assert read.flags.c_contiguous
    assert little_endian
    assert not mapped.flags.writeable


def test_equal_content_gives_equal_bytes(tmp_path: Path) -> None:
    """Nothing but the content decides the bytes: no clock, no order of a dictionary's hash."""
    first, second = tmp_path / "1", tmp_path / "2"
    write_to(first, small_arrays(), {"a": 1, "b": {"c": 2, "d": 3}})
    write_to(second, small_arrays(), {"b": {"d": 3, "c": 2}, "a": 1})

    assert first.read_bytes() == second.read_bytes()


def test_manifest_may_depend_on_the_digests() -> None:
    """A function gets the digests, because the content hash of an experiment needs them."""
    arrays = small_arrays()

    written = npz.write_archive(io.BytesIO(), arrays, lambda digests: {"seen": dict(digests)})

    assert written.manifest["seen"] == written.digests


@pytest.mark.parametrize(
    ("arrays", "word"),
    [
        pytest.param({"x y": np.zeros(1)}, "x y", id="space"),
        pytest.param({"../x": np.zeros(1)}, "../x", id="path"),
        pytest.param({"Скорость": np.zeros(1)}, "Скорость", id="not ASCII"),
        pytest.param({"a" * 65: np.zeros(1)}, "aaaa", id="long"),
        pytest.param({"Speed": np.zeros(1), "speed": np.zeros(1)}, "case", id="only case differs"),
    ],
)
def test_odd_names_are_refused(arrays: dict[str, Any], word: str) -> None:
    """Names of members are plain on every system; real names are the manifest's business."""
    with pytest.raises(ParameterError, match=word):
        npz.write_archive(io.BytesIO(), arrays, {})


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(np.array([None, 1], dtype=object), id="objects"),
        pytest.param(np.array(["2020-01-01"], dtype="M8[D]"), id="dates"),
        pytest.param(np.zeros(2, dtype=[("a", "f8")]), id="fields"),
        pytest.param(np.zeros(2, dtype=np.longdouble), id="long double"),
    ],
)
def test_values_without_a_portable_form_are_refused(array: Any) -> None:
    """An archive holds only what any machine reads without running code; it names the array."""
    with pytest.raises(DataTypeError, match="'odd'"):
        npz.write_archive(io.BytesIO(), {"odd": array}, {})


def test_manifest_must_be_json() -> None:
    """NaN has no word in JSON, and readers elsewhere would stumble."""
    with pytest.raises(ValueError, match="JSON"):
        npz.write_archive(io.BytesIO(), {"a": np.zeros(1)}, {"x": float("nan")})


def test_manifest_does_not_overwrite_the_records() -> None:
    """The keys of the container are its own."""
    with pytest.raises(ParameterError, match="arrays"):
        npz.write_archive(io.BytesIO(), {"a": np.zeros(1)}, {"arrays": {}})


def test_progress_counts_bytes_and_cancels() -> None:
    """A person sees the bytes go out, and can stop them."""
    seen: list[int] = []

    def listen(progress: Progress) -> None:
        seen.append(progress.done)
        if progress.done:
            progress.cancel()

    with pytest.raises(LoadCancelledError):
        npz.write_archive(
            io.BytesIO(),
            {"a": np.zeros(2**20), "b": np.zeros(2**20)},
            {},
            progress=Progress(listen),
        )

    assert seen == [0, 4 * 2**20]

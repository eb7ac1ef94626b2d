"""Rows 1 to 7 of the fault table, for NPZ: cut, empty, foreign, damaged, hostile."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.errors import (
    ChecksumError,
    CorruptFileError,
    DataFileError,
    FileTooLargeError,
    NotThisFormatError,
    TruncatedFileError,
    UnsafeContentError,
)
from driada_widgets.core.sources import limits
from driada_widgets.core.sources.npz import NpzReader
from driada_widgets.core.sources.registry import find_reader
from tests.raw_zip import RawMember, npy_bytes, npy_header, raw_zip
from tests.samples import make_aligned

MIB = 2**20
PAGE = (
    "<!doctype html><html><head><title>Google Drive – Quota exceeded</title></head>"
    "<body>Sorry, too many users have viewed or downloaded this file.</body></html>"
)
JSON_BODY = json.dumps({"error": {"code": 403, "message": "The download quota is exceeded."}})


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Write the usual small recording."""
    path = tmp_path / "recording.npz"
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **make_aligned())
    return path


def _write(path: Path, *members: RawMember) -> Path:
    path.write_bytes(raw_zip(members))
    return path


def test_cut_file_says_what_is_missing(recording: Path) -> None:
    """Row 1: a file cut at 80 % is told in the words of the table, and is not changed."""
    whole = recording.read_bytes()
    recording.write_bytes(whole[: len(whole) * 8 // 10])

    with pytest.raises(TruncatedFileError) as caught:
        NpzReader().inspect(recording)

    expected = "recording.npz is incomplete (zip index missing); download or copy it again."
    assert expected == str(caught.value)
    assert whole[: len(whole) * 8 // 10] == recording.read_bytes()


@pytest.mark.parametrize("part", range(20))
def test_registry_tells_cut_files(recording: Path, part: int) -> None:
    """Row 1: the way through the registry gives the same class at every length."""
    whole = recording.read_bytes()
    lengths = [0, 1, 4, *np.linspace(8, len(whole) - 2, 16).astype(int), len(whole) - 1]
    recording.write_bytes(whole[: lengths[part]])

    with pytest.raises(TruncatedFileError, match=r"recording\.npz"):
        find_reader(recording).inspect(recording)


def test_empty_file_is_told(tmp_path: Path) -> None:
    """Row 2: a file of 0 bytes is told to be empty."""
    path = tmp_path / "recording.npz"
    path.touch()

    with pytest.raises(TruncatedFileError, match=r"recording\.npz is empty \(0 bytes\)"):
        NpzReader().inspect(path)


@pytest.mark.parametrize(
    ("suffix", "label"),
    [(".npz", "NPZ"), (".mat", "MATLAB"), (".h5", "HDF5"), (".nwb", "NWB"), (".csv", "CSV")],
)
def test_web_page_is_told(tmp_path: Path, suffix: str, label: str) -> None:
    """Row 3: a saved quota page gives its title and when to try again, under every suffix."""
    path = tmp_path / f"recording{suffix}"
    path.write_text("\n " + PAGE, encoding="utf-8")

    with pytest.raises(NotThisFormatError) as caught:
        find_reader(path)

    expected = (
        f"recording{suffix} is a web page, not {label}; title: Google Drive – Quota exceeded; "
        "try again in about 24 h."
    )
    assert expected == str(caught.value)


@pytest.mark.parametrize("suffix", [".npz", ".mat", ".h5", ".nwb", ".csv"])
def test_json_body_is_told(tmp_path: Path, suffix: str) -> None:
    """Row 3: a saved JSON error gives its message, under every suffix."""
    path = tmp_path / f"recording{suffix}"
    path.write_text(JSON_BODY, encoding="utf-8")

    with pytest.raises(NotThisFormatError, match=r"JSON error message.*quota is exceeded"):
        find_reader(path)


@pytest.mark.parametrize("writer", [np.savez, np.savez_compressed], ids=["stored", "deflated"])
def test_flipped_byte_never_passes(tmp_path: Path, writer: object) -> None:
    """Row 4: with a byte changed anywhere, an error comes that names the file, or the same arrays.

    Damage inside an array names the array.
    """
    path = tmp_path / "recording.npz"
    arrays = {"calcium": np.arange(600.0).reshape(3, 200), "speed": np.arange(200) % 7}
    with path.open("wb") as file:
        writer(file, **arrays)  # type: ignore[operator]  # one of two functions of NumPy
    whole = path.read_bytes()
    outcomes = []
    for position in np.linspace(0, len(whole) - 1, 200).astype(int):
        damaged = bytearray(whole)
        damaged[position] ^= 0x41
        path.write_bytes(damaged)
        outcomes.append(_outcome(path, arrays))

    assert set(outcomes) <= {"error that names the file", "same arrays"}
    assert outcomes.count("error that names the file") > 50


def _outcome(path: Path, arrays: dict[str, NDArray[Any]]) -> str:
    """Read everything and say what came of it."""
    try:
        read = NpzReader().read(path, [info.name for info in NpzReader().inspect(path).arrays])
    except DataFileError as error:
        return "error that names the file" if path.name in str(error) else str(error)
    is_same = list(arrays) == list(read) and all(
        np.array_equal(arrays[name], read[name]) for name in arrays
    )
    return "same arrays" if is_same else "other arrays"


def test_damaged_values_name_their_array(recording: Path) -> None:
    """Row 4: a byte changed in the values is a `ChecksumError` that names the array."""
    damaged = bytearray(recording.read_bytes())
    damaged[5000] ^= 1
    recording.write_bytes(damaged)

    with pytest.raises(ChecksumError, match=r"array 'calcium' in recording\.npz is damaged"):
        NpzReader().read(recording, ["calcium"])


def test_bomb_is_refused_before_it_is_inflated(tmp_path: Path) -> None:
    """Row 5: 3.2 GB of zeros are refused without the memory for them, and the rest is readable."""
    path = tmp_path / "bomb.npz"
    shape = (400, 1_000_000)
    header = npy_header(f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}")
    bomb = RawMember(
        name="calcium.npy", contents=header + bytes(MIB), method=8, size=len(header) + 3_200_000_000
    )
    _write(path, bomb, RawMember(name="speed.npy", contents=npy_bytes(np.arange(5.0))))

    tracemalloc.start()
    shapes = [info.shape for info in NpzReader().inspect(path).arrays]
    for door in (NpzReader().read, NpzReader().map, NpzReader().verify):
        with pytest.raises(
            FileTooLargeError, match=r"inflate to 3\.2 GB, most of it in .*'calcium'"
        ):
            door(path, ["calcium"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [shape, (5,)] == shapes
    assert peak < MIB
    np.testing.assert_array_equal(np.arange(5.0), NpzReader().read(path, ["speed"])["speed"])


def test_sum_of_arrays_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 5: arrays below the limit are refused together; stored ones are not counted."""
    monkeypatch.setattr(limits, "inflate_limit", lambda: 20_000)
    path = tmp_path / "many.npz"
    contents = npy_bytes(np.random.default_rng(0).random(1000))
    _write(
        path,
        *(RawMember(name=f"a{i}.npy", contents=contents, method=8) for i in range(3)),
        *(RawMember(name=f"s{i}.npy", contents=contents) for i in range(5)),
    )
    names = ["a0", "a1", *(f"s{i}" for i in range(5))]

    assert set(names) == set(NpzReader().read(path, names))
    with pytest.raises(FileTooLargeError, match=r"the limit is 20\.0 kB"):
        NpzReader().read(path, ["a0", "a1", "a2"])
    raised = NpzReader(inflate_limit=10**6).read(path, ["a0", "a1", "a2"])
    assert len(raised) == 3


def test_ratio_counts_only_for_large_arrays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 5: sparse data may compress a thousand times, unless they are large."""
    path = tmp_path / "sparse.npz"
    sparse = np.zeros((100, 10_000))
    np.savez_compressed(path, calcium=sparse)

    np.testing.assert_array_equal(sparse, NpzReader().read(path, ["calcium"])["calcium"])
    monkeypatch.setattr(limits, "RATIO_COUNTS_ABOVE", MIB)
    with pytest.raises(FileTooLargeError, match="more than 200 times"):
        NpzReader().read(path, ["calcium"])


@pytest.mark.parametrize(
    ("declared", "error"),
    [(808, "longer than the file declares"), (80_808, "shorter than the file declares")],
    ids=["less", "more"],
)
def test_lying_sizes_are_found(tmp_path: Path, declared: int, error: str) -> None:
    """Row 5: what inflates to another size than its directory and header say is refused."""
    n_items = (declared - 8) // 8
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({n_items},), }}"
    header = npy_header(text.ljust(118))
    member = RawMember(
        name="calcium.npy",
        contents=header + bytes(8000),
        method=8,
        size=len(header) + n_items * 8,
    )
    path = _write(tmp_path / "liar.npz", member)

    with pytest.raises(CorruptFileError, match=error):
        NpzReader().read(path, ["calcium"])


def test_nested_zip_is_not_opened(tmp_path: Path) -> None:
    """Row 5: a zip inside is named in a note and left alone."""
    inner = raw_zip([RawMember(name="calcium.npy", contents=npy_bytes(np.zeros(9)), method=8)])
    path = _write(
        tmp_path / "nested.npz",
        RawMember(name="speed.npy", contents=npy_bytes(np.arange(5.0))),
        RawMember(name="inner.npz", contents=inner),
    )

    inventory = NpzReader().inspect(path)

    assert [info.name for info in inventory.arrays] == ["speed"]
    assert [note.id for note in inventory.notes] == ["not-arrays"]
    assert "'inner.npz'" in inventory.notes[0].text


def test_many_members_are_refused(tmp_path: Path) -> None:
    """Row 5: 100 000 members are refused by their number, told truthfully or not."""
    members = [RawMember(name=f"{i}.npy", contents=b"") for i in range(100_000)]
    path = tmp_path / "many.npz"

    path.write_bytes(raw_zip(members, n_entries=3))
    with pytest.raises(CorruptFileError, match="holds 100000 of 3 entries"):
        NpzReader().inspect(path)
    path.write_bytes(raw_zip(members[:20_000]))
    with pytest.raises(FileTooLargeError, match="lists 20000 members"):
        NpzReader().inspect(path)


def test_huge_declared_shape_is_refused(tmp_path: Path) -> None:
    """Row 6: a header of 728 TiB is refused before anything is allocated."""
    text = "{'descr': '<f8', 'fortran_order': False, 'shape': (10000000, 10000000), }"
    member = RawMember(name="calcium.npy", contents=npy_header(text))
    path = _write(tmp_path / "huge.npz", member)

    for door in (NpzReader().inspect, lambda path: NpzReader().read(path, ["calcium"])):
        with pytest.raises(CorruptFileError, match="800000000000000 bytes, but 0 are stored"):
            door(path)


def test_huge_header_is_refused(tmp_path: Path) -> None:
    """Row 6: a version 2 header of 2**32 - 1 bytes is refused before it is read."""
    contents = npy_header("{'descr': '<f8'}", version=2, length=2**32 - 1)
    path = _write(tmp_path / "huge.npz", RawMember(name="calcium.npy", contents=contents))

    with pytest.raises(CorruptFileError, match="header claims 4294967295 bytes"):
        NpzReader().inspect(path)


class Payload:
    """Makes a folder when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.mkdir, (str(self.marker),))


@pytest.mark.parametrize("name", ["labels", "calcium", "_metadata"])
def test_objects_are_not_opened(tmp_path: Path, name: str) -> None:
    """Row 7: a payload never runs; the array is named and the rest of the file is offered."""
    marker = tmp_path / "marker"
    path = tmp_path / "recording.npz"
    hostile = np.array(Payload(marker) if name == "_metadata" else [Payload(marker)], dtype=object)
    np.savez(path, allow_pickle=True, **{name: hostile, "speed": np.arange(5.0)})

    inventory = NpzReader().inspect(path)
    for door in (NpzReader().read, NpzReader().map):
        with pytest.raises(
            UnsafeContentError, match=f"array '{name}' .*Python objects; not opened"
        ):
            door(path, [name])
    read = NpzReader().read(path, ["speed"])

    assert [UnsafeContentError, None] == [info.error for info in inventory.arrays]
    assert "holds Python objects; not opened" in (inventory.arrays[0].problem or "")
    np.testing.assert_array_equal(np.arange(5.0), read["speed"])
    assert not marker.exists()
    with np.load(path, allow_pickle=True) as file:
        assert file[name].shape == inventory.arrays[0].shape
    assert marker.exists(), "the payload is harmless, so that the test shows nothing"

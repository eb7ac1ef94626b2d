"""What the NPZ reader gives: values, orders, metadata, maps; compared with NumPy's own reader."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import DataTypeError, NotThisFormatError, UnsafeContentError
from driada_widgets.core.sources.npz import NpzReader
from tests.raw_zip import RawMember, npy_bytes, npy_header, raw_zip

KINDS: dict[str, Any] = {
    "scalar": np.float64(3.5),
    "empty": np.zeros((0, 7)),
    "fortran": np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    "fortran 3-D": np.asfortranarray(np.arange(24).reshape(2, 3, 4)),
    "fortran swapped": np.asfortranarray(np.arange(12.0).reshape(3, 4)).astype(">f4"),
    "text": np.array(["A", "Ж", ""]),
    "swapped text": np.array(["A", "Ж"]).astype(">U3"),
    "bytes": np.array([b"ab", b"c"]),
    "complex": np.array([1 + 2j, 3 - 1j]),
    "long double": np.arange(5, dtype=np.longdouble),
    "dates": np.array(["2026-01-01", "2026-02-01"], dtype="M8[s]"),
    "swapped dates": np.array([1, 2], dtype=">M8[s]"),
    "times": np.array([1, 2], dtype="m8[ms]"),
    "fields": np.array([(1, 2.5), (3, 4.5)], dtype=[("a", "<i4"), ("b", ">f8")]),
    "half": np.arange(5, dtype="f2"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_compressed", [False, True], ids=["stored", "deflated"])
def test_arrays_of_every_kind_come_back(tmp_path: Path, kind: str, is_compressed: bool) -> None:
    """Each kind of array is listed with its dtype and read as NumPy reads it."""
    path = tmp_path / "kinds.npz"
    write = np.savez_compressed if is_compressed else np.savez
    write(path, **{kind: KINDS[kind]})
    with np.load(path, allow_pickle=False) as file:
        expected = file[kind]

    (info,) = NpzReader().inspect(path).arrays
    array = NpzReader().read(path, [kind])[kind]

    assert (expected.shape, expected.dtype) == (info.shape, info.dtype)
    assert expected.dtype.newbyteorder("=") == array.dtype
    assert array.flags.c_contiguous
    np.testing.assert_array_equal(expected, array)


def test_transposing_in_blocks_keeps_order(tmp_path: Path) -> None:
    """An array in Fortran order that is larger than one block is turned correctly."""
    calcium = np.random.default_rng(0).random((300, 5000)).astype(np.float32)
    path = tmp_path / "large.npz"
    np.savez(path, calcium=np.asfortranarray(calcium))

    array = NpzReader().read(path, ["calcium"])["calcium"]

    np.testing.assert_array_equal(calcium, array)


def test_first_values_are_shown(tmp_path: Path) -> None:
    """A person sees the first values, and a scalar or small array its value."""
    path = tmp_path / "shown.npz"
    np.savez(path, calcium=np.arange(2000).reshape(2, 1000) / 8, fps=20.0, trials=[1, 2, 3])

    calcium, fps, trials = NpzReader().inspect(path).arrays

    assert calcium.first_values == "0, 0.125, 0.25, 0.375, 0.5 …"
    assert calcium.value is None
    assert (fps.value, fps.first_values) == (20.0, "20")
    assert (trials.value, trials.first_values) == ([1, 2, 3], "1, 2, 3")


METADATA = {"fps": 21.5, "session": "s1", "metrics_df": {"snr": [1.0, 2.0]}}


@pytest.mark.parametrize(
    "stored",
    [np.array(json.dumps(METADATA)), np.array(METADATA, dtype=object)],
    ids=["json", "objects"],
)
def test_metadata_are_read_as_plain_values(tmp_path: Path, stored: Any) -> None:
    """Metadata are the same from JSON text and from a pickled dictionary of plain values."""
    path = tmp_path / "meta.npz"
    sync = np.array({"shift": 3}, dtype=object)
    np.savez(path, allow_pickle=True, _metadata=stored, _sync_info=sync, v=np.arange(9))

    inventory = NpzReader().inspect(path)

    assert inventory.metadata == {**METADATA, "sync_info": {"shift": 3}}
    assert inventory.arrays[0].value == METADATA
    assert NpzReader().read(path, ["_sync_info"])["_sync_info"].item() == {"shift": 3}
    assert inventory.notes == ()


@pytest.mark.parametrize(
    ("stored", "note"),
    [
        (np.array("[1, 2]"), "metadata-ignored"),
        (np.array("not JSON {"), "metadata-ignored"),
        (np.array(7.0), "metadata-ignored"),
        (np.array({1, 2}, dtype=object), "metadata-unopened"),
        (np.array({"a": 1, "z": 2j}, dtype=object), "metadata-unopened"),
    ],
    ids=["list", "text", "number", "set", "complex"],
)
def test_unusable_metadata_are_noted(tmp_path: Path, stored: Any, note: str) -> None:
    """Metadata that are no dictionary of plain values are left out with a note."""
    path = tmp_path / "meta.npz"
    np.savez(path, allow_pickle=True, _metadata=stored, v=np.arange(9))

    inventory = NpzReader().inspect(path)

    assert inventory.metadata == {}
    assert [(note, "warning", "_metadata")] == [
        (told.id, told.level, told.subject) for told in inventory.notes
    ]


def test_parts_of_metadata_that_are_not_plain_are_noted(tmp_path: Path) -> None:
    """What a dictionary holds beside plain values is named, the rest is kept."""
    path = tmp_path / "meta.npz"
    stored = np.array({"fps": 10, "when": np.array(["2026"], dtype="M8[Y]")}, dtype=object)
    np.savez(path, allow_pickle=True, _metadata=stored)

    inventory = NpzReader().inspect(path)

    assert inventory.metadata == {"fps": 10}
    assert [note.id for note in inventory.notes] == ["metadata-left-out"]
    assert "when" in inventory.notes[0].text


def test_numbers_kept_as_objects_are_read(tmp_path: Path) -> None:
    """Row 27: neural data stored as Python numbers are read as numbers."""
    path = tmp_path / "objects.npz"
    calcium = np.array([[1, 2.5, np.float32(3)], [4, 5, 6]], dtype=object)
    np.savez(path, allow_pickle=True, Calcium=calcium)

    (info,) = NpzReader().inspect(path).arrays
    array = NpzReader().read(path, ["Calcium"])["Calcium"]

    assert ((2, 3), np.dtype(float), None) == (info.shape, info.dtype, info.problem)
    np.testing.assert_array_equal(calcium.astype(float), array)


def test_first_cell_that_is_no_number_is_named(tmp_path: Path) -> None:
    """Row 27: a cell that holds nothing is named by its place, at inspection and when read."""
    path = tmp_path / "objects.npz"
    np.savez(path, allow_pickle=True, calcium=np.array([[1, 2, 3], [4, None, 6]], dtype=object))

    (info,) = NpzReader().inspect(path).arrays
    with pytest.raises(DataTypeError, match=r"calcium\[1, 1\] is None"):
        NpzReader().read(path, ["calcium"])

    assert DataTypeError is info.error
    assert "calcium[1, 1] is None" in (info.problem or "")


def test_map_shows_the_file(tmp_path: Path) -> None:
    """Stored arrays are read-only views; compressed and byte-swapped ones are read."""
    path = tmp_path / "map.npz"
    arrays = {name: KINDS[name] for name in ("fortran", "fortran swapped", "empty", "text")}
    arrays["calcium"] = np.arange(600.0).reshape(3, 200)
    np.savez(path, **arrays)
    compressed = tmp_path / "compressed.npz"
    np.savez_compressed(compressed, calcium=arrays["calcium"])

    mapped = NpzReader().map(path, list(arrays))
    read = NpzReader().map(compressed, ["calcium"])

    for name, expected in arrays.items():
        np.testing.assert_array_equal(expected, mapped[name])
    assert not mapped["calcium"].flags.writeable
    assert not mapped["calcium"].flags.owndata
    np.testing.assert_array_equal(arrays["calcium"], read["calcium"])


def test_objects_are_not_mapped(tmp_path: Path) -> None:
    """Objects are refused as when they are read."""
    path = tmp_path / "objects.npz"
    np.savez(path, allow_pickle=True, labels=np.array([{}, []], dtype=object))

    with pytest.raises(UnsafeContentError, match="labels"):
        NpzReader().map(path, ["labels"])


@pytest.mark.parametrize(
    ("member", "error", "text"),
    [
        (
            RawMember(name="calcium.npy", contents=b"x" * 99, flags=0x801),
            UnsafeContentError,
            "pass",
        ),
        (RawMember(name="calcium.npy", contents=b"x" * 99, method=14), NotThisFormatError, "14"),
    ],
    ids=["encrypted", "lzma"],
)
def test_unreadable_member_is_offered_with_its_reason(
    tmp_path: Path, member: RawMember, error: type[Exception], text: str
) -> None:
    """A member with a password or another compression is listed with why it cannot be read."""
    path = tmp_path / "other.npz"
    speed = RawMember(name="speed.npy", contents=npy_bytes(np.arange(5)))
    path.write_bytes(raw_zip([member, speed]))

    infos = NpzReader().inspect(path).arrays
    with pytest.raises(error, match=text):
        NpzReader().read(path, ["calcium"])

    assert [error, None] == [info.error for info in infos]
    assert text in (infos[0].problem or "")


def test_large_zip_of_64_bits_is_read(tmp_path: Path) -> None:
    """A zip that uses the large form of its records, as streams are written, is read."""
    path = tmp_path / "stream.npz"
    with path.open("wb") as raw:
        # As NumPy does, but to a pipe: then sizes follow the contents.
        pipe: Any = _Unseekable(raw)
        with (
            zipfile.ZipFile(pipe, "w") as archive,
            archive.open("calcium.npy", "w", force_zip64=True) as member,
        ):
            member.write(npy_bytes(np.arange(50.0)))

    np.testing.assert_array_equal(np.arange(50.0), NpzReader().read(path, ["calcium"])["calcium"])


def test_other_zip_is_not_npz(tmp_path: Path) -> None:
    """A zip without arrays is told to be one, an Office document by its kind."""
    path = tmp_path / "table.npz"
    for name, kind in [("[Content_Types].xml", "Office document"), ("a.txt", "ZIP archive")]:
        path.write_bytes(raw_zip([RawMember(name=name, contents=b"<xml/>")]))

        with pytest.raises(NotThisFormatError, match=kind):
            NpzReader().inspect(path)


def test_file_without_arrays_is_empty(tmp_path: Path) -> None:
    """A zip without members is an NPZ without arrays."""
    path = tmp_path / "none.npz"
    np.savez(path)

    assert NpzReader().sniff(path)
    assert NpzReader().inspect(path).arrays == ()


def test_old_headers_are_read(tmp_path: Path) -> None:
    """Headers of versions 2 and 3, and those that Python 2 wrote, are read."""
    texts = {
        "v2": npy_header("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", version=2),
        "v3": npy_header("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", version=3),
        "py2": npy_header("{'descr': '<f8', 'fortran_order': False, 'shape': (2L,), }"),
    }
    values = np.array([1.5, -2.0])
    path = tmp_path / "old.npz"
    path.write_bytes(
        raw_zip(
            [
                RawMember(name=f"{name}.npy", contents=text + values.tobytes())
                for name, text in texts.items()
            ]
        )
    )

    read = NpzReader().read(path, list(texts))

    for name in texts:
        np.testing.assert_array_equal(values, read[name])


class _Unseekable:
    """A file that cannot go back, like a pipe."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        return int(self._file.write(data))

    def flush(self) -> None:
        self._file.flush()

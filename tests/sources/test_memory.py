"""Arrays in memory as a source: rows 27 to 35 of the fault table as far as reading goes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array, csr_matrix

from driada_widgets.core.errors import DataShapeError, DataTypeError, ParameterError
from driada_widgets.core.sources.memory import arrays_of, inventory_of
from tests.samples import make_aligned


def test_inventory_lists_what_is_there() -> None:
    """Names, shapes and dtypes come in the dictionary's order; lists and scalars count too."""
    data = {**make_aligned(), "lick": [0, 1] * 500, "fps": 30.0, "nothing": None, "label": "A"}

    inventory = inventory_of(data)

    assert [info.name for info in inventory.arrays] == list(data)
    assert (inventory.format, inventory.path, inventory.fingerprint) == ("memory", None, None)
    assert inventory.n_bytes >= data["calcium"].nbytes
    infos = {info.name: info for info in inventory.arrays}
    assert infos["calcium"].shape == (5, 1000)
    assert (infos["lick"].shape, infos["lick"].dtype.kind) == ((1000,), "i")
    assert (infos["fps"].value, infos["fps"].first_values) == (30.0, "30")
    assert infos["nothing"].shape == infos["label"].shape == ()
    assert all(info.problem is None for info in inventory.arrays)


def test_copies_are_apart() -> None:
    """What is read does not change when the caller's arrays do, and the other way round."""
    data = make_aligned()
    before = {name: np.array(value) for name, value in data.items()}

    read = arrays_of(data)
    views = arrays_of(data, ["calcium"], copy=False)

    for name, value in before.items():
        np.testing.assert_array_equal(value, read[name])
        assert read[name].flags.c_contiguous
        read[name][...] = 0
        np.testing.assert_array_equal(value, data[name])
    assert np.shares_memory(views["calcium"], data["calcium"])
    assert not views["calcium"].flags.writeable
    assert data["calcium"].flags.writeable


def test_sparse_matrices_are_made_dense() -> None:
    """Deconvolved activity is often kept like that; NumPy would see one object without a shape."""
    dense = np.eye(3, 9)
    data = {"calcium": csr_matrix(dense), "speed": coo_array(dense[1:2])}

    inventory, read = inventory_of(data), arrays_of(data)

    assert [info.shape for info in inventory.arrays] == [(3, 9), (1, 9)]
    np.testing.assert_array_equal(dense, read["calcium"])
    np.testing.assert_array_equal(dense[1:2], read["speed"])


@pytest.mark.parametrize("key", [5, None, ("x", "y")], ids=repr)
def test_keys_have_to_be_text(key: object) -> None:
    """A name that is not text is a `TypeError` that shows it."""
    data: dict[Any, Any] = {"calcium": np.zeros((2, 9)), key: np.zeros(9)}

    for call in (inventory_of, arrays_of):
        with pytest.raises(TypeError, match="names in data must be str; got ") as caught:
            call(data)
        assert repr(key) in str(caught.value)


NUMERIC_OBJECTS: dict[str, tuple[list[list[Any]], str]] = {
    "integers": ([[1, 2], [3, np.int8(4)]], "int64"),
    "floats": ([[1, 2.5], [np.float32(3), float("nan")]], "float64"),
    "booleans": ([[True, False], [np.True_, True]], "bool"),
    "mixed": ([[True, 2], [3.5, Fraction(1, 2)]], "float64"),
    "large": ([[2**70, 1], [2, 3]], "float64"),
}


@pytest.mark.parametrize("kind", NUMERIC_OBJECTS)
def test_objects_that_are_numbers_are_numbers(kind: str) -> None:
    """Row 27: neural data of Python numbers are shown and read as numbers."""
    rows, dtype = NUMERIC_OBJECTS[kind]
    data = {"Activity": np.array(rows, dtype=object)}

    (info,) = inventory_of(data).arrays
    array = arrays_of(data)["Activity"]

    assert (info.shape, info.dtype.name, info.problem) == ((2, 2), dtype, None)
    assert array.dtype.name == dtype
    np.testing.assert_array_equal(np.array(rows, dtype=float), array.astype(float))


BAD_CELLS: dict[str, tuple[Any, str]] = {
    "nothing": ([[1, 2], [3, None]], r"calcium\[1, 1\] is None"),
    "text": ([[1, "2"], [3, 4]], r"calcium\[0, 1\] is '2'"),
    "complex": ([[1, 2j], [3, 4]], r"calcium\[0, 1\] is 2j"),
    "array": ([[1, np.zeros(3)], [3, 4]], r"calcium\[0, 1\] is an array of shape \(3,\)"),
    "missing": ([[1, pd.NA], [3, 4]], r"calcium\[0, 1\] is <NA>"),
}


@pytest.mark.parametrize("kind", BAD_CELLS)
def test_first_bad_cell_is_named(kind: str) -> None:
    """Row 27: the first cell of neural data that is no number is named by its place."""
    rows, text = BAD_CELLS[kind]
    calcium = np.empty((2, 2), dtype=object)
    for index in np.ndindex(2, 2):
        calcium[index] = rows[index[0]][index[1]]
    data = {"calcium": calcium, "speed": np.arange(2.0)}

    info, speed = inventory_of(data).arrays
    with pytest.raises(DataTypeError, match=text):
        arrays_of(data, ["calcium"])

    assert info.error is DataTypeError
    assert speed.problem is None
    with pytest.raises(DataTypeError, match=text):
        raise DataTypeError(info.problem or "")


def test_objects_of_a_feature_stay_objects() -> None:
    """A feature of objects is no error: it is left out later, as text is."""
    data = {"calcium": np.zeros((2, 4)), "labels": np.array(["A", None, 3, []], dtype=object)}

    labels = inventory_of(data).arrays[1]

    assert (labels.dtype.kind, labels.problem) == ("O", None)


def test_number_beyond_float_is_told() -> None:
    """An integer that no float can hold is refused by name."""
    data = {"calcium": np.array([[10**400, 1.5]], dtype=object)}

    with pytest.raises(DataTypeError, match="'calcium' holds a number that is too large"):
        arrays_of(data)


@pytest.mark.parametrize("dtype", [">f4", ">f8", ">i2", ">c8", ">U2", ">M8[s]"])
def test_byte_order_is_turned(dtype: str) -> None:
    """Row 31: big-endian arrays are read in the machine's order, and the given one stays."""
    values = np.arange(6).reshape(2, 3).astype(dtype)
    before = values.copy()

    read = arrays_of({"x": values})["x"]

    assert read.dtype == values.dtype.newbyteorder("=")
    np.testing.assert_array_equal(before, read)
    assert values.tobytes() == before.tobytes()


@pytest.mark.parametrize(
    "values",
    [
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        np.array([1 + 2j]),
        np.arange(3, dtype="i2"),
        np.array(["a", "b"]),
        np.array([True, False]),
        np.array(["2026-01-01"], dtype="M8[s]"),
    ],
    ids=["structured", "complex", "int16", "text", "boolean", "datetime"],
)
def test_dtypes_are_kept(values: np.ndarray[Any, Any]) -> None:
    """Rows 28 to 30 and 32 to 35: every dtype is listed as it is, to be judged later."""
    (info,) = inventory_of({"x": values}).arrays

    read = arrays_of({"x": values})["x"]

    assert (info.dtype, info.problem) == (values.dtype, None)
    assert info.first_values != ""
    assert read.dtype == values.dtype
    np.testing.assert_array_equal(values, read)


def test_ragged_rows_are_told() -> None:
    """Rows of different lengths cannot be an array, and the name is said."""
    data = {"calcium": [[1, 2, 3], [4, 5]]}

    (info,) = inventory_of(data).arrays
    with pytest.raises(DataShapeError, match="'calcium' cannot be an array: its rows differ"):
        arrays_of(data)

    assert info.error is DataShapeError


def test_masked_values_are_missing() -> None:
    """Masked values become NaN with a note, never the numbers under the mask."""
    speed = np.ma.masked_greater(np.array([1, 2, 999], dtype=np.int16), 100)
    whole = np.ma.masked_greater(np.array([1.0, 2.0], dtype=np.float32), 100)
    data = {"speed": speed, "whole": whole}

    inventory = inventory_of(data)
    read = arrays_of(data)

    np.testing.assert_array_equal([1.0, 2.0, np.nan], read["speed"])
    assert read["whole"].dtype == np.float32
    assert [(note.id, note.subject) for note in inventory.notes] == [("masked-values", "speed")]
    assert "1 masked values" in inventory.notes[0].text


def test_tables_are_arrays() -> None:
    """Series and data frames count as arrays of their values."""
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    data = {"calcium": frame, "speed": frame["a"]}

    read = arrays_of(data)

    np.testing.assert_array_equal([[1.0, 3.0], [2.0, 4.0]], read["calcium"])
    assert read["speed"].shape == (2,)


@pytest.mark.parametrize(
    "stored",
    [
        {"fps": 21.5, "s": [1]},
        np.array({"fps": 21.5, "s": [1]}, dtype=object),
        '{"fps": 21.5, "s": [1]}',
    ],
    ids=["dictionary", "0-d array", "JSON"],
)
def test_metadata_are_collected(stored: Any) -> None:
    """Metadata are the same in every form, are a copy, and their name counts in this case only."""
    data = {"_metadata": stored, "_sync_info": {"shift": 3}, "_METADATA": {"no": 1}}

    inventory = inventory_of(data)
    read = arrays_of(data, ["_metadata"])

    assert inventory.metadata == {"fps": 21.5, "s": [1], "sync_info": {"shift": 3}}
    assert inventory.arrays[0].value == {"fps": 21.5, "s": [1]}
    assert read["_metadata"].item() == {"fps": 21.5, "s": [1]}
    assert inventory.notes == ()
    if isinstance(stored, dict):
        inventory.metadata["s"].append(2)
        assert stored["s"] == [1]


def test_metadata_of_another_kind_are_noted() -> None:
    """Metadata that are no dictionary are left out with a note."""
    inventory = inventory_of({"_metadata": [1, 2]})

    assert inventory.metadata == {}
    assert [note.id for note in inventory.notes] == ["metadata-ignored"]


def test_unknown_name_is_told() -> None:
    """A name that is not there is told with the nearest that is."""
    with pytest.raises(ParameterError, match=r"the data has no array 'sped'; did you mean 'speed'"):
        arrays_of({"speed": np.zeros(3)}, ["sped"])

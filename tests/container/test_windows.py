"""Verified windows, and arrays that are verified when they are touched."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.container import checksums, npz, verified
from driada_widgets.core.errors import ChecksumError, ParameterError
from tests.archives import changed, small_arrays, write_to


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an archive."""
    path = tmp_path_factory.mktemp("archives") / "Exp a.npz"
    write_to(path, {**small_arrays(), "cube": np.arange(24.0).reshape(2, 3, 4)})
    return path


slices = st.builds(
    slice,
    st.none() | st.integers(-6000, 6000),
    st.none() | st.integers(-6000, 6000),
    st.none() | st.sampled_from([1, 2, 700, -1, -3]),
)


@given(rows=slices | st.lists(st.integers(-6, 5), max_size=8), columns=slices)
def test_windows_are_what_numpy_gives(path: Path, rows: Any, columns: slice) -> None:
    """Any rows and columns give the values that indexing the whole array gives."""
    calcium = small_arrays()["calcium"]

    with npz.Archive.open(path) as archive:
        window = archive.read("calcium", rows=rows, columns=columns)

    np.testing.assert_array_equal(window, calcium[rows][:, columns], strict=True)


@given(columns=slices)
def test_windows_of_a_feature_are_what_numpy_gives(path: Path, columns: slice) -> None:
    """A one-dimensional array has columns only."""
    with npz.Archive.open(path) as archive:
        window = archive.read("speed", columns=columns)

    np.testing.assert_array_equal(window, small_arrays()["speed"][columns], strict=True)


def test_rows_that_share_a_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pieces hold several rows, windows and errors still name single rows."""
    monkeypatch.setattr(checksums, "MAX_PIECES", 8)
    array = np.arange(60.0).reshape(30, 2)
    path = tmp_path / "a.npz"
    write_to(path, {"calcium": array})

    with npz.Archive.open(path) as archive:
        window = archive.read("calcium", rows=[29, 0, 5, 6], columns=slice(1, 2))
        start = archive._starts["calcium"]
        rows = archive.records["calcium"].grid.piece_rows
    damaged = changed(path, start + 16 * 5)
    with npz.Archive.open(damaged) as archive, pytest.raises(ChecksumError) as caught:
        archive.read("calcium", rows=[6])

    assert rows == 4
    assert "neurons 4, 5, 6 and 7" in caught.value.message
    np.testing.assert_array_equal(window, array[[29, 0, 5, 6], 1:])


def test_rows_of_three_axes(path: Path) -> None:
    """The first axis can be chosen from whatever the others are."""
    with npz.Archive.open(path) as archive:
        window = archive.read("cube", rows=[1])

    np.testing.assert_array_equal(window, np.arange(12.0, 24.0).reshape(1, 3, 4))


@pytest.mark.parametrize(
    ("name", "window"),
    [
        pytest.param("calcium", {"rows": [6]}, id="row too far"),
        pytest.param("calcium", {"rows": [-7]}, id="row too far from the end"),
        pytest.param("speed", {"rows": [0]}, id="rows of a feature"),
        pytest.param("cube", {"columns": slice(1)}, id="columns of three axes"),
        pytest.param("nothing", {}, id="no such array"),
    ],
)
def test_impossible_windows_are_refused(path: Path, name: str, window: dict[str, Any]) -> None:
    """The message names the array and what it has."""
    with npz.Archive.open(path) as archive, pytest.raises(ParameterError, match=name):
        archive.read(name, **window)


def test_a_window_reads_little(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only pieces that the window touches are read."""
    read: list[int] = []
    with npz.Archive.open(path) as archive:
        original = archive.read_into

        def counting(record: Any, start: int, target: memoryview) -> None:
            read.append(len(target))
            original(record, start, target)

        monkeypatch.setattr(archive, "read_into", counting)
        archive.read("calcium", rows=slice(1, 3), columns=slice(2040, 2050))

    assert read == [2 * 16_384, 2 * 16_384]


def test_an_unknown_level_is_refused(path: Path) -> None:
    """A typing mistake must not mean *no check*."""
    with npz.Archive.open(path) as archive, pytest.raises(ParameterError, match="'rows'"):
        archive.verify("none")  # type: ignore[arg-type]  # the mistake that is tested


def test_arrays_stay_valid_after_closing(path: Path) -> None:
    """A map lives as long as somebody holds an array of it."""
    with npz.Archive.open(path) as archive:
        mapped = archive.array("calcium")

    np.testing.assert_array_equal(mapped, small_arrays()["calcium"])


def test_a_closed_archive_reads_nothing(path: Path) -> None:
    """The number of a closed file may belong to another file by now."""
    archive = npz.Archive.open(path)
    archive.close()
    archive.close()

    for act in (lambda: archive.array("speed"), lambda: archive.read("speed"), archive.verify):
        with pytest.raises(ValueError, match="is closed"):
            act()


def touched(path: Path, name: str = "calcium", level: npz.Level | None = None) -> npz.VerifiedArray:
    """Open an array that is verified when touched."""
    return npz.VerifiedArray(npz.Archive.open(path), name, level)


def test_shape_and_dtype_do_not_touch(path: Path) -> None:
    """An experiment opens by shapes alone."""
    array = touched(path)

    assert (array.shape, array.dtype, array.ndim) == ((6, 5000), np.dtype(float), 2)
    assert (array.size, array.nbytes, len(array)) == (30_000, 240_000, 6)
    assert "calcium" in repr(array)
    assert not array.is_verified


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(np.asarray, id="asarray"),
        pytest.param(lambda array: array.max(), id="method"),
        pytest.param(np.max, id="function"),
        pytest.param(lambda array: array + 1, id="operator"),
        pytest.param(lambda array: np.sqrt(array**2), id="ufunc"),
        pytest.param(lambda array: array[5], id="row"),
        pytest.param(lambda array: array[:, 4999], id="column"),
        pytest.param(lambda array: array[5:6, 4000:], id="window"),
        pytest.param(lambda array: array[array > 0], id="mask"),
        pytest.param(list, id="iteration"),
        pytest.param(copy.deepcopy, id="copy"),
        pytest.param(lambda array: array.__reduce__(), id="to another process"),
    ],
)
def test_every_use_of_values_verifies_them(path: Path, use: Any) -> None:
    """There is no way to the values past the checksums."""
    expected = use(small_arrays()["calcium"]) if use is not copy.deepcopy else None
    actual = use(touched(path))
    with npz.Archive.open(path) as archive:
        last = archive._starts["calcium"] + 240_000 - 1
    damaged = touched(changed(path, last))

    with pytest.raises(ChecksumError, match="neuron 5"):
        use(damaged)

    if isinstance(expected, np.ndarray | float):
        np.testing.assert_array_equal(actual, expected)


def test_the_values_are_a_read_only_map(path: Path) -> None:
    """Many sessions share one copy of the file in memory, and none changes it."""
    array = np.asarray(touched(path))

    assert type(array) is np.ndarray
    assert not array.flags.owndata
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 1


def test_values_are_verified_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second touch costs nothing."""
    array = touched(path)
    levels: list[str] = []
    monkeypatch.setattr(array._archive, "verify", lambda level, names: levels.append(level))
    monkeypatch.setattr(verified, "_trusted", set())

    np.asarray(array)
    np.asarray(array)
    np.asarray(npz.VerifiedArray(array._archive, "calcium"))

    assert levels == ["full", "rows"]


def test_what_this_process_wrote_is_verified_by_pieces(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SHA-256 was made a moment ago from the same bytes."""
    array = touched(path)
    levels: list[str] = []
    monkeypatch.setattr(array._archive, "verify", lambda level, names: levels.append(level))
    monkeypatch.setattr(verified, "_trusted", set())
    verified.trust(array._archive.identity, ["calcium"])

    np.asarray(array)

    assert levels == ["rows"]


def test_level_fast_does_not_read(path: Path) -> None:
    """A person may choose to wait for nothing."""
    with npz.Archive.open(path) as archive:
        damaged = changed(path, archive._starts["calcium"])

    assert np.asarray(touched(damaged, level="fast")).shape == (6, 5000)


def test_private_names_are_not_passed_on(path: Path) -> None:
    """Protocols that NumPy or copy look for are not answered by accident."""
    array = touched(path)

    assert not hasattr(array, "_nothing")
    assert not hasattr(array, "__array_interface__")
    assert not array.is_verified

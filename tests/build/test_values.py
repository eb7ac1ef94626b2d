"""Arrays as the experiment keeps them: oriented, native, read-only, measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.build import values
from driada_widgets.core.build.values import scan, take
from driada_widgets.core.errors import DataTypeError, LoadCancelledError
from driada_widgets.core.report import Progress
from tests.inventories import plan_of_arrays


@pytest.mark.parametrize("turned", [False, True], ids=["cells first", "frames first"])
@pytest.mark.parametrize("copy", [False, True], ids=["own", "copy"])
@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i2", "u1", "?"])
@pytest.mark.parametrize("block", [64, 1 << 21], ids=["small blocks", "one block"])
def test_scan_gives_the_rows_and_their_ranges(
    turned: bool, copy: bool, dtype: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The walk in blocks gives what one call on the whole array gives."""
    monkeypatch.setattr(values, "BLOCK_BYTES", block)
    monkeypatch.setattr(values, "TURNED_TILE", (3, 7))
    rng = np.random.default_rng(3)
    source: NDArray[Any] = (rng.random((11, 50)) * 9).astype(dtype)
    source = np.ascontiguousarray(source.T).T if turned else source

    rows, ranges = scan(source, copy=copy)
    np.testing.assert_array_equal(rows, source)
    np.testing.assert_array_equal(ranges[:, 0], source.min(axis=1))
    np.testing.assert_array_equal(ranges[:, 1], source.max(axis=1))
    assert rows.flags.c_contiguous
    assert np.shares_memory(rows, source) == (not copy and not turned)


def test_two_threads_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of workers changes nothing."""
    source = np.random.default_rng(0).normal(size=(64, 1000))
    alone = scan(source, copy=True)
    monkeypatch.setattr(values, "MIN_BYTES_FOR_THREADS", 0)
    monkeypatch.setattr(values, "BLOCK_BYTES", 4096)
    together = scan(source, copy=True)

    np.testing.assert_array_equal(alone[0], together[0])
    np.testing.assert_array_equal(alone[1], together[1])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf], ids=str)
def test_what_is_not_finite_shows_in_the_range(bad: float) -> None:
    """No second walk is needed to find rows with gaps."""
    source = np.ones((3, 100))
    source[1, 40] = bad

    assert np.isfinite(scan(source, copy=False)[1]).all(axis=1).tolist() == [True, False, True]


def test_cancelling_stops_between_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person does not wait for the rest of the recording."""
    monkeypatch.setattr(values, "BLOCK_BYTES", 800)
    progress = Progress(listener=lambda seen: seen.cancel() if seen.done == 3 else None)

    with pytest.raises(LoadCancelledError):
        scan(np.ones((50, 100)), copy=False, progress=progress)
    assert progress.done == 3


@pytest.mark.parametrize("copy", [False, True], ids=["own", "borrowed"])
def test_kept_arrays_are_read_only_and_never_the_callers(copy: bool) -> None:
    """What a caller changes later must not reach the experiment, nor the other way round."""
    arrays = {"calcium": np.ones((3, 50)), "v": np.arange(50.0), "spikes": np.zeros((3, 50))}
    taken = take(arrays, plan_of_arrays(arrays), copy=copy)

    for name, array in taken.arrays.items():
        assert not array.flags.writeable
        assert np.shares_memory(array, arrays[name]) == (not copy)
        assert arrays[name].flags.writeable


@pytest.mark.parametrize(
    ("given", "kept", "said"),
    [
        (">f4", "float32", ">f4 stored as <f4"),
        (">i2", "int16", ">i2 stored as <i2"),
        ("g", "float64", "float128 stored as float64"),
        ("?", "bool", "true and false count as 1 and 0"),
        ("O", "float64", "Python numbers stored as float64"),
        ("f4", "float32", None),
    ],
)
def test_numbers_become_native(given: str, kept: str, said: str | None) -> None:
    """Values stay, and the ledger says what was changed."""
    calcium = (np.arange(60).reshape(3, 20) % 2 + (0 if given == "?" else 0.5)).astype(given)
    arrays = {"calcium": calcium}
    taken = take(arrays, plan_of_arrays(arrays))

    assert str(taken.arrays["calcium"].dtype) == kept
    assert taken.changes.get("calcium") == said
    np.testing.assert_array_equal(taken.arrays["calcium"], calcium.astype(kept))


def test_objects_that_are_no_numbers_are_an_issue_naming_the_first() -> None:
    """The cell is named, so that it can be found in a table."""
    calcium = np.ones((3, 20), dtype=object)
    calcium[1, 7] = None
    arrays = {"calcium": calcium}
    (issue,) = take(arrays, plan_of_arrays(arrays)).issues

    assert issue.error is DataTypeError
    assert "calcium[1, 7] is None" in issue.text

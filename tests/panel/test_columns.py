"""Minimum and maximum of each column of frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.panel.columns import frames_per_column, min_max_columns


def slow_columns(rows: NDArray[Any], start: int, stop: int, n_columns: int) -> NDArray[np.float32]:
    """Do the same one column at a time."""
    step = frames_per_column(stop - start, n_columns)
    parts = [rows[:, at : min(at + step, stop)] for at in range(start, stop, step)]
    sides = [[np.fmin.reduce(part, axis=1), np.fmax.reduce(part, axis=1)] for part in parts]
    return np.array(sides, dtype=np.float32).transpose(2, 1, 0)


@pytest.mark.parametrize(
    ("start", "stop", "n_columns"),
    [
        pytest.param(0, 1000, 100, id="whole-steps"),
        pytest.param(0, 1000, 300, id="last-column-shorter"),
        pytest.param(0, 1000, 30, id="long-steps"),
        pytest.param(3, 998, 7, id="inside"),
        pytest.param(0, 1000, 1000, id="every-frame"),
        pytest.param(10, 20, 1000, id="fewer-frames-than-columns"),
        pytest.param(999, 1000, 5, id="last-frame-only"),
        pytest.param(0, 1000, 1, id="one-column"),
    ],
)
def test_columns_are_those_of_a_plain_loop(
    rng: np.random.Generator, start: int, stop: int, n_columns: int
) -> None:
    """The fast way gives what one column at a time gives, and never too many columns."""
    rows = rng.normal(size=(4, 1000)).astype(np.float32)

    columns = min_max_columns(rows, start, stop, n_columns)

    np.testing.assert_array_equal(columns, slow_columns(rows, start, stop, n_columns))
    assert columns.shape[2] <= n_columns


@pytest.mark.parametrize("at", [0, 499, 996, 997, 999])
def test_one_frame_is_never_lost(at: int) -> None:
    """A spike of a single frame is seen wherever it is, at the last frame too."""
    rows = np.zeros((1, 1000))
    rows[0, at] = 5.0

    columns = min_max_columns(rows, 0, 1000, 83)

    assert columns[0, 1].max() == 5.0
    assert int(columns[0, 1].argmax()) == at // frames_per_column(1000, 83)


def test_short_window_comes_back_exactly(rng: np.random.Generator) -> None:
    """Where every frame has its own column, both sides are the frame itself."""
    rows = rng.normal(size=(3, 50))

    columns = min_max_columns(rows, 5, 45, 100)

    np.testing.assert_array_equal(columns[:, 0], rows[:, 5:45].astype(np.float32))
    np.testing.assert_array_equal(columns[:, 1], columns[:, 0])


def test_nan_counts_only_alone() -> None:
    """A gap hides no value beside it; a column of nothing else is NaN."""
    rows = np.array([[1.0, np.nan, 3.0, np.nan, np.nan, np.nan]])

    columns = min_max_columns(rows, 0, 6, 2)

    np.testing.assert_array_equal(columns, [[[1.0, np.nan], [3.0, np.nan]]])


@pytest.mark.parametrize("dtype", ["f4", "f8", ">f4", ">f8", "i2", "u1", "i8", "?", "f2"])
def test_every_real_dtype_works(dtype: str) -> None:
    """Numbers are numbers, whatever the lab stored them as."""
    rows = (np.arange(40).reshape(2, 20) % 7).astype(dtype)

    columns = min_max_columns(rows, 1, 20, 5)

    np.testing.assert_array_equal(columns, slow_columns(rows, 1, 20, 5))


def test_unaligned_memory_map_works(tmp_path: Path, rng: np.random.Generator) -> None:
    """Arrays inside a file begin at any byte."""
    rows = rng.normal(size=(3, 400))
    path = tmp_path / "odd.bin"
    path.write_bytes(b"x" * 13 + rows.tobytes())
    mapped = np.memmap(path, dtype=np.float64, mode="r", offset=13, shape=(3, 400))

    columns = min_max_columns(mapped, 0, 400, 30)

    assert not mapped.flags.aligned
    np.testing.assert_array_equal(columns, min_max_columns(rows, 0, 400, 30))


def test_cells_are_taken_in_the_order_asked(rng: np.random.Generator) -> None:
    """A sorted list of neurons is shown as sorted; a range and a list of it agree."""
    rows = rng.normal(size=(6, 100))

    columns = min_max_columns(rows, 0, 100, 10, cells=[4, 0, 5])

    np.testing.assert_array_equal(columns, min_max_columns(rows[[4, 0, 5]], 0, 100, 10))
    np.testing.assert_array_equal(
        min_max_columns(rows, 0, 100, 10, cells=range(2, 5)),
        min_max_columns(rows, 0, 100, 10, cells=[2, 3, 4]),
    )


def test_many_rows_are_done_in_blocks(rng: np.random.Generator) -> None:
    """The result does not depend on how rows are cut into blocks."""
    rows = rng.normal(size=(40, 50_000))

    columns = min_max_columns(rows, 0, 50_000, 100)

    np.testing.assert_array_equal(columns, slow_columns(rows, 0, 50_000, 100))


def test_window_is_cut_to_the_recording() -> None:
    """A window that leaves the recording shows what there is of it."""
    rows = np.arange(10.0)[np.newaxis]

    assert min_max_columns(rows, -5, 50, 100).shape == (1, 2, 10)
    assert min_max_columns(rows, 20, 50, 100).shape == (1, 2, 0)


def test_beyond_float32_is_infinite_and_silent() -> None:
    """A value that float32 cannot hold is drawn as infinite, without a warning."""
    columns = min_max_columns(np.array([[1e300, -1e300, 0.0, 1.0]]), 0, 4, 2)

    np.testing.assert_array_equal(columns, [[[-np.inf, 0.0], [np.inf, 1.0]]])

"""Pooling all neurons to pixels: the same numbers from any tiles, and little work in a pan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.errors import LoadCancelledError
from driada_widgets.core.report import Progress
from driada_widgets.panel import pooled
from driada_widgets.panel.columns import max_columns
from driada_widgets.panel.pooled import PooledCells, pixel_edges, pixel_range

N_FRAMES = 20_000


@pytest.fixture
def rows(rng: np.random.Generator) -> NDArray[np.float32]:
    """Give noise."""
    return rng.standard_normal((6, N_FRAMES)).astype(np.float32)


@pytest.mark.parametrize(
    ("start", "stop", "n_pixels"),
    [
        pytest.param(0, N_FRAMES, 300, id="whole"),
        pytest.param(0, N_FRAMES, 1100, id="wide"),
        pytest.param(3333, 17_777, 450, id="window"),
        pytest.param(19_000, N_FRAMES, 100, id="end"),
        pytest.param(5, 705, 700, id="a-frame-a-pixel"),
        pytest.param(100, 120, 90, id="few-frames"),
        pytest.param(7, 8, 50, id="one-frame"),
    ],
)
def test_pixels_are_maxima_of_their_frames(
    rows: NDArray[np.float32], start: int, stop: int, n_pixels: int
) -> None:
    """Each pixel is the greatest value of its frames, give or take one run at its edges."""
    got = joined(PooledCells(rows), start, stop, n_pixels)

    edges = np.append(pixel_edges(start, stop, n_pixels), stop)
    slack = pooled._step(stop - start, n_pixels)
    assert got.shape == (6, n_pixels)
    for pixel in range(n_pixels):
        first, last = edges[pixel], max(edges[pixel + 1], edges[pixel] + 1)
        inner = rows[:, first + slack - 1 : max(last - slack + 1, first + 1)]
        outer = rows[:, max(0, first - slack) : last + slack]
        if inner.shape[1]:
            assert (got[:, pixel] >= inner.max(axis=1)).all()
        assert (got[:, pixel] <= outer.max(axis=1)).all()


def joined(cells: PooledCells, start: int, stop: int, n_pixels: int) -> NDArray[np.float32]:
    """Put the blocks of a window together."""
    return np.concatenate([block for _, block in cells.blocks(start, stop, n_pixels)])


def sampled(cells: PooledCells, left_out: Sequence[tuple[int, int]] = ()) -> NDArray[np.float32]:
    """Put the blocks of a sample together."""
    return np.concatenate([block for _, block in cells.samples(left_out)])


def test_no_event_disappears(rows: NDArray[np.float32]) -> None:
    """One frame in twenty thousand is seen, whatever the window and the width."""
    rows[2, 12_345] = 99.0

    for start, stop, n_pixels in ((0, N_FRAMES, 200), (12_000, 13_000, 77), (12_300, 12_400, 500)):
        got = joined(PooledCells(rows), start, stop, n_pixels)
        where = np.flatnonzero(got[2] == 99.0)
        assert where[0] == pytest.approx((12_345 - start) / (stop - start) * n_pixels, abs=6)


def test_pan_pools_only_what_is_new(
    rows: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows of one length share their tiles; the same window needs nothing."""
    asked: list[int] = []

    def watched(calcium: Any, start: int, step: int, columns: Any) -> Any:
        asked.append(start)
        return max_columns(calcium, start, step, columns)

    monkeypatch.setattr(pooled, "max_columns", watched)
    cells = PooledCells(rows)
    joined(cells, 0, 10_000, 500)
    n_first = len(asked)
    joined(cells, 2000, 12_000, 500)
    n_panned = len(asked) - n_first
    joined(cells, 0, 10_000, 500)

    assert n_panned <= n_first / 3
    assert len(asked) == n_first + n_panned


def test_tiles_do_not_grow_without_end(
    rows: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cache holds what is in use, and some more up to its limit."""
    limit = 12 * 6 * pooled.TILE_COLUMNS * 4
    monkeypatch.setattr(pooled, "CACHE_BYTES", limit)
    cells = PooledCells(rows)
    for start in range(0, 18_000, 700):
        joined(cells, start, start + 2000, 600)

    assert cells._store.nbytes <= limit
    assert len(cells._free) + len(cells._tiles) == len(cells._store)


def test_sample_leaves_out_bad_frames(rows: NDArray[np.float32]) -> None:
    """An artefact in bad frames does not set the scale; if all are bad, all count."""
    rows[:, 3000:3010] = 1e6
    cells = PooledCells(rows)

    assert sampled(cells).max() == 1e6
    assert sampled(cells, [(3000, 3010)]).max() < 10
    assert sampled(cells, [(0, N_FRAMES)]).max() == 1e6


@pytest.mark.parametrize("dtype", ["f8", ">f4", "i2", "?", "f2"])
def test_any_numbers_are_pooled(rng: np.random.Generator, dtype: str) -> None:
    """Every dtype of a file gives float32."""
    rows = (10 * rng.random((2, 3000))).astype(dtype)

    got = joined(PooledCells(rows), 0, 3000, 40)

    assert got.dtype == np.float32
    assert got.max() == np.float32(rows.max())


def test_missing_values_hide_nothing(rows: NDArray[np.float32]) -> None:
    """NaN is shown only where a pixel has nothing else."""
    rows[0, ::2] = np.nan
    rows[1] = np.nan

    got = joined(PooledCells(rows), 0, N_FRAMES, 300)

    assert np.isfinite(got[0]).all()
    assert np.isnan(got[1]).all()


def test_pooling_stops_when_it_is_superseded(rows: NDArray[np.float32]) -> None:
    """The worker does not finish a picture that nobody waits for."""
    progress = Progress()
    progress.cancel()

    cells = PooledCells(rows)

    with pytest.raises(LoadCancelledError):
        list(cells.blocks(0, N_FRAMES, 300, progress))

    np.testing.assert_array_equal(
        joined(cells, 0, N_FRAMES, 300), joined(PooledCells(rows), 0, N_FRAMES, 300)
    )


@pytest.mark.parametrize("n_pixels", [1, 33, 100, 250])
def test_range_of_pixels(rng: np.random.Generator, n_pixels: int) -> None:
    """A feature keeps its smallest and greatest values; few frames are stretched."""
    values = rng.standard_normal(300)

    low, high = pixel_range(values, 50, 150, n_pixels)

    window = values[50:150].astype(np.float32)
    assert (low.min(), high.max()) == (window.min(), window.max())
    assert len(low) == n_pixels
    assert (low <= high).all()


def test_range_of_nothing() -> None:
    """A window outside the recording has no values."""
    assert np.isnan(pixel_range(np.ones(10), 10, 10, 5)).all()

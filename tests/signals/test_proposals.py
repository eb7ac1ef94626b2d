"""Proposals of bad frames, by construction: what is planted is found, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from driada_widgets.core.errors import LoadCancelledError
from driada_widgets.core.report import Progress
from driada_widgets.core.signals.frame_scan import scan_frames, scan_rows
from driada_widgets.core.signals.proposals import MAX_PER_KIND, propose
from driada_widgets.core.sources.demo import demo_path
from tests.properties import examples
from tests.samples import make_aligned

FPS = 20.0


@pytest.fixture
def traces() -> NDArray[np.float32]:
    """Give clean traces of 20 neurons with events, over 2000 frames."""
    calcium: NDArray[np.float64] = make_aligned(20, 2000)["calcium"]
    return calcium.astype(np.float32)


def found(traces: NDArray[Any], **others: Any) -> list[tuple[str, int, int]]:
    """List what is proposed as kind, start and stop."""
    return [(p.kind, p.start, p.stop) for p in propose(traces, fps=FPS, **others).items]


@pytest.mark.parametrize("n_cells", [1, 5, 8, 50])
@pytest.mark.parametrize("seed", range(4))
def test_clean_traces_give_none(n_cells: int, seed: int) -> None:
    """Events, noise and clipping at zero are no faults, however few the neurons."""
    assert found(make_aligned(n_cells, 1000, seed)["calcium"]) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: rng.standard_normal((6, 50_000)).astype(np.float32),
        lambda rng: rng.poisson(3.0, (6, 50_000)).astype(np.uint16),
        lambda rng: rng.poisson(0.3, (6, 50_000)),
        lambda rng: rng.random((10, 50_000)) < 0.1,
        lambda rng: np.zeros((6, 500)),
        lambda rng: np.repeat(rng.standard_normal((6, 500)), 2, axis=1),
    ],
    ids=["noise", "counts", "few-counts", "raster", "constant", "every-frame-twice"],
)
def test_other_clean_data(make: Any, rng: np.random.Generator) -> None:
    """Whole numbers, rasters and constants repeat and saturate by their nature."""
    assert found(make(rng)) == []


def test_missing_values(traces: NDArray[np.float32]) -> None:
    """Runs of NaN are found exactly, at both ends too, and say which neurons."""
    traces[3, :4] = np.nan
    traces[[2, 5, 7, 9], 700:720] = np.nan
    traces[0, -1] = np.inf

    items = propose(traces, fps=FPS).items

    assert [(p.kind, p.start, p.stop) for p in items] == [
        ("missing", 0, 4),
        ("missing", 700, 720),
        ("missing", 1999, 2000),
    ]
    assert [p.reason for p in items] == [
        "NaN in neuron 3",
        "NaN in 4 of 20 neurons: 2, 5, 7 and 1 more",
        "infinite values in neuron 0",
    ]


def test_neuron_without_values_is_not_every_frame(traces: NDArray[np.float32]) -> None:
    """A neuron that is mostly NaN is left aside, so that the other faults are seen."""
    traces[4] = np.nan
    traces[7] = 0.5
    traces[:, 900] += 30

    assert found(traces) == [("jump", 900, 901)]


@pytest.mark.parametrize("shape", [(2000,), (2, 2000)], ids=["one-row", "two-rows"])
def test_missing_values_of_features(traces: NDArray[np.float32], shape: tuple[int, ...]) -> None:
    """Where tracking was lost, the frames are proposed under the feature's name."""
    position = np.zeros(shape)
    position[..., 40:60] = np.nan

    (item,) = propose(traces, fps=FPS, features={"x": position, "n": np.arange(2000)}).items

    assert (item.start, item.stop, item.reason) == (40, 60, "'x' has no value")


@pytest.mark.parametrize(
    ("start", "stop"),
    [(800, 801), (800, 802), (800, 860), (0, 1), (0, 6), (1999, 2000), (1994, 2000)],
)
def test_jump_and_back(traces: NDArray[np.float32], start: int, stop: int) -> None:
    """A shift of all neurons is proposed from the jump to the return, or to the recording's end."""
    traces[:, start:stop] += np.linspace(5, 20, 20, dtype=np.float32)[:, np.newaxis]

    assert found(traces) == [("jump", start, stop)]


def test_step_that_stays(traces: NDArray[np.float32]) -> None:
    """A step of the whole population is proposed at the frame where it comes, with its size."""
    traces[:, 1000:] += 10

    (item,) = propose(traces, fps=FPS).items

    assert (item.kind, item.start, item.stop) == ("jump", 1000, 1001)
    assert item.reason.startswith("the neurons jump together and stay there: ")


def test_jump_of_a_few_neurons_is_an_event(traces: NDArray[np.float32]) -> None:
    """What fewer than half of the neurons do is their own affair."""
    traces[:8, 1000] += 50

    assert found(traces) == []


def test_frozen_frames(traces: NDArray[np.float32]) -> None:
    """Frames that repeat the one before are found exactly; the first of them is not a repeat."""
    traces[:, 300:305] = traces[:, 299:300]
    traces[:, 1999] = traces[:, 1998]

    items = propose(traces, fps=FPS).items

    assert [(p.kind, p.start, p.stop) for p in items] == [
        ("frozen", 300, 305),
        ("frozen", 1999, 2000),
    ]
    assert items[0].reason == "all 20 neurons repeat frame 299 exactly, 5 times"


def test_saturation(traces: NDArray[np.float32]) -> None:
    """Frames in which many neurons are clipped are found; the jumps at their edges are not."""
    ceiling = traces.max(axis=1, keepdims=True) + 1
    traces[:, 500:530] = ceiling
    traces[:6, 1200:1203] = ceiling[:6]

    items = propose(traces, fps=FPS).items

    assert [(p.kind, p.start, p.stop) for p in items] == [
        ("saturation", 500, 530),
        ("saturation", 1200, 1203),
    ]
    assert items[1].reason == "6 of 20 neurons are at their greatest value"


def test_gap_in_a_clock(traces: NDArray[np.float32]) -> None:
    """Dropped frames show in the clock, in any unit; the frames on both sides are proposed."""
    times = np.arange(2000) * 50.0
    times[120:] += 200.0
    times[1500:] += 50.0

    items = propose(traces, fps=FPS, clocks={"time_ms": times}).items

    assert [(p.kind, p.start, p.stop) for p in items] == [("gap", 119, 121), ("gap", 1499, 1501)]
    assert items[0].reason == (
        "'time_ms' steps by 250 where 50 is usual: about 4 frames are missing between these two"
    )


@pytest.mark.parametrize("kind", ["uneven", "trial", "backwards", "nan"])
def test_other_clocks_are_left_alone(
    traces: NDArray[np.float32], rng: np.random.Generator, kind: str
) -> None:
    """An uneven clock, one that starts again in each trial, and none at all have no gaps."""
    clocks = {
        "uneven": np.cumsum(rng.gamma(2.0, 0.05, 2000)),
        "trial": np.tile(np.arange(200) / 20, 10),
        "backwards": -np.arange(2000.0),
        "nan": np.full(2000, np.nan),
    }

    assert found(traces, clocks={"time": clocks[kind]}) == []


def test_real_recording() -> None:
    """In the built-in recording the joint of its two sessions is found, and its first frame."""
    with np.load(demo_path("dg_2-1_D1")) as file:
        calcium = file["calcium"]

    assert [(p.kind, p.start, p.stop) for p in propose(calcium, fps=10.0).items] == [
        ("jump", 0, 1),
        ("jump", 1798, 1799),
    ]


def test_too_many_are_counted(traces: NDArray[np.float32]) -> None:
    """Of very many proposals of a kind the longest are listed, and the others are counted."""
    traces[0, ::4] = np.nan
    traces[0, 101:103] = np.nan

    made = propose(traces, fps=FPS)

    assert len(made.items) == MAX_PER_KIND
    assert made.n_more == {"missing": 500 - MAX_PER_KIND}
    assert (100, 103) in {(p.start, p.stop) for p in made.items}


def test_cancel(traces: NDArray[np.float32]) -> None:
    """The search stops at the next block when it is cancelled."""
    progress = Progress()
    progress.cancel()

    with pytest.raises(LoadCancelledError):
        propose(traces, fps=FPS, progress=progress)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f4", "i2", "u1", "i4", "?"])
def test_scan_is_the_plain_formula(rng: np.random.Generator, dtype: str) -> None:
    """Tiles, types and byte orders change no number."""
    values = (rng.standard_normal((7, 1000)) * 20 + 60).astype(dtype)
    floats = values.astype(np.float64)

    rows = scan_rows(values)
    seen = scan_frames(values, np.arange(7), rows.high)

    change = np.sort(np.abs(np.diff(floats, axis=1)), axis=0)[3]
    is_high = floats == floats.max(axis=1, keepdims=True)
    assert np.array_equal(rows.high, floats.max(axis=1))
    assert np.array_equal(rows.n_high, is_high.sum(axis=1))
    np.testing.assert_allclose(seen.change[1:], change, rtol=2e-6)
    assert np.array_equal(seen.repeats[1:], (np.diff(floats, axis=1) == 0).all(axis=0))
    assert np.array_equal(seen.n_high, is_high.sum(axis=0))


@examples(40)
@given(
    spans=st.lists(st.tuples(st.integers(0, 290), st.integers(1, 12)), max_size=6),
    n_cells=st.integers(1, 9),
    seed=st.integers(0, 100),
)
def test_proposals_are_frames_of_the_recording(
    spans: list[tuple[int, int]], n_cells: int, seed: int
) -> None:
    """Whatever is wrong, proposals are sorted, not empty, inside, and cover all that is missing."""
    rng = np.random.default_rng(seed)
    traces = rng.standard_normal((n_cells, 300))
    for at, long in spans:
        traces[rng.integers(n_cells), at : at + long] = rng.choice([np.nan, 50.0, np.inf])

    items = propose(traces, fps=FPS).items

    assert list(items) == sorted(items, key=lambda p: (p.start, p.stop))
    assert all(0 <= p.start < p.stop <= 300 and p.reason for p in items)
    covered = {frame for p in items for frame in range(p.start, p.stop)}
    assert set(np.flatnonzero(~np.isfinite(traces).all(axis=0))) <= covered

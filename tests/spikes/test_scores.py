from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.spike_scores import CellTruth, Detected, grouped, matched, score
from benchmarks.spike_simulation import (
    BUILDING_SEEDS,
    INDICATORS,
    NOISE_LEVELS,
    TABLE_SEEDS,
    simulate,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

FPS = 20.0


def truth(secs: ArrayLike, clean: NDArray[np.float64] | None = None) -> CellTruth:
    """Give the truth of one neuron."""
    return CellTruth(spike_secs=np.array(secs, dtype=float), n_frames=400, clean=clean)


def detected(
    frames: Sequence[int] | NDArray[np.int64], amplitudes: ArrayLike | None = None
) -> Detected:
    """Give detections of one neuron."""
    sizes = np.ones(len(frames)) if amplitudes is None else np.array(amplitudes, dtype=float)
    return Detected(frames=np.array(frames, dtype=np.int64), amplitudes=sizes)


def test_near_times_are_one_group() -> None:
    """Gaps under 0.2 s do not part groups, a gap of 0.2 s does, chains count as one."""
    assert grouped(np.array([1.0, 1.15, 1.3, 1.5, 3.0])).tolist() == [0, 3, 4]
    assert grouped(np.zeros(0)).tolist() == []


@pytest.mark.parametrize(
    ("true", "found", "expected"),
    [
        ([1.0, 2.0], [1.1, 2.1], [(0, 0), (1, 1)]),
        ([1.0], [0.9, 1.1], [(0, 0)]),
        ([1.0, 1.3], [1.2], [(0, 0)]),
        ([1.0, 1.3], [1.2, 1.45], [(0, 0), (1, 1)]),
        ([1.0], [1.3], []),
    ],
    ids=["both", "one-of-two", "one-for-two", "as-many-as-possible", "too-far"],
)
def test_matching_is_one_to_one(
    true: list[float], found: list[float], expected: list[tuple[int, int]]
) -> None:
    """Pairs are within the tolerance, one to one and as many as possible."""
    assert matched(np.array(true), np.array(found), 0.2) == expected


def test_perfect_detections_score_one() -> None:
    """Detections in the frames of the spikes: F1 and correlation 1, lag 0, no amplitude error."""
    frames = np.array([40, 150, 333])
    clean = np.zeros(400)
    for frame in frames:
        clean[frame : frame + 20] = np.linspace(1, 0, 20)

    scores = score([truth((frames + 0.5) / FPS, clean)], [detected(frames)], FPS)

    assert scores.f1 == (1.0, 1.0)
    assert scores.lag_sec == pytest.approx(0.0)
    assert scores.correlation == pytest.approx(1.0)
    assert scores.amplitude_error == pytest.approx(0.0)


def test_late_and_false_detections_cost() -> None:
    """0.3 s late counts at 0.5 s only; a false one lowers precision; halves show as bias."""
    frames = np.array([40, 200])
    clean = np.zeros(400)
    clean[40:60] = clean[200:220] = 2.0

    scores = score([truth((frames + 0.5) / FPS, clean)], [detected([46, 206, 300], [1, 1, 1])], FPS)

    assert scores.recall == (1.0, 0.0)
    assert scores.precision[0] == pytest.approx(2 / 3)
    assert scores.lag_sec == pytest.approx(0.3)
    assert scores.amplitude_error == pytest.approx(-0.5)


def test_nothing_detected_scores_zero() -> None:
    """Without detections F1 is 0 and the rest is unknown, not an error."""
    scores = score([truth([1.0])], [detected([])], FPS)

    assert scores.f1 == (0.0, 0.0)
    assert np.isnan(scores.lag_sec)


def test_seeds_of_the_table_are_held_back() -> None:
    """No seed is in both sets."""
    assert not set(BUILDING_SEEDS) & set(TABLE_SEEDS)


@pytest.mark.parametrize("name", list(INDICATORS), ids=str)
def test_simulation_is_as_specified(name: str) -> None:
    """Noise has the density asked for, events the rate, and one spike the response."""
    indicator = INDICATORS[name]
    recording = simulate(indicator, fps=30.0, noise=NOISE_LEVELS[1], seed=BUILDING_SEEDS[0])
    assert recording.clean is not None
    residual = np.diff(recording.calcium - recording.clean, axis=1)
    expected = NOISE_LEVELS[1] * np.sqrt(30.0)
    quiet = recording.clean[:, 1:] < 0.05
    n_events = sum(times[grouped(times)].size for times in recording.spike_secs)

    assert recording.calcium.shape == (4, 5400)
    assert residual[quiet].std() / np.sqrt(2) == pytest.approx(expected, rel=0.05)
    assert 0.1 < n_events / (4 * 180.0) < 0.35


def test_simulation_repeats() -> None:
    """The same seed gives the same recording."""
    first, second = (
        simulate(INDICATORS["GCaMP6f"], fps=10.0, noise=0.03, seed=11) for _ in range(2)
    )

    np.testing.assert_array_equal(first.calcium, second.calcium)

"""Peaks of a transform, and the ridges that they make."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import argrelmax

from driada_widgets.core.spikes.parameters import RidgeCriterion
from driada_widgets.core.spikes.ridges import Peaks, Ridges, find_peaks, link_ridges

EVERYTHING = RidgeCriterion(
    fewest_scales=0, smallest_scale=0, smallest_amplitude=-10, longest=10_000
)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 70),
    st.sampled_from([2, 4, 1000]),
    st.integers(1, 200),
)
def test_peaks_are_strict_maxima_of_their_window(
    seed: int, order: int, n_levels: int, n_frames: int
) -> None:
    """Against the definition, plateaus, borders and zeros included."""
    rows = np.random.default_rng(seed).integers(-1, n_levels, (3, n_frames)).astype(float)

    for row, (frames, heights) in zip(rows, find_peaks(rows, order), strict=True):
        expected = argrelmax(row, order=order)[0] if n_frames > 1 else np.array([], dtype=int)
        expected = expected[row[expected] != 0]
        assert expected.tolist() == frames.tolist()
        assert row[expected].tolist() == heights.tolist()


def peaks_at(*points: tuple[int, float]) -> Peaks:
    """Give the peaks of one scale."""
    frames = np.array([frame for frame, _ in points], dtype=np.intp)
    return frames, np.array([height for _, height in points], dtype=np.float64)


def linked(*scales: Peaks, reach: float = 5.0) -> Ridges:
    """Link peaks whose scales all have one time resolution."""
    numbers = np.arange(1.0, len(scales) + 1)
    return link_ridges(scales, scales=numbers, times=np.full(len(scales), reach))


def test_a_ridge_goes_on_at_the_highest_peak_in_reach() -> None:
    """Distance does not count, the window is open, and of equals the first is taken."""
    ridges = linked(
        peaks_at((50, 1.0)),
        peaks_at((46, 2.0), (51, 1.0), (54, 2.0), (55, 9.0)),
        peaks_at((41, 5.0), (43, 0.5)),
    )

    assert [ridge.indices.tolist() for ridge in ridges] == [[50, 46, 43], [51], [54], [55], [41]]


def test_ridges_may_share_a_peak_and_end() -> None:
    """Two ridges can go on at one peak; one without a peak in reach ends."""
    ridges = linked(peaks_at((10, 1.0), (16, 1.0), (90, 1.0)), peaks_at((13, 2.0)))

    assert [ridge.indices.tolist() for ridge in ridges] == [[10, 13], [16, 13], [90]]
    assert ridges.bounds.tolist() == [[10, 13], [13, 16], [90, 90]]


def test_what_a_ridge_knows() -> None:
    """Its scales, its extent in time, and where it is highest, the first of equals."""
    ridge = linked(
        peaks_at((20, 0.5)), peaks_at((18, 3.0)), peaks_at((22, 3.0)), peaks_at((21, 1.0))
    )[0]

    known = (ridge.length, ridge.start, ridge.end, ridge.duration, ridge.max_ampl)
    assert known == (4, 18, 22, 4, 3.0)
    assert (ridge.max_scale, ridge.birth_scale, ridge.end_scale) == (2.0, 1.0, 4.0)
    assert ridge.wvt_times.tolist() == [5.0] * 4


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, [0, 1]),
        ({"fewest_scales": 3}, [0]),
        ({"fewest_scales": 4}, []),
        ({"smallest_scale": 2.5}, [1]),
        ({"smallest_amplitude": 3.0}, [0]),
        ({"longest": 3}, [1]),
    ],
    ids=str,
)
def test_criteria_of_events(changes: dict[str, float], kept: list[int]) -> None:
    """Each limit is met by what equals it."""
    ridges = linked(peaks_at((20, 0.5)), peaks_at((18, 3.0)), peaks_at((22, 1.0), (70, 2.0)))
    names = EVERYTHING.__dataclass_fields__
    criterion = RidgeCriterion(**{n: getattr(EVERYTHING, n) for n in names} | changes)

    events = ridges.that_are_events(criterion)

    expected = [ridges[index].indices.tolist() for index in kept]
    assert expected == [ridge.indices.tolist() for ridge in events]


def test_ridges_are_plain_data() -> None:
    """They pickle, compare by their values, slice and join."""
    ridges = linked(peaks_at((20, 0.5), (40, 1.0)), peaks_at((18, 3.0)))
    copy = pickle.loads(pickle.dumps(ridges))

    assert copy == ridges
    assert ridges != ridges.that_are_events(
        RidgeCriterion(fewest_scales=2, smallest_scale=0, smallest_amplitude=0, longest=9)
    )
    assert [ridge.start for ridge in ridges[::-1]] == [40, 18]
    assert [ridge.start for ridge in Ridges.joined([ridges, copy])] == [18, 40, 18, 40]
    assert (len(Ridges.none()), Ridges.none().bounds.shape) == (0, (0, 2))
    with pytest.raises(IndexError):
        ridges[2]

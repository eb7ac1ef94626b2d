"""Angles to points on a circle, aggregation, hashes, scaling and gaps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from driada_widgets.core.errors import DataTypeError, ParameterError
from driada_widgets.core.signals.scaling import minmax_factor, to_integers
from driada_widgets.core.signals.series import TimeSeries
from driada_widgets.core.signals.transforms import (
    aggregate_multiple_ts,
    circular_to_cos_sin,
    companion_period,
    cos_sin_to_circular,
    detect_circular_period,
    fill_ranges,
    gaussian_copula,
    get_circular_2d_name,
    get_hash,
    is_circular_2d_feature,
    minmax_scale,
)
from driada_widgets.core.signals.types import TimeSeriesType
from tests.golden_cases import Case, cases
from tests.properties import examples

TURN = 2 * math.pi


@pytest.mark.parametrize("case", cases("circular"), ids=str)
def test_points_are_those_of_the_reference(case: Case) -> None:
    """Period, names and (cos, sin) agree with driada's."""
    values = case.inputs["x"]

    points = circular_to_cos_sin(values, period=case.call.get("period"), name="z_2d")

    assert case.value["detected_period"] == detect_circular_period(values)
    assert case.value["name"] == points.name
    assert case.value["names"] == [part.name for part in points.ts_list]
    np.testing.assert_allclose(points.data, case.expected_arrays["cos_sin"], atol=2e-7)


@pytest.mark.parametrize(
    ("values", "detected", "companion"),
    [
        ([0.0, 6.2], TURN, TURN),
        ([-3.1, 3.1], TURN, TURN),
        ([0.0, 359.0], 360.0, 360.0),
        ([-180.0, 180.0], 360.0, 360.0),
        ([0.0, 0.99], TURN, 1.0),
        ([0.0, 720.0], TURN, None),
        ([10.0, 40.0], TURN, None),
    ],
)
def test_period_by_range(values: list[float], detected: float, companion: float | None) -> None:
    """Radians and degrees are recognised; only ``companion_period`` admits that it is not sure."""
    assert detected == detect_circular_period(values)
    assert companion == companion_period(values)


def test_own_period_wins() -> None:
    """A period that a person or the detection gave is not guessed again."""
    kind = TimeSeriesType("continuous", "circular", is_circular=True, circular_period=24)
    hours = TimeSeries(np.arange(48.0), ts_type=kind, name="clock")

    points = circular_to_cos_sin(hours)

    assert companion_period(hours) == 24
    assert points.name == "clock_2d"
    np.testing.assert_allclose(points.data[:, 6], [0, 1], atol=1e-12)


def test_unit_circle_has_period_one() -> None:
    """Phases scaled to 0..1 cover the whole circle, not one radian of it."""
    phase = np.arange(0, 1, 0.05)

    points = circular_to_cos_sin(phase)

    np.testing.assert_allclose(points.data[:, 10], [-1, 0], atol=1e-12)


def test_unknown_period_is_warned_of() -> None:
    """Where any period would be a guess, a person is asked for it."""
    with pytest.warns(UserWarning, match=r"^The period of head is unknown: values from 10 to 40"):
        points = circular_to_cos_sin(np.arange(10.0, 41.0), name="head")

    np.testing.assert_allclose(points.data[0], np.cos(np.arange(10.0, 41.0)))


@pytest.mark.parametrize("period", [0.0, -360.0, math.nan])
def test_period_must_be_positive(period: float) -> None:
    """A period that is not positive has no circle."""
    with pytest.raises(ParameterError, match=r"^The period must be positive, got"):
        circular_to_cos_sin([0.0, 1.0], period=period)


def test_points_have_the_mask_of_the_series() -> None:
    """Frames that may not start a shuffle of the angle may not start one of its companion."""
    mask = np.arange(100) > 9
    angle = TimeSeries(np.arange(100) % 7.0, ts_type="angle", shuffle_mask=mask, name="hd")

    points = circular_to_cos_sin(angle)

    assert points.shuffle_mask.sum() == 90
    assert points.ts_list[0].shuffle_mask.sum() == 90
    assert points.discrete is False


@pytest.mark.parametrize("period", [TURN, 360.0, 1.0, 24.0])
@given(share=arrays(np.float64, 5, elements=st.floats(0, 0.999)))
@examples(25)
def test_angles_come_back(period: float, share: NDArray[np.float64]) -> None:
    """From angles to points and back changes nothing, up to whole turns."""
    angles = share * period
    points = circular_to_cos_sin(angles, period=period)

    back = cos_sin_to_circular(points.data[0], points.data[1], period)

    assert (back >= 0).all()
    assert (back <= period).all()
    turns = (back - angles) / period
    np.testing.assert_allclose(turns, np.rint(turns), atol=1e-9)


@pytest.mark.parametrize(("name", "expected"), [("hd_2d", True), ("hd", False), ("2d", False)])
def test_companions_are_known_by_name(name: str, expected: bool) -> None:
    """A companion ends with ``_2d``."""
    assert expected == is_circular_2d_feature(name)
    assert is_circular_2d_feature(get_circular_2d_name(name))


def test_aggregate_adds_noise_in_order(rng: np.random.Generator) -> None:
    """One generator serves all components in order, so a seed repeats the result exactly."""
    x, y = (TimeSeries(rng.normal(size=100), discrete=False) for _ in range(2))
    noise = np.random.default_rng(5)

    place = aggregate_multiple_ts(x, y, name="place", seed=5)

    np.testing.assert_array_equal(place.data[0], x.data + 1e-7 * noise.random(100))
    np.testing.assert_array_equal(place.data[1], y.data + 1e-7 * noise.random(100))
    assert (place.name, place.ts_list[0].name) == ("place", "place_0")
    assert x.name is None


def test_aggregate_may_be_given_types(rng: np.random.Generator) -> None:
    """A type per component replaces the detected one."""
    angle = TimeSeries(rng.uniform(0, 6.2, 100), discrete=False)

    pair = aggregate_multiple_ts(angle, angle, ts_types=["angle", None], seed=0)

    assert pair.ts_list[0].type_info.is_circular
    assert pair.ts_list[0].name is None


def test_aggregate_of_levels_is_refused() -> None:
    """Noise would destroy levels."""
    with pytest.raises(DataTypeError, match=r"^this is not applicable to discrete TimeSeries$"):
        aggregate_multiple_ts(TimeSeries(np.arange(60) % 2))


def test_aggregate_needs_a_type_each() -> None:
    """The numbers of types and components must agree."""
    one = TimeSeries(np.arange(60.0), discrete=False)

    with pytest.raises(ParameterError, match=r"^ts_types has 1 entries for 2 components$"):
        aggregate_multiple_ts(one, one, ts_types=["linear"])


def test_hash_is_the_documented_one() -> None:
    """Shape, dtype and C-ordered bytes are hashed, so that layout does not matter."""
    expected = "c68ba7c6995503d40b17cfaad3847c08bbbaaf3baced8df5cd824b19520fc35a"
    block = np.arange(6.0).reshape(2, 3)

    assert expected == get_hash(np.arange(3, dtype="<i8"))
    assert get_hash(np.asfortranarray(block)) == get_hash(block)
    assert len({get_hash(block), get_hash(block.T), get_hash(block.astype("f4"))}) == 3
    assert len(get_hash(np.empty((0, 3)))) == 64
    assert get_hash("12") == get_hash(12)


@given(data=arrays(np.float64, (2, 20), elements=st.floats(-1e300, 1e300)))
@examples(50)
def test_scaled_rows_lie_between_zero_and_one(data: NDArray[np.float64]) -> None:
    """Each row spans [0, 1] exactly, or is 0 if it is constant."""
    scaled = minmax_scale(data)

    assert scaled.min() >= 0
    assert scaled.max() <= 1
    assert (scaled.max(axis=1) == (np.ptp(data, axis=1) > 0)).all()


@pytest.mark.parametrize(
    ("dtype", "expected"), [("f2", "f2"), ("f4", "f4"), ("f8", "f8"), ("i2", "f8"), ("?", "f8")]
)
def test_scaling_keeps_floating_dtypes(dtype: str, expected: str) -> None:
    """float32 calcium stays float32."""
    data = np.array([[0, 1, 1], [1, 0, 1]], dtype=dtype)

    assert minmax_scale(data).dtype == np.dtype(expected)
    assert minmax_factor(data).tolist() == [1.0, 1.0]


def test_scaling_of_half_precision_does_not_overflow() -> None:
    """The range of float16 data may be larger than the largest float16."""
    data = np.array([-60000, 0, 60000], dtype=np.float16)

    assert minmax_scale(data).tolist() == [0, 0.5, 1]


def test_scores_are_quantiles_of_ranks() -> None:
    """The middle of an odd row is exactly 0; ties are ranked in order of time."""
    assert gaussian_copula(np.array([2.0, 9.0, 5.0]))[2] == pytest.approx(0, abs=1e-15)
    assert (np.diff(gaussian_copula(np.zeros(9))) > 0).all()


def test_rounding_is_half_to_even() -> None:
    """Halves go to the even neighbour; whole dtypes only change their width."""
    assert to_integers(np.array([0.5, 1.5, 2.5, -0.5])).tolist() == [0, 2, 2, 0]
    assert to_integers(np.array([True, False])).tolist() == [1, 0]


FILLED: dict[str, tuple[list[float], list[tuple[int, int]], list[Any]]] = {
    "inside": ([0, 9, 9, 3], [(1, 3)], [0, 1, 2, 3]),
    "start": ([9, 9, 4, 5], [(0, 2)], [4, 4, 4, 5]),
    "end": ([1, 2, 9, 9], [(2, 4)], [1, 2, 2, 2]),
    "touching": ([0, 9, 9, 3], [(1, 2), (2, 3)], [0, 1, 2, 3]),
    "two": ([0, 9, 2, 9, 4], [(1, 2), (3, 4)], [0, 1, 2, 3, 4]),
    "empty range": ([0, 1, 2], [(1, 1)], [0, 1, 2]),
    "none": ([0, 1, 2], [], [0, 1, 2]),
    "all": ([5, 6, 7], [(0, 3)], [5, 6, 7]),
}
"""By name: row, ranges, filled row."""


@pytest.mark.parametrize("key", FILLED)
def test_gaps_are_filled_straight(key: str) -> None:
    """Each gap runs straight between its neighbours, or repeats the only one."""
    row, ranges, expected = FILLED[key]
    given_row = np.array(row, dtype=np.float64)

    actual = fill_ranges(given_row, ranges)

    assert expected == actual.tolist()
    assert given_row.tolist() == row


def test_filling_keeps_single_precision_and_ignores_nan() -> None:
    """The values inside a gap do not matter, and float32 stays float32."""
    row = np.array([1, math.nan, 3], dtype=np.float32)

    filled = fill_ranges(row, [(1, 2)])

    assert filled.dtype == np.float32
    assert filled.tolist() == [1, 2, 3]

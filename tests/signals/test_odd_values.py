"""Values at the edge of what numbers can be, and values that are said to be missing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from driada_widgets import (
    Experiment,
    MultiTimeSeries,
    Neuron,
    TimeSeries,
    analyze_time_series_type,
)
from driada_widgets.core.errors import DataValueError, ParameterError
from driada_widgets.core.signals.scaling import minmax_factor, minmax_scale

WALK = np.cumsum(np.random.default_rng(0).normal(size=600))
MASKED = np.ma.masked_greater(WALK, WALK.max() - 1)


def experiment(calcium: object = WALK[None], feature: object = WALK) -> Experiment:
    """Make one of one neuron and one feature."""
    return Experiment(
        "Exp e",
        calcium,  # type: ignore[arg-type]  # any array
        None,
        {},
        {"fps": 20.0},
        {"v": feature},
        reconstruct_spikes=None,
        verbose=False,
    )


@pytest.mark.parametrize(
    "take",
    [
        lambda: TimeSeries(MASKED),
        lambda: MultiTimeSeries(MASKED[None], discrete=False),
        lambda: Neuron("0", MASKED, None),
        lambda: experiment(calcium=MASKED[None]),
        lambda: experiment(feature=MASKED),
        lambda: experiment().add_feature("w", MASKED),
        lambda: analyze_time_series_type(MASKED),
    ],
    ids=["series", "multi-series", "neuron", "calcium", "feature", "added", "detection"],
)
def test_masked_values_are_missing(take: Callable[[], object]) -> None:
    """What lies under a mask was declared wrong; it never comes back as data."""
    with pytest.raises(DataValueError, match="NaN"):
        take()


def test_mask_that_masks_nothing_is_no_matter() -> None:
    """The data are the same array."""
    whole = np.ma.array(WALK, mask=np.zeros(600, dtype=bool))

    np.testing.assert_array_equal(WALK, TimeSeries(whole).data)


@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_range_beyond_the_largest_number_is_scaled(dtype: str) -> None:
    """No warning, no NaN: halves of the values are within reach."""
    largest = np.finfo(dtype).max
    values = np.array([-largest, 0.0, largest, largest / 2], dtype=dtype)
    table = np.stack([values, np.arange(4, dtype=dtype)])

    scaled, factors = minmax_scale(table), minmax_factor(table)

    assert scaled.dtype == np.dtype(dtype)
    np.testing.assert_allclose([0.0, 0.5, 1.0, 0.75], scaled[0], rtol=1e-6)
    np.testing.assert_allclose(np.arange(4) / 3, scaled[1], rtol=1e-6)
    expected = np.array([0.5 / float(largest), 1 / 3])
    np.testing.assert_allclose(expected, factors, rtol=1e-6)


@pytest.mark.parametrize("sigma", [0, -1.0, float("nan")])
def test_width_of_a_filter_is_above_0(sigma: float) -> None:
    """The message is about the argument, not from inside of a library."""
    with pytest.raises(ParameterError, match="sigma must be above 0 frames"):
        TimeSeries(WALK, discrete=False).filter("gaussian", sigma=sigma)

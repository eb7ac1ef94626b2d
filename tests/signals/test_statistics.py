"""Statistics against SciPy and values known by construction."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.special import i0, i1

from driada_widgets.core.signals.classify import MIN_RESULTANT_LENGTH
from driada_widgets.core.signals.significance import ks_uniform_pvalue, normality_pvalue
from driada_widgets.core.signals.statistics import measure


@pytest.fixture
def values(rng: np.random.Generator) -> NDArray[np.float64]:
    """Give a skewed series."""
    return rng.gamma(3.0, size=777)


def test_moments_are_those_of_scipy(values: NDArray[np.float64]) -> None:
    """Mean, deviation, skewness and kurtosis agree to rounding."""
    found = measure(values)

    assert found.mean == pytest.approx(np.mean(values), rel=1e-12)
    assert found.std == pytest.approx(np.std(values), rel=1e-12)
    assert found.skewness == pytest.approx(stats.skew(values), rel=1e-10)
    assert found.kurtosis == pytest.approx(stats.kurtosis(values), rel=1e-10)


def test_entropy_is_that_of_a_histogram(values: NDArray[np.float64]) -> None:
    """The entropy is that of floor(sqrt(n)) equal bins, in nats; empty bins do not count."""
    counts = np.histogram(values, bins=27)[0]
    filled = counts[counts > 0]

    found = measure(values)

    assert found.entropy == pytest.approx(stats.entropy(filled), rel=1e-12)
    assert found.normalized_entropy == pytest.approx(found.entropy / np.log(filled.size))


def test_autocorrelation_is_the_direct_sum(values: NDArray[np.float64]) -> None:
    """The fast transform gives the largest biased correlation of lags 1 to half."""
    centred = values - values.mean()
    lags = range(1, math.ceil(values.size / 2))
    direct = [np.sum(centred[:-lag] * centred[lag:]) for lag in lags]

    expected = np.max(np.abs(direct)) / np.sum(centred**2)

    assert measure(values).max_autocorr == pytest.approx(expected, rel=1e-9)


def test_gaps_are_between_distinct_values() -> None:
    """Repeats do not count: the gaps of 0, 1, 3 are 1 and 2."""
    found = measure(np.array([3.0, 0, 1, 1, 3, 0]))

    assert (found.n_unique, found.mean_gap, found.std_gap) == (3, 1.5, 0.5)
    assert found.max_gap_ratio == pytest.approx(2.0)
    assert found.cv_gap == pytest.approx(1 / 3)


def test_constant_has_no_shape() -> None:
    """A constant has neither entropy nor gaps, and its skewness is undefined."""
    found = measure(np.full(60, 0.1))

    assert (found.entropy, found.normalized_entropy) == (0, 0)
    assert (found.mean_gap, found.std_gap, found.cv_gap, found.max_gap_ratio) == (0, 0, 0, 1)
    assert math.isnan(found.skewness)
    assert found.periodicity is None
    assert found.to_metadata()["skewness"] is None


@pytest.mark.parametrize("n_samples", [8, 20, 100, 1000])
@pytest.mark.parametrize("pvalue", [1e-4, 0.01, 0.049, 0.051])
def test_ks_pvalue_is_exact_where_it_decides(n_samples: int, pvalue: float) -> None:
    """Around the threshold of 0.05 the error is below 2e-6."""
    distance = float(stats.kstwo.isf(pvalue, n_samples))

    assert ks_uniform_pvalue(n_samples, distance) == pytest.approx(pvalue, abs=2e-6)


@pytest.mark.parametrize(("distance", "expected"), [(0.0, 1.0), (1.0, 0.0), (1e-3, 1.0)])
def test_ks_pvalue_at_its_ends(distance: float, expected: float) -> None:
    """No distance is certain, the full distance impossible."""
    assert ks_uniform_pvalue(50, distance) == pytest.approx(expected, abs=0.011)


@pytest.mark.parametrize("n_samples", [8, 30, 500])
def test_normality_is_that_of_scipy(n_samples: int, rng: np.random.Generator) -> None:
    """The closed form gives the p-value of ``scipy.stats.normaltest``."""
    sample = rng.normal(size=n_samples)

    expected = stats.normaltest(sample).pvalue
    actual = normality_pvalue(n_samples, float(stats.skew(sample)), float(stats.kurtosis(sample)))

    assert actual == pytest.approx(expected, rel=1e-8)


def test_concentration_threshold_is_the_ratio_of_bessel_functions() -> None:
    """The resultant length at a von Mises concentration of 0.5 is I1(0.5)/I0(0.5)."""
    assert pytest.approx(i1(0.5) / i0(0.5), abs=1e-7) == MIN_RESULTANT_LENGTH


def test_wraps_are_jumps_over_the_range() -> None:
    """Each turn of a saw tooth is one wrap."""
    assert measure(np.arange(100) % 20 / 20).n_wraps == 4

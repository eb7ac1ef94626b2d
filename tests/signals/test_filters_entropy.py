"""Filters and entropies against values known by construction."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d
from scipy.signal import savgol_filter

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.signals.entropy import approximate_entropy, gaussian_entropy
from driada_widgets.core.signals.series import TimeSeries


@pytest.fixture
def walk(rng: np.random.Generator) -> TimeSeries:
    """Give a continuous series with a name and a mask."""
    data = np.cumsum(rng.normal(size=400))
    return TimeSeries(data, discrete=False, shuffle_mask=np.arange(400) > 30, name="walk")


def test_gaussian_filter_counts_sigma_in_frames(walk: TimeSeries) -> None:
    """The default sigma is one frame."""
    np.testing.assert_allclose(walk.filter().data, gaussian_filter1d(walk.data, 1.0))
    np.testing.assert_allclose(walk.filter(sigma=4).data, gaussian_filter1d(walk.data, 4))


def test_savgol_makes_even_windows_odd(walk: TimeSeries) -> None:
    """A window of 8 frames is one of 9."""
    expected = savgol_filter(walk.data, 9, 3)

    actual = walk.filter("savgol", window_length=8, polyorder=3).data

    np.testing.assert_allclose(actual, expected)


def test_savgol_of_a_short_series_is_a_copy() -> None:
    """Nothing can be fitted in a window longer than the series."""
    series = TimeSeries.from_trusted(np.array([1.0, 5.0, 2.0]), discrete=False)

    smoothed = series.filter("savgol")

    np.testing.assert_array_equal(smoothed.data, series.data)
    assert smoothed.data is not series.data


@pytest.mark.parametrize("threshold_method", ["mad", "sure"])
@pytest.mark.parametrize("n_frames", [400, 401])
def test_wavelet_filter_removes_noise(
    threshold_method: str, n_frames: int, rng: np.random.Generator
) -> None:
    """The smoothed series is nearer to the truth and as long as the original."""
    truth = np.sin(np.arange(n_frames) / 30)
    noisy = TimeSeries(truth + rng.normal(0, 0.2, n_frames), discrete=False)

    smoothed = noisy.filter("wavelet", threshold_method=threshold_method)

    assert smoothed.data.shape == truth.shape
    assert np.std(smoothed.data - truth) < 0.6 * np.std(noisy.data - truth)


def test_filtered_series_keeps_type_and_mask_but_no_name(walk: TimeSeries) -> None:
    """The copy shares the type object, has its own mask, and is a new thing without a name."""
    smoothed = walk.filter("none")

    assert smoothed.type_info is walk.type_info
    assert smoothed.name is None
    assert smoothed.data is not walk.data
    assert smoothed.shuffle_mask is not walk.shuffle_mask
    np.testing.assert_array_equal(smoothed.shuffle_mask, walk.shuffle_mask)


def test_filtering_levels_warns_and_does_not_cut_fractions() -> None:
    """Means of whole numbers are kept as they are, not truncated."""
    series = TimeSeries(np.arange(60) % 2, discrete=True)

    with pytest.warns(UserWarning, match=r"^Filtering discrete time series may produce unexpec"):
        smoothed = series.filter(sigma=5)

    assert smoothed.data.dtype == np.float64
    assert smoothed.data.mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        (
            "median",
            {},
            "Unknown filtering method: median. "
            "Choose from: 'gaussian', 'savgol', 'wavelet', 'none'",
        ),
        ("savgol", {"polyorder": 5}, "polyorder (5) must be less than window_length (5)"),
        (
            "wavelet",
            {"threshold_method": "soft"},
            "Unknown threshold method: soft. Choose from: 'mad', 'sure'",
        ),
    ],
)
def test_wrong_options_are_refused(
    walk: TimeSeries, method: str, options: dict[str, Any], message: str
) -> None:
    """A wrong method or option is named, with what would be right."""
    with pytest.raises(ParameterError) as caught:
        walk.filter(method, **options)

    assert message == str(caught.value)


def test_misspelt_option_is_refused(walk: TimeSeries) -> None:
    """An option that a method does not have is not ignored."""
    with pytest.raises(TypeError, match="sigmas"):
        walk.filter("gaussian", sigmas=3)


def test_entropy_of_even_levels_is_their_logarithm() -> None:
    """Four equally frequent levels have two bits; every second frame sees two of them."""
    series = TimeSeries(np.arange(400) % 4)

    assert series.get_entropy() == pytest.approx(2.0)
    assert series.get_entropy(ds=2) == pytest.approx(1.0)
    assert set(series.entropy) == {1, 2}


def test_entropy_of_normal_data_is_known(rng: np.random.Generator) -> None:
    """The neighbour estimate of a standard normal is half the logarithm of 2 pi e."""
    series = TimeSeries(rng.normal(size=5000), discrete=False)

    assert series.get_entropy() == pytest.approx(0.5 * math.log2(2 * math.pi * math.e), abs=0.05)


def test_gaussian_entropy_of_independent_rows_adds_up(rng: np.random.Generator) -> None:
    """Three independent normal rows of deviation 2 have three times the entropy of one."""
    rows = 2 * rng.normal(size=(3, 20_000))

    expected = 3 * 0.5 * math.log2(2 * math.pi * math.e * 4)

    assert gaussian_entropy(rows) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("ds", [0, -1, 1.5, True, "2"])
def test_downsampling_must_be_a_positive_whole_number(walk: TimeSeries, ds: Any) -> None:
    """Anything else is named."""
    with pytest.raises(ParameterError, match=r"^Downsampling factor ds must be a positive integer"):
        walk.get_entropy(ds)


def test_downsampling_must_leave_frames(walk: TimeSeries) -> None:
    """The factor must be below the number of frames."""
    with pytest.raises(ParameterError, match=r"^Downsampling factor ds=400 must be less than data"):
        walk.get_entropy(400)


def test_approximate_entropy_is_the_direct_sum(rng: np.random.Generator) -> None:
    """The tree counts what the definition counts."""
    values = rng.normal(size=120)

    def phi(m: int) -> float:
        parts = np.array([values[i : i + m] for i in range(values.size - m + 1)])
        apart = np.abs(parts[:, None] - parts[None]).max(axis=2)
        return float(np.mean(np.log((apart <= 0.4).mean(axis=1))))

    assert approximate_entropy(values, 2, 0.4) == pytest.approx(phi(2) - phi(3), rel=1e-12)


def test_tolerance_defaults_to_a_fifth_of_the_deviation(walk: TimeSeries) -> None:
    """Without ``r`` the tolerance follows the data."""
    r = 0.2 * float(np.std(walk.data))

    assert walk.approximate_entropy() == walk.approximate_entropy(m=2, r=r)


def test_neighbours_come_nearest_first_and_are_kept(walk: TimeSeries) -> None:
    """Each frame is its own nearest neighbour; the tree is made once."""
    distances, frames = walk.get_kdtree_query(k=3)

    assert distances.shape == frames.shape == (400, 4)
    assert not distances[:, 0].any()
    np.testing.assert_allclose(np.abs(walk.data[frames[:, 2]] - walk.data), distances[:, 2])
    assert walk.get_kdtree() is walk.kdtree
    assert walk.get_kdtree_query(k=3)[0] is distances


def test_caches_are_cleared(walk: TimeSeries) -> None:
    """After clearing nothing derived is held; scores stay away, as in driada."""
    walk.get_entropy()
    walk.get_kdtree_query()

    walk.clear_caches()

    assert (walk.entropy, walk.kdtree, walk.kdtree_query) == ({}, None, {})
    assert walk.copula_normal_data is None

"""Denoised traces: nearer to the truth, and never different where there is no noise."""

from __future__ import annotations

import numpy as np
import pytest

from driada_widgets.core.signals.denoise import denoise
from driada_widgets.core.signals.quality import measure_quality


def transients(n_frames: int = 6000) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Give a trace of ten events without noise."""
    frames = np.arange(400.0)
    shape = np.exp(-frames / 40) - np.exp(-frames / 5)
    trace = np.zeros(n_frames)
    for at in range(100, n_frames - 500, n_frames // 10):
        trace[at : at + 400] += 2 * shape
    return trace


@pytest.mark.parametrize("noise", [0.05, 0.2])
def test_noise_goes_and_events_stay(rng: np.random.Generator, noise: float) -> None:
    """What is left is much nearer to the truth, and the peaks nearly keep their height."""
    truth = transients()
    noisy = truth + noise * rng.standard_normal(truth.size)

    shown = denoise(noisy)

    assert np.std(shown - truth) < 0.6 * noise
    assert shown.max() == pytest.approx(truth.max(), rel=0.15)
    assert measure_quality(shown[np.newaxis]).noise[0] < 0.2 * noise


def test_trace_without_noise_stays() -> None:
    """Nothing is taken from a smooth trace."""
    truth = transients()

    np.testing.assert_allclose(denoise(truth), truth, atol=1e-3)


def test_missing_values_stay_missing(rng: np.random.Generator) -> None:
    """Gaps are gaps, and what is around them is denoised all the same."""
    noisy = rng.standard_normal(1001)
    noisy[:10] = noisy[500:520] = np.nan
    noisy[700] = np.inf

    shown = denoise(noisy)

    assert np.flatnonzero(np.isnan(shown)).tolist() == [*range(10), *range(500, 520), 700]
    assert np.nanstd(shown) < 0.4


@pytest.mark.parametrize(
    "trace",
    [
        pytest.param(np.full(500, 3.0), id="constant"),
        pytest.param(np.arange(5.0), id="short"),
        pytest.param(np.empty(0), id="empty"),
        pytest.param(np.full(500, np.nan), id="no-value"),
    ],
)
def test_what_cannot_be_denoised_comes_back(
    trace: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> None:
    """A trace without noise, or too short for the wavelet, is shown as it is."""
    np.testing.assert_allclose(denoise(trace), trace, rtol=1e-6)


def test_whole_numbers_are_denoised(rng: np.random.Generator) -> None:
    """Values of a camera are whole numbers; they need no conversion before."""
    counts = rng.poisson(100, 2000).astype(np.uint16)

    assert denoise(counts).std() < 0.3 * counts.std()

"""What the spikes of a trace are worth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from driada_widgets.core.spikes.kernel import sum_of_transients, transient
from driada_widgets.core.spikes.quality import SpikeQuality, explained_variance, spike_quality

FRAMES, HEIGHTS = np.array([100, 300, 700]), np.array([1.0, 2.0, 3.0])


def judged(
    noise: float, frames: np.ndarray = FRAMES, heights: np.ndarray = HEIGHTS
) -> SpikeQuality:
    """Judge spikes in a trace of three transients and normal noise, 50 s at 20 Hz."""
    trace = sum_of_transients(FRAMES, HEIGHTS, 1000, transient(5.0, 40.0))
    trace += noise * np.random.default_rng(0).standard_normal(1000)
    return spike_quality(trace, frames, heights, t_rise=5.0, t_off=40.0, fps=20.0)


def test_spikes_that_are_there() -> None:
    """Rate, amplitude and noise are those that were put in."""
    quality = judged(0.1)

    assert (quality.n_spikes, quality.rate_hz, quality.amplitude) == (3, 0.06, 2.0)
    assert quality.noise == pytest.approx(0.1, rel=0.1)
    assert quality.snr == pytest.approx(20.0, rel=0.1)
    assert quality.r2 > 0.95
    assert (quality.t_rise_sec, quality.t_off_sec, quality.is_fitted) == (0.25, 2.0, False)


def test_no_noise_and_no_spikes() -> None:
    """A perfect reconstruction has no noise; without spikes there is no amplitude."""
    perfect = judged(0.0)
    nothing = judged(0.1, np.zeros(0, dtype=np.int64), np.zeros(0))

    assert (perfect.noise, perfect.snr, perfect.r2) == (0.0, math.inf, 1.0)
    assert (nothing.n_spikes, nothing.rate_hz) == (0, 0.0)
    assert math.isnan(nothing.amplitude)
    assert math.isnan(nothing.snr)
    assert nothing.r2 < 0


def test_a_constant_trace_has_nothing_to_explain() -> None:
    """The share of no variance is no number."""
    assert math.isnan(explained_variance(np.ones(9), np.zeros(9)))

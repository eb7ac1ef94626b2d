"""What the spikes of a trace are worth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from driada_widgets.core.spikes.kernel import sum_of_transients, transient
from driada_widgets.core.spikes.quality import (
    SpikeQuality,
    explained_variance,
    n_runs,
    spike_quality,
)

FRAMES, HEIGHTS = np.array([100, 300, 700]), np.array([1.0, 2.0, 3.0])
MADE_OF = sum_of_transients(FRAMES, HEIGHTS, 1000, transient(5.0, 40.0))


def judged(noise: float, made_of: np.ndarray = MADE_OF, *, level: float = 0.0) -> SpikeQuality:
    """Judge spikes in a trace of three transients and normal noise, 50 s at 20 Hz."""
    trace = MADE_OF + noise * np.random.default_rng(0).standard_normal(1000) + level
    heights = HEIGHTS if made_of.any() else np.zeros(0)
    return spike_quality(trace, heights, made_of, t_rise=5.0, t_off=40.0, fps=20.0, cell=7)


def test_spikes_that_are_there() -> None:
    """Rate, amplitude and noise are those that were put in."""
    quality = judged(0.1)

    assert (quality.cell, quality.n_events, quality.event_rate_hz, quality.amplitude) == (
        7,
        3,
        0.06,
        2.0,
    )
    assert quality.noise == pytest.approx(0.1, rel=0.1)
    assert quality.snr == pytest.approx(20.0, rel=0.1)
    assert quality.r2 > 0.95
    assert (quality.t_rise_sec, quality.t_off_sec, quality.is_fitted) == (0.25, 2.0, False)


def test_the_level_of_a_trace_is_not_held_against_its_spikes() -> None:
    """Raw fluorescence has a level that no transient explains."""
    assert judged(0.1, level=500.0).r2 == pytest.approx(judged(0.1).r2, abs=1e-6)


def test_no_spikes() -> None:
    """Without spikes there is no amplitude, and little is explained."""
    nothing = judged(0.1, np.zeros(1000))

    assert (nothing.n_events, nothing.event_rate_hz) == (0, 0.0)
    assert math.isnan(nothing.amplitude)
    assert math.isnan(nothing.snr)
    assert nothing.r2 < 0.1


def test_traces_that_cannot_be_judged() -> None:
    """Values that are not finite, and no reconstruction, give no number and no error."""
    trace = np.full(100, np.nan)
    quality = spike_quality(trace, np.ones(1), trace, t_rise=5.0, t_off=40.0, fps=20.0)

    assert math.isnan(quality.r2)
    assert math.isnan(quality.snr)
    assert math.isnan(spike_quality(MADE_OF, HEIGHTS, None, t_rise=5.0, t_off=40.0, fps=20.0).r2)


def test_a_constant_trace_has_nothing_to_explain() -> None:
    """The share of no variance is no number."""
    assert math.isnan(explained_variance(np.ones(9), np.zeros(9)))


@pytest.mark.parametrize(
    ("mask", "expected"), [("", 0), ("0", 0), ("1", 1), ("1101", 2), ("0110010", 2)]
)
def test_runs_are_counted(mask: str, expected: int) -> None:
    """Each stretch of marked frames is one."""
    assert n_runs(np.array([character == "1" for character in mask], dtype=bool)) == expected

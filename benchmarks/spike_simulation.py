"""Simulated recordings whose spikes are known: indicators, frame rates, noise, drift, bursts.

The seeds in ``BUILDING_SEEDS`` are for choosing parameters, those in ``TABLE_SEEDS`` for the table
only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "BUILDING_SEEDS",
    "FRAME_RATES",
    "INDICATORS",
    "NOISE_LEVELS",
    "TABLE_SEEDS",
    "Indicator",
    "Recording",
    "simulate",
]

N_NEURONS = 4
DURATION_SEC = 180.0
FRAME_RATES = (10.0, 20.0, 30.0, 60.0, 120.0)
NOISE_LEVELS = (0.01, 0.03, 0.06)
"""Shot noise in dF/F per square root of Hz."""

BUILDING_SEEDS = (11, 12, 13)
TABLE_SEEDS = (7002, 7003)

EVENTS_PER_SEC = 0.17
SHARE_OF_TRAINS = 0.1
TRAIN_SPIKES, TRAIN_INTERVAL_SEC = 15, 0.1
BURST_END, BURST_MOST, BURST_INTERVAL_SEC = 0.5, 12, 0.02
"""Chance that a spike is the last of a burst, most spikes of one, and mean interval."""

FINE_RATE_HZ = 240.0
FINEST, COARSEST = 8, 4
"""Most and fewest samples in a frame; as many as give ``FINE_RATE_HZ`` between them."""

NOISE_GROWTH = 0.3
"""Relative growth of the variance with dF/F."""

SINE, SINE_PERIOD_SEC = 0.04, (60.0, 160.0)
BLEACHING, BLEACHING_SEC = 0.08, 60.0
DECAYS_COVERED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A calcium indicator.

    Parameters
    ----------
    name
        As in the literature.
    rise_sec, decay_sec
        Times of one spike's calcium, ``(1 - exp(-t / rise)) * exp(-t / decay)``.
    response
        dF/F of one spike.
    exponent
        Of the response to calcium, which is 1 at the peak of one spike.
    """

    name: str
    rise_sec: float
    decay_sec: float
    response: float
    exponent: float


INDICATORS = {
    "GCaMP6s": Indicator(
        name="GCaMP6s", rise_sec=0.10, decay_sec=1.20, response=0.25, exponent=1.2
    ),
    "GCaMP6f": Indicator(
        name="GCaMP6f", rise_sec=0.03, decay_sec=0.40, response=0.17, exponent=1.2
    ),
    "jGCaMP8m": Indicator(
        name="jGCaMP8m", rise_sec=0.008, decay_sec=0.13, response=0.60, exponent=1.0
    ),
}
"""Rounded from Chen et al., Nature 499:295 (2013), and Zhang et al., Nature 615:884 (2023)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """Traces and what made them.

    Parameters
    ----------
    calcium
        What a method is given, dF/F, shape ``(n_cells, n_frames)``.
    clean
        The same without noise and drift, or ``None`` if nobody knows it.
    spike_secs
        Times of each neuron's spikes in seconds.
    fps
        Frame rate in Hz.
    """

    calcium: NDArray[np.float64]
    clean: NDArray[np.float64] | None
    spike_secs: tuple[NDArray[np.float64], ...]
    fps: float


def simulate(indicator: Indicator, *, fps: float, noise: float, seed: int) -> Recording:
    """Simulate four neurons of 180 s.

    Parameters
    ----------
    indicator
        What shows calcium.
    fps
        Frame rate in Hz.
    noise
        Shot noise in dF/F per square root of Hz.
    seed
        Of the random numbers; the same seed gives other spikes at other settings.
    """
    words = [seed, round(1000 * fps), round(1e6 * noise), round(1e4 * indicator.decay_sec)]
    rng = np.random.default_rng(words)
    spikes = tuple(_spike_times(rng) for _ in range(N_NEURONS))
    clean = np.stack([_clean(times, indicator, fps) for times in spikes])
    drift = np.stack([_drift(rng, clean.shape[1], fps) for _ in range(N_NEURONS)])
    deviation = noise * np.sqrt(fps * (1 + NOISE_GROWTH * clean))
    calcium = clean + drift + deviation * rng.normal(size=clean.shape)
    return Recording(calcium=calcium, clean=clean, spike_secs=spikes, fps=fps)


def _spike_times(rng: np.random.Generator) -> NDArray[np.float64]:
    n_events = rng.poisson(EVENTS_PER_SEC * DURATION_SEC)
    spikes = []
    for start in rng.uniform(0, DURATION_SEC, n_events):
        if rng.random() < SHARE_OF_TRAINS:
            count, interval = TRAIN_SPIKES, TRAIN_INTERVAL_SEC
        else:
            count = min(int(rng.geometric(BURST_END)), BURST_MOST)
            interval = BURST_INTERVAL_SEC
        later = np.cumsum(rng.exponential(interval, count - 1))
        spikes.append(start + np.concatenate([[0.0], later]))
    times = np.sort(np.concatenate(spikes)) if spikes else np.zeros(0)
    return times[times < DURATION_SEC]


def _clean(times: NDArray[np.float64], indicator: Indicator, fps: float) -> NDArray[np.float64]:
    """Give the response to spikes, averaged within frames."""
    n_parts = int(np.clip(np.ceil(FINE_RATE_HZ / fps), COARSEST, FINEST))
    n_fine = int(DURATION_SEC * fps) * n_parts
    rate = fps * n_parts
    seconds = np.arange(n_fine) / rate
    peak = indicator.rise_sec * np.log(1 + indicator.decay_sec / indicator.rise_sec)
    height = float(_transient(np.array([peak]), indicator)[0])
    calcium = np.zeros(n_fine)
    for time in times:
        first = int(np.ceil(time * rate))
        last = min(n_fine, first + int(DECAYS_COVERED * indicator.decay_sec * rate))
        calcium[first:last] += _transient(seconds[first:last] - time, indicator) / height
    response = indicator.response * calcium**indicator.exponent
    return np.asarray(response.reshape(-1, n_parts).mean(axis=1))


def _transient(seconds: NDArray[np.float64], indicator: Indicator) -> NDArray[np.float64]:
    rise = 1 - np.exp(-seconds / indicator.rise_sec)
    return np.asarray(rise * np.exp(-seconds / indicator.decay_sec))


def _drift(rng: np.random.Generator, n_frames: int, fps: float) -> NDArray[np.float64]:
    seconds = np.arange(n_frames) / fps
    period, phase = rng.uniform(*SINE_PERIOD_SEC), rng.uniform(0, 2 * np.pi)
    wave = SINE * np.sin(2 * np.pi * seconds / period + phase)
    return np.asarray(wave + BLEACHING * np.exp(-seconds / BLEACHING_SEC))

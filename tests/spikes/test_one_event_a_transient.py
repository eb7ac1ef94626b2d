"""The method ``matched`` on what real recordings have: decays that differ, noise that wanders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from driada_widgets.core.sources.demo import demo_recordings
from driada_widgets.core.spikes.drift import (
    noise_deviation,
    stronger_noise,
    unfiltered_deviation,
)
from driada_widgets.core.spikes.matched import Kinetics, matched_events, matched_recording
from driada_widgets.core.spikes.pursuit import Pursuit
from driada_widgets.core.spikes.templates import templates_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from driada_widgets.core.spikes.matched import Reconstruction

FPS = 20.0
N_FRAMES = 6000
APART_SEC = 10.0
T_RISE_SEC = 0.08


def onsets_of(seed: int) -> NDArray[np.int64]:
    """Give frames in which transients start, 10 s apart, give or take one."""
    rng = np.random.default_rng(seed)
    secs = np.arange(5.0, N_FRAMES / FPS - 5, APART_SEC)
    return np.asarray((secs + rng.uniform(-1, 1, secs.size)) * FPS, dtype=np.int64)


def transients(t_off_sec: float, onsets: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give a trace of transients of peak 1."""
    starts = np.zeros(N_FRAMES)
    starts[onsets] = 1.0
    secs = np.arange(int(12 * t_off_sec * FPS)) / FPS
    shape = (1 - np.exp(-secs / T_RISE_SEC)) * np.exp(-secs / t_off_sec)
    return np.convolve(starts, shape / shape.max())[:N_FRAMES]


def filtered_noise(seed: int, width: float) -> NDArray[np.float64]:
    """Give normal noise, smoothed over time, of deviation 1."""
    noise = gaussian_filter1d(np.random.default_rng(seed).normal(size=N_FRAMES), width)
    return np.asarray(noise / noise.std())


def n_near(found: Reconstruction, onsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the number of events within 0.2 s of each onset."""
    apart = np.abs(found.onset_frames[:, None] - onsets)
    return np.asarray((apart <= 0.2 * FPS).sum(axis=0))


def test_neurons_of_different_decay_get_one_event_a_transient() -> None:
    """Decays from 0.4 to 2.4 s in one recording: one event for each, and each decay is seen."""
    decays = [0.4, 0.6, 0.6, 0.6, 1.2, 2.4]
    rng = np.random.default_rng(5)
    onsets = [onsets_of(seed) for seed in range(len(decays))]
    calcium = np.stack(
        [
            transients(decay, frames) + 0.04 * rng.normal(size=N_FRAMES)
            for decay, frames in zip(decays, onsets, strict=True)
        ]
    )

    found = matched_recording(calcium, fps=FPS)

    for decay, frames, one in zip(decays, onsets, found, strict=True):
        assert n_near(one, frames).tolist() == [1] * frames.size
        assert frames.size <= one.onset_frames.size <= frames.size + 2
        assert one.kinetics.t_off_sec == pytest.approx(decay, rel=0.4)


def test_a_decay_that_is_given_stays() -> None:
    """Times of the call are used as they are; the recording's decay may give way."""
    trace = transients(2.0, onsets_of(0)) + 0.04 * np.random.default_rng(0).normal(size=N_FRAMES)
    known = Kinetics(t_rise_sec=T_RISE_SEC, t_off_sec=0.5)

    given = matched_events(trace, fps=FPS, t_rise_sec=T_RISE_SEC, t_off_sec=0.5, recording=known)
    own = matched_events(trace, fps=FPS, recording=known)

    assert given.kinetics.t_off_sec == 0.5
    assert own.kinetics.t_off_sec == pytest.approx(2.0, rel=0.3)


@pytest.mark.parametrize("width", [1.0, 2.0, 4.0], ids=["50ms", "100ms", "200ms"])
def test_filtered_noise_gives_no_events(width: float) -> None:
    """Smoothed over time, noise is many times what its finest detail says; transients stand out."""
    onsets = onsets_of(1)
    noise = 0.12 * filtered_noise(2, width)
    trace = transients(0.6, onsets) + noise

    found = matched_events(trace, fps=FPS, t_rise_sec=T_RISE_SEC, t_off_sec=0.6)

    assert (n_near(found, onsets) >= 1).all()
    assert found.onset_frames.size <= 1.35 * onsets.size
    assert found.noise > 1.5 * noise_deviation(trace)


def test_noise_that_wanders_under_white_noise_is_seen() -> None:
    """Half of the noise wanders over half a second: few events are not planted."""
    onsets = onsets_of(3)
    white = np.random.default_rng(4).normal(size=N_FRAMES)
    trace = transients(0.6, onsets) + 0.08 * white + 0.08 * filtered_noise(6, 0.25 * FPS)

    found = matched_events(trace, fps=FPS, t_rise_sec=T_RISE_SEC, t_off_sec=0.6)

    assert (n_near(found, onsets) >= 1).mean() > 0.9
    assert found.onset_frames.size <= 1.35 * onsets.size


@pytest.mark.parametrize(
    ("deviation", "spread", "expected"),
    [
        (2.0, 0.8, 2.0),
        (2.0, 1.35, 2.0),
        (2.0, 1.5, 3.0),
        (3.0, 1.2, 3.6),
        (3.0, 0.8, 3.0),
        (3.0, 9.0, 8.0),
    ],
    ids=["less", "white", "wanders", "wanders-more", "no-more", "most"],
)
def test_noise_is_raised_where_it_wanders(deviation: float, spread: float, expected: float) -> None:
    """Clearly at first, then by what is measured; to four times what detail says at most."""
    assert stronger_noise(deviation, spread, white=2.0) == pytest.approx(expected)


def test_detail_that_a_filter_took_is_not_the_noise() -> None:
    """White noise is what its finest detail says, filtered noise what a coarser one says."""
    white = np.random.default_rng(0).normal(size=N_FRAMES)
    filtered = filtered_noise(0, 2.0)

    assert unfiltered_deviation(white) == noise_deviation(white)
    assert unfiltered_deviation(filtered) > 10 * noise_deviation(filtered)


@pytest.fixture(scope="module")
def real() -> tuple[NDArray[np.float64], list[Reconstruction]]:
    """Every fourth neuron of the real recording that comes with the package, and its events."""
    with np.load(demo_recordings()[1].path) as file:
        calcium = file["calcium"][::4].astype(np.float64)
    return calcium, matched_recording(calcium, fps=10.0)


def test_a_transient_of_the_real_recording_has_about_one_event(
    real: tuple[NDArray[np.float64], list[Reconstruction]],
) -> None:
    """Of rises of ten deviations of the finest noise 90 % have an event, half of all just one."""
    has_one, counts = [], []
    for trace, found in zip(*real, strict=True):
        smooth = gaussian_filter1d(trace, 1.0)
        peaks, _ = find_peaks(smooth, prominence=10 * noise_deviation(trace))
        stops = np.minimum(peaks + 20, np.append(peaks[1:], trace.size) - 10)
        for peak, stop in zip(peaks, stops, strict=True):
            events = found.onset_frames
            has_one.append(bool(((events >= peak - 12) & (events <= peak)).any()))
            counts.append(int(((events >= peak - 10) & (events < stop)).sum()))

    assert len(counts) > 60
    assert np.mean(has_one) >= 0.9
    assert np.median(counts) == 1
    assert np.mean(counts) < 2


def test_what_real_events_leave_upside_down_holds_few_more(
    real: tuple[NDArray[np.float64], list[Reconstruction]],
) -> None:
    """No event goes down: searched upside down, the residual gives under a quarter as many."""
    n_found, n_upside_down = 0, 0
    for trace, found in zip(*real, strict=True):
        kinetics = found.kinetics
        templates = templates_for(
            trace.size, fps=10.0, t_rise_sec=kinetics.t_rise_sec, t_off_sec=kinetics.t_off_sec
        )
        pursuit = Pursuit(
            found.baseline + found.reconstruction - trace,
            templates,
            power=templates.power(),
            deviation=found.noise,
            growth=0.0,
            fps=10.0,
        )
        n_found += found.onset_frames.size
        n_upside_down += pursuit.search().places.size

    assert n_found > 200
    assert n_upside_down < 0.25 * n_found

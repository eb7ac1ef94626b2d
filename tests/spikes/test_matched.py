from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from driada_widgets.core.errors import LoadCancelledError, ParameterError
from driada_widgets.core.report import Progress
from driada_widgets.core.spikes.drift import drift_of, noise_deviation
from driada_widgets.core.spikes.matched import kinetics_of, matched_events, matched_recording
from driada_widgets.core.spikes.templates import templates_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_SEC = 120.0


def planted(
    *, fps: float, t_rise: float, t_off: float, noise: float = 0.08, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give a trace with transients at known times, and those times in seconds."""
    rng = np.random.default_rng(seed)
    fine = 8
    secs = np.arange(int(N_SEC * fps) * fine) / (fps * fine)
    times = np.arange(4.0, N_SEC - 4, 4.0) + rng.uniform(-0.8, 0.8, 28)
    peak = t_rise * np.log(1 + t_off / t_rise)
    top = (1 - np.exp(-peak / t_rise)) * np.exp(-peak / t_off)
    clean = np.zeros(secs.size)
    for time in times:
        after = np.maximum(secs - time, 0)
        clean += 1 / top * (1 - np.exp(-after / t_rise)) * np.exp(-after / t_off)
    clean = clean.reshape(-1, fine).mean(axis=1)
    slow = 0.05 * np.sin(2 * np.pi * np.arange(clean.size) / fps / 70)
    return clean + slow + noise * rng.normal(size=clean.size), times


SHAPES = pytest.mark.parametrize(
    ("fps", "t_rise", "t_off"),
    [(10.0, 0.1, 1.0), (20.0, 0.05, 0.5), (30.0, 0.1, 1.0), (60.0, 0.03, 0.4), (120.0, 0.01, 0.2)],
    ids=["10Hz", "20Hz", "30Hz", "60Hz", "120Hz"],
)


@SHAPES
def test_planted_transients_are_found_in_time(fps: float, t_rise: float, t_off: float) -> None:
    """Each planted onset is found once, and the median lag is at most a frame or 30 ms."""
    trace, times = planted(fps=fps, t_rise=t_rise, t_off=t_off)

    found = matched_events(trace, fps=fps)

    secs = (found.onset_frames + 0.5) / fps
    apart = secs[:, None] - times
    nearest = np.abs(apart).argmin(axis=1)
    assert sorted(set(nearest)) == list(range(times.size))
    assert np.abs(apart).min(axis=1).max() <= 0.2
    assert abs(np.median(apart[np.arange(secs.size), nearest])) <= max(1 / fps, 0.03)


@SHAPES
def test_amplitudes_are_those_planted(fps: float, t_rise: float, t_off: float) -> None:
    """The median sum of amplitudes at an onset is the height that frames show, within 15 %."""
    trace, times = planted(fps=fps, t_rise=t_rise, t_off=t_off)
    templates = templates_for(trace.size, fps=fps, t_rise_sec=t_rise, t_off_sec=t_off)
    expected = float(templates.heights().mean())

    found = matched_events(trace, fps=fps)

    secs = (found.onset_frames + 0.5) / fps
    actual = [found.amplitudes[np.abs(secs - time) < 0.2].sum() for time in times]
    assert float(np.median(actual)) == pytest.approx(expected, rel=0.15)


def test_kinetics_are_those_of_the_recording() -> None:
    """Decay and rise time of a recording without bursts are found within their step."""
    calcium = np.stack(
        [planted(fps=30.0, t_rise=0.1, t_off=1.0, seed=seed)[0] for seed in range(3)]
    )

    kinetics = kinetics_of(calcium, fps=30.0)

    assert kinetics.is_estimated
    assert kinetics.t_off_sec == pytest.approx(1.0, rel=0.15)
    assert kinetics.t_rise_sec == pytest.approx(0.1, rel=0.35)


def test_unit_of_the_trace_changes_nothing() -> None:
    """Onsets do not depend on the unit; amplitudes follow it."""
    trace, _ = planted(fps=20.0, t_rise=0.05, t_off=0.5)

    expected = matched_events(trace, fps=20.0)
    actual = matched_events(1000 * trace + 5000, fps=20.0)

    np.testing.assert_array_equal(expected.onset_frames, actual.onset_frames)
    np.testing.assert_allclose(expected.amplitudes * 1000, actual.amplitudes, rtol=1e-6)


def test_noise_alone_gives_almost_nothing() -> None:
    """White noise of two minutes gives at most six transients."""
    trace = np.random.default_rng(3).normal(size=3600)

    found = matched_events(trace, fps=30.0, t_rise_sec=0.05, t_off_sec=0.5)

    assert found.onset_frames.size <= 6


@pytest.mark.parametrize(
    ("trace", "note"),
    [
        (np.zeros(0), "only 0 frames long"),
        (np.arange(5.0), "only 5 frames long"),
        (np.full(500, 2.5), "constant"),
        (np.full(500, np.nan), "not finite"),
        (np.where(np.arange(500) < 400, np.nan, 1.0), "not finite"),
        (np.linspace(0, 1, 500), "without noise"),
    ],
    ids=["empty", "short", "constant", "nan", "mostly-nan", "ramp"],
)
def test_traces_with_nothing_in_them_give_a_note(trace: NDArray[np.float64], note: str) -> None:
    """Nothing is found, nothing is raised, and a note says why."""
    found = matched_events(trace, fps=20.0)

    assert found.onset_frames.size == 0
    assert found.reconstruction.shape == trace.shape
    assert found.notes == (note,)


def test_saturated_and_spiky_traces_are_searched() -> None:
    """A trace cut off at half its height, or with one huge frame, still gives its onsets."""
    trace, times = planted(fps=20.0, t_rise=0.05, t_off=0.5)
    cut, spiky = np.minimum(trace, 0.5), trace.copy()
    spiky[777] += 500.0

    for one in (cut, spiky):
        found = matched_events(one, fps=20.0, t_rise_sec=0.05, t_off_sec=0.5)
        secs = (found.onset_frames + 0.5) / 20.0
        near = [np.abs(secs - time).min() < 0.2 for time in times]
        assert np.isfinite(found.amplitudes).all()
        assert np.mean(near) > 0.8


def test_single_gaps_are_bridged_and_said() -> None:
    """NaN in a few frames change no onset elsewhere, and a note counts them."""
    trace, times = planted(fps=20.0, t_rise=0.05, t_off=0.5)
    trace[[10, 500, 501]] = np.nan

    found = matched_events(trace, fps=20.0)

    assert found.notes == ("3 frames that are not finite are bridged",)
    assert found.onset_frames.size >= times.size - 1


def test_neurons_do_not_depend_on_workers() -> None:
    """A recording gives the same with one worker and with two."""
    calcium = np.stack(
        [planted(fps=20.0, t_rise=0.05, t_off=0.5, seed=seed)[0] for seed in range(3)]
    )

    expected = matched_recording(calcium, fps=20.0)
    actual = matched_recording(calcium, fps=20.0, n_workers=2)

    for one, other in zip(expected, actual, strict=True):
        np.testing.assert_array_equal(one.onset_frames, other.onset_frames)
        np.testing.assert_array_equal(one.amplitudes, other.amplitudes)


def test_cancelling_stops_the_search() -> None:
    """A cancelled progress ends it by an exception."""
    trace, _ = planted(fps=20.0, t_rise=0.05, t_off=0.5)
    progress = Progress()
    progress.cancel()

    with pytest.raises(LoadCancelledError):
        matched_recording(trace[None, :], fps=20.0, progress=progress)


def test_frame_rate_must_be_positive() -> None:
    """A frame rate of zero is refused."""
    with pytest.raises(ParameterError):
        matched_events(np.zeros(100), fps=0.0)


def test_templates_agree_with_sums_made_by_hand() -> None:
    """Closed forms of products, powers and correlations are those of the transients themselves."""
    templates = templates_for(60, fps=20.0, t_rise_sec=0.05, t_off_sec=0.6)
    places = np.arange(60 * templates.n_phases)
    shapes = np.stack([templates.summed(places[place : place + 1], np.ones(1)) for place in places])
    trace = np.random.default_rng(0).normal(size=60)

    expected = shapes @ shapes.T
    np.testing.assert_allclose(templates.products(places[:, None], places), expected, atol=1e-12)
    np.testing.assert_allclose(templates.power().ravel(), np.diag(expected), atol=1e-12)
    correlated = templates.correlated(templates.echoes(trace), places)
    np.testing.assert_allclose(correlated, shapes @ trace, atol=1e-12)
    everywhere = templates.correlated_everywhere(templates.echoes(trace))
    np.testing.assert_allclose(everywhere.T.ravel(), shapes @ trace, atol=1e-12)


def test_noise_and_drift_are_measured() -> None:
    """White noise on a slow wave is measured within 5 %, the wave within a tenth of its height."""
    secs = np.arange(6000) / 20.0
    wave = np.sin(2 * np.pi * secs / 100)
    trace = wave + 0.3 * np.random.default_rng(0).normal(size=6000)

    assert noise_deviation(trace) == pytest.approx(0.3, rel=0.05)
    off = drift_of(trace, fps=20.0, percent=50.0) - wave
    assert float(np.abs(off[200:-200]).max()) < 0.1

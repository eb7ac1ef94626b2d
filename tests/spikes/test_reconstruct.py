"""Spikes of one trace: searches, amplitudes and places, and traces that hold nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import LoadCancelledError, ParameterError
from driada_widgets.core.spikes.amplitudes import (
    fitted_amplitudes,
    peak_amplitudes,
    peak_frames,
    spikes_of_events,
)
from driada_widgets.core.spikes.kernel import sum_of_transients, transient
from driada_widgets.core.spikes.parameters import ReconstructionParameters
from driada_widgets.core.spikes.reconstruct import CellSpikes, reconstruct_cell
from driada_widgets.core.spikes.threshold import noise_threshold, runs_above, slope_peaks
from tests.samples import transient_traces

METHODS = ("wavelet", "threshold")
ONSETS = (150, 420, 700, 1000)
HEIGHTS = (1.0, 2.0, 0.8, 1.5)


def clean_trace(fps: float = 20.0, noise: float = 0.01) -> np.ndarray:
    """Give a trace of four transients, 1200 frames at 20 Hz, scaled to other rates."""
    stretch = fps / 20.0
    frames = [round(onset * stretch) for onset in ONSETS]
    kernel = transient(0.25 * fps, 2.0 * fps)
    trace = sum_of_transients(frames, HEIGHTS, round(1200 * stretch), kernel)
    return trace + noise * np.random.default_rng(0).random(trace.size)


def found_in(trace: np.ndarray, method: str, fps: float = 20.0, **options: Any) -> CellSpikes:
    """Reconstruct a trace with the default kinetics."""
    iterative = options.pop("iterative", True)
    common = {
        name: options.pop(name)
        for name in ("n_iter", "min_events_threshold", "adaptive_thresholds", "amplitude_method")
        if name in options
    }
    parameters = ReconstructionParameters.of(method, {"fps": fps, **options}, **common)
    return reconstruct_cell(
        trace, parameters, t_rise=0.25 * fps, t_off=2.0 * fps, iterative=iterative
    )


@pytest.mark.parametrize("method", METHODS)
def test_large_spikes_are_near_the_truth(method: str) -> None:
    """Each transient has a spike within half a second, and heights add up to what was put in."""
    found = found_in(clean_trace(), method)

    for onset, height in zip(ONSETS, HEIGHTS, strict=True):
        near = np.abs(found.frames - onset) <= 20
        assert near.any()
        assert found.heights[near].sum() == pytest.approx(height, rel=0.3)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fps", [2.0, 5.0, 30.0, 120.0, 250.0])
def test_every_frame_rate_works(fps: float, method: str) -> None:
    """From 2 to 250 Hz the reconstruction explains most of a clean trace."""
    trace = clean_trace(fps)
    found = found_in(trace, method, fps, min_events_threshold=1)
    kernel = transient(0.25 * fps, 2.0 * fps)
    explained = sum_of_transients(found.frames, found.heights, trace.size, kernel)

    if method == "wavelet" and fps in (2.0, 5.0):
        # 8 frames of smoothing are seconds here: it must work, not find much.
        assert np.isfinite(found.heights).all()
    else:
        assert 1 - np.var(trace - explained) / np.var(trace) > 0.5


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("trace", "problem"),
    [
        (np.zeros(500), "constant"),
        (np.full(500, np.nan), "not finite"),
        (np.r_[np.nan, np.arange(500.0)], "not finite"),
        (np.array([0.0, 1.0]), "only 2 frames long"),
        (np.zeros(0), "only 0 frames long"),
        (np.full(500, np.inf), "not finite"),
    ],
    ids=["constant", "nan", "one-nan", "two-frames", "empty", "infinite"],
)
def test_traces_that_hold_nothing(trace: np.ndarray, problem: str, method: str) -> None:
    """They have no spikes and say why; nothing is raised."""
    found = found_in(trace, method)

    assert (found.problem, found.frames.size, found.starts.size) == (problem, 0, 0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n_frames", [3, 4, 7, 20, 41])
def test_short_traces_are_searched(n_frames: int, method: str) -> None:
    """A few frames are a trace like others."""
    found = found_in(np.random.default_rng(n_frames).random(n_frames), method)

    assert found.problem == ""
    assert (found.frames < n_frames).all()


@pytest.mark.parametrize("method", METHODS)
def test_saturated_traces_are_searched(method: str) -> None:
    """Frames at the camera's ceiling are no reason to fail, nor is a trace that is nothing else."""
    clipped = np.minimum(clean_trace(), 0.6)
    full = np.full(600, 5.0)
    full[0] = 4.0

    assert found_in(clipped, method).frames.size > 0
    assert found_in(full, method).problem == ""


def test_results_do_not_depend_on_the_precision_of_the_container() -> None:
    """A float32 trace gives what the same values give in float64."""
    trace = transient_traces(1, 1500, np.random.default_rng(3))[0].astype(np.float32)
    one, two = (found_in(values, "wavelet") for values in (trace, trace.astype(np.float64)))

    assert one.frames.tolist() == two.frames.tolist()
    assert one.heights.tolist() == two.heights.tolist()
    assert one.ridges == two.ridges


@pytest.mark.parametrize("method", METHODS)
def test_a_search_with_too_few_events_adds_nothing(method: str) -> None:
    """Iterative searches ask for two events at least; a single search takes what is there."""
    trace = sum_of_transients([300], [1.0], 800, transient(5.0, 40.0))
    trace += 0.01 * np.random.default_rng(0).random(800)

    assert found_in(trace, method).starts.size == 0
    assert found_in(trace, method, iterative=False).starts.size == 1
    assert found_in(trace, method, iterative=False, min_events_threshold=9).starts.size == 1
    assert found_in(trace, method, min_events_threshold=1).starts.size >= 1
    assert found_in(trace, method, min_events_threshold=1, n_iter=0).starts.size == 0


def test_adaptive_searches_are_more_sensitive() -> None:
    """The level sinks from search to search, to one deviation at least."""
    trace = transient_traces(1, 3000, np.random.default_rng(8))[0]

    plain = found_in(trace, "threshold", n_iter=5)
    adaptive = found_in(trace, "threshold", n_iter=5, adaptive_thresholds=True)

    assert adaptive.starts.size > plain.starts.size


def test_a_check_stops_the_work() -> None:
    """What the check raises comes out between batches of scales."""

    def stop() -> None:
        raise LoadCancelledError("stop")

    parameters = ReconstructionParameters.of("wavelet", {})
    with pytest.raises(LoadCancelledError):
        reconstruct_cell(clean_trace(), parameters, t_rise=5.0, t_off=40.0, check=stop)


@pytest.mark.parametrize(
    ("method", "options", "common", "words"),
    [
        ("wavelet", {"min_event_dur": 3}, {}, r"min_event_dur \(3\) must be less than max_ev"),
        ("wavelet", {"scale_length": 3}, {}, "did you mean 'scale_length_thr'"),
        ("threshold", {"n_mads": 3}, {}, "did you mean 'n_mad'"),
        ("threshold", {"n_mad": None}, {}, "n_mad must be a number"),
        ("threshold", {"fps": float("nan")}, {}, "fps must be a number"),
        ("wavelet", {"fps": 0}, {}, "fps must be positive"),
        ("wavelet", {}, {"amplitude_method": "area"}, "Unknown amplitude_method: area"),
        ("wavelet", {}, {"n_iter": -1}, "n_iter must be a number of at least 0"),
    ],
    ids=str,
)
def test_parameters_that_cannot_be(
    method: str, options: dict[str, Any], common: dict[str, Any], words: str
) -> None:
    """Each is refused by name before any work."""
    with pytest.raises(ParameterError, match=words):
        ReconstructionParameters.of(method, options, **common)


def test_an_unknown_method_is_not_implemented() -> None:
    """In the documented words."""
    words = "Method 'nope' not implemented. Available methods: 'wavelet', 'threshold'"
    with pytest.raises(NotImplementedError, match=words):
        ReconstructionParameters.of("nope", {})


def test_options_of_the_other_method_change_nothing() -> None:
    """Code that passes everything to both methods keeps working."""
    plain = ReconstructionParameters.of("wavelet", {"fps": 30})

    assert plain == ReconstructionParameters.of("wavelet", {"fps": 30, "n_mad": 9.0})


def test_peak_amplitudes() -> None:
    """Height over the median of the second before; 0 baseline at the start; never negative."""
    trace = np.array([0.0, 5.0, 1.0, 1.0, 1.0, 4.0, 9.0, 2.0, 0.0, 0.0])
    starts, ends = np.array([5, 0, 8, 1, 3]), np.array([8, 2, 10, 1, 5])

    assert peak_amplitudes(trace, starts, ends, 3).tolist() == [8.0, 5.0, 0.0, 0.0, 0.0]
    assert peak_amplitudes(trace, starts, ends, 0).tolist() == [9.0, 5.0, 0.0, 0.0, 1.0]


def test_places_of_spikes() -> None:
    """Each stands before the event's first highest frame; equal places add up, others fall away."""
    trace = np.zeros(100)
    trace[[50, 52]] = 3.0
    trace[[5, 20]] = 1.0
    starts = np.array([48, 51, 4, 20, 30, 90, 16])
    ends = np.array([51, 53, 9, 20, 31, 101, 25])
    peaks = peak_frames(trace, starts, ends)

    assert peaks.tolist() == [50, 52, 5, 20, 30, 90, 20]
    heights = np.array([1.0, 2.0, 4.0, 8.0, 0.0, 16.0, 32.0])
    frames, sums = spikes_of_events(heights, starts, ends, peaks, n_frames=100, offset=5.9)
    # 5 - 5.9 is cut to frame 0; the empty event, the one of height 0 and the one beyond fall away.
    assert (frames.tolist(), sums.tolist()) == ([0, 14, 44, 46], [4.0, 32.0, 1.0, 2.0])


def test_amplitudes_are_fitted_around_events_only() -> None:
    """Frames far from every event do not count."""
    trace = sum_of_transients([100], [2.0], 2000, transient(5.0, 40.0))
    far = trace.copy()
    far[800:] += 7.0
    starts, ends = np.array([104]), np.array([125])
    peaks = peak_frames(trace, starts, ends)
    options: dict[str, Any] = {"t_rise": 5.0, "t_off": 40.0, "expansion": 100}

    near = fitted_amplitudes(trace, starts, ends, peaks, **options)
    assert near.tolist() == fitted_amplitudes(far, starts, ends, peaks, **options).tolist()
    assert near[0] == pytest.approx(2.0, rel=0.05)


def test_runs_above_a_level() -> None:
    """Strictly above; short runs fall first, then what is near is one."""
    signal = np.array([0, 2, 2, 2, 0, 2, 0, 2, 2, 2, 1, 1, 1, 2, 2, 2], dtype=np.float64)

    assert runs_above(signal, 1.0, shortest=3, merge_gap=2).tolist() == [[1, 4], [7, 10], [13, 16]]
    assert runs_above(signal, 1.0, shortest=1, merge_gap=1).tolist() == [[1, 10], [13, 16]]
    assert runs_above(signal, 1.0, shortest=3, merge_gap=3).tolist() == [[1, 16]]
    assert runs_above(signal, 9.0, shortest=1, merge_gap=1).shape == (0, 2)
    assert runs_above(np.full(9, np.nan), 0.0, shortest=1, merge_gap=1).shape == (0, 2)


def test_noise_threshold_is_robust() -> None:
    """The level of n deviations is that of the noise, whatever a few events do."""
    noise = np.random.default_rng(0).standard_normal(100_000)
    noise[:500] += 50

    assert noise_threshold(noise, 4.0) == pytest.approx(4.0, abs=0.1)


def test_slope_peaks_are_at_the_steepest_rise() -> None:
    """A step that is smoothed rises fastest where it was."""
    trace = np.repeat([0.0, 1.0], 100)

    assert slope_peaks(trace, fps=20.0).tolist() == [100]
    with pytest.raises(ParameterError, match="shorter than a frame"):
        slope_peaks(trace, fps=5.0)

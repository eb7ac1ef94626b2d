"""Events of traces under the names that the field knows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from driada_widgets import extract_wvt_events
from driada_widgets.core.errors import LoadCancelledError, ParameterError
from driada_widgets.core.report import Progress
from driada_widgets.core.spikes.events import events_from_trace, events_to_ts_array
from driada_widgets.core.spikes.wavelet import get_adaptive_wavelet_scales
from tests.samples import transient_traces

TRACES = transient_traces(3, 1200, np.random.default_rng(5))
SCALES = get_adaptive_wavelet_scales(20)


def test_one_trace_and_many_agree() -> None:
    """The two functions are one search, with the same defaults at 20 Hz but the longest event."""
    starts, ends, ridges = extract_wvt_events(TRACES, {"fps": 20, "max_dur_thr": 200})

    for cell, trace in enumerate(TRACES):
        found, *bounds = events_from_trace(trace, None, SCALES, None)
        assert [starts[cell], ends[cell]] == bounds
        assert len(ridges[cell]) == len(found)
    assert sum(map(len, starts)) > 3


@pytest.mark.parametrize(
    ("given", "same_as"),
    [
        ({"sigma_sec": 0.3}, {"sigma": 9.0}),
        ({"eps_sec": 0.2}, {"eps": 6}),
        ({"max_event_dur": 1.0}, {"max_dur_thr": 30}),
        ({}, {"sigma": 12.0, "eps": 15, "max_dur_thr": 75, "scale_length_thr": 40}),
        ({}, {"max_scale_thr": 7, "max_ampl_thr": 0.05, "beta": 2, "gamma": 3}),
        ({}, {"manual_scales": get_adaptive_wavelet_scales(30)}),
    ],
    ids=str,
)
def test_parameters_in_seconds(given: dict[str, Any], same_as: dict[str, Any]) -> None:
    """Seconds become frames by the frame rate, and defaults are what the documentation says."""
    one = extract_wvt_events(TRACES, {"fps": 30, **given})[:2]

    assert one == extract_wvt_events(TRACES, {"fps": 30, **same_as})[:2]


@pytest.mark.parametrize("fps", [2.0, 3.7, 10.0, 60.0, 120.0, 250.0])
def test_every_frame_rate_works(fps: float) -> None:
    """A transient of 2 seconds is an event near its start, from 2 to 250 Hz."""
    times = np.arange(int(120 * fps)) / fps
    trace = 0.002 * np.random.default_rng(0).random(times.size)
    for onset in (30.0, 70.0):
        after = np.clip(times - onset, 0, None)
        trace += (1 - np.exp(-after / 0.25)) * np.exp(-after / 2.0)

    starts, _, _ = extract_wvt_events(
        trace[None], {"fps": fps, "sigma_sec": 0.4, "scale_length_thr": 15, "max_scale_thr": 0}
    )

    seconds = np.array(starts[0]) / fps
    for onset in (30.0, 70.0):
        assert np.abs(seconds - onset).min() < 2.0


@pytest.mark.parametrize(
    "trace",
    [np.zeros(500), np.full(500, np.nan), np.r_[np.nan, np.arange(499.0)], np.full(500, np.inf)],
    ids=["constant", "nan", "one-nan", "infinite"],
)
def test_traces_without_events(trace: np.ndarray) -> None:
    """What holds nothing has no events, and its neighbours keep theirs."""
    both = np.stack([trace, TRACES[0, :500]])

    starts, ends, ridges = extract_wvt_events(both, {"fps": 20})

    assert (starts[0], ends[0], ridges[0]) == ([], [], [])
    assert starts[1] == extract_wvt_events(both[1:], {"fps": 20})[0][0]


@pytest.mark.parametrize(
    ("traces", "options", "error", "words"),
    [
        (np.zeros(5), {}, ValueError, r"traces must be 2D \(neurons x time\), got shape \(5,\)"),
        (np.zeros((2, 0)), {}, ValueError, r"traces cannot be empty \(no time points\)"),
        (TRACES, [1], TypeError, "wvt_kwargs must be dict, got list"),
        (TRACES, {"sigm": 4}, ParameterError, "did you mean 'sigma'"),
        (TRACES, {"fps": 0}, ParameterError, "fps must be positive, got 0"),
        (TRACES, {"sigma": "8"}, ParameterError, "sigma must be a number"),
    ],
    ids=["1-D", "empty", "list", "unknown", "rate", "text"],
)
def test_wrong_arguments(
    traces: np.ndarray, options: Any, error: type[Exception], words: str
) -> None:
    """Each is refused in the documented words."""
    with pytest.raises(error, match=words):
        extract_wvt_events(traces, options)


@pytest.mark.parametrize(
    ("trace", "words"),
    [
        (np.ones(50), "trace has zero range"),
        (np.zeros((2, 5)), r"trace must be 1D, got shape \(2, 5\)"),
        (np.zeros(0), "trace cannot be empty"),
        (np.r_[np.nan, 1.0, 2.0], "NaN or infinite"),
    ],
    ids=["constant", "2-D", "empty", "nan"],
)
def test_wrong_traces(trace: np.ndarray, words: str) -> None:
    """One trace that cannot be searched is refused in the documented words."""
    with pytest.raises(ValueError, match=words):
        events_from_trace(trace, None, SCALES, None)


def test_progress_counts_traces_and_stops() -> None:
    """The search tells of every trace, and stops when it is cancelled."""
    progress = Progress()
    extract_wvt_events(TRACES, {"fps": 20}, progress=progress)
    assert (progress.done, progress.total) == (3, 3)

    progress.cancel()
    with pytest.raises(LoadCancelledError):
        extract_wvt_events(TRACES, {"fps": 20}, progress=progress)


@pytest.mark.parametrize(
    ("start", "end", "marked"),
    [
        (20, 40, range(20, 40)),
        (40, 20, range(20, 40)),
        (20, 90, range(20, 70)),
        (30, 30, range(25, 35)),
        (30, 33, range(26, 36)),
        (1, 2, range(6)),
        (98, 99, range(93, 100)),
    ],
    ids=["as-is", "reversed", "long", "point", "short", "left-border", "right-border"],
)
def test_events_become_ones(start: int, end: int, marked: range) -> None:
    """Short events grow to half a second, long ones are cut at 2.5 seconds (20 Hz)."""
    marks = events_to_ts_array(100, [[start]], [[end]], 20)

    assert list(marked) == np.flatnonzero(marks[0]).tolist()


def test_overlapping_events_merge() -> None:
    """Frames are 1 however many events they belong to; cells do not mix."""
    marks = events_to_ts_array(100, [[10, 15], []], [[30, 40], []], 20)

    assert marks.sum(axis=1).tolist() == [30.0, 0.0]


@pytest.mark.parametrize(
    ("starts", "ends", "error", "words"),
    [
        ((1,), [1], TypeError, "must be lists"),
        ([[1]], [[1], [2]], ValueError, "1 cells"),
        ([[1]], [[1, 2]], ValueError, "1 starts and 2 ends"),
        ([], [], ValueError, "Must have at least one neuron"),
    ],
    ids=["tuple", "cells", "events", "none"],
)
def test_wrong_events(starts: Any, ends: Any, error: type[Exception], words: str) -> None:
    """Events that do not fit together are refused."""
    with pytest.raises(error, match=words):
        events_to_ts_array(100, starts, ends, 20)

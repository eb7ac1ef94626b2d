"""The load-time methods."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from driada_widgets import MultiTimeSeries, TimeSeries, reconstruct_spikes
from driada_widgets.core.errors import ParameterError
from driada_widgets.core.spikes.load_time import load_time_spikes
from tests.samples import transient_traces

TRACES = transient_traces(4, 1500, np.random.default_rng(2))
METHODS = ("wavelet", "threshold")


@pytest.mark.parametrize("method", METHODS)
def test_neurons_do_not_depend_on_each_other_or_on_workers(method: str) -> None:
    """Another order or number of workers gives the same rows."""
    found = load_time_spikes(TRACES, method, fps=20.0)
    turned = load_time_spikes(TRACES[::-1], method, fps=20.0, n_workers=3)

    assert found.spikes.tolist() == turned.spikes[::-1].tolist()
    assert 0 < found.spikes.sum() < found.spikes.size


@pytest.mark.parametrize("method", METHODS)
def test_scale_does_not_matter(method: str) -> None:
    """Each trace is scaled by itself; negative values are values."""
    found = load_time_spikes(TRACES, method, fps=20.0)

    assert np.array_equal(
        found.spikes, load_time_spikes(8.0 * TRACES - 4.0, method, fps=20.0).spikes
    )


@pytest.mark.parametrize("method", METHODS)
def test_traces_that_hold_nothing(method: str) -> None:
    """Constant traces and traces of NaN have no spikes."""
    traces = np.stack([np.full(1500, 2.0), np.full(1500, np.nan), TRACES[0]])

    found = load_time_spikes(traces, method, fps=20.0)

    assert found.spikes[:2].sum() == 0
    assert found.spikes[2].sum() > 0


@pytest.mark.parametrize("fps", [2.0, 7.5, 120.0, 250.0])
def test_wavelet_works_at_every_frame_rate(fps: float) -> None:
    """Its scales are in frames, so it finds less at other rates, and never fails."""
    assert load_time_spikes(TRACES, "wavelet", fps=fps).spikes.shape == TRACES.shape


def test_series_in_series_out() -> None:
    """The public function takes and gives multi-series, with what was found beside it."""
    calcium = MultiTimeSeries([TimeSeries(trace, discrete=False) for trace in TRACES])

    spikes, metadata = reconstruct_spikes(calcium, "wavelet", fps=20.0)

    assert (type(spikes), spikes.discrete) == (MultiTimeSeries, True)
    assert set(metadata) == {"method", "parameters", "start_events", "end_events", "ridges"}
    assert metadata["parameters"]["fps"] == 20.0
    assert np.array_equal(spikes.data, load_time_spikes(TRACES, "wavelet", fps=20.0).spikes)
    assert len(metadata["ridges"][0]) == len(metadata["start_events"][0])


def test_a_function_of_ones_own() -> None:
    """It is called with series, rate and parameters; what it does wrong is said."""
    calcium = MultiTimeSeries([TimeSeries(trace, discrete=False) for trace in TRACES])

    def copy(series: MultiTimeSeries, fps: float, params: Any) -> Any:
        return series, {"fps": fps, "params": params}

    spikes, metadata = reconstruct_spikes(calcium, copy, fps=7.0, params={"a": 1})
    assert spikes is calcium
    assert metadata == {"fps": 7.0, "params": {"a": 1}}
    words = r"must have signature \(calcium, fps, params\) -> \(MultiTimeSeries, dict\). Error: "
    with pytest.raises(TypeError, match=words):
        reconstruct_spikes(calcium, lambda series: series)  # type: ignore[arg-type, misc]  # wrong
    with pytest.raises(ValueError, match="Expected spikes as a MultiTimeSeries"):
        reconstruct_spikes(calcium, lambda *_: (TRACES, {}))


@pytest.mark.parametrize(
    ("method", "fps", "params", "words"),
    [
        ("True", 20.0, {}, "Unknown method 'True'. Use 'wavelet', 'threshold', or provide a call"),
        ("threshold", 5.0, {}, "min_spike_interval of 0.1 s is shorter than a frame at 5 Hz"),
        ("threshold", 20.0, {"threshold_sd": 2}, "did you mean 'threshold_std'"),
        ("threshold", 20.0, {"smooth_sigma": "2"}, "smooth_sigma must be a number"),
        ("wavelet", 20.0, {"epsilon": 2}, "'epsilon' is no parameter"),
        ("wavelet", -1.0, {}, "fps must be positive"),
    ],
    ids=["method", "interval", "unknown", "text", "wavelet", "rate"],
)
def test_what_cannot_be_is_refused(
    method: str, fps: float, params: dict[str, Any], words: str
) -> None:
    """Also for an experiment without neurons to fail on."""
    with pytest.raises(ParameterError, match=words):
        load_time_spikes(TRACES[:0], method, fps=fps, params=params)

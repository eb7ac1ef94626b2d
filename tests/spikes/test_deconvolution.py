from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.spikes.deconvolution import (
    DECONVOLUTION_METHODS,
    DeconvolutionParameters,
    deconvolved_cell,
)


@pytest.mark.parametrize("method", DECONVOLUTION_METHODS)
def test_spikes_come_in_the_form_of_the_exact_methods(method: str) -> None:
    """Frames are distinct and in order, heights positive, events half-open and apart."""
    trace = np.zeros(800)
    for onset in range(40, 760, 80):
        trace[onset:] += np.exp(-np.arange(800 - onset) / 10.0)
    trace += 0.05 * np.random.default_rng(0).normal(size=800)

    spikes, kinetics = deconvolved_cell(trace, DeconvolutionParameters.of(method, {}, fps=20.0))

    assert spikes.problem == ""
    assert spikes.frames.size >= 9
    assert (np.diff(spikes.frames) > 0).all()
    assert (spikes.heights > 0).all()
    assert (spikes.starts < spikes.ends).all()
    assert (spikes.ends[:-1] <= spikes.starts[1:]).all()
    assert kinetics.is_estimated


@pytest.mark.parametrize("method", DECONVOLUTION_METHODS)
def test_a_constant_trace_is_a_problem_not_an_error(method: str) -> None:
    """No spikes, and the problem finishes the sentence that the exact methods use."""
    spikes, _ = deconvolved_cell(np.ones(300), DeconvolutionParameters.of(method, {}, fps=20.0))

    assert spikes.frames.size == 0
    assert spikes.problem == "constant"


@pytest.mark.parametrize(
    ("method", "options", "words"),
    [
        ("matched", {"n_iter": 3}, "'n_iter' is no parameter of the matched method"),
        ("matched", {"t_off_sec": 0}, "t_off_sec must be positive"),
        ("matched", {"t_off_sec": 0.1, "t_rise_sec": 0.2}, "must be greater than t_rise_sec"),
        ("matched", {"min_snr": -1}, "min_snr must be a number of at least 0"),
        ("oasis", {"order": 3}, "order must be 1 or 2, got 3"),
        ("oasis", {"penalty": True}, "penalty must be 0 or 1, got True"),
        ("oasis", {"min_snr": 3}, "'min_snr' is no parameter of the oasis method"),
    ],
)
def test_options_that_cannot_be_are_refused(
    method: str, options: dict[str, Any], words: str
) -> None:
    """The error names the option and what it may be."""
    with pytest.raises(ParameterError, match=words):
        DeconvolutionParameters.of(method, options, fps=20.0)


def test_times_that_are_given_are_used() -> None:
    """One may be given and the other measured."""
    trace = np.zeros(800)
    for onset in range(40, 760, 80):
        trace[onset:] += np.exp(-np.arange(800 - onset) / 10.0)
    trace += 0.05 * np.random.default_rng(0).normal(size=800)
    parameters = DeconvolutionParameters.of("matched", {"t_off_sec": 0.7}, fps=20.0)

    _, kinetics = deconvolved_cell(trace, parameters)

    assert kinetics.t_off_sec == 0.7
    assert kinetics.t_rise_sec != 0.7


FRAMES = np.arange(1500)
EVENTS = np.convolve(FRAMES % 97 == 40, np.exp(-np.arange(300) / 15.0))[:1500]
NOISY = EVENTS + 0.1 * np.random.default_rng(0).standard_normal(1500)
ODD_TRACES: dict[str, tuple[np.ndarray, str]] = {
    "nan": (np.full(1500, np.nan), "not finite"),
    "some-nan": (np.where(FRAMES % 20 == 0, np.nan, NOISY), ""),
    "infinite-frame": (np.where(FRAMES == 5, np.inf, NOISY), ""),
    "saturated-above": (np.minimum(NOISY, 0.6), ""),
    "saturated-below": (np.maximum(NOISY, 0.5), "without noise"),
    "binary": ((NOISY > 0.5).astype(float), "without noise"),
    "without-noise": (EVENTS, "without noise"),
    "raw-fluorescence": (NOISY * 300 + 1e5, ""),
    "tiny": (NOISY * 1e-12, ""),
    "short": (NOISY[:29], "only 29 frames long"),
    "empty": (NOISY[:0], "only 0 frames long"),
}


@pytest.mark.parametrize("method", DECONVOLUTION_METHODS)
@pytest.mark.parametrize(("trace", "problem"), ODD_TRACES.values(), ids=ODD_TRACES.keys())
def test_odd_traces_give_a_problem_or_sound_spikes(
    trace: np.ndarray, problem: str, method: str
) -> None:
    """Never an exception; what is found is finite, and ``matched`` says why there is nothing."""
    times = {"t_rise_sec": 0.05, "t_off_sec": 0.75} if method == "matched" else {}
    parameters = DeconvolutionParameters.of(method, times, fps=20.0)

    spikes, _ = deconvolved_cell(trace, parameters)

    assert spikes.reconstruction is not None
    assert spikes.reconstruction.shape == trace.shape
    assert np.isfinite(spikes.reconstruction).all()
    assert np.isfinite(spikes.heights).all()
    if method == "matched":
        assert spikes.problem == problem
        assert (spikes.frames.size > 5) == (problem == "")

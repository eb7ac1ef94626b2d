from __future__ import annotations

import numpy as np
import pytest

from driada_widgets.core.spikes.deconvolution import DECONVOLUTION_METHODS, deconvolved_cell


@pytest.mark.parametrize("method", DECONVOLUTION_METHODS)
def test_spikes_come_in_the_form_of_the_exact_methods(method: str) -> None:
    """Frames are distinct and in order, heights positive, events half-open and apart."""
    trace = np.zeros(800)
    for onset in range(40, 760, 80):
        trace[onset:] += np.exp(-np.arange(800 - onset) / 10.0)
    trace += 0.05 * np.random.default_rng(0).normal(size=800)

    spikes, kinetics = deconvolved_cell(trace, method, fps=20.0)

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
    spikes, _ = deconvolved_cell(np.ones(300), method, fps=20.0)

    assert spikes.frames.size == 0
    assert spikes.problem == "constant"


def test_another_method_is_refused() -> None:
    """The error names the methods there are."""
    with pytest.raises(NotImplementedError, match="'matched', 'oasis'"):
        deconvolved_cell(np.ones(300), "wavelet", fps=20.0)

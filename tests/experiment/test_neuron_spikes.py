"""Spikes, events and kinetics of single neurons."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import pytest

from driada_widgets import Neuron
from driada_widgets.core.errors import ParameterError
from driada_widgets.core.spikes.kernel import sum_of_transients, transient
from driada_widgets.core.spikes.threshold import SimpleEvent
from tests.golden_cases import Case, cases

N_FRAMES = 2500
TRACE = sum_of_transients(
    range(50, N_FRAMES, 290), np.linspace(0.5, 2, 9), N_FRAMES, transient(5.0, 30.0)
) + 0.05 * np.abs(np.random.default_rng(4).standard_normal(N_FRAMES))
METHODS = ("wavelet", "threshold")


def golden_neuron(case: Case, cell: int) -> Neuron:
    """Make a neuron as the reference's was made."""
    trace, seed = case.inputs["calcium"][cell], case.call["seed"] + cell
    return Neuron(str(cell), trace, None, fps=case.call["fps"], seed=seed)


@pytest.mark.parametrize("case", cases("spikes", "must"), ids=str)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("cell", [0, 1])
def test_golden_neurons(case: Case, method: str, cell: int) -> None:
    """Spikes, marked frames, explained variance and kinetics are those of the reference."""
    neuron, fps = golden_neuron(case, cell), case.call["fps"]
    expected = case.value[f"neuron_{method}"][cell]

    marks = neuron.reconstruct_spikes(method, fps=fps, create_event_regions=True)

    assert neuron.asp is not None
    assert neuron.sp is not None
    frames = np.flatnonzero(neuron.asp.data)
    assert expected["asp_frames"] == frames.tolist() == np.flatnonzero(neuron.sp.data).tolist()
    np.testing.assert_allclose(neuron.asp.data[frames], expected["asp_values"], rtol=1e-6)
    assert expected["sp_count"] == neuron.sp_count == neuron.get_event_count()
    assert marks is not None
    assert expected["event_frames"] == marks.sum()
    assert expected["r2"] == pytest.approx(neuron.get_reconstruction_r2(), rel=1e-4)
    if "kinetics" in expected:
        result = neuron.optimize_kinetics(fps=fps, update_reconstruction=False)
        chosen = {name: result[name] for name in expected["kinetics"]}
        assert expected["kinetics"] == pytest.approx(chosen, rel=1e-4)
        assert (neuron.t_rise is not None) == result["optimized"]


def test_what_a_reconstruction_leaves() -> None:
    """Series have their documented names; each method leaves its own events."""
    neuron = Neuron("7", TRACE, None)
    assert neuron.reconstruct_spikes("wavelet") is None
    assert neuron.sp is not None
    assert neuron.asp is not None
    assert (neuron.sp.name, neuron.asp.name) == ("neuron_7_sp", "neuron_7_asp")
    assert (neuron.sp.discrete, neuron.asp.discrete) == (True, False)
    assert (neuron.events, neuron._has_reconstructed) == (None, True)
    assert not hasattr(neuron, "threshold_events")
    assert len(neuron.wvt_ridges) > 2

    ridges = neuron.wvt_ridges
    with pytest.warns(UserWarning, match="Neuron 7: Re-running reconstruction with default"):
        marks = neuron.reconstruct_spikes("threshold", create_event_regions=True)
    assert marks is not None
    assert neuron.events is not None
    assert neuron.events.name == "neuron_7_events"
    assert marks.tolist() == neuron.events.data.tolist()
    assert neuron.wvt_ridges is ridges
    assert all(isinstance(event, SimpleEvent) for event in neuron.threshold_events)


def test_measures_follow_new_spikes() -> None:
    """Measures that were computed from other spikes are forgotten."""
    neuron = Neuron("0", TRACE, (TRACE > 1).astype(int), metrics={"wavelet_snr": 9.0})
    with pytest.warns(UserWarning, match="Reconstructed from spikes without amplitudes"):
        before = neuron.get_noise_ampl()
    assert neuron.get_wavelet_snr() == 9.0

    neuron.reconstruct_spikes()

    assert neuron.get_noise_ampl() < before
    assert neuron.get_wavelet_snr() != 9.0
    assert neuron.reconstructed is not None
    assert neuron.reconstructed.name == "neuron_0_reconstructed"


@pytest.mark.parametrize("method", METHODS)
def test_a_trace_that_holds_nothing_is_warned_of(method: str) -> None:
    """There are spikes, all zero, and the reason is said."""
    neuron = Neuron("3", np.full(500, 0.5), None)

    with pytest.warns(UserWarning, match=r"Neuron 3: no spikes, its trace is constant\."):
        neuron.reconstruct_spikes(method)

    assert (neuron.sp_count, neuron.get_event_count()) == (0, 0)


def test_a_cut_transient_is_warned_of() -> None:
    """At 250 Hz two seconds of decay are more than the kernel holds."""
    neuron = Neuron("0", np.tile(TRACE, 4), None, fps=250)

    with pytest.warns(UserWarning, match="cut at 2000 frames"):
        neuron.reconstruct_spikes()


def test_the_rate_of_the_neuron_is_the_default() -> None:
    """Without ``fps`` the neuron's own is used, for spikes and for kinetics."""
    results = []
    for options in ({}, {"fps": 30}, {"fps": None}):
        neuron = Neuron("0", TRACE, None, fps=30)
        neuron.reconstruct_spikes(**options)
        kinetics = neuron.optimize_kinetics(update_reconstruction=False, **options)
        results.append((neuron.asp.data.tolist() if neuron.asp else None, kinetics))

    assert results[0] == results[1] == results[2]


def test_events_above_a_threshold_alone() -> None:
    """The single pass finds events of any trace and leaves spikes as they are."""
    neuron = Neuron("0", TRACE, None)
    events = neuron.detect_events_threshold()

    assert events == neuron.threshold_events
    assert len(events) > 2
    assert (neuron.sp, neuron.asp) == (None, None)
    signal = np.zeros(100)
    signal[10:20] = signal[22:30] = 1
    assert neuron.detect_events_threshold(0.5, signal=signal) == [SimpleEvent(10.0, 30.0)]
    assert neuron.detect_events_threshold(0.5, merge_gap_frames=1, signal=signal) == [
        SimpleEvent(10.0, 20.0),
        SimpleEvent(22.0, 30.0),
    ]
    level = float(np.quantile(TRACE, 0.9))
    assert neuron.detect_events_threshold(level, use_scaled=False)[0].duration >= 3


def test_kinetics_need_events() -> None:
    """Without events the result says so, and nothing changes."""
    neuron = Neuron("0", TRACE, None)

    result = neuron.optimize_kinetics()

    assert result["error"] == (
        "No events available. Call reconstruct_spikes() or detect_events_threshold() first."
    )
    assert (result["t_rise"], result["t_off"], neuron.t_rise) == (0.25, 2.0, None)


def test_fitted_kinetics_find_spikes_again() -> None:
    """In one search, with regions, unless it is not wanted; the result can be kept."""
    neuron = Neuron("0", TRACE, None)
    neuron.reconstruct_spikes()
    first = neuron.asp

    result = neuron.get_kinetics(update_reconstruction=False)
    assert result["optimized"]
    assert neuron.t_rise == result["t_rise"] * 20
    assert neuron.asp is first
    assert neuron.get_kinetics() is result

    neuron.optimize_kinetics(aggregation="mean")
    assert neuron.asp is not first
    assert neuron.events is not None


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"method": "fit"}, ParameterError, "Only 'direct' method is supported, got 'fit'"),
        ({"aggregaton": "mean"}, ParameterError, "did you mean 'aggregation'"),
    ],
    ids=["method", "unknown"],
)
def test_wrong_arguments_of_kinetics(
    arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    """Each is refused by name."""
    with pytest.raises(error, match=words):
        Neuron("0", TRACE, None).optimize_kinetics(**arguments)


def test_unknown_methods_and_parameters() -> None:
    """They are refused in the documented words, and the neuron stays as it was."""
    neuron = Neuron("0", TRACE, None)

    words = (
        "^Method 'oasys' not implemented. "
        "Available methods: 'wavelet', 'threshold', 'matched', 'oasis'$"
    )
    with pytest.raises(NotImplementedError, match=words):
        neuron.reconstruct_spikes("oasys")
    with pytest.raises(ParameterError, match="did you mean 'sigma'"):
        neuron.reconstruct_spikes(sgma=3)
    assert (neuron.sp, neuron.asp) == (None, None)


def test_known_kinetics_give_no_warning() -> None:
    """Spikes found again with kinetics that were set are nothing to warn of."""
    neuron = Neuron("0", TRACE, None)
    neuron.reconstruct_spikes()
    neuron.t_rise, neuron.t_off = 4.0, 36.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        neuron.reconstruct_spikes()

    words = re.escape("optimize_kinetics(method='direct', fps=20)")
    neuron.t_off = None
    with pytest.warns(UserWarning, match=words):
        neuron.reconstruct_spikes()

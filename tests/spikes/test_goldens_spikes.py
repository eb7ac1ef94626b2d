"""What the reference found in the golden traces is found here, frame by frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.spikes.events import extract_wvt_events, mark_events
from driada_widgets.core.spikes.kernel import sum_of_transients, transient
from driada_widgets.core.spikes.kinetics import fit_kinetics
from driada_widgets.core.spikes.load_time import load_time_spikes
from driada_widgets.core.spikes.parameters import ReconstructionParameters
from driada_widgets.core.spikes.reconstruct import CellSpikes, reconstruct_cell
from tests.golden_cases import Case, cases

WVT = {
    "scale_length_thr": 15,
    "max_scale_thr": 6,
    "max_ampl_thr": 0.04,
    "sigma": 8,
    "max_event_dur": 2.5,
}
METHODS = ("wavelet", "threshold")

each_case = pytest.mark.parametrize("case", cases("spikes", "must"), ids=str)
each_method = pytest.mark.parametrize("method", METHODS)


def neuron_traces(case: Case) -> list[NDArray[np.float64]]:
    """Give the traces that the reference's neurons hold: no negative values, tiny noise."""
    seed = case.call["seed"]
    return [
        np.maximum(row, 0) + np.random.default_rng(seed + cell).random(row.size) * 1e-8
        for cell, row in enumerate(case.inputs["calcium"])
    ]


def reconstructed(case: Case, method: str) -> list[CellSpikes]:
    """Reconstruct every neuron of a case with the default kinetics."""
    fps = case.call["fps"]
    parameters = ReconstructionParameters.of(method, {"fps": fps})
    return [
        reconstruct_cell(trace, parameters, t_rise=0.25 * fps, t_off=2.0 * fps)
        for trace in neuron_traces(case)
    ]


@each_case
def test_events_of_traces(case: Case) -> None:
    """The events of the neurons' parameters are those of the reference, exactly."""
    expected = case.value["events_neuron_params"]

    starts, ends, ridges = extract_wvt_events(
        case.inputs["calcium"], {"fps": case.call["fps"], **WVT}
    )

    assert expected == [
        [list(event) for event in zip(*both, strict=True)]
        for both in zip(starts, ends, strict=True)
    ]
    assert [len(events) for events in expected] == [len(found) for found in ridges]


@each_case
def test_load_time_wavelet(case: Case) -> None:
    """The load-time wavelet method finds the same events and marks as many frames."""
    expected = case.value["batch_wavelet"]

    found = load_time_spikes(case.inputs["calcium"], "wavelet", fps=case.call["fps"])

    both = zip(found.metadata["start_events"], found.metadata["end_events"], strict=True)
    events = [[list(event) for event in zip(*cell, strict=True)] for cell in both]
    assert expected["events"] == events
    assert expected["ones_per_cell"] == found.spikes.sum(axis=1).tolist()


@each_case
def test_load_time_threshold(case: Case) -> None:
    """The load-time threshold method finds the same frames."""
    found = load_time_spikes(case.inputs["calcium"], "threshold", fps=case.call["fps"])

    assert case.value["batch_threshold"] == found.metadata["spike_times"]
    assert case.value["batch_threshold"] == [np.flatnonzero(row).tolist() for row in found.spikes]


@each_case
@each_method
def test_spikes_of_neurons(case: Case, method: str) -> None:
    """Frames of spikes are exact and amplitudes agree to 1e-6, as do the marked frames."""
    fps = case.call["fps"]
    for expected, found, trace in zip(
        case.value[f"neuron_{method}"],
        reconstructed(case, method),
        neuron_traces(case),
        strict=True,
    ):
        assert expected["asp_frames"] == found.frames.tolist()
        np.testing.assert_allclose(found.heights, expected["asp_values"], rtol=1e-6)
        marked = mark_events(trace.size, found.starts, found.ends, fps)
        assert expected["event_frames"] == int(marked.sum())


@each_case
@each_method
def test_explained_variance(case: Case, method: str) -> None:
    """The reconstruction explains as much of the trace."""
    fps = case.call["fps"]
    kernel = transient(0.25 * fps, 2.0 * fps)
    for expected, found, trace in zip(
        case.value[f"neuron_{method}"],
        reconstructed(case, method),
        neuron_traces(case),
        strict=True,
    ):
        residual = trace - sum_of_transients(found.frames, found.heights, trace.size, kernel)
        r2 = 1 - np.sum(residual**2) / np.sum((trace - trace.mean()) ** 2)

        assert expected["r2"] == pytest.approx(r2, rel=1e-4)


@pytest.mark.parametrize(
    "case", [case for case in cases("spikes", "must") if case.call.get("kinetics")], ids=str
)
@each_method
def test_kinetics(case: Case, method: str) -> None:
    """Rise and decay times are measured on the same events and come to the same."""
    for expected, found, trace in zip(
        case.value[f"neuron_{method}"],
        reconstructed(case, method),
        neuron_traces(case),
        strict=True,
    ):
        starts, ends = bounds(found)
        result = fit_kinetics(
            trace,
            starts,
            ends,
            fps=case.call["fps"],
            default_t_rise_sec=0.25,
            default_t_off_sec=2.0,
        )

        chosen = {name: result[name] for name in expected["kinetics"]}
        assert expected["kinetics"] == pytest.approx(chosen, rel=1e-4)


def bounds(found: CellSpikes) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give the events that kinetics are measured on: of ridges, their first and last frame."""
    if found.ridges is None:
        return found.starts, found.ends
    events = np.array([[ridge.start, ridge.end] for ridge in found.ridges])
    return events[:, 0], events[:, 1]

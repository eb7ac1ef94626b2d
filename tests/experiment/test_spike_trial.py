"""Trying a method on a few neurons shows what a run would find, and changes nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from driada_widgets import Experiment
from driada_widgets.core.errors import LoadCancelledError, ParameterError
from driada_widgets.core.experiment.contents import Contents
from driada_widgets.core.experiment.spike_trial import try_spikes
from driada_widgets.core.report import Progress
from driada_widgets.core.request.model import SpikeSpec
from driada_widgets.core.spikes.options import OFFERED_METHODS
from tests.samples import transient_traces

CALCIUM = transient_traces(7, 1500, np.random.default_rng(6)) - 0.05
BAD = np.zeros(1500, dtype=bool)
BAD[100:250] = True


def build(calcium: np.ndarray = CALCIUM, **changes: Any) -> Experiment:
    """Build an experiment without spikes, of which frames were left out."""
    fields: dict[str, Any] = {
        "signature": "Exp s",
        "calcium": calcium,
        "bad_frames_mask": BAD,
        "static_features": {"fps": 20.0},
    }
    return Experiment.from_contents(Contents(**fields | changes))


@pytest.mark.parametrize("method", OFFERED_METHODS)
def test_it_shows_what_a_run_finds(method: str) -> None:
    """The spikes of the trial are those of building the same request (a short recording)."""
    experiment = build(kept_cells=(3, 6))
    trials = try_spikes(experiment, SpikeSpec(method=method), cells=[1, 0])

    if method.startswith("load-"):
        contents = experiment.contents
        from driada_widgets.core.experiment.load_time_spikes import with_load_time_spikes

        found = with_load_time_spikes(contents, method.removeprefix("load-"))
        spikes = Experiment.from_contents(found).spikes.data
        expected = [np.flatnonzero(np.diff(spikes[cell], prepend=0) == 1) for cell in (1, 0)]
    else:
        experiment.reconstruct_all_neurons(method)
        spikes = experiment.spikes.data
        expected = [np.flatnonzero(spikes[cell]) for cell in (1, 0)]

    assert [trial.cell for trial in trials] == [1, 0]
    for trial, frames in zip(trials, expected, strict=True):
        assert trial.frames.tolist() == frames.tolist()
        assert trial.amplitudes.shape == trial.frames.shape
    assert sum(trial.frames.size for trial in trials) > 1


@pytest.mark.parametrize("method", ["wavelet", "matched"])
def test_its_rows_are_those_of_the_table(method: str) -> None:
    """What is told of each neuron is what the table tells after the run."""
    experiment = build(CALCIUM[:2])
    trials = try_spikes(experiment, SpikeSpec(method=method), cells=range(2))
    experiment.reconstruct_all_neurons(method)

    for trial, row in zip(trials, experiment.spike_quality(), strict=True):
        assert (trial.cell, trial.n_events, trial.problem) == (row.cell, row.n_events, "")
        assert trial.r2 == pytest.approx(row.r2)
        assert trial.snr == pytest.approx(row.snr)
        assert trial.t_off_sec == pytest.approx(row.t_off_sec)


@pytest.mark.parametrize("method", OFFERED_METHODS)
def test_the_experiment_stays_as_it_is(method: str) -> None:
    """Neither spikes found before nor the hash change; they do not change the trial either."""
    experiment = build()
    spec = SpikeSpec(method=method)
    first = try_spikes(experiment, spec, cells=[2])
    experiment.reconstruct_all_neurons("wavelet")
    hash_ = experiment.content_hash

    second = try_spikes(experiment, spec, cells=[2])

    assert experiment.content_hash == hash_
    assert first[0].frames.tolist() == second[0].frames.tolist()


def test_the_reconstruction_lies_on_the_trace() -> None:
    """It has the trace's level, so that it can be drawn over it."""
    experiment = build(CALCIUM + 100.0)
    trial = try_spikes(experiment, SpikeSpec(method="matched"), cells=[0])[0]

    assert trial.reconstruction is not None
    residual = experiment.calcium.data[0] - trial.reconstruction
    assert abs(np.median(residual)) < 0.05
    assert trial.r2 > 0.8


def test_neurons_are_chosen_from_the_most_to_the_least_active() -> None:
    """Without a choice; one in which nothing can be found comes last."""
    calcium = np.repeat(CALCIUM[:1], 7, axis=0) * np.array([1, 3, 0, 5, 2, 4, 6])[:, None]
    calcium += 0.1 * np.random.default_rng(1).standard_normal(calcium.shape)
    calcium[2] = 1.0

    trials = try_spikes(build(calcium), SpikeSpec(method="threshold"), n_cells=4)

    assert [trial.cell for trial in trials] == [6, 5, 4, 2]
    assert trials[-1].problem == "constant"
    assert math.isnan(trials[-1].snr)


def test_few_neurons_are_all_tried() -> None:
    """An experiment with fewer neurons than asked for gives all of them."""
    trials = try_spikes(build(CALCIUM[:2]), SpikeSpec(method="threshold"))

    assert sorted(trial.cell for trial in trials) == [0, 1]


def test_progress_counts_neurons_and_stops() -> None:
    """A person sees how many are done, and can cancel."""
    progress = Progress()
    try_spikes(build(), SpikeSpec(method="matched"), n_cells=3, progress=progress)
    assert (progress.stage, progress.done, progress.total) == ("Trying spikes", 3, 3)

    progress.cancel()
    with pytest.raises(LoadCancelledError):
        try_spikes(build(), SpikeSpec(method="matched"), progress=progress)


@pytest.mark.parametrize(
    ("spec", "cells", "words"),
    [
        (SpikeSpec(method="callable"), None, "cannot be tried"),
        (SpikeSpec(method="matched", options={"min_snrr": 3}), None, "did you mean 'min_snr'"),
        (SpikeSpec(method="matched"), [7], "neurons 0 to 6"),
    ],
    ids=["function", "option", "cell"],
)
def test_what_cannot_be_tried_is_refused(
    spec: SpikeSpec, cells: list[int] | None, words: str
) -> None:
    """With what to do instead."""
    with pytest.raises(ParameterError, match=words):
        try_spikes(build(), spec, cells=cells)

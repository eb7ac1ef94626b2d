"""Spikes of all neurons of an experiment: the same whoever works, kept whatever happens."""

from __future__ import annotations

import pickle
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import Experiment
from driada_widgets.core.errors import LoadCancelledError, ParameterError
from driada_widgets.core.experiment.contents import Contents
from driada_widgets.core.report import Progress
from tests.promptness import promptly
from tests.samples import transient_traces
from tests.saved import by_archive, by_copy, by_pickle, by_plain_pickle

N_CELLS, N_FRAMES = 5, 1500
CALCIUM = transient_traces(N_CELLS, N_FRAMES, np.random.default_rng(6))
SPEED = np.cumsum(np.random.default_rng(0).normal(size=N_FRAMES))
METHODS = ("wavelet", "threshold")


def build(calcium: np.ndarray = CALCIUM, **options: Any) -> Experiment:
    """Build an experiment without spikes."""
    given = {"reconstruct_spikes": None, "verbose": False} | options
    spikes = given.pop("spikes", None)
    constants = {"fps": 20.0, "t_rise_sec": 0.25, "t_off_sec": 2.0}
    return Experiment("Exp s", calcium, spikes, {}, constants, {"speed": SPEED}, **given)


def trimmed(**changes: Any) -> Experiment:
    """Build one of which a neuron and frames were left out."""
    bad = np.zeros(N_FRAMES, dtype=bool)
    bad[100:250] = True
    fields: dict[str, Any] = {
        "signature": "Exp s",
        "calcium": CALCIUM,
        "kept_cells": (0, 2, 4),
        "bad_frames_mask": bad,
        "static_features": {"fps": 20.0},
    }
    return Experiment.from_contents(Contents(**fields | changes))


def spikes_of(experiment: Experiment) -> list[Any]:
    """Give everything that a reconstruction leaves on neurons, as plain values."""
    found = []
    for neuron in experiment.neurons:
        ridges = neuron.wvt_ridges
        found.append(
            {
                "sp": None if neuron.sp is None else neuron.sp.data.tolist(),
                "asp": None if neuron.asp is None else neuron.asp.data.tolist(),
                "kinetics": (neuron.t_rise, neuron.t_off, neuron._kinetics_info),
                "events": None if neuron.events is None else neuron.events.data.tolist(),
                "threshold": getattr(neuron, "threshold_events", None),
                "ridges": None if ridges is None else [r.indices.tolist() for r in ridges],
                "heights": None if ridges is None else [r.ampls.tolist() for r in ridges],
                "scales": None if ridges is None else [r.scales.tolist() for r in ridges],
            }
        )
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("hybrid", [True, False], ids=["hybrid", "after"])
def test_neither_workers_nor_order_matter(method: str, hybrid: bool) -> None:
    """One worker or three, neurons this way round or the other: the same spikes."""
    results = []
    for calcium, jobs in ((CALCIUM, 1), (CALCIUM, 3), (CALCIUM[::-1], 2)):
        experiment = build(calcium)
        for _ in range(2):  # the second time kinetics are fitted first
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                experiment.reconstruct_all_neurons(
                    method, hybrid_kinetics=hybrid, n_jobs=jobs, enable_parallelization=True
                )
        results.append(spikes_of(experiment))

    assert results[0] == results[1] == results[2][::-1]
    assert any(sum(each["sp"]) for each in results[0])


@pytest.mark.parametrize("method", METHODS)
def test_it_is_what_each_neuron_finds_by_itself(method: str) -> None:
    """The experiment's call is the neurons' call."""
    together, alone = build(), build()
    together.reconstruct_all_neurons(method, n_iter=2, create_event_regions=True, sigma=6)
    for neuron in alone.neurons:
        neuron.reconstruct_spikes(method, n_iter=2, create_event_regions=True, sigma=6)

    assert spikes_of(together) == spikes_of(alone)
    assert together.content_hash == alone.content_hash


def test_what_the_experiment_shows_afterwards() -> None:
    """Spikes are the neurons', calcium's components stay theirs, old notes go."""
    experiment = build(verbose=False)
    calcium, neurons = experiment.calcium, list(experiment.neurons)
    hashes = dict(experiment._data_hashes["calcium"])
    assert "no-spikes" in {note.id for note in experiment.notes}

    experiment.reconstruct_all_neurons(enable_parallelization=True, n_jobs=2)

    assert experiment.calcium is calcium
    assert all(one is other for one, other in zip(neurons, experiment.neurons, strict=True))
    for cell, neuron in enumerate(experiment.neurons):
        assert calcium.ts_list[cell] is neuron.ca
        assert experiment.spikes.ts_list[cell] is neuron.sp
    assert experiment.asp is not None
    assert np.array_equal(experiment.spikes.data, (experiment.asp > 0).astype(int))
    assert (experiment.spikes.name, experiment.spikes.discrete) == ("spikes", True)
    assert "no-spikes" not in {note.id for note in experiment.notes}
    assert experiment._data_hashes["calcium"] == hashes
    assert "spikes" in experiment._data_hashes
    assert not hasattr(experiment, "spike_reconstruction_method")
    assert not hasattr(experiment, "_reconstruction_metadata")


def _wavelet(experiment: Experiment) -> None:
    experiment.reconstruct_all_neurons("wavelet")


def _threshold(experiment: Experiment) -> None:
    experiment.reconstruct_all_neurons("threshold", create_event_regions=True)


def _both(experiment: Experiment) -> None:
    experiment.reconstruct_all_neurons("threshold")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        experiment.reconstruct_all_neurons("wavelet", hybrid_kinetics=False)


def _some_neurons(experiment: Experiment) -> None:
    experiment.neurons[1].reconstruct_spikes(create_event_regions=True)
    experiment.neurons[1].get_kinetics()
    experiment.neurons[2].detect_events_threshold()


@pytest.mark.parametrize("reopen", [by_archive, by_pickle, by_plain_pickle, by_copy])
@pytest.mark.parametrize("act", [_wavelet, _threshold, _both, _some_neurons])
@pytest.mark.parametrize("make", [build, trimmed], ids=["whole", "trimmed"])
def test_everything_is_there_when_it_is_opened_again(
    make: Callable[[], Experiment],
    act: Callable[[Experiment], None],
    reopen: Callable[[Experiment, Path], Experiment],
    tmp_path: Path,
) -> None:
    """After any method, in any form, with neurons and frames left out or not."""
    experiment = make()
    act(experiment)
    expected, hash_ = spikes_of(experiment), experiment.content_hash

    opened = reopen(experiment, tmp_path)

    assert hash_ == opened.content_hash
    assert expected == spikes_of(opened)
    assert hash_ == opened.content_hash == build_hash_again(opened)
    assert opened.neurons[1].get_reconstruction_r2() == pytest.approx(
        experiment.neurons[1].get_reconstruction_r2()
    )


def build_hash_again(experiment: Experiment) -> str:
    """Hash an experiment made from the contents, without digests that are known already."""
    return Experiment.from_contents(experiment.contents).content_hash


def test_neurons_without_spikes_stay_without() -> None:
    """Spikes of one neuron are no spikes of its neighbours, saved or not."""
    experiment = build()
    experiment.neurons[2].reconstruct_spikes()
    opened = pickle.loads(pickle.dumps(experiment))

    assert [neuron.sp is not None for neuron in opened.neurons] == [False, False, True] + [
        False
    ] * 2
    assert [neuron.asp is not None for neuron in opened.neurons] == [False, False, True] + [
        False
    ] * 2
    assert opened.spikes.data[2].sum() == experiment.neurons[2].sp_count > 0


def test_spikes_that_were_given_stay_on_other_neurons() -> None:
    """Only the neuron that was searched gets other spikes; its given reconstruction goes."""
    given = (CALCIUM > 1).astype(np.int64)
    experiment = build(spikes=given, reconstructions=CALCIUM * 0.5)
    experiment.neurons[0].reconstruct_spikes()
    opened = pickle.loads(pickle.dumps(experiment))

    assert opened.neurons[1].sp.data.tolist() == given[1].tolist()
    assert opened.neurons[0].sp.data.tolist() != given[0].tolist()
    assert opened.neurons[1].reconstructed.data.tolist() == (CALCIUM[1] * 0.5).tolist()
    assert opened.neurons[0].reconstructed.data.tolist() != (CALCIUM[0] * 0.5).tolist()


def test_the_hash_knows_of_spikes_and_events() -> None:
    """Other spikes, other events, other kinetics: another experiment."""
    experiment = build()
    hashes = [experiment.content_hash]
    experiment.neurons[0].detect_events_threshold()
    hashes.append(experiment.content_hash)
    experiment.reconstruct_all_neurons("threshold")
    hashes.append(experiment.content_hash)
    experiment.neurons[0].t_off = 50.0
    hashes.append(experiment.content_hash)

    assert len(set(hashes)) == 4


@pytest.mark.parametrize("method", METHODS)
def test_progress_counts_neurons(method: str) -> None:
    """A person sees how many are done."""
    progress = Progress()
    build().reconstruct_all_neurons(method, progress=progress)

    assert (progress.stage, progress.done, progress.total) == ("Reconstructing spikes", 5, 5)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_cancel_is_fast_and_loses_nothing(n_jobs: int) -> None:
    """Within 0.3 s, and what was there before is there still."""
    calcium = transient_traces(8, 60_000, np.random.default_rng(1))
    experiment = Experiment("s", calcium, None, {}, {"fps": 20}, {}, reconstruct_spikes=None,
                            verbose=False, n_jobs=n_jobs, enable_parallelization=True)  # fmt: skip
    experiment.neurons[0].detect_events_threshold()
    before, hash_ = spikes_of(experiment), experiment.content_hash

    def attempt(_number: int) -> float:
        progress, cancelled = Progress(), []

        def cancel() -> None:
            cancelled.append(time.monotonic())
            progress.cancel()

        threading.Timer(0.15, cancel).start()
        with pytest.raises(LoadCancelledError):
            experiment.reconstruct_all_neurons(progress=progress)
        return time.monotonic() - cancelled[0]

    promptly(attempt)
    assert before == spikes_of(experiment)
    assert hash_ == experiment.content_hash


def test_traces_that_hold_nothing_are_noted() -> None:
    """Once for all of them, by number and reason."""
    calcium = CALCIUM.copy()
    calcium[[1, 3]] = 2.0
    with pytest.warns(UserWarning, match="2 of 5 neurons are constant"):
        experiment = build(calcium)

    words = r"2 of 5 neurons have no spikes because of their traces: 1 \(constant\), 3 \(constant\)"
    with pytest.warns(UserWarning, match=words):
        experiment.reconstruct_all_neurons()

    assert [neuron.sp_count > 0 for neuron in experiment.neurons] == [
        True,
        False,
        True,
        False,
        True,
    ]
    assert "neurons-not-searched" in {note.id for note in experiment.notes}


def test_a_second_run_with_default_kinetics_is_warned_of() -> None:
    """In the documented words, once for all neurons."""
    experiment = build()
    experiment.reconstruct_all_neurons(optimize_kinetics=False)

    words = r"Neuron 0: Re-running reconstruction .* fps=20.0\). The same holds for 4 more neurons"
    with pytest.warns(UserWarning, match=words):
        experiment.reconstruct_all_neurons(optimize_kinetics=False)


def test_fresh_experiments_have_default_kinetics() -> None:
    """The first call has no events to measure; the second measures those of the first."""
    experiment = build()
    experiment.reconstruct_all_neurons()
    first = [neuron.t_off for neuron in experiment.neurons]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        experiment.reconstruct_all_neurons()

    assert first == [None] * N_CELLS
    assert any(neuron.t_off is not None for neuron in experiment.neurons)


def test_wrong_calls_change_nothing() -> None:
    """Unknown methods and options are refused before any work."""
    experiment = build()
    words = "Method 'oasys' not implemented. Available methods: 'wavelet', 'threshold'"
    with pytest.raises(NotImplementedError, match=words):
        experiment.reconstruct_all_neurons("oasys")
    with pytest.raises(ParameterError, match="did you mean 'min_events_threshold'"):
        experiment.reconstruct_all_neurons(min_event_threshold=1)
    with pytest.raises(ParameterError, match="A wavelet is a MorseWavelet"):
        experiment.reconstruct_all_neurons(wavelet="morse")  # type: ignore[arg-type]  # wrong

    assert all(neuron.sp is None for neuron in experiment.neurons)


@pytest.mark.parametrize("method", METHODS)
def test_load_time_spikes_of_the_constructor(method: str, tmp_path: Path) -> None:
    """They are found on all recorded frames, then trimmed, and kept with what was told of them."""
    bad = np.zeros(N_FRAMES, dtype=bool)
    bad[:100] = True
    whole, part = (
        build(CALCIUM - 0.3, reconstruct_spikes=method, bad_frames_mask=mask)
        for mask in (None, bad)
    )

    assert whole.spikes.data[:, 100:].tolist() == part.spikes.data.tolist()
    assert (part.spike_reconstruction_method, part.neurons[0].asp) == (method, None)
    opened = by_archive(part, tmp_path)
    assert opened.spike_reconstruction_method == method
    told, kept = part._reconstruction_metadata, opened._reconstruction_metadata
    assert told.keys() == kept.keys()
    if method == "wavelet":
        assert told["start_events"] == kept["start_events"]
        indices = [[ridge.indices.tolist() for ridge in cell] for cell in told["ridges"]]
        assert indices == [[ridge.indices.tolist() for ridge in cell] for cell in kept["ridges"]]
        assert sum(map(len, indices)) > 3
    assert opened.content_hash == part.content_hash


def test_quality_of_all_neurons() -> None:
    """One row a neuron, which agrees with what the neuron says of itself."""
    experiment, partly = build(), build()
    partly.neurons[1].reconstruct_spikes()
    experiment.reconstruct_all_neurons("wavelet", n_iter=1)

    problems = [row.problem for row in partly.spike_quality()]
    assert problems == ["no spikes were looked for", "", *["no spikes were looked for"] * 3]
    for cell, row in enumerate(experiment.spike_quality()):
        neuron = experiment.neurons[cell]
        assert (row.cell, row.n_events) == (cell, neuron.get_event_count())
        assert row.r2 > neuron.get_reconstruction_r2() - 0.05
        assert not row.is_fitted

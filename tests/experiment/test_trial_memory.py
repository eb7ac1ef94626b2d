"""What trials share is measured once, also beside the person; long recordings are cut."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from driada_widgets import Experiment
from driada_widgets.core.errors import LoadCancelledError
from driada_widgets.core.experiment import spike_trial
from driada_widgets.core.experiment.beginning import beginning
from driada_widgets.core.experiment.cell_search import measured_kinetics
from driada_widgets.core.experiment.contents import Contents, Filled
from driada_widgets.core.experiment.raw_traces import KeptTraces
from driada_widgets.core.experiment.spike_trial import (
    CellTrial,
    prepare_trial,
    tried_frames,
    try_spikes,
)
from driada_widgets.core.experiment.trial_memory import TrialMemory
from driada_widgets.core.report import Progress
from driada_widgets.core.request.model import SpikeSpec
from driada_widgets.core.spikes.matched import Kinetics
from driada_widgets.core.spikes.options import OFFERED_METHODS
from tests.promptness import promptly
from tests.samples import transient_traces

CALCIUM = transient_traces(4, 1200, np.random.default_rng(3))
MATCHED = SpikeSpec(method="matched")
KINETICS = Kinetics(t_rise_sec=0.1, t_off_sec=0.7, is_estimated=True)


def contents_of(calcium: np.ndarray = CALCIUM, **changes: Any) -> Contents:
    """Give contents without spikes, at 20 Hz."""
    fields: dict[str, Any] = {
        "signature": "Exp s",
        "calcium": calcium,
        "static_features": {"fps": 20.0},
    }
    return Contents(**fields | changes)


def build(calcium: np.ndarray = CALCIUM, **changes: Any) -> Experiment:
    """Build an experiment of them."""
    return Experiment.from_contents(contents_of(calcium, **changes))


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Contents]:
    """Note of what kinetics are measured, and measure them."""
    seen: list[Contents] = []

    def noting(contents: Contents, **options: Any) -> Kinetics:
        seen.append(contents)
        return measured_kinetics(contents, **options)

    monkeypatch.setattr(spike_trial, "measured_kinetics", noting)
    return seen


def events(trials: tuple[CellTrial, ...]) -> list[list[int]]:
    """List the frames of each neuron that was tried."""
    return [trial.frames.tolist() for trial in trials]


def test_later_trials_measure_nothing(measured: list[Contents]) -> None:
    """Kinetics are those of the recording, whatever the options; events are the same."""
    memory, experiment = TrialMemory(), build()
    alone = try_spikes(experiment, MATCHED)
    measured.clear()

    first = try_spikes(experiment, MATCHED, memory=memory)
    second = try_spikes(experiment, MATCHED, memory=memory)
    try_spikes(experiment, SpikeSpec(method="matched", options={"min_snr": 4.0}), memory=memory)

    assert len(measured) == 1
    assert events(first) == events(second) == events(alone)
    assert sum(map(len, events(first))) > 4


def test_prepared_trial_measures_nothing(measured: list[Contents]) -> None:
    """What is done beforehand is not done again when the person asks."""
    memory, experiment = TrialMemory(), build()
    prepare_trial(experiment, MATCHED, memory)
    before = len(measured)

    try_spikes(experiment, MATCHED, memory=memory)

    assert (before, len(measured)) == (1, 1)


@pytest.mark.parametrize(
    "spec",
    [
        *(SpikeSpec(method=name) for name in OFFERED_METHODS if name != "matched"),
        SpikeSpec(method="matched", options={"t_rise_sec": 0.1, "t_off_sec": 0.7}),
    ],
    ids=lambda spec: f"{spec.method}{'-given' if spec.options else ''}",
)
def test_only_what_is_needed_is_measured(spec: SpikeSpec, measured: list[Contents]) -> None:
    """Methods that take no kinetics of the recording, or are given them, measure none."""
    memory, experiment = TrialMemory(), build()

    prepare_trial(experiment, spec, memory)
    try_spikes(experiment, spec, n_cells=1, memory=memory)

    assert measured == []


@pytest.mark.parametrize(
    "changes",
    [
        {"calcium": CALCIUM.copy()},
        {"bad_frames_mask": np.arange(1200) < 50},
        {"kept_cells": (1, 2)},
        {"calcium_filled": (Filled(row=0, ranges=((10, 20),)),)},
        {"static_features": {"fps": 25.0}},
    ],
    ids=["calcium", "frames", "cells", "gaps", "rate"],
)
def test_other_traces_are_measured_anew(changes: dict[str, Any], measured: list[Contents]) -> None:
    """What is known holds for the traces that it was measured on, and for no others."""
    memory = TrialMemory()
    prepare_trial(build(), MATCHED, memory)

    prepare_trial(Experiment.from_contents(replace(contents_of(), **changes)), MATCHED, memory)

    assert len(measured) == 2


def test_spikes_found_since_change_nothing(measured: list[Contents]) -> None:
    """The same recording with spikes, or with equal bad frames, is the same recording."""
    memory, bad = TrialMemory(), np.arange(1200) < 50
    experiment = build(bad_frames_mask=bad)
    prepare_trial(experiment, MATCHED, memory)

    experiment.reconstruct_all_neurons("threshold")
    prepare_trial(experiment, MATCHED, memory)
    prepare_trial(build(bad_frames_mask=bad.copy()), MATCHED, memory)

    assert len(measured) == 1


class Slow:
    """Measures until it is let go, or told to stop."""

    def __init__(self, progress: Progress | None = None) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.progress, self.n_measured = progress or Progress(), 0

    def __call__(self) -> Kinetics:
        """Measure."""
        self.n_measured += 1
        self.begun.set()
        while not self.may_end.wait(0.005):
            self.progress.check()
        return KINETICS


def in_thread(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Run in a thread; give it, and what came of it."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(work())
        except LoadCancelledError:
            results.append("cancelled")

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


def test_two_that_ask_at_once_measure_once() -> None:
    """The second waits for the first."""
    memory, slow = TrialMemory(), Slow()
    asked = [in_thread(lambda: memory.kinetics(contents_of(), slow, fps=20.0)) for _ in range(2)]
    assert slow.begun.wait(30)
    slow.may_end.set()
    for thread, _ in asked:
        thread.join(30)

    assert [results for _, results in asked] == [[KINETICS], [KINETICS]]
    assert slow.n_measured == 1


def test_who_waits_can_cancel() -> None:
    """A trial that waits for what is measured beforehand stops at once; that goes on."""

    def attempt(_: int) -> float:
        memory, slow, progress = TrialMemory(), Slow(), Progress()
        first, results = in_thread(lambda: memory.kinetics(contents_of(), slow, fps=20.0))
        assert slow.begun.wait(30)
        waiting, stopped = in_thread(
            lambda: memory.kinetics(contents_of(), slow, fps=20.0, check=progress.check)
        )
        started = time.perf_counter()
        progress.cancel()
        waiting.join(30)
        seconds = time.perf_counter() - started
        slow.may_end.set()
        first.join(30)
        assert (stopped, results) == (["cancelled"], [KINETICS])
        return seconds

    promptly(attempt)


def test_who_waits_measures_if_the_first_is_cancelled() -> None:
    """Nothing is remembered of a measurement that was stopped."""
    memory, first = TrialMemory(), Slow()
    stopped, heard = in_thread(lambda: memory.kinetics(contents_of(), first, fps=20.0))
    assert first.begun.wait(30)
    second = Slow()
    second.may_end.set()
    waiting, results = in_thread(lambda: memory.kinetics(contents_of(), second, fps=20.0))

    first.progress.cancel()
    stopped.join(30)
    waiting.join(30)

    assert (heard, results) == (["cancelled"], [KINETICS])


def test_measuring_can_be_cancelled() -> None:
    """In time, also while kinetics are being measured."""
    calcium = transient_traces(3, 12_000, np.random.default_rng(8))

    def attempt(_: int) -> float:
        progress, experiment = Progress(), build(calcium)
        thread, results = in_thread(
            lambda: prepare_trial(experiment, MATCHED, TrialMemory(), progress=progress)
        )
        while not progress.stage and thread.is_alive():
            time.sleep(0.001)
        started = time.perf_counter()
        progress.cancel()
        thread.join(30)
        seconds = time.perf_counter() - started
        assert results == ["cancelled"]
        return seconds

    promptly(attempt)


def test_preparing_imports_what_trials_import() -> None:
    """After it a trial of any method in a fresh process imports nothing of SciPy."""
    script = """
import sys, numpy as np
from driada_widgets import Experiment, SpikeSpec
from driada_widgets.core.experiment.contents import Contents
from driada_widgets.core.experiment.spike_trial import prepare_trial, try_spikes
from driada_widgets.core.experiment.trial_memory import TrialMemory
calcium = np.random.default_rng(0).random((2, 600))
experiment = Experiment.from_contents(
    Contents(signature="Exp s", calcium=calcium, static_features={"fps": 20.0}))
prepare_trial(experiment, SpikeSpec(method="threshold"), TrialMemory())
before = set(sys.modules)
for method in sys.argv[1:]:
    try_spikes(experiment, SpikeSpec(method=method))
late = set(sys.modules) - before
print(sorted(name for name in late if name.startswith(("scipy", "pywt", "driada_widgets"))))
"""
    methods = [name for name in OFFERED_METHODS if name != "oasis"]
    done = subprocess.run(
        [sys.executable, "-c", script, *methods], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("method", OFFERED_METHODS)
def test_of_a_long_recording_the_beginning_is_tried(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gives what the method finds in that part alone, and says how long it is."""
    monkeypatch.setitem(spike_trial.MOST_TRIED_FRAMES, method, 700)
    bad = np.zeros(1200, dtype=bool)
    bad[100:150] = True

    tried = try_spikes(build(bad_frames_mask=bad), SpikeSpec(method=method), cells=[0, 1])
    part = build(CALCIUM[:, :750], bad_frames_mask=bad[:750])
    alone = try_spikes(part, SpikeSpec(method=method), cells=[0, 1])

    assert [trial.n_frames for trial in tried] == [700, 700]
    assert events(tried) == events(alone)
    for trial, same in zip(tried, alone, strict=True):
        assert trial.event_rate_hz == same.event_rate_hz
        if trial.reconstruction is not None:
            assert trial.reconstruction.shape == (1150,)
            assert np.isfinite(trial.reconstruction[:700]).all()
            assert np.isnan(trial.reconstruction[700:]).all()


def test_five_neurons_are_tried_on_a_bounded_part() -> None:
    """However long the recording is, no method looks at more than so many frames."""
    assert all(0 < tried_frames(method) <= 50_000 for method in OFFERED_METHODS)
    assert tried_frames("matched") <= 10_000


def test_beginning_has_the_same_traces() -> None:
    """Gaps before the cut are filled, bad frames left out; short recordings stay themselves."""
    bad = np.zeros(1200, dtype=bool)
    bad[100:150] = True
    whole = contents_of(
        bad_frames_mask=bad,
        calcium_filled=(
            Filled(row=0, ranges=((20, 30), (900, 950))),
            Filled(row=1, ranges=((800, 820),)),
        ),
    )
    part = beginning(whole, 500)

    assert part.calcium.shape == (4, 550)
    assert np.shares_memory(part.calcium, whole.calcium)
    assert part.calcium_filled == (Filled(row=0, ranges=((20, 30),)),)
    np.testing.assert_array_equal(KeptTraces(part)[0], KeptTraces(whole)[0][:500])
    assert beginning(whole, 1150) is whole

"""The methods ``matched`` and ``oasis`` on an experiment: found, kept, and found again."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import Experiment
from driada_widgets.core.errors import LoadCancelledError, MissingPackageError, ParameterError
from driada_widgets.core.experiment.contents import Contents
from driada_widgets.core.report import Progress
from driada_widgets.core.signals.series import TimeSeries
from tests.samples import transient_traces
from tests.saved import by_archive, by_copy, by_pickle

N_CELLS, N_FRAMES = 4, 1200
CALCIUM = transient_traces(N_CELLS, N_FRAMES, np.random.default_rng(6))
CALCIUM = CALCIUM + 0.05 * np.random.default_rng(7).standard_normal(CALCIUM.shape) - 0.05
METHODS = ("matched", "oasis")
GIVEN: dict[str, dict[str, Any]] = {"matched": {"t_rise_sec": 0.25, "t_off_sec": 1.8}, "oasis": {}}
"""Options with which nothing needs to be measured first."""

each_method = pytest.mark.parametrize("method", METHODS)


def build(calcium: np.ndarray = CALCIUM, **changes: Any) -> Experiment:
    """Build an experiment without spikes."""
    fields: dict[str, Any] = {
        "signature": "Exp s",
        "calcium": calcium,
        "static_features": {"fps": 20.0},
        "provenance": {"request": {}},
    }
    return Experiment.from_contents(Contents(**fields | changes))


def trimmed() -> Experiment:
    """Build one of which a neuron and frames were left out, of single precision."""
    bad = np.zeros(N_FRAMES, dtype=bool)
    bad[100:250] = True
    return build(CALCIUM.astype(np.float32), kept_cells=(0, 2, 3), bad_frames_mask=bad)


def values_of(series: TimeSeries | None) -> list[Any]:
    """Give the values of a series that is there."""
    assert series is not None
    values: list[Any] = series.data.tolist()
    return values


def found_in(experiment: Experiment) -> list[Any]:
    """Give everything that a reconstruction leaves on neurons, as plain values."""
    return [
        {
            "sp": values_of(neuron.sp),
            "asp": values_of(neuron.asp),
            "made of": values_of(neuron.reconstructed),
            "kinetics": (neuron.t_rise, neuron.t_off),
            "events": neuron.threshold_events,
            "marked": None if neuron.events is None else values_of(neuron.events),
            "ridges": neuron.wvt_ridges,
        }
        for neuron in experiment.neurons
    ]


@each_method
def test_neither_workers_nor_order_matter(method: str) -> None:
    """One worker or three, neurons this way round or the other: the same spikes."""
    results = []
    for calcium, jobs in ((CALCIUM, 1), (CALCIUM, 3), (CALCIUM[::-1], 2)):
        experiment = build(calcium)
        experiment.reconstruct_all_neurons(method, n_jobs=jobs, enable_parallelization=True)
        results.append(found_in(experiment))

    assert results[0] == results[1] == results[2][::-1]
    assert all(sum(each["sp"]) > 3 for each in results[0])


def test_the_hash_does_not_depend_on_the_process() -> None:
    """Another process, with another seed of Python's hashes: the same experiment."""
    script = (
        "from tests.experiment.test_deconvolved_spikes import build\n"
        "e = build(); e.reconstruct_all_neurons('matched'); print(e.content_hash)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    experiment = build()
    experiment.reconstruct_all_neurons("matched")

    assert done.stdout.split() == [experiment.content_hash]


@each_method
def test_kinetics_are_those_that_were_used(method: str) -> None:
    """Every neuron has them in frames; ``matched`` measures once for all."""
    experiment = build()
    experiment.reconstruct_all_neurons(method)
    times = {(neuron.t_rise, neuron.t_off) for neuron in experiment.neurons}

    known = [(rise, off) for rise, off in times if rise is not None and off is not None]
    assert known
    assert all(0 < rise < off for rise, off in known)
    assert (len(times) == 1) == (method == "matched")
    assert ("kinetics-measured" in {note.id for note in experiment.notes}) == (method == "matched")


def test_times_that_are_given_are_used() -> None:
    """In seconds; nothing is measured then."""
    experiment = build()
    experiment.reconstruct_all_neurons("matched", t_rise_sec=0.2, t_off_sec=1.5)

    assert {(neuron.t_rise, neuron.t_off) for neuron in experiment.neurons} == {(4.0, 30.0)}
    assert "kinetics-measured" not in {note.id for note in experiment.notes}


def test_values_below_zero_are_not_cut() -> None:
    """They tell how strong the noise is; analyses still see calcium without them."""
    experiment = build()
    experiment.reconstruct_all_neurons("matched", **GIVEN["matched"])
    lifted = build(CALCIUM + 1.0)
    lifted.reconstruct_all_neurons("matched", **GIVEN["matched"])

    assert CALCIUM.min() < 0
    assert experiment.calcium.data.min() == 0
    assert experiment.spikes.data.tolist() == lifted.spikes.data.tolist()


def test_a_neuron_by_itself_measures_its_own() -> None:
    """From the trace as recorded; of one neuron it is what the experiment finds."""
    together, alone = build(CALCIUM[:1]), build(CALCIUM[:1])
    together.reconstruct_all_neurons("matched", create_event_regions=True)
    marks = alone.neurons[0].reconstruct_spikes("matched", create_event_regions=True)
    copied = pickle.loads(pickle.dumps(build(CALCIUM[:1]).neurons[0]))
    copied.reconstruct_spikes("matched", create_event_regions=True)

    assert found_in(together) == found_in(alone)
    assert together.content_hash == alone.content_hash
    assert marks is not None
    assert marks.tolist() == found_in(together)[0]["marked"]
    assert values_of(copied.asp) == found_in(together)[0]["asp"]


@pytest.mark.parametrize("reopen", [by_archive, by_pickle, by_copy])
@pytest.mark.parametrize("make", [build, trimmed], ids=["whole", "trimmed"])
@each_method
def test_everything_is_there_when_it_is_opened_again(
    method: str,
    make: Callable[[], Experiment],
    reopen: Callable[[Experiment, Path], Experiment],
    tmp_path: Path,
) -> None:
    """Spikes, amplitudes, kinetics, events and the reconstruction, frame by frame."""
    experiment = make()
    experiment.reconstruct_all_neurons(method, create_event_regions=True, **GIVEN[method])
    expected, hash_ = found_in(experiment), experiment.content_hash

    opened = reopen(experiment, tmp_path)

    assert opened.content_hash == hash_
    assert found_in(opened) == expected
    assert opened.neurons[0].get_reconstruction_r2() == pytest.approx(
        experiment.neurons[0].get_reconstruction_r2()
    )
    assert opened.spike_quality()[1].r2 > 0.5


@each_method
def test_nothing_of_an_earlier_method_is_left(method: str) -> None:
    """After the wavelet method it is the same experiment as without it, and can be repeated."""
    fresh, again = build(), build()
    fresh.reconstruct_all_neurons(method, **GIVEN[method])
    again.reconstruct_all_neurons("wavelet", create_event_regions=True)
    again.neurons[1].get_kinetics()
    again.neurons[2].t_off = 33.0
    again.reconstruct_all_neurons(method, **GIVEN[method])

    assert found_in(again) == found_in(fresh)
    assert again.content_hash == fresh.content_hash


def test_an_exact_method_leaves_no_reconstruction_behind() -> None:
    """Its own is made of its spikes."""
    experiment = build()
    experiment.reconstruct_all_neurons("matched", **GIVEN["matched"])
    matched = found_in(experiment)[0]["made of"]
    experiment.reconstruct_all_neurons("threshold")

    assert experiment.reconstructions is None
    assert found_in(experiment)[0]["made of"] != matched


@each_method
def test_progress_counts_neurons(method: str) -> None:
    """A person sees how many are done, and that kinetics are measured first."""
    stages: list[str] = []
    progress = Progress(listener=lambda each: stages.append(each.stage))
    build().reconstruct_all_neurons(method, progress=progress)

    assert (progress.stage, progress.done, progress.total) == ("Reconstructing spikes", 4, 4)
    assert ("Measuring rise and decay" in stages) == (method == "matched")


@pytest.mark.parametrize("delay_sec", [0.05, 0.4])
@pytest.mark.parametrize("options", [{}, {"t_rise_sec": 0.1, "t_off_sec": 1.0}], ids=["", "given"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_cancel_is_fast_and_loses_nothing(
    n_jobs: int, options: dict[str, Any], delay_sec: float
) -> None:
    """Within 0.3 s of processor time, while kinetics are measured and while spikes are found."""
    calcium = transient_traces(6, 60_000, np.random.default_rng(1))
    experiment = build(calcium + 0.05 * np.random.default_rng(2).standard_normal(calcium.shape))
    hash_ = experiment.content_hash
    progress, cancelled = Progress(), []

    def cancel() -> None:
        cancelled.append(time.process_time())
        progress.cancel()

    timer = threading.Timer(delay_sec, cancel)
    timer.start()
    with pytest.raises(LoadCancelledError):
        experiment.reconstruct_all_neurons(
            "matched", progress=progress, n_jobs=n_jobs, enable_parallelization=True, **options
        )
    used_sec = time.process_time() - cancelled[0]

    assert used_sec < 0.3
    assert experiment.neurons[0].sp is None
    assert experiment.content_hash == hash_


@each_method
def test_traces_that_hold_nothing_are_noted(method: str) -> None:
    """Constant and saturated ones have no events, and the others are found all the same."""
    calcium = CALCIUM.copy()
    calcium[1] = 2.0
    calcium[3] = np.minimum(calcium[3], -0.2)
    experiment = build(calcium)
    words = r"have no spikes because of their traces: 1 \(constant\)"
    with pytest.warns(UserWarning, match=words):
        experiment.reconstruct_all_neurons(method, **GIVEN[method])

    assert [neuron.sp_count > 0 for neuron in experiment.neurons][:2] == [True, False]
    assert experiment.neurons[1].t_off is None
    rows = experiment.spike_quality()
    assert (rows[1].problem, rows[1].n_events) == ("constant", 0)
    assert rows[0].problem == ""


@pytest.mark.parametrize("n_frames", [2, 20, 40])
def test_short_recordings_give_nothing_and_no_error(n_frames: int) -> None:
    """Too short a trace is said; defaults count where kinetics cannot be measured."""
    from driada_widgets.core.spikes.deconvolution import (
        DeconvolutionParameters,
        deconvolved_cell,
    )

    trace = np.random.default_rng(0).standard_normal(n_frames)
    for method in METHODS:
        parameters = DeconvolutionParameters.of(method, {}, fps=20.0)
        spikes, _ = deconvolved_cell(trace, parameters)
        assert ("frames long" in spikes.problem) == (n_frames < 30)
        assert spikes.frames.size <= n_frames


def test_a_missing_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any work, with what to install; the experiment stays as it is."""
    monkeypatch.setitem(sys.modules, "oasis.functions", None)
    experiment = build()

    with pytest.raises(MissingPackageError, match=r'pip install "driada-widgets\[oasis\]"'):
        experiment.reconstruct_all_neurons("oasis")

    assert experiment.neurons[0].sp is None


@pytest.mark.parametrize(
    ("method", "options"), [("matched", {"n_iter": 5}), ("oasis", {"min_snr": 3.0})]
)
def test_options_of_other_methods_are_refused(method: str, options: dict[str, Any]) -> None:
    """An option that would change nothing is a mistake."""
    with pytest.raises(ParameterError, match="is no parameter of the"):
        build().reconstruct_all_neurons(method, **options)

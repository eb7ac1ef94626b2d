"""Spikes of all neurons of an experiment: in threads, with progress, all or nothing."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.experiment.assembled import AssembledExperiment
from driada_widgets.core.experiment.cell_search import search_for
from driada_widgets.core.experiment.checks import rate_of
from driada_widgets.core.experiment.neuron_spikes import default_kinetics_warning
from driada_widgets.core.experiment.notes import NO_SPIKES
from driada_widgets.core.experiment.plain import to_plain
from driada_widgets.core.experiment.present import spike_series
from driada_widgets.core.experiment.raw_traces import KeptTraces
from driada_widgets.core.experiment.spike_contents import with_found_spikes
from driada_widgets.core.experiment.spike_methods import DEFAULTS
from driada_widgets.core.machine import trim_memory
from driada_widgets.core.report import Note
from driada_widgets.core.spikes.kernel import cut_note
from driada_widgets.core.spikes.quality import (
    NO_AMPLITUDES,
    NOT_SEARCHED,
    n_runs,
    spike_quality,
)
from driada_widgets.core.spikes.traces import problem_with
from driada_widgets.core.spikes.wavelet import MorseWavelet
from driada_widgets.core.spikes.workers import number_of_workers, over_cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from driada_widgets.core.experiment.cell_work import CellOutcome
    from driada_widgets.core.experiment.derive import DerivedArrays
    from driada_widgets.core.experiment.neuron import Neuron
    from driada_widgets.core.experiment.neuron_spikes import Rows
    from driada_widgets.core.report import Progress
    from driada_widgets.core.spikes.matched import Kinetics
    from driada_widgets.core.spikes.quality import SpikeQuality

__all__ = ["FAMILY", "ExperimentSpikes"]

FAMILY = "per-neuron"
STAGE = "Reconstructing spikes"
QUALITY_STAGE = "Judging spikes"
N_SHOWN = 10


class ExperimentSpikes(AssembledExperiment):
    """How an experiment gets spikes; ``Experiment`` says how people make one."""

    def reconstruct_all_neurons(  # noqa: PLR0917 - the reference's signature
        self,
        method: str = "wavelet",
        n_iter: int = 3,
        optimize_kinetics: bool = True,
        hybrid_kinetics: bool = True,
        wavelet: MorseWavelet | None = None,
        rel_wvt_times: ArrayLike | None = None,
        show_progress: bool = True,
        use_gpu: bool = False,
        n_jobs: int | None = None,
        enable_parallelization: bool | None = None,
        *,
        progress: Progress | None = None,
        **kwargs: Any,
    ) -> None:
        """Find the spikes of all neurons, by a per-neuron method.

        Parameters
        ----------
        method
            ``"wavelet"``, ``"threshold"``, ``"matched"`` or ``"oasis"``; see
            ``Neuron.reconstruct_spikes``. The load-time methods of ``reconstruct_spikes=`` share
            the first two names and are other algorithms. ``"matched"`` measures rise and decay
            once on the whole recording; ``"oasis"`` needs the extra ``oasis``. Both look at
            calcium as recorded, with its negative values, and have options of their own.
        n_iter
            Number of searches.
        optimize_kinetics
            Whether rise and decay times are fitted.
        hybrid_kinetics
            Whether they are fitted first, from the events of an earlier reconstruction; without
            one the defaults are used. Otherwise they are fitted to the events that were found,
            and spikes are found again with them, in one search, with regions.
        wavelet, rel_wvt_times
            A ``MorseWavelet`` and the time resolutions of its scales in frames; ``None``: default.
        show_progress, use_gpu
            Accepted and not used: give ``progress`` to follow.
        n_jobs
            Neurons at a time, -1 for one a processor; ``None``: as the experiment was made.
        enable_parallelization
            False does one neuron after another; ``None``: as the experiment was made.
        progress
            Told about every neuron; asked whether to stop. When it is stopped, the experiment
            stays as it was.
        **kwargs
            Further arguments of ``Neuron.reconstruct_spikes``. ``fps`` is the experiment's.

        Raises
        ------
        NotImplementedError
            If the method is unknown.
        ParameterError
            A ``ValueError``: a parameter that is unknown or cannot be.
        LoadCancelledError
            If the progress was cancelled.

        Warns
        -----
        UserWarning
            If neurons have no spikes because of their traces, or are reconstructed again with
            default kinetics.

        Notes
        -----
        Results depend neither on the number of workers nor on the order of neurons.
        """
        options = {
            "n_iter": n_iter,
            "optimize_kinetics": optimize_kinetics,
            "hybrid_kinetics": hybrid_kinetics,
            "wavelet": wavelet,
            "rel_wvt_times": rel_wvt_times,
            **kwargs,
        }
        is_parallel = (
            self._enable_parallelization
            if enable_parallelization is None
            else enable_parallelization
        )
        jobs = (self._n_jobs if n_jobs is None else n_jobs) if is_parallel else 1
        for note in self.find_spikes(method, options, n_jobs=jobs, progress=progress):
            if note.level == "warning":
                warnings.warn(note.text, UserWarning, stacklevel=2)

    def find_spikes(
        self,
        method: str,
        options: Mapping[str, Any],
        *,
        is_asked: bool = False,
        n_jobs: int = -1,
        progress: Progress | None = None,
    ) -> tuple[Note, ...]:
        """Do what ``reconstruct_all_neurons`` does, and give its warnings as notes.

        Parameters
        ----------
        method
            One of ``PER_NEURON``.
        options
            Arguments of ``reconstruct_all_neurons``.
        is_asked
            Whether the request that the experiment remembers asks for this already.
        n_jobs
            Neurons at a time, -1 for one a processor.
        progress
            Told about every neuron; asked whether to stop.

        Returns
        -------
        tuple of Note
            Also among the experiment's ``notes``.
        """
        told = _differing(options)
        search = search_for(
            self._contents,
            method,
            told,
            fps=rate_of(self.static_features),
            derived=self._derived,
            progress=progress,
        ).with_rows(self._contents)
        tasks = [search.task(neuron) for neuron in self.neurons]
        have_spikes = [neuron.asp is not None for neuron in self.neurons]
        outcomes = over_cells(
            lambda cell, check: search.find(cell, tasks[cell], check),
            self.n_cells,
            stage=STAGE,
            n_workers=number_of_workers(n_jobs, self.n_cells) if search.works_in_threads else 1,
            progress=progress,
        )
        has_past = search.is_exact and (
            any(neuron.kinetics_were_set for neuron in self.neurons)
            or (search.fit == "before" and any(task.starts.size for task in tasks))
        )
        self._take_outcomes(outcomes, search.made_of)
        self._remember(method, told)
        if not is_asked:
            self._put_in_request(method, told, is_repeatable=not has_past)
        notes = _notes_on(outcomes)
        if search.is_exact:
            used = tasks if search.fit == "after" else outcomes  # of the first search
            again = [
                cell
                for cell, had_spikes in enumerate(have_spikes)
                if had_spikes and (used[cell].t_rise is None or used[cell].t_off is None)
            ]
            notes = [*_again_notes(again, search.parameters.fps), *notes]
            notes += _cut_notes(self.neurons)
        elif search.kinetics is not None:
            notes.append(_kinetics_note(search.kinetics))
        self._say(notes)
        return tuple(notes)

    def spike_quality(self, *, progress: Progress | None = None) -> tuple[SpikeQuality, ...]:
        """Judge the spikes of every neuron.

        Parameters
        ----------
        progress
            Told about every neuron; asked whether to stop.

        Returns
        -------
        tuple of SpikeQuality
            One a neuron: how many events, their amplitude over the noise, how much of the trace
            they explain, with which kinetics. Numbers that there are none of are NaN, and
            ``problem`` says why.

        Notes
        -----
        Level and slow drift of a trace are taken off before it is compared with the spikes, by
        every method alike; ``Neuron.get_reconstruction_r2`` counts them as not explained.
        """
        traces = KeptTraces(self._contents)
        rows = over_cells(
            lambda cell, check: _quality(self.neurons[cell], cell, traces[cell]),
            self.n_cells,
            stage=QUALITY_STAGE,
            progress=progress,
        )
        return tuple(rows)

    def _take_outcomes(
        self, outcomes: list[CellOutcome], made_of: NDArray[np.floating[Any]] | None
    ) -> None:
        """Put everything that was found on the experiment and its neurons, at once.

        Ridges of all neurons are put together and then shared, and each outcome gives up its own,
        so that there are never two sets of them beside the arrays of spikes.
        """
        arrays: list[DerivedArrays] = []
        events = []
        for cell, neuron in enumerate(self.neurons):
            neuron._take_outcome(outcomes[cell], _rows_of(arrays, cell))  # noqa: SLF001
            events.append(neuron.event_record(cell))
            outcomes[cell] = outcomes[cell].without_ridges()
        trim_memory()  # what workers needed is given back before the next arrays are made
        contents = with_found_spikes(self._contents, {}, events)
        events.clear()
        for cell, neuron in enumerate(self.neurons):
            stored = None if contents.events is None else contents.events.of(cell)
            neuron.wvt_ridges = None if stored is None else stored.ridges
            neuron.has_own_events = False
        found = {cell: outcome.spikes for cell, outcome in enumerate(outcomes)}
        trim_memory()
        self._hold(with_found_spikes(contents, found, [], made_of=made_of))
        arrays.append(self._spike_arrays)
        self._has_spikes = True
        self.spikes = spike_series(self._spike_arrays, self.neurons, has_spikes=True)
        self._hashes.pop("spikes", None)

    def _remember(self, method: str, options: Mapping[str, Any]) -> None:
        """Keep how spikes were found."""
        plain = {name: _plain_option(value) for name, value in options.items()}
        told = {"family": FAMILY, "method": method, "options": plain}
        self._contents = replace(self._contents, reconstruction=told)
        self.__dict__.pop("spike_reconstruction_method", None)

    def _put_in_request(
        self, method: str, options: Mapping[str, Any], *, is_repeatable: bool
    ) -> None:
        """Ask for these spikes in the request too, if it alone would find them again."""
        provenance = dict(self._contents.provenance)
        request = provenance.get("request")
        if not isinstance(request, dict):
            return
        plain = {name: _plain_option(value) for name, value in options.items()}
        spikes = {"method": method, **plain}
        provenance["request"] = {**request, "spikes": spikes} if is_repeatable else None
        self._contents = replace(self._contents, provenance=provenance)

    def _say(self, notes: Sequence[Note]) -> None:
        new = {note.id for note in notes} | {NO_SPIKES.id}
        self._notes = (*(note for note in self._notes if note.id not in new), *notes)


def _quality(neuron: Neuron, cell: int, trace: NDArray[np.float64]) -> SpikeQuality:
    t_rise, t_off = neuron._kinetics()  # noqa: SLF001 - own neuron
    if neuron.asp is None:
        found = None if neuron.sp is None else np.asarray(neuron.sp.data) > 0
        return spike_quality(
            trace,
            np.zeros(0),
            None,
            t_rise=float("nan"),
            t_off=float("nan"),
            fps=neuron.fps,
            cell=cell,
            n_events=0 if found is None else n_runs(found),
            problem=NOT_SEARCHED if found is None else NO_AMPLITUDES,
        )
    amplitudes = np.asarray(neuron.asp.data, dtype=np.float64)
    made_of = neuron.reconstructed
    return spike_quality(
        trace,
        amplitudes[amplitudes != 0],
        None if made_of is None else np.asarray(made_of.data),
        t_rise=t_rise,
        t_off=t_off,
        fps=neuron.fps,
        cell=cell,
        is_fitted=neuron.t_rise is not None and neuron.t_off is not None,
        problem=problem_with(trace),
    )


def _differing(options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options that say something."""
    return {
        name: value
        for name, value in options.items()
        if value is not None and (name not in DEFAULTS or value != DEFAULTS[name])
    }


def _rows_of(arrays: Sequence[Any], cell: int) -> Rows:
    """Give what shows the rows of a neuron, once the arrays are there."""

    def rows() -> tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]:
        explained = arrays[0].reconstructions
        own = None if explained is None else explained[cell]
        return arrays[0].spikes[cell], arrays[0].asp[cell], own

    return rows


def _again_notes(cells: Sequence[int], fps: float) -> list[Note]:
    """Say which neurons were reconstructed again with default kinetics."""
    if not cells:
        return []
    text = default_kinetics_warning(cells[0], fps)
    if len(cells) > 1:
        text += f". The same holds for {len(cells) - 1} more neurons."
    return [Note(id="default-kinetics-again", level="warning", subject="spikes", text=text)]


def _notes_on(outcomes: Sequence[CellOutcome]) -> list[Note]:
    """Say which traces hold nothing."""
    notes = []
    problems = [
        f"{cell} ({outcome.spikes.problem})"
        for cell, outcome in enumerate(outcomes)
        if outcome.spikes.problem
    ]
    if problems:
        more = f" and {len(problems) - N_SHOWN} more" if len(problems) > N_SHOWN else ""
        text = (
            f"{len(problems)} of {len(outcomes)} neurons have no spikes because of their traces: "
            f"{', '.join(problems[:N_SHOWN])}{more}."
        )
        notes.append(Note(id="neurons-not-searched", level="warning", subject="spikes", text=text))
    return notes


def _cut_notes(neurons: Sequence[Neuron]) -> list[Note]:
    """Say whether transients are cut."""
    cut = cut_note(max(neuron._kinetics()[1] for neuron in neurons))  # noqa: SLF001
    return [] if cut is None else [cut]


def _kinetics_note(kinetics: Kinetics) -> Note:
    """Say which kinetics were measured, or that none could be."""
    times = f"rise {kinetics.t_rise_sec:.3g} s, decay {kinetics.t_off_sec:.3g} s"
    if kinetics.is_estimated:
        text = f"Measured on this recording: {times}."
        return Note(id="kinetics-measured", level="info", subject="spikes", text=text)
    text = f"Rise and decay could not be measured on this recording; used: {times}."
    return Note(id="kinetics-not-measured", level="warning", subject="spikes", text=text)


def _plain_option(value: Any) -> Any:
    if isinstance(value, MorseWavelet):
        return {"gamma": value.gamma, "beta": value.beta}
    return to_plain(np.asarray(value) if isinstance(value, tuple) else value)

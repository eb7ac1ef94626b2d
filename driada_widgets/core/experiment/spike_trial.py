"""A method tried on a few neurons: what it would find, while the experiment stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.beginning import beginning
from driada_widgets.core.experiment.cell_ranks import RANKED_FRAMES, ranked_cells, spread_over
from driada_widgets.core.experiment.cell_search import (
    load_packages,
    measured_kinetics,
    search_for,
)
from driada_widgets.core.experiment.checks import rate_of
from driada_widgets.core.experiment.derive import DerivedArrays
from driada_widgets.core.experiment.raw_traces import KeptTraces, RawTraces
from driada_widgets.core.experiment.spike_methods import (
    LOAD_TIME_NAMES,
    PER_NEURON,
    check_spike_options,
    per_neuron_parameters,
)
from driada_widgets.core.experiment.trial_memory import TrialMemory
from driada_widgets.core.spikes.deconvolution import DeconvolutionParameters
from driada_widgets.core.spikes.kernel import convolved
from driada_widgets.core.spikes.load_time import load_time_spikes
from driada_widgets.core.spikes.quality import (
    NO_AMPLITUDES,
    SpikeQuality,
    level_of,
    n_runs,
    spike_quality,
)
from driada_widgets.core.spikes.traces import problem_with
from driada_widgets.core.spikes.transient_times import MOST_CELLS
from driada_widgets.core.spikes.workers import number_of_workers, over_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.cell_search import CellSearch
    from driada_widgets.core.experiment.cell_work import CellTask
    from driada_widgets.core.experiment.contents import Contents
    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.report import Progress
    from driada_widgets.core.spikes.matched import Kinetics

__all__ = [
    "CellTrial",
    "prepare_trial",
    "tried_frames",
    "try_spikes",
]

STAGE = "Trying spikes"

TRIAL_FRAMES = 3_000
"""Frames on which ``matched`` measures rise and decay in a trial; a run uses up to 40 000."""

MOST_TRIED_FRAMES = {"oasis": 5_000, "matched": 8_000, "wavelet": 20_000}
OTHERWISE_TRIED_FRAMES = 50_000
"""Frames that are tried, from the first: five neurons take half a second of one processor."""


class SpikeMethod(Protocol):
    """A method and its options: the ``SpikeSpec`` of a request."""

    @property
    def method(self) -> str:
        """As in a request."""

    @property
    def options(self) -> Mapping[str, Any]:
        """By name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellTrial(SpikeQuality):
    """What a method finds in one neuron.

    Parameters
    ----------
    frames
        Frame of every spike, of the experiment as built; of the load-time wavelet method: of the
        start of every region.
    amplitudes
        Their amplitudes in the units of calcium; NaN if the method gives none.
    reconstruction
        Sum of the transients on the level and slow drift of the trace, shape ``(n_frames,)``, to be
        drawn over it; NaN where it was not tried; ``None`` without amplitudes.
    n_frames
        Frames on which it was tried, from the first; what is told of the neuron is of these.
    """

    frames: NDArray[np.int64]
    amplitudes: NDArray[np.float64]
    reconstruction: NDArray[np.float32] | None
    n_frames: int


@dataclass(frozen=True, kw_only=True, eq=False)
class _Tried:
    """What a trial looks at.

    Parameters
    ----------
    contents
        Of the experiment, without anything that was found in it.
    seen
        The same as far as it is tried.
    fps
        Frame rate in Hz.
    """

    contents: Contents
    seen: Contents
    fps: float

    @property
    def is_all(self) -> bool:
        """Whether all frames are tried."""
        return self.seen is self.contents

    def ranked(self) -> tuple[int, ...]:
        """Give neurons, the most active first."""
        return ranked_cells(KeptTraces(beginning(self.contents, RANKED_FRAMES)), fps=self.fps)


def tried_frames(method: str) -> int:
    """Give the number of frames on which a method is tried at most, from the first."""
    return MOST_TRIED_FRAMES.get(method, OTHERWISE_TRIED_FRAMES)


def try_spikes(
    experiment: Experiment,
    spec: SpikeMethod,
    *,
    cells: Sequence[int] | None = None,
    n_cells: int = 5,
    memory: TrialMemory | None = None,
    progress: Progress | None = None,
) -> tuple[CellTrial, ...]:
    """Find the spikes of a few neurons, as building the request would.

    Of long recordings only the beginning is searched (``tried_frames``).

    Parameters
    ----------
    experiment
        Stays as it is; spikes and kinetics found before do not count.
    spec
        Method and options, as in a request.
    cells
        Neurons, by index; ``None``: from the most to the least active one.
    n_cells
        Number of neurons that are chosen.
    memory
        What earlier trials, or ``prepare_trial``, measured on the recording, and this one may.
    progress
        Told about every neuron; asked whether to stop.

    Returns
    -------
    tuple of CellTrial
        In the order of ``cells``. ``matched`` measures rise and decay on fewer frames than a run
        does, so that its events may differ a little.

    Raises
    ------
    ParameterError
        If the method or an option cannot be, or a neuron is not there.
    MissingPackageError
        If the method needs a package that is not installed.
    LoadCancelledError
        If the progress was cancelled.
    """
    tried = _tried(experiment, spec)
    fps = tried.fps
    ranked = tried.ranked()
    which = spread_over(ranked, n_cells) if cells is None else tuple(cells)
    if not all(0 <= cell < experiment.n_cells for cell in which):
        msg = f"There are neurons 0 to {experiment.n_cells - 1}, not all of {list(which)}."
        raise ParameterError(msg, where="cells", found=str(list(which)))
    if spec.method in LOAD_TIME_NAMES:
        return _at_load_time(tried, spec, which, progress)
    search = search_for(
        tried.seen,
        spec.method,
        spec.options,
        fps=fps,
        derived=experiment._derived if tried.is_all else None,  # noqa: SLF001 - own room
        kinetics=_kinetics(tried, spec, ranked, memory or TrialMemory(), progress),
        progress=progress,
    )
    traces = KeptTraces(tried.seen)
    fresh = [experiment._maker.fresh(cell) for cell in which]  # noqa: SLF001 - own room
    tasks = [search.task(neuron) for neuron in fresh]
    trials = over_cells(
        lambda place, check: _trial(search, which[place], tasks[place], traces, check),
        len(which),
        stage=STAGE,
        n_workers=number_of_workers(-1, len(which)) if search.works_in_threads else 1,
        progress=progress,
    )
    return tuple(_over_all(trial, experiment.n_frames) for trial in trials)


def prepare_trial(
    experiment: Experiment,
    spec: SpikeMethod,
    memory: TrialMemory,
    *,
    progress: Progress | None = None,
) -> None:
    """Do beforehand what every trial of a method on an experiment needs.

    Parameters
    ----------
    experiment
        Stays as it is.
    spec
        Method and options, as in a request.
    memory
        Keeps what is measured, for ``try_spikes``.
    progress
        Asked whether to stop.

    Raises
    ------
    ParameterError
        If the method or an option cannot be.
    MissingPackageError
        If the method needs a package that is not installed.
    LoadCancelledError
        If the progress was cancelled.
    """
    tried = _tried(experiment, spec)
    load_packages(progress)
    if _needs_kinetics(spec, tried.fps):
        _kinetics(tried, spec, tried.ranked(), memory, progress)


def _tried(experiment: Experiment, spec: SpikeMethod) -> _Tried:
    contents = _bare(experiment)
    fps = rate_of(contents.static_features)
    if spec.method not in (*PER_NEURON, *LOAD_TIME_NAMES):
        msg = f"The method {spec.method!r} cannot be tried on a few neurons."
        raise ParameterError(msg, where="spikes", fix="choose another method")
    check_spike_options(spec.method, spec.options, fps=fps)
    seen = beginning(contents, tried_frames(spec.method))
    return _Tried(contents=contents, seen=seen, fps=fps)


def _needs_kinetics(spec: SpikeMethod, fps: float) -> bool:
    if spec.method not in PER_NEURON:
        return False
    parameters, _ = per_neuron_parameters(spec.method, spec.options, fps=fps)
    return isinstance(parameters, DeconvolutionParameters) and parameters.needs_kinetics


def _kinetics(
    tried: _Tried,
    spec: SpikeMethod,
    ranked: Sequence[int],
    memory: TrialMemory,
    progress: Progress | None,
) -> Kinetics | None:
    """Give the kinetics of the recording if the method needs them; measured once."""
    if not _needs_kinetics(spec, tried.fps):
        return None
    load_packages(progress)
    return memory.kinetics(
        tried.contents,
        lambda: measured_kinetics(
            tried.seen,
            fps=tried.fps,
            most_frames=TRIAL_FRAMES,
            cells=ranked[:MOST_CELLS],
            progress=progress,
        ),
        fps=tried.fps,
        check=None if progress is None else progress.check,
    )


def _bare(experiment: Experiment) -> Contents:
    """Give what the experiment is made from without anything that was found in it."""
    return replace(
        experiment.contents,
        spikes=None,
        asp=None,
        reconstructions=None,
        given_cells={},
        events=None,
        reconstruction=None,
        kinetics=(),
    )


def _trial(
    search: CellSearch,
    cell: int,
    task: CellTask,
    traces: KeptTraces,
    check: Callable[[], None],
) -> CellTrial:
    outcome = search.find(cell, task, check)
    spikes, fps = outcome.spikes, task.fps
    t_rise = task.default_t_rise if outcome.t_rise is None else outcome.t_rise
    t_off = task.default_t_off if outcome.t_off is None else outcome.t_off
    trace, made_of = traces[cell], spikes.reconstruction
    if made_of is None:
        amplitudes = np.zeros(trace.size)
        amplitudes[spikes.frames] = spikes.heights
        made_of = convolved(amplitudes, t_rise=t_rise, t_off=t_off)
    quality = spike_quality(
        trace,
        spikes.heights,
        made_of,
        t_rise=t_rise,
        t_off=t_off,
        fps=fps,
        cell=cell,
        is_fitted=outcome.t_rise is not None,
        problem=spikes.problem,
    )
    explained = np.asarray(made_of, dtype=np.float64)
    if not spikes.problem:
        explained = explained + level_of(trace, explained, fps=fps)
    return _with_events(quality, spikes.frames, spikes.heights, explained, trace.size)


def _at_load_time(
    tried: _Tried,
    spec: SpikeMethod,
    cells: tuple[int, ...],
    progress: Progress | None,
) -> tuple[CellTrial, ...]:
    raw, frames = RawTraces(tried.seen, cells), DerivedArrays(tried.seen).kept_frames
    method = LOAD_TIME_NAMES[spec.method]
    found = load_time_spikes(raw, method, fps=tried.fps, params=spec.options, progress=progress)
    trials = []
    for place, cell in enumerate(cells):
        row, trace = found.spikes[place] > 0, raw[place]
        if frames is not None:
            row, trace = row[frames], trace[frames]
        starts = np.flatnonzero(row & ~np.concatenate([[False], row[:-1]]))
        quality = spike_quality(
            trace,
            np.zeros(0),
            None,
            t_rise=float("nan"),
            t_off=float("nan"),
            fps=tried.fps,
            cell=cell,
            n_events=n_runs(row),
            problem=problem_with(trace) or NO_AMPLITUDES,
        )
        amplitudes = np.full(starts.size, np.nan)
        trials.append(_with_events(quality, starts, amplitudes, None, trace.size))
    return tuple(trials)


def _with_events(
    quality: SpikeQuality,
    frames: NDArray[np.int64],
    amplitudes: NDArray[np.float64],
    reconstruction: NDArray[np.float64] | None,
    n_frames: int,
) -> CellTrial:
    values = {field.name: getattr(quality, field.name) for field in fields(quality)}
    return CellTrial(
        **values,
        frames=frames,
        amplitudes=amplitudes,
        reconstruction=None if reconstruction is None else reconstruction.astype(np.float32),
        n_frames=n_frames,
    )


def _over_all(trial: CellTrial, n_frames: int) -> CellTrial:
    """Give the reconstruction over all frames of the experiment; it may be unknown at the end."""
    if trial.reconstruction is None or trial.n_frames == n_frames:
        return trial
    line = np.full(n_frames, np.nan, dtype=np.float32)
    line[: trial.n_frames] = trial.reconstruction
    return replace(trial, reconstruction=line)

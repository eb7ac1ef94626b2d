"""A method tried on a few neurons: what it would find, while the experiment stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.cell_search import search_for
from driada_widgets.core.experiment.checks import rate_of
from driada_widgets.core.experiment.derive import DerivedArrays
from driada_widgets.core.experiment.raw_traces import KeptTraces, RawTraces
from driada_widgets.core.experiment.spike_methods import (
    LOAD_TIME_NAMES,
    PER_NEURON,
    check_spike_options,
)
from driada_widgets.core.spikes.drift import noise_deviation
from driada_widgets.core.spikes.kernel import convolved
from driada_widgets.core.spikes.load_time import load_time_spikes
from driada_widgets.core.spikes.quality import (
    NO_AMPLITUDES,
    SpikeQuality,
    level_of,
    n_runs,
    spike_quality,
)
from driada_widgets.core.spikes.traces import problem_with, without_gaps
from driada_widgets.core.spikes.transient_times import MOST_CELLS, activity
from driada_widgets.core.spikes.workers import number_of_workers, over_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.cell_search import CellSearch
    from driada_widgets.core.experiment.cell_work import CellTask
    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.report import Progress

__all__ = ["CellTrial", "ranked_cells", "spread_over", "try_spikes"]

STAGE = "Trying spikes"

TRIAL_FRAMES = 3_000
"""Frames on which ``matched`` measures rise and decay in a trial; a run uses up to 40 000."""

RANKED_CELLS, RANKED_FRAMES = 200, 5_000
"""Neurons and frames that are looked at to choose neurons."""


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
        drawn over it; ``None`` without amplitudes.
    """

    frames: NDArray[np.int64]
    amplitudes: NDArray[np.float64]
    reconstruction: NDArray[np.float32] | None


def try_spikes(
    experiment: Experiment,
    spec: SpikeMethod,
    *,
    cells: Sequence[int] | None = None,
    n_cells: int = 5,
    progress: Progress | None = None,
) -> tuple[CellTrial, ...]:
    """Find the spikes of a few neurons, as building the request would.

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
    contents = _bare(experiment)
    fps = rate_of(contents.static_features)
    if spec.method not in (*PER_NEURON, *LOAD_TIME_NAMES):
        msg = f"The method {spec.method!r} cannot be tried on a few neurons."
        raise ParameterError(msg, where="spikes", fix="choose another method")
    check_spike_options(spec.method, spec.options, fps=fps)
    traces = KeptTraces(contents)
    ranked = ranked_cells(traces, fps=fps)
    which = spread_over(ranked, n_cells) if cells is None else tuple(cells)
    if not all(0 <= cell < experiment.n_cells for cell in which):
        msg = f"There are neurons 0 to {experiment.n_cells - 1}, not all of {list(which)}."
        raise ParameterError(msg, where="cells", found=str(list(which)))
    if spec.method in LOAD_TIME_NAMES:
        return _at_load_time(contents, spec, which, fps, progress)
    search = search_for(
        contents,
        spec.method,
        spec.options,
        fps=fps,
        derived=experiment._derived,  # noqa: SLF001 - own room
        most_frames=TRIAL_FRAMES,
        kinetics_cells=ranked[:MOST_CELLS],
        progress=progress,
    )
    fresh = [experiment._maker.fresh(cell) for cell in which]  # noqa: SLF001 - own room
    tasks = [search.task(neuron) for neuron in fresh]
    trials = over_cells(
        lambda place, check: _trial(search, which[place], tasks[place], traces, check),
        len(which),
        stage=STAGE,
        n_workers=number_of_workers(-1, len(which)) if search.works_in_threads else 1,
        progress=progress,
    )
    return tuple(trials)


def ranked_cells(traces: KeptTraces, *, fps: float) -> tuple[int, ...]:
    """Order neurons by how far they rise above their noise, the most active first.

    Parameters
    ----------
    traces
        Of all neurons; of many neurons every n-th is looked at, of long traces the start.
    fps
        Frame rate in Hz.

    Returns
    -------
    tuple of int
        Those in which nothing can be found come last.
    """
    n_there = traces.shape[0]
    candidates = np.unique(np.linspace(0, n_there - 1, min(n_there, RANKED_CELLS)).astype(int))
    ranks = [(-_activity(traces[cell][:RANKED_FRAMES], fps), cell) for cell in candidates.tolist()]
    return tuple(cell for _, cell in sorted(ranks))


def spread_over(ranked: Sequence[int], n_cells: int) -> tuple[int, ...]:
    """Choose from the first to the last, evenly; all if there are no more.

    Examples
    --------
    >>> spread_over([7, 3, 5, 1, 0], 3)
    (7, 5, 0)
    """
    places = np.linspace(0, len(ranked) - 1, min(n_cells, len(ranked))).round().astype(int)
    return tuple(ranked[place] for place in places)


def _activity(trace: NDArray[np.float64], fps: float) -> float:
    if problem_with(trace):
        return -1.0
    trace, _ = without_gaps(trace)
    return activity(trace, fps) if noise_deviation(trace) > 0 else 0.0


def _bare(experiment: Experiment) -> Any:
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
    return _with_events(quality, spikes.frames, spikes.heights, explained)


def _at_load_time(
    contents: Any,
    spec: SpikeMethod,
    cells: tuple[int, ...],
    fps: float,
    progress: Progress | None,
) -> tuple[CellTrial, ...]:
    raw, frames = RawTraces(contents, cells), DerivedArrays(contents).kept_frames
    method = LOAD_TIME_NAMES[spec.method]
    found = load_time_spikes(raw, method, fps=fps, params=spec.options, progress=progress)
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
            fps=fps,
            cell=cell,
            n_events=n_runs(row),
            problem=problem_with(trace) or NO_AMPLITUDES,
        )
        trials.append(_with_events(quality, starts, np.full(starts.size, np.nan), None))
    return tuple(trials)


def _with_events(
    quality: SpikeQuality,
    frames: NDArray[np.int64],
    amplitudes: NDArray[np.float64],
    reconstruction: NDArray[np.float64] | None,
) -> CellTrial:
    values = {field.name: getattr(quality, field.name) for field in fields(quality)}
    return CellTrial(
        **values,
        frames=frames,
        amplitudes=amplitudes,
        reconstruction=None if reconstruction is None else reconstruction.astype(np.float32),
    )

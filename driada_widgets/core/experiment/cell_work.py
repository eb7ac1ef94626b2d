"""What is done for one neuron on a worker: a pure function of its trace and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from driada_widgets.core.spikes.deconvolution import (
    DeconvolutionParameters,
    deconvolved_cell,
    times_in_frames,
)
from driada_widgets.core.spikes.kinetics import NO_EVENTS_AVAILABLE, fit_kinetics, no_kinetics
from driada_widgets.core.spikes.reconstruct import reconstruct_cell

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from driada_widgets.core.spikes.matched import Kinetics
    from driada_widgets.core.spikes.parameters import ReconstructionParameters
    from driada_widgets.core.spikes.reconstruct import CellSpikes
    from driada_widgets.core.spikes.wavelet import FilterBank

__all__ = ["CellOutcome", "CellTask", "KineticsFit", "do", "measure_kinetics"]

KineticsFit = Literal["no", "before", "after"]
"""When kinetics are fitted: never, from events known before, or from those found."""

DECAYS_OF_LONGEST_EVENT = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellTask:
    """A neuron as far as a worker needs to know it.

    Parameters
    ----------
    calcium
        Shape ``(n_frames,)``.
    starts, ends
        First and last frames of the events known before.
    t_rise, t_off
        Fitted rise and decay time in frames, or ``None``.
    default_t_rise, default_t_off
        Used where none was fitted.
    fps
        Frame rate in Hz.
    """

    calcium: NDArray[Any]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    t_rise: float | None
    t_off: float | None
    default_t_rise: float
    default_t_off: float
    fps: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellOutcome:
    """What a worker found.

    Parameters
    ----------
    spikes
        The spikes.
    parameters
        How they were found.
    t_rise, t_off
        Fitted rise and decay time in frames, or ``None``.
    """

    spikes: CellSpikes
    parameters: ReconstructionParameters | DeconvolutionParameters
    t_rise: float | None
    t_off: float | None

    def without_ridges(self) -> CellOutcome:
        """Give the same without the ridges."""
        return replace(self, spikes=replace(self.spikes, ridges=None))


def measure_kinetics(task: CellTask, **options: Any) -> dict[str, Any]:
    """Fit kinetics to the events that are known; see ``core.spikes.kinetics.fit_kinetics``."""
    default_rise_sec = task.default_t_rise / task.fps
    default_off_sec = task.default_t_off / task.fps
    if not task.starts.size:
        return no_kinetics(NO_EVENTS_AVAILABLE, default_rise_sec, default_off_sec)
    return fit_kinetics(
        np.asarray(task.calcium, dtype=np.float64),
        task.starts,
        task.ends,
        fps=task.fps,
        default_t_rise_sec=default_rise_sec,
        default_t_off_sec=default_off_sec,
        **options,
    )


def do(
    task: CellTask,
    parameters: ReconstructionParameters | DeconvolutionParameters,
    *,
    fit: KineticsFit,
    bank: FilterBank | None,
    check: Callable[[], None],
    kinetics: Kinetics | None = None,
) -> CellOutcome:
    """Reconstruct the spikes of one neuron.

    Parameters
    ----------
    task
        The neuron.
    parameters
        How.
    fit
        When kinetics are fitted.
    bank
        Filters that all neurons share.
    check
        Stops the work by raising.
    kinetics
        Kinetics that all neurons share, for the method ``matched``.

    Returns
    -------
    CellOutcome
    """
    if isinstance(parameters, DeconvolutionParameters):
        return _deconvolved(task, parameters, kinetics, check)
    if fit == "before":
        task, _ = _with_kinetics(task)
    spikes = _found(task, parameters, bank, check, iterative=True)
    if fit == "after":
        starts, ends = _spans(spikes)
        task, result = _with_kinetics(replace(task, starts=starts, ends=ends))
        if result["optimized"]:
            parameters = _for_second_search(parameters, result)
            spikes = _found(task, parameters, bank, check, iterative=False)
    return CellOutcome(spikes=spikes, parameters=parameters, t_rise=task.t_rise, t_off=task.t_off)


def _deconvolved(
    task: CellTask,
    parameters: DeconvolutionParameters,
    kinetics: Kinetics | None,
    check: Callable[[], None],
) -> CellOutcome:
    spikes, used = deconvolved_cell(task.calcium, parameters, kinetics=kinetics, check=check)
    t_rise, t_off = times_in_frames(spikes, used, task.fps)
    return CellOutcome(spikes=spikes, parameters=parameters, t_rise=t_rise, t_off=t_off)


def _found(
    task: CellTask,
    parameters: ReconstructionParameters,
    bank: FilterBank | None,
    check: Callable[[], None],
    *,
    iterative: bool,
) -> CellSpikes:
    return reconstruct_cell(
        task.calcium,
        parameters,
        t_rise=task.default_t_rise if task.t_rise is None else task.t_rise,
        t_off=task.default_t_off if task.t_off is None else task.t_off,
        iterative=iterative,
        bank=bank,
        check=check,
    )


def _with_kinetics(task: CellTask) -> tuple[CellTask, dict[str, Any]]:
    """Give the neuron with kinetics fitted to its events, if they could be."""
    result = measure_kinetics(task)
    if result["optimized"]:
        t_rise, t_off = result["t_rise"] * task.fps, result["t_off"] * task.fps
        task = replace(task, t_rise=t_rise, t_off=t_off)
    return task, result


def _spans(spikes: CellSpikes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the events on which kinetics are measured: of ridges, their first and last frame."""
    if spikes.ridges is None:
        return spikes.starts, spikes.ends
    spans = [(ridge.start, ridge.end) for ridge in spikes.ridges]
    starts, ends = np.array(spans, dtype=np.int64).reshape(-1, 2).T
    return starts, ends


def _for_second_search(
    parameters: ReconstructionParameters, result: dict[str, Any]
) -> ReconstructionParameters:
    """Give the parameters of the one search that follows a fit: defaults, with regions."""
    options: dict[str, Any] = {"fps": parameters.fps}
    if parameters.method == "wavelet":
        options["max_event_dur"] = result["t_rise"] + DECAYS_OF_LONGEST_EVENT * result["t_off"]
    return type(parameters).of(parameters.method, options, create_event_regions=True)

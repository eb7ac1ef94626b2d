"""The method ``matched``: transients of the recording's own shape, placed and fitted together.

Kinetics come from the recording, drift, noise and a decay that differs from each trace; nothing
needs to be given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.spikes.drift import noise_deviation
from driada_widgets.core.spikes.first_look import FirstLook, shared_templates
from driada_widgets.core.spikes.parameters import checked_rate
from driada_widgets.core.spikes.pursuit import DEFAULT_RULES, Found, Pursuit
from driada_widgets.core.spikes.traces import problem_with, without_gaps
from driada_widgets.core.spikes.transient_times import (
    MOST_FRAMES,
    TransientTimes,
    prepared,
    times_of,
)
from driada_widgets.core.spikes.workers import over_cells

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress
    from driada_widgets.core.spikes.first_look import Seen
    from driada_widgets.core.spikes.pursuit import Rules
    from driada_widgets.core.spikes.templates import Templates
    from driada_widgets.core.spikes.traces import Traces

__all__ = [
    "Kinetics",
    "Reconstruction",
    "kinetics_of",
    "matched_events",
    "matched_recording",
    "nothing_found",
]

STAGE = "Matching transients"

NOISE_FROM_GAPS = 1e-6
"""Noise below this share of a trace's range says that the trace was made, not recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinetics:
    """Shape of a transient, and how noise grows with the signal.

    Parameters
    ----------
    t_rise_sec, t_off_sec
        Of ``(1 - exp(-t / t_rise)) * exp(-t / t_off)``.
    growth
        Relative growth of the noise's variance, in one over the unit of the traces.
    is_estimated
        Whether they come from the recording.
    """

    t_rise_sec: float
    t_off_sec: float
    growth: float = 0.0
    is_estimated: bool = False


DEFAULT_KINETICS = Kinetics(t_rise_sec=0.05, t_off_sec=0.6)
"""Used where a recording says nothing about its own."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reconstruction:
    """What was found in one trace.

    Parameters
    ----------
    onset_frames
        Frame in which each transient starts, in order, distinct.
    amplitudes
        Height of each transient as the frames show it, in the unit of the trace.
    kinetics
        Shape of the transients.
    reconstruction
        Sum of the transients, without drift, shape ``(n_frames,)``.
    baseline
        The drift, shape ``(n_frames,)``.
    noise
        Standard deviation of the noise at the baseline; 0 if unknown.
    notes
        Why nothing could be found, to finish the sentence "its trace is ...", and what was done
        to the trace.
    """

    onset_frames: NDArray[np.int64]
    amplitudes: NDArray[np.float64]
    kinetics: Kinetics
    reconstruction: NDArray[np.float64]
    baseline: NDArray[np.float64]
    noise: float
    notes: tuple[str, ...] = ()


def matched_events(
    trace: NDArray[np.float64],
    *,
    fps: float,
    t_rise_sec: float | None = None,
    t_off_sec: float | None = None,
    growth: float | None = None,
    recording: Kinetics | None = None,
    rules: Rules = DEFAULT_RULES,
    check: Callable[[], None] | None = None,
) -> Reconstruction:
    """Find the transients of one trace.

    Parameters
    ----------
    trace
        Shape ``(n_frames,)``, any unit. Single NaN are bridged by straight lines.
    fps
        Frame rate in Hz.
    t_rise_sec, t_off_sec
        Rise and decay time, used as they are; ``None``: those of ``recording``, or the two that
        explain the trace best.
    growth
        See ``Kinetics``; ``None``: that of ``recording``, or measured with the kinetics, else 0.
    recording
        Kinetics of the whole recording (``kinetics_of``). The decay time becomes the trace's own
        where another explains it much better.
    rules
        When a transient counts.
    check
        Called now and then; stops by raising.

    Returns
    -------
    Reconstruction
        Without transients, and with a note, if the trace is constant, too short or not finite.

    Raises
    ------
    ParameterError
        If ``fps`` is not positive.

    Notes
    -----
    Drift is a running percentile, measured again on what the transients leave. Noise is the robust
    deviation of the finest wavelet detail, or what the residual shows at the length of a transient
    if that is clearly more (``FirstLook``). Transients are found by orthogonal matching pursuit on
    a grid of at most 20 ms (``Pursuit``).
    """
    values = np.asarray(trace, dtype=np.float64)
    checked_rate(fps)
    problem = problem_with(values)
    if problem:
        return nothing_found(values.size, problem)
    values, notes = without_gaps(values)
    if recording is None and (t_rise_sec is None or t_off_sec is None):
        known = kinetics_of(values[None, :], fps=fps, check=check)
    else:
        known = recording or DEFAULT_KINETICS
    kinetics = Kinetics(
        t_rise_sec=known.t_rise_sec if t_rise_sec is None else t_rise_sec,
        t_off_sec=known.t_off_sec if t_off_sec is None else t_off_sec,
        growth=known.growth if growth is None else growth,
        is_estimated=known.is_estimated,
    )
    if noise_deviation(values) <= NOISE_FROM_GAPS * float(np.ptp(values)):
        return nothing_found(values.size, "without noise")
    look = FirstLook(
        values,
        prepared(values, fps),
        fps=fps,
        t_rise_sec=kinetics.t_rise_sec,
        growth=kinetics.growth,
        check=check,
    )
    with_decay = recording is not None and t_off_sec is None
    seen = look.seen(kinetics.t_off_sec, with_decay=with_decay)
    kinetics = replace(kinetics, t_off_sec=seen.t_off_sec)
    return _found_in(values, kinetics, seen, fps=fps, rules=rules, notes=notes, check=check)


def kinetics_of(
    calcium: Traces,
    *,
    fps: float,
    most_frames: int = MOST_FRAMES,
    check: Callable[[], None] | None = None,
) -> Kinetics:
    """Give the kinetics that explain a recording best, its most active neurons together.

    Parameters
    ----------
    calcium
        Shape ``(n_cells, n_frames)``; one trace is taken at a time.
    fps
        Frame rate in Hz.
    most_frames
        Frames that are searched, all neurons together; fewer are faster and less exact.
    check
        Called now and then; stops by raising.

    Returns
    -------
    Kinetics
        Defaults, not estimated, if no trace can be used.
    """

    def usable(cell: int) -> NDArray[np.float64] | None:
        trace = np.asarray(calcium[cell], dtype=np.float64)
        return None if problem_with(trace) else without_gaps(trace)[0]

    times = times_of(usable, calcium.shape[0], fps=fps, most_frames=most_frames, check=check)
    return DEFAULT_KINETICS if times is None else _as_kinetics(times)


def matched_recording(
    calcium: NDArray[np.float64],
    *,
    fps: float,
    rules: Rules = DEFAULT_RULES,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> list[Reconstruction]:
    """Find the transients of all neurons of a recording, from the kinetics that they share.

    Parameters
    ----------
    calcium
        Shape ``(n_cells, n_frames)``.
    fps
        Frame rate in Hz.
    rules
        When a transient counts.
    n_workers
        Neurons at a time.
    progress
        Told about every neuron; asked whether to stop.

    Returns
    -------
    list of Reconstruction
        One a neuron.

    Raises
    ------
    LoadCancelledError
        If the progress was cancelled.
    """
    check = None if progress is None else progress.check
    kinetics = kinetics_of(calcium, fps=fps, check=check)

    def work(cell: int, check: Callable[[], None]) -> Reconstruction:
        return matched_events(
            calcium[cell],
            fps=fps,
            recording=kinetics,
            rules=rules,
            check=check,
        )

    return over_cells(work, len(calcium), stage=STAGE, n_workers=n_workers, progress=progress)


def _found_in(
    values: NDArray[np.float64],
    kinetics: Kinetics,
    seen: Seen,
    *,
    fps: float,
    rules: Rules,
    notes: tuple[str, ...],
    check: Callable[[], None] | None,
) -> Reconstruction:
    templates, power = shared_templates(values.size, fps, kinetics.t_rise_sec, kinetics.t_off_sec)
    pursuit = Pursuit(
        values - seen.baseline,
        templates,
        power=power,
        deviation=seen.noise,
        growth=kinetics.growth,
        fps=fps,
        rules=rules,
        check=check,
    )
    found = pursuit.bridged(pursuit.search(seen.places))
    frames, heights = _by_frame(found, templates)
    return Reconstruction(
        onset_frames=frames,
        amplitudes=heights,
        kinetics=kinetics,
        reconstruction=templates.summed(found.places, found.amplitudes),
        baseline=seen.baseline,
        noise=seen.noise,
        notes=notes,
    )


def _by_frame(found: Found, templates: Templates) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give distinct frames, and the sum of the heights that frames show."""
    frames, phases = np.divmod(found.places, templates.n_phases)
    heights = found.amplitudes * templates.heights()[phases]
    distinct, which = np.unique(frames, return_inverse=True)
    summed = np.bincount(which, weights=heights, minlength=distinct.size)
    return distinct.astype(np.int64), summed.astype(np.float64)


def nothing_found(n_frames: int, problem: str) -> Reconstruction:
    """Give a reconstruction without transients, with the reason as its note."""
    return Reconstruction(
        onset_frames=np.zeros(0, dtype=np.int64),
        amplitudes=np.zeros(0),
        kinetics=DEFAULT_KINETICS,
        reconstruction=np.zeros(n_frames),
        baseline=np.zeros(n_frames),
        noise=0.0,
        notes=(problem,),
    )


def _as_kinetics(times: TransientTimes) -> Kinetics:
    return Kinetics(
        t_rise_sec=times.t_rise_sec,
        t_off_sec=times.t_off_sec,
        growth=times.growth,
        is_estimated=True,
    )

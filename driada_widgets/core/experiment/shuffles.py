"""Shuffled traces and spike trains of one neuron, for significance tests.

With a seed they are those of NumPy's ``RandomState(seed)``; without one they draw from NumPy's
global state, so that ``numpy.random.seed`` governs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.kernel import convolved
from driada_widgets.core.experiment.limits import ROLL_EDGE_DECAYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "CALCIUM_SHUFFLES",
    "SPIKE_SHUFFLES",
    "permuted_chunks",
    "permuted_intervals",
    "random_state",
    "rolled",
    "shuffled_waveform",
]

CALCIUM_SHUFFLES = ("roll_based", "waveform_based", "chunks_based")
SPIKE_SHUFFLES = ("isi_based",)


def random_state(seed: int | None) -> np.random.RandomState:
    """Give a seeded source of random numbers, or NumPy's global one."""
    if seed is not None:
        return np.random.RandomState(seed)
    global_state: np.random.RandomState = np.random.mtrand._rand  # noqa: SLF001 - NumPy's own name
    return global_state


def rolled(
    trace: NDArray[Any], t_off: float, random: np.random.RandomState, shift: int | None = None
) -> NDArray[Any]:
    """Shift a trace in time, around its end.

    Parameters
    ----------
    trace
        Shape ``(n_frames,)``.
    t_off
        Decay time in frames; random shifts leave three of them at each end.
    random
        Source of the shift.
    shift
        Frames to shift by; ``None``: random.

    Returns
    -------
    ndarray
        A copy.

    Raises
    ------
    ParameterError
        If the trace is too short for a random shift.
    """
    edge = int(ROLL_EDGE_DECAYS * t_off)
    if shift is None:
        if trace.size <= 2 * edge:
            msg = (
                f"The trace of {trace.size} frames is too short for a roll-based shuffle: more "
                f"than {2 * edge} frames are needed ({ROLL_EDGE_DECAYS} decay times at each end)."
            )
            raise ParameterError(msg, where="calcium", found=str(trace.size))
        shift = int(random.randint(edge, trace.size - edge))
    return np.roll(trace, shift)


def permuted_chunks(
    trace: NDArray[Any], random: np.random.RandomState, n_chunks: int = 100
) -> NDArray[Any]:
    """Cut a trace into chunks of about equal length and put them in random order."""
    chunks = np.array_split(trace, n_chunks)
    return np.concatenate([chunks[index] for index in random.permutation(n_chunks)])


def permuted_intervals(spikes: NDArray[Any], random: np.random.RandomState) -> NDArray[np.float64]:
    """Put the intervals between spikes in random order, from a random first frame.

    Parameters
    ----------
    spikes
        Zero where there is no spike, shape ``(n_frames,)``.
    random
        Source of the start and the order.

    Returns
    -------
    ndarray
        As many spikes, of the same heights in the same order.
    """
    frames = np.flatnonzero(spikes)
    shuffled = np.zeros(spikes.size)
    if frames.size == 0:
        return shuffled
    intervals = np.diff(frames)
    start = int(random.randint(0, spikes.size - intervals.sum()))
    places = start + np.concatenate([[0], np.cumsum(random.permutation(intervals))])
    shuffled[places.astype(np.intp)] = spikes[frames]
    return shuffled


def shuffled_waveform(
    trace: NDArray[Any],
    spikes: NDArray[Any],
    random: np.random.RandomState,
    *,
    t_rise: float,
    t_off: float,
) -> NDArray[np.float64]:
    """Move the transients of a trace to shuffled places and leave the rest where it is.

    Parameters
    ----------
    trace
        Shape ``(n_frames,)``.
    spikes
        Amplitude of the transient that starts at each frame, shape ``(n_frames,)``.
    random
        Source of the places.
    t_rise, t_off
        Rise and decay time in frames.

    Returns
    -------
    ndarray
        Shape ``(n_frames,)``.
    """
    rest = trace - convolved(spikes, t_rise=t_rise, t_off=t_off)
    moved = permuted_intervals(spikes, random)
    return rest + convolved(moved, t_rise=t_rise, t_off=t_off)

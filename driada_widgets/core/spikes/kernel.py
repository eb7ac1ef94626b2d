"""The shape of one calcium transient, and traces made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.report import Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["convolved", "cut_note", "peak_offset", "sum_of_transients", "transient"]

SHORTEST_KERNEL = 500
LONGEST_KERNEL = 2000
DECAYS_COVERED = 5

EQUAL_TIMES = 0.1
"""Rise and decay times in frames that are nearer than this count as equal."""


def transient(t_rise: float, t_off: float) -> NDArray[np.float64]:
    """Give one transient of peak 1, ``(1 - exp(-t / t_rise)) * exp(-t / t_off)`` scaled.

    Parameters
    ----------
    t_rise, t_off
        Rise and decay time in frames.

    Returns
    -------
    ndarray
        Five decay times, at least 500 and at most 2000 frames.

    Examples
    --------
    >>> kernel = transient(5.0, 40.0)
    >>> kernel.size, float(kernel[0]), float(kernel.max())
    (500, 0.0, 1.0)
    """
    length = min(LONGEST_KERNEL, max(SHORTEST_KERNEL, int(DECAYS_COVERED * t_off)))
    frames = np.arange(length)
    shape = (1 - np.exp(-frames / t_rise)) * np.exp(-frames / t_off)
    return np.asarray(shape / shape.max(), dtype=np.float64)


def cut_note(t_off: float) -> Note | None:
    """Say that a transient of this decay time is cut, if it is."""
    length = int(DECAYS_COVERED * t_off)
    if length <= LONGEST_KERNEL:
        return None
    text = (
        f"The transient is cut at {LONGEST_KERNEL} frames; {DECAYS_COVERED} decay times of "
        f"{t_off:g} frames would be {length}."
    )
    return Note(id="transient-cut", level="warning", subject="t_off", text=text)


def convolved(amplitudes: NDArray[Any], *, t_rise: float, t_off: float) -> NDArray[np.float64]:
    """Give the trace in which each amplitude starts a transient, shape as ``amplitudes``."""
    kernel = transient(t_rise, t_off)
    values = np.asarray(amplitudes, dtype=np.float64)
    frames = np.flatnonzero(values)
    if frames.size * 8 < values.size:
        return sum_of_transients(frames, values[frames], values.size, kernel)
    trace: NDArray[np.float64] = np.convolve(values, kernel)[: values.size]
    return trace


def sum_of_transients(
    frames: Iterable[int],
    amplitudes: Iterable[float],
    n_frames: int,
    kernel: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give the trace of transients that start at some frames, shape ``(n_frames,)``."""
    trace = np.zeros(n_frames + kernel.size)
    for frame, amplitude in zip(frames, amplitudes, strict=True):
        trace[frame : frame + kernel.size] += amplitude * kernel
    return trace[:n_frames]


def peak_offset(t_rise: float, t_off: float) -> float:
    """Give the frames from a transient's start to its peak, as the field's tools count them.

    Parameters
    ----------
    t_rise, t_off
        In frames.

    Returns
    -------
    float
        Zero if the decay is not slower than the rise, or the two are equal.

    Notes
    -----
    It is the peak of ``exp(-t / t_off) - exp(-t / t_rise)``. The transient here, with its product
    of exponentials, has its peak at ``t_rise * ln(1 + t_off / t_rise)``, which is earlier: 10.99
    frames, not 11.88, for times of 5 and 40. Placements of spikes are compared between tools, so
    theirs is kept.
    """
    if t_off <= t_rise or t_off - t_rise < EQUAL_TIMES:
        return 0.0
    return float(t_rise * t_off * np.log(t_off / t_rise) / (t_off - t_rise))

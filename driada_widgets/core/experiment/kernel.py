"""The shape of one calcium transient, and traces made of it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["convolved", "transient"]

SHORTEST_KERNEL = 500
LONGEST_KERNEL = 2000
DECAYS_COVERED = 5


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
    length = max(SHORTEST_KERNEL, int(DECAYS_COVERED * t_off))
    if length > LONGEST_KERNEL:
        msg = (
            f"The transient is cut at {LONGEST_KERNEL} frames; {DECAYS_COVERED} decay times of "
            f"{t_off:g} frames would be {length}."
        )
        warnings.warn(msg, UserWarning, stacklevel=2)
        length = LONGEST_KERNEL
    frames = np.arange(length)
    shape = (1 - np.exp(-frames / t_rise)) * np.exp(-frames / t_off)
    return np.asarray(shape / shape.max(), dtype=np.float64)


def convolved(amplitudes: NDArray[Any], *, t_rise: float, t_off: float) -> NDArray[np.float64]:
    """Give the trace in which each amplitude starts a transient, shape as ``amplitudes``."""
    trace: NDArray[np.float64] = np.convolve(
        np.asarray(amplitudes, dtype=np.float64), transient(t_rise, t_off)
    )[: amplitudes.size]
    return trace

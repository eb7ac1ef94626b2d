"""Events above robust noise; and the peaks of a smoothed trace's slope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SimpleEvent", "noise_threshold", "runs_above", "slope_peaks"]

MAD_TO_SIGMA = 1.482602218505602
"""Ratio of sigma to the median absolute deviation of normal noise, ``1 / norm.ppf(0.75)``."""


@dataclass(frozen=True, slots=True)
class SimpleEvent:
    """One event: its first frame, and the first frame after it."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        """Number of frames."""
        return self.end - self.start


def noise_threshold(signal: NDArray[np.float64], n_mad: float) -> float:
    """Give the level ``n_mad`` robust standard deviations above the median."""
    middle = np.median(signal)
    return float(middle + n_mad * MAD_TO_SIGMA * np.median(np.abs(signal - middle)))


def runs_above(
    signal: NDArray[np.float64], threshold: float, *, shortest: int, merge_gap: int
) -> NDArray[np.int64]:
    """Find runs above a level.

    Parameters
    ----------
    signal
        Shape ``(n_frames,)``. NaN is above nothing.
    threshold
        Runs are strictly above it.
    shortest
        Shorter runs are left out first.
    merge_gap
        What is left and this many frames apart, or fewer, becomes one.

    Returns
    -------
    ndarray
        Half-open frames, shape ``(n_runs, 2)``.
    """
    is_above = np.zeros(signal.size + 2, dtype=np.int8)
    is_above[1:-1] = signal > threshold
    runs = np.flatnonzero(np.diff(is_above)).astype(np.int64).reshape(-1, 2)
    runs = runs[runs[:, 1] - runs[:, 0] >= shortest]
    if not len(runs):
        return runs
    is_first = np.concatenate([[True], runs[1:, 0] - runs[:-1, 1] > merge_gap])
    is_last = np.concatenate([is_first[1:], [True]])
    return np.stack([runs[is_first, 0], runs[is_last, 1]], axis=1)


def slope_peaks(
    trace: NDArray[np.float64],
    *,
    fps: float,
    threshold_std: float = 2.5,
    smooth_sigma: float = 2,
    min_spike_interval: float = 0.1,
) -> NDArray[np.int64]:
    """Find where a smoothed trace rises fastest.

    Parameters
    ----------
    trace
        Shape ``(n_frames,)``, finite.
    fps
        Frame rate in Hz.
    threshold_std
        Height of a peak of the slope over its mean, in its standard deviations.
    smooth_sigma
        Width of the Gaussian that smooths the trace, in frames.
    min_spike_interval
        Shortest time between peaks in seconds.

    Returns
    -------
    ndarray
        Frames.

    Raises
    ------
    ParameterError
        If the shortest time is less than a frame.
    """
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    distance = int(min_spike_interval * fps)
    if distance < 1:
        msg = (
            f"min_spike_interval of {min_spike_interval:g} s is shorter than a frame at {fps:g} "
            f"Hz; give at least {1 / fps:.3g} s."
        )
        raise ParameterError(msg, where="min_spike_interval", found=str(min_spike_interval))
    smooth = gaussian_filter1d(trace, smooth_sigma) if smooth_sigma > 0 else trace
    slope = np.diff(smooth, prepend=smooth[:1])
    height = float(slope.mean() + threshold_std * slope.std())
    peaks, _ = find_peaks(slope, height=height, distance=distance)
    return np.asarray(peaks, dtype=np.int64)

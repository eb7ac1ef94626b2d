"""What in a trace is neither signal nor noise: drift; and how strong the noise is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MAD_TO_SIGMA", "drift_of", "noise_deviation", "stronger_noise", "unfiltered_deviation"]

DRIFT_SEC = 15.0
"""Seconds over which the baseline is taken to be level."""

PIECE_SEC = 0.5
QUIET_PERCENT = 20.0
"""Percentile that is the baseline as long as nobody knows what is signal."""

MAD_TO_SIGMA = 1.482602218505602
"""Ratio of sigma to the median absolute deviation of normal noise."""

WAVELET, FEWEST_FRAMES = "db4", 16
FILTERED, COARSER_DETAILS = 2.0, 3
"""How much stronger the next detail is after a temporal filter; how many are looked at.

In simulated recordings it is at most 1.3 times as strong, in those after a Gaussian of one to four
frames 3 to 16 times.
"""

STILL_WHITE = 1.35
"""Up to this ratio, noise over seconds and over frames are taken for the same white noise.

It is 0.8 to 1.35 for white noise under transients that are not quite of the shape that was fitted.
"""

MOST_SPREAD = 4.0
"""The noise is taken to be at most this many times what its finest detail says."""


def drift_of(
    trace: NDArray[np.float64], *, fps: float, percent: float = QUIET_PERCENT
) -> NDArray[np.float64]:
    """Give the baseline: a running percentile of short averages, smoothed.

    Parameters
    ----------
    trace
        Shape ``(n_frames,)``, finite.
    fps
        Frame rate in Hz.
    percent
        The percentile; 50 for what is left when the signal is taken away.

    Returns
    -------
    ndarray
        Shape ``(n_frames,)``.
    """
    from scipy.ndimage import gaussian_filter1d

    length = max(1, min(trace.size, round(PIECE_SEC * fps)))
    n_pieces = trace.size // length
    pieces = trace[: n_pieces * length].reshape(n_pieces, length).mean(axis=1)
    half = max(1, round(DRIFT_SEC / PIECE_SEC / 2))
    padded = np.pad(pieces, half, mode="reflect" if n_pieces > half else "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    level = gaussian_filter1d(np.percentile(windows, percent, axis=1), half / 3)
    middles = (np.arange(n_pieces) + 0.5) * length - 0.5
    return np.asarray(np.interp(np.arange(trace.size), middles, level))


def noise_deviation(trace: NDArray[np.float64]) -> float:
    """Give the standard deviation of white noise, from the finest wavelet coefficients.

    Parameters
    ----------
    trace
        Shape ``(n_frames,)``, finite.

    Returns
    -------
    float
        0 if nothing can be said.

    Notes
    -----
    The median absolute deviation of the finest detail over 0.6745 [1]_, of Daubechies' wavelet
    with four vanishing moments.

    References
    ----------
    .. [1] Donoho and Johnstone, *Ideal spatial adaptation by wavelet shrinkage*, Biometrika 81
       (1994), 425.
    """
    return _finest(trace)[1] if trace.size >= FEWEST_FRAMES else 0.0


def unfiltered_deviation(trace: NDArray[np.float64]) -> float:
    """Give the deviation of the noise, of coarser detail where a filter has taken the finest.

    Parameters
    ----------
    trace
        Shape ``(n_frames,)``, finite.

    Returns
    -------
    float
        ``noise_deviation``, unless the next coarser detail is more than twice as strong, which
        transients do not make it: then that of the first detail that no longer grows so, the
        larger of it and the one before; 0 if nothing can be said.
    """
    if trace.size < FEWEST_FRAMES:
        return 0.0
    rest, deviation = _finest(trace)
    is_filtered = False
    for _ in range(COARSER_DETAILS):
        if rest.size < FEWEST_FRAMES:
            break
        rest, coarser = _finest(rest)
        if not coarser > FILTERED * deviation > 0:
            return max(deviation, coarser) if is_filtered else deviation
        deviation, is_filtered = coarser, True
    return deviation


def _finest(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Take the finest detail off; give the rest, and the deviation that the detail stands for."""
    import pywt

    rest, detail = pywt.dwt(values, WAVELET)
    return rest, float(MAD_TO_SIGMA * np.median(np.abs(detail)))


def stronger_noise(deviation: float, spread: float, *, white: float) -> float:
    """Give the deviation of noise that is not white, as a search of transients meets it.

    Parameters
    ----------
    deviation
        What it was taken to be.
    spread
        How much stronger it is at the length of a transient (``Pursuit.spread``).
    white
        What its detail says; a ``deviation`` above it is known not to be white.
    """
    is_wandering = spread > (1.0 if deviation > white else STILL_WHITE)
    return min(MOST_SPREAD * white, deviation * spread) if is_wandering else deviation

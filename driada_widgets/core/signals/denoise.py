"""Traces without their noise, for looking at: wavelet shrinkage. Nothing is built from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.signals.quality import MAD_OF_NORMAL, WAVELET

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["denoise"]

MAX_LEVEL = 6
"""Scales that are shrunk, up to 64 frames; what is slower is no noise of single frames."""


def denoise(trace: NDArray[Any]) -> NDArray[np.float32]:
    """Take the noise out of one trace.

    Parameters
    ----------
    trace
        Shape ``(n_frames,)``, real numbers.

    Returns
    -------
    array
        Shape ``(n_frames,)``, in the same unit. Values that are not finite become NaN; the rest
        is estimated as if straight lines led across them. A constant trace, and one that is
        shorter than the wavelet, comes back as it is.

    Notes
    -----
    Wavelet coefficients are moved towards 0 by ``s * sqrt(2 * log(n_frames))`` [1]_ ("soft
    threshold" [2]_), where ``s`` is the median absolute coefficient of the finest scale divided
    by 0.6745, the standard deviation of white noise that would give it ([1]_, section 4.2). It
    is the noise that the table of quality lists. Peaks near the noise lose some of their height.

    References
    ----------
    .. [1] D. L. Donoho and I. M. Johnstone, *Ideal spatial adaptation by wavelet shrinkage*,
       Biometrika 81 (1994) 425-455.
    .. [2] D. L. Donoho, *De-noising by soft-thresholding*, IEEE Transactions on Information
       Theory 41 (1995) 613-627.

    Examples
    --------
    >>> import numpy as np
    >>> noisy = np.random.default_rng(0).standard_normal(10_000)
    >>> bool(denoise(noisy).std() < 0.3)
    True
    """
    import pywt

    values = np.asarray(trace).astype(np.float32)
    is_there = np.isfinite(values)
    level = min(MAX_LEVEL, pywt.dwt_max_level(len(values), pywt.Wavelet(WAVELET).dec_len))
    if level > 0 and is_there.any():
        values = _shrunk(_bridged(values, is_there), level)
    values[~is_there] = np.nan
    return values


def _bridged(values: NDArray[np.float32], is_there: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Lead straight lines across what is missing."""
    if is_there.all():
        return values
    frames = np.arange(len(values))
    return np.interp(frames, frames[is_there], values[is_there]).astype(np.float32)


def _shrunk(values: NDArray[np.float32], level: int) -> NDArray[np.float32]:
    import pywt

    smooth, *details = pywt.wavedec(values, WAVELET, level=level)
    noise = float(np.median(np.abs(details[-1]))) / MAD_OF_NORMAL
    most = noise * np.sqrt(2 * np.log(len(values)))
    shrunk = [np.sign(part) * np.maximum(np.abs(part) - np.float32(most), 0) for part in details]
    back: NDArray[np.float32] = pywt.waverec([smooth, *shrunk], WAVELET)[: len(values)]
    return back

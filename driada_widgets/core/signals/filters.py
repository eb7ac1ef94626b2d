"""Smooth rows of an array: Gaussian, Savitzky-Golay and wavelet filters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from driada_widgets.core.errors import ParameterError, require

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["smooth"]


def smooth(data: NDArray[Any], method: str = "gaussian", **options: Any) -> NDArray[Any]:
    """Filter each row.

    Parameters
    ----------
    data
        Shape ``(n_frames,)`` or ``(n_rows, n_frames)``; not changed.
    method
        ``"gaussian"``, ``"savgol"``, ``"wavelet"`` or ``"none"``.
    **options
        ``gaussian``: ``sigma=1.0`` in frames. ``savgol``: ``window_length=5`` frames (an even one
        grows by 1), ``polyorder=2``. ``wavelet``: ``wavelet="db4"``, ``level=None`` (from the
        length), ``mode="smooth"``, ``threshold_method="mad"`` or ``"sure"``.

    Returns
    -------
    ndarray
        A new array of the same shape; whole numbers become float64, so that nothing is cut off.

    Raises
    ------
    ParameterError
        If the method is unknown, or options contradict each other.

    Examples
    --------
    >>> import numpy as np
    >>> smooth(np.array([0, 0, 1, 0, 0]), "gaussian", sigma=1).round(2)
    array([0.06, 0.24, 0.4 , 0.24, 0.06])
    """
    run = _METHODS.get(method)
    if run is None:
        msg = (
            f"Unknown filtering method: {method}. "
            "Choose from: 'gaussian', 'savgol', 'wavelet', 'none'"
        )
        raise ParameterError(msg, where="method", found=str(method))
    if method == "none":
        return data.copy()
    return run(data if data.dtype.kind == "f" else data.astype(np.float64), **options)


def _none(data: NDArray[Any]) -> NDArray[Any]:
    return data.copy()


def _gaussian(data: NDArray[Any], *, sigma: float = 1.0) -> NDArray[Any]:
    from scipy.ndimage import gaussian_filter1d

    if not sigma > 0:
        msg = f"sigma must be above 0 frames, got {sigma}"
        raise ParameterError(msg, where="sigma", fix="choose a larger sigma")
    return np.asarray(gaussian_filter1d(data, sigma, axis=-1))


def _savgol(data: NDArray[Any], *, window_length: int = 5, polyorder: int = 2) -> NDArray[Any]:
    from scipy.signal import savgol_filter

    window_length += 1 - window_length % 2
    if data.shape[-1] <= window_length:
        return data.copy()
    if polyorder >= window_length:
        msg = f"polyorder ({polyorder}) must be less than window_length ({window_length})"
        raise ParameterError(msg, where="polyorder", fix="choose a smaller polyorder")
    return np.asarray(savgol_filter(data, window_length, polyorder, axis=-1))


def _wavelet(
    data: NDArray[Any],
    *,
    wavelet: str = "db4",
    level: int | None = None,
    mode: str = "smooth",
    threshold_method: Literal["mad", "sure"] = "mad",
) -> NDArray[Any]:
    """Shrink wavelet coefficients below the universal threshold of Donoho and Johnstone."""
    pywt = require("pywt", "filter with wavelets", "all")
    n_frames = data.shape[-1]
    if level is None:
        deepest = pywt.dwt_max_level(n_frames, pywt.Wavelet(wavelet).dec_len)
        level = min(deepest, max(1, int(math.log2(n_frames)) - 4))
    trend, *details = pywt.wavedec(data, wavelet, mode=mode, level=level, axis=-1)
    shrunk = [_shrink(detail, n_frames, threshold_method) for detail in details]
    smoothed = pywt.waverec([trend, *shrunk], wavelet, mode=mode, axis=-1)
    return np.asarray(smoothed)[..., :n_frames]


def _shrink(detail: NDArray[Any], n_frames: int, threshold_method: str) -> NDArray[Any]:
    if threshold_method == "mad":
        # 0.6745 is the ratio of the median absolute deviation to sigma for normal noise.
        noise = np.median(np.abs(detail), axis=-1, keepdims=True) / 0.6745
        threshold = noise * math.sqrt(2 * math.log(n_frames))
    elif threshold_method == "sure":
        noise = np.std(detail, axis=-1, keepdims=True)
        threshold = noise * math.sqrt(2 * math.log(detail.shape[-1]))
    else:
        msg = f"Unknown threshold method: {threshold_method}. Choose from: 'mad', 'sure'"
        raise ParameterError(msg, where="threshold_method", found=threshold_method)
    shrunk: NDArray[Any] = np.sign(detail) * np.maximum(np.abs(detail) - threshold, 0)
    return shrunk


_METHODS: dict[str, Callable[..., NDArray[Any]]] = {
    "gaussian": _gaussian,
    "savgol": _savgol,
    "wavelet": _wavelet,
    "none": _none,
}

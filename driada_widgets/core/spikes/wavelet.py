"""Generalised Morse wavelets: filters prepared once, transforms by real FFT, a few scales a time.

Only the real part of the transform is computed; its phase and modulus are not needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.spikes.parameters import DEFAULT_FPS, checked_rate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "FilterBank",
    "MorseWavelet",
    "filter_bank",
    "get_adaptive_wavelet_scales",
    "time_resolutions",
]

TIME_PER_SCALE = 1.8316
"""Standard deviation in time of the default wavelet's squared modulus, in units of its scale."""

SMALLEST_TIME_SEC = 0.275
LARGEST_TIME_SEC = 2.25
N_SCALES = 50

NEGLIGIBLE = -40.0
"""Logarithm of a filter's response, relative to its peak, below which it is left out.

``exp(-40)`` is 4e-18, below the rounding of float64.
"""

BATCH_VALUES = 1 << 17
"""Values of a batch of transforms, 1 MiB: it stays in the processor's cache, and Cancel is near."""


@dataclass(frozen=True, kw_only=True)
class MorseWavelet:
    """A generalised Morse wavelet of order 0, of peak response 2.

    Parameters
    ----------
    gamma
        Symmetry.
    beta
        Decay of low frequencies.

    Notes
    -----
    Equations as in [1]_, section 3.

    References
    ----------
    .. [1] Olhede and Walden, *Generalized Morse wavelets*, IEEE Trans. Signal Process. 50 (2002).
    """

    gamma: float = 3.0
    beta: float = 2.0

    def __post_init__(self) -> None:
        """Refuse what is no wavelet."""
        if not (self.gamma > 0 and self.beta > 0):
            msg = f"gamma and beta must be positive, got {self.gamma} and {self.beta}"
            raise ParameterError(msg, where="gamma, beta")

    def log_response(self, frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the logarithm of the response over its peak at positive frequencies (peak at 1)."""
        peak_power = self.beta / self.gamma
        return np.asarray(
            peak_power + self.beta * np.log(frequencies) - peak_power * frequencies**self.gamma
        )

    @cached_property
    def highest(self) -> float:
        """Frequency above which the response is negligible."""
        frequencies = np.linspace(1.0, 200.0, 200_000)
        is_heard = self.log_response(frequencies) > NEGLIGIBLE
        return float(frequencies[is_heard].max())


@dataclass(frozen=True, kw_only=True)
class FilterBank:
    """Filters of one wavelet for traces of one length, kept where they are not negligible.

    Parameters
    ----------
    n_frames
        Length of the traces.
    scales
        In frames, small to large; a scale ``s`` has its peak at ``1 / s`` radians a frame.
    times
        Time resolution of each scale in frames.
    wavelet
        The wavelet.
    """

    n_frames: int
    scales: tuple[float, ...]
    times: tuple[float, ...]
    wavelet: MorseWavelet

    @cached_property
    def n_padded(self) -> int:
        """Length of padded traces, a power of two of at least 4/3 times ``n_frames``."""
        return int(2 ** (1 + np.round(np.log2(self.n_frames))))

    @cached_property
    def filters(self) -> tuple[NDArray[np.float64], ...]:
        """Half the response of each scale at bins 0, 1, ...

        Half, because the real inverse FFT counts every bin but the first and the last twice. The
        last, the Nyquist bin, has half of its response by definition.
        """
        return tuple(self._filter(scale) for scale in self.scales)

    def _filter(self, scale: float) -> NDArray[np.float64]:
        step = 2 * np.pi * scale / self.n_padded
        n_bins = min(self.n_padded // 2, int(self.wavelet.highest / step)) + 1
        response = np.zeros(n_bins)
        response[1:] = np.exp(self.wavelet.log_response(step * np.arange(1.0, n_bins)))
        return response

    def spectrum(self, trace: NDArray[np.float64]) -> NDArray[np.complex128]:
        """Give the Fourier transform of a trace, reflected at its ends.

        Parameters
        ----------
        trace
            Shape ``(n_frames,)``.

        Returns
        -------
        ndarray
            Shape ``(n_padded // 2 + 1,)``.
        """
        right = (self.n_padded - self.n_frames) // 2
        left = self.n_padded - self.n_frames - right
        return np.asarray(np.fft.rfft(np.pad(trace, (left, right), mode="reflect")))

    def transform(self, trace: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
        """Give the real part of the wavelet transform, a batch of scales at a time.

        Parameters
        ----------
        trace
            Shape ``(n_frames,)``, finite.

        Yields
        ------
        ndarray
            Shape ``(n_scales_of_batch, n_frames)``; the next batch is written over it.
        """
        spectrum = self.spectrum(trace)
        right = (self.n_padded - self.n_frames) // 2
        left = self.n_padded - self.n_frames - right
        size = max(1, BATCH_VALUES // self.n_padded)
        product = np.zeros((size, self.n_padded // 2 + 1), dtype=np.complex128)
        padded = np.empty((size, self.n_padded))
        highest = product.shape[1]
        for first in range(0, len(self.scales), size):
            filters = self.filters[first : first + size]
            for row, response in zip(product, filters, strict=False):
                np.multiply(response, spectrum[: response.size], out=row[: response.size])
                row[response.size : highest] = 0  # what the batch before left there
            highest = max(response.size for response in filters)
            rows = slice(len(filters))
            np.fft.irfft(product[rows], n=self.n_padded, out=padded[rows])
            yield padded[rows, left : left + self.n_frames]


@lru_cache(maxsize=8)
def filter_bank(
    n_frames: int,
    scales: tuple[float, ...],
    times: tuple[float, ...] | None = None,
    wavelet: MorseWavelet = MorseWavelet(),
) -> FilterBank:
    """Give the filters for traces of one length; the last few are kept.

    Parameters
    ----------
    n_frames
        Length of the traces, at least 1.
    scales
        In frames, small to large.
    times
        Time resolution of each scale in frames; ``None``: by ``time_resolutions``.
    wavelet
        The wavelet.

    Returns
    -------
    FilterBank

    Raises
    ------
    ParameterError
        If scales are not positive, or there is not one time a scale.
    """
    if not scales or not min(scales) > 0:
        msg = f"Scales must be positive numbers of frames, got {scales}"
        raise ParameterError(msg, where="manual_scales")
    known = tuple(time_resolutions(scales, wavelet)) if times is None else times
    if len(known) != len(scales):
        msg = f"rel_wvt_times has {len(known)} values for {len(scales)} scales"
        raise ParameterError(msg, where="rel_wvt_times", expected=str(len(scales)))
    bank = FilterBank(n_frames=n_frames, scales=scales, times=known, wavelet=wavelet)
    _ = bank.filters  # made here, once, and not by several threads at a time
    return bank


def get_adaptive_wavelet_scales(
    fps: float = DEFAULT_FPS,
    min_time_sec: float = SMALLEST_TIME_SEC,
    max_time_sec: float = LARGEST_TIME_SEC,
    n_scales: int = N_SCALES,
) -> NDArray[np.float64]:
    """Give scales for a frame rate.

    Parameters
    ----------
    fps
        Frame rate in Hz.
    min_time_sec, max_time_sec
        Smallest and largest scale in seconds.
    n_scales
        Number of scales, evenly spaced in their logarithm.

    Returns
    -------
    ndarray
        In frames, shape ``(n_scales,)``.

    Raises
    ------
    ParameterError
        If the frame rate is not positive.
    """
    checked_rate(fps)
    return np.logspace(np.log2(min_time_sec * fps), np.log2(max_time_sec * fps), n_scales, base=2.0)


def time_resolutions(scales: ArrayLike, wavelet: MorseWavelet | None = None) -> NDArray[np.float64]:
    """Give the time resolution of each scale, in frames.

    Parameters
    ----------
    scales
        In frames.
    wavelet
        ``None``: the default one.

    Returns
    -------
    ndarray
        Standard deviation of ``|psi(t)|^2`` over time, proportional to the scale.

    Notes
    -----
    For a response ``Psi`` it is ``sqrt(int Psi'^2 / int Psi^2)`` by Parseval's theorem; the
    default wavelet has 1.8316, kept as a constant.
    """
    values = np.asarray(scales, dtype=np.float64)
    if wavelet is None or wavelet == MorseWavelet():
        return TIME_PER_SCALE * values
    frequencies = np.linspace(0.0, wavelet.highest, 1 << 16)[1:]
    response = np.exp(wavelet.log_response(frequencies))
    slope = np.gradient(response, frequencies)
    return float(np.sqrt(np.sum(slope**2) / np.sum(response**2))) * values

"""How well the spikes of one trace explain it: the row of a table, from plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.spikes.kernel import sum_of_transients, transient
from driada_widgets.core.spikes.parameters import checked_rate
from driada_widgets.core.spikes.threshold import MAD_TO_SIGMA

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SpikeQuality", "explained_variance", "spike_quality"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikeQuality:
    """What the spikes of one neuron are worth.

    Parameters
    ----------
    n_spikes
        Number of spikes.
    rate_hz
        Spikes a second.
    amplitude
        Median amplitude in the units of calcium; NaN without spikes.
    noise
        Robust deviation of what the spikes leave unexplained, in the units of calcium.
    snr
        ``amplitude`` over ``noise``; NaN without spikes, infinite without noise.
    r2
        Share of the variance that the spikes explain; NaN for a constant trace.
    t_rise_sec, t_off_sec
        Kinetics that were used, in seconds.
    is_fitted
        Whether the kinetics were measured on this neuron.
    """

    n_spikes: int
    rate_hz: float
    amplitude: float
    noise: float
    snr: float
    r2: float
    t_rise_sec: float
    t_off_sec: float
    is_fitted: bool


def spike_quality(
    trace: NDArray[np.float64],
    frames: NDArray[np.int64],
    heights: NDArray[np.float64],
    *,
    t_rise: float,
    t_off: float,
    fps: float,
    is_fitted: bool = False,
) -> SpikeQuality:
    """Judge the spikes of one trace.

    Parameters
    ----------
    trace
        Calcium, shape ``(n_frames,)``.
    frames, heights
        Frame and amplitude of every spike.
    t_rise, t_off
        Rise and decay time in frames.
    fps
        Frame rate in Hz.
    is_fitted
        Whether the times were measured on this trace.

    Returns
    -------
    SpikeQuality
    """
    checked_rate(fps)
    explained = sum_of_transients(frames, heights, trace.size, transient(t_rise, t_off))
    residual = trace - explained
    noise = float(MAD_TO_SIGMA * np.median(np.abs(residual - np.median(residual))))
    amplitude = float(np.median(heights)) if heights.size else float("nan")
    return SpikeQuality(
        n_spikes=int(heights.size),
        rate_hz=heights.size * fps / trace.size,
        amplitude=amplitude,
        noise=noise,
        snr=amplitude / noise if noise else amplitude * float("inf"),
        r2=explained_variance(trace, explained),
        t_rise_sec=t_rise / fps,
        t_off_sec=t_off / fps,
        is_fitted=is_fitted,
    )


def explained_variance(trace: NDArray[np.float64], explained: NDArray[np.float64]) -> float:
    """Give ``1 - SSres / SStot``, NaN for a constant trace."""
    total = float(np.sum((trace - trace.mean()) ** 2))
    return 1 - float(np.sum((trace - explained) ** 2)) / total if total else float("nan")

"""How well the spikes of one trace explain it: the row of a table, from plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.spikes.drift import drift_of, noise_deviation
from driada_widgets.core.spikes.parameters import checked_rate

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "NOT_SEARCHED",
    "NO_AMPLITUDES",
    "SpikeQuality",
    "explained_variance",
    "level_of",
    "n_runs",
    "spike_quality",
]

NOT_SEARCHED = "no spikes were looked for"
NO_AMPLITUDES = "the method gives no amplitudes"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikeQuality:
    """What the spikes of one neuron are worth.

    Parameters
    ----------
    cell
        Index in the experiment.
    n_events
        Number of spikes with an amplitude; of regions for the load-time wavelet method.
    event_rate_hz
        Events a second.
    amplitude
        Median amplitude in the units of calcium; NaN without.
    noise
        Standard deviation of the noise in the units of calcium, from the finest wavelet detail of
        the trace as recorded.
    snr
        ``amplitude`` over ``noise``; NaN without amplitudes, infinite without noise.
    r2
        Share of the trace's variance that the spikes explain, its level and slow drift taken off;
        NaN if there is nothing to explain, or nothing that explains.
    t_rise_sec, t_off_sec
        Kinetics that were used, in seconds; NaN if none were.
    is_fitted
        Whether the kinetics were measured.
    problem
        Why there is nothing, in words; empty if nothing is wrong.
    """

    cell: int
    n_events: int
    event_rate_hz: float
    amplitude: float
    noise: float
    snr: float
    r2: float
    t_rise_sec: float
    t_off_sec: float
    is_fitted: bool
    problem: str = ""


def spike_quality(
    trace: NDArray[np.float64],
    heights: NDArray[np.float64],
    reconstruction: NDArray[np.floating[Any]] | None,
    *,
    t_rise: float,
    t_off: float,
    fps: float,
    cell: int = 0,
    n_events: int | None = None,
    is_fitted: bool = False,
    problem: str = "",
) -> SpikeQuality:
    """Judge the spikes of one trace.

    Parameters
    ----------
    trace
        Calcium as recorded, shape ``(n_frames,)``.
    heights
        Amplitude of every spike.
    reconstruction
        Sum of their transients, shape ``(n_frames,)``, or ``None``.
    t_rise, t_off
        Rise and decay time in frames.
    fps
        Frame rate in Hz.
    cell, is_fitted, problem
        Given back.
    n_events
        Number of events; ``None``: of amplitudes.

    Returns
    -------
    SpikeQuality
    """
    checked_rate(fps)
    n_found = heights.size if n_events is None else n_events
    is_usable = trace.size > 0 and bool(np.isfinite(trace).all())
    noise = noise_deviation(trace) if is_usable else float("nan")
    amplitude = float(np.median(heights)) if heights.size else float("nan")
    r2 = float("nan")
    if is_usable and reconstruction is not None:
        explained = np.asarray(reconstruction, dtype=np.float64)
        r2 = explained_variance(trace - level_of(trace, explained, fps=fps), explained)
    return SpikeQuality(
        cell=cell,
        n_events=int(n_found),
        event_rate_hz=n_found * fps / trace.size if trace.size else float("nan"),
        amplitude=amplitude,
        noise=noise,
        snr=amplitude / noise if noise else amplitude * float("inf"),
        r2=r2,
        t_rise_sec=t_rise / fps,
        t_off_sec=t_off / fps,
        is_fitted=is_fitted,
        problem=problem,
    )


def level_of(
    trace: NDArray[np.float64], reconstruction: NDArray[np.float64], *, fps: float
) -> NDArray[np.float64]:
    """Give the level and slow drift on which transients stand, shape ``(n_frames,)``."""
    return drift_of(trace - reconstruction, fps=fps, percent=50.0)


def explained_variance(trace: NDArray[np.float64], explained: NDArray[np.float64]) -> float:
    """Give ``1 - SSres / SStot``, NaN for a constant trace."""
    total = float(np.sum((trace - trace.mean()) ** 2))
    return 1 - float(np.sum((trace - explained) ** 2)) / total if total else float("nan")


def n_runs(mask: NDArray[np.bool_]) -> int:
    """Give the number of runs of True."""
    return int(np.count_nonzero(mask[1:] & ~mask[:-1])) + int(mask[:1].any())

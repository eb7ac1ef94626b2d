"""Rise and decay times measured on the events of one trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.spikes.parameters import checked_rate

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["NO_EVENTS_AVAILABLE", "fit_kinetics", "no_kinetics"]

NO_EVENTS_AVAILABLE = (
    "No events available. Call reconstruct_spikes() or detect_events_threshold() first."
)

FEWEST_MEASUREMENTS = 5
DECAY_SEC, SHORTEST_DECAY_SEC, SHORTEST_FIT_SEC = 5.0, 0.5, 0.25
RISE_SEC, SHORTEST_RISE_SEC, RISE_BASELINE_SEC = 1.5, 0.5, 0.25
LOWEST_LEVEL = 0.01
WORST_R2 = 0.8
DECAY_RANGE_SEC = (0.1, 30.0)
RISE_RANGE_SEC = (0.01, 1.0)
SMOOTHING_SEC = 0.25
SHORTEST_SMOOTHING = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    """Times of many events, and what they come to."""

    values: NDArray[np.float64]
    default: float
    middle: Callable[..., Any]

    @property
    def is_enough(self) -> bool:
        return self.values.size >= FEWEST_MEASUREMENTS

    @property
    def time(self) -> float:
        return float(self.middle(self.values)) if self.is_enough else self.default

    @property
    def spread(self) -> float:
        return float(self.values.std()) if self.values.size else 0.0


def fit_kinetics(
    trace: NDArray[np.float64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    *,
    fps: float,
    default_t_rise_sec: float,
    default_t_off_sec: float,
    aggregation: Literal["median", "mean"] = "median",
) -> dict[str, Any]:
    """Measure rise and decay time on every event, and take the middle.

    Parameters
    ----------
    trace
        Calcium, shape ``(n_frames,)``.
    starts, ends
        First and last frame of each event; events of one frame, or beyond the trace, do not count.
    fps
        Frame rate in Hz.
    default_t_rise_sec, default_t_off_sec
        Given back where fewer than 5 events could be measured.
    aggregation
        ``"median"`` or ``"mean"`` over events.

    Returns
    -------
    dict
        ``optimized``: both were measured; ``partially_optimized``: one was; ``used_defaults`` with
        ``t_rise`` and ``t_off``; ``t_rise``, ``t_off``, ``t_rise_std``, ``t_off_std`` in seconds
        (deviations are 0 without measurements); ``n_events_used_rise``, ``n_events_used_off``,
        ``n_events_detected``; ``method``; ``error`` if neither could be measured.

    Raises
    ------
    ParameterError
        If the frame rate or the aggregation cannot be.

    Notes
    -----
    Decay: slope of a straight line through the logarithm of the trace after its peak. Rise: height
    at the peak over the steepest slope before it, of the trace smoothed by a Savitzky-Golay
    filter of order 2.
    """
    checked_rate(fps)
    middles: dict[str, Callable[..., Any]] = {"median": np.median, "mean": np.mean}
    if aggregation not in middles:
        msg = f"aggregation must be 'median' or 'mean', got {aggregation!r}"
        raise ParameterError(msg, where="aggregation", found=repr(aggregation))
    n_events = int(starts.size)
    is_usable = (starts >= 0) & (starts < ends) & (ends < trace.size)
    if not is_usable.any():
        error = "No valid event boundaries found" if n_events else "No events detected"
        return no_kinetics(error, default_t_rise_sec, default_t_off_sec, n_events=n_events)
    spans = zip(starts[is_usable].tolist(), ends[is_usable].tolist(), strict=True)
    peaks = [start + int(trace[start : end + 1].argmax()) for start, end in spans]
    rises = [_rise(trace, peak, fps) for peak in peaks]
    decays = [_decay(trace, peak, fps) for peak in peaks]
    middle = middles[aggregation]
    rise = _Measured(values=_known(rises), default=default_t_rise_sec, middle=middle)
    decay = _Measured(values=_known(decays), default=default_t_off_sec, middle=middle)
    result = {
        "optimized": rise.is_enough and decay.is_enough,
        "partially_optimized": rise.is_enough != decay.is_enough,
        "used_defaults": {"t_rise": not rise.is_enough, "t_off": not decay.is_enough},
        "t_rise": rise.time,
        "t_off": decay.time,
        "t_rise_std": rise.spread,
        "t_off_std": decay.spread,
        "n_events_used_rise": int(rise.values.size),
        "n_events_used_off": int(decay.values.size),
        "n_events_detected": n_events,
        "method": "direct",
    }
    if not rise.is_enough and not decay.is_enough:
        result["error"] = "Insufficient successful measurements"
    return result


def no_kinetics(
    error: str, default_t_rise_sec: float, default_t_off_sec: float, *, n_events: int = 0
) -> dict[str, Any]:
    """Give the result of a fit that could not be made, as ``fit_kinetics`` does."""
    return {
        "optimized": False,
        "partially_optimized": False,
        "used_defaults": {"t_rise": True, "t_off": True},
        "t_rise": default_t_rise_sec,
        "t_off": default_t_off_sec,
        "t_rise_std": 0.0,
        "t_off_std": 0.0,
        "n_events_used_rise": 0,
        "n_events_used_off": 0,
        "n_events_detected": n_events,
        "method": "direct",
        "error": error,
    }


def _known(times: list[float | None]) -> NDArray[np.float64]:
    return np.array([time for time in times if time is not None], dtype=np.float64)


def _decay(trace: NDArray[np.float64], peak: int, fps: float) -> float | None:
    """Give the decay time after a peak in seconds, or ``None``."""
    segment = trace[peak : peak + int(DECAY_SEC * fps)]
    if segment.size < max(2, int(SHORTEST_DECAY_SEC * fps)) or segment.max() <= 0:
        return None
    level = segment / segment.max()
    frames = np.flatnonzero(level > LOWEST_LEVEL)
    if frames.size < max(2, int(SHORTEST_FIT_SEC * fps)):
        return None
    seconds, logs = frames / fps, np.log(level[frames])
    seconds, logs = seconds - seconds.mean(), logs - logs.mean()
    total = float(logs @ logs)
    if total == 0:
        return None
    slope = float(seconds @ logs) / float(seconds @ seconds)
    residual = logs - slope * seconds
    r2 = 1 - float(residual @ residual) / total
    if r2 < WORST_R2 or slope >= 0:
        return None
    time = -1 / slope
    return time if DECAY_RANGE_SEC[0] < time < DECAY_RANGE_SEC[1] else None


def _rise(trace: NDArray[np.float64], peak: int, fps: float) -> float | None:
    """Give the rise time before a peak in seconds, or ``None``."""
    from scipy.signal import savgol_filter

    segment = trace[max(0, peak - int(RISE_SEC * fps)) : peak + 1]
    window = max(SHORTEST_SMOOTHING, int(SMOOTHING_SEC * fps))
    window += 1 - window % 2
    if segment.size < max(window, int(SHORTEST_RISE_SEC * fps)):
        return None
    smooth = savgol_filter(segment, window, 2)
    steepest = float(np.gradient(smooth).max()) * fps
    if steepest <= 0:
        return None
    baseline = np.median(smooth[: max(1, int(RISE_BASELINE_SEC * fps))])
    time = float(smooth[-1] - baseline) / steepest
    return time if RISE_RANGE_SEC[0] < time < RISE_RANGE_SEC[1] else None

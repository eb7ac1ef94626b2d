"""From events to spikes: how high each transient is, and where it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.spikes.kernel import peak_offset
from driada_widgets.core.spikes.least_squares import nonnegative_amplitudes

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["fitted_amplitudes", "peak_amplitudes", "peak_frames", "spikes_of_events"]

DECAYS_FITTED = 5


def peak_amplitudes(
    trace: NDArray[np.float64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    window: int,
) -> NDArray[np.float64]:
    """Measure each event by itself: its maximum over the median before it.

    Parameters
    ----------
    trace
        Shape ``(n_frames,)``.
    starts, ends
        Half-open frames of the events.
    window
        Frames before the start that are the baseline; without any the baseline is 0.

    Returns
    -------
    ndarray
        Not negative; 0 for events without frames.
    """
    baselines = _medians_before(trace, starts, window)
    amplitudes = np.zeros(starts.size)
    for event, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        segment = trace[max(0, start) : end]
        if segment.size:
            amplitudes[event] = max(0.0, float(segment.max()) - baselines[event])
    return amplitudes


def _medians_before(
    trace: NDArray[np.float64], starts: NDArray[np.int64], window: int
) -> NDArray[np.float64]:
    """Give the median of the ``window`` frames before each start, 0 where there are none."""
    medians = np.zeros(starts.size)
    if window < 1:
        return medians
    is_whole = (starts >= window) & (starts <= trace.size)
    if is_whole.any():
        windows = np.lib.stride_tricks.sliding_window_view(trace, window)
        medians[is_whole] = np.median(windows[starts[is_whole] - window], axis=1)
    for event in np.flatnonzero(~is_whole & (starts > 0)):
        medians[event] = np.median(trace[max(0, starts[event] - window) : starts[event]])
    return medians


def peak_frames(
    trace: NDArray[np.float64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give the first highest frame of each event; its start if it has no frames."""
    peaks = starts.copy()
    for event, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        segment = trace[max(0, start) : end]
        if segment.size:
            peaks[event] = max(0, start) + int(segment.argmax())
    return peaks


def fitted_amplitudes(
    trace: NDArray[np.float64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    peaks: NDArray[np.int64],
    *,
    t_rise: float,
    t_off: float,
    expansion: int,
) -> NDArray[np.float64]:
    """Fit the transients of all events together.

    Parameters
    ----------
    trace
        Shape ``(n_frames,)``.
    starts, ends
        Half-open frames of the events.
    peaks
        Their highest frames.
    t_rise, t_off
        Rise and decay time in frames.
    expansion
        Frames before and after the events over which the fit is made.

    Returns
    -------
    ndarray
        Not negative.
    """
    has_frames = ends > starts
    onsets = np.maximum(0.0, peaks - peak_offset(t_rise, t_off)).astype(np.int64)
    onsets = np.where(has_frames, onsets, starts)
    last = np.maximum(ends, onsets + int(DECAYS_FITTED * t_off)) + expansion
    steps = np.zeros(trace.size + 1, dtype=np.int64)
    np.add.at(steps, np.clip(onsets - expansion, 0, trace.size), 1)
    np.add.at(steps, np.clip(last, 0, trace.size), -1)
    mask = np.cumsum(steps[:-1]) > 0
    return nonnegative_amplitudes(trace, onsets, mask, t_rise=t_rise, t_off=t_off)


def spikes_of_events(
    amplitudes: NDArray[np.float64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    peaks: NDArray[np.int64],
    *,
    n_frames: int,
    offset: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Put each event's amplitude at the frame where its transient starts.

    Parameters
    ----------
    amplitudes
        Events of amplitude 0 leave no spike.
    starts, ends
        Half-open frames of the events; those without frames, or beyond the trace, leave none.
    peaks
        Their highest frames.
    n_frames
        Length of the trace.
    offset
        Frames from a transient's start to its peak.

    Returns
    -------
    frames : ndarray
        Distinct, in order.
    heights : ndarray
        Amplitudes at one frame are added.
    """
    places = np.trunc(peaks - offset).astype(np.int64)
    keep = (amplitudes > 0) & (ends > starts) & (starts >= 0) & (ends <= n_frames)
    keep &= (places >= 0) & (places < n_frames)
    frames, which = np.unique(places[keep], return_inverse=True)
    heights = np.bincount(which, weights=amplitudes[keep], minlength=frames.size)
    return frames, heights.astype(np.float64, copy=False)

"""The methods that run while an experiment is loaded: one search, without subtraction.

They share the names ``wavelet`` and ``threshold`` with the per-neuron methods of
``core.spikes.reconstruct`` and are other algorithms: this ``wavelet`` marks all frames of an
event and gives no amplitudes, this ``threshold`` looks at the slope of the trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.spikes.events import mark_events, scaled, wavelet_search
from driada_widgets.core.spikes.parameters import check_names, check_numbers, checked_rate
from driada_widgets.core.spikes.threshold import slope_peaks
from driada_widgets.core.spikes.wavelet import get_adaptive_wavelet_scales, time_resolutions
from driada_widgets.core.spikes.workers import over_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from driada_widgets.core.report import Progress
    from driada_widgets.core.spikes.traces import Traces
    from driada_widgets.core.spikes.wavelet import MorseWavelet

__all__ = ["LOAD_TIME_METHODS", "LoadTimeSpikes", "check_load_time", "load_time_spikes"]

STAGE = "Reconstructing spikes"
LOAD_TIME_METHODS = ("wavelet", "threshold")

WAVELET_PARAMETERS: dict[str, Any] = {
    "sigma": 8,
    "eps": 10,
    "beta": 2,
    "gamma": 3,
    "scale_length_thr": 40,
    "max_scale_thr": 7,
    "max_ampl_thr": 0.05,
    "max_dur_thr": 200,
}
SCALES = tuple(np.logspace(2.5, 5.5, 50, base=2.0).tolist())

THRESHOLD_PARAMETERS = {"threshold_std": 2.5, "smooth_sigma": 2, "min_spike_interval": 0.1}


@dataclass(frozen=True, kw_only=True, eq=False)
class LoadTimeSpikes:
    """Spikes of all neurons, and how they were found.

    Parameters
    ----------
    spikes
        0 and 1, shape ``(n_cells, n_frames)``.
    metadata
        ``method`` and ``parameters``; for the wavelet method ``start_events``, ``end_events`` and
        ``ridges``, for the threshold method ``spike_times``, one list a neuron.
    """

    spikes: NDArray[np.int8]
    metadata: dict[str, Any]


def load_time_spikes(
    traces: Traces,
    method: str,
    *,
    fps: float,
    params: Mapping[str, Any] | None = None,
    wavelet: MorseWavelet | None = None,
    rel_wvt_times: ArrayLike | None = None,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> LoadTimeSpikes:
    """Find spikes in all traces.

    Parameters
    ----------
    traces
        Shape ``(n_cells, n_frames)``; each is taken and scaled to [0, 1] by itself.
    method
        ``"wavelet"`` or ``"threshold"``.
    fps
        Frame rate in Hz.
    params
        Changes to the parameters. Wavelet: as ``wvt_kwargs`` of ``extract_wvt_events``.
        Threshold: ``threshold_std``, ``smooth_sigma`` in frames, ``min_spike_interval`` in seconds.
    wavelet, rel_wvt_times
        As in ``extract_wvt_events``.
    n_workers
        Neurons at a time.
    progress
        Told about every neuron; asked whether to stop.

    Returns
    -------
    LoadTimeSpikes
        Traces that are constant or not finite have no spikes.

    Raises
    ------
    ParameterError
        If the method or a parameter is unknown or cannot be.

    Notes
    -----
    The wavelet method looks at scales of fixed length in frames, 5.66 to 45.25, and matches peaks
    by the time resolutions of the scales that belong to the frame rate. This is what the method
    is known by; at 20 Hz the two nearly agree.
    """
    check_load_time(method, fps=fps, params=params)
    if method == "wavelet":
        return _by_wavelet(traces, fps, params, wavelet, rel_wvt_times, n_workers, progress)
    return _by_slope(traces, fps, params, n_workers, progress)


def check_load_time(method: str, *, fps: float, params: Mapping[str, Any] | None) -> None:
    """Refuse a method or parameters that cannot be.

    Parameters
    ----------
    method, fps, params
        As in ``load_time_spikes``.

    Raises
    ------
    ParameterError
        If the method or a parameter is unknown or cannot be.
    """
    checked_rate(fps)
    given = dict(params or {})
    if method == "wavelet":
        wavelet_search(3, {"fps": fps, **given}, None, None)
    elif method == "threshold":
        check_names(given, (*THRESHOLD_PARAMETERS, "fps"), "the load-time threshold method")
        check_numbers(given)
        slope_peaks(np.zeros(2), **{"fps": fps, **THRESHOLD_PARAMETERS, **given})
    else:
        msg = f"Unknown method '{method}'. Use 'wavelet', 'threshold', or provide a callable."
        raise ParameterError(msg, where="method", found=repr(method))


def _by_wavelet(  # noqa: PLR0917 - private
    traces: Traces,
    fps: float,
    params: Mapping[str, Any] | None,
    wavelet: MorseWavelet | None,
    rel_wvt_times: ArrayLike | None,
    n_workers: int,
    progress: Progress | None,
) -> LoadTimeSpikes:
    parameters = {
        "fps": fps,
        **WAVELET_PARAMETERS,
        "manual_scales": np.array(SCALES),
        **(params or {}),
    }
    times = rel_wvt_times
    if times is None:
        n_scales = len(parameters["manual_scales"])
        scales = get_adaptive_wavelet_scales(parameters["fps"], n_scales=n_scales)
        times = time_resolutions(scales, wavelet)
    n_cells, n_frames = traces.shape
    search = wavelet_search(n_frames, parameters, wavelet, times)
    found = over_cells(
        lambda cell, check: search(np.asarray(traces[cell], dtype=np.float64), check),
        n_cells,
        stage=STAGE,
        n_workers=n_workers,
        progress=progress,
    )
    spikes = np.zeros((n_cells, n_frames), dtype=np.int8)
    for row, ridges in zip(spikes, found, strict=True):
        if len(ridges):
            starts, ends = ridges.bounds.T
            row[mark_events(n_frames, starts, ends, fps)] = 1
    metadata = {
        "method": "wavelet",
        "parameters": parameters,
        "start_events": [ridges.bounds[:, 0].tolist() for ridges in found],
        "end_events": [ridges.bounds[:, 1].tolist() for ridges in found],
        "ridges": found,
    }
    return LoadTimeSpikes(spikes=spikes, metadata=metadata)


def _by_slope(
    traces: Traces,
    fps: float,
    params: Mapping[str, Any] | None,
    n_workers: int,
    progress: Progress | None,
) -> LoadTimeSpikes:
    parameters: dict[str, Any] = {"fps": fps, **THRESHOLD_PARAMETERS, **(params or {})}

    def peaks(cell: int, check: Callable[[], None]) -> NDArray[np.int64]:
        trace = scaled(traces[cell])
        if trace is None:
            return np.zeros(0, dtype=np.int64)
        return slope_peaks(trace, **parameters)

    n_cells, n_frames = traces.shape
    found = over_cells(peaks, n_cells, stage=STAGE, n_workers=n_workers, progress=progress)
    spikes = np.zeros((n_cells, n_frames), dtype=np.int8)
    for row, frames in zip(spikes, found, strict=True):
        row[frames] = 1
    metadata = {
        "method": "threshold",
        "parameters": parameters,
        "spike_times": [frames.tolist() for frames in found],
    }
    return LoadTimeSpikes(spikes=spikes, metadata=metadata)

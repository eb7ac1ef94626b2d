"""Events of traces by wavelet ridges, under the names that the field knows; events as 0 and 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import DataShapeError, DataValueError
from driada_widgets.core.spikes.parameters import (
    DEFAULT_FPS,
    LONGEST_EVENT_SEC,
    PEAK_ORDER_SEC,
    SHORTEST_EVENT_SEC,
    SMOOTHING_SEC,
    RidgeCriterion,
    check_names,
    check_numbers,
    checked_rate,
)
from driada_widgets.core.spikes.ridges import Ridges, find_ridges
from driada_widgets.core.spikes.wavelet import (
    MorseWavelet,
    filter_bank,
    get_adaptive_wavelet_scales,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from driada_widgets.core.report import Progress
    from driada_widgets.core.spikes.ridges import Ridge
    from driada_widgets.core.spikes.wavelet import FilterBank

__all__ = [
    "WVT_KEYS",
    "event_ridges",
    "events_from_trace",
    "events_to_ts_array",
    "extract_wvt_events",
    "mark_events",
    "scaled",
    "wavelet_search",
]

WVT_KEYS = (
    "fps",
    "sigma",
    "sigma_sec",
    "eps",
    "eps_sec",
    "manual_scales",
    "scale_length_thr",
    "max_scale_thr",
    "max_ampl_thr",
    "max_dur_thr",
    "max_event_dur",
    "min_event_dur",
    "beta",
    "gamma",
)
"""Keys that ``wvt_kwargs`` may hold; ``min_event_dur`` is accepted and not used."""


def event_ridges(
    signal: NDArray[np.float64],
    bank: FilterBank,
    *,
    sigma: float,
    order: int,
    criterion: RidgeCriterion,
    check: Callable[[], None] | None = None,
) -> Ridges:
    """Give the ridges of one trace that are events.

    Parameters
    ----------
    signal
        Shape ``(bank.n_frames,)``; scaled to [0, 1] here.
    bank
        Filters of every scale.
    sigma
        Width of the Gaussian that smooths it, in frames.
    order
        Frames to each side over which a peak is the largest value.
    criterion
        Which ridges are events.
    check
        Called now and then; stops the search by raising.

    Returns
    -------
    Ridges
        None if the signal is constant or not finite.
    """
    from scipy.ndimage import gaussian_filter1d

    trace = scaled(signal)
    if trace is None:
        return Ridges.none()
    smooth = gaussian_filter1d(trace, sigma) if sigma > 0 else trace
    return find_ridges(smooth, bank, order, check).that_are_events(criterion)


def scaled(signal: NDArray[Any]) -> NDArray[np.float64] | None:
    """Scale a trace to [0, 1]; ``None`` if it is constant or not finite."""
    if signal.size == 0:
        return None
    low, high = float(signal.min()), float(signal.max())
    if not 0 < high - low < float("inf"):
        return None
    return (signal.astype(np.float64, copy=False) - low) / (high - low)


def events_from_trace(  # noqa: PLR0917 - the reference's signature
    trace: ArrayLike,
    wavelet: MorseWavelet | None,
    manual_scales: ArrayLike,
    rel_wvt_times: ArrayLike | None,
    fps: float = DEFAULT_FPS,
    sigma: float = 8,
    eps: int = 10,
    scale_length_thr: float = 40,
    max_scale_thr: float = 7,
    max_ampl_thr: float = 0.05,
    max_dur_thr: float = 200,
) -> tuple[list[Ridge], list[int], list[int]]:
    """Find the events of one trace.

    Parameters
    ----------
    trace
        Shape ``(n_frames,)``; scaled to [0, 1] here.
    wavelet
        ``None``: the default one.
    manual_scales
        In frames, small to large.
    rel_wvt_times
        Time resolution of each scale in frames; ``None``: computed.
    fps
        Frame rate in Hz; every other parameter is in frames, so it changes nothing.
    sigma
        Width of the Gaussian that smooths the trace, in frames.
    eps
        Frames to each side over which a peak is the largest value.
    scale_length_thr, max_scale_thr, max_ampl_thr, max_dur_thr
        Which ridges are events: length in scales, scale and height of the largest amplitude, at
        least; frames between first and last position, at most.

    Returns
    -------
    ridges : list of Ridge
        Those that are events.
    starts, ends : list of int
        First and last frame along scale of each, in order.

    Raises
    ------
    DataShapeError, DataValueError
        Both are ``ValueError``: a trace that is not one-dimensional, empty, constant or not finite.
    """
    values = np.asarray(trace)
    if values.ndim != 1:
        msg = f"trace must be 1D, got shape {values.shape}"
        raise DataShapeError(msg, where="trace", found=str(values.shape), expected="(n_frames,)")
    if values.size == 0:
        msg = "trace cannot be empty"
        raise DataShapeError(msg, where="trace", found="(0,)")
    signal = values.astype(np.float64, copy=False)
    if not np.isfinite(signal).all():
        msg = "trace holds NaN or infinite values; fill or remove them first"
        raise DataValueError(msg, where="trace")
    if signal.min() == signal.max():
        msg = "trace has zero range (constant signal)"
        raise DataValueError(msg, where="trace")
    ridges = event_ridges(
        signal,
        _bank(signal.size, manual_scales, rel_wvt_times, wavelet),
        sigma=sigma,
        order=max(1, int(eps)),
        criterion=RidgeCriterion(
            fewest_scales=scale_length_thr,
            smallest_scale=max_scale_thr,
            smallest_amplitude=max_ampl_thr,
            longest=max_dur_thr,
        ),
    )
    starts, ends = ridges.bounds.T.tolist()
    return list(ridges), starts, ends


def _bank(
    n_frames: int,
    scales: ArrayLike,
    times: ArrayLike | None,
    wavelet: MorseWavelet | None,
) -> FilterBank:
    return filter_bank(
        n_frames,
        tuple(np.asarray(scales, dtype=np.float64).tolist()),
        None if times is None else tuple(np.asarray(times, dtype=np.float64).tolist()),
        wavelet or MorseWavelet(),
    )


def extract_wvt_events(  # noqa: PLR0917 - the reference's signature
    traces: ArrayLike,
    wvt_kwargs: Mapping[str, Any],
    show_progress: bool | None = None,
    wavelet: MorseWavelet | None = None,
    rel_wvt_times: ArrayLike | None = None,
    use_gpu: bool = False,
    *,
    progress: Progress | None = None,
) -> tuple[list[list[int]], list[list[int]], list[list[Ridge]]]:
    """Find the events of many traces.

    Parameters
    ----------
    traces
        Shape ``(n_cells, n_frames)``.
    wvt_kwargs
        Parameters of the search. ``fps`` in Hz; ``sigma`` in frames or ``sigma_sec``; ``eps`` in
        frames or ``eps_sec``; ``manual_scales`` in frames; ``scale_length_thr``,
        ``max_scale_thr``, ``max_ampl_thr``; ``max_dur_thr`` in frames or ``max_event_dur`` in
        seconds; ``beta`` and ``gamma`` of the wavelet.
    show_progress, use_gpu
        Accepted and not used: nothing is printed, and there is one way of computing.
    wavelet, rel_wvt_times
        As in ``events_from_trace``.
    progress
        Told about every trace; asked whether to stop.

    Returns
    -------
    starts, ends : list of list of int
        Frames of the events of each trace. A trace that is constant or not finite has none.
    ridges : list of list of Ridge
        The ridges that they are.

    Raises
    ------
    DataShapeError
        A ``ValueError``: traces that are not a table, or have no frames.
    TypeError
        If ``wvt_kwargs`` is no dictionary.
    ParameterError
        If a key is unknown.
    """
    rows = np.asarray(traces)
    if rows.ndim != 2:
        msg = f"traces must be 2D (neurons x time), got shape {rows.shape}"
        raise DataShapeError(msg, where="traces", found=str(rows.shape))
    if rows.shape[1] == 0:
        msg = "traces cannot be empty (no time points)"
        raise DataShapeError(msg, where="traces", found=str(rows.shape))
    if not isinstance(wvt_kwargs, dict):
        msg = f"wvt_kwargs must be dict, got {type(wvt_kwargs).__name__}"
        raise TypeError(msg)
    if progress is not None:
        progress.begin("Finding events", len(rows))
    search = wavelet_search(rows.shape[1], wvt_kwargs, wavelet, rel_wvt_times)
    found = []
    for row in rows:
        found.append(search(row.astype(np.float64, copy=False)))
        if progress is not None:
            progress.advance()
    starts = [ridges.bounds[:, 0].tolist() for ridges in found]
    ends = [ridges.bounds[:, 1].tolist() for ridges in found]
    return starts, ends, [list(ridges) for ridges in found]


def wavelet_search(
    n_frames: int,
    wvt_kwargs: Mapping[str, Any],
    wavelet: MorseWavelet | None = None,
    rel_wvt_times: ArrayLike | None = None,
) -> Callable[..., Ridges]:
    """Give the search that parameters describe, for traces of one length.

    Parameters
    ----------
    n_frames
        Length of the traces.
    wvt_kwargs, wavelet, rel_wvt_times
        As in ``extract_wvt_events``.

    Returns
    -------
    callable
        From a trace, and perhaps a function that stops it by raising, to the ridges that are its
        events.
    """
    check_names(wvt_kwargs, WVT_KEYS, "the wavelet search")
    check_numbers({name: value for name, value in wvt_kwargs.items() if name != "manual_scales"})
    given = dict(wvt_kwargs)
    fps = checked_rate(given.get("fps", DEFAULT_FPS))
    sigma = given.get("sigma", given.get("sigma_sec", SMOOTHING_SEC) * fps)
    order = given.get("eps", int(given.get("eps_sec", PEAK_ORDER_SEC) * fps))
    longest = given.get("max_dur_thr", int(given.get("max_event_dur", LONGEST_EVENT_SEC) * fps))
    default = MorseWavelet()
    shape = wavelet or MorseWavelet(
        beta=float(given.get("beta", default.beta)), gamma=float(given.get("gamma", default.gamma))
    )
    bank = _bank(
        n_frames,
        given.get("manual_scales", get_adaptive_wavelet_scales(fps)),
        rel_wvt_times,
        shape,
    )
    criterion = RidgeCriterion(
        fewest_scales=given.get("scale_length_thr", 40),
        smallest_scale=given.get("max_scale_thr", 7),
        smallest_amplitude=given.get("max_ampl_thr", 0.05),
        longest=longest,
    )

    def search(trace: NDArray[np.float64], check: Callable[[], None] | None = None) -> Ridges:
        return event_ridges(
            trace, bank, sigma=sigma, order=max(1, int(order)), criterion=criterion, check=check
        )

    return search


def events_to_ts_array(
    length: int,
    st_ev_inds: Sequence[Sequence[int]],
    end_ev_inds: Sequence[Sequence[int]],
    fps: float,
) -> NDArray[np.float64]:
    """Mark the frames of events.

    Parameters
    ----------
    length
        Number of frames.
    st_ev_inds, end_ev_inds
        First and last frames of the events, one list a cell.
    fps
        Frame rate in Hz. Events shorter than 0.5 s are marked for 0.5 s around their middle,
        longer than 2.5 s for their first 2.5 s.

    Returns
    -------
    ndarray
        1 in events, else 0, shape ``(n_cells, length)``.

    Raises
    ------
    TypeError
        If the events are no lists.
    DataShapeError
        A ``ValueError``: lists that do not fit together, or no cell.
    """
    if not isinstance(st_ev_inds, list) or not isinstance(end_ev_inds, list):
        msg = "st_ev_inds and end_ev_inds must be lists"
        raise TypeError(msg)
    if len(st_ev_inds) != len(end_ev_inds):
        msg = f"Starts are given for {len(st_ev_inds)} cells and ends for {len(end_ev_inds)}"
        raise DataShapeError(msg, where="end_ev_inds")
    if not st_ev_inds:
        msg = "Must have at least one neuron"
        raise DataShapeError(msg, where="st_ev_inds")
    marks = np.zeros((len(st_ev_inds), length))
    for row, starts, ends in zip(marks, st_ev_inds, end_ev_inds, strict=True):
        if len(starts) != len(ends):
            msg = f"A cell has {len(starts)} starts and {len(ends)} ends"
            raise DataShapeError(msg, where="end_ev_inds")
        row[mark_events(length, np.array(starts), np.array(ends), fps)] = 1
    return marks


def mark_events(
    n_frames: int, starts: NDArray[Any], ends: NDArray[Any], fps: float
) -> NDArray[np.bool_]:
    """Mark the frames of one cell's events, by the rule of ``events_to_ts_array``."""
    shortest, longest = int(SHORTEST_EVENT_SEC * fps), int(LONGEST_EVENT_SEC * fps)
    first, last = np.minimum(starts, ends).astype(np.int64), np.maximum(starts, ends)
    duration = (last - first).astype(np.int64)
    middle = first + duration // 2
    is_short = duration < shortest
    begin = np.where(is_short, middle - shortest // 2, first)
    stop = np.where(is_short, middle + shortest // 2, first + np.minimum(duration, longest))
    steps = np.zeros(n_frames + 1, dtype=np.int64)
    np.add.at(steps, np.clip(begin, 0, n_frames), 1)
    np.add.at(steps, np.clip(stop, 0, n_frames), -1)
    return np.cumsum(steps[:-1]) > 0

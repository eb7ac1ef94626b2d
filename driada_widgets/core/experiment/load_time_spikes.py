"""The load-time methods of spike reconstruction, on series and on contents.

They run on calcium as recorded: not clipped at 0, bad frames still in it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import DataShapeError
from driada_widgets.core.experiment.derive import read_only
from driada_widgets.core.experiment.events import CellEvents, with_events
from driada_widgets.core.experiment.raw_traces import RawTraces
from driada_widgets.core.signals.multi import MultiTimeSeries
from driada_widgets.core.signals.series import TimeSeries
from driada_widgets.core.spikes.load_time import load_time_spikes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from driada_widgets.core.experiment.contents import Contents
    from driada_widgets.core.report import Progress
    from driada_widgets.core.spikes.wavelet import MorseWavelet

    Method = str | Callable[[MultiTimeSeries, float, Mapping[str, Any]], Any]

__all__ = ["load_time_metadata", "overridden", "reconstruct_spikes", "with_load_time_spikes"]

FAMILY = "load-time"


def reconstruct_spikes(  # noqa: PLR0917 - the reference's signature
    calcium: MultiTimeSeries,
    method: Method = "wavelet",
    fps: float = 20.0,
    params: Mapping[str, Any] | None = None,
    wavelet: MorseWavelet | None = None,
    rel_wvt_times: ArrayLike | None = None,
    use_gpu: bool = False,
    *,
    progress: Progress | None = None,
) -> tuple[MultiTimeSeries, dict[str, Any]]:
    """Find spikes in all traces by a load-time method.

    The per-neuron methods of ``Experiment.reconstruct_all_neurons`` share the names ``wavelet``
    and ``threshold`` and are other algorithms.

    Parameters
    ----------
    calcium
        Traces.
    method
        ``"wavelet"`` marks all frames of events; ``"threshold"`` marks where the smoothed trace
        rises fastest; a function takes ``(calcium, fps, params)`` and gives what this gives.
    fps
        Frame rate in Hz.
    params
        Changes to the parameters; see ``core.spikes.load_time.load_time_spikes``.
    wavelet, rel_wvt_times
        A ``MorseWavelet`` and the time resolutions of its scales in frames; ``None``: default.
    use_gpu
        Accepted and not used.
    progress
        Told about every neuron; asked whether to stop.

    Returns
    -------
    spikes : MultiTimeSeries
        0 and 1, one component a trace.
    metadata : dict
        ``method``, ``parameters``, and what was found: ``start_events``, ``end_events`` and
        ``ridges``, or ``spike_times``.

    Raises
    ------
    ParameterError
        A ``ValueError``: an unknown method or parameter.
    TypeError
        If a function does not take or give the right things.
    """
    if callable(method):
        return _by_function(method, calcium, fps, params)
    found = load_time_spikes(
        calcium.data,
        method,
        fps=fps,
        params=params,
        wavelet=wavelet,
        rel_wvt_times=rel_wvt_times,
        progress=progress,
    )
    return _series_of(found.spikes), found.metadata


def _by_function(
    method: Callable[..., Any],
    calcium: MultiTimeSeries,
    fps: float,
    params: Mapping[str, Any] | None,
) -> tuple[MultiTimeSeries, dict[str, Any]]:
    try:
        spikes, metadata = method(calcium, fps, params)
    except TypeError as error:
        msg = (
            "Custom method must have signature (calcium, fps, params) -> "
            f"(MultiTimeSeries, dict). Error: {error}"
        )
        raise TypeError(msg) from error
    if not isinstance(spikes, MultiTimeSeries) or spikes.data.shape != calcium.data.shape:
        found = getattr(getattr(spikes, "data", None), "shape", type(spikes).__name__)
        msg = (
            f"Expected spikes as a MultiTimeSeries of shape {calcium.data.shape} from the custom "
            f"method, got {found}."
        )
        raise DataShapeError(msg, where="reconstruct_spikes", found=str(found))
    return spikes, dict(metadata or {})


def _series_of(spikes: NDArray[np.int8]) -> MultiTimeSeries:
    block = spikes.astype(np.int64)
    return MultiTimeSeries.from_block(
        block,
        shape=(block.shape[0], block.shape[1]),
        discrete=True,
        name="spikes",
        component=lambda cell: TimeSeries.from_trusted(
            block[cell], name=f"neuron_{cell}_sp", discrete=True
        ),
    )


def overridden(method: object) -> str:
    """Say that given spikes give way to reconstructed ones."""
    return (
        f"Spike data will be overridden by reconstructed spikes from Ca2+ data with method={method}"
    )


def with_load_time_spikes(
    contents: Contents,
    method: Method,
    *,
    params: Mapping[str, Any] | None = None,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> Contents:
    """Replace spikes by those that a load-time method finds.

    Parameters
    ----------
    contents
        What the experiment is made from.
    method, params
        As in ``reconstruct_spikes``.
    n_workers
        Neurons at a time.
    progress
        Told about every neuron; asked whether to stop.

    Returns
    -------
    Contents
        With ``spikes``, and with ``reconstruction``; amplitudes stay as they are.
    """
    traces = RawTraces(contents)
    fps = float(contents.static_features["fps"])
    if callable(method):
        series, metadata = _by_function(method, traces.series(), fps, params)
        found, name = np.asarray(series.data), getattr(method, "__name__", "callable")
    else:
        result = load_time_spikes(
            traces, method, fps=fps, params=params, n_workers=n_workers, progress=progress
        )
        found, metadata, name = result.spikes, dict(result.metadata), method
    ridges = metadata.pop("ridges", None)
    events = contents.events
    if ridges is not None and not callable(method):
        changed = [CellEvents(cell=cell, load_ridges=each) for cell, each in enumerate(ridges)]
        events = with_events(events, changed)
    spikes = found
    if traces.rows is not None:
        spikes = np.zeros(contents.calcium.shape, dtype=found.dtype)
        spikes[list(traces.rows)] = found
    given = {key: cells for key, cells in contents.given_cells.items() if key != "spikes"}
    return replace(
        contents,
        spikes=read_only(spikes),
        given_cells=given,
        events=events,
        reconstruction={"family": FAMILY, "method": name, "metadata": metadata},
    )


def load_time_metadata(contents: Contents, n_cells: int) -> dict[str, Any] | None:
    """Give what the load-time method told, ridges included; ``None`` if none was used."""
    told = contents.reconstruction
    if told is None or told["family"] != FAMILY:
        return None
    metadata = dict(told["metadata"])
    if metadata.get("method") == "wavelet" and contents.events is not None:
        stored = [contents.events.of(cell) for cell in range(n_cells)]
        metadata["ridges"] = [
            [] if each is None or each.load_ridges is None else list(each.load_ridges)
            for each in stored
        ]
    return metadata

"""The spikes of a built experiment over its traces, made neuron by neuron as they are looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.spikes.quality import level_of
from driada_widgets.panel.overlays import (
    CellOverlay,
    TraceOverlay,
    recorded_cell,
    to_recording_frames,
)
from driada_widgets.panel.spike_count import event_starts, marks_regions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from driada_widgets.core.experiment.experiment import Experiment

__all__ = ["found_overlay"]

MAX_CELLS = 200
"""Neurons that are remembered; more are made again when they come into view."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """Events of one neuron, and what they stand for."""

    frames: NDArray[np.int64]
    reconstruction: NDArray[Any] | None


class _FoundCells(Mapping[int, CellOverlay]):
    """Overlays by row of the recording."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._places = {recorded_cell(experiment, cell): cell for cell in range(experiment.n_cells)}
        self._made: OrderedDict[int, CellOverlay] = OrderedDict()

    def __getitem__(self, row: int) -> CellOverlay:
        if row not in self._made:
            found = _found(self._experiment, self._places[row])
            self._made[row] = to_recording_frames(self._experiment, found)
            if len(self._made) > MAX_CELLS:
                self._made.popitem(last=False)
        return self._made[row]

    def __iter__(self) -> Iterator[int]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def found_overlay(experiment: Experiment) -> TraceOverlay:
    """Give the spikes of an experiment, to be drawn over its traces.

    Parameters
    ----------
    experiment
        With spikes.

    Returns
    -------
    TraceOverlay
        Reconstructions where spikes have amplitudes.
    """
    return TraceOverlay(cells=_FoundCells(experiment), title="Spikes of the built experiment")


def _found(experiment: Experiment, cell: int) -> _Found:
    neuron = experiment.neurons[cell]
    heights = neuron.asp if neuron.asp is not None else neuron.sp
    if heights is None:
        return _Found(frames=np.empty(0, dtype=np.int64), reconstruction=None)
    frames = event_starts(heights.data, are_regions=marks_regions(experiment))
    made = neuron.reconstructed if neuron.asp is not None and frames.size else None
    if made is None:
        return _Found(frames=frames, reconstruction=None)
    trace = _recorded(experiment, cell)
    transients = np.asarray(made.data, dtype=np.float64)
    level = level_of(trace, transients, fps=neuron.fps) if np.isfinite(trace).all() else 0.0
    return _Found(frames=frames, reconstruction=(transients + level).astype(np.float32))


def _recorded(experiment: Experiment, cell: int) -> NDArray[np.float64]:
    """Give the trace of a neuron as recorded, with its negative values, without bad frames."""
    contents = experiment.contents
    trace = np.asarray(contents.calcium[recorded_cell(experiment, cell)], dtype=np.float64)
    bad = contents.bad_frames_mask
    return trace if bad is None else trace[~bad]

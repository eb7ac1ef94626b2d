"""What is drawn over the traces: events and the trace that they stand for, by neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from driada_widgets.panel.columns import min_max_columns
from driada_widgets.panel.trace_rows import OverlayRows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.experiment import Experiment

__all__ = ["CellOverlay", "TraceOverlay", "overlay_rows", "recorded_cell", "to_recording_frames"]


class Trial(Protocol):
    """Events found in one neuron, on the frames of the experiment that was built."""

    @property
    def frames(self) -> NDArray[Any]:
        """Frames of the events, in order."""

    @property
    def reconstruction(self) -> NDArray[Any] | None:
        """Trace that the events stand for, shape ``(n_frames,)``, or ``None``."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellOverlay:
    """What is drawn over one neuron's trace, on the frames of the recording as opened.

    Parameters
    ----------
    event_frames
        Frames of the events, in order.
    reconstruction
        Trace that the events stand for, shape ``(n_frames,)``, in the unit of the trace; NaN
        where there is none. ``None``: no line is drawn.
    """

    event_frames: NDArray[np.int64]
    reconstruction: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TraceOverlay:
    """What is drawn over the traces.

    Parameters
    ----------
    cells
        By row of the recording; neurons that are not in it get nothing. Only the neurons on
        screen are looked up, so the mapping may compute what it gives.
    title
        What it shows, for the legend: ``"wavelet, tried on 5 neurons"``.
    """

    cells: Mapping[int, CellOverlay]
    title: str = ""


def recorded_cell(experiment: Experiment, cell: int) -> int:
    """Give the row of the recording that a neuron of the experiment was made from."""
    kept = experiment.contents.kept_cells
    return cell if kept is None else kept[cell]


def to_recording_frames(experiment: Experiment, trial: Trial) -> CellOverlay:
    """Move events and reconstruction from the frames of an experiment to those of its recording.

    Parameters
    ----------
    experiment
        What was built; it knows which frames were removed.
    trial
        What was found in one of its neurons.

    Returns
    -------
    CellOverlay
        Removed frames have no event and no reconstruction (NaN).
    """
    mask = experiment.contents.bad_frames_mask
    n_frames = experiment.contents.calcium.shape[1]
    kept = np.arange(n_frames) if mask is None else np.flatnonzero(~mask)
    line = None
    if trial.reconstruction is not None:
        line = np.full(n_frames, np.nan, dtype=np.float32)
        line[kept] = trial.reconstruction
    events = kept[np.asarray(trial.frames, dtype=np.intp)].astype(np.int64)
    return CellOverlay(event_frames=events, reconstruction=line)


def overlay_rows(
    overlay: TraceOverlay | None, cells: Sequence[int], start: int, stop: int, n_columns: int
) -> OverlayRows | None:
    """Reduce an overlay to what is seen of it.

    Parameters
    ----------
    overlay
        ``None``: nothing is drawn over the traces.
    cells
        Neurons on screen, from top to bottom.
    start, stop, n_columns
        As for the traces (:func:`~driada_widgets.panel.columns.min_max_columns`).

    Returns
    -------
    OverlayRows
        ``None`` if there is nothing for these neurons.
    """
    if overlay is None:
        return None
    found = [overlay.cells.get(cell) for cell in cells]
    if not any(found):
        return None
    none = np.empty(0, dtype=np.int64)
    lines = {
        place: min_max_columns(each.reconstruction[np.newaxis], start, stop, n_columns)[0]
        for place, each in enumerate(found)
        if each is not None and each.reconstruction is not None
    }
    return OverlayRows(
        title=overlay.title,
        places=tuple(lines),
        columns=tuple(lines.values()),
        events=tuple(none if each is None else each.event_frames for each in found),
    )

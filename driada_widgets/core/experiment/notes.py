"""What a finished experiment has to say about its recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.experiment.limits import (
    CALCIUM_EDGE_DECAYS,
    few_positions_note,
    short_recording_note,
)
from driada_widgets.core.report import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.contents import Contents
    from driada_widgets.core.experiment.derive import DerivedArrays

__all__ = ["NO_SPIKES", "looks_transposed", "metrics_of_cells", "recording_notes"]

NO_SPIKES = Note(
    id="no-spikes",
    level="warning",
    subject="spikes",
    text="No spike data provided, spikes reconstruction from Ca2+ data disabled",
    verbose_only=True,
)

N_SHOWN = 10


def recording_notes(
    contents: Contents, derived: DerivedArrays, *, fps: float, t_off_sec: float
) -> Iterator[Note]:
    """Say what a person should know about the recording; calcium is not touched."""
    n_frames = derived.n_frames
    n_valid = n_frames - 2 * int(CALCIUM_EDGE_DECAYS * t_off_sec * fps)
    short = short_recording_note(n_frames, fps=fps, t_off_sec=t_off_sec)
    note = short or few_positions_note(n_valid, n_frames)
    if note is not None:
        yield note
    if contents.calcium_range is not None:
        yield from _silent_notes(contents.calcium_range, derived.kept_cells)
    if contents.spikes is None:
        yield NO_SPIKES


def _silent_notes(
    calcium_range: NDArray[np.float64], kept_cells: tuple[int, ...] | None
) -> Iterator[Note]:
    """Flag neurons whose trace, with negative values at 0, is constant."""
    if kept_cells is not None:
        calcium_range = calcium_range[list(kept_cells)]
    low, high = calcium_range.T
    for is_silent, id_, what in (
        (low == high, "neurons-constant", "constant over the whole recording"),
        ((low != high) & (high <= 0), "neurons-negative", "never above 0, and shown as 0"),
    ):
        cells = np.flatnonzero(is_silent)
        if cells.size:
            shown = ", ".join(map(str, cells[:N_SHOWN]))
            more = f" and {cells.size - N_SHOWN} more" if cells.size > N_SHOWN else ""
            text = f"{cells.size} of {low.size} neurons are {what}: {shown}{more}."
            yield Note(id=id_, level="warning", subject="calcium", text=text)


def looks_transposed(n_cells: int, n_frames: int) -> Note | None:
    """Say that calcium has more cells than frames, if so."""
    if n_cells <= n_frames:
        return None
    text = (
        f"Number of cells ({n_cells}) > number of time frames ({n_frames}). Data appears to be "
        "transposed. Expected shape: (n_neurons, n_timepoints)."
    )
    return Note(id="looks-transposed", level="warning", subject="calcium", text=text)


def metrics_of_cells(
    metadata: Mapping[str, Any] | None, n_cells: int, kept_cells: tuple[int, ...] | None
) -> tuple[Mapping[str, Any] | None, Note | None]:
    """Take the stored measures of neurons out of the metadata.

    Parameters
    ----------
    metadata
        Its entry ``metrics_df`` holds one list a measure, one item a neuron.
    n_cells
        Neurons of the experiment.
    kept_cells
        Recorded rows that they are; ``None``: all.

    Returns
    -------
    metrics : Mapping or None
        One list of ``n_cells`` items a measure.
    note : Note or None
        Why stored measures are not used, if they are not.
    """
    stored = (metadata or {}).get("metrics_df")
    if not stored:
        return None, None
    columns = _columns(stored)
    if columns is None:
        text = "metrics_df is not a table of one list a measure. It will not be loaded."
        return None, _ignored(text)
    lengths = {len(column) for column in columns.values()}
    if lengths == {n_cells}:
        return columns, None
    if kept_cells is not None and len(lengths) == 1 and lengths.pop() > max(kept_cells):
        return {key: [column[row] for row in kept_cells] for key, column in columns.items()}, None
    first = len(next(iter(columns.values())))
    text = (
        f"metrics_df length ({first}) doesn't match neuron count ({n_cells}). "
        "Per-neuron metrics will not be loaded."
    )
    return None, _ignored(text)


def _columns(stored: Any) -> dict[str, list[Any]] | None:
    try:
        return {str(key): list(stored[key]) for key in stored}
    except (TypeError, KeyError, IndexError):
        return None


def _ignored(text: str) -> Note:
    return Note(
        id="metrics-ignored", level="warning", subject="_metadata", text=text, verbose_only=True
    )

"""Contents with the spikes of some neurons replaced by what was found in their traces."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.experiment.derive import DerivedArrays, amplitude_dtype, read_only
from driada_widgets.core.experiment.events import EVENT_ARRAYS, with_events

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.contents import Contents
    from driada_widgets.core.experiment.events import CellEvents
    from driada_widgets.core.spikes.reconstruct import CellSpikes

__all__ = ["SPIKE_IDS", "with_found_spikes"]

SPIKE_IDS = ("spikes", "asp", "reconstructions", *EVENT_ARRAYS)
"""Ids of the arrays that may be others afterwards."""


def with_found_spikes(
    contents: Contents,
    found: Mapping[int, CellSpikes],
    events: Sequence[CellEvents],
    *,
    made_of: NDArray[Any] | None = None,
) -> Contents:
    """Replace spikes, amplitudes and reconstructions of neurons.

    Parameters
    ----------
    contents
        What the experiment is made from.
    found
        New spikes, by index in the experiment.
    events
        What is known now about the events of neurons.
    made_of
        Reconstructions over all recorded neurons and frames, if they are there already.

    Returns
    -------
    Contents
        Spikes are 0 and 1, amplitudes of the precision of calcium, over all recorded neurons and
        frames; 0 where neurons or frames were left out. A reconstruction that was given and has no
        successor holds no longer.
    """
    shape = DerivedArrays(contents)
    cells = range(shape.n_cells)
    given = {name: _having(contents, name, cells) for name in ("spikes", "asp", "reconstructions")}
    changes: dict[str, Any] = {}
    if events:
        changes["events"] = with_events(contents.events, events)
    if found:
        for name, dtype in (
            ("spikes", np.dtype(np.int8)),
            ("asp", amplitude_dtype(contents.calcium.dtype)),
        ):
            is_all = set(cells) <= set(found)
            old = None if is_all else getattr(contents, name)
            rows = _rows(old, contents.calcium.shape, dtype)
            _fill(rows, found, shape, as_ones=name == "spikes")
            changes[name] = read_only(rows)
            given[name] |= set(found)
        changes["reconstructions"], given["reconstructions"] = (
            _explained(contents, found, shape, given["reconstructions"])
            if made_of is None
            else (read_only(made_of), set(found))
        )
    changes["given_cells"] = {
        name: tuple(sorted(having))
        for name, having in given.items()
        if having and having != set(cells)
    }
    return replace(contents, **changes)


def _explained(
    contents: Contents, found: Mapping[int, CellSpikes], shape: DerivedArrays, given: set[int]
) -> tuple[NDArray[Any] | None, set[int]]:
    """Give the reconstructions, and the neurons that have one."""
    new = {
        cell: spikes.reconstruction
        for cell, spikes in found.items()
        if spikes.reconstruction is not None
    }
    having = (given - set(found)) | set(new)
    if not new:
        return (contents.reconstructions if having else None), having
    old = contents.reconstructions if given - set(found) else None
    rows = _rows(old, contents.calcium.shape, amplitude_dtype(contents.calcium.dtype))
    for cell, reconstruction in new.items():
        row = rows[cell if shape.kept_cells is None else shape.kept_cells[cell]]
        row[...] = 0
        row[slice(None) if shape.kept_frames is None else shape.kept_frames] = reconstruction
    return read_only(rows), having


def _having(contents: Contents, name: str, cells: range) -> set[int]:
    """Give the neurons that have a row of an array."""
    if getattr(contents, name) is None:
        return set()
    return set(contents.given_cells.get(name, cells))


def _rows(
    old: NDArray[np.generic] | None, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> NDArray[Any]:
    if old is None:
        return np.zeros(shape, dtype=dtype)
    kept = np.asarray(old)
    return kept.astype(np.result_type(kept.dtype, dtype))


def _fill(
    rows: NDArray[Any],
    found: Mapping[int, CellSpikes],
    shape: DerivedArrays,
    *,
    as_ones: bool,
) -> None:
    for cell, spikes in found.items():
        row = rows[cell if shape.kept_cells is None else shape.kept_cells[cell]]
        frames = spikes.frames if shape.kept_frames is None else shape.kept_frames[spikes.frames]
        row[...] = 0
        row[frames] = 1 if as_ones else spikes.heights

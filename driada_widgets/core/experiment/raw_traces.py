"""Calcium as recorded, one trace at a time: not clipped at 0, gaps filled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.experiment.derive import DerivedArrays
from driada_widgets.core.signals.multi import MultiTimeSeries
from driada_widgets.core.signals.transforms import fill_ranges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.contents import Contents

__all__ = ["KeptTraces", "RawTraces"]


@dataclass(frozen=True, eq=False)
class RawTraces:
    """Traces over all recorded frames; neurons that were left out are not among them.

    Parameters
    ----------
    contents
        What the experiment is made from.
    cells
        Neurons, by index in the experiment; ``None``: all.
    """

    contents: Contents
    cells: Sequence[int] | None = None

    @cached_property
    def _derived(self) -> DerivedArrays:
        return DerivedArrays(self.contents)

    @cached_property
    def rows(self) -> tuple[int, ...] | None:
        """Recorded rows of the neurons; ``None``: all."""
        kept = self._derived.kept_cells
        if self.cells is None:
            return kept
        return tuple(cell if kept is None else kept[cell] for cell in self.cells)

    @property
    def shape(self) -> tuple[int, int]:
        """Neurons and frames."""
        n_recorded, n_frames = self.contents.calcium.shape
        return (n_recorded if self.rows is None else len(self.rows)), n_frames

    def __getitem__(self, cell: int) -> NDArray[np.float64]:
        """Give one trace; frames that are not finite are bridged by straight lines."""
        row = cell if self.rows is None else self.rows[cell]
        trace: NDArray[np.float64] = np.asarray(self.contents.calcium)[row].astype(np.float64)
        for filled in self.contents.calcium_filled:
            if filled.row == row:
                trace = fill_ranges(trace, filled.ranges)
        is_known = np.isfinite(trace)
        if is_known.all() or not is_known.any():
            return trace
        # Frames that are not finite are among those that will be removed.
        frames = np.arange(trace.size)
        known: NDArray[np.float64] = np.interp(frames, frames[is_known], trace[is_known])
        return known

    def series(self) -> MultiTimeSeries:
        """Give all traces as one series."""
        n_cells, n_frames = self.shape
        block = np.stack([self[cell] for cell in range(n_cells)])
        return MultiTimeSeries.from_block(
            block, shape=(n_cells, n_frames), discrete=False, name="calcium"
        )


class KeptTraces(RawTraces):
    """The same over the frames of the experiment: bad frames are removed."""

    @property
    def shape(self) -> tuple[int, int]:
        """Neurons and frames."""
        return super().shape[0], self._derived.n_frames

    def __getitem__(self, cell: int) -> NDArray[np.float64]:
        """Give one trace."""
        trace, frames = super().__getitem__(cell), self._derived.kept_frames
        return trace if frames is None else trace[frames]

    def put(
        self, rows: NDArray[np.floating[Any]], cell: int, trace: NDArray[np.float64]
    ) -> NDArray[np.floating[Any]]:
        """Write a trace over the frames of the experiment into rows over recorded ones.

        Returns
        -------
        ndarray
            The row.
        """
        kept = self._derived.kept_cells
        row: NDArray[np.floating[Any]] = rows[cell if kept is None else kept[cell]]
        frames = self._derived.kept_frames
        row[slice(None) if frames is None else frames] = trace
        return row

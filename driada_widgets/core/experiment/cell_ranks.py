"""Which neurons a method is tried on: from the most to the least active one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.spikes.drift import noise_deviation
from driada_widgets.core.spikes.traces import problem_with, without_gaps
from driada_widgets.core.spikes.transient_times import activity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.raw_traces import KeptTraces

__all__ = ["RANKED_FRAMES", "ranked_cells", "spread_over"]

RANKED_CELLS, RANKED_FRAMES = 200, 5_000
"""Neurons and frames that are looked at to choose neurons."""


def ranked_cells(traces: KeptTraces, *, fps: float) -> tuple[int, ...]:
    """Order neurons by how far they rise above their noise, the most active first.

    Parameters
    ----------
    traces
        Of all neurons; of many neurons every n-th is looked at, of long traces the start.
    fps
        Frame rate in Hz.

    Returns
    -------
    tuple of int
        Those in which nothing can be found come last.
    """
    n_there = traces.shape[0]
    candidates = np.unique(np.linspace(0, n_there - 1, min(n_there, RANKED_CELLS)).astype(int))
    ranks = [(-_activity(traces[cell][:RANKED_FRAMES], fps), cell) for cell in candidates.tolist()]
    return tuple(cell for _, cell in sorted(ranks))


def spread_over(ranked: Sequence[int], n_cells: int) -> tuple[int, ...]:
    """Choose from the first to the last, evenly; all if there are no more.

    Examples
    --------
    >>> spread_over([7, 3, 5, 1, 0], 3)
    (7, 5, 0)
    """
    places = np.linspace(0, len(ranked) - 1, min(n_cells, len(ranked))).round().astype(int)
    return tuple(ranked[place] for place in places)


def _activity(trace: NDArray[np.float64], fps: float) -> float:
    if problem_with(trace):
        return -1.0
    trace, _ = without_gaps(trace)
    return activity(trace, fps) if noise_deviation(trace) > 0 else 0.0

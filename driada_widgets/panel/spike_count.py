"""How many spikes a built experiment has, and how they were found, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.experiment import load_time_spikes
from driada_widgets.core.experiment.spike_methods import LOAD_TIME_NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.pipeline import LoadResult

__all__ = ["event_starts", "marks_regions", "spikes_in"]

MARKS_REGIONS = "wavelet"
"""Load-time method whose events are runs of frames; those of the others are single frames."""


def spikes_in(result: LoadResult) -> str:
    """Say how many events there are, and how they were found; empty without spikes.

    Parameters
    ----------
    result
        Of a build, or of opening a saved experiment.
    """
    found = result.experiment.contents.spikes
    if found is None:
        return ""
    method = _method(result)
    how = f"found by {method}" if method else "as they were given"
    if marks_regions(result.experiment):
        n_events = sum(len(event_starts(row, are_regions=True)) for row in found)
    else:
        n_events = int(np.count_nonzero(found))
    return f"{n_events:,} events, {how}"


def marks_regions(experiment: Experiment) -> bool:
    """Say whether every frame of an event is marked in the spikes of an experiment."""
    told = experiment.contents.reconstruction
    is_load_time = told is not None and told["family"] == load_time_spikes.FAMILY
    return told is not None and is_load_time and told["method"] == MARKS_REGIONS


def event_starts(row: NDArray[np.generic], *, are_regions: bool) -> NDArray[np.int64]:
    """Give the frame of every event of a neuron; of runs of frames, the first.

    Parameters
    ----------
    row
        Not 0 where there is an event, shape ``(n_frames,)``.
    are_regions
        Whether an event is a run of frames.
    """
    is_on = np.asarray(row) != 0
    if are_regions:
        is_on = is_on & ~np.concatenate([[False], is_on[:-1]])
    return np.flatnonzero(is_on).astype(np.int64)


def _method(result: LoadResult) -> str:
    """Name the method as a request does; empty if spikes were given."""
    asked = result.plan.spikes if result.plan is not None else None
    if asked is not None:
        return asked.method
    told = result.experiment.contents.reconstruction
    if told is None:
        return ""
    method = str(told["method"])
    if told["family"] == load_time_spikes.FAMILY:
        return next((name for name, of in LOAD_TIME_NAMES.items() if of == method), method)
    return method

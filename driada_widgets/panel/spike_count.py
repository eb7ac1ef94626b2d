"""How many spikes a built experiment has, and how they were found, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.experiment import load_time_spikes
from driada_widgets.core.experiment.spike_methods import LOAD_TIME_NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from driada_widgets.core.pipeline import LoadResult

__all__ = ["spikes_in"]

MARKS_REGIONS = "load-wavelet"
"""Method whose events are runs of frames; those of the others are single frames."""


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
    if method == MARKS_REGIONS:
        return f"{sum(_n_runs(row) for row in found):,} events, {how}"
    return f"{np.count_nonzero(found):,} events, {how}"


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


def _n_runs(row: NDArray[np.generic]) -> int:
    """Count runs of frames that are not 0."""
    is_on = np.asarray(row) != 0
    return int((is_on[1:] & ~is_on[:-1]).sum()) + int(is_on[:1].sum())

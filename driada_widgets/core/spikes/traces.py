"""Traces, one at a time; what keeps one from being searched, and traces without gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Traces", "problem_with", "without_gaps"]

FEWEST_FRAMES = 30


class Traces(Protocol):
    """An array of traces, or something that gives them one by one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Cells and frames."""

    def __getitem__(self, cell: int, /) -> Any:
        """Give one trace."""


def problem_with(trace: NDArray[np.float64]) -> str:
    """Say why nothing can be found in a trace, to finish "its trace is ..."; empty if it can."""
    if trace.size < FEWEST_FRAMES:
        return f"only {trace.size} frames long"
    finite = trace[np.isfinite(trace)]
    if finite.size < max(FEWEST_FRAMES, trace.size // 2):
        return "not finite"
    return "constant" if finite.min() == finite.max() else ""


def without_gaps(trace: NDArray[np.float64]) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Bridge values that are not finite by straight lines, and say so."""
    is_finite = np.isfinite(trace)
    if is_finite.all():
        return trace, ()
    frames = np.arange(trace.size)
    values = np.interp(frames, frames[is_finite], trace[is_finite])
    return values, (f"{np.count_nonzero(~is_finite)} frames that are not finite are bridged",)

"""What the documented functions print when ``verbose``, line by line, in the words of driada."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from driada_widgets.core.signals.multi import MultiTimeSeries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.report import LedgerEntry, Note
    from driada_widgets.core.road.results import LoadResult
    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = ["report_lines"]

IGNORED_IDS = ("scalar-ignored", "non-numeric-ignored", "axes-ignored")
"""Notes that are also printed, each as a line that begins with ``Warning:``."""


def report_lines(result: LoadResult) -> Iterator[str]:
    """Give the lines after ``Building experiment ...``, in order.

    Parameters
    ----------
    result
        An experiment that was just built.
    """
    experiment = result.experiment
    yield from _ignored_lines(result.notes)
    yield "behaviour variables:"
    yield ""
    yield from _feature_lines(result)
    yield from _dropped_lines(result.ledger)
    yield f"features {_continuous(result)} automatically determined as continuous"
    yield ""
    yield "Building neurons..."
    yield from _companion_lines(experiment)
    yield "Building data hashes..."
    yield "Final checkpoint..."
    yield (
        f'Experiment "{experiment.signature}" constructed successfully with '
        f"{experiment.n_cells} neurons and {len(experiment.dynamic_features)} features"
    )


def _ignored_lines(notes: Iterable[Note]) -> Iterator[str]:
    for note in notes:
        if note.id in IGNORED_IDS:
            yield f"Warning: {note.text}"


def _feature_lines(result: LoadResult) -> Iterator[str]:
    for report in result.features:
        series = result.experiment.dynamic_features[report.name]
        if isinstance(series, MultiTimeSeries):
            first = series.ts_list[0].type_info
            kind = f"continuous multi-dimensional ({report.shape[0]}D)"
            yield f"'{report.name}' {kind}{_subtype(first)}"
        elif report.listed is not None:
            kind = "discrete" if report.listed.is_discrete else "continuous"
            yield f"'{report.name}' {kind}{_subtype(report.listed)}"


def _subtype(type_info: TimeSeriesType) -> str:
    if type_info.subtype is None:
        return ""
    if type_info.subtype != "circular" or type_info.circular_period is None:
        return f" {type_info.subtype}"
    period = type_info.circular_period
    if abs(period - 360) < 1:
        return " circular (360)"
    if abs(period - 2 * math.pi) < 0.1:
        return " circular (2pi)"
    return f" circular ({period:.1f})"


def _dropped_lines(ledger: Sequence[LedgerEntry]) -> Iterator[str]:
    dropped = sorted(entry.name for entry in ledger if entry.fate == "dropped")
    if dropped:
        names = ", ".join(repr(name) for name in dropped)
        yield f"features {{{names}}} dropped as constant or empty"


def _continuous(result: LoadResult) -> list[str]:
    return [
        report.name
        for report in result.features
        if report.listed is None or not report.listed.is_discrete
    ]


def _companion_lines(experiment: Experiment) -> Iterator[str]:
    circular = {
        name: series
        for name, series in experiment.get_circular_features().items()
        if experiment.has_circular_2d(name)
    }
    if circular:
        yield "Circular features -> _2d versions created:"
    for name, series in circular.items():
        period = series.type_info.circular_period
        is_turn = period is not None and abs(period - 2 * math.pi) < 0.1
        yield f"  '{name}' (period={'2pi' if is_turn else period}) -> '{name}_2d' [cos, sin]"

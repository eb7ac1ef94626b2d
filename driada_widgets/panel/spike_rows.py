"""The quality of spikes as rows of a table, and as a CSV file; no widget."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.signals.quality import order_by
from driada_widgets.panel.overlays import recorded_cell
from driada_widgets.panel.spike_view import SpikeRow
from driada_widgets.panel.table import Column, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.experiment.spike_trial import CellTrial
    from driada_widgets.panel.spike_view import SpikeColumn

__all__ = ["COLUMNS", "part_words", "rows_of", "sorted_rows", "table_rows", "to_csv"]

COLUMNS = (
    Column(key="cell", title="Neuron", hint="Row of the file, counted from 0"),
    Column(key="n_events", title="Events", hint="Number of events"),
    Column(key="event_rate_hz", title="Rate (1/s)", hint="Events a second"),
    Column(key="snr", title="SNR", hint="Median amplitude of the events, in noises"),
    Column(
        key="r2", title="R²", hint="Share of the trace's variance that the events explain; 1 is all"
    ),
    Column(key="t_rise_sec", title="Rise (s)", hint="Rise time of the transients"),
    Column(key="t_off_sec", title="Decay (s)", hint="Decay time of the transients"),
    Column(key="problem", title="Problem", hint="Why there is nothing", numeric=False),
)


def rows_of(experiment: Experiment, found: Iterable[Any]) -> tuple[SpikeRow, ...]:
    """Name neurons by their rows in the recording; ``None`` among what was found is left out."""
    return tuple(
        SpikeRow(
            cell=recorded_cell(experiment, each.cell),
            n_events=each.n_events,
            event_rate_hz=float(each.event_rate_hz),
            snr=float(each.snr),
            r2=float(each.r2),
            t_rise_sec=float(each.t_rise_sec),
            t_off_sec=float(each.t_off_sec),
            problem=each.problem,
        )
        for each in found
        if each is not None
    )


def part_words(trials: Sequence[CellTrial], n_frames: int) -> str:
    """Say on which part of the frames a method was tried; empty: on all."""
    n_tried = min((trial.n_frames for trial in trials), default=n_frames)
    return "" if n_tried >= n_frames else f"the first {n_tried:,} of {n_frames:,} frames"


def sorted_rows(
    rows: Sequence[SpikeRow], column: SpikeColumn, *, descending: bool
) -> list[SpikeRow]:
    """Sort rows by a column; what has no value comes last."""
    if column == "problem":
        return sorted(rows, key=lambda row: row.problem, reverse=descending)
    values = np.array([getattr(row, column) for row in rows], dtype=np.float64)
    values[np.isposinf(values)] = np.finfo(np.float64).max
    return [rows[int(place)] for place in order_by(values, descending=descending)]


def table_rows(rows: Iterable[SpikeRow]) -> list[Row]:
    """Write rows for the table."""
    return [
        Row(
            id=row.cell,
            cells=(
                str(row.cell),
                f"{row.n_events:,}",
                _text(row.event_rate_hz, "{:.3f}"),
                _text(row.snr, "{:.1f}"),
                _text(row.r2, "{:.2f}"),
                _text(row.t_rise_sec, "{:.3f}"),
                _text(row.t_off_sec, "{:.2f}"),
                row.problem,
            ),
            name=f"Neuron {row.cell}, {row.n_events:,} events"
            f"{', ' if row.problem else ''}{row.problem}",
        )
        for row in rows
    ]


def to_csv(rows: Iterable[SpikeRow]) -> bytes:
    """Write rows with all digits, as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [column.key for column in COLUMNS]
    writer.writerow(["neuron", *names[1:]])
    for row in rows:
        values = [getattr(row, name) for name in names]
        writer.writerow([repr(value) if isinstance(value, float) else value for value in values])
    return out.getvalue().encode("utf-8")


def _text(value: float, form: str) -> str:
    if math.isinf(value):
        return "∞"
    return form.format(value).replace("-", "−") if math.isfinite(value) else "–"

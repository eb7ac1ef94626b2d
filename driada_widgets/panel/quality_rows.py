"""The quality of neurons as rows of a table, and as a CSV file; no widget."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.signals.quality import ACTIVE_NOISES, order_by
from driada_widgets.panel.table import Column, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.signals.quality import Quality
    from driada_widgets.panel.picture_view import QualityColumn

__all__ = ["COLUMNS", "flags_of", "sorted_cells", "table_rows", "to_csv"]

COLUMNS = (
    Column(key="cell", title="Neuron", hint="Row of the file, counted from 0"),
    Column(key="snr", title="SNR", hint="Height of the peak above the median, in noises"),
    Column(
        key="noise",
        title="Noise (a.u.)",
        hint="Median absolute finest wavelet detail, divided by 0.6745",
    ),
    Column(key="peak", title="Peak (a.u.)", hint="Greatest value"),
    Column(key="peak_frame", title="Peak at (s)", hint="Time of the greatest value"),
    Column(key="skewness", title="Skewness", hint="Third standardised moment"),
    Column(
        key="active",
        title="Active (%)",
        hint=f"Frames above the median by {ACTIVE_NOISES:.0f} noises",
    ),
    Column(
        key="flags",
        title="Flags",
        hint="Constant, held at the greatest value, or missing values",
        numeric=False,
    ),
)


def sorted_cells(quality: Quality, column: QualityColumn, *, descending: bool) -> NDArray[np.intp]:
    """Give the neurons in the order of a column; what has no value comes last."""
    if column == "cell":
        cells = np.arange(len(quality.peak))
        return cells[::-1] if descending else cells
    values = _n_flags(quality) if column == "flags" else getattr(quality, column)
    return order_by(values, descending=descending)


def _n_flags(quality: Quality) -> NDArray[np.intp]:
    has_missing = quality.n_missing > 0
    return quality.dead.astype(np.intp) + quality.saturated + has_missing


def flags_of(quality: Quality, cell: int) -> list[str]:
    """Say what is wrong with a neuron's trace, in words."""
    flags = ["dead"] if quality.dead[cell] else []
    flags += ["saturated"] if quality.saturated[cell] else []
    n_missing = int(quality.n_missing[cell])
    return flags + ([f"{n_missing:,} NaN"] if n_missing else [])


def table_rows(quality: Quality, cells: Sequence[int], fps: float | None) -> list[Row]:
    """Write the rows of some neurons."""
    rows = []
    for cell in cells:
        snr, frame = float(quality.snr[cell]), int(quality.peak_frame[cell])
        flags = ", ".join(flags_of(quality, cell))
        cells_of_row = (
            str(cell),
            _text(snr, "{:.1f}"),
            _text(float(quality.noise[cell]), "{:.3g}"),
            _text(float(quality.peak[cell]), "{:.4g}"),
            _time(frame, fps),
            _text(float(quality.skewness[cell]), "{:.2f}"),
            _text(100 * float(quality.active[cell]), "{:.1f}"),
            flags,
        )
        said = f"Neuron {cell}, SNR {_text(snr, '{:.1f}')}{', ' if flags else ''}{flags}"
        rows.append(Row(id=int(cell), cells=cells_of_row, name=said))
    return rows


def to_csv(quality: Quality, fps: float | None) -> bytes:
    """Write all neurons with all digits, in the file's order, as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            *("neuron", "baseline", "noise", "peak", "peak_frame", "peak_sec", "snr", "skewness"),
            *("active_fraction", "n_missing", "dead", "saturated"),
        ]
    )
    for cell in range(len(quality.peak)):
        frame = int(quality.peak_frame[cell])
        writer.writerow(
            [
                cell,
                *(repr(float(part[cell])) for part in (quality.baseline, quality.noise)),
                repr(float(quality.peak[cell])),
                frame,
                repr(frame / fps) if fps and frame >= 0 else "",
                *(repr(float(part[cell])) for part in (quality.snr, quality.skewness)),
                repr(float(quality.active[cell])),
                int(quality.n_missing[cell]),
                int(quality.dead[cell]),
                int(quality.saturated[cell]),
            ]
        )
    return out.getvalue().encode("utf-8")


def _text(value: float, form: str) -> str:
    return form.format(value).replace("-", "−") if math.isfinite(value) else "–"


def _time(frame: int, fps: float | None) -> str:
    if frame < 0:
        return "–"
    return f"{frame / fps:,.1f}" if fps else f"{frame:,}"

"""What is odd about the recording as a whole: too short, silent neurons, names that are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import DataShapeError
from driada_widgets.core.experiment.limits import (
    CALCIUM_EDGE_DECAYS,
    few_positions_note,
    short_recording_note,
)
from driada_widgets.core.report import Issue, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.build.examine import FeatureReport
    from driada_widgets.core.request.plan import LoadPlan

__all__ = ["recording_notes", "too_few_frames"]

N_SHOWN = 10


def too_few_frames(bad_mask: NDArray[np.bool_], plan: LoadPlan) -> tuple[Issue, ...]:
    """Refuse to remove so many frames that nothing can be built."""
    n_left = int((~bad_mask).sum())
    if n_left >= 2:
        return ()
    left = "no frame is" if n_left == 0 else "1 frame is"
    text = (
        f"{plan.n_frames - n_left} of {plan.n_frames} frames are removed: {left} left; "
        "at least 2 are needed."
    )
    fix = "Choose another policy than nan='bad_frames', or remove fewer frames."
    return (Issue(id="all-frames-bad", field="nan", text=text, fix=fix, error=DataShapeError),)


def recording_notes(
    plan: LoadPlan,
    calcium_range: NDArray[np.float64],
    bad_mask: NDArray[np.bool_],
    kept_cells: Sequence[int] | None,
    reports: Sequence[FeatureReport],
) -> tuple[Note, ...]:
    """Say what a person should know about the recording before using it.

    Parameters
    ----------
    plan
        Sizes, constants and metadata.
    calcium_range
        Smallest and largest value of each recorded row.
    bad_mask
        Frames that are removed.
    kept_cells
        Rows that stay; ``None``: all.
    reports
        The features.
    """
    rows = list(kept_cells) if kept_cells is not None else list(range(len(calcium_range)))
    return (
        *_length_notes(plan, int((~bad_mask).sum())),
        *_silent_notes(calcium_range, rows),
        *_companion_notes(plan, reports),
        *_metrics_notes(plan, len(calcium_range)),
    )


def _length_notes(plan: LoadPlan, n_frames: int) -> Iterator[Note]:
    fps, t_off_sec = plan.static_features["fps"], plan.static_features["t_off_sec"]
    short = short_recording_note(n_frames, fps=fps, t_off_sec=t_off_sec)
    n_valid = n_frames - 2 * int(CALCIUM_EDGE_DECAYS * t_off_sec * fps)
    note = short or few_positions_note(n_valid, n_frames)
    if note is not None:
        yield note


def _silent_notes(calcium_range: NDArray[np.float64], rows: Sequence[int]) -> Iterator[Note]:
    kept = np.asarray(rows, dtype=np.intp)
    low, high = calcium_range[kept, 0], calcium_range[kept, 1]
    constant = kept[low == high]
    if len(constant):
        text = f"{_neurons(constant)} constant: no activity in the whole recording."
        yield Note(id="neurons-constant", level="warning", subject="calcium", text=text)
    negative = kept[(low != high) & (high <= 0)]
    if len(negative):
        text = (
            f"{_neurons(negative)} never above 0: negative values are shown as 0, "
            "so nothing is left of them."
        )
        yield Note(id="neurons-negative", level="warning", subject="calcium", text=text)


def _neurons(rows: NDArray[np.intp]) -> str:
    shown = ", ".join(str(row) for row in rows[:N_SHOWN])
    if len(rows) == 1:
        return f"Neuron {shown} is"
    more = f" and {len(rows) - N_SHOWN} more" if len(rows) > N_SHOWN else ""
    return f"Neurons {shown}{more} are"


def _companion_notes(plan: LoadPlan, reports: Sequence[FeatureReport]) -> Iterator[Note]:
    if not plan.request.create_circular_2d:
        return
    names = {report.name for report in reports}
    for report in reports:
        if report.type_info is None or not report.type_info.is_circular:
            continue
        if f"{report.name}_2d" in names:
            text = f"'{report.name}_2d' of the file is replaced by (cos, sin) of '{report.name}'."
            yield Note(id="companion-replaces", level="warning", subject=report.name, text=text)


def _metrics_notes(plan: LoadPlan, n_cells: int) -> Iterator[Note]:
    metrics: Any = (plan.metadata or {}).get("metrics_df")
    if not isinstance(metrics, dict) or not metrics:
        return
    first = next(iter(metrics.values()))
    if len(first) != n_cells:
        text = (
            f"metrics_df length ({len(first)}) doesn't match neuron count ({n_cells}). "
            "Per-neuron metrics will not be loaded."
        )
        yield Note(
            id="metrics-ignored", level="warning", subject="_metadata", text=text, verbose_only=True
        )

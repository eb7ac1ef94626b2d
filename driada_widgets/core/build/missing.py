"""NaN and infinite values: where they are, and what the chosen policy does about them.

Frames that a person marked as bad do not count: what is removed need not be mended.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import DataValueError
from driada_widgets.core.experiment.contents import Filled
from driada_widgets.core.report import Fix, Issue, Note
from driada_widgets.core.request import frames

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from driada_widgets.core.request.plan import ArrayPlan

__all__ = ["Gaps", "Mended", "find_gaps", "mend"]

N_RANGES_SHOWN = 3
N_ROWS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """Where one array has no finite value.

    Parameters
    ----------
    item
        The array.
    shape
        Its rows and frames; one row for a one-dimensional feature.
    rows
        Row to mask over all frames, only for rows with gaps.
    words
        ``"NaN"``, ``"infinite values"`` or both.
    """

    item: ArrayPlan
    shape: tuple[int, int]
    rows: Mapping[int, NDArray[np.bool_]]
    words: str

    @property
    def any_row(self) -> NDArray[np.bool_]:
        """Frames at which some row has a gap."""
        return np.any(np.array(list(self.rows.values())), axis=0, out=np.empty(self.shape[1], bool))

    @property
    def n_values(self) -> int:
        """Number of missing values."""
        return int(sum(mask.sum() for mask in self.rows.values()))

    def within(self, kept: NDArray[np.bool_]) -> Gaps:
        """Give the gaps that lie in kept frames."""
        rows = {row: mask & kept for row, mask in self.rows.items()}
        return replace(self, rows={row: mask for row, mask in rows.items() if mask.any()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What a policy does to one array."""

    filled: tuple[Filled, ...] = ()
    dropped_rows: tuple[int, ...] = ()
    dropped: bool = False
    issues: tuple[Issue, ...] = ()
    notes: tuple[Note, ...] = field(default=())


def find_gaps(
    item: ArrayPlan, array: NDArray[Any], ranges: NDArray[np.float64] | None = None
) -> Gaps | None:
    """Find values that are not finite.

    Parameters
    ----------
    item
        The array's plan.
    array
        Shape ``(n_frames,)`` or ``(n_rows, n_frames)``.
    ranges
        Smallest and largest value of each row if known; rows with finite ones are not looked at.

    Returns
    -------
    Gaps or None
        ``None`` if every value is finite.
    """
    if array.dtype.kind != "f":
        return None
    table = np.atleast_2d(array)
    if ranges is None:
        ranges = np.column_stack([table.min(axis=1), table.max(axis=1)])
    rows = {int(row): ~np.isfinite(table[row]) for row in _unclean(ranges)}
    if not rows:
        return None
    has_nan = any(np.isnan(table[row]).any() for row in rows)
    has_inf = any(np.isinf(table[row]).any() for row in rows)
    words = " and ".join(["NaN"] * has_nan + ["infinite values"] * has_inf)
    return Gaps(item=item, shape=(table.shape[0], table.shape[1]), rows=rows, words=words)


def _unclean(ranges: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.flatnonzero(~np.isfinite(ranges).all(axis=1))


def mend(gaps: Gaps, *, kept: NDArray[np.bool_], fps: float) -> Mended:
    """Apply the policy of the array, or say what could be done.

    Parameters
    ----------
    gaps
        All gaps of the array.
    kept
        Frames that stay, shape ``(n_frames,)``; frames removed for this array's sake are out.
    fps
        Frame rate in Hz, for the longest gap that is filled.

    Returns
    -------
    Mended
        With an issue if gaps remain.
    """
    inside = gaps.within(kept)
    policy = gaps.item.nan
    if not inside.rows:
        return _removed(gaps) if policy.policy == "bad_frames" else Mended()
    n_kept = int(kept.sum())
    if policy.policy == "drop":
        return _dropped(inside, n_kept)
    if policy.policy == "interpolate" and gaps.item.role in ("calcium", "feature"):
        return _interpolated(gaps, inside, kept, fps)
    return Mended(issues=(_issue(inside, "", n_kept),))


def _removed(gaps: Gaps) -> Mended:
    n_frames = int(gaps.any_row.sum())
    frames_are = "1 frame" if n_frames == 1 else f"{n_frames} frames"
    are = "is" if n_frames == 1 else "are"
    text = f"{frames_are} with {gaps.words} in {gaps.item.name!r} {are} removed."
    return Mended(notes=(_note("nan-frames-removed", gaps, text),))


def _dropped(inside: Gaps, n_kept: int) -> Mended:
    name = inside.item.name
    if inside.item.role != "calcium":
        text = f"{name!r} holds {inside.words} ({_amount(inside)}) and is left out."
        return Mended(dropped=True, notes=(_note("nan-dropped", inside, text),))
    rows = tuple(inside.rows)
    if len(rows) == inside.shape[0]:
        reason = " Every neuron has some: dropping leaves none."
        return Mended(issues=(_issue(inside, reason, n_kept),))
    hold, are = ("holds", "is") if len(rows) == 1 else ("hold", "are")
    text = f"{_neurons(rows)} of {name!r} {hold} {inside.words} and {are} left out."
    return Mended(dropped_rows=rows, notes=(_note("nan-neurons-dropped", inside, text),))


def _interpolated(gaps: Gaps, inside: Gaps, kept: NDArray[np.bool_], fps: float) -> Mended:
    policy = gaps.item.nan
    # A product such as 0.7 s x 10 Hz may fall a rounding error short of a whole frame.
    longest = int(policy.max_gap_sec * fps + 1e-6)
    n_frames = gaps.shape[1]
    filled, left = [], {}
    for row in inside.rows:
        runs = [run for run in frames.from_mask(gaps.rows[row]) if kept[slice(*run)].any()]
        bad = [run for run in runs if not _is_inner(run, n_frames) or run[1] - run[0] > longest]
        if bad:
            left[row] = frames.to_mask(bad, n_frames)
        filled.append(Filled(row=row, ranges=tuple(run for run in runs if run not in bad)))
    if left:
        remaining = replace(gaps, rows=left)
        text = (
            f" Only gaps inside the recording of at most {longest} frames "
            f"({policy.max_gap_sec:g} s) are interpolated."
        )
        return Mended(issues=(_issue(remaining, text, int(kept.sum())),))
    text = f"{gaps.words} in {gaps.item.name!r} filled by straight lines: {_amount(inside)}."
    return Mended(filled=tuple(filled), notes=(_note("nan-interpolated", gaps, text),))


def _is_inner(run: tuple[int, int], n_frames: int) -> bool:
    return run[0] > 0 and run[1] < n_frames


def _issue(gaps: Gaps, reason: str, n_kept: int) -> Issue:
    """Say where the gaps are, and what each policy would do; those that can help have buttons."""
    name = gaps.item.name
    ways, futile = _ways(gaps, n_kept)
    choices = [f"{policy!r} ({does})" for policy, does, _ in ways]
    choice = f"{', '.join(choices[:-1])} or {choices[-1]}" if len(choices) > 1 else choices[0]
    path = ("nan", "arrays", name, "policy")
    return Issue(
        id="not-finite",
        field=name,
        text=f"{name!r} holds {gaps.words}: {_amount(gaps)}, frames {_first_ranges(gaps)}.{reason}",
        fix=f"Choose nan={choice}{futile}.",
        error=DataValueError,
        fixes=tuple(Fix(label=label, changes=((path, policy),)) for policy, _, label in ways),
    )


def _ways(gaps: Gaps, n_kept: int) -> tuple[list[tuple[str, str, str]], str]:
    """Give name, effect and words of the button of each policy that can help, and the others."""
    n_frames, is_calcium = int(gaps.any_row.sum()), gaps.item.role == "calcium"
    ways, futile = [], ""
    if n_kept - n_frames >= 2:
        does = "that frame is" if n_frames == 1 else f"those {n_frames} frames are"
        button = "Remove that frame" if n_frames == 1 else f"Remove those {n_frames} frames"
        ways.append(("bad_frames", f"{does} removed", button))
    else:
        futile += "; 'bad_frames' would leave too few frames"
    if gaps.item.role in ("calcium", "feature"):
        longest = f"{gaps.item.nan.max_gap_sec:g} s"
        does = f"inner gaps up to {longest} are filled"
        ways.append(("interpolate", does, f"Interpolate gaps up to {longest}"))
    if not is_calcium or len(gaps.rows) < gaps.shape[0]:
        what = _neurons(tuple(gaps.rows)) if is_calcium else repr(gaps.item.name)
        ways.append(("drop", _what_drop_does(gaps), f"Leave out {what}"))
    else:
        futile += "; 'drop' would leave no neuron"
    return ways, futile


def _what_drop_does(gaps: Gaps) -> str:
    if gaps.item.role == "calcium":
        n_rows = len(gaps.rows)
        return "the neuron is left out" if n_rows == 1 else f"the {n_rows} neurons are left out"
    return "the feature is left out" if gaps.item.role == "feature" else "the array is left out"


def _amount(gaps: Gaps) -> str:
    n_rows, n_frames = gaps.shape
    values = "1 value" if gaps.n_values == 1 else f"{gaps.n_values} values"
    amount = f"{values} ({_percent(gaps.n_values, n_rows * n_frames)})"
    if gaps.item.role == "feature":
        return amount
    return f"{_neurons(tuple(gaps.rows))} of {n_rows}, {amount}"


def _percent(part: int, whole: int) -> str:
    """Give a share with two digits; only all is 100 %."""
    share = 100 * part / whole
    return f"{share:.2g} %" if share < 99 else f"{math.floor(10 * share) / 10:g} %"


def _neurons(rows: tuple[int, ...]) -> str:
    shown = ", ".join(str(row) for row in rows[:N_ROWS_SHOWN])
    more = f" and {len(rows) - N_ROWS_SHOWN} more" if len(rows) > N_ROWS_SHOWN else ""
    return f"neuron{'s' if len(rows) > 1 else ''} {shown}{more}"


def _first_ranges(gaps: Gaps) -> str:
    runs = frames.from_mask(gaps.any_row)
    more = f" and {len(runs) - N_RANGES_SHOWN} more" if len(runs) > N_RANGES_SHOWN else ""
    return frames.to_text(runs[:N_RANGES_SHOWN]) + more


def _note(id_: str, gaps: Gaps, text: str) -> Note:
    return Note(id=id_, level="warning", subject=gaps.item.name, text=text)

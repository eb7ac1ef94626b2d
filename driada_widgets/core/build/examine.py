"""Look at the values that a plan will use: what is missing, constant or odd, and every type.

Nothing is built and nothing is raised: the result says what the experiment would be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.build.aggregates import combine
from driada_widgets.core.build.features import decide_type, is_garbage
from driada_widgets.core.build.missing import Mended, find_gaps, mend
from driada_widgets.core.build.values import Values, take
from driada_widgets.core.errors import DataShapeError
from driada_widgets.core.experiment.contents import FeatureContent, Filled
from driada_widgets.core.report import Issue, LedgerEntry
from driada_widgets.core.request import frames
from driada_widgets.core.signals.detect import detect_type
from driada_widgets.core.signals.transforms import fill_ranges

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from driada_widgets.core.build.features import TypeDecision
    from driada_widgets.core.build.missing import Gaps
    from driada_widgets.core.report import Note, Progress
    from driada_widgets.core.request.plan import ArrayPlan, LoadPlan, Role
    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = ["Detections", "Examination", "FeatureReport", "examine"]

_NOTHING = Mended()
_ROLES: dict[Role, str] = {
    "calcium": "neural data",
    "spikes": "spikes",
    "asp": "amplitude spikes",
    "reconstructions": "reconstructed calcium",
    "feature": "feature",
    "metadata": "metadata of the recording",
    "sync_info": "metadata of the recording",
    "unused": "not used",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureReport:
    """What one feature of the experiment will be.

    Parameters
    ----------
    name
        Name in the experiment.
    source
        Name of the array in the file; empty for a combination of others.
    shape
        As stored in the experiment: ``(n_frames,)`` or ``(n_components, n_frames)``.
    dtype
        As stored in the experiment.
    detected
        What detection says; ``None`` for several components.
    type_info
        The final type; ``None`` for several components, which are continuous.
    forced
        Whether a person, or the circular whitelist, decided the type.
    why
        The reason for the detected type, as one sentence.
    listed
        The type before the circular whitelist.
    """

    name: str
    source: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    detected: TimeSeriesType | None
    type_info: TimeSeriesType | None
    forced: bool
    why: str
    listed: TimeSeriesType | None = None


@dataclass(slots=True)
class Detections:
    """What was found out about arrays that stay the same while a person changes the request."""

    types: dict[tuple[str, str, str], TimeSeriesType] = field(default_factory=dict)
    values: dict[tuple[tuple[str, bool], ...], Values] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """Everything that the values decide.

    Parameters
    ----------
    features
        One report per feature: combinations first, then the file's order.
    contents
        The same features as the experiment keeps them.
    values
        All arrays, ready to be kept.
    ledger
        One entry per array of the file, in its order.
    notes
        What the values made us do; the plan's notes come first.
    issues
        What must be answered first.
    bad_mask
        Frames that are removed, shape ``(n_frames,)``.
    kept_cells
        Rows of calcium that stay; ``None``: all.
    calcium_filled
        Gaps of calcium that are filled.
    left_out
        Arrays that a policy leaves out.
    """

    features: tuple[FeatureReport, ...]
    contents: tuple[FeatureContent, ...]
    values: Values
    ledger: tuple[LedgerEntry, ...]
    notes: tuple[Note, ...]
    issues: tuple[Issue, ...]
    bad_mask: NDArray[np.bool_]
    kept_cells: tuple[int, ...] | None = None
    calcium_filled: tuple[Filled, ...] = ()
    left_out: frozenset[str] = frozenset()

    @property
    def calcium_range(self) -> NDArray[np.float64]:
        """Smallest and largest value of each row of calcium."""
        return self.values.calcium_range


def examine(
    arrays: Mapping[str, NDArray[np.generic]],
    plan: LoadPlan,
    *,
    detections: Detections | None = None,
    copy: bool = False,
    progress: Progress | None = None,
) -> Examination:
    """Look at all values that the plan uses.

    Parameters
    ----------
    arrays
        By name in the file, as stored.
    plan
        What was resolved.
    detections
        Remembers what does not change between calls on the same arrays.
    copy
        True if the arrays belong to someone else: the experiment then gets copies.
    progress
        Told about stages; asked whether to stop.

    Returns
    -------
    Examination
        With ``issues`` if something must be answered first.
    """
    memory = detections if detections is not None else Detections()
    key = tuple((item.name, item.transpose) for item in plan.arrays if item.role != "unused")
    if key not in memory.values:
        memory.values[key] = take(arrays, plan, copy=copy, progress=progress)
    look = _Look(plan, memory.values[key], memory, progress)
    look.find_constant()
    look.mend_gaps()
    look.decide_types()
    look.combine_features()
    return look.result()


class _Look:
    """One examination on its way: each step adds to the lists."""

    def __init__(
        self, plan: LoadPlan, values: Values, memory: Detections, progress: Progress | None
    ) -> None:
        self.plan = plan
        self.values = values
        self.memory = memory
        self.progress = progress
        self.bad_mask = frames.to_mask(plan.bad_frames, plan.n_frames)
        self.issues: list[Issue] = list(values.issues)
        self.notes: list[Note] = list(plan.notes)
        self.mended: dict[str, Mended] = {}
        self.gaps: dict[str, Gaps] = {}
        self.fates: dict[str, LedgerEntry] = {entry.name: entry for entry in plan.ledger}
        self.decisions: dict[str, TypeDecision] = {}
        self.reports: list[FeatureReport] = []
        self.contents: list[FeatureContent] = []

    @property
    def items(self) -> list[ArrayPlan]:
        """Arrays that are there and not left out, in the file's order."""
        return [
            item
            for item in self.plan.arrays
            if item.name in self.values.arrays
            and item.name not in self.fates
            and not self._mended(item).dropped
        ]

    def find_constant(self) -> None:
        for item in self.items:
            if item.role == "feature" and is_garbage(self.values.arrays[item.name]):
                self._drop(item, "constant or empty")

    def mend_gaps(self) -> None:
        for item in self.items:
            ranges = self.values.calcium_range if item.role == "calcium" else None
            gaps = find_gaps(item, self.values.arrays[item.name], ranges)
            if gaps is not None:
                self.gaps[item.name] = gaps
                if item.nan.policy == "bad_frames":
                    self.bad_mask |= gaps.any_row
        fps = float(self.plan.static_features["fps"])
        for name, gaps in self.gaps.items():
            mended = mend(gaps, kept=~self.bad_mask, fps=fps)
            self.mended[name] = mended
            self.issues += mended.issues
            self.notes += mended.notes
            if mended.dropped:
                self._drop(gaps.item, f"holds {gaps.words}, left out by the policy")
        self.issues += _too_few_frames(self.bad_mask)

    def decide_types(self) -> None:
        single = [item for item in self.items if self._is_single(item)]
        if self.progress is not None:
            self.progress.begin("Detecting feature types", total=len(single))
        for item in single:
            if not self._mended(item).issues:
                detected = self._detected(item)
                decision = decide_type(item, detected, whitelist=self.plan.circular_whitelist)
                self.decisions[item.name] = decision
                self.notes += decision.notes
            if self.progress is not None:
                self.progress.advance()
        for item in self.items:
            if item.role == "feature":
                self._add_feature(item)

    def combine_features(self) -> None:
        components = {
            item.name: (self.values.arrays[item.name], self._mended(item).filled)
            for item in self.plan.arrays
            if item.name in self.values.arrays and self._can_be_component(item)
        }
        combined, notes = combine(self.plan, components)
        self.notes += notes
        self.contents = [*combined, *self.contents]
        self.reports = [*map(_report_combined, combined), *self.reports]

    def result(self) -> Examination:
        calcium = next(item for item in self.plan.arrays if item.role == "calcium")
        mended = self._mended(calcium)
        kept = None
        if mended.dropped_rows:
            kept = tuple(sorted(set(range(self.plan.n_cells)) - set(mended.dropped_rows)))
        return Examination(
            features=tuple(self.reports),
            contents=tuple(self.contents),
            values=self.values,
            ledger=tuple(self._fate(item) for item in self.plan.arrays),
            notes=tuple(self.notes),
            issues=tuple(self.issues),
            bad_mask=self.bad_mask,
            kept_cells=kept,
            calcium_filled=mended.filled,
            left_out=frozenset(name for name, each in self.mended.items() if each.dropped),
        )

    def _mended(self, item: ArrayPlan) -> Mended:
        return self.mended.get(item.name) or _NOTHING

    def _is_single(self, item: ArrayPlan) -> bool:
        return item.role == "feature" and self.values.arrays[item.name].ndim == 1

    def _can_be_component(self, item: ArrayPlan) -> bool:
        """Constant arrays may be components, but not those that hold no finite value."""
        if not self._is_single(item) or self._mended(item).dropped:
            return False
        return item.name not in self.fates or bool(np.isfinite(self.values.arrays[item.name]).all())

    def _drop(self, item: ArrayPlan, why: str) -> None:
        self.fates[item.name] = LedgerEntry(name=item.name, fate="dropped", why=why)

    def _detected(self, item: ArrayPlan) -> TimeSeriesType:
        """Detect on all recorded frames; without the removed ones only where they hold gaps."""
        values = self.values.arrays[item.name]
        trimmed = item.name in self.gaps
        filled = self._mended(item).filled
        token = f"{filled}{frames.from_mask(self.bad_mask)}" if trimmed else ""
        key = (item.name, item.feature, token)
        if key not in self.memory.types:
            if trimmed:
                values = fill_ranges(values, filled[0].ranges) if filled else values
                values = values[~self.bad_mask]
            self.memory.types[key] = detect_type(values, item.feature)
        return self.memory.types[key]

    def _add_feature(self, item: ArrayPlan) -> None:
        array = self.values.arrays[item.name]
        decision = self.decisions.get(item.name)
        info = decision.type_info if decision else None
        names = tuple(f"{item.feature}_{i}" for i in range(len(array))) if array.ndim == 2 else ()
        content = FeatureContent(
            name=item.feature,
            data=array,
            type_info=info,
            component_names=names,
            filled=self._mended(item).filled,
        )
        self.contents.append(content)
        report = FeatureReport(
            name=item.feature,
            source=item.name,
            shape=array.shape,
            dtype=array.dtype,
            detected=decision.detected if decision else None,
            type_info=info,
            forced=decision.forced if decision else False,
            why=decision.why if decision else _why_not_detected(array),
            listed=decision.listed if decision else None,
        )
        self.reports.append(report)

    def _fate(self, item: ArrayPlan) -> LedgerEntry:
        if item.name in self.fates:
            return self.fates[item.name]
        reasons = [
            self.values.changes.get(item.name, ""),
            "gaps filled" if self._mended(item).filled else "",
            f"{len(self._mended(item).dropped_rows)} neurons left out"
            if self._mended(item).dropped_rows
            else "",
            f"named {item.feature!r}" if item.feature != item.name else "",
        ]
        changed = "; ".join(reason for reason in reasons if reason)
        if changed:
            return LedgerEntry(
                name=item.name, fate="changed", why=f"{_ROLES[item.role]}; {changed}"
            )
        return LedgerEntry(name=item.name, fate="used", why=_ROLES[item.role])


def _too_few_frames(bad_mask: NDArray[np.bool_]) -> tuple[Issue, ...]:
    """Refuse to remove so many frames that nothing can be built."""
    n_left = int((~bad_mask).sum())
    if n_left >= 2:
        return ()
    left = "no frame is" if n_left == 0 else "1 frame is"
    n_removed = len(bad_mask) - n_left
    text = f"{n_removed} of {len(bad_mask)} frames are removed: {left} left; at least 2 are needed."
    fix = "Choose another policy than nan='bad_frames', or remove fewer frames."
    return (Issue(id="all-frames-bad", field="nan", text=text, fix=fix, error=DataShapeError),)


def _why_not_detected(array: NDArray[Any]) -> str:
    if array.ndim == 1:
        return "holds values that are not finite"
    return f"{len(array)} components, taken as continuous"


def _report_combined(content: FeatureContent) -> FeatureReport:
    return FeatureReport(
        name=content.name,
        source="",
        shape=content.data.shape,
        dtype=content.data.dtype,
        detected=None,
        type_info=None,
        forced=False,
        why=f"combines {len(content.component_names)} features",
    )

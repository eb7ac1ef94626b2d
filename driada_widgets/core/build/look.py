"""One look at the values of a plan, step by step; ``examine`` takes the steps in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.build.aggregates import combine
from driada_widgets.core.build.examination import Examination, FeatureReport
from driada_widgets.core.build.features import decide_type, is_garbage
from driada_widgets.core.build.missing import Mended, find_gaps, mend
from driada_widgets.core.errors import DataShapeError
from driada_widgets.core.experiment.contents import FeatureContent
from driada_widgets.core.report import Issue, LedgerEntry
from driada_widgets.core.request import frames
from driada_widgets.core.signals.detect import detect_type
from driada_widgets.core.signals.transforms import fill_ranges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from driada_widgets.core.build.examination import Detections
    from driada_widgets.core.build.features import TypeDecision
    from driada_widgets.core.build.missing import Gaps
    from driada_widgets.core.build.values import Values
    from driada_widgets.core.report import Note, Progress
    from driada_widgets.core.request.plan import ArrayPlan, LoadPlan, Role
    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = ["Look"]

N_THREADS = 2

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


class Look:
    """One examination on its way; each step needs those before it.

    Parameters
    ----------
    plan
        What was resolved.
    values
        Its arrays.
    memory
        Detected types that are known already; new ones are added.
    progress
        Told about stages; asked whether to stop.
    """

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
        self.can_detect = True
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
        """Drop features with at most one distinct value."""
        for item in self.items:
            if item.role == "feature" and is_garbage(self.values.arrays[item.name]):
                self._drop(item, "constant or empty")

    def mend_gaps(self) -> None:
        """Apply the policies for NaN and infinite values."""
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
        too_few = _too_few_frames(self.bad_mask)
        self.issues += too_few
        self.can_detect = not too_few

    def decide_types(self) -> None:
        """Decide the types of one-dimensional features, and list all features."""
        single = [item for item in self.items if self._is_single(item)]
        whole = [
            item
            for item in single
            if not self._mended(item).issues and (self.can_detect or item.name not in self.gaps)
        ]
        for item, detected in zip(whole, self._detected_all(whole), strict=True):
            decision = decide_type(item, detected, whitelist=self.plan.circular_whitelist)
            self.decisions[item.name] = decision
            self.notes += decision.notes
        for item in self.items:
            if item.role == "feature":
                self._add_feature(item)

    def combine_features(self) -> None:
        """Make the combinations that the request asks for."""
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
        """Give what was seen."""
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

    def _detected_all(self, items: list[ArrayPlan]) -> list[TimeSeriesType]:
        """Detect types, two at a time: sorting and transforms leave the interpreter free."""
        if all(self._detection_of(item) in self.memory.types for item in items):
            return [self._detected(item) for item in items]
        if self.progress is not None:
            self.progress.begin("Detecting feature types", total=len(items))
        found = []
        with ThreadPoolExecutor(N_THREADS) as pool:
            try:
                for detected in pool.map(self._detected, items):
                    found.append(detected)
                    if self.progress is not None:
                        self.progress.advance()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return found

    def _detected(self, item: ArrayPlan) -> TimeSeriesType:
        """Detect on all recorded frames; without the removed ones only where they hold gaps."""
        key = self._detection_of(item)
        if key not in self.memory.types:
            values = self.values.arrays[item.name]
            if item.name in self.gaps:
                filled = self._mended(item).filled
                values = fill_ranges(values, filled[0].ranges) if filled else values
                values = values[~self.bad_mask]
            self.memory.types[key] = detect_type(values, item.feature)
        return self.memory.types[key]

    def _detection_of(self, item: ArrayPlan) -> tuple[str, str, str]:
        """Name what a type is detected from; equal names have equal types."""
        if item.name not in self.gaps:
            return (item.name, item.feature, "")
        token = f"{self._mended(item).filled}{frames.from_mask(self.bad_mask)}"
        return (item.name, item.feature, token)

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

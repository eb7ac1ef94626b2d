"""What step Map shows of each array, and what may be changed about it: pure, no widgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.core.resolve.describe import DescribedArray, describe_arrays

if TYPE_CHECKING:
    from driada_widgets.core.request.model import FeatureChoice, LoadRequest, PolicyName
    from driada_widgets.core.sources.base import ArrayInfo, Inventory
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["ROLE_WORDS", "ArrayRow", "PartName", "array_rows", "constant_key"]

PartName = Literal["neural", "use", "constant", "out"]
"""What an array is used as: neural data, what its name or shape suggests, a constant, nothing."""

ROLE_WORDS: Final = {
    "calcium": "neural data",
    "feature": "feature",
    "spikes": "spikes",
    "asp": "amplitude spikes",
    "reconstructions": "reconstructions",
    "metadata": "metadata",
    "sync_info": "metadata",
}
USED: Final = frozenset(ROLE_WORDS) - {"calcium"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayRow:
    """One array of the file.

    Parameters
    ----------
    info
        What its header says.
    part
        What it is used as.
    parts
        What it may be used as, with the words for it; one: there is no choice.
    why
        The reason, in words.
    has_problem
        Whether it cannot be read.
    transposed
        Whether it is stored frames first; ``None``: it has not two axes.
    is_turned
        Whether it is turned without being asked, because only its first axis is time.
    new_name
        Name in the experiment, empty if it is the file's; ``None``: it is no feature.
    nan
        Policy for NaN and infinite values, empty if it is that of all; ``None``: it has none.
    period
        Period as text, empty if none is known; ``None``: it is not circular.
    """

    info: ArrayInfo
    part: PartName
    parts: tuple[tuple[str, PartName], ...]
    why: str
    has_problem: bool = False
    transposed: bool | None = None
    is_turned: bool = False
    new_name: str | None = None
    nan: PolicyName | Literal[""] | None = None
    period: str | None = None

    @property
    def name(self) -> str:
        """Name in the file."""
        return self.info.name


def array_rows(snapshot: Snapshot) -> tuple[ArrayRow, ...]:
    """Describe every array of the open source under the request as it stands."""
    inventory, request = snapshot.inventory, snapshot.request
    if inventory is None:
        return ()
    plan = snapshot.resolved if isinstance(snapshot.resolved, LoadPlan) else None
    turned = {array.name for array in plan.arrays if array.transpose} if plan else set()
    return tuple(
        _row(described, request, turned, circular_periods(snapshot))
        for described in describe_arrays(request, inventory)
    )


def circular_periods(snapshot: Snapshot) -> dict[str, float | None]:
    """Give the period of each feature that is circular, as chosen or as the last check saw it."""
    reports = snapshot.check.features if snapshot.check else ()
    found = {
        report.source: report.type_info.circular_period
        for report in reports
        if report.source and report.type_info and report.type_info.is_circular
    }
    for name, choice in (snapshot.request.features or {}).items():
        if choice.type == "circular":
            found[name] = choice.period if choice.period is not None else found.get(name)
        elif choice.type is not None:
            found.pop(name, None)
    return found


def constant_key(inventory: Inventory, name: str) -> tuple[str, float] | None:
    """Give the constant that a single number of the file can be, with its value."""
    info = next((each for each in inventory.arrays if each.name == name), None)
    value = None if info is None else info.number
    if value is None:
        return None
    return ("fps" if name.lower() == "fps" else name), value


def _row(
    described: DescribedArray,
    request: LoadRequest,
    turned: set[str],
    periods: dict[str, float | None],
) -> ArrayRow:
    info = described.info
    choice = (request.features or {}).get(info.name)
    part = _part(described, request)
    is_feature = described.role == "feature"
    has_two_axes = len(info.shape) == 2 and info.problem is None and part in ("neural", "use")
    return ArrayRow(
        info=info,
        part=part,
        parts=_parts(described, part),
        why=described.why,
        has_problem=info.problem is not None,
        transposed=info.name in request.transpose if has_two_axes else None,
        is_turned=info.name in turned and info.name not in request.transpose,
        new_name=_new_name(choice) if is_feature else None,
        nan=_policy(request, info) if part in ("neural", "use") else None,
        period=_period(periods, info.name) if is_feature else None,
    )


def _part(described: DescribedArray, request: LoadRequest) -> PartName:
    if described.role == "calcium":
        return "neural"
    if described.role in USED:
        return "use"
    key = "fps" if described.name.lower() == "fps" else described.name
    value = described.info.number
    is_constant = value is not None and request.static_features.get(key) == value
    return "constant" if is_constant else "out"


def _parts(described: DescribedArray, part: PartName) -> tuple[tuple[str, PartName], ...]:
    """List what an array may be used as; what nobody decided stands first."""
    suggested = described.suggested
    found: list[tuple[str, PartName]] = []
    if described.can_be_neural or part == "neural":
        found.append(("neural data", "neural"))
    if suggested in USED:
        found.append((ROLE_WORDS[suggested], "use"))
    elif part == "use":
        found.append((ROLE_WORDS[described.role], "use"))
    if described.info.number is not None:
        found.append(("constant", "constant"))
    return (*found, ("left out" if found else "not used", "out"))


def _new_name(choice: FeatureChoice | None) -> str:
    return (choice.rename if choice is not None else None) or ""


def _policy(request: LoadRequest, info: ArrayInfo) -> PolicyName | Literal[""] | None:
    if info.dtype.kind not in "fcO":
        return None
    own = request.nan.arrays.get(info.name)
    return "" if own is None else own.policy


def _period(periods: dict[str, float | None], name: str) -> str | None:
    if name not in periods:
        return None
    value = periods[name]
    return "" if value is None else f"{value:g}"

"""Which part each array plays: reserved ones by name, the others are features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from driada_widgets.core.errors import AmbiguousKeyError
from driada_widgets.core.report import Fix
from driada_widgets.core.resolve.constants import stored_rate
from driada_widgets.core.resolve.findings import leave_out
from driada_widgets.core.resolve.neural import NEURAL_ALIASES, problem_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.request.plan import Role
    from driada_widgets.core.resolve.findings import Findings
    from driada_widgets.core.sources.base import ArrayInfo, Inventory

__all__ = ["PER_CELL_ROLES", "Part", "assign_parts"]

PER_CELL_ROLES: tuple[Role, ...] = ("spikes", "asp", "reconstructions")
"""Arrays of the same shape as calcium, found by name in any case."""

METADATA_NAMES: dict[str, Role] = {"_metadata": "metadata", "_sync_info": "sync_info"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One array and the part that it plays."""

    info: ArrayInfo
    role: Role

    @property
    def name(self) -> str:
        """Name in the file."""
        return self.info.name


def assign_parts(
    request: LoadRequest, inventory: Inventory, neural: ArrayInfo | None, found: Findings
) -> tuple[Part, ...]:
    """Give every array of the file its part, and write down what is left out and why.

    Parameters
    ----------
    request
        Which arrays a person left out.
    inventory
        What the file holds.
    neural
        The neural data, if found.
    found
        Receives issues, notes and the fates that the headers decide.

    Returns
    -------
    tuple of Part
        One per array, in the file's order.
    """
    parts = []
    for info in inventory.arrays:
        if neural is not None and info.name == neural.name:
            role: Role = "calcium"
        elif not _is_wanted(request, info):
            found.drop(info.name, "left out by the request")
            role = "unused"
        else:
            role = _reserved_role(info, found) or _feature_role(info, found)
        parts.append(Part(info=info, role=role))
    _refuse_doubles(parts, found)
    return tuple(parts)


def _is_wanted(request: LoadRequest, info: ArrayInfo) -> bool:
    choice = (request.features or {}).get(info.name)
    if choice is not None and not choice.use:
        return False
    return not (info.problem is not None and request.nan.of(info.name).policy == "drop")


def _reserved_role(info: ArrayInfo, found: Findings) -> Role | None:
    folded = info.name.lower()
    if info.name in METADATA_NAMES or folded in PER_CELL_ROLES:
        if info.problem is not None:
            _refuse_problem(info, found)
            return "unused"
        if folded in PER_CELL_ROLES:
            return next(role for role in PER_CELL_ROLES if role == folded)
        found.use(info.name, "metadata of the recording")
        return METADATA_NAMES[info.name]
    if folded == "sp":
        found.drop(info.name, "the name is reserved and nothing reads it")
        return "unused"
    if folded in NEURAL_ALIASES:
        found.drop(info.name, "another array is the neural data")
        return "unused"
    return None


def _feature_role(info: ArrayInfo, found: Findings) -> Role:
    for rule in _HEADER_RULES:
        if rule(info, found):
            return "unused"
    return "feature"


def _is_problem(info: ArrayInfo, found: Findings) -> bool:
    if info.problem is None:
        return False
    _refuse_problem(info, found)
    return True


def _refuse_problem(info: ArrayInfo, found: Findings) -> None:
    found.refuse(
        "array-unreadable",
        info.name,
        info.problem or "",
        fix=f"The rest of the file can be loaded without it: nan={{{info.name!r}: 'drop'}}.",
        error=problem_error(info),
        fixes=(leave_out(info.name),),
    )


def _is_scalar(info: ArrayInfo, found: Findings) -> bool:
    fps = stored_rate(info)
    if info.shape != () and fps is None:
        return False
    fixes: tuple[Fix, ...] = ()
    if fps is not None:
        label = f"Use fps = {fps:g} from file"
        fixes = (Fix(label=label, changes=((("static_features", "fps"), fps),)),)
    found.tell(
        "scalar-ignored",
        info.name,
        f"Ignoring scalar value '{info.name}' found in NPZ file. "
        "Scalar values should be provided via static_features parameter.",
        fixes=fixes,
    )
    found.drop(info.name, "a single value, not a series")
    return True


def _is_not_numeric(info: ArrayInfo, found: Findings) -> bool:
    kind = info.dtype.kind
    if kind in "biuf":
        return False
    text = (
        f"Ignoring non-numeric feature '{info.name}' with dtype {info.dtype}. "
        "Only numeric features are supported."
    )
    # Text and objects never were features; complex numbers and times look like ones.
    if kind in "cmM":
        found.warn("non-numeric-ignored", info.name, text)
    else:
        found.tell("non-numeric-ignored", info.name, text)
    found.drop(info.name, f"not numeric ({info.dtype})")
    return True


def _is_deep(info: ArrayInfo, found: Findings) -> bool:
    n_axes = len(info.shape)
    if n_axes <= 2:
        return False
    text = f"Skipping feature '{info.name}' with unsupported {n_axes}D shape"
    found.tell("axes-ignored", info.name, text)
    found.drop(info.name, f"{n_axes} axes; a feature has one or two")
    return True


def _is_single(info: ArrayInfo, found: Findings) -> bool:
    n_values = 1
    for length in info.shape:
        n_values *= length
    if n_values > 1:
        return False
    found.drop(info.name, "constant or empty")
    return True


_HEADER_RULES: tuple[Callable[[ArrayInfo, Findings], bool], ...] = (
    _is_problem,
    _is_scalar,
    _is_not_numeric,
    _is_single,
    _is_deep,
)


def _refuse_doubles(parts: list[Part], found: Findings) -> None:
    for role in PER_CELL_ROLES:
        doubles = [part for part in parts if part.role == role]
        if len(doubles) > 1:
            shown = " and ".join(f"{part.name!r} {part.info.shape}" for part in doubles)
            found.refuse(
                "role-ambiguous",
                role,
                f"{shown} differ only by case: which one is {role!r}?",
                fix="Rename or remove one of them in the file.",
                error=AmbiguousKeyError,
                fixes=tuple(leave_out(part.name) for part in doubles),
            )

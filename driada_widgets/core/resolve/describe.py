"""What each array of a file is taken for, and why: for people who look before anything is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from driada_widgets.core.resolve.findings import Findings
from driada_widgets.core.resolve.neural import choose_neural, could_be_neural
from driada_widgets.core.resolve.roles import assign_parts

if TYPE_CHECKING:
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.request.plan import Role
    from driada_widgets.core.resolve.roles import Part
    from driada_widgets.core.sources.base import ArrayInfo, Inventory

__all__ = ["DescribedArray", "describe_arrays"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedArray:
    """One array of a file.

    Parameters
    ----------
    info
        What its header says.
    role
        Part that it plays under the request.
    suggested
        Part that it would play if nobody decided anything about it.
    why
        The reason, in words.
    can_be_neural
        Whether it could be the neural data.
    """

    info: ArrayInfo
    role: Role
    suggested: Role
    why: str
    can_be_neural: bool

    @property
    def name(self) -> str:
        """Name in the file."""
        return self.info.name


def describe_arrays(request: LoadRequest, inventory: Inventory) -> tuple[DescribedArray, ...]:
    """Say what each array of a file is taken for.

    Parameters
    ----------
    request
        What is asked for; it need not fit the file.
    inventory
        What the file holds.

    Returns
    -------
    tuple of DescribedArray
        One per array, in the file's order.
    """
    parts, found, neural = _assigned(request, inventory)
    alone = {part.name: part.role for part in _assigned(_undecided(request), inventory)[0]}
    n_frames = _frames_of(request, neural)
    fates = {entry.name: entry.why for entry in found.ledger}
    return tuple(
        DescribedArray(
            info=part.info,
            role=part.role,
            suggested=alone[part.name],
            why=part.info.problem or fates.get(part.name) or _reason(part, request, n_frames),
            can_be_neural=could_be_neural(part.info),
        )
        for part in parts
    )


def _assigned(
    request: LoadRequest, inventory: Inventory
) -> tuple[tuple[Part, ...], Findings, ArrayInfo | None]:
    found = Findings()
    neural = choose_neural(request, inventory, found)
    return assign_parts(request, inventory, neural, found), found, neural


def _undecided(request: LoadRequest) -> LoadRequest:
    """Give a request in which nobody chose the neural data or left anything out."""
    features = {
        name: replace(choice, use=True) for name, choice in (request.features or {}).items()
    }
    source = replace(request.source, neural=None)
    return replace(request, source=source, features=features or None)


def _frames_of(request: LoadRequest, neural: ArrayInfo | None) -> int | None:
    if neural is None or len(neural.shape) != 2:
        return None
    return neural.shape[0 if neural.name in request.transpose else 1]


def _reason(part: Part, request: LoadRequest, n_frames: int | None) -> str:
    if part.role == "calcium":
        is_chosen = request.source.neural is not None
        return "chosen as neural data" if is_chosen else "its name is known as neural data"
    if part.role != "feature":
        return "its name is reserved for it"
    shape = part.info.shape
    if n_frames is None:
        return "an array of numbers"
    if n_frames not in shape:
        return f"an array of numbers; none of its axes has {n_frames:,} frames"
    if len(shape) == 1:
        return "one number for each frame"
    n_parts = shape[0] if shape[1] == n_frames else shape[1]
    return f"{n_parts:,} numbers for each frame"

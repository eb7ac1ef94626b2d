"""Which array is the neural data, and whether it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.core.errors import (
    AmbiguousKeyError,
    CorruptFileError,
    DataShapeError,
    DataTypeError,
)
from driada_widgets.core.report import Fix
from driada_widgets.core.resolve.findings import listed, nearest

if TYPE_CHECKING:
    from driada_widgets.core.errors import LoaderError
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.resolve.findings import Findings
    from driada_widgets.core.sources.base import ArrayInfo, Inventory

__all__ = [
    "NEURAL_ALIASES",
    "check_neural",
    "choose_neural",
    "could_be_neural",
    "problem_error",
    "type_problem",
]

NEURAL_ALIASES = ("calcium", "activations", "neural_data", "activity", "rates")
"""Names that mean neural data, in any case; an earlier one wins over a later one."""

NUMERIC_KINDS = "biuf"
NOTHING_NEURAL = (
    "Nothing else here could be it: take a recording that has a table of numbers, neurons × frames."
)


def choose_neural(request: LoadRequest, inventory: Inventory, found: Findings) -> ArrayInfo | None:
    """Find the array that is the neural data, or say why there is none.

    Parameters
    ----------
    request
        ``source.neural`` names the array; ``None`` means the first known alias.
    inventory
        What the file holds.
    found
        Receives issues and notes.

    Returns
    -------
    ArrayInfo or None
        The array; ``None`` if an issue was added.
    """
    wanted = request.source.neural
    if wanted is not None:
        return _named(wanted, inventory, found)
    usable = [info for info in inventory.arrays if _is_left_in(request, info.name)]
    for alias in NEURAL_ALIASES:
        matches = [info for info in usable if info.name.lower() == alias]
        if len(matches) > 1:
            _refuse_ambiguous(matches, found)
            return None
        if matches:
            _note_other_aliases(matches[0], usable, found)
            return matches[0]
    _refuse_missing(inventory, found)
    return None


def check_neural(info: ArrayInfo, inventory: Inventory, found: Findings) -> bool:
    """Say whether the array can be calcium: readable, two axes, numbers.

    Parameters
    ----------
    info
        The chosen array.
    inventory
        What else the file holds, to offer.
    found
        Receives issues.

    Returns
    -------
    bool
        False if an issue was added.
    """
    if info.problem is not None:
        found.refuse(
            "neural-unreadable",
            info.name,
            info.problem,
            error=problem_error(info),
            fixes=_offers(inventory, info.name),
        )
        return False
    text = type_problem(info)
    if text is not None:
        fixes = _offers(inventory, info.name)
        found.refuse("neural-type", info.name, text, error=DataTypeError, fixes=fixes)
        return False
    if len(info.shape) != 2:
        text = f"calcium must be 2-D (neurons × frames); got {info.shape}"
        found.refuse(
            "calcium-not-2d",
            info.name,
            text if info.name == "calcium" else f"{text} in {info.name!r}",
            fix=_other_arrays(inventory, info.name),
            error=DataShapeError,
            fixes=_offers(inventory, info.name),
        )
        return False
    return True


def problem_error(info: ArrayInfo) -> type[LoaderError]:
    """Give the class of error for an array that cannot be read."""
    return info.error or CorruptFileError


def _named(wanted: str, inventory: Inventory, found: Findings) -> ArrayInfo | None:
    exact = [info for info in inventory.arrays if info.name == wanted]
    folded = [info for info in inventory.arrays if info.name.lower() == wanted.lower()]
    matches = exact or folded
    if len(matches) == 1:
        return matches[0]
    if matches:
        _refuse_ambiguous(matches, found)
        return None
    names = [info.name for info in inventory.arrays]
    found.refuse(
        "neural-unknown",
        "source.neural",
        f"There is no array {wanted!r} to be the neural data{nearest(wanted, names)}",
        fix=_other_arrays(inventory, wanted),
        fixes=_offers(inventory, wanted),
    )
    return None


def _is_left_in(request: LoadRequest, name: str) -> bool:
    choice = (request.features or {}).get(name)
    return choice is None or choice.use


def _refuse_ambiguous(matches: list[ArrayInfo], found: Findings) -> None:
    shown = " and ".join(f"{info.name!r} {info.shape}" for info in matches)
    found.refuse(
        "neural-ambiguous",
        "source.neural",
        f"{shown} differ only by case: which one is the neural data?",
        fix=f"Choose one with neural={matches[0].name!r} or neural={matches[1].name!r}.",
        error=AmbiguousKeyError,
        fixes=tuple(_choose(info) for info in matches),
    )


def _refuse_missing(inventory: Inventory, found: Findings) -> None:
    aliases = sorted(NEURAL_ALIASES)
    if inventory.path is None:
        text = f"No neural data found. Use one of these keys: {aliases}"
    else:
        kind = inventory.format.upper()
        text = f"{kind} file must contain neural data under one of: {aliases}"
    found.refuse(
        "neural-missing",
        "source.neural",
        f"{text}. No calcium data found!",
        fix=_other_arrays(inventory, "") or NOTHING_NEURAL,
        error=DataShapeError,
        fixes=_offers(inventory, ""),
    )


def _note_other_aliases(chosen: ArrayInfo, usable: list[ArrayInfo], found: Findings) -> None:
    others = [
        info for info in usable if info.name.lower() in NEURAL_ALIASES and info.name != chosen.name
    ]
    if others:
        order = ", ".join(NEURAL_ALIASES)
        found.warn(
            "neural-several",
            chosen.name,
            f"{chosen.name!r} is taken as the neural data; "
            f"{listed(info.name for info in others)} could be it too and is left out "
            f"(the order is {order}).",
            fixes=tuple(_choose(info) for info in others),
        )


def type_problem(info: ArrayInfo) -> str | None:
    """Say why values of this dtype cannot be neural data; objects are looked at when read."""
    dtype = info.dtype
    if dtype.names:
        fields = ", ".join(dtype.names)
        return f"{info.name!r} has fields {fields}; pick one and store it as its own array."
    if dtype.kind == "c":
        return (
            f"{info.name!r} is complex ({dtype}); take abs or real? "
            "Store the part that you want as its own array."
        )
    if dtype.kind not in NUMERIC_KINDS and not dtype.hasobject:
        return f"{info.name!r} does not hold numbers but {dtype}."
    return None


def could_be_neural(info: ArrayInfo) -> bool:
    """Say whether an array can be the neural data: readable numbers with two axes."""
    return info.problem is None and len(info.shape) == 2 and info.dtype.kind in NUMERIC_KINDS


def _offers(inventory: Inventory, but: str) -> tuple[Fix, ...]:
    return tuple(
        _choose(info) for info in inventory.arrays if info.name != but and could_be_neural(info)
    )


def _other_arrays(inventory: Inventory, but: str) -> str:
    others = [
        f"{info.name!r} {info.shape}"
        for info in inventory.arrays
        if info.name != but and could_be_neural(info)
    ]
    if not others:
        return ""
    return f"Choose another array with neural='…'; there is: {', '.join(others)}."


def _choose(info: ArrayInfo) -> Fix:
    return Fix(
        label=f"Use {info.name!r} {info.shape} as neural data",
        changes=((("source", "neural"), info.name),),
    )

"""Gate 1: read the instructions of a pickle without running them, and judge the names in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from driada_widgets.core.errors import DataFileError, UnsafeContentError
from driada_widgets.core.safe_pickle.names import is_allowed
from driada_widgets.core.safe_pickle.shadow import ShadowMachine

if TYPE_CHECKING:
    from driada_widgets.core.safe_pickle.limits import Limits

__all__ = ["GlobalName", "Walk", "refuse_if_unfit", "walk"]

_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalName:
    """A name that a pickle mentions, and whether the allow-list has it."""

    module: str
    name: str
    allowed: bool

    def __str__(self) -> str:
        """Give the name as Python code would write it."""
        return f"{self.module}.{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What gate 1 saw.

    Parameters
    ----------
    names
        Names that the file mentions, in order of first mention.
    protocol
        Declared protocol; 0 if the file declares none.
    n_opcodes
        Instructions read.
    problem
        What the walk stopped at; ``None`` if it reached the end and every instruction is allowed.
    """

    names: tuple[GlobalName, ...]
    protocol: int
    n_opcodes: int
    problem: DataFileError | None

    @property
    def refused(self) -> tuple[GlobalName, ...]:
        """Names that the allow-list does not have."""
        return tuple(name for name in self.names if not name.allowed)


def walk(view: memoryview, limits: Limits, where: str) -> Walk:
    """Read all instructions of the pickle in ``view``; nothing is run and nothing is copied.

    Parameters
    ----------
    view
        The pickle.
    limits
        How many instructions it may have.
    where
        Name of the file, for messages.
    """
    machine = ShadowMachine(view, max_opcodes=limits.opcodes_for(len(view)), where=where)
    problem: DataFileError | None = None
    try:
        machine.run()
    except DataFileError as error:
        problem = error
    return Walk(
        names=tuple(
            GlobalName(module=module, name=name, allowed=is_allowed(module, name))
            for module, name in machine.names
        ),
        protocol=machine.protocol,
        n_opcodes=machine.n_opcodes,
        problem=problem,
    )


def refuse_if_unfit(seen: Walk, where: str) -> None:
    """Raise what stands against opening the pickle.

    Raises
    ------
    UnsafeContentError
        If it mentions other names than the allowed ones, or uses instructions that experiments do
        not need.
    CorruptFileError, TruncatedFileError
        If its instructions do not fit together, or end too early.
    """
    if seen.refused:
        raise _refusal(seen.refused, where)
    if seen.problem is not None:
        raise seen.problem


def _refusal(refused: tuple[GlobalName, ...], where: str) -> UnsafeContentError:
    listing = ", ".join(str(name) for name in refused[:_SHOWN])
    if len(refused) > _SHOWN:
        listing += f" and {len(refused) - _SHOWN} more"
    msg = (
        f"{where} was not opened: to read it, Python would have to import {listing}, which no "
        "experiment needs and which could run any code. Ask whoever made the file for the data as "
        "NPZ; if it is a real experiment, send us this list of names."
    )
    return UnsafeContentError(msg, where=where, found=listing, fix="ask for the data as NPZ")

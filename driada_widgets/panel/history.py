"""Undo and redo of edits, by name: two stacks of frozen decisions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driada_widgets.core.request.model import LoadRequest

__all__ = ["Decisions", "Edit", "History"]

MAX_EDITS = 200
"""Edits that can be taken back; a request is a few kilobytes, so this is about a megabyte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What a person decided: the request, and the questions and proposals that were answered."""

    request: LoadRequest
    answered: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit: its name, and the decisions on its other side."""

    name: str
    decisions: Decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The edits before and after the current decisions, the nearest last."""

    past: tuple[Edit, ...] = ()
    future: tuple[Edit, ...] = ()

    def record(self, name: str, before: Decisions) -> History:
        """Remember what was decided before the edit ``name``; what was undone is forgotten."""
        return History(past=(*self.past, Edit(name=name, decisions=before))[-MAX_EDITS:])

    def undo(self, current: Decisions) -> tuple[History, Decisions]:
        """Go back one edit.

        Parameters
        ----------
        current
            The decisions as they stand.

        Returns
        -------
        tuple
            The history after it, and the decisions to go back to; both unchanged if there is none.
        """
        if not self.past:
            return self, current
        last = self.past[-1]
        undone = replace(last, decisions=current)
        return History(past=self.past[:-1], future=(*self.future, undone)), last.decisions

    def redo(self, current: Decisions) -> tuple[History, Decisions]:
        """Make the last undone edit again; the counterpart of ``undo``."""
        if not self.future:
            return self, current
        last = self.future[-1]
        redone = replace(last, decisions=current)
        return History(past=(*self.past, redone), future=self.future[:-1]), last.decisions

    @property
    def undo_name(self) -> str:
        """Name of the edit that ``undo`` takes back, or empty."""
        return self.past[-1].name if self.past else ""

    @property
    def redo_name(self) -> str:
        """Name of the edit that ``redo`` makes again, or empty."""
        return self.future[-1].name if self.future else ""

"""Undo and redo of edits, by name: two stacks of frozen requests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driada_widgets.core.request.model import LoadRequest

__all__ = ["Edit", "History"]

MAX_EDITS = 200
"""Edits that can be taken back; a request is a few kilobytes, so this is about a megabyte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit: its name, and the request on its other side."""

    name: str
    request: LoadRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The edits before and after the current request, the nearest last."""

    past: tuple[Edit, ...] = ()
    future: tuple[Edit, ...] = ()

    def record(self, name: str, before: LoadRequest) -> History:
        """Remember the request as it was before the edit ``name``; what was undone is forgotten."""
        return History(past=(*self.past, Edit(name=name, request=before))[-MAX_EDITS:])

    def undo(self, current: LoadRequest) -> tuple[History, LoadRequest]:
        """Go back one edit.

        Parameters
        ----------
        current
            The request as it stands.

        Returns
        -------
        tuple
            The history after it, and the request to go back to; both unchanged if there is none.
        """
        if not self.past:
            return self, current
        last = self.past[-1]
        undone = replace(last, request=current)
        return History(past=self.past[:-1], future=(*self.future, undone)), last.request

    def redo(self, current: LoadRequest) -> tuple[History, LoadRequest]:
        """Make the last undone edit again; the counterpart of ``undo``."""
        if not self.future:
            return self, current
        last = self.future[-1]
        redone = replace(last, request=current)
        return History(past=(*self.past, redone), future=self.future[:-1]), last.request

    @property
    def undo_name(self) -> str:
        """Name of the edit that ``undo`` takes back, or empty."""
        return self.past[-1].name if self.past else ""

    @property
    def redo_name(self) -> str:
        """Name of the edit that ``redo`` makes again, or empty."""
        return self.future[-1].name if self.future else ""

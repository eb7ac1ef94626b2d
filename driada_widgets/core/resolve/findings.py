"""What ``resolve`` finds while it looks: issues, notes and fates, collected in order."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from driada_widgets.core.errors import LoaderError, ParameterError
from driada_widgets.core.report import Fix, Issue, LedgerEntry, Note

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Findings", "leave_out", "listed", "nearest"]


@dataclass(slots=True, kw_only=True)
class Findings:
    """Collector of everything that a request and a file have to say to each other."""

    issues: list[Issue] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    ledger: list[LedgerEntry] = field(default_factory=list)

    def refuse(
        self,
        id_: str,
        subject: str,
        text: str,
        *,
        fix: str = "",
        error: type[LoaderError] = ParameterError,
        fixes: tuple[Fix, ...] = (),
    ) -> None:
        """Add an issue: nothing is built until it is answered."""
        self.issues.append(
            Issue(id=id_, field=subject, text=text, fix=fix, error=error, fixes=fixes)
        )

    def warn(
        self,
        id_: str,
        subject: str,
        text: str,
        *,
        verbose_only: bool = False,
        asks: bool = False,
        fixes: tuple[Fix, ...] = (),
    ) -> None:
        """Add a note that the doors give as a warning."""
        self._note(id_, "warning", subject, text, fixes, verbose_only=verbose_only, asks=asks)

    def tell(self, id_: str, subject: str, text: str, *, fixes: tuple[Fix, ...] = ()) -> None:
        """Add a note that warns of nothing."""
        self._note(id_, "info", subject, text, fixes)

    def drop(self, name: str, why: str) -> None:
        """Write into the ledger that the array is left out."""
        self.ledger.append(LedgerEntry(name=name, fate="dropped", why=why))

    def use(self, name: str, why: str) -> None:
        """Write into the ledger that the array is used as it is."""
        self.ledger.append(LedgerEntry(name=name, fate="used", why=why))

    def _note(
        self,
        id_: str,
        level: Literal["info", "warning"],
        subject: str,
        text: str,
        fixes: tuple[Fix, ...],
        *,
        verbose_only: bool = False,
        asks: bool = False,
    ) -> None:
        note = Note(
            id=id_,
            level=level,
            subject=subject,
            text=text,
            verbose_only=verbose_only,
            asks=asks,
            fixes=fixes,
        )
        self.notes.append(note)


def leave_out(*names: str) -> Fix:
    """Give the fix that leaves arrays out of the experiment."""
    changes = tuple((("features", name, "use"), False) for name in names)
    return Fix(label=f"Leave out {listed(names)}", changes=changes)


def listed(names: Iterable[str]) -> str:
    """Quote names for a sentence: ``'a', 'b'``."""
    return ", ".join(repr(name) for name in names)


def nearest(name: str, known: Iterable[str]) -> str:
    """Give ``"; did you mean 'speed'?"``, or nothing if no name is near."""
    match = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {match[0]!r}?" if match else ""

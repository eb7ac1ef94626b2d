"""What the headers already say in step Map: problems, questions and notes, with their fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.panel.sections.base import show
from driada_widgets.panel.sections.points import PointList, useful_fixes

if TYPE_CHECKING:
    from driada_widgets.core.report import Issue, Note
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["Findings", "is_stored_rate"]

BESIDE_ITS_FIELD = frozenset(
    {"name-invalid", "constant-invalid", "fps-default", "fps-from-file", "fps-differs"}
)
"""Found beside the field that it is about, not in the list."""


class Findings:
    """Points to settle, above the fields of a step.

    Parameters
    ----------
    section
        The step it belongs to; it makes the buttons.
    """

    def __init__(self, section: Section) -> None:
        self._points = PointList(section, in_rows=True)
        self.widget = self._points.widget
        self.widget.add_class("dw-findings")
        show(self.widget, visible=False)

    def render(self, snapshot: Snapshot) -> None:
        """Show what a snapshot's request and headers have to say to each other."""
        resolved = snapshot.meaning
        issues = [i for i in _issues(resolved) if i.id not in BESIDE_ITS_FIELD]
        notes = [n for n in _notes(resolved) if not _is_beside_its_field(n)]
        asked = [n for n in notes if n.asks and n.id not in snapshot.answered]
        rest = [n for n in notes if n not in asked]
        told = [n for n in rest if n.level == "warning" or n.asks or useful_fixes(n, snapshot)]
        self._points.show(snapshot, issues=issues, questions=asked, notes=told)
        show(self.widget, visible=bool(issues or asked or told))


def _is_beside_its_field(note: Note) -> bool:
    return is_stored_rate(note) or note.id in BESIDE_ITS_FIELD


def is_stored_rate(note: Note) -> bool:
    """Say whether a note is about the frame rate that the file holds as an array."""
    return note.id == "scalar-ignored" and note.subject.lower() == "fps"


def _issues(resolved: object) -> tuple[Issue, ...]:
    return resolved if isinstance(resolved, tuple) else ()


def _notes(resolved: object) -> tuple[Note, ...]:
    return resolved.notes if isinstance(resolved, LoadPlan) else ()

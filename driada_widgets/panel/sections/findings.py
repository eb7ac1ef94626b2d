"""What the headers already say in step Map: problems, questions and notes, with their fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.core.request.edit import apply_changes
from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import html, row, show

if TYPE_CHECKING:
    from driada_widgets.core.report import Fix, Issue, Note
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["Findings"]

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
        self._section = section
        self._shown: object = None
        self.widget = widgets.VBox()
        self.widget.add_class("dw-findings")
        show(self.widget, visible=False)

    def render(self, snapshot: Snapshot) -> None:
        """Show what a snapshot's request and headers have to say to each other."""
        resolved, request = snapshot.resolved, snapshot.request
        issues = [i for i in _issues(resolved) if i.id not in BESIDE_ITS_FIELD]
        notes = [n for n in _notes(resolved) if not _is_beside_its_field(n)]
        told = [n for n in notes if n.level == "warning" or n.asks or _useful(n, snapshot)]
        key = (issues, told, snapshot.answered, request)
        if key == self._shown:
            return
        self._shown = key
        self.widget.children = [
            *map(self._problem, issues),
            *(self._note(note, snapshot) for note in told),
        ]
        show(self.widget, visible=bool(issues or told))

    def _problem(self, issue: Issue) -> Any:
        text = f"<b>Problem.</b> {_lines(issue.text)} {_lines(issue.fix)}"
        return self._point("dw-problem", text, [self._fix(fix) for fix in issue.fixes])

    def _note(self, note: Note, snapshot: Snapshot) -> Any:
        buttons = [self._fix(fix) for fix in _useful(note, snapshot)]
        asks = note.asks and note.id not in snapshot.answered
        if asks:
            keep = self._section.button(
                "Keep as it is", "dw-keep", lambda: self._section.state.keep_as_is(note.id)
            )
            buttons.append(keep)
        head = "<b>Please answer.</b>" if asks else "<b>Note.</b>"
        css_class = "dw-question" if asks else "dw-note"
        return self._point(css_class, f"{head} {_lines(note.text)}", buttons)

    def _fix(self, fix: Fix) -> Any:
        return self._section.button(fix.label, "dw-fix", lambda: self._section.state.apply_fix(fix))

    def _point(self, css_class: str, markup: str, buttons: list[Any]) -> Any:
        point = row(html(markup), *buttons)
        point.add_class(css_class)
        return point


def _is_beside_its_field(note: Note) -> bool:
    is_rate = note.id == "scalar-ignored" and note.subject.lower() == "fps"
    return is_rate or note.id in BESIDE_ITS_FIELD


def _issues(resolved: object) -> tuple[Issue, ...]:
    return resolved if isinstance(resolved, tuple) else ()


def _notes(resolved: object) -> tuple[Note, ...]:
    return resolved.notes if isinstance(resolved, LoadPlan) else ()


def _useful(note: Note, snapshot: Snapshot) -> list[Fix]:
    """Give the fixes that would change something."""
    request = snapshot.request
    return [fix for fix in note.fixes if apply_changes(request, fix.changes) != request]


def _lines(text: str) -> str:
    return "<br>".join(escape(line, limit=None) for line in text.splitlines())

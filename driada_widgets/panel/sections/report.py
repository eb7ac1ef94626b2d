"""The report of step Check: problems, questions, notes and what passed, each with its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.core.request.edit import apply_changes
from driada_widgets.core.road.passed import passed_checks
from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import bullet_list, html, row, set_html, show
from driada_widgets.panel.sections.whitelist import WhitelistDiff

if TYPE_CHECKING:
    from driada_widgets.core.report import Fix, Issue, LedgerEntry, Note
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["ReportView"]

FATES = (("used", "Used"), ("changed", "Changed"), ("dropped", "Dropped"))


class ReportView:
    """Shows what a check found.

    Parameters
    ----------
    section
        The step it belongs to; it makes the buttons.
    """

    def __init__(self, section: Section) -> None:
        self._section = section
        self._summary = html("", "dw-report-summary")
        again = section.button(
            "Check again", "dw-check-again", section.state.check, tooltip="Check the data again"
        )
        self._diff = WhitelistDiff(section)
        self._points = widgets.VBox()
        self._notes = widgets.VBox()
        self._notes.add_class("dw-notes")
        self._passed = html()
        self._ledger = html()
        self._again = again
        self._shown: object = None
        self._listed: tuple[object, object] = (None, None)
        self.widget = widgets.VBox(
            [
                row(self._summary, again),
                self._points,
                self._diff.widget,
                self._notes,
                self._passed,
                self._ledger,
            ]
        )
        self.widget.add_class("dw-report")
        self.widget.layout.display = "none"

    def render(self, snapshot: Snapshot) -> None:
        """Show the check of a snapshot; the same one is not drawn again."""
        check = snapshot.check
        self._again.disabled = snapshot.is_busy
        key = (snapshot.revision, snapshot.answered, check is None)
        if key == self._shown:
            return
        self._shown = key
        show(self.widget, visible=check is not None)
        if check is None:
            return
        questions = snapshot.questions
        quiet = [note for note in check.notes if note not in questions]
        if self._listed[0] != (check.issues, questions):
            points = [self._problem(issue) for issue in check.issues]
            self._points.children = [*points, *(self._question(note) for note in questions)]
        useful = [(note, _useful(note, snapshot)) for note in quiet]
        if self._listed[1] != useful:
            self._notes.children = [self._note(note, fixes) for note, fixes in useful]
        self._listed = ((check.issues, questions), useful)
        show(self._notes, visible=bool(quiet))
        passed = passed_checks(check)
        self._diff.render(snapshot)
        set_html(self._summary, _summary(snapshot, len(quiet), len(passed)))
        set_html(self._passed, _fold("dw-passed", _count(len(passed), "check") + " passed", passed))
        set_html(self._ledger, _ledger(check.ledger))

    def _problem(self, issue: Issue) -> Any:
        text = f"<b>Problem.</b> {_lines(issue.text)} {_lines(issue.fix)}"
        return self._point("dw-problem", text, [self._fix(fix) for fix in issue.fixes])

    def _question(self, note: Note) -> Any:
        keep = self._section.button(
            "Keep as it is", "dw-keep", lambda: self._section.state.keep_as_is(note.id)
        )
        text = f"<b>Please answer.</b> {_lines(note.text)}"
        return self._point("dw-question", text, [*(self._fix(f) for f in note.fixes), keep])

    def _note(self, note: Note, fixes: list[Fix]) -> Any:
        mark = "<b>Note.</b> " if note.level == "warning" else ""
        markup = html(f"{mark}{_lines(note.text)}")
        return row(markup, *map(self._fix, fixes)) if fixes else markup

    def _fix(self, fix: Fix) -> Any:
        return self._section.button(fix.label, "dw-fix", lambda: self._section.state.apply_fix(fix))

    def _point(self, css_class: str, markup: str, buttons: list[Any]) -> Any:
        point = widgets.VBox([html(markup), row(*buttons)])
        point.add_class(css_class)
        return point


def _useful(note: Note, snapshot: Snapshot) -> list[Fix]:
    request = snapshot.request
    return [fix for fix in note.fixes if apply_changes(request, fix.changes) != request]


def _summary(snapshot: Snapshot, n_notes: int, n_passed: int) -> str:
    check = snapshot.check
    n_problems = len(check.issues) if check else 0
    said = [
        _count(n_problems, "problem"),
        _count(len(snapshot.questions), "question"),
        _count(n_notes, "note"),
        f"{_count(n_passed, 'check')} passed",
    ]
    if check is not None and check.plan is not None:
        plan = check.plan
        fps = float(plan.static_features["fps"])
        said.append(
            f"{plan.n_cells:,} neurons × {plan.n_frames:,} frames "
            f"({plan.n_frames / fps / 60:.1f} min at {fps:g} Hz)"
        )
    verdict = "Ready to build." if not snapshot.n_to_do else "Not ready yet."
    return f"<b>{verdict}</b> {' · '.join(said)}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _lines(text: str) -> str:
    return "<br>".join(escape(line, limit=None) for line in text.splitlines())


def _fold(css_class: str, title: str, lines: tuple[str, ...]) -> str:
    if not lines:
        return ""
    items = bullet_list([escape(line, limit=None) for line in lines])
    return f'<details class="{css_class}"><summary>{escape(title)}</summary>{items}</details>'


def _ledger(entries: tuple[LedgerEntry, ...]) -> str:
    parts, counts = [], []
    for fate, title in FATES:
        lines = [
            f"<b>{escape(entry.name)}</b>: {escape(entry.why, limit=None)}"
            for entry in entries
            if entry.fate == fate
        ]
        if lines:
            parts.append(f"<h4>{title}</h4>{bullet_list(lines)}")
            counts.append(f"{len(lines)} {fate}")
    if not parts:
        return ""
    head = f"<summary>Every array of the file: {', '.join(counts)}</summary>"
    return f'<details class="dw-ledger">{head}{"".join(parts)}</details>'

"""The report of step Check: problems, questions, notes and what passed, each with its buttons."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import ipywidgets as widgets

from driada_widgets.core.road.passed import passed_checks
from driada_widgets.core.words import count_of, duration
from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import bullet_list, html, row, set_html, show
from driada_widgets.panel.sections.findings import is_stored_rate
from driada_widgets.panel.sections.points import PointList
from driada_widgets.panel.sections.whitelist import WhitelistDiff

if TYPE_CHECKING:
    from collections.abc import Iterable

    from driada_widgets.core.report import LedgerEntry, Note
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
        self._points = PointList(section)
        self._notes = PointList(section)
        self._notes.widget.add_class("dw-notes")
        self._passed = html()
        self._ledger = html()
        self._again = again
        self._shown: object = None
        self.widget = widgets.VBox(
            [
                row(self._summary, again),
                self._points.widget,
                self._diff.widget,
                self._notes.widget,
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
        key = (snapshot.revision, snapshot.answered, snapshot.profile, check is None)
        if key == self._shown:
            return
        self._shown = key
        show(self.widget, visible=check is not None)
        if check is None:
            return
        questions = snapshot.questions
        quiet = _told(note for note in check.notes if note not in questions)
        self._points.show(snapshot, issues=check.issues, questions=questions)
        self._notes.show(snapshot, notes=quiet)
        show(self._notes.widget, visible=bool(quiet))
        passed = passed_checks(check)
        self._diff.render(snapshot)
        set_html(self._summary, _summary(snapshot, len(quiet), len(passed)))
        set_html(
            self._passed, _fold("dw-passed", count_of(len(passed), "check") + " passed", passed)
        )
        set_html(self._ledger, _ledger(check.ledger))


def _told(notes: Iterable[Note]) -> list[Note]:
    """Give notes to show; a frame rate that the file holds is told once, with its button."""
    told = list(notes)
    stored = next((n for n in told if is_stored_rate(n)), None)
    if stored is None or not any(n.id == "fps-default" for n in told):
        return told
    offered = {"fps-default": stored.fixes}
    return [replace(n, fixes=offered.get(n.id, n.fixes)) for n in told if n is not stored]


def _summary(snapshot: Snapshot, n_notes: int, n_passed: int) -> str:
    check = snapshot.check
    n_problems = len(check.issues) if check else 0
    said = [
        count_of(n_problems, "problem"),
        count_of(len(snapshot.questions), "question"),
        count_of(n_notes, "note"),
        f"{count_of(n_passed, 'check')} passed",
    ]
    if check is not None and check.plan is not None:
        plan = check.plan
        fps = float(plan.static_features["fps"])
        said.append(
            f"{count_of(plan.n_cells, 'neuron')} × {plan.n_frames:,} frames "
            f"({duration(plan.n_frames / fps)} at {fps:g} Hz)"
        )
    verdict = "Ready to build." if not snapshot.n_to_do else "Not ready yet."
    return f"<b>{verdict}</b> {' · '.join(said)}"


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

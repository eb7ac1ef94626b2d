"""Points that wait for a person, each with its buttons: problems, questions and notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.core.request.edit import apply_changes
from driada_widgets.core.request.profile import locked_changes
from driada_widgets.panel.binding import escape, plain
from driada_widgets.panel.sections.base import html, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.core.report import Fix, Issue, Note
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["PointList", "ShownFix", "fix_buttons", "fixes_of", "useful_fixes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFix:
    """One button, and the profile that does not let it be pressed; empty: it may be pressed."""

    fix: Fix
    locked_by: str = ""


def fixes_of(point: Issue | Note, snapshot: Snapshot) -> tuple[ShownFix, ...]:
    """Give the buttons of a point; those that would change what a profile locks are locked."""
    return tuple(_shown(fix, snapshot) for fix in point.fixes)


def useful_fixes(note: Note, snapshot: Snapshot) -> tuple[ShownFix, ...]:
    """Give the buttons of a note that would change something."""
    request = snapshot.request
    return tuple(
        _shown(fix, snapshot)
        for fix in note.fixes
        if apply_changes(request, fix.changes) != request
    )


def _shown(fix: Fix, snapshot: Snapshot) -> ShownFix:
    profile, request = snapshot.profile, snapshot.request
    if profile is None or not locked_changes(profile, request, apply_changes(request, fix.changes)):
        return ShownFix(fix=fix)
    return ShownFix(fix=fix, locked_by=profile.title)


class PointList:
    """A list of points; equal points are not drawn again, so that the focus stays.

    Parameters
    ----------
    section
        The step it belongs to; it makes the buttons.
    in_rows
        Whether buttons stand beside their text where there is room, not below it.
    """

    def __init__(self, section: Section, *, in_rows: bool = False) -> None:
        self._section = section
        self._in_rows = in_rows
        self._drawn: object = None
        self.widget = widgets.VBox()

    def show(
        self,
        snapshot: Snapshot,
        *,
        issues: Sequence[Issue] = (),
        questions: Sequence[Note] = (),
        notes: Sequence[Note] = (),
    ) -> None:
        """Show points of a snapshot: first problems, then questions, then notes."""
        problems = [(issue, fixes_of(issue, snapshot)) for issue in issues]
        asked = [(note, fixes_of(note, snapshot)) for note in questions]
        told = [(note, useful_fixes(note, snapshot)) for note in notes]
        if self._drawn == (problems, asked, told):
            return
        self._drawn = (problems, asked, told)
        self.widget.children = [
            *(self._problem(issue, fixes) for issue, fixes in problems),
            *(self._question(note, fixes) for note, fixes in asked),
            *(self._note(note, fixes) for note, fixes in told),
        ]

    def _problem(self, issue: Issue, fixes: tuple[ShownFix, ...]) -> Any:
        # The words are for scripts and name arguments; here buttons do the same.
        advice = "" if fixes else issue.fix
        said = _lines("\n".join(filter(None, (issue.text, advice))))
        text = f"<b>Problem.</b> {said}"
        return self._point("dw-problem", text, self._buttons(fixes))

    def _question(self, note: Note, fixes: tuple[ShownFix, ...]) -> Any:
        keep = self._section.button(
            "Keep as it is",
            "dw-keep",
            lambda: self._section.state.keep_as_is(note.id),
            tooltip=f"Keep as it is: {plain(note.subject, limit=60)}",
        )
        text = f"<b>Please answer.</b> {_lines(note.text)}"
        return self._point("dw-question", text, self._buttons(fixes, keep))

    def _note(self, note: Note, fixes: tuple[ShownFix, ...]) -> Any:
        mark = "<b>Note.</b> " if self._in_rows or note.level == "warning" else ""
        text = f"{mark}{_lines(note.text)}"
        if self._in_rows:
            return self._point("dw-note", text, self._buttons(fixes))
        return row(html(text), *self._buttons(fixes)) if fixes else html(text)

    def _buttons(self, fixes: tuple[ShownFix, ...], *others: Any) -> list[Any]:
        return fix_buttons(self._section, fixes, *others)

    def _point(self, css_class: str, markup: str, buttons: list[Any]) -> Any:
        text = html(markup)
        made = row(text, *buttons) if self._in_rows else widgets.VBox([text, row(*buttons)])
        made.add_class(css_class)
        return made


def fix_buttons(section: Section, fixes: Sequence[ShownFix], *others: Any) -> list[Any]:
    """Make the buttons of a point, and say in text beside all of them which profile locks some."""
    made = [_button(section, shown) for shown in fixes]
    profiles = {shown.locked_by for shown in fixes if shown.locked_by}
    return [*made, *others, *(html(escape(_locked(each)), "dw-hint") for each in profiles)]


def _button(section: Section, shown: ShownFix) -> Any:
    fix = shown.fix
    made = section.button(
        fix.label,
        "dw-fix",
        lambda: section.state.apply_fix(fix),
        tooltip=plain(_locked(shown.locked_by)) if shown.locked_by else "",
    )
    made.disabled = bool(shown.locked_by)
    return made


def _locked(title: str) -> str:
    return f"Locked by profile “{title}”"


def _lines(text: str) -> str:
    return "<br>".join(escape(line, limit=None) for line in text.splitlines())

"""The card of a saved experiment in step Source: what it is, and how far it can be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from driada_widgets.core.words import count_of
from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import bullet_list, html, row, set_html, show

if TYPE_CHECKING:
    from driada_widgets.core.report import Note
    from driada_widgets.core.road.saved_card import SavedCard
    from driada_widgets.core.safe_pickle import GlobalName
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["SavedSource"]

MAX_NAMES = 60
"""Names of a pickle that are listed; the rest is counted."""


class SavedSource:
    """What is known about a saved experiment before it is opened, and what to do with it then."""

    def __init__(self, section: Section) -> None:
        self._section = section
        state = section.state
        self._facts = html("", "dw-saved-facts")
        self._trust = html("", "dw-saved-trust")
        self._names = html("", "dw-saved-names")
        self._problem = html("", "dw-problem", "dw-saved-problem")
        self._source = html("", "dw-hint", "dw-saved-source")
        self._rebuild = section.button(
            "Build it again from its data file", "dw-rebuild", state.rebuild_saved
        )
        self._notes = html("", "dw-saved-notes")
        self._after = row(
            section.button("See its traces", "dw-saved-see", lambda: state.go("check")),
            section.button("See its summary", "dw-saved-summary", lambda: state.go("build")),
            section.button("Save, convert or share it", "dw-saved-share", lambda: state.go("save")),
        )
        self.widget = widgets.VBox(
            [
                self._problem,
                self._facts,
                self._trust,
                self._names,
                row(self._source, self._rebuild),
                self._notes,
                self._after,
            ]
        )
        self.widget.add_class("dw-saved-card")
        self._shown: object = None

    @property
    def why_not_open(self) -> str:
        """Why the chosen file is not opened, or empty."""
        snapshot = self._section.state.snapshot
        saved = snapshot.work.card
        if snapshot.request.source.kind != "saved" or saved is None:
            return ""
        return "It is not opened; see why below." if saved.problem else ""

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        saved = snapshot.work.card
        is_saved = snapshot.request.source.kind == "saved"
        show(self.widget, visible=is_saved and saved is not None)
        key = (saved, snapshot.inventory is None)
        if saved is None or not is_saved or key == self._shown:
            return
        self._shown = key
        set_html(self._problem, _problem(saved))
        set_html(self._facts, _facts(saved))
        set_html(self._trust, bullet_list([escape(text, limit=None) for text in saved.trust]))
        set_html(self._names, _names(saved.names))
        set_html(self._source, escape(saved.source_words, limit=None))
        is_demo = saved.request is not None and saved.request.source.kind == "demo"
        show(self._rebuild, visible=saved.source is not None or is_demo)
        notes = snapshot.inventory.notes if snapshot.inventory else ()
        set_html(self._notes, _notes(notes))
        show(self._after, visible=snapshot.inventory is not None)


def _problem(saved: SavedCard) -> str:
    if not saved.problem:
        return ""
    lines = "<br>".join(escape(line, limit=None) for line in saved.problem.splitlines())
    return f"<b>It is not opened.</b> {lines}"


def _facts(saved: SavedCard) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td>{escape(value, limit=None)}</td></tr>'
        for label, value in (("File", saved.path.name), *saved.facts)
    )
    return f"<table><tbody>{rows}</tbody></table>"


def _names(names: tuple[GlobalName, ...]) -> str:
    """List what a pickle would import; refused names come first."""
    if not names:
        return ""
    ordered = sorted(names, key=lambda each: each.allowed)
    lines = [
        f"<code>{escape(each, limit=160)}</code>"
        + ("" if each.allowed else " <b>refused: not on the list</b>")
        for each in ordered[:MAX_NAMES]
    ]
    if len(ordered) > MAX_NAMES:
        lines.append(f"and {len(ordered) - MAX_NAMES:,} more")
    refused = sum(not each.allowed for each in names)
    head = f"{count_of(len(names), 'name')} that the file would import, {refused:,} of them refused"
    is_open = " open" if refused else ""
    return f"<details{is_open}><summary>{head}</summary>{bullet_list(lines)}</details>"


def _notes(notes: tuple[Note, ...]) -> str:
    return bullet_list([escape(note.text, limit=None) for note in notes], "dw-notes")

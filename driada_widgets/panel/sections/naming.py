"""The name of the experiment: entries of ``exp_params``, the name they form, and its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from driada_widgets.core.experiment.naming import IABS_KEYS, NAMING_KEYS, near_folder_name
from driada_widgets.core.report import Fix, Note
from driada_widgets.core.resolve.findings import Findings
from driada_widgets.core.resolve.names import session_name
from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import card, fields, html, row, set_html, show
from driada_widgets.panel.sections.pairs import PairRows
from driada_widgets.panel.sections.points import (
    ShownFix,
    fix_buttons,
    fixes_of,
    useful_fixes,
)

if TYPE_CHECKING:
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["NameCard"]

FREE_KEYS = ("name", *NAMING_KEYS)
HINTS = {
    "name": "the whole name; or leave it empty and fill in its parts",
    "track": "e.g. NOF",
    "animal_id": "e.g. H01",
    "session": "e.g. 1D",
}
IABS_WORDS = "Recordings of IABS are named by track, animal_id and session."
FREE_WORDS = (
    "The experiment is called by its <i>name</i>; without one, by what is filled in of "
    "<i>experiment, subject, animal_id, session, date</i>. Further entries are kept as metadata. "
    "As <i>Lab or project</i>, <i>IABS</i> asks for what that lab's names are made of."
)


class NameCard:
    """Fields of the name, further entries, and the name as it stands.

    Parameters
    ----------
    section
        Step *Map*.
    """

    def __init__(self, section: Section) -> None:
        state = section.state
        self._source = section.text("Lab or project", "dw-data-source", state.set_data_source)
        self._fields = {
            key: section.text(key, f"dw-param-{key}", _setter(state, key), hint=HINTS.get(key, ""))
            for key in ("name", "track", *NAMING_KEYS)
        }
        self._others = PairRows(
            section,
            "entry",
            "dw-param-",
            on_set=lambda key, text: state.set_param(key, text.strip()),
            on_add=state.add_param,
            on_remove=state.remove_param,
            hint="a name, such as weight",
        )
        self._words = html("", "dw-hint")
        self._name = html("", "dw-session-name")
        self._ways_out = row()
        self._offered: tuple[ShownFix, ...] = ()
        self._section = section
        self.widget = card(
            "Name of the experiment",
            self._name,
            self._ways_out,
            fields(self._source.widget, *(b.widget for b in self._fields.values())),
            self._others.widget,
            self._words,
        )

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        request = snapshot.request
        is_iabs = request.source.data_source == "IABS"
        keys = IABS_KEYS if is_iabs else FREE_KEYS
        self._source.show(request.source.data_source)
        for key, binding in self._fields.items():
            text = _text(request.exp_params.get(key))
            show(binding.widget, visible=key in keys)
            binding.show(text)
            is_required = is_iabs and key in IABS_KEYS
            _mark(binding.widget, "dw-required", on=is_required)
            _mark(binding.widget, "dw-empty", on=is_required and not text)
        others = {k: _text(v) for k, v in request.exp_params.items() if k not in keys}
        self._others.render(others)
        set_html(self._words, IABS_WORDS if is_iabs else FREE_WORDS)
        found = Findings()
        set_html(self._name, _name_words(snapshot, session_name(snapshot.request, found), found))
        offered = tuple(shown for issue in found.issues for shown in fixes_of(issue, snapshot))
        offered += useful_fixes(_way_back(snapshot), snapshot)
        if self._offered != offered:
            self._offered = offered
            self._ways_out.children = fix_buttons(self._section, offered)
        show(self._ways_out, visible=bool(offered))

    def first_missing(self, snapshot: Snapshot) -> Any:
        """Mark every required field as seen; give the first that is empty, or ``None``."""
        if snapshot.request.source.data_source != "IABS":
            return None
        seen = [self._fields[key].widget for key in IABS_KEYS]
        for widget in seen:
            widget.add_class("dw-touched")
        missing = [key for key in IABS_KEYS if not snapshot.request.exp_params.get(key)]
        return self._fields[missing[0]].widget if missing else None


def _setter(state: Any, key: str) -> Any:
    return lambda value: state.set_param(key, value.strip())


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _mark(widget: Any, css_class: str, *, on: bool) -> None:
    (widget.add_class if on else widget.remove_class)(css_class)


def _way_back(snapshot: Snapshot) -> Note:
    """Offer the name of the file, where a person gave another one."""
    stem = _stem(snapshot)
    fix = Fix(label=f"Back to {stem!r}", changes=((("exp_params", "name"), stem),))
    is_other = stem and snapshot.request.exp_params.get("name")
    return Note(
        id="name-of-file",
        level="info",
        subject="name",
        text="The recording has a name of its own.",
        fixes=(fix,) if is_other and near_folder_name(stem) == stem else (),
    )


def _stem(snapshot: Snapshot) -> str:
    """Give the name that was filled in when the source was opened; empty where none was."""
    source = snapshot.request.source
    if source.path is None or source.kind == "saved" or source.data_source == "IABS":
        return ""
    return source.path.stem


def _origin(snapshot: Snapshot) -> str:
    """Say whose name it is."""
    given, stem = snapshot.request.exp_params.get("name"), _stem(snapshot)
    if not given or not stem:
        return ""
    if given != stem:
        return '<span class="dw-origin-given">set by you</span>'
    noun = "file" if snapshot.request.source.kind == "file" else "recording"
    return f'<span class="dw-origin-file">from the {noun}\'s name</span>'


def _name_words(snapshot: Snapshot, name: str, found: Findings) -> str:
    """Give the name, or in the core's words why there is none."""
    if not found.issues:
        return f"<b>Exp {escape(name)}</b> {_origin(snapshot)}".rstrip()
    is_missing = snapshot.request.source.data_source == "IABS" and any(
        not snapshot.request.exp_params.get(key) for key in IABS_KEYS
    )
    said = " ".join(escape(issue.text, limit=None) for issue in found.issues)
    return f'<span class="{"dw-hint" if is_missing else "dw-wrong"}">{said}</span>'

"""The feature table of step Check: what is used, its name, its type and why, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.panel.binding import bind, css_names, escape, plain
from driada_widgets.panel.edits import surprises, type_word
from driada_widgets.panel.sections.base import html, row, set_html, show
from driada_widgets.panel.sections.evidence import Evidence

if TYPE_CHECKING:
    from driada_widgets.core.build.examine import FeatureReport
    from driada_widgets.core.request.model import FeatureChoice
    from driada_widgets.panel.binding import Binding
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["FeatureTable"]

TYPES = ("linear", "circular", "binary", "categorical", "count", "timeline", "discrete")
HEAD = ("Use", "Feature, and its name here", "Detected", "Sure", "Why", "Type", "")
ROWS_PER_PAGE = 25
"""A row is some ten widgets, each made in the browser too: hundreds of rows would block a page."""
SHOWN_PROBLEMS = frozenset(
    {"feature-name-protected", "feature-name-double", "feature-length", "array-unreadable"}
)
"""Problems of arrays that have a row even where the headers alone keep a check from its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """What a row shows: an array of the file, or a combination of some (``source`` is empty)."""

    name: str
    source: str
    report: FeatureReport | None
    choice: FeatureChoice | None
    is_surprise: bool = False


class FeatureTable:
    """One row a feature; the drop-down overrides, the button goes back to what was detected.

    Many features come in pages; a row is made when its page is shown first.
    """

    def __init__(self, section: Section) -> None:
        self._section = section
        self._rows: dict[str, _Row] = {}
        self._named: tuple[str, ...] = ()
        self._shown: tuple[str, ...] = ()
        self._page = 0
        self._head = widgets.HBox([html(f"<b>{title}</b>") for title in HEAD])
        self._head.add_class("dw-feature-head")
        self._list = widgets.VBox()
        self._back = section.button("Page before", "dw-features-back", lambda: self._turn(-1))
        self._on = section.button("Page after", "dw-features-on", lambda: self._turn(1))
        self._at = html("", "dw-hint")
        self._at.add_class("dw-features-at")
        self._pages = row(self._back, self._on, self._at)
        self.widget = widgets.VBox([self._list, self._pages])
        self.widget.add_class("dw-features")

    @property
    def is_empty(self) -> bool:
        """Whether no feature is shown."""
        return not self._shown

    def _turn(self, by: int) -> None:
        self._page += by
        self.render(self._section.state.snapshot)

    def render(self, snapshot: Snapshot) -> None:
        """Show the features of a snapshot's check, and the arrays that were left out."""
        items = _items(snapshot)
        names = tuple(item.name for item in items)
        if names != self._named:
            kept = set(names)
            self._rows = {name: made for name, made in self._rows.items() if name in kept}
            self._named = names
            self._page = self._page if self._rows else 0
        on_page = self._paged(items)
        for item in on_page:
            if item.name not in self._rows:
                self._rows[item.name] = _Row(self._section, item, css_names(names)[item.name])
        shown = tuple(item.name for item in on_page)
        if shown != self._shown:
            self._shown = shown
            rows = [part for name in shown for part in self._rows[name].widgets]
            self._list.children = [self._head, *rows] if rows else []
        for item in on_page:
            self._rows[item.name].render(item, busy=snapshot.job.kind in {"build", "save"})

    def _paged(self, items: list[_Item]) -> list[_Item]:
        """Give the items of the page that is shown, and say which they are."""
        n_pages = max(1, -(-len(items) // ROWS_PER_PAGE))
        self._page = min(max(0, self._page), n_pages - 1)
        first = self._page * ROWS_PER_PAGE
        on_page = items[first : first + ROWS_PER_PAGE]
        self._back.disabled, self._on.disabled = self._page == 0, self._page + 1 == n_pages
        where = f"Features {first + 1:,} to {first + len(on_page):,} of {len(items):,}"
        set_html(self._at, where if n_pages > 1 else "")
        show(self._pages, visible=n_pages > 1)
        return on_page


def _items(snapshot: Snapshot) -> list[_Item]:
    """List combinations, then arrays in the file's order: used, left out, or in the way."""
    check = snapshot.check
    reports = check.features if check else ()
    choices = snapshot.request.features or {}
    changed = surprises(reports)
    by_source = {report.source: report for report in reports if report.source}
    wanted = {*by_source, *(name for name, choice in choices.items() if not choice.use)}
    if check is not None:
        wanted |= _in_the_way(snapshot)
    combined = [
        _Item(name=report.name, source="", report=report, choice=None)
        for report in reports
        if not report.source
    ]
    arrays = snapshot.inventory.arrays if snapshot.inventory else ()
    return combined + [
        _Item(
            name=info.name,
            source=info.name,
            report=by_source.get(info.name),
            choice=choices.get(info.name),
            is_surprise=by_source.get(info.name) in changed,
        )
        for info in arrays
        if info.name in wanted
    ]


def _in_the_way(snapshot: Snapshot) -> set[str]:
    """Name arrays that a problem is about and that another name, or leaving out, would mend."""
    issues = snapshot.check.issues if snapshot.check else ()
    found = {issue.field for issue in issues if issue.id in SHOWN_PROBLEMS}
    for issue in issues:
        paths = [path for fix in issue.fixes for path, _ in fix.changes]
        if issue.id in SHOWN_PROBLEMS:
            found |= {path[1] for path in paths if path[0] == "features" and len(path) > 1}
    return found


class _Row:
    def __init__(self, section: Section, item: _Item, css_class: str) -> None:
        state, name = section.state, item.source
        shown = plain(item.name, limit=60)
        self._use = _quiet(section.tick(f"Use {shown}", "dw-feature-use", self._set_use))
        self._state, self._source, self._shown_name = state, name, ""
        self._file_name = html(f"<b>{escape(item.name, limit=40)}</b>")
        box = widgets.Text(
            description=f"Name of {shown} in the experiment",
            placeholder="name in the experiment",
            continuous_update=False,
            layout=widgets.Layout(width="auto", min_width="6em"),
        )
        box.add_class("dw-feature-name")
        self._new_name = _quiet(
            bind(
                box,
                "value",
                self._rename,
                on_error=section.failed("Rename the feature"),
            )
        )
        self._detected, self._sure, self._why, self._whose = html(), html(), html(), html()
        self._whose.add_class("dw-hint")
        self._whose.add_class("dw-feature-whose")
        self._type = _quiet(
            section.choice(
                f"Type of {shown}",
                "dw-feature-type",
                TYPES,
                lambda word: state.set_feature_type(name, word),
            )
        )
        self._reset = section.button(
            "Detected",
            "dw-feature-reset",
            lambda: state.set_feature_type(name, None),
            tooltip=f"Go back to the detected type of {shown}",
        )
        self._evidence = Evidence(section, item.name)
        self.widget = widgets.HBox(
            [
                self._use.widget,
                self._file_name,
                self._detected,
                self._sure,
                self._why,
                self._type.widget,
                self._reset,
                box,  # these two stand in a second line, under the name and the type
                self._whose,
                self._evidence.button,
            ]
        )
        self.widget.add_class("dw-feature-row")
        self.widget.add_class(css_class)

    @property
    def widgets(self) -> tuple[Any, ...]:
        """The row, and the picture that it can open under itself."""
        return self.widget, self._evidence.widget

    def _rename(self, text: str) -> None:
        if text != self._shown_name:  # what cannot be seen is shown as its code
            self._state.rename_feature(self._source, text)

    def _set_use(self, use: bool) -> None:
        self._state.use_feature(self._source, use=use)

    def render(self, item: _Item, *, busy: bool) -> None:
        """Show what was found, and the type that is asked for, even before it is checked."""
        report, choice = item.report, item.choice
        detected = report.detected if report else None
        is_used = choice is None or choice.use
        self._use.show(is_used, disabled=busy or not item.source)
        renamed = choice.rename if choice else None
        self._shown_name = plain(renamed or item.name, limit=None)
        self._new_name.show(self._shown_name, disabled=busy or not item.source or not is_used)
        set_html(self._detected, escape(type_word(detected)) if detected else _many(report))
        set_html(self._sure, f"{min(1.0, detected.confidence):.0%}" if detected else "&nbsp;")
        set_html(self._why, escape(_reason(item), limit=None))
        now = _word_of(item)
        options = TYPES if now in TYPES else (*TYPES, now)
        fixed = report is None or report.type_info is None
        self._type.show(now, options=options, disabled=fixed or busy)
        is_forced = report is not None and report.forced
        set_html(self._whose, _whose(item) if is_used and not fixed else "")
        self._reset.disabled = not is_forced or busy
        self._evidence.render(report)


def _quiet(binding: Binding) -> Binding:
    """Hide a label that the table's head says; screen readers still hear it."""
    binding.widget.add_class("dw-quiet-label")
    return binding


def _word_of(item: _Item) -> str:
    asked = item.choice.type if item.choice is not None else None
    if item.report is not None and len(item.report.shape) > 1:
        return "continuous"
    info = item.report.type_info if item.report else None
    return asked or (type_word(info) if info else "linear")


def _reason(item: _Item) -> str:
    if item.report is not None:
        return item.report.why
    is_left_out = item.choice is not None and not item.choice.use
    return "left out" if is_left_out else "waits for an answer above"


def _whose(item: _Item) -> str:
    if item.is_surprise:
        return "by the list of features"
    is_own = item.choice is not None and item.choice.type and not item.choice.as_detected
    return "<b>set by you</b>" if is_own else "as detected"


def _many(report: FeatureReport | None) -> Any:
    if report is None or len(report.shape) < 2:
        return "&nbsp;"
    return f"{report.shape[0]}-D, continuous"

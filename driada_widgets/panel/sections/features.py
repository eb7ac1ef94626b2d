"""The feature table of step Check: detected type, confidence, reason, override and way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from driada_widgets.panel.binding import bind, css_names, escape
from driada_widgets.panel.edits import type_word
from driada_widgets.panel.sections.base import html, set_html

if TYPE_CHECKING:
    from driada_widgets.core.build.examine import FeatureReport
    from driada_widgets.core.request.model import FeatureChoice
    from driada_widgets.panel.binding import Binding
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["FeatureTable"]

TYPES = ("linear", "circular", "binary", "categorical", "count", "timeline", "discrete")
HEAD = ("Feature", "Detected", "Sure", "Why", "Type", "")


class FeatureTable:
    """One row a feature; the drop-down overrides, the button goes back to what was detected."""

    def __init__(self, section: Section) -> None:
        self._section = section
        self._rows: dict[str, _Row] = {}
        self.widget = widgets.VBox()
        self.widget.add_class("dw-features")

    def render(self, snapshot: Snapshot) -> None:
        """Show the features of a snapshot's check."""
        features = snapshot.check.features if snapshot.check else ()
        names = [report.source or report.name for report in features]
        if names != list(self._rows):
            classes = css_names(names)
            self._rows = {name: _Row(self._section, name, classes[name]) for name in names}
            head = widgets.HBox([html(f"<b>{title}</b>") for title in HEAD])
            head.add_class("dw-feature-head")
            self.widget.children = [head, *(r.widget for r in self._rows.values())] if names else []
        for name, report in zip(names, features, strict=True):
            choice = (snapshot.request.features or {}).get(name)
            self._rows[name].render(report, choice, busy=snapshot.job.kind in {"build", "save"})


class _Row:
    def __init__(self, section: Section, name: str, css_class: str) -> None:
        state = section.state
        self._name = html()
        self._detected = html()
        self._sure = html()
        self._why = html()
        choose = widgets.Dropdown(options=TYPES, layout=widgets.Layout(width="9.5em"))
        choose.tooltip = f"Type of {name}"
        self._type: Binding = bind(
            choose,
            "value",
            lambda word: state.set_feature_type(name, word),
            on_error=section.failed("Change the type"),
        )
        self._reset = section.button(
            "Detected", "dw-feature-reset", lambda: state.set_feature_type(name, None)
        )
        self._reset.tooltip = f"Go back to the detected type of {name}"
        self.widget = widgets.HBox(
            [self._name, self._detected, self._sure, self._why, choose, self._reset]
        )
        self.widget.add_class("dw-feature-row")
        self.widget.add_class(css_class)

    def render(self, report: FeatureReport, choice: FeatureChoice | None, *, busy: bool) -> None:
        """Show what was found, and the type that is asked for, even before it is checked."""
        set_html(self._name, f"<b>{escape(report.name, limit=40)}</b>")
        detected = report.detected
        set_html(self._detected, escape(type_word(detected)) if detected else _many(report))
        set_html(self._sure, f"{min(1.0, detected.confidence):.0%}" if detected else "")
        set_html(self._why, escape(report.why, limit=None))
        asked = choice.type if choice is not None else None
        now = asked or (type_word(report.type_info) if report.type_info else "linear")
        options = TYPES if now in TYPES else (*TYPES, now)
        fixed = report.type_info is None
        self._type.show(now, options=options, disabled=fixed or busy)
        self._reset.disabled = not report.forced or busy


def _many(report: FeatureReport) -> str:
    return f"{report.shape[0]}-D, continuous"

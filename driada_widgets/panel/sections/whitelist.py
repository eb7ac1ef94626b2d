"""What a hand-made list of features changes beyond itself, shown as a difference.

Choosing the type of one feature by hand makes unlisted circular features linear (the rule of
``feature_types``). The panel never makes such a list; one that was loaded is shown here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from driada_widgets.panel.binding import escape
from driada_widgets.panel.edits import surprises, type_word
from driada_widgets.panel.sections.base import html, row, set_html, show

if TYPE_CHECKING:
    from driada_widgets.core.build.examine import FeatureReport
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["WhitelistDiff"]


class WhitelistDiff:
    """The difference, line by line, and two ways to write a complete list."""

    def __init__(self, section: Section) -> None:
        state = section.state
        self._text = html()
        keep = section.button(
            "Keep them as detected", "dw-diff-detected", lambda: state.list_all(as_detected=True)
        )
        make = section.button(
            "Make them linear", "dw-diff-linear", lambda: state.list_all(as_detected=False)
        )
        self.widget = widgets.VBox([self._text, row(keep, make)])
        self.widget.add_class("dw-diff")
        self.widget.layout.display = "none"

    def render(self, snapshot: Snapshot) -> None:
        """Show the difference, or nothing where there is none."""
        features = snapshot.check.features if snapshot.check else ()
        changed = surprises(features)
        show(self.widget, visible=bool(changed))
        if changed:
            set_html(self._text, _diff(changed, listed=len(snapshot.request.features or {})))


def _diff(changed: tuple[FeatureReport, ...], *, listed: int) -> str:
    lines = []
    for report in changed:
        before, after = (
            type_word(info) for info in (report.listed, report.type_info) if info is not None
        )
        name = escape(report.name)
        lines.append(f"− {name}: {escape(before)} ({escape(report.why, limit=None)})")
        lines.append(f"+ {name}: {escape(after)}")
    one = len(changed) == 1
    head = (
        f"<b>This list of features is not complete.</b> It names {listed}; "
        f"{'a circular feature' if one else f'{len(changed)} circular features'} that it does not "
        f"name {'becomes' if one else 'become'} linear:"
    )
    return f"{head}<pre>{'<br>'.join(lines)}</pre>"

"""The same request as Python, YAML and a command line, always on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import html, set_html

if TYPE_CHECKING:
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["Outputs"]


class Outputs:
    """What stands below every step."""

    def __init__(self) -> None:
        self._code, code = _box("The same in Python", "dw-code")
        self._plan, plan = _box("The same as a file (YAML)", "dw-plan")
        self._command, command = _box("The same on the command line", "dw-command")
        self._texts: dict[Any, str] = {}
        self.widget = widgets.HBox([code, plan, command])
        self.widget.add_class("dw-outputs")

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        self._show(self._code, snapshot.code)
        self._show(self._plan, snapshot.plan)
        self._show(self._command, snapshot.command)

    def _show(self, box: Any, said: str) -> None:
        """Show a text; an equal one is not escaped again."""
        if self._texts.get(box) != said:
            self._texts[box] = said
            escaped = "\n".join(escape(line, limit=None) for line in said.splitlines())
            set_html(box, f"<pre>{escaped}</pre>" if escaped else "<pre> </pre>")


def _box(title: str, css_class: str) -> tuple[Any, Any]:
    content = html("", css_class)
    box = widgets.VBox([html(f"<h4>{escape(title)}</h4>"), content])
    box.add_class("dw-output")
    return content, box

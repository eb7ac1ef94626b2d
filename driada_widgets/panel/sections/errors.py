"""The red box of a failure: what, where, likely cause, what to do; details to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import html, set_html, show

if TYPE_CHECKING:
    from driada_widgets.panel.snapshot import Snapshot
    from driada_widgets.panel.state import PanelState

__all__ = ["ErrorView"]


class ErrorView:
    """Shows the failure of a snapshot.

    Parameters
    ----------
    state
        The panel's state.
    in_every_step
        Whether a failure is shown whatever step it belongs to, and without its details: there is
        but one screen then, and it shows no code.
    """

    def __init__(self, state: PanelState, *, in_every_step: bool = False) -> None:
        self._in_every_step = in_every_step
        self._text = html()
        self._details = html()
        close = widgets.Button(description="Dismiss", layout=widgets.Layout(width="auto"))
        close.on_click(lambda _button: state.dismiss_error())
        self.widget = widgets.VBox([self._text, self._details, close])
        self.widget.add_class("dw-error")
        self.widget.layout.display = "none"

    def render(self, snapshot: Snapshot) -> None:
        """Show the error of the step on screen, or nothing."""
        error = snapshot.error
        if error is None or not (self._in_every_step or error.step == snapshot.step):
            show(self.widget, visible=False)
            return
        lines = [f"<b>{escape(error.what)}</b> did not work."]
        if error.where:
            lines.append(f"Where: {escape(error.where)}")
        lines.append(f"Cause: {escape(error.cause, limit=None)}")
        if error.fix:
            lines.append(f"What to do: {escape(error.fix, limit=None)}")
        set_html(self._text, "<br>".join(lines))
        details = (
            f"<details><summary>Details to copy</summary><pre>{_pre(error.details)}</pre></details>"
        )
        set_html(self._details, "" if self._in_every_step else details)
        show(self.widget, visible=True)


def _pre(text: str) -> str:
    return "\n".join(escape(line, limit=None) for line in text.splitlines())

"""The bottom of the panel, always in view: the log's last line, *Back*, and the one thing to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import describe, html, set_html
from driada_widgets.panel.snapshot import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import ErrorBox, Snapshot, StepName
    from driada_widgets.panel.state import PanelState

__all__ = ["BottomBar"]


class BottomBar:
    """Has one filled button: the step's own until the step is done, then *Next*.

    Parameters
    ----------
    state
        The panel's state.
    make_button
        Makes a button from its label, its stable name and its verb.
    may_leave
        Says whether *Next* may leave the step of a snapshot; if not, shows what is missing.
    """

    def __init__(
        self,
        state: PanelState,
        make_button: Callable[[str, str, Callable[[], object]], Any],
        may_leave: Callable[[Snapshot], bool],
    ) -> None:
        self._state, self._may_leave = state, may_leave
        self._next: dict[StepName, Any] = {}
        self._back: dict[StepName, Any] = {}
        for at, (name, _) in enumerate(STEPS):
            if at > 0:
                self._back[name] = make_button("Back", "dw-back", self._mover(at, at - 1))
            if at + 1 < len(STEPS):
                label = f"Next: {STEPS[at + 1][1]}"
                self._next[name] = make_button(label, "dw-next", self._mover(at, at + 1))
                self._next[name].button_style = "primary"
        self._toggle = make_button("Log ▸", "dw-log-toggle", self._turn)
        self._log = html("", "dw-log")
        self._lines: tuple[str, ...] | None = None
        self._error: ErrorBox | None = None
        self._is_open = self._is_open_by_error = False
        self._why = html("", "dw-hint", "dw-why")
        self._place_of_back, self._place = widgets.Box(), widgets.Box()
        self._place.add_class("dw-primary")
        actions = widgets.HBox([self._why, self._place_of_back, self._place])
        actions.add_class("dw-actions")
        self.widget = widgets.Box([self._toggle, self._log, actions])
        self.widget.add_class("dw-bar")

    def _mover(self, at: int, to: int) -> Callable[[], None]:
        """Give the verb of a step's own *Back* or *Next*: pressed twice in haste, it moves once."""

        def move() -> None:
            snapshot = self._state.snapshot
            if snapshot.step == STEPS[at][0] and (to < at or self._may_leave(snapshot)):
                self._state.go(STEPS[to][0])

        return move

    def render(self, snapshot: Snapshot, section: Section) -> None:
        """Show what comes next in a step, and what happened last."""
        onward, own = self._next.get(snapshot.step), section.action
        primary: Any = onward if own is None or (onward and section.is_done(snapshot)) else own
        reason = section.why_not(snapshot)
        primary.disabled = bool(reason)
        set_html(self._why, escape(reason or section.hint(snapshot), limit=None))
        _fill(self._place_of_back, self._back.get(snapshot.step))
        _fill(self._place, primary)
        self._render_log(snapshot)

    def _render_log(self, snapshot: Snapshot) -> None:
        """Show the lines, the latest first: closed, that one alone is seen."""
        if self._lines != snapshot.log:
            self._lines = snapshot.log
            lines = "\n".join(escape(line, limit=None) for line in reversed(snapshot.log))
            set_html(self._log, f"<pre>{lines or ' '}</pre>")
        if snapshot.error is not self._error:
            self._error = snapshot.error
            if snapshot.error is not None and not self._is_open:
                self._open(by_error=True)
            elif snapshot.error is None and self._is_open_by_error:
                self._close()

    def _turn(self) -> None:
        if self._is_open:
            self._close()
        else:
            self._open()

    def _open(self, *, by_error: bool = False) -> None:
        self._is_open, self._is_open_by_error = True, by_error
        self.widget.add_class("dw-log-open")
        describe(self._toggle, "Log ▾")

    def _close(self) -> None:
        self._is_open = self._is_open_by_error = False
        self.widget.remove_class("dw-log-open")
        describe(self._toggle, "Log ▸")


def _fill(place: Any, button: Any) -> None:
    """Put a button, or none, into a place; the same one is not sent."""
    children = () if button is None else (button,)
    if place.children != children:
        place.children = children

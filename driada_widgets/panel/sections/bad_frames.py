"""Bad frames, typed and listed; the trace picture marks the same ranges by drag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.core.request import frames
from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import html, row, set_html

if TYPE_CHECKING:
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["BadFrames"]

MAX_LISTED = 100
"""Ranges that get a line of their own; all are counted, drawn and built."""


class BadFrames:
    """A text box, *Add*, and one line a range."""

    def __init__(self, section: Section) -> None:
        self._section = section
        self._text = widgets.Text(
            placeholder="120-180, 300 or 6.0s-9.0s",
            description="Bad frames",
            style={"description_width": "7em"},
            layout=widgets.Layout(width="auto", flex="1 1 20em"),
        )
        self._text.add_class("dw-bad-text")
        add = section.button("Add", "dw-bad-add", self._add)
        self._total = html("", "dw-hint")
        self._list = widgets.VBox()
        self._list.add_class("dw-bad-list")
        self._shown: object = None
        hint = html("Both ends are included. In the picture: press B, then drag.", "dw-hint")
        self.widget = widgets.VBox([row(self._text, add), hint, self._total, self._list])

    def _add(self) -> None:
        self._section.state.add_bad_text(self._text.value)
        self._text.value = ""

    def render(self, snapshot: Snapshot) -> None:
        """Show the ranges of a snapshot."""
        state = self._section.state
        ranges, fps = state.bad_ranges, state.fps
        key = (ranges, fps, snapshot.selected_bad)
        if key == self._shown:
            return
        self._shown = key
        n_bad = frames.count(ranges)
        share = f" ({n_bad / state.n_frames:.1%} of the recording)" if state.n_frames else ""
        set_html(self._total, f"{n_bad:,} bad frames{share}" if n_bad else "No bad frames.")
        self._list.children = [
            self._line(index, item, fps, selected=index == snapshot.selected_bad)
            for index, item in enumerate(ranges[:MAX_LISTED])
        ]

    def _line(self, index: int, item: tuple[int, int], fps: float | None, *, selected: bool) -> Any:
        text = frames.to_text((item,), fps=fps)
        remove = self._section.button(
            "Remove",
            "dw-bad-remove",
            lambda: self._section.state.remove_bad(index),
            tooltip=f"Remove {text}",
        )
        line = row(html(escape(text)), remove)
        if selected:
            line.add_class("dw-selected")
        return line

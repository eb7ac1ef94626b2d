"""Bad frames, typed, pasted, from a file, and listed; the trace picture marks the same by drag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.core.request import frames
from driada_widgets.panel.binding import escape, focus_if_refused
from driada_widgets.panel.sections.base import html, row, set_html, show

if TYPE_CHECKING:
    from driada_widgets.panel.picker import FilePicker
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["BadFrames"]

MAX_LISTED = 50
"""Ranges that get a line of their own; all are counted, drawn and built."""
FILE_HELP = (
    "A .npy file holds frame numbers, a mask of the recording, or rows of start and stop. "
    "A .csv or .txt file holds frames, or columns named start and stop (the stop is not "
    "included) or first and last (it is), in frames, or in seconds if named start_s and stop_s."
)


class BadFrames:
    """A text box with *Add*, other ways in below it, and one line a range."""

    def __init__(self, section: Section) -> None:
        self._section = section
        self._text = widgets.Text(
            continuous_update=False,  # a click must not overtake what was typed
            placeholder="120-180, 300 or 6.0s-9.0s",
            description="Bad frames",
            tooltip="Bad frames to add",
            style={"description_width": "7em"},
            layout=widgets.Layout(width="auto", flex="1 1 20em"),
        )
        self._text.add_class("dw-bad-text")
        add = section.button(
            "Add", "dw-bad-add", self._add, tooltip="Add these bad frames", what="Add bad frames"
        )
        self._ways = section.button("Paste or load…", "dw-bad-ways", self._toggle_ways)
        self._more = _OtherWays(section)
        self._total = html("", "dw-hint")
        self._list = widgets.VBox()
        self._list.add_class("dw-bad-list")
        self._lines: list[_Line] = []
        self._shown: object = None
        hint = html(
            "Both frames of a range are included; of two times, the second is not. "
            "In the picture: press B, then drag.",
            "dw-hint",
        )
        self.widget = widgets.VBox(
            [row(self._text, add, self._ways), hint, self._more.widget, self._total, self._list]
        )

    def _add(self) -> None:
        with focus_if_refused(self._text):
            self._section.state.add_bad_text(self._text.value)
        self._text.value = ""

    def _toggle_ways(self) -> None:
        is_open = self._more.widget.layout.display is None
        show(self._more.widget, visible=not is_open)
        self._ways.description = "Paste or load…" if is_open else "Hide paste and load"

    def render(self, snapshot: Snapshot) -> None:
        """Show the ranges of a snapshot."""
        state = self._section.state
        ranges, fps = state.bad_ranges, state.fps
        key = (ranges, fps, snapshot.selected_bad, state.n_frames)
        if key == self._shown:
            return
        self._shown = key
        set_html(self._total, _total(ranges, state.n_frames))
        listed = ranges[:MAX_LISTED]
        while len(self._lines) < len(listed):
            self._lines.append(_Line(self._section, len(self._lines)))
        for line, item in zip(self._lines, listed, strict=False):
            line.render(frames.to_text((item,), fps=fps), snapshot.selected_bad)
        shown = tuple(line.widget for line in self._lines[: len(listed)])
        if self._list.children != shown:
            self._list.children = shown


def _total(ranges: frames.Ranges, n_frames: int) -> str:
    n_bad = frames.count(ranges)
    if not n_bad:
        return "No bad frames."
    share = f" ({n_bad / n_frames:.1%} of the recording)" if n_frames else ""
    more = f"; the first {MAX_LISTED} are listed" if len(ranges) > MAX_LISTED else ""
    spans = f"{len(ranges):,} range{'s' if len(ranges) > 1 else ''}"
    return f"{n_bad:,} bad frame{'s' if n_bad > 1 else ''} in {spans}{share}{more}"


class _Line:
    """One range: where it is, *Show* and *Remove*."""

    def __init__(self, section: Section, index: int) -> None:
        state = section.state
        self._index = index
        self._text = html()
        self._show = section.button("Show", "dw-bad-show", lambda: state.look_at_bad(index))
        self._remove = section.button("Remove", "dw-bad-remove", lambda: state.remove_bad(index))
        self.widget = row(self._text, self._show, self._remove)

    def render(self, text: str, selected: int | None) -> None:
        """Show a range."""
        set_html(self._text, escape(text))
        self._show.tooltip = f"Show {text} in the traces"
        self._remove.tooltip = f"Remove {text}"
        is_selected = selected == self._index
        (self.widget.add_class if is_selected else self.widget.remove_class)("dw-selected")


class _OtherWays:
    """A box for pasted lists, and a file by path or by the picker; folded until asked for."""

    def __init__(self, section: Section) -> None:
        self._section = section
        self._pasted = widgets.Textarea(
            continuous_update=False,
            placeholder="Paste here: one frame or range a line, or cells of a spreadsheet",
            description="Paste a list",
            tooltip="Bad frames, one frame or range a line",
            rows=4,
            style={"description_width": "7em"},
            layout=widgets.Layout(width="auto", flex="1 1 20em"),
        )
        self._pasted.add_class("dw-bad-paste")
        paste = section.button("Add pasted", "dw-bad-paste-add", self._paste)
        self._path = widgets.Text(
            continuous_update=False,
            placeholder="bad_frames.npy, bad_frames.csv",
            description="From a file",
            tooltip="Path of a file with bad frames",
            style={"description_width": "7em"},
            layout=widgets.Layout(width="auto", flex="1 1 20em"),
        )
        self._path.add_class("dw-bad-file")
        load = section.button("Load", "dw-bad-load", self._load, tooltip="Load bad frames")
        choose = section.button("Choose…", "dw-bad-choose", self._toggle_picker)
        self._picker: FilePicker | None = None
        self._said = html()
        self._place = widgets.VBox()
        self.widget = widgets.VBox(
            [
                row(self._pasted, paste),
                row(self._path, load, choose),
                self._said,
                html(escape(FILE_HELP, limit=None), "dw-hint"),
                self._place,
            ]
        )
        self.widget.add_class("dw-bad-more")
        self.widget.layout.display = "none"

    def _paste(self) -> None:
        with focus_if_refused(self._pasted):
            self._section.state.add_bad_text(self._pasted.value)
        self._pasted.value = ""

    def _load(self) -> None:
        with focus_if_refused(self._path):
            self._load_from(self._path.value)

    def _load_from(self, path: str) -> None:
        said = self._section.state.load_bad(path)
        set_html(self._said, f"Read {escape(said, limit=None)}.")
        self._path.value = ""
        self._place.children = ()

    def _choose(self, path: str) -> None:
        self._path.value = path

    def _toggle_picker(self) -> None:
        self._place.children = () if self._place.children else (self._made_picker(),)

    def _made_picker(self) -> Any:
        if self._picker is None:
            from driada_widgets.core.road.frame_file import FRAME_SUFFIXES
            from driada_widgets.panel.picker import FilePicker

            self._picker = FilePicker(
                self._section.state.roots,
                FRAME_SUFFIXES,
                on_choose=self._choose,
                on_open=self._load_from,
                on_error=self._section.failed("Load bad frames"),
            )
        return self._picker

"""Step 1, Source: what is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets

from driada_widgets.core.sources.demo import demo_recordings
from driada_widgets.core.sources.registry import readers
from driada_widgets.panel.binding import bind, escape
from driada_widgets.panel.picker import FilePicker
from driada_widgets.panel.sections.base import Section, card, html, row, set_html, show
from driada_widgets.panel.sections.resume import RecentsView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.panel.snapshot import Snapshot, StepName

__all__ = ["SourceSection"]

KINDS = (
    ("Demo recording", "demo"),
    ("File on this computer or server", "file"),
    ("Saved experiment", "saved"),
)
SAVED_SUFFIXES = (".npz", ".pickle", ".pkl")


class SourceSection(Section):
    """Choose a demo, a file or a saved experiment, and open it: only headers are read."""

    step: ClassVar[StepName] = "source"

    def build(self) -> Sequence[Any]:
        """Make the widgets."""
        kind = widgets.RadioButtons(options=KINDS, layout=widgets.Layout(width="auto"))
        kind.add_class("dw-source-kind")
        self._kind = bind(
            kind, "value", self.state.choose_kind, on_error=self.failed("Choose the kind")
        )
        demos = [(demo.title, demo.name) for demo in demo_recordings()]
        self._demo = self.choice("Recording", "dw-source-demo", demos, self.state.choose_file)
        self._path = self.text(
            "Path", "dw-source-path", self.state.choose_file, hint="type or paste a path"
        )
        suffixes = sorted({suffix for reader in readers() for suffix in reader.suffixes})
        self._picker = FilePicker(
            self.state.roots,
            [*suffixes, *SAVED_SUFFIXES],
            on_choose=self.state.choose_file,
            on_error=self.failed("List the folder"),
        )
        self._recents = RecentsView(self)
        self._file = widgets.VBox([self._path.widget, self._picker])
        self._open = self.button("Open", "dw-source-open", self._do_open, primary=True)
        self._why = html("", "dw-hint")
        cloud = html(
            "Google Drive (IABS) is not part of this version: nothing is ever downloaded.",
            "dw-hint",
        )
        return [
            card("What do you want to open?", kind, cloud),
            card(
                "Which one?",
                self._recents.widget,
                self._demo.widget,
                self._file,
                row(self._open, self._why),
            ),
        ]

    def _do_open(self) -> None:
        source = self.state.snapshot.request.source
        if source.path is None and source.kind == "demo":
            self.state.choose_file(str(self._demo.widget.value))
        self.state.open()

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        source = snapshot.request.source
        is_demo = source.kind == "demo"
        if source.kind in {value for _, value in KINDS}:
            self._kind.show(source.kind)
        self._recents.render(snapshot)
        show(self._demo.widget, visible=is_demo)
        show(self._file, visible=not is_demo)
        path = source.path
        if is_demo:
            names = [name for _, name in self._demo.widget.options]
            self._demo.show(str(path) if path is not None and str(path) in names else names[0])
        else:
            self._path.show(self.state.roots.shown(path) if path is not None else "")
        reason = "" if is_demo or path is not None else "Type a path or choose a file first."
        self._open.disabled = bool(reason) or snapshot.is_busy
        set_html(self._why, escape(reason))

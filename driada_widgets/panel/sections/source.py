"""Step 1, Source: what is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets

from driada_widgets.core.machine import format_bytes
from driada_widgets.core.sources.demo import demo_recordings
from driada_widgets.core.sources.registry import readers
from driada_widgets.panel.binding import bind, escape
from driada_widgets.panel.page_part import HAS_SCRIPTS
from driada_widgets.panel.picker import FilePicker
from driada_widgets.panel.sections.base import Section, card, fields, html, row, set_html, show
from driada_widgets.panel.sections.headers import preview_of
from driada_widgets.panel.sections.resume import RecentsView
from driada_widgets.panel.sections.saved_source import SavedSource
from driada_widgets.panel.uploader import Uploader
from driada_widgets.panel.uploads import FOLDER, upload_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.panel.snapshot import Snapshot, StepName

__all__ = ["SourceSection"]

KINDS = (
    ("Demo recording", "demo"),
    ("File on this computer or server", "file"),
    ("Saved experiment", "saved"),
    ("Google Drive (IABS)", "iabs"),
)
SAVED_SUFFIXES = (".npz", ".pickle", ".pkl")
CLOUD_REASON = (
    "Downloads from Google Drive are not part of this version: nothing is ever downloaded. "
    "If the session's file is here already, choose <i>File on this computer or server</i>."
)
CLOUD_FIELDS = (
    ("Table of links", "dw-cloud-router"),
    ("Track", "dw-cloud-track"),
    ("Animal", "dw-cloud-animal"),
    ("Session", "dw-cloud-session"),
)


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
        self._recents = RecentsView(self)
        self._file = widgets.VBox(self._file_parts())
        self._cloud = _cloud_form()
        self._open = self.button("Open", "dw-source-open", self._do_open, primary=True)
        self._why = html("", "dw-hint")
        self._preview = html("", "dw-preview")
        self._shown_preview: object = None
        self._saved = SavedSource(self)
        return [
            card("What do you want to open?", kind),
            card(
                "Which one?",
                self._recents.widget,
                self._demo.widget,
                self._file,
                self._cloud,
                self._preview,
                row(self._open, self._why),
                self._saved.widget,
            ),
        ]

    def _file_parts(self) -> list[Any]:
        self._path = self.text(
            "Path",
            "dw-source-path",
            self._choose_typed,
            hint="type or paste a path",
            what="Choose what was typed",
        )
        suffixes = sorted({suffix for reader in readers() for suffix in reader.suffixes})
        self._picker = FilePicker(
            self.state.roots,
            sorted({*suffixes, *SAVED_SUFFIXES}),
            on_choose=self.state.choose_file,
            on_open=self._open_path,
            on_error=self.failed("Open from the list"),
        )
        upload = Uploader(
            suffixes, on_upload=self.state.take_upload, on_error=self.failed("Upload the file")
        )
        self._upload = row(upload, html(_upload_words(), "dw-hint"))
        show(self._upload, visible=HAS_SCRIPTS and upload_limit() > 0)
        return [self._path.widget, self._picker, self._upload]

    def _choose_typed(self, text: str) -> None:
        """Choose what was typed; a folder is listed."""
        path = self.state.roots.resolve(text)
        if path.is_dir():
            self._picker.open_folder(path)
        else:
            self.state.choose_file(text)

    def _open_path(self, path: str) -> None:
        self.state.choose_file(path)
        is_saved = self.state.snapshot.request.source.kind == "saved"
        if self.state.snapshot.error is None and not is_saved:  # its card is read first
            self.state.open()

    def _do_open(self) -> None:
        source = self.state.snapshot.request.source
        if source.path is None and source.kind == "demo":
            self.state.choose_file(str(self._demo.widget.value))
        if self.state.snapshot.request.source.path is None:
            self._path.widget.focus()
        else:
            self.state.open()

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        source = snapshot.request.source
        is_demo, is_cloud = source.kind == "demo", source.kind == "iabs"
        if source.kind in {value for _, value in KINDS}:
            self._kind.show(source.kind)
        self._recents.render(snapshot)
        show(self._demo.widget, visible=is_demo)
        show(self._file, visible=not (is_demo or is_cloud))
        show(self._cloud, visible=is_cloud)
        path = source.path
        if is_demo:
            names = [name for _, name in self._demo.widget.options]
            self._demo.show(str(path) if path is not None and str(path) in names else names[0])
        else:
            self._path.show(self.state.roots.shown(path) if path is not None else "")
        self._saved.render(snapshot)
        reason = _why_not(snapshot) or self._saved.why_not_open
        # A press leaves the path's field and so sends what was typed: first that, then the press.
        may_be_typed = source.kind == "file" and path is None
        self._open.disabled = (bool(reason) and not may_be_typed) or snapshot.is_busy
        style = "" if snapshot.inventory is not None else "primary"  # then *Next* is
        if self._open.button_style != style:
            self._open.button_style = style
        set_html(self._why, escape(reason))
        self._render_preview(snapshot)

    def why_not(self, snapshot: Snapshot) -> str:
        """Say why *Next* cannot be pressed."""
        return "" if snapshot.inventory is not None else "Open a source first."

    def _render_preview(self, snapshot: Snapshot) -> None:
        preview = snapshot.preview
        if self._shown_preview is not preview or preview is None:
            self._shown_preview = preview
            markup = _demo_words(snapshot) if preview is None else ""
            set_html(self._preview, preview_of(preview, snapshot.request) if preview else markup)


def _why_not(snapshot: Snapshot) -> str:
    source = snapshot.request.source
    if source.kind == "iabs" and source.path is None:
        return "Not in this version."
    if source.kind != "demo" and source.path is None:
        return "Type a path or choose a file first."
    return ""


def _demo_words(snapshot: Snapshot) -> str:
    """Say where a built-in recording comes from."""
    source = snapshot.request.source
    if source.kind != "demo":
        return ""
    name = str(source.path or Path(demo_recordings()[0].name))
    demo = next((each for each in demo_recordings() if each.name == name), None)
    return f"<p>{escape(demo.origin, limit=None)}</p>" if demo is not None else ""


def _upload_words() -> str:
    return (
        f"up to {format_bytes(upload_limit())}, because it comes through the page and its memory; "
        f"it is kept in the folder <i>{FOLDER}</i>. Larger files: copy them into a folder of this "
        "page, and choose them above."
    )


def _cloud_form() -> Any:
    """Make the form of the lab's cloud as it will be; it cannot be used, and says why."""
    made = []
    for label, css_class in CLOUD_FIELDS:
        field = widgets.Text(
            description=label,
            disabled=True,
            style={"description_width": "11em"},
            layout=widgets.Layout(width="auto", min_width="22em", flex="1 1 auto"),
        )
        field.add_class(css_class)
        made.append(field)
    form = widgets.VBox([html(CLOUD_REASON, "dw-hint"), fields(*made)])
    form.add_class("dw-cloud")
    return form

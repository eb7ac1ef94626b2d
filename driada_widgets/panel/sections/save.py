"""Step 5, Save & share: where to, as what, a question before a file is replaced, and the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from driada_widgets.core.request.model import SaveSpec
from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import Section, card, html, row, set_html, show
from driada_widgets.panel.sections.batch import BatchCard
from driada_widgets.panel.sections.profiles import ProfileMaker
from driada_widgets.panel.sections.progress import ProgressLine
from driada_widgets.panel.sections.share import ShareCard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.panel.snapshot import Snapshot, StepName

__all__ = ["SaveSection"]

FORMATS = (
    ("Archive (recommended: checksums, opens at once)", "archive"),
    ("Pickle (for older scripts)", "pickle"),
)
PICKLE_WARNING = (
    "A pickle can run code when other programs open it, and other programs see no damage in it. "
    "Send the archive to other people."
)


class SaveSection(Section):
    """Write the experiment that was built, and hand out what others need."""

    step: ClassVar[StepName] = "save"

    def build(self) -> Sequence[Any]:
        """Make the widgets."""
        self._format = self.choice("Save as", "dw-save-format", FORMATS, self._set_format)
        self._warning = html("", "dw-hint")
        self._path = self.text("Where", "dw-save-path", self._set_path)
        self.action = self.button("Save experiment", "dw-save", self.state.save, primary=True)
        self._keep = self.button("Keep the file", "dw-save-keep", self.state.keep_file)
        self._question = html("", "dw-question", "dw-save-question")
        self._progress = ProgressLine(self, ("save",), "dw-save-progress", "dw-save-cancel")
        self._saved = html("", "dw-saved")
        self._share = ShareCard(self)
        self._batch = BatchCard(self)
        self._profiles = ProfileMaker(self)
        return [
            card(
                "Save",
                self._format.widget,
                self._warning,
                self._path.widget,
                self._question,
                row(self._keep),
                self._progress.widget,
                self._saved,
            ),
            self._share.widget,
            self._batch.widget,
            self._profiles.widget,
        ]

    def _spec(self) -> SaveSpec:
        return self.state.snapshot.request.save or SaveSpec()

    def _set_format(self, format_: Any) -> None:
        path = self._spec().path
        self.state.set_save(str(path) if path else "", format_)

    def _set_path(self, path: str) -> None:
        self.state.set_save(path, self._spec().format)

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        self._share.render(snapshot)
        self._batch.render(snapshot)
        self._profiles.render(snapshot)
        spec = snapshot.request.save or SaveSpec()
        self._format.show(spec.format, disabled=snapshot.is_working)
        self._path.show(str(spec.path) if spec.path else "", disabled=snapshot.is_working)
        usual = self.state.usual_save_path()
        placeholder = f"empty: {usual}" if usual else ""
        if self._path.widget.placeholder != placeholder:
            self._path.widget.placeholder = placeholder
        set_html(self._warning, PICKLE_WARNING if spec.format == "pickle" else "")
        self._render_question(snapshot.work.replaces)
        self._progress.render(snapshot)
        set_html(self._saved, escape(snapshot.saved, limit=None))

    def _render_question(self, there: str) -> None:
        """Say what is there; the button then says what it does."""
        set_html(self._question, escape(there, limit=None))
        show(self._keep, visible=bool(there))
        label = "Replace the file" if there else "Save experiment"
        if self.action.description != label:
            self.action.description = self.action.tooltip = label

    def why_not(self, snapshot: Snapshot) -> str:
        """Say why *Save experiment* cannot be pressed."""
        if snapshot.summary is None:
            return "Build the experiment first (step 4)."
        if not snapshot.is_built:
            return "The request has changed since it was built: build again (step 4)."
        if snapshot.job.kind == "save":
            return "Saving…"
        return "Something is running." if snapshot.is_busy else ""

    def hint(self, snapshot: Snapshot) -> str:
        """Say that a press replaces a file; what is there is told beside its path."""
        return "There is a file already: see “Save”." if snapshot.work.replaces else ""

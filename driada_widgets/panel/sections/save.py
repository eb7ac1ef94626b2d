"""Step 5, Save & share: where to, as what, and the sentence that says it was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from driada_widgets.core.request.model import SaveSpec
from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import Section, card, html, row, set_html
from driada_widgets.panel.sections.profiles import ProfileMaker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.panel.snapshot import Snapshot, StepName

__all__ = ["SaveSection"]

FORMATS = (
    ("Archive (recommended: checksums, opens at once)", "archive"),
    ("Pickle (for older scripts)", "pickle"),
)
PICKLE_WARNING = (
    "A pickle can run code when other programs open it, and it has no checksums of its own. "
    "Send the archive to other people."
)


class SaveSection(Section):
    """Write the experiment that was built."""

    step: ClassVar[StepName] = "save"

    def build(self) -> Sequence[Any]:
        """Make the widgets."""
        self._format = self.choice("Save as", "dw-save-format", FORMATS, self._set_format)
        self._warning = html("", "dw-hint")
        self._path = self.text("Where", "dw-save-path", self._set_path)
        self._save = self.button("Save experiment", "dw-save", self.state.save, primary=True)
        self._why = html("", "dw-hint")
        self._saved = html("", "dw-saved")
        self._profiles = ProfileMaker(self)
        return [
            card(
                "Save",
                self._format.widget,
                self._warning,
                self._path.widget,
                row(self._save, self._why),
                self._saved,
            ),
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
        self._profiles.render(snapshot)
        spec = snapshot.request.save or SaveSpec()
        self._format.show(spec.format)
        self._path.show(str(spec.path) if spec.path else "")
        usual = self.state.usual_save_path()
        placeholder = f"empty: {usual}" if usual else ""
        if self._path.widget.placeholder != placeholder:
            self._path.widget.placeholder = placeholder
        set_html(self._warning, PICKLE_WARNING if spec.format == "pickle" else "")
        reason = _why_not(snapshot)
        self._save.disabled = bool(reason)
        set_html(self._why, escape(reason))
        set_html(self._saved, escape(snapshot.saved, limit=None))


def _why_not(snapshot: Snapshot) -> str:
    if snapshot.summary is None:
        return "Build the experiment first (step 4)."
    if not snapshot.is_built:
        return "The request has changed since it was built: build again (step 4)."
    return "Saving…" if snapshot.is_busy else ""

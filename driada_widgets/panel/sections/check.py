"""Step 3, Check: the report, the feature types, the traces and the bad frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets

from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.bad_frames import BadFrames
from driada_widgets.panel.sections.base import Section, card, html, row, set_html, show
from driada_widgets.panel.sections.features import FeatureTable
from driada_widgets.panel.sections.proposals import Proposals
from driada_widgets.panel.sections.report import ReportView
from driada_widgets.panel.sections.views import Views

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.panel.snapshot import Snapshot, StepName

__all__ = ["CheckSection"]


class CheckSection(Section):
    """Read what is needed, report on it, and let a person correct it."""

    step: ClassVar[StepName] = "check"

    def build(self) -> Sequence[Any]:
        """Make the widgets."""
        self.action = self.button("Check data", "dw-check", self.state.check, primary=True)
        self._cancel = self.button("Cancel", "dw-check-cancel", self.state.cancel)
        self._status = html("", "dw-hint")
        self._report = ReportView(self)
        self._features = FeatureTable(self)
        self._pictures = Views(self)
        self._proposals = Proposals(self)
        self._bad = BadFrames(self)
        self._feature_card = card("Features", self._features.widget)
        self._picture_card = card("Pictures", self._pictures.widget)
        self._after = widgets.VBox(
            [
                card("Report", self._report.widget),
                self._feature_card,
                self._picture_card,
                card("Bad frames", self._proposals.widget, self._bad.widget),
            ]
        )
        self._top = row(self._cancel, self._status)
        return [self._top, self._after]

    def is_done(self, snapshot: Snapshot) -> bool:
        """Say whether there is a report on the request as it stands, or will be in a moment."""
        is_followed = snapshot.is_checked or snapshot.job.kind == "check"
        return snapshot.check is not None and is_followed

    def why_not(self, snapshot: Snapshot) -> str:
        """Say why the filled button cannot be pressed."""
        if self.is_done(snapshot) or snapshot.inventory is None or not snapshot.is_busy:
            return super().why_not(snapshot)
        return "Checking…" if snapshot.job.kind == "check" else "Something is running."

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        checking = snapshot.job.kind == "check"
        status = _status(snapshot, checking=checking)
        show(self._cancel, visible=checking)
        set_html(self._status, status)
        show(self._top, visible=bool(status))
        show(self._after, visible=snapshot.check is not None)
        if snapshot.check is not None:
            self._pictures.render(snapshot)  # first: seen while the many rows below it are made
            show(self._picture_card, visible=not self._pictures.is_empty)
            self._report.render(snapshot)
            self._features.render(snapshot)
            show(self._feature_card, visible=not self._features.is_empty)
            self._proposals.render(snapshot)
            self._bad.render(snapshot)


def _status(snapshot: Snapshot, *, checking: bool) -> str:
    if checking:
        job = snapshot.job
        share = f" {job.fraction:.0%}" if job.fraction is not None else ""
        return f"{escape(job.stage)}{share}, {job.elapsed_sec:.0f} s"
    if snapshot.inventory is None:
        return "Open a source first (step 1)."
    if snapshot.check is None:
        return "Nothing was read yet but the headers."
    return "" if snapshot.is_checked else "The request has changed since: check again."

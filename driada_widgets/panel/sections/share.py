"""The card of sharing: code and plan to copy, files to download, the replay, the report, help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from driada_widgets.panel.binding import escape, focus_if_refused
from driada_widgets.panel.download import DownloadButton
from driada_widgets.panel.handover import CopyButton, LaterDownload
from driada_widgets.panel.sections.base import card, html, row, set_html
from driada_widgets.panel.sections.errors import SUPPORT_HINT
from driada_widgets.panel.sections.progress import ProgressLine

if TYPE_CHECKING:
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["ShareCard"]

REPLAY_HINT = (
    "Runs the exported request in a fresh Python process, as the person would who gets it, and "
    "compares the hashes. Nothing is saved."
)


class ShareCard:
    """Hands out the request, the report and the support bundle, and replays the request."""

    def __init__(self, section: Section) -> None:
        self._section = section
        state, failed = section.state, section.failed
        self._copies = {
            "plan": CopyButton("Copy YAML", "dw-copy-plan"),
            "code": CopyButton("Copy Python", "dw-copy-code"),
            "command": CopyButton("Copy command line", "dw-copy-command"),
        }
        download = DownloadButton(
            "Download YAML",
            "dw-plan-download",
            state.plan_file,
            on_error=failed("Download YAML"),
            media_type="application/yaml",
        )
        self._plan_path = section.text(
            "Save the YAML as", "dw-plan-path", self._name_plan, hint="mouse1.yaml"
        )
        self._typed = ""
        self._save_plan = section.button("Save YAML", "dw-plan-save", self._write_plan)
        self._plan_question = html("", "dw-question")
        self._handed = html("", "dw-handed")
        self._replay = section.button("Verify by replay", "dw-replay", state.replay)
        self._replay_why = html("", "dw-hint")
        self._replayed = html("", "dw-replayed")
        self._report = LaterDownload(
            "Download report (HTML)",
            "dw-report-download",
            state.make_report,
            on_error=failed("Download report"),
            media_type="text/html",
        )
        self._report_why = html("", "dw-hint")
        support = DownloadButton(
            "Download support bundle",
            "dw-support",
            state.support_file,
            on_error=failed("Download support bundle"),
            media_type="application/zip",
        )
        self._progress = ProgressLine(
            section, ("replay", "share"), "dw-share-progress", "dw-share-cancel"
        )
        self.widget = card(
            "Share",
            row(*self._copies.values(), download),
            row(self._plan_path.widget, self._save_plan),
            self._plan_question,
            self._handed,
            row(self._replay, self._replay_why),
            self._replayed,
            row(self._report, self._report_why),
            row(support, html(SUPPORT_HINT, "dw-hint")),
            self._progress.widget,
        )
        self.widget.add_class("dw-share")

    def _name_plan(self, path: str) -> None:
        self._typed = path

    def _write_plan(self) -> None:
        with focus_if_refused(self._plan_path.widget):
            self._section.state.save_plan(self._typed)

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        for name, button in self._copies.items():
            button.show(getattr(snapshot, name))
        work = snapshot.work
        set_html(self._plan_question, escape(work.plan_replaces, limit=None))
        label = "Replace the YAML" if work.plan_replaces else "Save YAML"
        if self._save_plan.description != label:
            self._save_plan.description = self._save_plan.tooltip = label
        set_html(self._handed, escape(work.handed, limit=None))
        self._render_replay(snapshot)
        reason = _why_not_report(snapshot)
        _enable(self._report, enabled=not reason)
        set_html(self._report_why, escape(reason or "Everything about it, with figures."))
        self._progress.render(snapshot)

    def _render_replay(self, snapshot: Snapshot) -> None:
        reason = self._section.state.why_not_replay
        if not reason and snapshot.is_busy:
            reason = "Something is running."
        _enable(self._replay, enabled=not reason)
        set_html(self._replay_why, escape(reason or REPLAY_HINT, limit=None))
        replayed = snapshot.work.replayed
        set_html(self._replayed, escape(replayed.words, limit=None) if replayed else "")
        for css_class, is_it in (
            ("dw-good", replayed is not None and replayed.verified),
            ("dw-wrong", replayed is not None and not replayed.verified),
        ):
            (self._replayed.add_class if is_it else self._replayed.remove_class)(css_class)


def _why_not_report(snapshot: Snapshot) -> str:
    if snapshot.summary is None or not snapshot.is_built:
        return "Build the experiment first (step 4)."
    return "Something is running." if snapshot.is_busy else ""


def _enable(button: Any, *, enabled: bool) -> None:
    if button.disabled == enabled:
        button.disabled = not enabled

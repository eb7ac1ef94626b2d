"""Step 4, Build: what it will cost, the button, progress, Cancel, and what was built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets

from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import Section, bullet_list, card, html, row, set_html, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.panel.snapshot import JobView, Snapshot, StepName, Summary

__all__ = ["BuildSection"]


class BuildSection(Section):
    """Build the experiment from what was checked."""

    step: ClassVar[StepName] = "build"

    def build(self) -> Sequence[Any]:
        """Make the widgets."""
        self._cost = html("", "dw-cost")
        self._build = self.button("Build experiment", "dw-build", self.state.build, primary=True)
        self._cancel = self.button("Cancel", "dw-cancel", self.state.cancel)
        self._why = html("", "dw-hint")
        self._bar = widgets.FloatProgress(min=0.0, max=1.0, layout=widgets.Layout(width="100%"))
        self._bar.add_class("dw-progress")
        self._stage = html("", "dw-hint")
        self._summary = html("", "dw-summary")
        return [
            card("What it takes", self._cost),
            card(
                "Build",
                row(self._build, self._cancel, self._why),
                self._bar,
                self._stage,
                self._summary,
            ),
        ]

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        building = snapshot.job.kind == "build"
        reason = "" if building else snapshot.why_not_build
        self._build.disabled = building or bool(reason)
        set_html(self._why, escape(reason))
        show(self._cancel, visible=building)
        self._cancel.disabled = snapshot.job.cancelling
        show(self._bar, visible=building)
        set_html(self._stage, _stage(snapshot.job) if building else "")
        if building:
            fraction = snapshot.job.fraction
            self._bar.value = 1.0 if fraction is None else fraction
            self._bar.bar_style = "info" if fraction is None else ""
        set_html(self._cost, _cost(snapshot))
        set_html(self._summary, _summary(snapshot.summary, stale=not snapshot.is_built))


def _stage(job: JobView) -> str:
    if job.cancelling:
        return "Cancelling…"
    counts = f" {job.done:,} of {job.total:,}" if job.total else ""
    left = ""
    if job.fraction and job.elapsed_sec > 1:
        seconds = job.elapsed_sec * (1 - job.fraction) / job.fraction
        left = f", about {seconds:.0f} s left"
    return f"{escape(job.stage)}{counts}: {job.elapsed_sec:.1f} s{left}"


def _cost(snapshot: Snapshot) -> str:
    cost = snapshot.check.cost if snapshot.check else None
    if cost is None:
        return "Known after the check."
    return (
        f"Memory {_megabytes(cost.memory_low)} to {_megabytes(cost.memory_high)}, "
        f"time about {max(0.1, cost.seconds):.1f} s, on disk {_megabytes(cost.disk)}."
    )


def _megabytes(n_bytes: float) -> str:
    return f"{n_bytes / 1e6:,.1f} MB" if n_bytes < 1e9 else f"{n_bytes / 1e9:,.2f} GB"


def _summary(summary: Summary | None, *, stale: bool) -> str:
    if summary is None:
        return ""
    note = "<p>The request has changed since this was built.</p>" if stale else ""
    features = bullet_list(
        [f"{escape(word)}: {escape(', '.join(names))}" for word, names in summary.features_by_type]
    )
    return (
        f"<h4>{escape(summary.signature)}</h4>{note}"
        f"<p>{summary.n_cells:,} neurons × {summary.n_frames:,} frames, "
        f"{sum(len(names) for _, names in summary.features_by_type)} features, "
        f"{summary.n_notes} note{'' if summary.n_notes == 1 else 's'}, "
        f"built in {summary.seconds:.2f} s</p>{features}"
        f"<p>Hash <code>{escape(summary.hash, limit=None)}</code></p>"
    )

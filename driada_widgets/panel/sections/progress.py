"""A long call as a person sees it: a bar, its stage in words, and *Cancel*."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import html, row, set_html, show

if TYPE_CHECKING:
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import JobKind, JobView, Snapshot

__all__ = ["ProgressLine", "stage_words"]


class ProgressLine:
    """Shows the long calls of some kinds; nothing while none of them runs.

    Parameters
    ----------
    section
        The step; it makes the button.
    kinds
        Calls that are shown.
    css_class
        Stable name of the bar.
    cancel_class
        Stable name of *Cancel*.
    """

    def __init__(
        self, section: Section, kinds: tuple[JobKind, ...], css_class: str, cancel_class: str
    ) -> None:
        self._kinds = kinds
        self._bar = widgets.FloatProgress(
            min=0.0, max=1.0, layout=widgets.Layout(width="auto", flex="1 1 12em")
        )
        self._bar.add_class(css_class)
        self._cancel = section.button("Cancel", cancel_class, section.state.cancel)
        self._stage = html("", "dw-stage")
        self.widget = widgets.VBox([row(self._bar, self._cancel), self._stage])
        self.widget.layout.display = "none"

    def render(self, snapshot: Snapshot) -> None:
        """Show the call of a snapshot."""
        job = snapshot.job
        runs = job.kind in self._kinds
        show(self.widget, visible=runs)
        if not runs:
            return
        self._cancel.disabled = job.cancelling
        fraction = job.fraction
        value = 1.0 if fraction is None else min(1.0, fraction)
        style = "info" if fraction is None else ""
        if (self._bar.value, self._bar.bar_style) != (value, style):
            self._bar.value, self._bar.bar_style = value, style
        set_html(self._stage, stage_words(job))


def stage_words(job: JobView) -> str:
    """Say where a call is: ``3/5 Detecting feature types · 412 of 1,000 · 00:40 left · 12 s``."""
    if job.cancelling:
        return "Cancelling…"
    said = [escape(f"{job.place} {job.stage}".strip(), limit=None)]
    if job.counts:
        said.append(escape(job.counts))
    if job.left_sec is not None:
        said.append(f"{_clock(job.left_sec)} left")
    said.append(f"{_clock(job.elapsed_sec)} passed")
    return " · ".join(said)


def _clock(seconds: float) -> str:
    """Write seconds as minutes and seconds, or with hours."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"

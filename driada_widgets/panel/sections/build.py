"""Step 4, Build: what it takes, what was saved before, the button, progress, and the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets

from driada_widgets.core.machine import format_bytes
from driada_widgets.core.request import frames
from driada_widgets.core.words import count_of
from driada_widgets.panel.binding import bind, escape
from driada_widgets.panel.sections.base import Section, bullet_list, card, html, row, set_html, show
from driada_widgets.panel.sections.progress import ProgressLine
from driada_widgets.panel.sections.spikes import SpikesCard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.core.request.plan import LoadPlan
    from driada_widgets.core.road.cost import Cost
    from driada_widgets.core.road.earlier import Earlier
    from driada_widgets.core.road.fit import Fit
    from driada_widgets.panel.snapshot import Snapshot, StepName, Summary

__all__ = ["BuildSection"]

CACHE_CHOICES = (
    ("Use the saved experiment", "use"),
    ("Build again from the data file", "build"),
)
_LEVELS = {"good": "", "doubtful": "dw-cost-doubtful", "bad": "dw-cost-bad"}


class BuildSection(Section):
    """Build the experiment from what was checked, or open the one that was saved before."""

    step: ClassVar[StepName] = "build"

    def build(self) -> Sequence[Any]:
        """Make the widgets."""
        self._cost = html("", "dw-cost")
        self._earlier = html("", "dw-cache-words")
        choice = widgets.RadioButtons(options=CACHE_CHOICES, layout=widgets.Layout(width="auto"))
        choice.add_class("dw-cache-choice")
        self._choice = bind(
            choice,
            "value",
            self.state.choose_cache,
            on_error=self.failed("Choose what is used"),
        )
        self._cache = card("Saved before", self._earlier, choice)
        self.action = self.button("Build experiment", "dw-build", self.state.build, primary=True)
        self._again = self.button("Build again", "dw-build-again", self.state.build)
        self._progress = ProgressLine(self, ("build",), "dw-progress", "dw-cancel")
        self._summary = html("", "dw-summary")
        self._look = self.button("See its traces", "dw-to-check", lambda: self.state.go("check"))
        self._after = row(self._again, self._look)
        self._spikes = SpikesCard(self)
        self._card = card("Build", self._progress.widget, self._summary, self._after)
        return [card("What it takes", self._cost), self._cache, self._card, self._spikes.widget]

    def is_done(self, snapshot: Snapshot) -> bool:
        """Say whether what was built is what the request asks for."""
        is_there = snapshot.summary is not None and snapshot.job.kind != "build"
        return is_there and snapshot.is_built

    def why_not(self, snapshot: Snapshot) -> str:
        """Say why the filled button cannot be pressed."""
        if self.is_done(snapshot):
            return ""
        return "Building…" if snapshot.job.kind == "build" else snapshot.why_not_build

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        building = snapshot.job.kind == "build"
        show(self._card, visible=building or snapshot.summary is not None)
        self._progress.render(snapshot)
        self._render_cost(snapshot)
        self._render_earlier(snapshot)
        set_html(self._summary, _summary(snapshot.summary, stale=not snapshot.is_built))
        show(self._after, visible=snapshot.summary is not None and not building)
        show(self._again, visible=self.is_done(snapshot))
        self._again.disabled = bool(snapshot.why_not_build)
        self._spikes.render(snapshot)

    def _render_cost(self, snapshot: Snapshot) -> None:
        check = snapshot.check
        cost = check.cost if check else None
        fit = snapshot.work.fit
        size = _size(check.plan) if check is not None and check.plan is not None else ""
        set_html(self._cost, size + _cost(cost, fit) if cost else "Known after the check.")
        for level, css_class in _LEVELS.items():
            if css_class:
                is_it = fit is not None and cost is not None and fit.level == level
                (self._cost.add_class if is_it else self._cost.remove_class)(css_class)

    def _render_earlier(self, snapshot: Snapshot) -> None:
        """Ask the one question about the cache, where there is something to choose."""
        earlier = snapshot.work.earlier
        is_used = earlier is not None and snapshot.work.cache_choice == "use"
        _name(self.action, "Open the saved experiment" if is_used else "Build experiment")
        _name(self._again, "Open the saved experiment again" if is_used else "Build again")
        show(self._cache, visible=earlier is not None)
        if earlier is None:
            return
        set_html(self._earlier, _earlier(earlier, self.state.roots.shown(earlier.path)))
        usable = earlier.status != "damaged"
        self._choice.show(snapshot.work.cache_choice, disabled=snapshot.is_working or not usable)


def _name(button: Any, label: str) -> None:
    if button.description != label:
        button.description = button.tooltip = label


def _size(plan: LoadPlan) -> str:
    """Say what it is for."""
    n_left = plan.n_frames - frames.count(plan.bad_frames)
    return f"<p>For {count_of(plan.n_cells, 'neuron')} × {n_left:,} frames:</p>"


def _cost(cost: Cost, fit: Fit | None) -> str:
    rows = [
        (
            "Memory",
            f"{format_bytes(cost.memory_low)} to {format_bytes(cost.memory_high)}",
            _free(fit.memory_free if fit else None),
        ),
        ("Time", f"about {_seconds(cost.seconds)}", ""),
        ("Disk, if it is saved", format_bytes(cost.disk), _free(fit.disk_free if fit else None)),
    ]
    body = "".join(
        f'<tr><th scope="row">{label}</th><td>{needed}</td><td>{free}</td></tr>'
        for label, needed, free in rows
    )
    said = f"<table><tbody>{body}</tbody></table>"
    if fit is None or not fit.problems:
        return said
    problems = "".join(f"<p><b>{escape(text, limit=None)}</b></p>" for text in fit.problems)
    remedies = bullet_list([escape(text, limit=None) for text in fit.remedies])
    return f"{said}{problems}<p>What helps:</p>{remedies}"


def _free(n_bytes: int | None) -> str:
    return "" if n_bytes is None else f"{format_bytes(n_bytes)} free"


def _seconds(seconds: float) -> str:
    return f"{max(0.1, seconds):.1f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _earlier(earlier: Earlier, place: str) -> str:
    words = escape(earlier.words, limit=None)
    if earlier.status == "options-differ":
        words += (
            " If you use it, its options become those of this plan; <i>Undo</i> takes them back."
        )
    return f"<p>{words}</p><p class='dw-hint'>{escape(place, limit=None)}</p>"


def _summary(summary: Summary | None, *, stale: bool) -> str:
    if summary is None:
        return ""
    note = "<p>The request has changed since this was built.</p>" if stale else ""
    features = bullet_list(
        [f"{escape(word)}: {escape(', '.join(names))}" for word, names in summary.features_by_type]
    )
    n_features = sum(len(names) for _, names in summary.features_by_type)
    how = escape(summary.opened, limit=None) or f"Built in {summary.seconds:.2f} s."
    return (
        f"<h4>{escape(summary.signature)}</h4>{note}"
        f"<p>{count_of(summary.n_cells, 'neuron')} × {summary.n_frames:,} frames, "
        f"{count_of(n_features, 'feature')}, {count_of(summary.n_notes, 'note')}. {how}</p>"
        f"{features}"
        f"{_spikes(summary)}{_warnings(summary)}"
        f"<p>Hash <code>{escape(summary.hash, limit=None)}</code></p>"
    )


def _spikes(summary: Summary) -> str:
    return f"<p>Spikes: {escape(summary.spikes)}.</p>" if summary.spikes else ""


def _warnings(summary: Summary) -> str:
    if not summary.warnings:
        return ""
    head = f"{len(summary.warnings)} warning{'' if len(summary.warnings) == 1 else 's'}"
    lines = bullet_list([escape(text, limit=None) for text in summary.warnings])
    return f"<details><summary>{head}</summary>{lines}</details>"

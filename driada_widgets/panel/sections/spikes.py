"""The Spikes section of step Build: choose a method, try it, find all spikes, look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import ipywidgets as widgets

from driada_widgets.core.machine import format_bytes
from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import card, html, row, set_html, show
from driada_widgets.panel.sections.progress import ProgressLine
from driada_widgets.panel.sections.spike_settings import SpikeSettings
from driada_widgets.panel.spike_choice import option_words, spec_words
from driada_widgets.panel.spike_rows import COLUMNS, sorted_rows, table_rows
from driada_widgets.panel.table import DataTable

if TYPE_CHECKING:
    from driada_widgets.core.road.cost import Cost
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot
    from driada_widgets.panel.spike_view import SpikeColumn, SpikePicture

__all__ = ["SpikesCard"]

INTRO = (
    "From calcium to events. Try a method on a few neurons first: nothing is kept of that. "
    "<i>Reconstruct all neurons</i> puts the method into the request, so that code, YAML and the "
    "saved experiment have the same spikes; <i>Undo</i> takes them back."
)
PICTURES: tuple[tuple[SpikePicture, str, str], ...] = (
    ("raster", "Raster", "dw-view-raster"),
    ("quality", "Quality of spikes", "dw-view-spike-quality"),
)


LONG_SEC = 90
"""Longer times are said in minutes."""


class SpikesCard:
    """Shown once an experiment is built."""

    def __init__(self, section: Section) -> None:
        self._section = section
        state = section.state
        self._settings = SpikeSettings(section)
        self._trial = Trial(section)
        self._find = section.button("Reconstruct all neurons", "dw-spikes-run", state.find_spikes)
        self._remove = section.button("Remove spikes", "dw-spikes-remove", state.remove_spikes)
        self._why = html("", "dw-hint")
        self._progress = ProgressLine(
            section, ("spikes",), "dw-spikes-progress", "dw-spikes-cancel"
        )
        self._said = html("", "dw-spikes-said")
        self._pictures = SpikePictures(section)
        self.widget = card(
            "Spikes",
            html(INTRO, "dw-hint"),
            self._settings.widget,
            self._trial.widget,
            row(self._find, self._remove, self._why),
            self._progress.widget,
            self._said,
            self._pictures.widget,
        )
        self.widget.add_class("dw-spikes")
        show(self.widget, visible=False)
        show(self._remove, visible=False)

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        state = self._section.state
        is_built = snapshot.summary is not None and snapshot.job.kind != "build"
        show(self.widget, visible=is_built)
        state.prepare_trial()
        if not is_built:
            return
        self._settings.render(snapshot)
        self._trial.render(snapshot)
        is_finding = snapshot.job.kind == "spikes"
        reason = state.why_not_find
        self._find.disabled = bool(reason)
        self._remove.disabled = bool(snapshot.why_not_build)
        show(self._remove, visible=snapshot.request.spikes is not None)
        words = escape(reason, limit=None) or _cost(state.spikes_cost)
        set_html(self._why, "" if is_finding else words)
        self._progress.render(snapshot)
        set_html(self._said, _said(snapshot))
        self._pictures.render(snapshot)


class Trial:
    """*Try on 5 neurons*, and what it gave."""

    def __init__(self, section: Section) -> None:
        self._section = section
        state = section.state
        self._try = section.button("Try on 5 neurons", "dw-spikes-try", state.try_spikes)
        self._stop = section.button("Stop trying", "dw-spikes-try-stop", state.stop_trying)
        self._why = html("", "dw-hint")
        self._words = html("", "dw-hint")
        self._table = DataTable(
            COLUMNS,
            label="Quality of the spikes of the neurons that were tried",
            on_sort=self._sort,
            on_select=state.look_at_tried,
            on_error=section.failed("Use the table"),
        )
        self._look = section.button(
            "See them over the traces", "dw-spikes-look", state.look_at_tried
        )
        self._found = widgets.VBox([self._words, self._table, row(self._look)])
        self._found.add_class("dw-spikes-tried")
        show(self._found, visible=False)  # the page would show it for a moment
        show(self._stop, visible=False)
        self.widget = widgets.VBox([row(self._try, self._stop, self._why), self._found])
        self._order: tuple[SpikeColumn, bool] | None = None
        self._shown: object = None

    def _sort(self, key: str) -> None:
        column = cast("SpikeColumn", key)
        is_down = self._order == (column, False)
        self._order = (column, is_down)
        self.render(self._section.state.snapshot)

    def render(self, snapshot: Snapshot) -> None:
        """Show what was tried."""
        state, spikes = self._section.state, snapshot.spikes
        reason = state.why_not_try
        self._try.disabled = bool(reason) or spikes.trying
        show(self._stop, visible=spikes.trying)
        words = "Looking for the spikes of 5 neurons…" if spikes.trying else escape(reason)
        set_html(self._why, words)
        show(self._found, visible=bool(spikes.tried))
        key = (spikes.tried, self._order, snapshot.pictures.cell, state.spike_spec.method)
        if not spikes.tried or key == self._shown:
            return
        self._shown = key
        rows = list(spikes.tried)
        if self._order is not None:
            rows = sorted_rows(rows, self._order[0], descending=self._order[1])
        column, is_down = self._order or ("", False)
        self._table.show(
            table_rows(rows),
            sort_key=column,
            descending=is_down,
            selected=snapshot.pictures.cell,
        )
        changed = spikes.tried_spec != state.spike_spec
        later = " The settings have changed since." if changed else ""
        set_html(
            self._words,
            f"Tried: <b>{escape(spikes.tried_with)}</b>{_part(spikes.tried_on)}. Nothing of it is "
            f"kept.{later} A press on a row shows its trace.",
        )


class SpikePictures:
    """Raster and table of quality, of an experiment that has spikes."""

    def __init__(self, section: Section) -> None:
        self._section = section
        self._buttons = {
            name: section.button(title, css_class, lambda name=name: self._choose(name))  # type: ignore[misc]
            for name, title, css_class in PICTURES
        }
        self._place = widgets.VBox()
        self._made: dict[SpikePicture, Any] = {}
        bar = row(*self._buttons.values())
        bar.add_class("dw-views")
        self.widget = widgets.VBox([bar, self._place])
        show(self.widget, visible=False)

    def _choose(self, name: SpikePicture) -> None:
        self._section.state.show_spike_picture(name)

    def render(self, snapshot: Snapshot) -> None:
        """Show the picture that is chosen; its module is imported when it is first shown."""
        has_spikes = self._section.state.spikes_on_screen is not None
        show(self.widget, visible=has_spikes)
        shown = snapshot.spikes.shown
        if not has_spikes:
            for each in self._made.values():
                each.render(snapshot)
            return
        for name, button in self._buttons.items():
            (button.add_class if name == shown else button.remove_class)("dw-now")
            button.tooltip = f"{button.description}: on screen" if name == shown else ""
        picture = self._made.get(shown)
        if picture is None:
            picture = self._made[shown] = _make(shown, self._section)
        if self._place.children != (picture.widget,):
            self._place.children = (picture.widget,)
        picture.render(snapshot)


def _make(name: SpikePicture, section: Section) -> Any:
    if name == "raster":
        from driada_widgets.panel.sections.raster import Raster

        return Raster(section)
    from driada_widgets.panel.sections.spike_quality import SpikeTable

    return SpikeTable(section)


def _part(words: str) -> str:
    return f" on <b>{escape(words)}</b>: the numbers are of these" if words else ""


def _cost(cost: Cost | None) -> str:
    if cost is None:
        return ""
    is_long = cost.seconds >= LONG_SEC
    time = f"{cost.seconds / 60:.0f} min" if is_long else f"{max(1, round(cost.seconds))} s"
    return f"Takes about {time}, and up to {format_bytes(cost.memory_high)} of memory."


def _said(snapshot: Snapshot) -> str:
    """Say which spikes the experiment on screen has, and whether the request asks for others."""
    summary, asked = snapshot.summary, snapshot.request.spikes
    if summary is None:
        return ""
    if not snapshot.is_built:
        words = spec_words(asked) if asked is not None else "no spikes"
        return (
            f"The request has changed since this was built, and asks for {escape(words)}: "
            "<i>Build experiment</i> builds all that it asks for."
        )
    if not summary.spikes:
        return "The experiment has no spikes."
    words = f" With {escape(option_words(asked))}." if asked and asked.options else ""
    return f"<b>{escape(summary.spikes)}.</b>{words}"

"""What the spikes of each neuron are worth, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import ipywidgets as widgets

from driada_widgets.panel.sections.base import html, set_html, show
from driada_widgets.panel.sections.paged_table import PagedTable
from driada_widgets.panel.spike_rows import COLUMNS, sorted_rows, table_rows, to_csv

if TYPE_CHECKING:
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot
    from driada_widgets.panel.spike_view import SpikeColumn

__all__ = ["MEANING", "SpikeTable"]

MEANING = (
    "SNR is the median amplitude of the events over the noise, which is that of the finest wavelet "
    "detail; R² is the share of the trace's variance that the events explain, 1 being all; rise "
    "and decay are the times of the transients that were used."
)


class SpikeTable:
    """Pages of neurons; a press on a row selects its neuron in every picture."""

    def __init__(self, section: Section) -> None:
        self._section = section
        state = section.state
        self._pages = PagedTable(
            section,
            COLUMNS,
            name="dw-spikes-quality",
            label="Quality of the spikes of each neuron",
            on_sort=lambda key: state.sort_spikes(cast("SpikeColumn", key)),
            on_turn=state.turn_spike_page,
            file="spikes",
            make_csv=lambda: to_csv(state.spike_rows),
            meaning=MEANING,
        )
        self._wait = html("", "dw-hint")
        self.widget: Any = widgets.VBox([self._wait, self._pages.widget])
        self.widget.add_class("dw-spikes-quality")

    def render(self, snapshot: Snapshot) -> None:
        """Show the neurons of a snapshot, once they are judged."""
        spikes, rows = snapshot.spikes, self._section.state.spike_rows
        share = spikes.measuring
        words = "" if share is None else f"Judging the spikes of all neurons: {share:.0%}"
        set_html(self._wait, words)
        show(self._pages.widget, visible=bool(rows))
        if not rows or not self._pages.is_news(spikes, rows):
            return
        ordered = sorted_rows(rows, spikes.sort_column, descending=spikes.sort_descending)
        n_silent = sum(row.n_events == 0 for row in rows)
        n_events = sum(row.n_events for row in rows)
        self._pages.show(
            spikes,
            len(ordered),
            lambda places: table_rows(ordered[places]),
            counts=f"<b>{len(rows):,} neurons</b> · {n_events:,} events · "
            f"{n_silent:,} without events",
        )

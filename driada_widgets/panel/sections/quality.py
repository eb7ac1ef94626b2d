"""The quality of each neuron: a table that sorts by any column, selects, and can be taken along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import ipywidgets as widgets

from driada_widgets.panel.binding import escape, plain
from driada_widgets.panel.feature_parts import unit_of_traces
from driada_widgets.panel.quality_rows import COLUMNS, sorted_cells, table_rows, to_csv
from driada_widgets.panel.sections.base import show
from driada_widgets.panel.sections.paged_table import PagedTable

if TYPE_CHECKING:
    from driada_widgets.core.signals.quality import Quality
    from driada_widgets.panel.picture_view import PictureView, QualityColumn
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["QualityTable"]

MEANING = (
    "Noise is the median absolute finest wavelet detail over 0.6745 (Donoho and Johnstone 1994); "
    "SNR is the height of the peak above the median in noises; active frames are 3 noises above "
    "it. Bad frames do not count."
)


class QualityTable:
    """Pages of neurons; a press on a row selects its neuron in every picture."""

    def __init__(self, section: Section) -> None:
        self._section = section
        state = section.state
        self._pages = PagedTable(
            section,
            COLUMNS,
            name="dw-quality",
            label="Quality of each neuron",
            # The table drops keys of columns that it does not show, so the cast holds.
            on_sort=lambda key: state.sort_quality(cast("QualityColumn", key)),
            on_turn=state.turn_page,
            file="neurons",
            make_csv=self._csv,
            meaning=MEANING,
        )
        self._measure = section.button("Measure neurons", "dw-measure", state.measure_neurons)
        self.widget: Any = widgets.VBox([self._measure, self._pages.widget])
        self.widget.add_class("dw-quality")

    def _csv(self) -> bytes:
        state = self._section.state
        return b"" if state.quality is None else to_csv(state.quality, state.fps)

    def render(self, snapshot: Snapshot) -> None:
        """Show the neurons of a snapshot, once they are measured."""
        state, pictures = self._section.state, snapshot.pictures
        show(self._pages.widget, visible=state.quality is not None)
        show(self._measure, visible=not state.is_measured and pictures.measuring is None)
        unit = unit_of_traces(snapshot)
        quality = state.quality
        if quality is not None and self._pages.is_news(pictures, state.fps, unit):
            self._show_page(quality, pictures, unit)

    def _show_page(self, quality: Quality, pictures: PictureView, unit: str) -> None:
        fps = self._section.state.fps
        order = sorted_cells(quality, pictures.sort_column, descending=pictures.sort_descending)
        n_dead, n_full = int(quality.dead.sum()), int(quality.saturated.sum())
        n_missing = int((quality.n_missing > 0).sum())
        shown = plain(unit, limit=30) or "a.u."
        self._pages.table.retitle({"noise": f"Noise ({shown})", "peak": f"Peak ({shown})"})
        self._pages.show(
            pictures,
            len(order),
            lambda places: table_rows(quality, [int(cell) for cell in order[places]], fps),
            counts=f"<b>{len(order):,} neurons</b> · {n_dead:,} dead · {n_full:,} saturated · "
            f"{n_missing:,} with NaN · {'traces in ' + escape(shown) if unit else 'unit unknown'}",
        )

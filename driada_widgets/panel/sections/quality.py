"""The quality of each neuron: a table that sorts by any column, selects, and can be taken along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import ipywidgets as widgets

from driada_widgets.panel.download import DownloadButton, file_name
from driada_widgets.panel.picture_verbs import ROWS_PER_PAGE
from driada_widgets.panel.quality_rows import COLUMNS, sorted_cells, table_rows, to_csv
from driada_widgets.panel.sections.base import html, row, set_html, show
from driada_widgets.panel.table import DataTable

if TYPE_CHECKING:
    from driada_widgets.panel.picture_view import PictureView, QualityColumn
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["QualityTable"]

MEANING = (
    "Noise is the median absolute finest wavelet detail over 0.6745 (Donoho and Johnstone 1994); "
    "SNR is the height of the peak above the median in noises; active frames are 3 noises above "
    "it. Bad frames do not count. Unit of the traces: a.u. (unit unknown)."
)


class QualityTable:
    """Pages of neurons; a press on a row selects its neuron in every picture."""

    def __init__(self, section: Section) -> None:
        self._section = section
        state = section.state
        self.table = DataTable(
            COLUMNS,
            label="Quality of each neuron",
            on_sort=lambda key: state.sort_quality(cast("QualityColumn", key)),
            on_select=self._select,
            on_error=section.failed("Use the table"),
        )
        self._back = section.button("Page before", "dw-quality-back", lambda: state.turn_page(-1))
        self._on = section.button("Page after", "dw-quality-on", lambda: state.turn_page(1))
        self._at = html("", "dw-hint")
        self._download = DownloadButton(
            "Download table (CSV)",
            "dw-quality-csv",
            self._csv,
            on_error=section.failed("Download the table"),
        )
        self._counts = html("")
        self._measure = section.button("Measure neurons", "dw-measure", state.measure_neurons)
        self._content = widgets.VBox(
            [
                self._counts,
                self.table,
                row(self._back, self._on, self._at, self._download),
                html(MEANING, "dw-hint"),
            ]
        )
        self.widget: Any = widgets.VBox([self._measure, self._content])
        self.widget.add_class("dw-quality")
        self._shown: object = None

    # The table drops keys of columns that it does not show, so the cast holds.

    def _select(self, cell: int) -> None:
        state = self._section.state
        state.select_cell(None if state.snapshot.pictures.cell == cell else cell)

    def _csv(self) -> tuple[str, bytes]:
        state = self._section.state
        name = file_name(f"{state.snapshot.session_name} neurons", ".csv")
        return name, to_csv(state.quality, state.fps) if state.quality is not None else b""

    def render(self, snapshot: Snapshot) -> None:
        """Show the neurons of a snapshot, once they are measured."""
        state, pictures = self._section.state, snapshot.pictures
        show(self._content, visible=state.quality is not None)
        show(self._measure, visible=not state.is_measured and pictures.measuring is None)
        key = (_key(pictures), state.fps)
        if state.quality is None or key == self._shown:
            return
        self._shown = key
        self._show_page(pictures)

    def _show_page(self, pictures: PictureView) -> None:
        state = self._section.state
        quality = state.quality
        if quality is None:
            return
        order = sorted_cells(quality, pictures.sort_column, descending=pictures.sort_descending)
        n_pages = max(1, -(-len(order) // ROWS_PER_PAGE))
        page = min(pictures.page, n_pages - 1)
        cells = [int(cell) for cell in order[page * ROWS_PER_PAGE : (page + 1) * ROWS_PER_PAGE]]
        self.table.show(
            table_rows(quality, cells, state.fps),
            sort_key=pictures.sort_column,
            descending=pictures.sort_descending,
            selected=pictures.cell,
        )
        self._back.disabled, self._on.disabled = page == 0, page + 1 == n_pages
        set_html(self._at, f"Page {page + 1:,} of {n_pages:,}")
        n_dead, n_full = int(quality.dead.sum()), int(quality.saturated.sum())
        n_missing = int((quality.n_missing > 0).sum())
        set_html(
            self._counts,
            f"<b>{len(order):,} neurons</b> · {n_dead:,} dead · {n_full:,} saturated · "
            f"{n_missing:,} with NaN",
        )


def _key(pictures: PictureView) -> tuple[object, ...]:
    return (
        pictures.quality_revision,
        pictures.sort_column,
        pictures.sort_descending,
        pictures.page,
        pictures.cell,
    )

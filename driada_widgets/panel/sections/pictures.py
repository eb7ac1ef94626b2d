"""The trace picture of step Check: some neurons, the features under them, bad frames over them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import ipywidgets as widgets
import numpy as np

from driada_widgets.panel.columns import min_max_columns
from driada_widgets.panel.denoised import DenoisedTraces
from driada_widgets.panel.feature_parts import MAX_FEATURE_ROWS, feature_parts, unit_of_traces
from driada_widgets.panel.last_columns import LastColumns
from driada_widgets.panel.overlays import overlay_rows
from driada_widgets.panel.sections.base import html, row, set_html
from driada_widgets.panel.sections.span_link import SpanLink
from driada_widgets.panel.trace_rows import FeatureRow
from driada_widgets.panel.traces import TraceView

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["TracePicture"]

DEFAULT_COLUMNS = 2000
"""Columns sent before the browser has said how wide it is: about one a pixel of a wide page."""


class TracePicture:
    """Joins the canvas to the state: windows and marks go out, columns and ranges come in."""

    def __init__(self, section: Section) -> None:
        self._section = section
        state = section.state
        self.view = TraceView(on_error=section.failed("Draw the traces"))
        self.view.on_window(self._on_window)
        self.view.on_view(state.set_window)
        self._spans = SpanLink(section, self.view)
        self.view.on_scroll(state.scroll_cells)
        self.view.on_time_unit(state.set_unit)
        self._denoised = section.tick(
            "Denoised (to look at; what is built stays as in the file)",
            "dw-denoised",
            state.set_denoised,
        )
        self._smooth = DenoisedTraces(state.new_runner(), self._draw_window, self._not_denoised)
        self._wait = html("", "dw-hint")
        self.widget = widgets.VBox([row(self._denoised.widget, self._wait), self.view])
        self.widget.layout.display = "none"
        self._n_columns = DEFAULT_COLUMNS
        self._shown: object = None
        self._source: object = None
        self._last = LastColumns()

    def render(self, snapshot: Snapshot) -> None:
        """Show the traces and ranges of a snapshot."""
        state = self._section.state
        calcium = state.workbench.calcium
        self.widget.layout.display = "none" if calcium is None else None
        if calcium is None:
            return
        if self._source is not snapshot.inventory:
            self._source = snapshot.inventory
            self.view.forget_ranges()
            self._last.forget()
            self.view.wish = None
        window, pictures = snapshot.window, snapshot.pictures
        if self.view.time_unit != window.unit:
            self.view.time_unit = window.unit
        key = (
            *(snapshot.revision, window.first_cell, window.n_cells),
            *(pictures.order_revision, calcium.shape, pictures.overlay_revision),
            *(pictures.denoised, state.overlay is None),
        )
        self._denoised.show(pictures.denoised)
        if key != self._shown:
            self._shown = key
            self._draw_window()
        self._mark(pictures.cell)
        seen = [window.start, window.stop or state.n_frames]
        if self.view.window != seen:  # another picture moved the window
            self.view.go_to(*seen)
        self._spans.render(snapshot)

    def _draw_window(self) -> None:
        window = self._section.state.snapshot.window
        self._draw(*(self.view.wish or (window.start, window.stop, self._n_columns)))

    def _not_denoised(self, error: Exception) -> None:
        self._section.state.set_denoised(False)
        self._section.failed("Denoise the traces")(error)

    def _on_window(self, start: int, stop: int, n_columns: int) -> None:
        """Answer the page, which asks for more than is seen, so that a pan has something."""
        self._n_columns = n_columns
        self._draw(start, stop, n_columns)

    def _cells(self) -> list[int]:
        state = self._section.state
        window = state.snapshot.window
        cells = state.cells_in_order[window.first_cell : window.first_cell + window.n_cells]
        return [int(cell) for cell in cells]

    def _mark(self, cell: int | None) -> None:
        cells = self._cells()
        self.view.mark_trace(cells.index(cell) if cell in cells else None)

    def _draw(self, start: int, stop: int, n_columns: int) -> None:
        state = self._section.state
        calcium = state.workbench.calcium
        if calcium is None:
            return
        n_cells, n_frames = calcium.shape
        stop = min(stop or n_frames, n_frames)
        cells = self._cells()
        denoised = None
        if state.snapshot.pictures.denoised:
            denoised = self._smooth.rows(calcium, cells, state.traces_id)
        is_waiting = state.snapshot.pictures.denoised and denoised is None
        set_html(self._wait, "Denoising the neurons shown…" if is_waiting else "")
        self.view.show(
            [str(cell) for cell in cells],
            self._last.of(
                "traces",
                (id(calcium), *cells, start, stop, n_columns),
                lambda: _columns(calcium, cells, start, stop, n_columns),
            )
            if denoised is None
            else _columns_of(denoised, start, stop, n_columns),
            start,
            stop,
            n_frames=n_frames,
            fps=state.fps,
            units=unit_of_traces(state.snapshot),
            n_total=n_cells,
            features=self._feature_rows(start, stop, n_columns),
            overlay=overlay_rows(state.overlay, cells, start, stop, n_columns),
            denoised=denoised is not None,
        )

    def _feature_rows(self, start: int, stop: int, n_columns: int) -> list[FeatureRow]:
        return [
            FeatureRow(
                name=part.name,
                columns=self._last.of(
                    f"feature {part.name}",
                    (part.origin, start, stop, n_columns),
                    partial(_columns_of, [part.values], start, stop, n_columns),
                )[0],
                discrete=part.discrete,
            )
            for part in feature_parts(self._section.state)[:MAX_FEATURE_ROWS]
        ]


def _columns(
    calcium: NDArray[Any], cells: list[int], start: int, stop: int, n_columns: int
) -> NDArray[np.float32]:
    """Reduce rows of the file; neighbours are read as one block."""
    is_run = cells == list(range(cells[0], cells[0] + len(cells))) if cells else False
    rows = range(cells[0], cells[0] + len(cells)) if is_run else cells
    return min_max_columns(calcium, start, stop, n_columns, cells=rows)


def _columns_of(
    rows: list[NDArray[Any]], start: int, stop: int, n_columns: int
) -> NDArray[np.float32]:
    parts = [min_max_columns(row[np.newaxis], start, stop, n_columns) for row in rows]
    return np.concatenate(parts)

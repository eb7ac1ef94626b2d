"""The trace picture of step Check: 20 neurons, the features under them, bad frames over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets
import numpy as np

from driada_widgets.panel.binding import bind
from driada_widgets.panel.columns import min_max_columns
from driada_widgets.panel.sections.base import html, row, set_html
from driada_widgets.panel.sections.span_link import SpanLink
from driada_widgets.panel.traces import FeatureRow, TraceView

if TYPE_CHECKING:
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["TracePicture"]

DEFAULT_COLUMNS = 2000
"""Columns sent before the browser has said how wide it is: about one a pixel of a wide page."""
MAX_FEATURE_ROWS = 8
"""Features drawn under the traces; the table above has them all."""


class TracePicture:
    """Joins the canvas to the state: windows and marks go out, columns and ranges come in."""

    def __init__(self, section: Section) -> None:
        self._section = section
        state = section.state
        failed = section.failed
        self.view = TraceView(on_error=failed("Draw the traces"))
        self.view.on_window(self._on_window)
        self._spans = SpanLink(section, self.view)
        self.view.on_scroll(self._scroll)
        self.view.on_time_unit(state.set_unit)
        first = widgets.BoundedIntText(
            description="First neuron",
            min=0,
            max=0,
            style={"description_width": "7em"},
            layout=widgets.Layout(width="14em"),
        )
        first.add_class("dw-first-cell")
        self._first = bind(first, "value", state.set_first_cell, on_error=failed("Show neurons"))
        back = section.button("Previous 20", "dw-cells-back", lambda: self._scroll(-20))
        on = section.button("Next 20", "dw-cells-on", lambda: self._scroll(20))
        self._showing = html("", "dw-hint")
        self.widget = widgets.VBox([row(first, back, on, self._showing), self.view])
        self.widget.layout.display = "none"
        self._n_columns = DEFAULT_COLUMNS
        self._shown: object = None
        self._source: object = None

    def render(self, snapshot: Snapshot) -> None:
        """Show the traces and ranges of a snapshot."""
        calcium = self._section.state.workbench.calcium
        self.widget.layout.display = "none" if calcium is None else None
        if calcium is None:
            return
        if self._source is not snapshot.inventory:
            self._source = snapshot.inventory
            self.view.forget_ranges()
        window = snapshot.window
        if self.view.time_unit != window.unit:
            self.view.time_unit = window.unit
        key = (snapshot.revision, window.first_cell, calcium.shape)
        if key != self._shown:
            self._shown = key
            self._draw(window.start, window.stop, self._n_columns)
        self._spans.render(snapshot)

    def _on_window(self, start: int, stop: int, n_columns: int) -> None:
        self._n_columns = n_columns
        self._section.state.set_window(start, stop)
        self._draw(start, stop, n_columns)

    def _scroll(self, n_cells: int) -> None:
        calcium = self._section.state.workbench.calcium
        if calcium is not None:
            last = max(0, calcium.shape[0] - self._section.state.snapshot.window.n_cells)
            first = self._section.state.snapshot.window.first_cell + n_cells
            self._section.state.set_first_cell(min(max(0, first), last))

    def _draw(self, start: int, stop: int, n_columns: int) -> None:
        state = self._section.state
        calcium = state.workbench.calcium
        if calcium is None:
            return
        n_cells, n_frames = calcium.shape
        stop = stop or n_frames
        window = state.snapshot.window
        first = min(window.first_cell, max(0, n_cells - 1))
        cells = range(first, min(n_cells, first + window.n_cells))
        self._first.show(first, max=max(0, n_cells - 1))
        columns = min_max_columns(calcium, start, stop, n_columns, cells=cells)
        self.view.show(
            [str(cell) for cell in cells],
            columns,
            start,
            stop,
            n_frames=n_frames,
            fps=state.fps,
            n_total=n_cells,
            features=self._feature_rows(start, stop, n_columns),
        )
        last = cells.stop - 1
        set_html(self._showing, f"Neurons {first} to {last} of {n_cells:,}, counted from 0.")

    def _feature_rows(self, start: int, stop: int, n_columns: int) -> list[FeatureRow]:
        state = self._section.state
        check = state.snapshot.check
        rows: list[FeatureRow] = []
        for report in check.features if check else ():
            values = state.workbench.feature(report.source)
            if values is None or len(rows) >= MAX_FEATURE_ROWS:
                continue
            for index, part in enumerate(np.atleast_2d(values)):
                many = values.ndim > 1
                rows.append(
                    FeatureRow(
                        name=f"{report.name}[{index}]" if many else report.name,
                        columns=min_max_columns(part[np.newaxis], start, stop, n_columns)[0],
                        discrete=bool(report.type_info and report.type_info.is_discrete),
                    )
                )
        return rows[:MAX_FEATURE_ROWS]

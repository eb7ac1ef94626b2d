"""Walking through the neurons: the selected one, their order, and how many are shown at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from driada_widgets.core.errors import ParameterError
from driada_widgets.panel.binding import bind, plain
from driada_widgets.panel.feature_parts import MAX_FEATURE_ROWS, feature_parts
from driada_widgets.panel.picture_view import FEATURE_ORDER, ORDERS, TRIED_ORDER
from driada_widgets.panel.sections.base import html, row, set_html, show

if TYPE_CHECKING:
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot
    from driada_widgets.panel.state import PanelState

__all__ = ["Navigator", "order_words"]

AT_ONCE = (5, 10, 20, 50, 100)


class Navigator:
    """One neuron, its neighbours, and the order of all.

    Parameters
    ----------
    section
        The step.
    shows_rows
        Whether the picture shows some neurons at a time, where it shows traces.
    """

    def __init__(self, section: Section, *, shows_rows: bool = True) -> None:
        self._section = section
        self._shows_rows = shows_rows
        state = section.state
        text = widgets.Text(
            description="Neuron",
            placeholder="none",
            continuous_update=False,
            style={"description_width": "4.5em"},
            layout=widgets.Layout(width="9em"),
        )
        text.add_class("dw-cell")
        self._cell = bind(text, "value", self._select, on_error=section.failed("Select the neuron"))
        before = section.button("Previous neuron", "dw-cell-back", lambda: state.step_cell(-1))
        after = section.button("Next neuron", "dw-cell-on", lambda: state.step_cell(1))
        self._order = section.choice("Sort by", "dw-cell-order", [("number", "cell")], self._sort)
        self._order.widget.style.description_width = "4em"
        self._order.widget.layout.width = "17em"
        self._at_once = section.choice("Show", "dw-cells-at-once", AT_ONCE, state.show_cells)
        self._at_once.widget.style.description_width = "3em"
        self._at_once.widget.layout.width = "8em"
        self._at_once.widget.layout.min_width = "7em"
        self._back = section.button("Neurons before", "dw-cells-back", lambda: self._scroll(-1))
        self._on = section.button("Neurons after", "dw-cells-on", lambda: self._scroll(1))
        self._showing = html("", "dw-hint")
        self._rows = row(self._at_once.widget, self._showing, self._back, self._on)
        self._measuring = html("", "dw-hint")
        self._cancel = section.button("Cancel", "dw-measure-cancel", state.cancel_measuring)
        self._wait = row(self._measuring, self._cancel)
        self.widget = widgets.VBox(
            [row(text, before, after, self._order.widget), self._rows, self._wait]
        )
        self.widget.add_class("dw-navigator")

    def _select(self, text: str) -> None:
        cleaned = text.strip()
        if cleaned and not cleaned.isdecimal():
            msg = f"Type the number of a neuron, counted from 0; got {text!r}."
            raise ParameterError(msg, where="neuron")
        self._section.state.select_cell(int(cleaned) if cleaned else None)

    def _sort(self, order: str) -> None:
        self._section.state.set_order(order)

    def _scroll(self, pages: int) -> None:
        state = self._section.state
        state.scroll_cells(pages * state.snapshot.window.n_cells)

    def render(self, snapshot: Snapshot) -> None:
        """Show the neurons of a snapshot."""
        state, pictures, window = self._section.state, snapshot.pictures, snapshot.window
        self._cell.show("" if pictures.cell is None else str(pictures.cell))
        options = _order_options(state)
        known = {value for _, value in options}
        if pictures.order in known:
            self._order.show(pictures.order, options=options)
        counts = AT_ONCE if window.n_cells in AT_ONCE else (*AT_ONCE, window.n_cells)
        self._at_once.show(window.n_cells, options=counts)
        n_cells = state.n_cells
        last = min(n_cells, window.first_cell + window.n_cells)
        self._back.disabled = window.first_cell <= 0
        self._on.disabled = last >= n_cells
        set_html(
            self._showing,
            f"of {n_cells:,} neurons: places {window.first_cell:,} to {max(0, last - 1):,}"
            f"{_left_out(state)}",
        )
        show(self._rows, visible=self._shows_rows and pictures.shown == "traces")
        share = pictures.measuring
        set_html(self._measuring, "" if share is None else f"Measuring the neurons: {share:.0%}")
        show(self._wait, visible=share is not None)


def _left_out(state: PanelState) -> str:
    """Say that not every feature is drawn; empty if all are."""
    n_rows = len(feature_parts(state))
    return (
        f"; the first {MAX_FEATURE_ROWS} of {n_rows:,} features"
        if n_rows > MAX_FEATURE_ROWS
        else ""
    )


def _order_options(state: PanelState) -> tuple[tuple[str, str], ...]:
    measured = [(words, key) for key, (words, _) in ORDERS.items()]
    features = [
        (f"correlation with {plain(part.name, limit=40)}", f"{FEATURE_ORDER}{part.name}")
        for part in feature_parts(state)
    ]
    tried = [("tried neurons first", TRIED_ORDER)] if state.snapshot.spikes.tried else []
    return (*measured, *tried, *features)


def order_words(state: PanelState) -> str:
    """Say how the neurons stand, as text; empty in the order of the file."""
    order = state.snapshot.pictures.order
    if order == "cell" or not state.is_sorted:
        return ""
    if order == TRIED_ORDER:
        return "tried ones first"
    if order in ORDERS:
        return f"sorted by {ORDERS[order][0]}"
    return f"sorted by correlation with {plain(order.removeprefix(FEATURE_ORDER), limit=40)}"

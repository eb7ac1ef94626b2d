"""The events of all neurons as a raster, in the window and the order of all pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import numpy as np

from driada_widgets.panel.binding import escape
from driada_widgets.panel.drawing import Drawing
from driada_widgets.panel.pooled import PooledCells
from driada_widgets.panel.ruler import Ruler
from driada_widgets.panel.sections.base import html, set_html
from driada_widgets.panel.sections.clock import Clock
from driada_widgets.panel.sections.heatmap import (
    drawing_options,
    first_words,
    page_of,
    select_pressed,
)
from driada_widgets.panel.sections.navigator import Navigator
from driada_widgets.panel.spike_count import event_starts, marks_regions

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot
    from driada_widgets.panel.state import PanelState
    from driada_widgets.plots import Page

__all__ = ["Raster"]

IMAGE_HEIGHT = (140, 460)
"""Least and greatest height of the image in CSS pixels."""
PIXELS_PER_CELL = 8
AROUND_IMAGE = 60


class Raster:
    """All neurons in one picture; a press selects one."""

    def __init__(self, section: Section) -> None:
        self._section = section
        state = section.state
        self._page: Page | None = None
        self._drawing = Drawing(
            "dw-raster",
            state.new_runner(),
            on_error=section.failed("Draw the raster"),
            on_press=self._select,
        )
        self._ruler = Ruler(self._resized, on_error=section.failed("Measure the page"))
        self._navigator = Navigator(section, shows_rows=False)
        self._clock = Clock(section)
        self._words = html("", "dw-hint")
        self.widget = widgets.VBox(
            [
                self._navigator.widget,
                self._clock.widget,
                self._ruler,
                self._drawing.widget,
                self._words,
            ]
        )
        self._events: _Events | None = None

    def render(self, snapshot: Snapshot) -> None:
        """Show the events of a snapshot."""
        state = self._section.state
        found = state.spikes_on_screen
        if found is None:
            self._drawing.forget()
            self._events = None
            return
        self._navigator.render(snapshot)
        self._clock.render(snapshot)
        if self._events is None or self._events.found is not found:
            experiment = state.experiment
            are_regions = experiment is not None and marks_regions(experiment)
            self._events = _Events(found, are_regions=are_regions)
        low, high = IMAGE_HEIGHT
        height = min(high, max(low, PIXELS_PER_CELL * len(found)))
        page = self._page = page_of(snapshot, self._ruler, height + AROUND_IMAGE)
        window, pictures = snapshot.window, snapshot.pictures
        words = _described(state, snapshot)
        wish = (
            *(id(found), window.start, window.stop, window.unit, page),
            *(pictures.order_revision, pictures.cell, state.bad_ranges, state.fps),
        )
        work = self._work(snapshot, page, self._events)
        self._drawing.draw(wish, work, width=page.width, description=words)
        set_html(self._words, escape(words, limit=None))

    def _resized(self) -> None:
        self.render(self._section.state.snapshot)

    def _select(self, x_share: float, y_share: float) -> None:
        if self._page is not None:
            select_pressed(self._section.state, self._page, (x_share, y_share))

    def _work(self, snapshot: Snapshot, page: Page, events: _Events) -> Callable[[Progress], bytes]:
        """Gather what the worker needs, so that it asks the state nothing."""
        state = self._section.state
        order = state.cells_in_order
        options = drawing_options(state, snapshot, page)
        window: tuple[int, int] = options["window"]

        def work(progress: Progress) -> bytes:
            from driada_widgets import plots

            _, n_columns = plots.image_shape(page)
            seen = events.in_window(*window, n_columns, progress)
            rates = events.rates(options["bad"], options["fps"])
            figure = plots.draw_raster(seen[order], rates=rates[order], **options)
            return plots.to_png(figure, page, is_last=True)

        return work


class _Events:
    """The events of one experiment, pooled for windows; used by one worker at a time."""

    def __init__(self, found: NDArray[Any], *, are_regions: bool = False) -> None:
        self.found = found
        self._are_regions = are_regions
        self._cells = PooledCells(found)
        self._counts: NDArray[np.intp] | None = None

    def in_window(
        self, start: int, stop: int, n_columns: int, progress: Progress
    ) -> NDArray[np.bool_]:
        """Say which columns of a window have an event, shape ``(n_cells, n_columns)``."""
        seen = np.empty((len(self.found), n_columns), dtype=np.bool_)
        for rows, pooled in self._cells.blocks(start, stop, n_columns, progress):
            seen[rows] = pooled > 0
        return seen

    def rates(self, bad: tuple[tuple[int, int], ...], fps: float | None) -> NDArray[np.float64]:
        """Give events a second of each neuron; a frame if the frame rate is not known."""
        if self._counts is None:
            counts = [
                len(event_starts(row, are_regions=True))
                if self._are_regions
                else np.count_nonzero(row)
                for row in self.found
            ]
            self._counts = np.array(counts)
        n_frames = self.found.shape[1] - sum(stop - start for start, stop in bad)
        rates: NDArray[np.float64] = self._counts * (fps or 1.0) / max(1, n_frames)
        return rates


def _described(state: PanelState, snapshot: Snapshot) -> str:
    return (
        f"{first_words(state, snapshot, 'Events')} A tick is a frame, or a run of frames, with an "
        "event; beside them stands the rate of each neuron over the whole recording without bad "
        "frames. A press selects a neuron."
    )

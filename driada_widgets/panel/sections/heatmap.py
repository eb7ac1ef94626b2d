"""The heatmap of all neurons, with the features under it on the same axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import numpy as np

from driada_widgets.panel.binding import escape, plain
from driada_widgets.panel.drawing import Drawing
from driada_widgets.panel.feature_parts import feature_parts
from driada_widgets.panel.picture_view import FEATURE_ORDER, ORDERS, TRIED_ORDER
from driada_widgets.panel.pooled import PooledCells, pixel_edges, pixel_range
from driada_widgets.panel.sections.base import html, set_html
from driada_widgets.panel.sections.clock import window_words
from driada_widgets.panel.sections.navigator import order_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress
    from driada_widgets.panel.feature_parts import FeaturePart
    from driada_widgets.panel.ruler import Ruler
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot
    from driada_widgets.panel.state import PanelState
    from driada_widgets.plots import FeatureBand, Page

__all__ = ["Heatmap", "drawing_options", "first_words", "page_of", "select_pressed"]

MAX_BANDS = 6
"""Features under the image; the table above has them all."""
MAX_RATIO = 2.0
"""Finer screens get no finer pictures: they take longer and look the same."""
USUAL_WIDTH = 900
IMAGE_HEIGHT = (170, 420)
"""Least and greatest height of the image in CSS pixels; few neurons need few pixels."""
PIXELS_PER_CELL = 6
AROUND_IMAGE, BAND_HEIGHT = 60, 34


def page_of(snapshot: Snapshot, ruler: Ruler, height: int) -> Page:
    """Give the page of a picture as wide as the panel, in its theme."""
    from driada_widgets.plots import Page

    return Page(
        width=ruler.width or USUAL_WIDTH,
        height=height,
        ratio=min(MAX_RATIO, ruler.ratio),
        theme="dark" if snapshot.pictures.dark else "light",
    )


def drawing_options(state: PanelState, snapshot: Snapshot, page: Page) -> dict[str, Any]:
    """Give what every picture with a row a neuron is drawn with."""
    cell = snapshot.pictures.cell
    return {
        "page": page,
        "window": (snapshot.window.start, snapshot.window.stop or state.n_frames),
        "fps": state.fps,
        "unit": snapshot.window.unit,
        "row_label": _row_label(state),
        "bad": state.bad_ranges,
        "marked": None if cell is None else (float(state.place_of(cell)), str(cell)),
    }


def select_pressed(
    state: PanelState, page: Page, place: tuple[float, float], n_features: int = 0
) -> None:
    """Select the neuron whose row was pressed; the selected one again: none.

    Parameters
    ----------
    state
        Knows the order of the rows.
    page
        As it was drawn.
    place
        From the left and the top, as shares of the page.
    n_features
        Bands under the image.
    """
    from driada_widgets.plots import row_at

    row = row_at(page, state.n_cells, *place, n_features)
    if row is not None:
        cell = int(state.cells_in_order[row])
        state.select_cell(None if state.snapshot.pictures.cell == cell else cell)


class Heatmap:
    """All neurons in one picture, drawn anew when something that it shows has changed."""

    def __init__(self, section: Section, ruler: Ruler) -> None:
        self._section = section
        self._ruler = ruler
        state = section.state
        failed = section.failed("Draw the heatmap")
        self._drawing = Drawing(
            "dw-heatmap", state.new_runner(), on_error=failed, on_press=self._select
        )
        self._drawn: tuple[Page, int] | None = None
        self._words = html("", "dw-hint")
        self.widget = widgets.VBox([self._drawing.widget, self._words])
        self._cells: PooledCells | None = None
        self._scales = _Scales()

    def render(self, snapshot: Snapshot) -> None:
        """Show the neurons of a snapshot."""
        state = self._section.state
        calcium = state.workbench.calcium
        if calcium is None:
            self._drawing.forget()
            return
        if self._cells is None or self._cells.calcium is not calcium:
            self._cells, self._scales = PooledCells(calcium), _Scales()
        parts = feature_parts(state)[:MAX_BANDS]
        low, high = IMAGE_HEIGHT
        height = min(high, max(low, PIXELS_PER_CELL * len(calcium)))
        page = page_of(snapshot, self._ruler, height + AROUND_IMAGE + BAND_HEIGHT * len(parts))
        self._drawn = (page, len(parts))
        window, pictures = snapshot.window, snapshot.pictures
        words = _described(state, snapshot)
        wish = (
            *(id(calcium), window.start, window.stop, window.unit, page),
            *(pictures.order_revision, pictures.cell, state.bad_ranges, state.fps),
            tuple((part.name, part.origin) for part in parts),
        )
        work = self._work(snapshot, page, parts, self._cells)
        self._drawing.draw(wish, work, width=page.width, description=words)
        set_html(self._words, escape(words, limit=None))

    def _select(self, x_share: float, y_share: float) -> None:
        if self._drawn is not None:
            page, n_features = self._drawn
            select_pressed(self._section.state, page, (x_share, y_share), n_features)

    def _work(
        self, snapshot: Snapshot, page: Page, parts: Sequence[FeaturePart], cells: PooledCells
    ) -> Callable[[Progress], bytes]:
        """Gather what the worker needs, so that it asks the state nothing."""
        state = self._section.state
        scales, order = self._scales, state.cells_in_order
        options = drawing_options(state, snapshot, page)
        window: tuple[int, int] = options["window"]
        bad, n_cells = state.bad_ranges, state.n_cells

        def work(progress: Progress) -> bytes:
            from driada_widgets import plots

            n_rows, n_columns = plots.image_shape(page, len(parts))
            found = scales.of(cells, bad, progress)
            shades = np.empty((n_cells, n_columns), dtype=np.uint8)
            for rows, pooled in cells.blocks(*window, n_columns, progress):
                shades[rows] = plots.to_shades(pooled, found[rows])
            bands = [_band(part, window, n_columns) for part in parts]
            progress.check()
            image = _to_rows(shades[order], n_rows)
            figure = plots.draw_heatmap(image, n_cells=n_cells, features=bands, **options)
            return plots.to_png(figure, page, is_last=True)

        return work


class _Scales:
    """What is shown as 0 and 1 in each row: the same in every window of a recording."""

    def __init__(self) -> None:
        self._bad: tuple[tuple[int, int], ...] = ()
        self._scales: NDArray[np.float32] | None = None

    def of(
        self, cells: PooledCells, bad: tuple[tuple[int, int], ...], progress: Progress
    ) -> NDArray[np.float32]:
        """Give the scales without bad frames; used by one worker at a time."""
        from driada_widgets.plots import row_scales

        if self._scales is None or self._bad != bad:
            scales = np.empty((len(cells.calcium), 2), dtype=np.float32)
            for rows, columns in cells.samples(bad, progress):
                scales[rows] = row_scales(columns)
            self._scales, self._bad = scales, bad
        return self._scales


def _to_rows(shades: NDArray[np.uint8], n_rows: int) -> NDArray[np.uint8]:
    """Fit neurons to rows of pixels: many share one by their maximum, few have several each."""
    edges = pixel_edges(0, len(shades), n_rows)
    if len(shades) <= n_rows:
        return shades[edges]
    fitted: NDArray[np.uint8] = np.maximum.reduceat(shades, edges, axis=0)
    return fitted


def _band(part: FeaturePart, window: tuple[int, int], n_columns: int) -> FeatureBand:
    from driada_widgets.plots import FeatureBand

    finite = part.values[np.isfinite(part.values)] if part.values.dtype.kind == "f" else part.values
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    columns = pixel_range(part.values, *window, n_columns)
    return FeatureBand(name=plain(part.name, limit=60), columns=columns, low=low, high=high)


def _row_label(state: PanelState) -> str:
    """Say what the rows of a picture are, and by what they are sorted."""
    order = state.snapshot.pictures.order
    if order == "cell" or not state.is_sorted:
        return "Neuron"
    if order == TRIED_ORDER:
        return "Neuron, tried first"
    words = ORDERS[order][0] if order in ORDERS else order.removeprefix(FEATURE_ORDER)
    return f"Neuron, by {plain(words, limit=18)}"


def first_words(state: PanelState, snapshot: Snapshot, what: str) -> str:
    """Say what a picture of all neurons shows, in which order and in which window."""
    window, sorted_by = snapshot.window, order_words(state)
    seen = window_words(window.start, window.stop, state.fps)
    return f"{what} of all {state.n_cells:,} neurons{', ' if sorted_by else ''}{sorted_by}. {seen}."


def _described(state: PanelState, snapshot: Snapshot) -> str:
    return (
        f"{first_words(state, snapshot, 'Heatmap')} Each neuron from its own 1st to its own 99th "
        "percentile over the whole recording without bad frames; a pixel shows the greatest value "
        "of its frames."
    )

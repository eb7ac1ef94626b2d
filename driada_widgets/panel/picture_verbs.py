"""The user's verbs in the pictures: which is shown, the neurons' order, the one that is selected.

Nothing here edits the request. What takes time (measuring neurons) runs beside the panel's other
long calls, so that it neither waits for them nor ends them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request import frames
from driada_widgets.panel.edit_verbs import EditVerbs
from driada_widgets.panel.feature_parts import part_named, planes
from driada_widgets.panel.picture_view import FEATURE_ORDER, ORDERS, PictureView
from driada_widgets.panel.run_verbs import RunVerbs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from driada_widgets.core.pipeline import CheckResult
    from driada_widgets.core.report import Progress
    from driada_widgets.core.request.frames import Ranges
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.signals.quality import Quality
    from driada_widgets.core.sources.base import Fingerprint, Inventory
    from driada_widgets.panel.feature_parts import FeaturePart
    from driada_widgets.panel.jobs import Runner
    from driada_widgets.panel.picture_view import ColourBy, PictureName, QualityColumn

__all__ = ["ROWS_PER_PAGE", "PictureVerbs"]

ROWS_PER_PAGE = 25
"""Neurons on one page of the table of quality."""
SHOWN_STEPS = 20
"""Steps in which the share of measured neurons is shown."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a measurement is about; equal wishes have equal answers."""

    source: Fingerprint | None
    neural: str
    bad: Ranges
    feature: str = ""


class PictureVerbs(EditVerbs, RunVerbs):
    """Looking at the recording: it changes what is seen, never what is built."""

    quality: Quality | None = None
    _measured: _Wish | None = None
    _asked: _Wish | None = None
    _aside: Runner | None = None
    _order: NDArray[np.intp] | None = None
    _order_of: tuple[str, _Wish | None] | None = None
    _bad: tuple[CheckResult, Ranges] | None = None

    # --- which picture ---

    def show_picture(self, name: PictureName) -> None:
        """Show one of the four pictures."""
        self._show(shown=name)
        self._prepare_picture()

    def set_dark(self, dark: bool) -> None:
        """Say whether the page is dark, for pictures that are drawn here."""
        self._show(dark=dark)

    def pan(self, share: float) -> None:
        """Move the window by a share of its length."""
        window = self.snapshot.window
        long = window.stop - window.start
        start = min(max(0, window.start + round(share * long)), max(0, self.n_frames - long))
        self.set_window(start, start + long)

    def zoom(self, factor: float) -> None:
        """Make the window longer or shorter around its middle; at least ten frames are seen."""
        window = self.snapshot.window
        if not self.n_frames:
            return
        long = min(self.n_frames, max(10, round((window.stop - window.start) * factor)))
        middle = (window.start + window.stop) // 2
        start = min(max(0, middle - long // 2), self.n_frames - long)
        self.set_window(start, start + long)

    def show_all_frames(self) -> None:
        """Show the whole recording."""
        self.set_window(0, self.n_frames)

    # --- neurons ---

    def set_order(self, order: str) -> None:
        """Sort the neurons of all pictures.

        Parameters
        ----------
        order
            A key of ``ORDERS``, or ``FEATURE_ORDER`` and the name of a feature.

        Raises
        ------
        ParameterError
            If there is no such order.
        """
        name = order.removeprefix(FEATURE_ORDER)
        is_feature = order.startswith(FEATURE_ORDER) and part_named(self, name) is not None
        if order not in ORDERS and not is_feature:
            msg = f"Neurons cannot be sorted by {name!r}: there is no such feature now."
            raise ParameterError(msg, where="sort by")
        self._show(order=order)
        self.set_first_cell(0)
        self._prepare_picture()

    def select_cell(self, cell: int | None) -> None:
        """Select a neuron by its row in the file, and bring it into view; ``None``: none.

        Raises
        ------
        ParameterError
            If there is no such neuron.
        """
        n_cells = self.n_cells
        if cell is not None and not 0 <= cell < n_cells:
            msg = f"The recording has neurons 0 to {n_cells - 1}; there is no neuron {cell}."
            raise ParameterError(msg, where="neuron")
        with self._lock:
            self._show(cell=cell)
            if cell is not None:
                self._bring_into_view(self.place_of(cell))

    def step_cell(self, by: int) -> None:
        """Select the neuron after or before the selected one, in the order shown."""
        cell, n_cells = self.snapshot.pictures.cell, self.n_cells
        if n_cells == 0:
            return
        first = self.snapshot.window.first_cell
        place = (first if by > 0 else first - 1) if cell is None else self.place_of(cell) + by
        self.select_cell(int(self.cells_in_order[min(max(0, place), n_cells - 1)]))

    def show_cells(self, n_cells: int) -> None:
        """Show so many neurons at once in the trace picture."""
        window = replace(self.snapshot.window, n_cells=max(1, n_cells))
        last = max(0, self.n_cells - window.n_cells)
        self._change(window=replace(window, first_cell=min(window.first_cell, last)))

    def scroll_cells(self, by: int) -> None:
        """Show the neurons further down or up in the trace picture."""
        last = max(0, self.n_cells - self.snapshot.window.n_cells)
        self.set_first_cell(min(max(0, self.snapshot.window.first_cell + by), last))

    @property
    def n_cells(self) -> int:
        """Neurons of the recording, or 0 while they are not known."""
        plan = self.snapshot.check.plan if self.snapshot.check else None
        return plan.n_cells if plan else 0

    @property
    def cells_in_order(self) -> NDArray[np.intp]:
        """Rows of the file from the top of the pictures to the bottom."""
        if self._order is None or len(self._order) != self.n_cells:
            return np.arange(self.n_cells)
        return self._order

    @property
    def is_sorted(self) -> bool:
        """Whether the neurons stand in the order that was asked for."""
        order = self.snapshot.pictures.order
        return order == "cell" or self._order_of == (order, self._wish_of(order))

    def place_of(self, cell: int) -> int:
        """Give the place of a neuron in the order shown."""
        return int(np.flatnonzero(self.cells_in_order == cell)[0])

    def _bring_into_view(self, place: int) -> None:
        window = self.snapshot.window
        if not window.first_cell <= place < window.first_cell + window.n_cells:
            last = max(0, self.n_cells - window.n_cells)
            self.set_first_cell(min(max(0, place - window.n_cells // 2), last))

    # --- trajectory and table ---

    def set_path(self, x: str, y: str = "") -> None:
        """Choose the path: a feature of two components, or two rows of features.

        Raises
        ------
        ParameterError
            If one of them is not there.
        """
        rows = [name for name in (x, y) if name]
        known = x in planes(self) if not y else all(part_named(self, name) for name in rows)
        if not known:
            msg = f"There is no feature {' or '.join(map(repr, rows))} to draw a path of."
            raise ParameterError(msg, where="path")
        self._show(path_x=x, path_y=y)

    def set_colour_by(self, colour_by: ColourBy) -> None:
        """Colour the path by time, or by the activity of the selected neuron."""
        with self._lock:
            if colour_by == "cell" and self.snapshot.pictures.cell is None and self.n_cells:
                self.select_cell(int(self.cells_in_order[0]))
            self._show(colour_by=colour_by)

    def sort_quality(self, column: QualityColumn) -> None:
        """Sort the table by a column; the same one again turns it around."""
        before = self.snapshot.pictures
        descending = ORDERS[column][1] if column in ORDERS else True
        if before.sort_column == column:
            descending = not before.sort_descending
        self._show(sort_column=column, sort_descending=descending, page=0)

    def turn_page(self, by: int) -> None:
        """Turn the pages of the table."""
        last = max(0, -(-self.n_cells // ROWS_PER_PAGE) - 1)
        self._show(page=min(max(0, self.snapshot.pictures.page + by), last))

    # --- measuring ---

    def measure_neurons(self) -> None:
        """Measure the neurons now, if that was cancelled or failed before."""
        if not self.is_measured:
            self._measure("")

    def cancel_measuring(self) -> None:
        """Stop measuring; the neurons stand in the file's order again."""
        if self._aside is not None:
            self._aside.cancel()

    @property
    def is_measured(self) -> bool:
        """Whether the quality is that of what is shown."""
        return self._measured is not None and self._measured == self._wish_of("")

    def new_runner(self) -> Runner:
        """Make a runner of its own for a picture, of the kind that the panel uses."""
        return self._runner.beside()

    def _show(self, **changes: Any) -> None:
        self._change(pictures=replace(self.snapshot.pictures, **changes))

    def _opened(self, inventory: Inventory, request: LoadRequest) -> None:
        with self._lock:
            if self._aside is not None:
                self._aside.close()
            self.quality = self._measured = self._asked = self._order = self._order_of = None
            before = self.snapshot.pictures
            fresh = PictureView(
                shown=before.shown,
                dark=before.dark,
                # They go on growing: pictures tell by them what they have drawn already.
                order_revision=before.order_revision,
                quality_revision=before.quality_revision,
                overlay_revision=before.overlay_revision,
            )
            self._change(pictures=fresh)
            super()._opened(inventory, request)

    def _checked(self, request: LoadRequest, result: CheckResult) -> None:
        super()._checked(request, result)
        pictures = self.snapshot.pictures
        if pictures.cell is not None and pictures.cell >= self.n_cells:
            self._show(cell=None)
        self._prepare_picture()

    def _wish_of(self, order: str) -> _Wish | None:
        """Say what has to be measured for an order; ``None``: nothing can be."""
        check = self.snapshot.check
        if check is None or check.plan is None or check.examination is None:
            return None
        item = check.plan.array_of("calcium")
        return _Wish(
            source=check.inventory.fingerprint,
            neural=f"{item.name} {item.transpose}" if item else "",
            bad=self._bad_of(check),
            feature=order.removeprefix(FEATURE_ORDER) if order.startswith(FEATURE_ORDER) else "",
        )

    def _bad_of(self, check: CheckResult) -> Ranges:
        """Give all frames that are removed, those of a policy included."""
        if check.examination is None:
            return ()
        if self._bad is None or self._bad[0] is not check:
            self._bad = (check, frames.from_mask(check.examination.bad_mask))
        return self._bad[1]

    def _prepare_picture(self) -> None:
        """Measure what the picture on screen needs, if it is not known; sort when it is."""
        order = self.snapshot.pictures.order
        is_of_feature = order.startswith(FEATURE_ORDER)
        needs_quality = self.snapshot.pictures.shown == "quality"
        if is_of_feature and part_named(self, order.removeprefix(FEATURE_ORDER)) is None:
            self._show(order="cell")
            self._sort_cells()
        elif is_of_feature and not self.is_sorted:
            self._measure(order)
        elif (needs_quality or not (is_of_feature or order == "cell")) and not self.is_measured:
            self._measure("")
        else:
            self._sort_cells()

    def _measure(self, order: str) -> None:
        wish, calcium = self._wish_of(order), self.workbench.calcium
        if wish is None or calcium is None or wish == self._asked:
            return
        part = part_named(self, wish.feature) if wish.feature else None
        check = self.snapshot.check
        kept = ~check.examination.bad_mask if check and check.examination else None
        self._asked = wish
        self._show(measuring=0.0)
        self._aside = self._aside or self.new_runner()
        self._aside.start(
            lambda progress: _measured(calcium, part, kept, progress),
            on_done=lambda result: self._keep_measured(result, order, wish),
            on_error=self._not_measured,
            on_progress=self._tell_share,
            on_cancelled=lambda: self._not_measured(None),
        )

    def _keep_measured(self, result: Any, order: str, wish: _Wish) -> None:
        from driada_widgets.core.signals.quality import order_by

        self._asked = None
        with self._lock:
            if order:
                self._stand(order_by(result), order, wish)
                self._show(measuring=None)
            else:
                self.quality, self._measured = result, wish
                revision = self.snapshot.pictures.quality_revision + 1
                self._show(measuring=None, quality_revision=revision)
        self._prepare_picture()

    def _tell_share(self, progress: Progress) -> None:
        if self._asked is not None and progress.total:
            share = progress.done * SHOWN_STEPS // progress.total / SHOWN_STEPS
            self._show(measuring=share)

    def _not_measured(self, error: Exception | None) -> None:
        """Go back to the file's order after a failure, or after *Cancel*."""
        self._asked = None
        with self._lock:
            self._show(measuring=None, order="cell")
            self._sort_cells()
        if error is not None:
            self.show_error("check", "Measure the neurons", error)

    def _sort_cells(self) -> None:
        """Sort by what was measured."""
        from driada_widgets.core.signals.quality import order_by

        order = self.snapshot.pictures.order
        if order == "cell":
            self._stand(None, order, None)
        elif not order.startswith(FEATURE_ORDER) and self.quality is not None:
            wish = self._wish_of(order)
            if self._measured == wish and not self.is_sorted:
                values = getattr(self.quality, order)
                self._stand(order_by(values, descending=ORDERS[order][1]), order, wish)

    def _stand(self, order: NDArray[np.intp] | None, name: str, wish: _Wish | None) -> None:
        if (name, wish) != self._order_of and not (order is None and self._order is None):
            self._order, self._order_of = order, (name, wish)
            self._show(order_revision=self.snapshot.pictures.order_revision + 1)


def _measured(
    calcium: NDArray[Any],
    part: FeaturePart | None,
    kept: NDArray[np.bool_] | None,
    progress: Progress,
) -> Quality | NDArray[np.float64]:
    """Measure all neurons, or their correlation with a feature."""
    from driada_widgets.core.signals import quality

    if part is None:
        return quality.measure_quality(calcium, kept=kept, progress=progress)
    if part.period:
        return quality.circular_correlation(
            calcium, part.values, part.period, kept=kept, progress=progress
        )
    return quality.correlation(calcium, part.values, kept=kept, progress=progress)

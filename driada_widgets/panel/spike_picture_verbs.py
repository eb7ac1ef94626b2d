"""The user's verbs in the pictures of spikes: raster, table of quality, neurons tried first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.panel.overlay_verbs import OverlayVerbs
from driada_widgets.panel.picture_verbs import ROWS_PER_PAGE, SHOWN_STEPS
from driada_widgets.panel.picture_view import TRIED_ORDER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.report import Progress
    from driada_widgets.panel.jobs import Runner
    from driada_widgets.panel.spike_view import SpikeColumn, SpikePicture, SpikeRow

__all__ = ["SpikePictureVerbs"]


class SpikePictureVerbs(OverlayVerbs):
    """Looking at spikes: it changes what is seen, never what is built."""

    spike_rows: tuple[SpikeRow, ...] = ()
    """What the spikes of each neuron are worth, once they were judged."""
    _judged: Experiment | None = None
    _events: tuple[Experiment, NDArray[np.generic] | None] | None = None
    _judge: Runner | None = None

    @property
    def spikes_on_screen(self) -> NDArray[np.generic] | None:
        """Events of the built experiment, on the neurons and frames of the recording.

        Not 0 where there is an event, shape ``(n_cells, n_frames)`` as recorded; ``None`` if there
        are none, or the recording is used otherwise by now.
        """
        experiment = self.experiment
        if experiment is None:
            return None
        if self._events is None or self._events[0] is not experiment:
            # Gathering the contents asks every neuron; spikes of a built experiment stay.
            self._events = (experiment, experiment.contents.spikes)
        found = self._events[1]
        is_same = found is not None and found.shape == (self.n_cells, self.n_frames)
        return found if is_same else None

    def show_spike_picture(self, name: SpikePicture) -> None:
        """Show the raster, or the table of quality."""
        self._set_spikes(shown=name)
        self.judge_spikes()

    def sort_spikes(self, column: SpikeColumn) -> None:
        """Sort the table by a column; the same one again turns it around."""
        before = self.snapshot.spikes
        descending = column not in ("cell", "t_rise_sec", "t_off_sec")
        if before.sort_column == column:
            descending = not before.sort_descending
        self._set_spikes(sort_column=column, sort_descending=descending, page=0)

    def turn_spike_page(self, by: int) -> None:
        """Turn the pages of the table."""
        last = max(0, -(-len(self.spike_rows) // ROWS_PER_PAGE) - 1)
        self._set_spikes(page=min(max(0, self.snapshot.spikes.page + by), last))

    def judge_spikes(self) -> None:
        """Judge the spikes of all neurons, if the table shows them and nobody did yet."""
        experiment = self.experiment
        is_wanted = self.snapshot.spikes.shown == "quality" and self.spikes_on_screen is not None
        if experiment is None or not is_wanted or experiment is self._judged:
            return
        from driada_widgets.panel.spike_rows import rows_of

        self._judge = self._judge or self.new_runner()
        self._set_spikes(measuring=0.0)
        self._judge.start(
            lambda progress: rows_of(experiment, experiment.spike_quality(progress=progress)),
            on_done=lambda rows: self._keep_judged(experiment, rows),
            on_error=self._not_judged,
            on_progress=self._tell_judged,
        )

    def look_at_tried(self, cell: int | None = None) -> None:
        """Show the traces with the neurons that were tried first, and select one of them."""
        tried = [row.cell for row in self.snapshot.spikes.tried]
        if not tried:
            return
        with self._lock, self._as_one():
            self.set_order(TRIED_ORDER)
            self.select_cell(tried[0] if cell is None else cell)
            self.show_picture("traces")
            self._set_spikes(n_looks=self.snapshot.spikes.n_looks + 1)
            self.go("check")

    def set_order(self, order: str) -> None:
        """Sort the neurons of all pictures; those that were tried can stand first too."""
        if order != TRIED_ORDER or not self.snapshot.spikes.tried:
            super().set_order(order)
            return
        with self._lock, self._as_one():
            self._show(order=order)
            self.set_first_cell(0)
            self._prepare_picture()

    # --- what they rest on ---

    def _set_spikes(self, **changes: Any) -> None:
        with self._lock:
            self._change(spikes=replace(self.snapshot.spikes, **changes))

    def _spikes_changed(self) -> None:
        """Other spikes are on screen, or none: draw them over the traces, and judge them anew."""
        from driada_widgets.panel.found_overlay import found_overlay

        if self._judge is not None:
            self._judge.close()
        self.spike_rows, self._judged = (), None
        self._set_spikes(measuring=None, page=0)
        has_spikes = self.experiment is not None and self.spikes_on_screen is not None
        self.show_overlay(
            found_overlay(self.experiment) if has_spikes and self.experiment else None
        )
        self.judge_spikes()

    def _keep_judged(self, experiment: Experiment, rows: tuple[SpikeRow, ...]) -> None:
        self.spike_rows, self._judged = rows, experiment
        revision = self.snapshot.spikes.quality_revision + 1
        self._set_spikes(measuring=None, quality_revision=revision)

    def _tell_judged(self, progress: Progress) -> None:
        if self.snapshot.spikes.measuring is not None and progress.total:
            share = progress.done * SHOWN_STEPS // progress.total / SHOWN_STEPS
            self._set_spikes(measuring=share)

    def _not_judged(self, error: Exception) -> None:
        self._set_spikes(measuring=None)
        self.show_error("build", "Judge the spikes", error)

    def _prepare_picture(self) -> None:
        """Let the neurons that were tried stand first, where that was asked for."""
        if self.snapshot.pictures.order != TRIED_ORDER:
            super()._prepare_picture()
            return
        if self.snapshot.pictures.shown == "quality" and not self.is_measured:
            self._measure("")
        self._sort_cells()

    def _sort_cells(self) -> None:
        if self.snapshot.pictures.order != TRIED_ORDER:
            super()._sort_cells()
            return
        tried = [row.cell for row in self.snapshot.spikes.tried if row.cell < self.n_cells]
        others = np.setdiff1d(np.arange(self.n_cells), tried)
        order = np.concatenate([np.array(tried, dtype=np.intp), others])
        self._stand(order, TRIED_ORDER, self._wish_of(TRIED_ORDER))

    def _wish_of(self, order: str) -> Any:
        wish = super()._wish_of(order)
        if wish is None or order != TRIED_ORDER:
            return wish
        tried = ",".join(str(row.cell) for row in self.snapshot.spikes.tried)
        return replace(wish, feature=f"tried {tried}")

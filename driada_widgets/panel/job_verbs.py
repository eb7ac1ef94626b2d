"""Long calls: started, followed, cancelled; one at a time."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from driada_widgets.core.road import stages
from driada_widgets.panel.snapshot import WORK, JobView
from driada_widgets.panel.state_base import StateBase

if TYPE_CHECKING:
    from collections.abc import Callable

    from driada_widgets.core.report import Progress
    from driada_widgets.panel.snapshot import JobKind, StepName
    from driada_widgets.panel.work_view import BatchView, WorkView

__all__ = ["JobVerbs"]

_STAGES = {"build": stages.BUILD, "save": stages.SAVE}
_STEP_OF: dict[str, StepName] = {"check": "check", "build": "build", "spikes": "build"}


class JobVerbs(StateBase):
    """Runs what takes long, and shows how far it is."""

    def cancel(self) -> None:
        """Stop the long call at its next safe point."""
        if self.snapshot.is_busy:
            self._change(job=replace(self.snapshot.job, cancelling=True))
            self._runner.cancel()

    def _start(
        self,
        kind: JobKind,
        what: str,
        work: Callable[[Progress], Any],
        on_done: Callable[[Any], object],
        *,
        step: StepName | None = None,
        on_tick: Callable[[], object] | None = None,
        on_cancelled: Callable[[], object] | None = None,
        patience_sec: float = 0.0,
    ) -> None:
        """Run a long call; while one runs that must not be disturbed, nothing is started.

        Parameters
        ----------
        kind
            What runs.
        what
            Its name, verb first, for its errors and the log.
        work
            Runs in the worker; touches no snapshot and no widget.
        on_done
            Gets its result.
        step
            Step that shows it; ``None``: that of the kind.
        on_tick
            Called with each progress, to show what the worker has left.
        on_cancelled
            Called when it was cancelled.
        patience_sec
            Stay here so long for its end.
        """
        if self.snapshot.job.kind in WORK:
            return
        place: StepName = step or _STEP_OF.get(kind, "save")
        started = time.monotonic()
        self._change(job=JobView(kind=kind, step=place, stage=what))

        def on_progress(progress: Progress) -> None:
            if self.snapshot.job.kind == kind:
                self._change(job=self._view(progress, what, time.monotonic() - started))
                if on_tick is not None:
                    on_tick()

        def on_error(error: Exception) -> None:
            self._change(job=JobView())
            self.show_error(place, what, error)

        def cancelled() -> None:
            line = f"{what}: cancelled, nothing was left behind"
            self._change(job=JobView(), log=self._logged(line))
            if on_cancelled is not None:
                on_cancelled()

        self._runner.start(
            work,
            on_done=on_done,
            on_error=on_error,
            on_progress=on_progress,
            on_cancelled=cancelled,
            patience_sec=patience_sec,
        )

    def _view(self, progress: Progress, what: str, elapsed_sec: float) -> JobView:
        job = self.snapshot.job
        return replace(
            job,
            stage=progress.stage or what,
            place=stages.place(progress.stage, _STAGES.get(job.kind, ())),
            done=progress.done,
            total=progress.total,
            counts=progress.counts,
            left_sec=progress.left_sec,
            elapsed_sec=elapsed_sec,
            cancelling=progress.cancelled,
        )

    def _set_work(self, **changes: Any) -> None:
        """Change what the snapshot says about the work around the experiment."""
        with self._lock:
            work: WorkView = replace(self.snapshot.work, **changes)
            self._change(work=work)

    def _set_batch(self, **changes: Any) -> None:
        """Change what the snapshot says about more sessions."""
        with self._lock:
            batch: BatchView = replace(self.snapshot.work.batch, **changes)
            self._set_work(batch=batch)

"""Long calls behind the panel: one worker, progress, cancel, the latest wins.

The worker thread writes a plain :class:`Job`. A task made in the handler, with the handler's
context and loop, reads it and alone calls back; so widgets are never touched from the worker.
Messages sent from a bare thread vanish in some kernels (ipykernel 7.0).
"""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

from driada_widgets.core.errors import LoadCancelledError
from driada_widgets.core.machine import trim_memory
from driada_widgets.core.report import Progress
from driada_widgets.panel.binding import guarded, report_error

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["QUIET_SEC", "InlineRunner", "Job", "Runner", "Worker"]

_FIRST_WAIT_SEC = 0.005  # a short job is seen at once ...
_WAIT_SEC = 0.05  # ... a long one twenty times a second
_REST_SEC = 0.5  # what follows a job at once comes before memory is tidied
QUIET_SEC = 0.07
"""A call that ends sooner tells its end only: each telling shows the panel anew."""


@dataclass(slots=True, kw_only=True)
class Job:
    """One call and what became of it. Written by the worker, read by the follower."""

    work: Callable[[Progress], Any]
    on_done: Callable[[Any], object]
    on_error: Callable[[Exception], object]
    on_progress: Callable[[Progress], object] | None = None
    on_cancelled: Callable[[], object] | None = None
    progress: Progress = field(default_factory=Progress)
    state: Literal["waiting", "running", "done", "failed", "cancelled"] = "waiting"
    superseded: bool = False
    patience_sec: float = 0.0
    result: Any = None
    error: Exception | None = None
    finished: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Do the work in this thread and keep what comes of it; raises nothing."""
        try:
            self.progress.check()
            self.state = "running"
            self.result = self.work(self.progress)
            self.state = "done"
        except LoadCancelledError:
            self.state = "cancelled"
        except Exception as error:  # noqa: BLE001 - kept, and shown by the follower
            self.error = error
            self.state = "failed"
        finally:
            self.finished.set()

    def deliver(self) -> None:
        """Call back with the outcome; a callback that fails is shown as an error."""
        if self.superseded:
            return
        if self.state == "done":
            guarded(self.on_done, self.on_error)(self.result)
        elif self.state == "failed" and self.error is not None:
            report_error(self.error, self.on_error)
        elif self.state == "cancelled" and self.on_cancelled is not None:
            guarded(self.on_cancelled, self.on_error)()

    def tell_progress(self) -> None:
        """Call back with the progress so far."""
        if self.on_progress is not None:
            guarded(self.on_progress, self.on_error)(self.progress)

    def supersede(self) -> None:
        """Stop soon and call nobody back."""
        self.superseded = True
        self.progress.cancel()


class Runner(ABC):
    """Runs one call at a time; a new one replaces the one before."""

    def __init__(self) -> None:
        self._job: Job | None = None

    def beside(self) -> Self:
        """Give another runner of this kind, whose calls neither wait for these nor replace them."""
        return type(self)()

    @property
    def leaves_free(self) -> bool:
        """Whether the caller goes on meanwhile: only then is work done before it is asked for."""
        return True

    @property
    def busy(self) -> bool:
        """Whether a call is waiting or running."""
        return self._job is not None and not self._job.finished.is_set()

    def start(
        self,
        work: Callable[[Progress], Any],
        *,
        on_done: Callable[[Any], object],
        on_error: Callable[[Exception], object],
        on_progress: Callable[[Progress], object] | None = None,
        on_cancelled: Callable[[], object] | None = None,
        delay_sec: float = 0.0,
        patience_sec: float = 0.0,
    ) -> Job:
        """Run ``work(progress)``, then call back exactly one of the three outcomes.

        Parameters
        ----------
        work
            The long call. It touches no widget and calls ``progress.check()`` often.
        on_done
            Gets the result.
        on_error
            Gets the exception, also one raised by another callback.
        on_progress
            Gets the progress again and again while the call runs, changed or not.
        on_cancelled
            Called when the call has stopped after :meth:`cancel`.
        delay_sec
            Wait so long first; a call started meanwhile replaces this one unrun.
        patience_sec
            Stay here so long while it runs: what ends meanwhile is called back before this
            returns, so that what it changes is shown together with what led to it.

        Returns
        -------
        Job
            The call. One that was replaced stops soon and calls nobody back.
        """
        job = Job(
            work=work,
            on_done=on_done,
            on_error=on_error,
            on_progress=on_progress,
            on_cancelled=on_cancelled,
            patience_sec=patience_sec,
        )
        before, self._job = self._job, job
        if before is not None:
            before.supersede()
        self._launch(job, delay_sec)
        return job

    def cancel(self) -> None:
        """Ask the running call to stop at its next safe point."""
        if self._job is not None:
            self._job.progress.cancel()

    def close(self) -> None:
        """Stop, and call nobody back any more."""
        if self._job is not None:
            self._job.supersede()

    @abstractmethod
    def _launch(self, job: Job, delay_sec: float) -> None: ...


class InlineRunner(Runner):
    """Runs calls at once, in the caller's thread: for tests and scripts."""

    @property
    def leaves_free(self) -> bool:
        """Nobody goes on meanwhile."""
        return False

    def _launch(self, job: Job, delay_sec: float) -> None:
        del delay_sec
        job.tell_progress()
        job.run()
        job.tell_progress()
        job.deliver()


class Worker(Runner):
    """Runs calls in a thread, one after another.

    Where no event loop runs (a plain script), nobody could follow a thread: the call is then
    done at once, in this thread.
    """

    def __init__(self) -> None:
        super().__init__()
        self._turn = threading.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def leaves_free(self) -> bool:
        """The loop goes on, where there is one."""
        return _running_loop() is not None

    def _launch(self, job: Job, delay_sec: float) -> None:
        loop = _running_loop()
        if loop is None:
            self._take_turn(job)
            job.deliver()
            return
        if job.patience_sec > 0:
            self._begin(job)
            if job.finished.wait(job.patience_sec):
                self._end(job, loop)
                return
        task = loop.create_task(self._follow(job, delay_sec))
        self._tasks.add(task)  # the loop itself keeps only a weak reference
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, job: Job, delay_sec: float) -> None:
        if delay_sec > 0:
            await asyncio.sleep(delay_sec)
        if job.superseded:
            job.finished.set()
            return
        if job.patience_sec <= 0:
            self._begin(job)
        wait_sec, waited_sec = _FIRST_WAIT_SEC, job.patience_sec
        while not (job.finished.is_set() or job.superseded):
            if waited_sec >= QUIET_SEC:
                job.tell_progress()
            await asyncio.sleep(wait_sec)
            waited_sec += wait_sec
            wait_sec = min(2 * wait_sec, _WAIT_SEC)
        self._end(job, asyncio.get_running_loop())

    def _begin(self, job: Job) -> None:
        threading.Thread(target=self._take_turn, args=(job,), name="dw-worker", daemon=True).start()

    def _end(self, job: Job, loop: asyncio.AbstractEventLoop) -> None:
        job.deliver()
        loop.call_later(_REST_SEC, self._rest, job)

    def _rest(self, job: Job) -> None:
        """Tidy memory, unless another call has begun meanwhile; nothing here waits for it."""
        if job is self._job:
            threading.Thread(target=trim_memory, name="dw-rest", daemon=True).start()

    def _take_turn(self, job: Job) -> None:
        with self._turn:
            job.run()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None

"""One call a neuron, on several threads: in order, with progress, and stopped at once.

Results do not depend on the number of workers: neurons share nothing but what is prepared before.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

from driada_widgets.core.errors import LoadCancelledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from driada_widgets.core.report import Progress

__all__ = ["number_of_workers", "over_cells"]

Result = TypeVar("Result")

POLL_SEC = 0.05
"""Longest time until a cancelled call notices."""


def number_of_workers(n_jobs: int | None, n_cells: int) -> int:
    """Give the number of threads for a number of jobs.

    Parameters
    ----------
    n_jobs
        -1 or ``None``: one a processor; other negative numbers leave some processors free.
    n_cells
        More threads than neurons are not used.

    Returns
    -------
    int
        At least 1.
    """
    n_processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    n_processors = n_processors or os.cpu_count() or 1
    wanted = -1 if n_jobs is None or n_jobs == 0 else n_jobs
    if wanted < 0:
        wanted = n_processors + 1 + wanted
    return max(1, min(wanted, n_cells))


def over_cells(
    work: Callable[[int, Callable[[], None]], Result],
    n_cells: int,
    *,
    stage: str,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> list[Result]:
    """Do the work of every neuron.

    Parameters
    ----------
    work
        Takes the index of the neuron and a function to be called now and then, which stops the
        work by raising.
    n_cells
        Number of neurons.
    stage
        What is done, for a person.
    n_workers
        Threads. With one, everything happens in the calling thread.
    progress
        Told about every neuron, in the calling thread; asked whether to stop.

    Returns
    -------
    list
        Results in the order of the neurons.

    Raises
    ------
    LoadCancelledError
        If the progress was cancelled. No thread is left behind.
    """
    if progress is not None:
        progress.begin(stage, n_cells)
    if n_workers <= 1:
        return [_one(work, cell, progress) for cell in range(n_cells)]
    stopped = threading.Event()

    def check() -> None:
        if stopped.is_set():
            msg = "Stopped."
            raise LoadCancelledError(msg)

    with ThreadPoolExecutor(n_workers, thread_name_prefix="spikes") as pool:
        futures = [pool.submit(work, cell, check) for cell in range(n_cells)]
        try:
            _wait_for(futures, progress)
        except BaseException:
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [future.result() for future in futures]


def _one(
    work: Callable[[int, Callable[[], None]], Result], cell: int, progress: Progress | None
) -> Result:
    result = work(cell, _no_check if progress is None else progress.check)
    if progress is not None:
        progress.advance()
    return result


def _no_check() -> None:
    """Never stop."""


def _wait_for(futures: list[Future[Result]], progress: Progress | None) -> None:
    pending = set(futures)
    while pending:
        timeout = None if progress is None else POLL_SEC
        done, pending = wait(pending, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()
        if progress is not None:
            progress.check()
            if done:
                progress.advance(len(done))

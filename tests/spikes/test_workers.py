"""Work neuron by neuron: order, progress, cancel, and nothing that depends on the workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from driada_widgets.core.errors import LoadCancelledError
from driada_widgets.core.report import Progress
from driada_widgets.core.spikes.workers import number_of_workers, over_cells
from tests.promptness import promptly


@pytest.mark.parametrize("n_workers", [1, 3])
def test_results_come_in_order(n_workers: int) -> None:
    """Whoever finishes first, results are in the order of the neurons, and all are counted."""
    progress = Progress()

    def work(cell: int, check: Callable[[], None]) -> int:
        check()
        time.sleep(0.002 * (5 - cell))
        return cell * cell

    found = over_cells(work, 5, stage="Working", n_workers=n_workers, progress=progress)

    assert found == [0, 1, 4, 9, 16]
    assert (progress.stage, progress.done, progress.total) == ("Working", 5, 5)


@pytest.mark.parametrize("n_workers", [1, 2])
def test_cancel_is_fast_and_leaves_no_thread(n_workers: int) -> None:
    """A cancelled call ends within 0.3 s although its neurons would take for ever."""
    before = set(threading.enumerate())

    def work(cell: int, check: Callable[[], None]) -> None:
        while True:
            check()
            time.sleep(0.005)

    def attempt(_number: int) -> float:
        progress = Progress()
        timer = threading.Timer(0.1, progress.cancel)
        timer.start()
        started = time.monotonic()
        with pytest.raises(LoadCancelledError):
            over_cells(work, 50, stage="Working", n_workers=n_workers, progress=progress)
        elapsed_sec = time.monotonic() - started
        timer.join()
        return elapsed_sec - 0.1

    promptly(attempt)
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("n_workers", [1, 2])
def test_an_error_of_one_neuron_comes_out(n_workers: int) -> None:
    """It ends the call; what has not begun is not begun."""
    begun = []

    def work(cell: int, check: Callable[[], None]) -> None:
        begun.append(cell)
        if cell == 1:
            msg = "neuron 1"
            raise ZeroDivisionError(msg)
        time.sleep(0.01)

    with pytest.raises(ZeroDivisionError, match="neuron 1"):
        over_cells(work, 100, stage="Working", n_workers=n_workers)

    assert len(begun) < 100


@pytest.mark.parametrize(
    ("n_jobs", "n_cells", "expected"), [(1, 9, 1), (4, 9, 4), (4, 2, 2), (-1000, 9, 1), (3, 0, 1)]
)
def test_numbers_of_workers(n_jobs: int, n_cells: int, expected: int) -> None:
    """Never more than neurons, never none."""
    assert expected == number_of_workers(n_jobs, n_cells)


def test_all_processors_are_the_default() -> None:
    """-1, 0 and none mean the same: one worker a processor."""
    assert number_of_workers(-1, 999) == number_of_workers(None, 999) == number_of_workers(0, 999)

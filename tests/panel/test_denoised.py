"""Denoised traces of the neurons on screen: once made they are kept, stale ones are dropped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.signals.denoise import denoise
from driada_widgets.panel import denoised
from driada_widgets.panel.denoised import DenoisedTraces
from driada_widgets.panel.jobs import Job, Runner
from tests.widgets import unexpected


class Later(Runner):
    """Does what it was asked when a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[Job] = []

    def _launch(self, job: Job, delay_sec: float) -> None:
        del delay_sec
        self.jobs.append(job)

    def work(self) -> None:
        """Do all that was asked for."""
        for job in self.jobs:
            job.run()
            job.deliver()
        self.jobs.clear()


@pytest.fixture
def calcium(rng: np.random.Generator) -> NDArray[np.float64]:
    """Give six noisy traces."""
    return rng.standard_normal((6, 500))


def made(**options: Any) -> tuple[DenoisedTraces, Later, list[str]]:
    """Give the traces, their runner, and what is told."""
    told: list[str] = []
    runner = Later()
    given: dict[str, Any] = {"on_error": unexpected, **options}
    return DenoisedTraces(runner, lambda: told.append("ready"), **given), runner, told


def test_traces_come_when_they_are_made(calcium: NDArray[np.float64]) -> None:
    """Nothing waits for them; asking again starts nothing new; then they are at hand."""
    traces, runner, told = made()

    first = traces.rows(calcium, [0, 2], "a")
    again = traces.rows(calcium, [0, 2], "a")
    n_asked = len(runner.jobs)
    runner.work()
    rows = traces.rows(calcium, [2, 0], "a")

    assert (first, again, n_asked, told) == (None, None, 1, ["ready"])
    assert rows is not None
    np.testing.assert_array_equal(rows, [denoise(calcium[2]), denoise(calcium[0])])
    assert runner.jobs == []


def test_only_what_is_missing_is_made(calcium: NDArray[np.float64]) -> None:
    """Scrolling by one neuron makes one trace; the latest wish wins."""
    traces, runner, told = made()
    traces.rows(calcium, [0, 1], "a")
    runner.work()

    traces.rows(calcium, [4, 5], "a")
    traces.rows(calcium, [1, 2], "a")
    runner.work()

    assert told == ["ready", "ready"]
    assert traces.rows(calcium, [0, 1, 2], "a") is not None
    assert traces.rows(calcium, [4], "a") is None


def test_traces_of_another_recording_are_not_kept(calcium: NDArray[np.float64]) -> None:
    """What was being made of one array is never shown as that of another."""
    traces, runner, told = made()
    traces.rows(calcium, [0], "a")

    other = traces.rows(-calcium, [0], "b")
    runner.work()
    rows = traces.rows(-calcium, [0], "b")

    assert other is None
    assert told == ["ready"]
    assert rows is not None
    np.testing.assert_array_equal(rows[0], denoise(-calcium[0]))


def test_few_are_kept_that_are_not_on_screen(
    calcium: NDArray[np.float64], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Walking through all neurons needs no more memory than a few of them."""
    monkeypatch.setattr(denoised, "KEPT_BYTES", 3 * 500 * 4)
    traces, runner, _ = made()
    for cell in range(6):
        traces.rows(calcium, [cell], "a")
        runner.work()

    assert traces.rows(calcium, [3, 4, 5], "a") is not None
    assert traces.rows(calcium, [0], "a") is None


def test_failure_is_told_and_can_be_tried_again(calcium: NDArray[np.float64]) -> None:
    """An exception in the worker reaches the person; the same wish starts anew."""
    errors: list[Exception] = []
    traces, runner, told = made(on_error=errors.append)

    traces.rows(calcium, [99], "a")
    runner.work()
    traces.rows(calcium, [99], "a")

    assert [type(error) for error in errors] == [IndexError]
    assert (told, len(runner.jobs)) == ([], 1)

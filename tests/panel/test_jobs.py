"""One worker: progress, cancel, the latest wins, no error lost."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from driada_widgets.core.report import Progress
from driada_widgets.panel import jobs
from driada_widgets.panel.jobs import InlineRunner, Runner, Worker
from tests.promptness import promptly
from tests.widgets import unexpected

RUNNERS = [pytest.param(Worker, id="worker"), pytest.param(InlineRunner, id="inline")]


def in_loop(handler: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run as a handler runs in a kernel: inside a loop."""
    asyncio.run(asyncio.wait_for(handler(), timeout=60))


async def until(is_true: Callable[[], object]) -> None:
    """Let the loop go on until something holds."""
    while not is_true():
        await asyncio.sleep(0.005)


def steps(progress: Progress, n_steps: int = 400) -> str:
    """Work two seconds in small steps."""
    progress.begin("Counting", n_steps)
    for _ in range(n_steps):
        time.sleep(0.005)
        progress.advance()
    return "counted"


def saying(name: str, heard: list[str]) -> Callable[[Progress], str]:
    """Give a call that notes its name and returns it."""

    def work(_progress: Progress) -> str:
        heard.append(name)
        return name

    return work


@pytest.mark.parametrize("make", RUNNERS)
def test_result_is_delivered(make: type[Runner]) -> None:
    """What the call gives reaches ``on_done``, once."""
    results: list[int] = []

    async def handler() -> None:
        make().start(lambda _progress: 42, on_done=results.append, on_error=unexpected)
        await until(lambda: results)

    in_loop(handler)

    assert results == [42]


@pytest.mark.parametrize("make", RUNNERS)
def test_exception_is_delivered(make: type[Runner]) -> None:
    """What the call raises reaches ``on_error``, with its traceback."""
    errors: list[Exception] = []

    async def handler() -> None:
        make().start(lambda _progress: 1 / 0, on_done=unexpected, on_error=errors.append)
        await until(lambda: errors)

    in_loop(handler)

    assert [type(error) for error in errors] == [ZeroDivisionError]
    assert errors[0].__traceback__ is not None


@pytest.mark.parametrize("make", RUNNERS)
def test_exception_in_a_callback_is_delivered(make: type[Runner]) -> None:
    """A result that cannot be shown is an error too."""
    errors: list[Exception] = []

    async def handler() -> None:
        make().start(lambda _progress: 0, on_done=lambda n: 1 / n, on_error=errors.append)
        await until(lambda: errors)

    in_loop(handler)

    assert [type(error) for error in errors] == [ZeroDivisionError]


def test_work_is_done_elsewhere_and_delivered_here() -> None:
    """Only the handler's thread touches widgets; the work holds up nobody."""
    threads: list[threading.Thread] = []
    here = threading.current_thread()

    async def handler() -> None:
        Worker().start(
            lambda _progress: threads.append(threading.current_thread()),
            on_done=lambda _none: threads.append(threading.current_thread()),
            on_error=unexpected,
        )
        await until(lambda: len(threads) == 2)

    in_loop(handler)

    assert threads[0] is not here
    assert threads[1] is here


def test_patient_call_is_delivered_before_start_returns() -> None:
    """What ends while the caller stays is called back at once, from the caller's thread."""
    told: list[object] = []

    async def handler() -> None:
        Worker().start(
            lambda _progress: threading.current_thread(),
            on_done=lambda thread: told.extend([thread, threading.current_thread()]),
            on_error=unexpected,
            patience_sec=60.0,
        )
        told.append("started")

    in_loop(handler)

    worker, here, last = told
    assert worker is not here
    assert (here, last) == (threading.current_thread(), "started")


def test_patience_ends() -> None:
    """What takes longer is followed as any other call: run once, called back once."""
    told: list[str] = []
    may_end = threading.Event()

    def work(_progress: Progress) -> None:
        told.append("run")
        may_end.wait(10)

    async def handler() -> None:
        Worker().start(
            work,
            on_done=lambda _: told.append("done"),
            on_error=unexpected,
            patience_sec=0.01,
        )
        told.append("started")
        may_end.set()
        await until(lambda: "done" in told)

    in_loop(handler)

    assert sorted(told) == ["done", "run", "started"]
    assert told[-1] == "done"


def test_memory_is_tidied_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a rest, another thread gives memory back: no message of a person waits for it."""
    threads: list[threading.Thread] = []
    monkeypatch.setattr(jobs, "_REST_SEC", 0.01)
    monkeypatch.setattr(jobs, "trim_memory", lambda: threads.append(threading.current_thread()))

    async def handler() -> None:
        Worker().start(lambda _progress: None, on_done=lambda _: None, on_error=unexpected)
        await until(lambda: threads)

    in_loop(handler)

    assert threads[0] is not threading.current_thread()


def test_progress_is_told_while_it_runs() -> None:
    """The bar moves, and the loop stays free, while the call runs."""
    seen: list[int] = []
    n_turns = 0

    async def handler() -> None:
        nonlocal n_turns
        worker = Worker()
        worker.start(
            lambda progress: steps(progress, 60),
            on_done=lambda _text: None,
            on_error=unexpected,
            on_progress=lambda progress: seen.append(progress.done),
        )
        while worker.busy:
            await asyncio.sleep(0.01)
            n_turns += 1

    in_loop(handler)

    assert len(set(seen)) >= 3
    assert seen == sorted(seen)
    assert n_turns >= 10


def test_cancel_takes_effect_soon() -> None:
    """Cancel stops the call at its next safe point and says so, within 0.3 s."""

    def attempt(_number: int) -> float:
        told: list[float] = []

        async def handler() -> None:
            worker = Worker()
            worker.start(
                steps,
                on_done=unexpected,
                on_error=unexpected,
                on_cancelled=lambda: told.append(time.perf_counter()),
            )
            await asyncio.sleep(0.1)
            asked = time.perf_counter()
            worker.cancel()
            await until(lambda: told)
            told[0] -= asked

        in_loop(handler)
        return told[0]

    promptly(attempt)


def test_the_latest_wins() -> None:
    """A newer call replaces the older one, whose result is never shown."""
    results: list[str] = []

    async def handler() -> None:
        worker = Worker()
        worker.start(steps, on_done=unexpected, on_error=unexpected, on_cancelled=results.clear)
        await asyncio.sleep(0.05)
        for name in "abc":
            worker.start(saying(name, []), on_done=results.append, on_error=unexpected)
        await until(lambda: results)
        await asyncio.sleep(0.1)

    in_loop(handler)

    assert results == ["c"]


def test_calls_do_not_overlap() -> None:
    """The new call waits until the old one has let go of what it works on."""
    working = 0
    most = 0

    def work(progress: Progress) -> None:
        nonlocal working, most
        working += 1
        most = max(most, working)
        time.sleep(0.03)
        working -= 1
        progress.check()

    async def handler() -> None:
        worker = Worker()
        done: list[None] = []
        for _ in range(5):
            worker.start(work, on_done=done.append, on_error=unexpected)
            await asyncio.sleep(0.01)
        await until(lambda: done)

    in_loop(handler)

    assert most == 1


def test_delayed_call_that_is_replaced_never_runs() -> None:
    """Quick changes one after another cost one call."""
    ran: list[str] = []

    async def handler() -> None:
        worker = Worker()
        for name in "abc":
            worker.start(
                saying(name, ran),
                on_done=lambda _none: None,
                on_error=unexpected,
                delay_sec=0.05,
            )
            await asyncio.sleep(0.01)
        await until(lambda: ran)
        await asyncio.sleep(0.1)

    in_loop(handler)

    assert ran == ["c"]


def test_closed_worker_calls_nobody_back() -> None:
    """After the panel is closed nothing of it is touched."""
    stopped: list[bool] = []

    async def handler() -> None:
        worker = Worker()
        job = worker.start(
            steps,
            on_done=unexpected,
            on_error=unexpected,
            on_cancelled=lambda: stopped.append(True),
        )
        await asyncio.sleep(0.05)
        worker.close()
        await until(job.finished.is_set)
        await asyncio.sleep(0.1)

    in_loop(handler)

    assert stopped == []


def test_worker_without_a_loop_works_at_once() -> None:
    """In a plain script nobody could follow a thread, so the call is done here and now."""
    results: list[int] = []

    worker = Worker()
    worker.start(lambda _progress: 42, on_done=results.append, on_error=unexpected)

    assert results == [42]
    assert not worker.busy


@pytest.mark.parametrize("make", RUNNERS)
def test_call_can_start_another_from_its_callback(make: type[Runner]) -> None:
    """A check that is done may begin a build."""
    results: list[str] = []

    async def handler() -> None:
        runner = make()

        def then(_first: object) -> None:
            runner.start(lambda _progress: "second", on_done=results.append, on_error=unexpected)

        runner.start(lambda _progress: "first", on_done=then, on_error=unexpected)
        await until(lambda: results)

    in_loop(handler)

    assert results == ["second"]

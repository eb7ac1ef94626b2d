"""Step Build: what it takes here, the one question about the cache, stages, Cancel, the result."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core import machine
from driada_widgets.core.errors import LoadCancelledError
from driada_widgets.core.pipeline import run
from driada_widgets.core.report import Progress
from driada_widgets.core.request.model import LoadRequest, SaveSpec, SourceSpec
from driada_widgets.core.road import opening
from driada_widgets.core.workbench import Workbench
from driada_widgets.panel.jobs import Worker
from driada_widgets.panel.roots import Roots
from driada_widgets.panel.sections.progress import stage_words
from driada_widgets.panel.snapshot import JobView
from driada_widgets.panel.state import PanelState
from tests.panels import checked_panel, opened_state, write_recording
from tests.promptness import promptly
from tests.samples import make_aligned
from tests.widgets import choose, click, find, text_of


def to_build(root: Path) -> Any:
    """Give a panel whose recording is checked, at step Build."""
    panel = checked_panel(root)
    panel.state.go("build")
    return panel


def is_shown(widget: Any) -> bool:
    """Say whether a widget is on screen, as far as its own layout goes."""
    return bool(widget.layout.display != "none")


def save_before(root: Path, **changes: Any) -> Path:
    """Save the recording's experiment as the panel would, with other options."""
    state = opened_state(write_recording(root))
    request = replace(state._completed(state.snapshot.request), **changes)
    path = run(replace(request, save=SaveSpec())).saved_to
    assert path is not None
    return path


# --- what it takes ---


def test_cost_is_shown_beside_what_the_machine_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Low and high estimate of memory, time and disk, each with what is free."""
    monkeypatch.setattr(machine, "free_memory", lambda: 14_000_000_000)
    monkeypatch.setattr(machine, "free_disk", lambda _: 90_000_000_000)

    panel = to_build(tmp_path)
    cost = find(panel, "dw-cost")
    whole = cost.value
    panel.state.mark_bad(0, 10)

    assert "For 5 neurons × 1,000 frames:" in whole
    assert "For 5 neurons × 990 frames:" in cost.value
    for text in ("80.0 kB to 120.0 kB", "14.0 GB free", "about 0.1 s", "90.0 GB free"):
        assert text in whole
    assert "dw-cost-bad" not in cost._dom_classes


def test_cost_that_does_not_fit_is_red_with_remedies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The button stays: the estimate may be wrong, and the person has read it."""
    monkeypatch.setattr(machine, "free_memory", lambda: 10_000)
    panel = to_build(tmp_path)
    cost = find(panel, "dw-cost")

    assert "dw-cost-bad" in cost._dom_classes
    assert "It will not fit into memory" in cost.value
    assert "float32" in cost.value
    assert not find(panel, "dw-build").disabled


def test_room_is_that_of_the_chosen_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another folder in step Save may lie on another disk."""
    asked: list[Path] = []

    def free_disk(path: Path) -> int:
        asked.append(path)
        return 10**12

    monkeypatch.setattr(machine, "free_disk", free_disk)
    state = to_build(tmp_path).state

    state.set_save(str(tmp_path / "other" / "a.npz"), "archive")

    assert asked[0] == tmp_path / "out" / "mouse" / "Exp mouse.npz"
    assert asked[-1] == tmp_path / "other" / "a.npz"


# --- the question about the cache ---


def test_no_question_without_a_saved_experiment(tmp_path: Path) -> None:
    """There is nothing to choose."""
    panel = to_build(tmp_path)

    assert panel.state.snapshot.work.earlier is None
    assert not is_shown(panel._sections["build"]._cache)


def test_same_experiment_is_used_unless_asked_otherwise(tmp_path: Path) -> None:
    """What was saved by the same request is opened; its place and age are told."""
    path = save_before(tmp_path)
    panel = to_build(tmp_path)
    state = panel.state

    words = text_of(panel._sections["build"]._cache)
    build = find(panel, "dw-build")
    label = build.description
    click(build)

    assert "out/mouse/Exp mouse.npz" in words
    assert "saved just now" in words
    assert "by the same request" in words
    assert find(panel, "dw-cache-choice").value == "use"
    assert label == "Open the saved experiment"
    assert state.result.saved_to == path
    assert "Opened as it was saved in Exp mouse.npz" in text_of(find(panel, "dw-summary"))
    assert state.snapshot.is_built
    assert state.snapshot.is_checked


def test_it_can_be_built_again(tmp_path: Path) -> None:
    """The other answer builds from the data file, and gives the same hash."""
    save_before(tmp_path)
    panel = to_build(tmp_path)

    choose(find(panel, "dw-cache-choice"), "Build again from the data file")
    click(find(panel, "dw-build"))

    assert panel.state.result.plan is not None
    assert "5 neurons × 1,000 frames, 5 features, 1 note. Built in" in text_of(
        find(panel, "dw-summary")
    )


def test_other_options_are_told_and_built_by_default(tmp_path: Path) -> None:
    """An experiment with other options is not what was asked for."""
    save_before(tmp_path, static_features={"fps": 7.0})
    panel = to_build(tmp_path)

    words = text_of(panel._sections["build"]._cache)
    click(find(panel, "dw-build"))

    assert "with other options: static_features.fps" in words
    assert find(panel, "dw-cache-choice").value == "build"
    assert panel.experiment.static_features["fps"] == 20.0


def test_using_other_options_takes_them_over(tmp_path: Path) -> None:
    """What is shown, printed and undone is what was opened."""
    save_before(tmp_path, static_features={"fps": 7.0}, bad_frames=((0, 10),))
    panel = to_build(tmp_path)
    state = panel.state

    choose(find(panel, "dw-cache-choice"), "Use the saved experiment")
    click(find(panel, "dw-build"))
    used = state.snapshot
    state.undo()

    assert used.request.static_features == {"fps": 7.0}
    assert used.request.bad_frames == ((0, 10),)
    assert (used.is_built, used.is_checked) == (True, True)
    assert used.undo == "use the options of Exp mouse.npz"
    assert "fps: 7.0" in used.plan
    assert state.snapshot.request.static_features == {"fps": 20.0}


def test_locked_options_are_not_taken_over(tmp_path: Path) -> None:
    """What a profile locks stays, also when a saved experiment was made otherwise."""
    save_before(tmp_path, static_features={"fps": 7.0})
    panel = to_build(tmp_path)
    state = panel.state
    profile = state.make_profile("Rig", ("exp_params.name",), {})
    state.choose_cache("use")
    state._change(profile=profile)

    click(find(panel, "dw-build"))

    assert "locked by the profile" in state.snapshot.error.cause
    assert state.snapshot.request.static_features == {"fps": 20.0}
    assert state.result is None


def test_damaged_experiment_is_told_and_cannot_be_chosen(tmp_path: Path) -> None:
    """There is one answer left, and it builds."""
    save_before(tmp_path).write_bytes(b"PK\x03\x04 cut")
    panel = to_build(tmp_path)

    assert "cannot be used" in text_of(panel._sections["build"]._cache)
    assert find(panel, "dw-cache-choice").disabled
    click(find(panel, "dw-build"))
    assert panel.state.snapshot.is_built


def test_edit_asks_anew(tmp_path: Path) -> None:
    """A saved experiment is compared with the request as it stands."""
    save_before(tmp_path)
    state = to_build(tmp_path).state
    first = state.snapshot.work.earlier

    state.mark_bad(0, 10)
    edited = state.snapshot.work.earlier
    state.undo()

    assert first is not None
    assert edited is not None
    assert (first.status, edited.status) == ("same", "options-differ")
    assert state.snapshot.work.earlier == first


# --- stages and Cancel ---


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (
            JobView(
                kind="build",
                place="3/5",
                stage="Building neurons",
                counts="412 of 1,000",
                left_sec=40.2,
                elapsed_sec=28,
            ),
            "3/5 Building neurons · 412 of 1,000 · 00:40 left · 00:28 passed",
        ),
        (JobView(kind="replay", stage="Running", elapsed_sec=3700), "Running · 1:01:40 passed"),
        (JobView(kind="build", stage="a<b", elapsed_sec=1), "a&lt;b · 00:01 passed"),
        (JobView(kind="build", stage="x", cancelling=True), "Cancelling…"),
    ],
    ids=["all is known", "hours", "escaped", "cancelling"],
)
def test_stages_in_words(job: JobView, words: str) -> None:
    """Which stage of how many, what is done of it, what is left; time always moves."""
    assert stage_words(job) == words


class SlowReader:
    """Reads as a slow disk does, a hundredth of a second a piece, until it is told to stop."""

    def __init__(self, seconds: float = 20.0) -> None:
        self._pieces = int(seconds / 0.01)
        self.reading = False

    def __call__(self, name: str, progress: Any) -> dict[str, Any]:
        """Stand for reading one array."""
        self.reading = True
        for _ in range(self._pieces):
            time.sleep(0.01)
            progress.count_bytes(1)
        return {name: make_aligned()[name]}


class Impatient:
    """Presses *Cancel* as soon as a stage begins."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self.pressed = 0.0

    def __call__(self, progress: Progress) -> None:
        """Listen to the progress."""
        if progress.stage == self._stage and not self.pressed:
            self.pressed = time.monotonic()
            progress.cancel()


async def until(is_so: Callable[[], bool], seconds: float = 60.0) -> float:
    """Wait until something is so; give how long that took."""
    started = time.monotonic()
    while not is_so():
        assert time.monotonic() - started < seconds, "it never became so"
        await asyncio.sleep(0.005)
    return time.monotonic() - started


def slow_state(root: Path) -> tuple[PanelState, SlowReader]:
    """Give a state with a worker thread, checked quickly; what is read after that reads slowly."""
    state = PanelState(Workbench(), Worker(), Roots([root]), LoadRequest(root=root / "out"))
    state.choose_kind("file")
    state.choose_file(str(write_recording(root)))
    state.open()
    state.set_static("fps", "20")
    return state, SlowReader()


def test_cancel_takes_effect_within_three_tenths_of_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow disk is left at once: the button is back, nothing is built, nothing is left."""

    async def go(root: Path, patched: pytest.MonkeyPatch) -> float:
        root.mkdir()
        state, reader = slow_state(root)
        state.check()
        await until(lambda: state.snapshot.is_checked and not state.snapshot.is_busy)
        state.workbench = Workbench()  # nothing is in memory: the build reads again
        patched.setattr(opening.Opened, "_read_one", reader)
        state.build()
        await until(lambda: reader.reading)
        seen = state.snapshot.job
        state.cancel()
        assert state.snapshot.job.cancelling
        took = await until(lambda: not state.snapshot.is_busy)
        assert seen.kind == "build"
        assert state.snapshot.summary is None
        assert state.snapshot.error is None
        assert "cancelled, nothing was left behind" in state.snapshot.log[-1]
        assert state.snapshot.why_not_build == ""
        return took

    def attempt(number: int) -> float:
        with monkeypatch.context() as patched:
            return asyncio.run(go(tmp_path / str(number), patched))

    promptly(attempt)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [
        *tmp_path.glob("*/mouse.npz")
    ]


def test_nothing_else_starts_while_it_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a check nor a batch replaces a build that runs."""

    async def go() -> None:
        state, reader = slow_state(tmp_path)
        state.check()
        await until(lambda: state.snapshot.is_checked and not state.snapshot.is_busy)
        state.workbench = Workbench()
        monkeypatch.setattr(opening.Opened, "_read_one", reader)
        state.build()
        await until(lambda: reader.reading)
        request = state.snapshot.request
        state.check()
        state.mark_bad(0, 10)
        state.set_batch(files=str(tmp_path / "*.npz"))
        state.check_batch()
        assert state.snapshot.job.kind == "build"
        assert state.snapshot.request == request
        state.cancel()
        await until(lambda: not state.snapshot.is_busy)

    asyncio.run(go())


def test_large_build_is_cancelled_at_every_stage(tmp_path: Path) -> None:
    """40 MB on a real disk: reading, scanning, detecting and hashing all stop in time."""
    rng = np.random.default_rng(0)
    data = make_aligned(2, 20_000) | {"calcium": rng.random((500, 20_000), dtype=np.float32)}
    path = write_recording(tmp_path, **data)
    stages = ("Reading arrays", "Reading calcium", "Detecting feature types", "Computing the hash")

    for stage in stages:

        def attempt(_number: int, stage: str = stage) -> float:
            person = Impatient(stage)
            request = LoadRequest(source=SourceSpec(path=path))
            with pytest.raises(LoadCancelledError):
                Workbench().build(request, Progress(listener=person))
            return time.monotonic() - person.pressed

        promptly(attempt)

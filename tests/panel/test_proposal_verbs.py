"""Proposals without widgets: found after a check, accepted, rejected, reviewed, undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.road import proposing
from driada_widgets.core.signals.proposals import Proposals
from driada_widgets.panel.jobs import InlineRunner, Job
from driada_widgets.panel.memory import Memory
from driada_widgets.panel.state import PanelState
from tests.panels import make_state, opened_state, write_recording
from tests.samples import make_aligned

FOUND = [("jump", 200, 210), ("frozen", 500, 503), ("missing", 997, 1000)]


def spoilt() -> dict[str, Any]:
    """Give arrays with a jump, frozen frames, and a feature that ends in NaN."""
    data = make_aligned(20)
    calcium = data["calcium"]
    calcium[:, 200:210] += np.linspace(5, 20, 20)[:, np.newaxis]
    calcium[:, 500:503] = calcium[:, 499:500]
    data["speed"][997:] = np.nan
    return data


@pytest.fixture
def state(tmp_path: Path) -> PanelState:
    """Give a panel with a recording that has three faults."""
    return opened_state(write_recording(tmp_path, **spoilt()))


def shown(state: PanelState) -> list[tuple[str, int, int]]:
    """List the open proposals."""
    return [(p.kind, p.start, p.stop) for p in state.snapshot.proposals]


def test_found_after_a_check(state: PanelState) -> None:
    """What is wrong with the frames is proposed with a reason, and nothing is marked."""
    assert shown(state) == FOUND
    assert all(item.reason for item in state.snapshot.proposals)
    assert state.bad_ranges == ()
    assert not state.snapshot.is_searching


def test_accept_undo_redo(state: PanelState) -> None:
    """An accepted proposal is bad frames; undone, it is a proposal again."""
    state.accept_proposal(0)
    accepted = (state.bad_ranges, shown(state), state.snapshot.undo)
    state.undo()
    undone = (state.bad_ranges, shown(state), state.snapshot.redo)
    state.redo()

    assert accepted == (((200, 210),), FOUND[1:], "accept jump 200-209")
    assert undone == ((), FOUND, "accept jump 200-209")
    assert shown(state) == FOUND[1:]


def test_accept_all_is_one_edit_and_builds(state: PanelState) -> None:
    """All at once can be taken back at once; accepted NaN need no policy any more."""
    state.accept_all_proposals()

    assert state.bad_ranges == ((200, 210), (500, 503), (997, 1000))
    assert state.snapshot.undo == "accept 3 proposals"
    assert shown(state) == []
    assert state.snapshot.check is not None
    assert state.snapshot.check.issues == ()
    state.build()
    assert state.experiment is not None
    assert state.experiment.n_frames == 1000 - 16


def test_rejected_stay_rejected(state: PanelState) -> None:
    """A rejected proposal does not come back with a check, an edit or a new opening."""
    path = state.snapshot.request.source.path
    state.reject_proposal(1)
    rest = [FOUND[0], FOUND[2]]
    after_reject = shown(state)
    state.set_feature_type("hd", "linear")
    state.check()
    after_check = shown(state)
    state.choose_kind("demo")
    state.choose_kind("file")
    state.choose_file(str(path))
    state.open()
    state.set_static("fps", "20")
    state.check()

    assert [after_reject, after_check, shown(state)] == [rest, rest, rest]
    assert state.snapshot.n_rejected == 1
    state.restore_rejected()
    assert shown(state) == FOUND


def test_marked_frames_are_not_proposed(state: PanelState) -> None:
    """What a person marked already is no proposal; what is marked in part is one."""
    state.mark_bad(190, 220)
    state.mark_bad(500, 502)

    assert shown(state) == FOUND[1:]


def test_review_goes_around_and_follows(state: PanelState) -> None:
    """Review brings each proposal into view; accepting one goes on to the next."""
    state.review_next()
    first = (state.snapshot.reviewed, state.snapshot.look_at[:2])
    state.review_next()
    state.accept_proposal(1)
    after = (state.snapshot.reviewed, state.snapshot.look_at[:2])
    state.review_next(-1)
    state.review_next(-1)
    around = state.snapshot.reviewed
    state.reject_proposal(1)
    state.reject_proposal(0)

    assert first == (0, (100, 310))
    assert after == (1, (897, 1000))
    assert around == 1
    assert state.snapshot.reviewed is None
    state.review_next()
    assert state.snapshot.reviewed is None


def test_another_recording_is_looked_at_anew(state: PanelState, tmp_path: Path) -> None:
    """Proposals belong to one recording."""
    clean = write_recording(tmp_path, "clean.npz", **make_aligned(20))
    state.choose_file(str(clean))
    state.open()
    before_check = shown(state)
    state.check()

    assert (before_check, shown(state)) == ([], [])


def test_arrays_are_searched_once(state: PanelState, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit does not search the same arrays again; other arrays are searched."""
    searched: list[object] = []

    def search(check: Any, progress: Any = None) -> Proposals:
        searched.append(check)
        return Proposals()

    monkeypatch.setattr(proposing, "propose_frames", search)
    state.mark_bad(3, 8)
    state.set_feature_type("hd", "linear")
    same = len(searched)
    state.use_feature("trial_type", use=False)

    assert (same, len(searched)) == (0, 1)


class LateRunner(InlineRunner):
    """Runs the panel's calls at once, and those beside it when it is told to."""

    def __init__(self, late: list[Callable[[], None]] | None = None) -> None:
        super().__init__()
        self.late = late

    def beside(self) -> LateRunner:
        """Give a runner that keeps its calls for later."""
        return LateRunner([])

    def _launch(self, job: Job, delay_sec: float) -> None:
        if self.late is None:
            super()._launch(job, delay_sec)
        else:
            self.late.append(lambda: InlineRunner._launch(self, job, delay_sec))


def test_search_blocks_nothing(tmp_path: Path) -> None:
    """While frames are searched, the request is edited, checked and built."""
    state = opened_state(write_recording(tmp_path, **spoilt()))
    waiting = PanelState(state.workbench, LateRunner(), state.roots, state.snapshot.request)
    waiting.open()
    waiting.check()
    searching = waiting.snapshot.is_searching
    waiting.mark_bad(990, 1000)
    waiting.build()
    built = waiting.snapshot.is_built
    scout = waiting._scout
    assert isinstance(scout, LateRunner)
    assert scout.late is not None
    for run in scout.late:
        run()

    assert searching
    assert built
    assert not waiting.snapshot.is_searching
    assert shown(waiting) == FOUND[:2]


def test_failed_search_is_an_error_in_the_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search that fails is said, and the check stands."""

    def fail(check: Any, progress: Any = None) -> Proposals:
        msg = "no such luck"
        raise RuntimeError(msg)

    monkeypatch.setattr(proposing, "propose_frames", fail)
    state = opened_state(write_recording(tmp_path))

    assert state.snapshot.error is not None
    assert state.snapshot.error.what == "Look for bad frames"
    assert state.snapshot.check is not None
    assert state.snapshot.check.ok


def test_rejected_stay_rejected_when_resumed(tmp_path: Path) -> None:
    """A plan that is taken up again, as after a restart, does not propose what was rejected."""
    state = opened_state(write_recording(tmp_path, **spoilt()))
    state.begin(Memory(tmp_path / "memory"))
    state.reject_proposal(0)
    state.keep_now()

    again = make_state(tmp_path)
    again.begin(Memory(tmp_path / "memory"))
    again.resume()

    assert shown(again) == FOUND[1:]
    assert again.snapshot.n_rejected == 1

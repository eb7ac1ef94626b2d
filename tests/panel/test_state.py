"""The panel without widgets: what each verb does to the request, and what is built from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from driada_widgets import open_experiment, run
from driada_widgets.core.errors import LoadCancelledError, ParameterError
from driada_widgets.core.request.text import from_yaml
from driada_widgets.panel.edits import type_word
from driada_widgets.panel.snapshot import Snapshot
from tests.panels import make_state, opened_state, write_recording


def types_of(snapshot: Snapshot) -> dict[str, str]:
    """Give the type that each one-dimensional feature would have."""
    assert snapshot.check is not None
    return {f.name: type_word(f.type_info) for f in snapshot.check.features if f.type_info}


def test_opening_reads_headers_and_goes_on(tmp_path: Path) -> None:
    """After *Open* the arrays are listed, the name is proposed, and nothing was checked."""
    state = make_state(tmp_path)
    state.choose_kind("file")
    state.choose_file(str(write_recording(tmp_path)))

    state.open()

    snapshot = state.snapshot
    assert snapshot.step == "map"
    assert snapshot.inventory is not None
    assert [info.name for info in snapshot.inventory.arrays] == [
        "calcium",
        "speed",
        "hd",
        "trial_type",
        "position",
    ]
    assert snapshot.session_name == "mouse"
    assert snapshot.check is None
    assert state.workbench.calcium is None


def test_override_changes_one_feature_only(tmp_path: Path) -> None:
    """The circular whitelist of the contract never bites in the panel."""
    state = opened_state(write_recording(tmp_path))
    before = types_of(state.snapshot)

    state.set_feature_type("trial_type", "categorical")

    assert before["hd"] == "circular"
    assert types_of(state.snapshot) == {**before, "trial_type": "categorical"}


def test_override_and_back_builds_the_same_experiment(tmp_path: Path) -> None:
    """Going back to the detected type leaves no trace in the experiment."""
    state = opened_state(write_recording(tmp_path))
    state.build()
    before = state.experiment
    state.set_feature_type("hd", "linear")
    state.set_feature_type("hd", None)
    state.build()

    assert before is not None
    assert state.experiment is not None
    assert state.experiment.content_hash == before.content_hash
    assert state.experiment.hd.type_info.confidence == before.hd.type_info.confidence


def test_what_is_printed_is_what_was_built(tmp_path: Path) -> None:
    """The YAML on screen, read and run, gives the hash on screen."""
    state = opened_state(write_recording(tmp_path))
    state.set_feature_type("speed", "count")
    state.mark_bad(100, 161)
    state.build()

    replayed = run(from_yaml(state.snapshot.plan))

    assert state.snapshot.summary is not None
    assert state.snapshot.summary.n_frames == 1000 - 61
    assert replayed.experiment.content_hash == state.snapshot.summary.hash


def test_first_and_last_frame_can_be_marked_and_are_removed(tmp_path: Path) -> None:
    """Half-open ranges must not lose the last frame."""
    state = opened_state(write_recording(tmp_path))

    state.mark_bad(0, 1)
    state.mark_bad(999, 1000)
    state.build()

    assert state.bad_ranges == ((0, 1), (999, 1000))
    assert state.experiment is not None
    assert state.experiment.n_frames == 998


def test_overlapping_marks_merge_and_undo_splits_them(tmp_path: Path) -> None:
    """Two drags over each other are one range; undo gives the first back, by name."""
    state = opened_state(write_recording(tmp_path))

    state.mark_bad(10, 30)
    state.mark_bad(20, 50)
    merged = state.bad_ranges
    name = state.snapshot.undo
    state.undo()

    assert merged == ((10, 50),)
    assert name == "mark 20–49"
    assert state.bad_ranges == ((10, 30),)
    assert state.snapshot.redo == "mark 20–49"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120-180, 300", ((120, 181), (300, 301))),
        ("1.0s-2.0s", ((20, 40),)),
        ("5\n6\n7", ((5, 8),)),
    ],
    ids=["frames", "seconds", "pasted-column"],
)
def test_typed_bad_frames(tmp_path: Path, text: str, expected: object) -> None:
    """Frames include both ends; seconds are half-open."""
    state = opened_state(write_recording(tmp_path))

    state.add_bad_text(text)

    assert state.bad_ranges == expected


def test_frames_past_the_end_are_refused_with_the_range(tmp_path: Path) -> None:
    """The message says which frames there are, and nothing changes."""
    state = opened_state(write_recording(tmp_path))

    with pytest.raises(ParameterError, match="0 to 999"):
        state.add_bad_text("990-1000")

    assert state.bad_ranges == ()


def test_problem_blocks_the_build_until_it_is_mended(tmp_path: Path) -> None:
    """NaN is a problem with a fix; after the fix the build is free."""
    speed = np.arange(1000.0)
    speed[5:9] = np.nan
    state = opened_state(write_recording(tmp_path, speed=np.sin(speed)))
    assert state.snapshot.check is not None
    problem = state.snapshot.check.issues[0]

    blocked = state.snapshot.why_not_build
    state.apply_fix(next(fix for fix in problem.fixes if "interpolate" in str(fix.changes)))

    assert "speed" in problem.text
    assert "must be answered" in blocked
    assert state.snapshot.why_not_build == ""


def test_another_file_begins_a_new_request(tmp_path: Path) -> None:
    """One animal's bad frames and types must not be applied to the next."""
    state = opened_state(write_recording(tmp_path))
    state.mark_bad(10, 20)

    state.choose_file(str(write_recording(tmp_path, "other.npz")))

    assert state.snapshot.request.bad_frames == ()
    assert state.snapshot.request.features is None
    assert state.snapshot.request.static_features == {}


def test_saved_experiment_is_the_one_that_was_built(tmp_path: Path) -> None:
    """Saving puts the archive where it was said, and says so."""
    state = opened_state(write_recording(tmp_path))
    state.build()
    state.set_save(str(tmp_path / "saved.npz"), "archive")
    state.save()

    assert state.snapshot.error is None
    assert "saved.npz" in state.snapshot.saved
    assert state.experiment is not None
    assert open_experiment(tmp_path / "saved.npz").content_hash == state.experiment.content_hash


def test_failure_is_shown_in_its_step_and_nothing_typed_is_lost(tmp_path: Path) -> None:
    """An empty file is an error in four parts; the path is still there."""
    empty = tmp_path / "empty.npz"
    empty.touch()
    state = make_state(tmp_path)
    state.choose_kind("file")
    state.choose_file(str(empty))

    state.open()

    error = state.snapshot.error
    assert error is not None
    assert (error.step, error.what) == ("source", "Open the source")
    assert "empty (0 bytes)" in error.cause
    assert "Traceback" in error.details
    assert state.snapshot.request.source.path == empty


def test_cancel_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancelled build keeps the plan, shows no error and no half experiment."""
    state = opened_state(write_recording(tmp_path))

    def stopped(*_: object, **__: object) -> None:
        raise LoadCancelledError("cancelled")

    monkeypatch.setattr(state.workbench, "build", stopped)
    state.build()

    assert state.snapshot.summary is None
    assert state.experiment is None
    assert state.snapshot.error is None
    assert not state.snapshot.is_busy
    assert "cancelled" in state.snapshot.log[-1]


def test_equal_snapshots_are_not_sent(tmp_path: Path) -> None:
    """Showing a value must not come back as a change of it."""
    state = opened_state(write_recording(tmp_path))
    sent: list[Snapshot] = []
    stop = state.subscribe(sent.append)

    state.go("check")
    state.set_unit("s")
    quiet = list(sent)
    state.go("build")
    stop()
    state.go("save")

    assert quiet == []
    assert [snapshot.step for snapshot in sent] == ["build"]

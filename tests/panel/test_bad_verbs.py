"""Bad frames without widgets: typed, pasted, dragged, from a file; merged, undone, and built."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.errors import DataShapeError, LoaderError, NotFoundError, ParameterError
from driada_widgets.core.request import frames
from driada_widgets.panel.state import PanelState
from tests.panels import opened_state, write_recording
from tests.properties import examples
from tests.samples import make_aligned


@pytest.fixture
def state(tmp_path: Path) -> PanelState:
    """Give a panel with a recording of 1000 frames at 20 Hz."""
    return opened_state(write_recording(tmp_path))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120-180, 300", ((120, 181), (300, 301))),
        ("120\t180\n300\t300", ((120, 181), (300, 301))),
        ("start\tstop\n120\t180", ((120, 180),)),
        ("0\n999", ((0, 1), (999, 1000))),
        ("6.0s-9.0s", ((120, 180),)),
    ],
)
def test_pasted_lists(state: PanelState, text: str, expected: frames.Ranges) -> None:
    """Lists of several lines and cells of a spreadsheet are marked as they are meant."""
    state.add_bad_text(text)

    assert state.bad_ranges == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("bad.npy", ((0, 1), (997, 1000))), ("mask.npy", ((5, 8),)), ("bad.csv", ((120, 180),))],
)
def test_loaded_files(state: PanelState, name: str, expected: frames.Ranges) -> None:
    """Arrays and tables inside the roots are loaded by name, as one edit with that name."""
    folder = state.roots.folders[0]
    mask = np.zeros(1000, dtype=bool)
    mask[5:8] = True
    np.save(folder / "bad.npy", np.array([0, 997, 998, 999]))
    np.save(folder / "mask.npy", mask)
    (folder / "bad.csv").write_text("start_s,stop_s\n6.0,9.0\n", encoding="utf-8")

    said = state.load_bad(name)

    assert state.bad_ranges == expected
    assert state.snapshot.undo == f"load bad frames from {name}"
    assert said in state.snapshot.log[-1]
    state.undo()
    assert state.bad_ranges == ()


def test_files_that_are_refused(state: PanelState) -> None:
    """A file outside the roots, none at all, and an empty list leave the marks as they were."""
    folder = state.roots.folders[0]
    np.save(folder / "none.npy", np.array([], dtype=int))
    state.mark_bad(3, 5)

    with tempfile.NamedTemporaryFile(suffix=".npy") as other, pytest.raises(ParameterError):
        state.load_bad(other.name)
    with pytest.raises(NotFoundError):
        state.load_bad("no.npy")
    with pytest.raises(ParameterError, match="names no frames"):
        state.load_bad("none.npy")

    assert state.bad_ranges == ((3, 5),)
    assert state.snapshot.undo == "mark 3–4"


def test_frames_past_the_end_of_a_file_are_said(state: PanelState) -> None:
    """A file may name frames that this recording does not have: the report counts them."""
    np.save(state.roots.folders[0] / "bad.npy", np.array([998, 999, 1000, 1001]))

    state.load_bad("bad.npy")

    assert state.snapshot.check is not None
    assert "bad-frames-past-end" in {note.id for note in state.snapshot.check.notes}
    assert state.snapshot.check.plan is not None
    assert state.snapshot.check.plan.bad_frames == ((998, 1000),)


def test_marked_frames_are_what_is_built(state: PanelState) -> None:
    """The first and the last frame, a drag, an edge and a removal: exactly these are missing."""
    state.mark_bad(0, 1)
    state.mark_bad(999, 1000)
    state.mark_bad(100, 200)
    state.resize_bad(1, 100, 150)
    state.mark_bad(400, 410)
    state.remove_bad(2)

    state.build()

    kept = np.ones(1000, dtype=bool)
    kept[[0, 999]] = False
    kept[100:150] = False
    data = make_aligned()
    experiment = state.experiment
    assert experiment is not None
    assert experiment.n_frames == 948
    assert np.array_equal(experiment.dynamic_features["hd"].data, data["hd"][kept])
    assert np.array_equal(experiment.calcium.data, data["calcium"][:, kept])


@pytest.mark.parametrize("stop", [999, 1000], ids=["one left", "none left"])
def test_marking_everything_hides_nothing(state: PanelState, stop: int) -> None:
    """The check refuses to build, but the traces stay, and marks still end with the recording."""
    window = state.snapshot.window

    state.mark_bad(0, stop)

    check = state.snapshot.check
    assert check is not None
    assert [issue.id for issue in check.issues] == ["all-frames-bad"]
    assert state.n_frames == 1000
    assert state.fps == 20.0
    assert state.snapshot.window == window
    assert state.workbench.calcium is not None
    state.mark_bad(500, 1001)
    assert state.bad_ranges == ((0, 1000),)
    with pytest.raises(DataShapeError, match="no frame is left"):
        state.workbench.build(state.snapshot.request)


def undo_all(state: PanelState) -> None:
    """Take every edit back."""
    while state.snapshot.undo:
        state.undo()


@examples(30, function_fixtures=True)
@given(
    moves=st.lists(
        st.tuples(
            st.sampled_from(["mark", "remove", "resize", "undo", "redo"]),
            st.integers(0, 5),
            st.integers(-20, 1020),
            st.integers(-20, 1020),
        ),
        max_size=12,
    )
)
def test_marks_stay_sorted_and_apart(
    state: PanelState, moves: list[tuple[str, int, int, int]]
) -> None:
    """Whatever is done, ranges are inside, sorted, apart, and undo goes all the way back."""
    undo_all(state)
    before = state.bad_ranges
    for verb, index, start, stop in moves:
        if verb == "mark":
            state.mark_bad(start, stop)
        elif verb == "remove":
            state.remove_bad(index)
        elif verb == "resize":
            state.resize_bad(index, min(start, stop), max(start, stop))
        else:
            getattr(state, verb)()
        ranges = state.bad_ranges
        assert frames.merge(ranges) == ranges
        assert all(0 <= a < b <= 1000 for a, b in ranges)
    undo_all(state)

    assert state.bad_ranges == before


def test_typed_rubbish_changes_nothing(state: PanelState) -> None:
    """A line that cannot be read is refused whole."""
    with pytest.raises(LoaderError):
        state.add_bad_text("120-180, then some")

    assert state.bad_ranges == ()


def test_what_changes_nothing_takes_an_old_error_away(state: PanelState) -> None:
    """Frames that are marked already are no mistake, so the mistake before is not left standing."""
    state.add_bad_text("5-8")
    state.show_error("check", "Add bad frames", ParameterError("There is no frame."))

    state.add_bad_text("6")

    assert state.snapshot.error is None
    assert state.bad_ranges == ((5, 9),)

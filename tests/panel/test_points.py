"""Problems and questions are answered where they stand, also on the technician's screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.request.model import LoadRequest, SourceSpec
from driada_widgets.core.request.profile import Profile
from tests.panels import make_panel, opened_panel, write_recording
from tests.widgets import click, find, find_all, text_of, type_into


def square() -> dict[str, Any]:
    """Give neural data whose shape does not tell neurons from frames, and a feature with NaN."""
    others = dict.fromkeys(("hd", "trial_type", "position"))
    calcium = np.abs(np.random.default_rng(0).normal(size=(400, 400)))
    speed = np.sin(np.arange(400.0))
    speed[5:9] = np.nan
    return {**others, "calcium": calcium, "speed": speed}


def technician(folder: Path, *free: str) -> Any:
    """Give a technician's screen with the recording checked, and these fields free."""
    panel = make_panel(folder)
    request = LoadRequest(
        source=SourceSpec(kind="file", data_source="MyLab"),
        static_features={"fps": 20.0},
        root=folder / "out",
    )
    profile = Profile(title="Rig <2>", request=request, free=("source.path", *free))
    panel.state.use_profile(profile)
    panel.state.choose_file(str(write_recording(folder, **square())))
    click(find(panel, "dw-check"))
    return panel


def problem_of(panel: Any) -> Any:
    """Find the one problem that has buttons."""
    found = [each for each in find_all(panel, "dw-problem") if find_all(each, "dw-fix")]
    assert len(found) == 1
    return found[0]


def test_technician_answers_on_the_screen(tmp_path: Path) -> None:
    """A problem and a question have their buttons there; after both the build is free."""
    panel = technician(tmp_path, "nan", "transpose")
    stopped = find(panel, "dw-light").value
    problem = problem_of(panel)

    click(next(b for b in find_all(problem, "dw-fix") if "Interpolate" in b.description))
    asked = (find(panel, "dw-light").value, text_of(panel))
    click(find(panel, "dw-keep"))

    assert "Not ready: 1 problem." in stopped
    assert "speed&#x27; holds NaN" in text_of(problem)
    assert "Not ready yet: 1 question." in asked[0]
    assert "its shape does not tell neurons from frames" in asked[1]
    assert "Ready: 400 neurons" in find(panel, "dw-light").value
    assert not find(panel, "dw-build").disabled


def test_technician_takes_an_answer_back(tmp_path: Path) -> None:
    """A slip is one press away from being undone, and the question stands there again."""
    panel = technician(tmp_path, "nan")
    click(next(b for b in find_all(panel, "dw-fix") if "Interpolate" in b.description))
    click(find(panel, "dw-keep"))
    undo = find(panel, "dw-undo-answer")
    said = undo.description

    click(undo)

    assert said == "Undo: keep calcium as it is"
    assert len(find_all(panel, "dw-keep")) == 1
    assert "Not ready yet" in find(panel, "dw-light").value


def test_nothing_to_undo_shows_no_button(tmp_path: Path) -> None:
    """After the first check nothing was edited yet."""
    panel = technician(tmp_path, "nan")

    assert find(panel, "dw-undo-answer").layout.display == "none"


@pytest.mark.parametrize("free", [("nan",), ()], ids=["free", "locked"])
def test_fix_that_a_profile_locks_is_grey_and_says_so(
    tmp_path: Path, free: tuple[str, ...]
) -> None:
    """Only the fields that the profile leaves free can be changed by a button of the report."""
    panel = technician(tmp_path, *free)
    panel.state.show_all_steps()
    panel.state.go("check")
    problem = problem_of(panel)

    locked = {button.disabled for button in find_all(problem, "dw-fix")}

    assert locked == {not free}
    assert ("Locked by profile “Rig &lt;2&gt;”" in text_of(problem)) is not bool(free)


def test_leaving_the_profile_frees_the_fixes(tmp_path: Path) -> None:
    """The same report without the profile has no grey button."""
    panel = technician(tmp_path)
    panel.state.show_all_steps()
    panel.state.go("check")
    locked = [button.disabled for button in find_all(problem_of(panel), "dw-fix")]

    panel.state.leave_profile()

    freed = [button.disabled for button in find_all(problem_of(panel), "dw-fix")]
    assert (all(locked), any(freed)) == (True, False)
    assert "Locked" not in text_of(problem_of(panel))


@pytest.mark.parametrize("free", [("transpose",), ()], ids=["free", "locked"])
def test_fix_in_the_map_obeys_the_profile(tmp_path: Path, free: tuple[str, ...]) -> None:
    """Where the headers already ask, the button beside the question is locked like its field."""
    panel = technician(tmp_path, "nan", *free)
    panel.state.show_all_steps()
    panel.state.go("map")
    question = find(find(panel, "dw-findings"), "dw-question")

    buttons = find_all(question, "dw-fix")

    assert [button.disabled for button in buttons] == [not free]
    assert not find(question, "dw-keep").disabled
    assert ("Locked by profile" in text_of(question)) is not bool(free)


def test_name_that_no_folder_can_have_has_a_suggestion(tmp_path: Path) -> None:
    """A file called like markup is opened, and one press names the experiment."""
    panel = make_panel(tmp_path)
    panel.state.choose_kind("file")
    path = write_recording(tmp_path, "<img src=x onerror=alert(1)>.npz")
    panel.state.choose_file(str(path))
    panel.state.open()
    offer = find(panel, "dw-fix")
    said = (offer.description, find(panel, "dw-session-name").value)

    click(offer)

    assert said[0] == "Name it 'img src=x onerror=alert(1)'"
    assert "cannot name a folder" in said[1]
    assert "<b>Exp img src=x onerror=alert(1)</b>" in find(panel, "dw-session-name").value
    assert find_all(panel, "dw-fix") == []
    assert panel.state.snapshot.undo == said[0]


def test_name_of_the_file_is_marked_and_there_is_a_way_back(tmp_path: Path) -> None:
    """What was filled in says where it is from; what a person wrote can go back to it."""
    panel = opened_panel(tmp_path)
    name = find(panel, "dw-session-name")
    before = (name.value, find_all(panel, "dw-fix"))

    type_into(find(panel, "dw-param-name"), "Felix")
    during = name.value
    click(find(panel, "dw-fix"))

    assert "from the file's name" in before[0]
    assert before[1] == []
    assert "<b>Exp Felix</b>" in during
    assert "set by you" in during
    assert panel.state.snapshot.undo == "Back to 'mouse'"
    assert name.value == before[0]

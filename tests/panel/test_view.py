"""The panel's widgets without a kernel: pressed as a browser presses them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ipywidgets import Dropdown

from driada_widgets.panel.snapshot import STEPS
from tests.panels import make_panel, opened_panel, write_recording
from tests.widgets import choose, click, find, text_of, type_into

HOSTILE = "<img src=x onerror=alert(1)>"
RIGHT_TO_LEFT = "\u202eevil\u05d0\u05d1"


def walk_to_check(root: Path, **changes: Any) -> Any:
    """Open a recording by its path and check it."""
    path = write_recording(root, **changes)
    panel = make_panel(root)
    choose(find(panel, "dw-source-kind"), "File on this computer or server")
    type_into(find(panel, "dw-source-path"), str(path))
    click(find(panel, "dw-source-open"))
    click(find(panel, "dw-step-check"))
    click(find(panel, "dw-check"))
    return panel


def test_whole_road_by_clicks(tmp_path: Path) -> None:
    """Open, check, override, mark, build, save: every stable name does its part."""
    panel = walk_to_check(tmp_path)

    row = find(panel, "dw-feature-speed")
    choose(next(child for child in row.children if isinstance(child, Dropdown)), "count")
    type_into(find(panel, "dw-bad-text"), "10-19")
    click(find(panel, "dw-bad-add"))
    listed = text_of(find(panel, "dw-bad-list"))
    click(find(panel, "dw-step-build"))
    click(find(panel, "dw-build"))
    summary = text_of(find(panel, "dw-summary"))
    click(find(panel, "dw-step-save"))
    type_into(find(panel, "dw-save-path"), str(tmp_path / "saved.npz"))
    click(find(panel, "dw-save"))

    assert "10" in listed
    assert "990 frames" in summary
    assert "count: speed" in summary
    assert "saved.npz" in text_of(find(panel, "dw-saved"))
    assert (tmp_path / "saved.npz").is_file()


def test_warnings_are_counted_in_the_rail(tmp_path: Path) -> None:
    """What may change results is seen from every step, until it is mended."""
    waves = np.exp(1j * np.arange(1000.0))
    panel = walk_to_check(tmp_path, odd=waves, even=waves)
    said = [find(panel, "dw-step-check").description]
    for name in ("odd", "even"):
        panel.state.use_feature(name, use=False)
        said.append(find(panel, "dw-step-check").description)

    assert said == ["3 Check: ok, 2 warnings", "3 Check: ok, 1 warning", "3 Check: ok"]


def test_steps_are_made_when_they_are_first_shown(tmp_path: Path) -> None:
    """The first paint does not pay for the other four steps."""
    panel = make_panel(tmp_path)

    shown = [name for name, _ in STEPS if name in panel._sections]

    assert shown == ["source"]
    with pytest.raises(LookupError):
        find(panel, "dw-check")


def test_next_pressed_twice_moves_one_step(tmp_path: Path) -> None:
    """A press that comes late belongs to the step it was made in."""
    panel = opened_panel(tmp_path)
    onward = find(panel, "dw-next")

    click(onward)
    click(onward)
    there = panel.state.snapshot.step
    backward = find(panel, "dw-back")
    click(backward)
    click(backward)

    assert onward.description == "Next: Check"
    assert there == "check"
    assert panel.state.snapshot.step == "map"


@pytest.mark.parametrize("name", [HOSTILE, RIGHT_TO_LEFT, "x" * 200, "a&b"])
def test_names_from_a_file_are_shown_as_text(tmp_path: Path, name: str) -> None:
    """No markup, no reordering, no flood from a feature's name, in any step."""
    panel = walk_to_check(tmp_path, **{name: list(range(1000))})
    for step in ("map", "check", "build", "save"):
        click(find(panel, f"dw-step-{step}"))

    text = text_of(panel)

    assert "<img" not in text
    assert "\u202e" not in text


def test_error_of_a_handler_is_shown_in_its_step(tmp_path: Path) -> None:
    """A wrong frame rate is a sentence in the red box, and what was built before stands."""
    panel = walk_to_check(tmp_path)
    click(find(panel, "dw-step-map"))

    type_into(find(panel, "dw-fps"), "fast")

    box = find(panel, "dw-error")
    assert "must be a number above 0" in text_of(box)
    assert box.layout.display is None
    assert "needs attention" in find(panel, "dw-step-map").description


def test_buttons_that_cannot_be_pressed_say_why(tmp_path: Path) -> None:
    """A disabled button has its reason beside it."""
    panel = make_panel(tmp_path)
    click(find(panel, "dw-step-build"))

    assert find(panel, "dw-build").disabled
    assert "Open a source first" in text_of(panel)
    click(find(panel, "dw-step-save"))
    assert find(panel, "dw-save").disabled
    assert "Build the experiment first" in text_of(panel)


def test_undo_button_names_the_edit(tmp_path: Path) -> None:
    """Undo says what it takes back, and takes it back on screen."""
    panel = walk_to_check(tmp_path)
    type_into(find(panel, "dw-bad-text"), "10-19")
    click(find(panel, "dw-bad-add"))

    named = find(panel, "dw-undo").description
    click(find(panel, "dw-undo"))

    assert "mark 10" in named
    assert find(panel, "dw-bad-list").children == ()


def test_code_and_plan_follow_every_edit(tmp_path: Path) -> None:
    """What is printed is always what would be built."""
    panel = walk_to_check(tmp_path)
    before = find(panel, "dw-code").value, find(panel, "dw-plan").value
    type_into(find(panel, "dw-bad-text"), "10-19")
    click(find(panel, "dw-bad-add"))

    assert "bad_frames" not in before[0] + before[1]
    assert "bad_frames=((10, 20),)" in find(panel, "dw-code").value
    assert "bad_frames: [[10, 20]]" in find(panel, "dw-plan").value

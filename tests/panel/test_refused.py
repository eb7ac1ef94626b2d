"""A press that is refused puts the focus on the field that it was about; what was typed stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.panels import make_panel, write_recording
from tests.widgets import click, find, text_of, type_into


@pytest.fixture
def panel(tmp_path: Path) -> Any:
    """Give a panel with a recording opened and checked."""
    made = make_panel(tmp_path)
    made.state.choose_kind("file")
    made.state.choose_file(str(write_recording(tmp_path)))
    made.state.open()
    made.state.check()
    return made


def has_focus(field: Any) -> bool:
    """Say whether the page was told to put the focus there."""
    told = [each["data"].get("content") for each in field.comm.sent if each["data"]]
    return {"do": "focus"} in told


@pytest.mark.parametrize(
    ("step", "field", "typed", "button"),
    [
        ("check", "dw-bad-text", "5000-6000", "dw-bad-add"),
        ("check", "dw-bad-paste", "no frames", "dw-bad-paste-add"),
        ("check", "dw-bad-file", "nowhere.npy", "dw-bad-load"),
        ("map", "dw-static-new-name", "not a name", "dw-static-new-add"),
        ("map", "dw-aggregate-name", "", "dw-aggregate-add"),
        ("save", "dw-plan-path", "plan.docx", "dw-plan-save"),
        ("save", "dw-profile-title", "", "dw-profile-save"),
        ("save", "dw-profile-load-path", "nowhere.yaml", "dw-profile-load"),
    ],
)
def test_refused_field_has_the_focus(
    panel: Any, step: Any, field: str, typed: str, button: str
) -> None:
    """The control at fault, not the button, is where a person goes on."""
    panel.state.go(step)
    box = find(panel, field)
    type_into(box, typed)

    click(find(panel, button))

    assert panel.state.snapshot.error is not None
    assert "did not work" in text_of(find(panel, "dw-error"))
    assert box.value == typed
    assert has_focus(box)


def test_what_is_taken_leaves_the_focus(panel: Any) -> None:
    """A press that does something moves nothing."""
    panel.state.go("check")
    type_into(find(panel, "dw-bad-text"), "10-19")

    click(find(panel, "dw-bad-add"))

    assert panel.state.bad_ranges == ((10, 20),)
    assert not has_focus(find(panel, "dw-bad-text"))

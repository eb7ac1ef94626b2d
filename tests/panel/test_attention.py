"""What a screen reader hears, and what an error says."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import ParameterError
from driada_widgets.panel.announce import announcement
from driada_widgets.panel.attention import Attention
from driada_widgets.panel.snapshot import Snapshot
from tests.panels import make_panel, make_state, opened_state, write_recording
from tests.widgets import choose, click, find, handed_out, text_of, type_into


def heard(state: Any) -> list[str]:
    """Collect what is said about a state from now on."""
    said: list[str] = []
    last = [state.snapshot]

    def listen(snapshot: Snapshot) -> None:
        text = announcement(last[0], snapshot)
        last[0] = snapshot
        if text:
            said.append(text)

    state.subscribe(listen)
    return said


def test_road_is_told(tmp_path: Path) -> None:
    """Each step, the check's verdict, what was built and where it was saved: one sentence each."""
    state = make_state(tmp_path)
    said = heard(state)

    state.choose_kind("file")
    state.choose_file(str(write_recording(tmp_path)))
    state.open()
    state.check()
    state.build()
    state.save()

    assert said[0] == "Step 2 of 5: Map."
    assert "Step 3 of 5: Check." in said
    assert any(text.startswith("Checked: ready to build. 0 problems, 0 questions") for text in said)
    assert any(
        text.startswith("Built Exp mouse: 5 neurons, 1,000 frames, 5 features") for text in said
    )
    assert any(text.startswith("Saved to ") for text in said)


def test_undo_and_redo_are_told_by_name(tmp_path: Path) -> None:
    """Whoever cannot see the button hears what was taken back."""
    state = opened_state(write_recording(tmp_path))
    state.mark_bad(10, 20)
    said = heard(state)

    state.undo()
    state.redo()

    assert [text.partition(".")[0] for text in said] == [
        "Undone: mark 10–19",
        "Made again: mark 10–19",
    ]


def test_check_after_an_edit_is_told_when_the_verdict_changes(tmp_path: Path) -> None:
    """Every edit is checked again; the same verdict again is not worth a word, unless asked for."""
    speed = np.sin(np.arange(1000.0))
    speed[5:9] = np.nan
    state = opened_state(write_recording(tmp_path, speed=speed))
    said = heard(state)

    state.mark_bad(100, 120)
    quiet = list(said)
    state.set_nan_of("speed", "interpolate")
    changed = list(said)
    state.check()

    assert quiet == []
    assert [text.partition(".")[0] for text in changed] == ["Checked: ready to build"]
    assert len(said) == 2


def test_problem_and_failure_are_told(tmp_path: Path) -> None:
    """Not ready is said with the count; an error with its cause and what to do."""
    state = opened_state(write_recording(tmp_path))
    said = heard(state)

    state.choose_file(
        str(write_recording(tmp_path, "nan.npz", speed=np.full(1000, np.nan) + np.arange(1000)))
    )
    state.show_error("source", "Open the source", ParameterError("It is broken.", fix="mend it"))

    assert said[-1] == "Open the source did not work. It is broken. mend it"


def test_same_sentence_twice_is_said_twice(tmp_path: Path) -> None:
    """A region whose text does not change is not read again."""
    state = make_state(tmp_path)
    attention = Attention()
    attention.render(state.snapshot)
    texts = []
    for step in ("map", "source", "map", "source"):
        state.go(step)
        attention.render(state.snapshot)
        texts.append(attention.said)
    attention.render(state.snapshot)

    assert texts == [
        "Step 2 of 5: Map.",
        "Step 1 of 5: Source.",
        "Step 2 of 5: Map.",
        "Step 1 of 5: Source.",
    ]
    assert attention.said == texts[-1]


def test_nothing_is_said_of_nothing(tmp_path: Path) -> None:
    """Scrolling and typing are not talked over."""
    state = opened_state(write_recording(tmp_path))
    said = heard(state)

    state.set_window(0, 100)
    state.set_unit("frames")

    assert said == []


# --- the error box ---


def test_error_has_four_lines_and_details_without_colours(tmp_path: Path) -> None:
    """What, where in words, likely cause, what to do; the codes of a terminal are gone."""
    panel = make_panel(tmp_path)
    error = ParameterError(
        "\x1b[31mThe rate\x1b[0m is <wrong>.\nType another.", where="static_features"
    )

    panel.state.show_error("source", "Set the rate", error)

    box = text_of(find(panel, "dw-error"))
    assert "<b>Set the rate</b> did not work." in box
    assert "<i>Where:</i> the constants, step Map" in box
    assert "<i>Likely cause:</i> The rate is &lt;wrong&gt;." in box
    assert "<i>What to do:</i> Type another." in box
    assert "Traceback" not in box.partition("<details>")[0]
    shown = panel.state.snapshot.error
    assert shown is not None
    assert "\x1b" not in shown.details
    assert "ParameterError" in shown.details
    assert find(panel, "dw-error-copy").text == shown.details


def test_error_box_hands_out_a_support_bundle(tmp_path: Path) -> None:
    """Beside *Copy details*: who helps gets the traceback, but no path and no name."""
    panel = make_panel(tmp_path)
    secret = tmp_path / "Whiskers.npz"
    panel.state.choose_kind("file")
    panel.state.choose_file(str(secret))

    panel.state.open()
    name, content = handed_out(find(panel, "dw-error-support"))

    assert name == "driada-widgets support.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        texts = {member: bundle.read(member).decode() for member in bundle.namelist()}
    assert "NotFoundError" in texts["errors.txt"]
    assert not [member for member, text in texts.items() if "Whiskers" in text]
    assert not [member for member, text in texts.items() if str(tmp_path) in text]


def test_unknown_failure_says_that_nothing_is_lost(tmp_path: Path) -> None:
    """A mistake of ours names its class, the step, and what can be done."""
    panel = make_panel(tmp_path)

    panel.state.show_error("source", "Open the source", ZeroDivisionError("division by zero"))

    box = text_of(find(panel, "dw-error"))
    assert "ZeroDivisionError: division by zero" in box
    assert "<i>Where:</i> step Source" in box
    assert "What you entered is kept" in box


def test_step_that_cannot_be_shown_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception while a step is shown ends in its red box, once, and the panel lives."""
    panel = make_panel(tmp_path)
    section = panel._sections["source"]

    def broken(_snapshot: Snapshot) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(section, "render", broken)
    panel.state.choose_kind("saved")
    shown = text_of(find(panel, "dw-error"))
    monkeypatch.undo()
    click(find(panel, "dw-error-dismiss"))
    choose(find(panel, "dw-source-kind"), "File on this computer or server")
    type_into(find(panel, "dw-source-path"), str(write_recording(tmp_path)))

    assert "Show this step" in shown
    assert "ZeroDivisionError" in shown
    assert "5 neurons" in text_of(find(panel, "dw-preview"))

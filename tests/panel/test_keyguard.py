"""The guard's Python side, the help, and the style that travels with the panel."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from driada_widgets.panel.keyguard import KeyGuard
from driada_widgets.panel.snapshot import STEPS
from driada_widgets.panel.style import stylesheet
from driada_widgets.panel.traces import TraceView
from tests.panels import make_panel
from tests.widgets import find, gesture, unexpected

DOCS = Path(__file__).parents[2] / "docs"

SHEETS = [
    pytest.param(lambda: stylesheet().value, id="panel"),
    pytest.param(lambda: TraceView._css, id="traces"),
]


def test_keys_are_told() -> None:
    """Each key calls those who asked for it, and nobody else; unknown keys call nobody."""
    heard: list[str] = []
    guard = KeyGuard(on_error=unexpected)
    guard.on_key("undo", lambda: heard.append("undo"))
    guard.on_key("redo", lambda: heard.append("redo"))

    gesture(guard, {"key": "redo"})
    gesture(guard, {"key": "launch"})
    gesture(guard, {"key": "undo"})

    assert heard == ["redo", "undo"]


def test_theme_is_told() -> None:
    """Python learns that the page is dark, so that figures can follow."""
    heard: list[bool] = []
    guard = KeyGuard(on_error=unexpected)
    guard.on_dark(heard.append)

    guard.set_state({"dark": True})

    assert heard == [True]


def test_failing_key_is_shown() -> None:
    """An undo that fails ends in ``on_error``."""
    errors: list[Exception] = []
    guard = KeyGuard(on_error=errors.append)
    guard.on_key("undo", lambda: 1 / 0)

    gesture(guard, {"key": "undo"})

    assert [type(error) for error in errors] == [ZeroDivisionError]


def test_failing_key_is_logged_where_nobody_shows_it(swallowed: list[str]) -> None:
    """Without ``on_error`` the log has the exception."""
    guard = KeyGuard()
    guard.on_key("undo", lambda: 1 / 0)

    gesture(guard, {"key": "undo"})

    assert "ZeroDivisionError" in swallowed.pop()


@pytest.mark.parametrize("sheet", SHEETS)
def test_style_needs_no_server(sheet: object) -> None:
    """Nothing is imported or linked from a style sheet; what it draws is written in it."""
    assert callable(sheet)
    linked = re.sub(r'url\("data:[^"]*"\)', "", sheet())
    assert re.findall(r"@import|url\(|https?:", linked) == []


@pytest.mark.parametrize("sheet", SHEETS)
def test_jupyter_colours_have_a_fallback(sheet: object) -> None:
    """A page without Jupyter's variables, such as an exported one, still has colours."""
    assert callable(sheet)
    used = re.findall(r"var\(--jp-[a-z0-9-]+\)", sheet())

    assert used == []


@pytest.mark.parametrize("step", [name for name, _ in STEPS])
def test_help_speaks_about_the_step(tmp_path: Path, step: Any) -> None:
    """Six lines, and the page of the documentation that is there and says more."""
    panel = make_panel(tmp_path)
    panel.state.go(step)
    help_ = find(panel, "dw-key-help")

    name = help_.link.rpartition("/docs/")[2]

    assert help_.title == f"Help: {dict(STEPS)[step]}"
    assert len(help_.lines) == 6
    assert (DOCS / name).is_file()

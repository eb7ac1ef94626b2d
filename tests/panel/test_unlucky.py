"""Every kind of broken file chosen in the panel: a message, as text, and the panel goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.broken_files import HOSTILE_NAMES, write_broken, write_plain
from tests.panels import make_panel
from tests.widgets import choose, click, find, find_all, text_of, type_into


@pytest.fixture
def panel(tmp_path: Path) -> Any:
    """Give a panel that waits for a file."""
    made = make_panel(tmp_path)
    choose(find(made, "dw-source-kind"), "File on this computer or server")
    return made


def said_about(panel: Any, path: Path, where: str) -> str:
    """Go as far with a file as it takes, and give what the step then shows."""
    click(find(panel, "dw-step-source"))
    type_into(find(panel, "dw-source-path"), str(path))
    if where == "choose":
        return text_of(find(panel, "dw-error"))
    click(find(panel, "dw-source-open"))
    if where == "map":
        return text_of(find(panel, "dw-findings"))
    click(find(panel, "dw-step-check"))
    click(find(panel, "dw-check"))
    shown = text_of(find(panel, "dw-report")), text_of(find(panel, "dw-error"))
    return "\n".join(shown)


def test_every_broken_file_is_an_answer(panel: Any, tmp_path: Path) -> None:
    """One session, all files in turn: each is told, none runs, and a good one still opens."""
    marker = tmp_path / "marker"
    lost = {}

    for broken in write_broken(tmp_path, marker):
        said = said_about(panel, broken.path, broken.where)
        if broken.says not in said.replace("&#x27;", "'") or "<img" in said:
            lost[broken.path.name] = said
    good = said_about(panel, write_plain(tmp_path / "good.npz"), "check")

    assert lost == {}
    assert "Ready to build" in good
    assert not marker.exists()


def test_rest_of_a_file_with_objects_is_offered(panel: Any, tmp_path: Path) -> None:
    """One click leaves the array out, and the recording is loaded without it."""
    objects = next(b for b in write_broken(tmp_path, tmp_path / "marker") if b.where == "map")
    said_about(panel, objects.path, "map")

    click(find_all(panel, "dw-fix")[0])
    click(find(panel, "dw-step-check"))
    click(find(panel, "dw-check"))

    assert "Ready to build" in text_of(find(panel, "dw-report"))
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=["markup", "right-to-left", "long", "entity"])
def test_hostile_names_are_text_on_the_whole_road(panel: Any, tmp_path: Path, name: str) -> None:
    """As the name of a file and of a feature, in every step and every text for the page."""
    path = write_plain(tmp_path / f"{name}.npz", **{name: np.arange(1000.0)})
    said = said_about(panel, path, "check")
    for step in ("source", "map", "check", "build", "save"):
        click(find(panel, f"dw-step-{step}"))

    shown = text_of(panel)
    assert "Problem" not in said or "name" in said
    assert "<img" not in shown
    assert "\u202e" not in shown
    assert panel.state.snapshot.error is None

"""Measurements leave nothing behind."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from benchmarks import panel, panel_browser, panel_pictures, panel_trials
from benchmarks.panel_pages import FOLDER_VARIABLE


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """Measure nothing, but note where panels would keep their plans."""
    found: list[Path] = []

    def note(*_: Any) -> list[Any]:
        found.append(Path(os.environ["DRIADA_WIDGETS_STATE"]))
        return []

    def measure(calls: dict[str, Any], **_: Any) -> dict[str, float]:
        note()
        return dict.fromkeys(calls, 1.0)

    for name in ("DRIADA_WIDGETS_STATE", "PYTHONPATH", FOLDER_VARIABLE):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(panel_pictures, "measure", measure)
    monkeypatch.setattr(panel_browser, "browser", nullcontext)
    monkeypatch.setattr(panel, "cold", note)
    monkeypatch.setattr(panel, "in_voila", lambda *_: ([], 0))
    monkeypatch.setattr(panel, "in_lab", note)
    monkeypatch.setattr(panel_trials, "voila", lambda *_: nullcontext(""))
    monkeypatch.setattr(panel_trials, "trials", lambda *_: dict(note()))
    for module in (panel, panel_pictures, panel_trials):
        monkeypatch.setattr(module, "write_recording", lambda *_: None)
    return found


@pytest.mark.parametrize(
    "module", [panel, panel_pictures, panel_trials], ids=["panel", "pictures", "trials"]
)
def test_no_measurement_touches_the_plans_of_its_user(
    module: Any, states: list[Path], tmp_path: Path
) -> None:
    """Panels that are measured keep their plans in a folder that goes with the recording."""
    module.main(3)

    assert len(states) == 2
    for state in states:
        assert state != tmp_path
        assert not state.parent.exists()

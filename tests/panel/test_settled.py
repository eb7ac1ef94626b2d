"""What step Map says once the values were read."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.panels import make_panel, write_recording
from tests.widgets import find, text_of


def test_a_check_settles_what_headers_left_open(tmp_path: Path) -> None:
    """A short array that holds one value throughout is dropped, not a problem any more."""
    panel = make_panel(tmp_path)
    panel.state.choose_kind("file")
    panel.state.choose_file(str(write_recording(tmp_path, rate=np.full(3, 20.0))))
    panel.state.open()
    before = text_of(find(panel, "dw-findings")), find(panel, "dw-step-map").description

    panel.state.check()
    panel.state.go("map")

    assert "rate: 3 timepoints" in before[0]
    assert before[1] == "2 Map: 1 to do"
    assert find(panel, "dw-step-map").description == "2 Map: ok"
    assert "timepoints" not in text_of(find(panel, "dw-findings"))

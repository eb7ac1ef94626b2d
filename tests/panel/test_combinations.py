"""Features that can become one, in step Map."""

from __future__ import annotations

from pathlib import Path

from tests.panels import make_panel, write_recording
from tests.widgets import find


def test_combinations_offer_only_what_the_opened_file_has(tmp_path: Path) -> None:
    """Those of the file before are gone, also where the new file has a problem."""
    panel = make_panel(tmp_path)
    panel.state.choose_kind("file")
    panel.state.choose_file(str(write_recording(tmp_path)))
    panel.state.open()
    before = len(find(panel, "dw-aggregate-of").options)
    panel.state.choose_file(str(write_recording(tmp_path, "other.npz", calcium=None)))
    panel.state.open()

    assert before > 0
    assert find(panel, "dw-aggregate-of").options == ()

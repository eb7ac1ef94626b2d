"""Step Source: what choosing shows before anything is opened, and what it puts away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.panels import make_panel, make_state, opened_state, write_recording
from tests.widgets import choose, click, find, text_of, type_into


@pytest.fixture
def panel(tmp_path: Path) -> Any:
    """Give a panel whose source is a file that is not chosen yet."""
    made = make_panel(tmp_path)
    choose(find(made, "dw-source-kind"), "File on this computer or server")
    return made


def test_choosing_shows_headers_before_opening(panel: Any, tmp_path: Path) -> None:
    """Format, size, arrays and what they would be, while nothing is open yet."""
    hostile: dict[str, Any] = {"<b>": np.zeros(3)}
    path = write_recording(tmp_path, **hostile)

    type_into(find(panel, "dw-source-path"), f' "{path}" ')

    shown = text_of(find(panel, "dw-preview"))
    assert "NPZ file" in shown
    assert "6 arrays" in shown
    assert "&lt;b&gt;" in shown
    assert "5 × 1,000" in shown
    assert panel.state.snapshot.inventory is None
    assert find(panel, "dw-source-path").value == "mouse.npz"


def test_a_press_on_open_sends_what_was_typed(panel: Any, tmp_path: Path) -> None:
    """*Open* is never dead while a path is being typed: leaving the field for it chooses first."""
    before = find(panel, "dw-source-open").disabled
    click(find(panel, "dw-source-open"))
    untouched = panel.state.snapshot.inventory, panel.state.snapshot.error

    type_into(find(panel, "dw-source-path"), str(write_recording(tmp_path)))
    click(find(panel, "dw-source-open"))

    assert not before
    assert untouched == (None, None)
    assert panel.state.snapshot.inventory is not None


def test_preview_says_what_the_headers_decide(panel: Any, tmp_path: Path) -> None:
    """Where the arrays fit together, the size of the recording is said."""
    type_into(find(panel, "dw-source-path"), str(write_recording(tmp_path)))

    assert "5 neurons × 1,000 frames · 4 features" in text_of(find(panel, "dw-preview"))


def test_file_that_cannot_be_read_says_so_when_it_is_chosen(panel: Any, tmp_path: Path) -> None:
    """The message comes with the choice, and the path stays in its box."""
    (tmp_path / "empty.npz").touch()

    type_into(find(panel, "dw-source-path"), "empty.npz")

    assert "is empty (0 bytes)" in text_of(find(panel, "dw-error"))
    assert text_of(find(panel, "dw-preview")) == ""
    assert find(panel, "dw-source-path").value == "empty.npz"


def test_path_outside_stays_in_its_box(panel: Any) -> None:
    """What was typed can be corrected, not typed again."""
    type_into(find(panel, "dw-source-path"), "/etc/passwd")

    assert "outside the folders that this page may read" in text_of(find(panel, "dw-error"))
    assert find(panel, "dw-source-path").value == "/etc/passwd"
    assert panel.state.snapshot.request.source.path is None


def test_typed_folder_is_listed(panel: Any, tmp_path: Path) -> None:
    """A folder is not a recording: the list goes there."""
    (tmp_path / "day 1").mkdir()

    type_into(find(panel, "dw-source-path"), "day 1")

    assert find(panel, "dw-picker").place.endswith("/day 1")
    assert panel.state.snapshot.error is None


def test_cloud_form_is_there_and_says_why_not(panel: Any) -> None:
    """What will come is shown, disabled, with its reason; nothing is asked of the network."""
    choose(find(panel, "dw-source-kind"), "Google Drive (IABS)")

    form = find(panel, "dw-cloud")
    assert "not part of this version" in text_of(form)
    assert all(find(form, f"dw-cloud-{name}").disabled for name in ("router", "track", "session"))
    assert find(panel, "dw-source-open").disabled


def test_other_source_puts_away_what_was_read(tmp_path: Path) -> None:
    """Arrays, report and summary of one recording never stand beside the name of another."""
    state = opened_state(write_recording(tmp_path))
    state.build()

    state.choose_file(str(write_recording(tmp_path, "other.npz", speed=None)))

    snapshot = state.snapshot
    assert (snapshot.inventory, snapshot.check, snapshot.summary) == (None, None, None)
    assert snapshot.preview is not None
    assert "speed" not in [info.name for info in snapshot.preview.arrays]
    assert snapshot.why_not_build == "Open a source first (step 1)."


def test_undoing_the_choice_brings_the_open_source_back(tmp_path: Path) -> None:
    """A click on the wrong file costs nothing: marks and headers are there again."""
    state = opened_state(write_recording(tmp_path))
    state.mark_bad(10, 20)
    state.choose_file(str(write_recording(tmp_path, "other.npz")))

    state.undo()
    state.check()

    assert state.bad_ranges == ((10, 20),)
    assert state.snapshot.inventory is not None
    assert state.snapshot.check is not None
    assert state.snapshot.check.ok


def test_another_kind_is_not_checked(tmp_path: Path) -> None:
    """Choosing a kind after a check starts nothing and complains of nothing."""
    state = opened_state(write_recording(tmp_path))

    state.choose_kind("iabs")

    assert state.snapshot.error is None
    assert state.snapshot.inventory is None
    assert state.snapshot.request.source.data_source == "IABS"


def test_a_path_stays_where_both_kinds_are_files(tmp_path: Path) -> None:
    """What was typed under the wrong kind is not lost; a demo has no path to keep."""
    path = write_recording(tmp_path)
    state = make_state(tmp_path)
    state.choose_kind("saved")
    state.choose_file(str(path))

    state.choose_kind("file")
    kept = state.snapshot.request.source.path
    state.choose_kind("demo")

    assert kept == path
    assert state.snapshot.request.source.path is None


def test_saved_experiments_are_not_looked_into_when_chosen(tmp_path: Path) -> None:
    """A pickle is opened on request only."""
    (tmp_path / "x.pickle").write_bytes(b"\x80\x04K\x01.")
    state = make_state(tmp_path)
    state.choose_kind("saved")

    state.choose_file("x.pickle")

    assert (state.snapshot.preview, state.snapshot.error) == (None, None)


def test_double_click_opens(panel: Any, tmp_path: Path) -> None:
    """Enter or a double click on a readable file goes on to step Map; on another it stays."""
    write_recording(tmp_path)
    (tmp_path / "empty.npz").touch()
    picker = find(panel, "dw-picker")
    picker.open_folder(tmp_path)
    names = [entry["name"] for entry in picker.entries]

    def open_line(name: str) -> str:
        said = {"event": "open", "index": names.index(name), "listed": picker.listed}
        picker._handle_custom_msg(said, [])
        return str(panel.state.snapshot.step)

    assert open_line("empty.npz") == "source"
    assert open_line("mouse.npz") == "map"
    click(find(panel, "dw-step-source"))
    assert find(panel, "dw-source-path").value == "mouse.npz"

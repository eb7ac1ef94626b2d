"""Step Save & share: files are replaced only when that was said; what is handed out is right."""

from __future__ import annotations

import asyncio
import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import open_experiment, run
from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.model import LoadRequest, SourceSpec
from driada_widgets.core.request.text import from_yaml, read_request
from driada_widgets.core.road.replay import Replay
from driada_widgets.core.workbench import Workbench
from driada_widgets.panel.handover import CopyButton
from driada_widgets.panel.jobs import Worker
from driada_widgets.panel.roots import Roots
from driada_widgets.panel.state import PanelState
from tests.panels import make_panel, write_recording
from tests.promptness import promptly
from tests.samples import make_aligned
from tests.widgets import choose, click, find, handed_out, text_of, type_into


def to_save(root: Path, **changes: Any) -> Any:
    """Give a panel with a built experiment, at step Save & share."""
    panel = make_panel(root)
    state = panel.state
    state.choose_kind("file")
    state.choose_file(str(write_recording(root, **changes)))
    state.open()
    state.set_static("fps", "20")
    state.check()
    state.build()
    state.go("save")
    return panel


# --- saving ---


def test_archive_and_pickle_are_saved(tmp_path: Path) -> None:
    """Both open with the hash of the summary; the pickle comes with its warning."""
    panel = to_save(tmp_path)
    hash_ = panel.state.snapshot.summary.hash

    click(find(panel, "dw-save"))
    archive = text_of(find(panel, "dw-saved"))
    choose(find(panel, "dw-save-format"), "Pickle (for older scripts)")
    warning = text_of(panel._sections["save"].widget)
    click(find(panel, "dw-save"))

    folder = tmp_path / "out" / "mouse"
    assert "Saved to" in archive
    assert "A pickle can run code" in warning
    for name in ("Exp mouse.npz", "Exp mouse.pickle"):
        assert open_experiment(folder / name).content_hash == hash_


def test_file_that_is_there_is_replaced_by_a_second_press(tmp_path: Path) -> None:
    """The first press says what is there and writes nothing; another place asks nothing."""
    panel = to_save(tmp_path)
    target = tmp_path / "notes.npz"
    target.write_bytes(b"my notes")

    type_into(find(panel, "dw-save-path"), str(target))
    click(find(panel, "dw-save"))
    question = text_of(find(panel, "dw-save-question"))
    label = find(panel, "dw-save").description
    before = target.read_bytes()
    click(find(panel, "dw-save"))

    assert "notes.npz is there already: a file that is no archive of ours, 8 bytes" in question
    assert "It is kept under another name" in question
    assert label == "Replace the file"
    assert before == b"my notes"
    assert open_experiment(target).n_cells == 5
    assert any(path.read_bytes() == b"my notes" for path in tmp_path.glob("notes.other-*"))
    assert find(panel, "dw-save").description == "Save experiment"


def test_file_can_be_kept(tmp_path: Path) -> None:
    """*Keep the file*, or another path, takes the question back."""
    panel = to_save(tmp_path)
    target = tmp_path / "notes.pickle"
    target.write_bytes(b"my notes")
    type_into(find(panel, "dw-save-path"), str(target))
    choose(find(panel, "dw-save-format"), "Pickle (for older scripts)")

    click(find(panel, "dw-save"))
    click(find(panel, "dw-save-keep"))
    kept = panel.state.snapshot.work.replaces
    click(find(panel, "dw-save"))
    type_into(find(panel, "dw-save-path"), str(tmp_path / "other.pickle"))
    changed = panel.state.snapshot.work.replaces
    click(find(panel, "dw-save"))

    assert (kept, changed) == ("", "")
    assert target.read_bytes() == b"my notes"
    assert (tmp_path / "other.pickle").is_file()


def test_recording_is_never_overwritten(tmp_path: Path) -> None:
    """The error box of the step says so, and the file is as it was."""
    panel = to_save(tmp_path)
    recording = tmp_path / "mouse.npz"
    before = recording.read_bytes()

    type_into(find(panel, "dw-save-path"), str(recording))
    click(find(panel, "dw-save"))

    assert "is the file that the experiment is made from" in panel.state.snapshot.error.cause
    assert recording.read_bytes() == before


# --- code and plan ---


def test_copies_are_what_is_on_screen(tmp_path: Path) -> None:
    """Each button holds the current text; an edit changes it at once."""
    panel = to_save(tmp_path)
    state = panel.state
    buttons: dict[str, CopyButton] = {
        name: find(panel, f"dw-copy-{name}") for name in ("plan", "code", "command")
    }

    before = {name: button.text for name, button in buttons.items()}
    state.mark_bad(0, 10)

    assert before["plan"] != buttons["plan"].text
    assert buttons["plan"].text == state.snapshot.plan
    assert buttons["code"].text == state.snapshot.code
    assert buttons["command"].text == state.snapshot.command
    assert "bad_frames" in buttons["plan"].text


def test_downloaded_plan_gives_the_same_experiment(tmp_path: Path) -> None:
    """The file has the session's name; run, it gives the hash on screen."""
    panel = to_save(tmp_path)

    name, content = handed_out(find(panel, "dw-plan-download"))

    assert name == "mouse.yaml"
    replayed = run(from_yaml(content.decode()))
    assert replayed.experiment.content_hash == panel.state.snapshot.summary.hash


def test_plan_is_saved_and_replaced_by_a_second_press(tmp_path: Path) -> None:
    """Inside the folders of the page; what is there is not lost without a word."""
    panel = to_save(tmp_path)
    state = panel.state
    file = tmp_path / "mouse.yaml"

    type_into(find(panel, "dw-plan-path"), "mouse.yaml")
    click(find(panel, "dw-plan-save"))
    saved = read_request(file)
    state.mark_bad(0, 10)
    click(find(panel, "dw-plan-save"))
    question, unchanged = state.snapshot.work.plan_replaces, read_request(file)
    click(find(panel, "dw-plan-save"))

    assert saved.source.path == tmp_path / "mouse.npz"
    assert "mouse.yaml is there already" in question
    assert unchanged == saved
    assert read_request(file).bad_frames == ((0, 10),)
    assert "Saved the request to mouse.yaml" in state.snapshot.work.handed


@pytest.mark.parametrize("path", ["", "/nowhere/else/a.yaml", "a.txt"])
def test_unusable_place_of_a_plan_is_an_error(tmp_path: Path, path: str) -> None:
    """No path, one outside the roots, one with another ending: said in the step."""
    panel = to_save(tmp_path)

    type_into(find(panel, "dw-plan-path"), path)
    click(find(panel, "dw-plan-save"))

    assert panel.state.snapshot.error.step == "save"


# --- report, support, replay ---


def test_report_is_handed_out(tmp_path: Path) -> None:
    """Pressed once, the page gets an HTML file with the hash in it, and no address to fetch."""
    panel = to_save(tmp_path)

    name, content = handed_out(find(panel, "dw-report-download"))
    page = content.decode()

    assert name == "mouse report.html"
    assert panel.state.snapshot.summary.hash in page
    assert page.count("data:image/png;base64,") == 4
    assert "http" not in re.sub(r'base64,[^"]*|http-equiv', "", page)


def test_report_names_no_folder_of_this_computer(tmp_path: Path) -> None:
    """It is shared: the recording is shown by its name and its place below the page's folder."""
    folder = tmp_path / "day 1"
    folder.mkdir()
    panel = make_panel(tmp_path)
    panel.state.choose_kind("file")
    panel.state.choose_file(str(write_recording(folder)))
    panel.state.open()
    panel.state.check()
    panel.state.build()
    panel.state.save()
    panel.state.go("save")

    page = handed_out(find(panel, "dw-report-download"))[1].decode()

    assert str(tmp_path) not in page
    assert "path: day 1/mouse.npz" in page
    assert "Folders of the computer that made this report are left out" in page


def test_report_needs_an_experiment(tmp_path: Path) -> None:
    """Before a build, and after an edit, the reason stands beside the button."""
    panel = to_save(tmp_path)
    panel.state.mark_bad(0, 10)

    assert find(panel, "dw-report-download").disabled
    assert find(panel, "dw-replay").disabled
    assert "Build the experiment first" in text_of(find(panel, "dw-share"))


def test_support_bundle_names_nobody(tmp_path: Path) -> None:
    """Animal, feature, folder and the failure about them: none is in any member of the zip."""
    folder = tmp_path / "Dr Geheim"
    folder.mkdir()
    panel = make_panel(folder)
    state = panel.state
    state.choose_kind("file")
    state.choose_file(
        str(write_recording(folder, "Maus Wilhelm.npz", Zitterfrequenz=make_aligned()["speed"]))
    )
    state.open()
    state.set_param("animal_id", "W-77-geheim")
    state.check()
    state.set_feature_type("Zitterfrequenz", "count")
    state.build()
    state.go("save")
    state.show_error("save", "Save", ParameterError("'Zitterfrequenz' of W-77-geheim is wrong."))

    name, content = handed_out(find(panel, "dw-support"))
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        members = {each: file.read(each).decode() for each in file.namelist()}
    text = (content.decode("latin-1") + "".join(members.values())).casefold()

    assert name == "driada-widgets support.zip"
    for secret in ("wilhelm", "maus", "geheim", "zitterfrequenz", "w-77", str(tmp_path)):
        assert secret not in text
    assert "ParameterError" in members["errors.txt"]
    assert json.loads(members["plan.json"])["features"]


def test_replay_is_verified(tmp_path: Path) -> None:
    """Green, with both hashes; a later edit takes the sentence away."""
    panel = to_save(tmp_path)
    state = panel.state
    replayed = find(panel, "dw-share").children

    click(find(panel, "dw-replay"))
    shown = state.snapshot.work.replayed
    green = panel._sections["save"]._share._replayed
    classes = set(green._dom_classes)
    state.mark_bad(0, 10)

    assert replayed
    assert shown.verified
    assert shown.words.count(state.snapshot.summary.hash) == 2
    assert "dw-good" in classes
    assert state.snapshot.work.replayed is None


def test_other_hash_is_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that changed after it was read gives another experiment, and both hashes are told."""
    panel = to_save(tmp_path)
    np.savez(tmp_path / "mouse.npz", **make_aligned(seed=3))

    click(find(panel, "dw-replay"))

    shown = panel.state.snapshot.work.replayed
    assert not shown.verified
    assert panel.state.snapshot.summary.hash in shown.words
    assert "dw-wrong" in panel._sections["save"]._share._replayed._dom_classes


def test_what_cannot_be_replayed_says_why(tmp_path: Path) -> None:
    """Arrays in memory are in no file that a fresh process could read."""
    state = PanelState(Workbench(data=make_aligned()), Worker(), Roots([tmp_path]))
    state._change(request=LoadRequest(source=SourceSpec(kind="memory")), is_built=True)

    assert "The arrays were in memory" in state.why_not_replay


async def until(is_so: Callable[[], bool]) -> float:
    """Wait until something is so; give how long that took."""
    started = time.monotonic()
    while not is_so():
        assert time.monotonic() - started < 60, "it never became so"
        await asyncio.sleep(0.005)
    return time.monotonic() - started


def test_replay_can_be_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within three tenths of a second; the experiment stays built."""
    from driada_widgets.core.road import replay as module

    def slow(_request: Any, expected: str, progress: Any) -> Replay:
        for _ in range(1000):
            time.sleep(0.01)
            progress.check()
        return Replay(expected=expected, found="")

    monkeypatch.setattr(module, "replay", slow)

    async def go(root: Path) -> float:
        root.mkdir()
        state = PanelState(Workbench(), Worker(), Roots([root]), LoadRequest(root=root))
        state.choose_kind("file")
        state.choose_file(str(write_recording(root)))
        state.open()
        state.check()
        await until(lambda: state.snapshot.is_checked and not state.snapshot.is_busy)
        state.build()
        await until(lambda: state.snapshot.is_built)
        state.replay()
        assert state.snapshot.job.kind == "replay"
        state.cancel()
        took = await until(lambda: not state.snapshot.is_busy)
        assert state.snapshot.is_built
        assert state.snapshot.work.replayed is None
        return took

    promptly(lambda number: asyncio.run(go(tmp_path / str(number))))

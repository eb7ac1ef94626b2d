"""The panel where anywidget is missing: stock controls do what its scripts do."""

from __future__ import annotations

import base64
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import driada_widgets
from tests.widgets import choose, click, find, sent_updates, text_of, tick, type_into


@pytest.fixture
def panels() -> Iterator[Any]:
    """Give ``tests.panels`` as it is where ``import anywidget`` fails; later all is as before."""
    importlib.import_module("driada_widgets.panel.view")
    package, before = driada_widgets.panel, sys.modules.copy()
    for name in filter(_is_of_panel, before):
        del sys.modules[name]
    sys.modules["anywidget"] = None  # type: ignore[assignment]  # so that its import fails
    yield importlib.import_module("tests.panels")
    for name in filter(_is_of_panel, tuple(sys.modules)):
        del sys.modules[name]
    sys.modules.update(before)
    driada_widgets.panel = package


def _is_of_panel(name: str) -> bool:
    return name.startswith(("driada_widgets.panel", "tests.panels"))


@pytest.fixture
def panel(panels: Any, tmp_path: Path) -> Any:
    """Give a panel that lists a folder with one recording."""
    panels.write_recording(tmp_path)
    made = panels.make_panel(tmp_path)
    made.state.choose_kind("file")
    return made


@pytest.fixture
def checked(panel: Any, tmp_path: Path) -> Any:
    """Give a panel with its recording checked."""
    panel.state.choose_file(str(tmp_path / "mouse.npz"))
    panel.state.open()
    panel.state.set_static("fps", "20")
    panel.state.check()
    panel.state.go("check")
    return panel


def walk(widget: Any) -> list[Any]:
    """List a widget and all below it."""
    below = [each for child in getattr(widget, "children", ()) for each in walk(child)]
    return [widget, *below]


def control(root: Any, label: str) -> Any:
    """Give the one control at or under a widget with a label."""
    (found,) = [
        each
        for each in walk(root)
        if getattr(each, "description", None) == label
        and not hasattr(each, "rev")
        and type(each).__module__.startswith("ipywidgets")
    ]
    return found


def image_of(panel: Any) -> Any:
    """Give the picture of the traces."""
    return find(panel, "dw-traces-image")


def test_panel_says_what_is_missing(panel: Any) -> None:
    """The first lines tell why the page is plain, and what to install."""
    assert "pip install anywidget" in text_of(find(panel, "dw-stock-said"))


def test_road_without_a_script(panel: Any, tmp_path: Path) -> None:
    """From choosing a file in the list to a saved experiment, with stock controls alone."""
    picker = find(panel, "dw-picker")
    files = control(picker, "Files")
    choose(files, next(label for label in files._options_labels if label.startswith("mouse.npz")))
    click(control(picker, "Open what is marked"))
    panel.state.set_static("fps", "20")
    choose(control(find(panel, "dw-arrays"), "Array"), "speed")
    type_into(control(find(panel, "dw-arrays"), "Name in the experiment"), "velocity")
    panel.state.check()
    panel.state.go("check")
    shown = image_of(panel).value[:4]
    panel.state.build()
    panel.state.go("save")
    click(find(panel, "dw-save"))

    assert shown == b"\x89PNG"
    assert "velocity" in panel.experiment.dynamic_features
    assert panel.state.snapshot.saved
    assert list((tmp_path / "out").rglob("*.npz"))


def test_traces_move_by_typing_and_by_buttons(checked: Any) -> None:
    """From and To take frames or seconds; what cannot be read is said in the step."""
    first, last = find(checked, "dw-traces-from"), find(checked, "dw-traces-to")
    pictures = [image_of(checked).value]
    windows = []
    for start, stop in (("100", "299"), ("20s", "30s"), ("900", "5000")):
        first.value, last.value = start, stop
        click(find(checked, "dw-traces-go"))
        windows.append((checked.state.snapshot.window.start, checked.state.snapshot.window.stop))
        pictures.append(image_of(checked).value)
    click(find(checked, "dw-window-earlier"))
    windows.append((checked.state.snapshot.window.start, checked.state.snapshot.window.stop))
    pictures.append(image_of(checked).value)
    first.value, last.value = "soon", "later"
    click(find(checked, "dw-traces-go"))

    assert windows == [(100, 300), (400, 600), (900, 1000), (850, 950)]
    assert len(set(pictures)) == len(pictures)
    assert "not a frame" in checked.state.snapshot.error.cause


def test_traces_show_bad_frames_and_what_is_over_them(checked: Any) -> None:
    """Every change of what is seen is a new picture."""
    from driada_widgets.panel.overlays import CellOverlay, TraceOverlay

    cell = CellOverlay(event_frames=np.array([50]), reconstruction=np.ones(1000, np.float32))
    state = checked.state
    pictures = [image_of(checked).value]
    for verb, values in (
        (state.mark_bad, (100, 200)),
        (state.show_overlay, (TraceOverlay(cells={1: cell}, title="wavelet"),)),
        (state.set_denoised, (True,)),
        (state.select_cell, (2,)),
        (state.set_unit, ("frames",)),
    ):
        verb(*values)
        pictures.append(image_of(checked).value)

    assert len(set(pictures)) == len(pictures)
    assert "denoised · 1 event · wavelet" in image_of(checked).tooltip


def test_spikes_are_tried_and_found(checked: Any) -> None:
    """A method is chosen from a stock list; what it finds is drawn over the still traces."""
    before = image_of(checked).value
    checked.state.build()
    checked.state.go("build")
    methods = control(find(checked, "dw-spikes-method"), "Method")
    choose(methods, next(label for label in methods._options_labels if "hreshold" in label))
    click(find(checked, "dw-spikes-try"))
    click(find(checked, "dw-spikes-look"))
    tried = (checked.state.overlay is not None, image_of(checked).value != before)
    checked.state.go("build")
    click(find(checked, "dw-spikes-run"))

    assert tried == (True, True)
    assert any(row.n_events for row in checked.experiment.spike_quality())


def test_technician_checks_and_builds(panels: Any, tmp_path: Path) -> None:
    """The page of a profile has the same line about what is missing, and its button works."""
    panels.write_recording(tmp_path)
    profile = tmp_path / "rig.yaml"
    profile.write_text(
        "profile: 1\ntitle: Rig\nrequest:\n  source: {data_source: MyLab, neural: calcium}\n"
        "  static_features: {fps: 20.0}\nfree: [source.path, exp_params.name]\n",
        encoding="utf-8",
    )
    view = importlib.import_module("driada_widgets.panel.view")
    jobs = importlib.import_module("driada_widgets.panel.jobs")
    page = view.LoaderPanel(roots=[tmp_path], runner=jobs.InlineRunner(), profile=profile)

    page.state.choose_file(str(tmp_path / "mouse.npz"))
    page.state.set_param("name", "m1")
    click(find(page, "dw-check"))

    assert "pip install anywidget" in text_of(find(page, "dw-stock-said"))
    assert page.state.snapshot.is_checked
    assert "5 neurons" in text_of(page)


def test_nothing_for_a_script_is_sent(checked: Any) -> None:
    """The picture's columns stay here: there is no script that could draw them."""
    view = find(checked, "dw-traces")

    checked.state.set_window(0, 500)

    sent = {name for update in sent_updates(view) for name in update}
    assert {"block", "rev", "labels"} & (sent | set(view.get_state())) == set()


def test_quality_is_sorted_and_selected(checked: Any) -> None:
    """Heads are buttons, rows a list."""
    checked.state.show_picture("quality")
    quality = find(checked, "dw-quality")
    click(control(quality, "SNR"))
    sorted_by = checked.state.snapshot.pictures.sort_column
    rows = control(quality, "Select")
    choose(rows, rows._options_labels[2])

    assert sorted_by == "snr"
    assert checked.state.snapshot.pictures.cell == rows.value
    assert "dw-stock-marked" in text_of(quality)


def test_names_from_a_file_are_text(panels: Any, tmp_path: Path) -> None:
    """No table makes markup of a name."""
    panels.write_recording(tmp_path, **{"<img src=x>": np.arange(1000.0)})
    panel = panels.make_panel(tmp_path)
    panel.state.choose_kind("file")
    panel.state.choose_file(str(tmp_path / "mouse.npz"))
    panel.state.open()

    text = text_of(find(panel, "dw-arrays"))
    assert "&lt;img src=x&gt;" in text
    assert "<img" not in text


def test_picker_walks_folders(panels: Any, tmp_path: Path) -> None:
    """Into a folder and up again; the filter and the part of a name narrow the list."""
    below = tmp_path / "below"
    below.mkdir()
    panels.write_recording(below)
    (below / "notes.txt").write_text("x", encoding="utf-8")
    panel = panels.make_panel(tmp_path)
    panel.state.choose_kind("file")
    picker = find(panel, "dw-picker")
    files = control(picker, "Files")

    choose(files, "below/")
    click(control(picker, "Open what is marked"))
    inside = files._options_labels
    tick(control(picker, "files of every format"))
    every = files._options_labels
    type_into(control(picker, "Contains"), "note")
    narrowed = files._options_labels
    click(control(picker, "Up one folder"))

    assert [len(inside), len(every), len(narrowed)] == [1, 2, 1]
    assert "below/" in files._options_labels


def test_upload_is_left_out(panel: Any) -> None:
    """A stock control sends a file in one message, on which servers hang up; the page says it."""
    upload = find(panel, "dw-upload")
    (row,) = [each for each in walk(panel) if upload in getattr(each, "children", ())]

    assert row.layout.display == "none"
    assert "cannot be uploaded" in text_of(find(panel, "dw-stock-said"))


def test_files_and_texts_are_handed_out(checked: Any) -> None:
    """A download is a link that saves, a text to copy is shown."""
    checked.state.show_picture("quality")
    download = find(checked, "dw-quality-csv")
    click(control(download, "Download table (CSV)"))
    checked.state.go("save")
    copy = find(checked, "dw-copy-code")
    click(control(copy, "Copy Python"))

    match = re.search(
        r'download="([^"]+\.csv)" href="data:text/csv;base64,([^"]+)"', text_of(download)
    )
    assert match is not None
    assert base64.b64decode(match[2]).decode().count("\n") >= 5
    (area,) = [each for each in walk(copy) if hasattr(each, "rows")]
    assert (area.value, area.layout.display) == (checked.state.snapshot.code, None)


def test_help_says_that_there_are_no_keys(panel: Any) -> None:
    """The button does something, and a second press takes it back."""
    words = find(panel, "dw-key-help").children[0]
    seen = [words.layout.display]
    for _ in range(2):
        click(find(panel, "dw-help"))
        seen.append(words.layout.display)

    assert seen == ["none", None, "none"]

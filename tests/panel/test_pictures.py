"""The linked pictures without a kernel: which is on screen, and what follows what."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ipywidgets import Image
from PIL import Image as Png

from driada_widgets.core.road import mapped
from driada_widgets.panel.view import LoaderPanel
from tests.panels import make_panel, write_recording
from tests.widgets import choose, click, find, find_all, gesture, text_of, type_into

N_CELLS = 40
NAMES = ("traces", "heatmap", "trajectory", "quality")
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def panel(tmp_path: Path, rng: np.random.Generator) -> LoaderPanel:
    """Give a panel in step Check of forty neurons whose peaks fall from the last to the first."""
    rows = 0.1 * rng.random((N_CELLS, 1000))
    rows[np.arange(N_CELLS), 10 + 20 * np.arange(N_CELLS)] = 1.0 + np.arange(N_CELLS)
    return checked(write_recording(tmp_path, calcium=rows))


def checked(path: Path) -> LoaderPanel:
    """Give a panel with a file checked."""
    made = make_panel(path.parent)
    made.state.choose_kind("file")
    made.state.choose_file(str(path))
    made.state.open()
    made.state.set_static("fps", "20")
    made.state.check()
    return made


def png_of(panel: Any, css_class: str) -> Any:
    """Open the picture that is on screen."""
    image: Image = find(panel, css_class)
    assert image.layout.display is None
    return Png.open(io.BytesIO(image.value)).convert("RGB")


def shown_labels(panel: Any) -> list[str]:
    """Give the names of the traces on screen."""
    return list(find(panel, "dw-traces").labels)


@pytest.mark.parametrize("name", NAMES)
def test_one_picture_at_a_time(panel: LoaderPanel, name: str) -> None:
    """The button of the picture on screen is marked, and only that picture is there."""
    click(find(panel, f"dw-view-{name}"))

    marked = [each for each in NAMES if "dw-now" in find(panel, f"dw-view-{each}")._dom_classes]
    there = [each for each in NAMES if find_all(panel, f"dw-{each}")]
    assert (marked, there) == ([name], [name])


def test_order_is_that_of_traces_and_heatmap(panel: LoaderPanel) -> None:
    """Sorting in one picture sorts all; the heatmap says by what."""
    choose(find(panel, "dw-cell-order"), "peak")
    traces = shown_labels(panel)
    click(find(panel, "dw-view-heatmap"))

    assert traces[:3] == ["39", "38", "37"]
    assert "sorted by peak" in find(panel, "dw-heatmap").tooltip


def test_heatmap_has_the_greatest_peaks_at_the_top(panel: LoaderPanel) -> None:
    """Rows stand as the order says: each neuron's one event is a pixel at its time."""
    click(find(panel, "dw-view-heatmap"))
    as_stored = np.asarray(png_of(panel, "dw-heatmap"), dtype=int)
    choose(find(panel, "dw-cell-order"), "peak")
    by_peak = np.asarray(png_of(panel, "dw-heatmap"), dtype=int)

    assert as_stored.shape == by_peak.shape
    box = slice(10, 200), slice(100, 780)
    assert (as_stored[box] != by_peak[box]).any()


@pytest.mark.parametrize("name", ["heatmap", "trajectory"])
def test_other_changes_draw_nothing(
    panel: LoaderPanel, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Progress, the log and other steps send no wish to the worker."""
    click(find(panel, f"dw-view-{name}"))
    monkeypatch.setattr("driada_widgets.plots.to_png", None)

    panel.state._show(measuring=0.5)
    panel.state.go("map")
    panel.state.go("check")
    panel.state.keep_as_is("nothing")

    assert panel.state.snapshot.error is None


def test_heatmap_is_drawn_anew_when_it_changes(panel: LoaderPanel) -> None:
    """Window, marks, selection, theme and unit of time are in the picture."""
    click(find(panel, "dw-view-heatmap"))
    image = find(panel, "dw-heatmap")
    seen = [image.value]
    changes: list[Callable[[], object]] = [
        lambda: click(find(panel, "dw-window-in")),
        lambda: click(find(panel, "dw-window-later")),
        lambda: panel.state.mark_bad(600, 620),
        lambda: panel.state.select_cell(5),
        lambda: panel.state.set_dark(True),
        lambda: click(find(panel, "dw-window-unit")),
    ]
    for change in changes:
        change()
        seen.append(image.value)

    assert len(set(seen)) == 7


def test_dark_pages_have_dark_pictures(panel: LoaderPanel) -> None:
    """The ground of every drawn picture is that of the page."""
    panel.state.set_dark(True)
    for name in ("heatmap", "trajectory"):
        click(find(panel, f"dw-view-{name}"))

        assert png_of(panel, f"dw-{name}").getpixel((1, 1)) == (17, 17, 17)


def test_pictures_are_as_wide_as_the_page(panel: LoaderPanel) -> None:
    """The page tells its width; on a finer screen there are more pixels."""
    click(find(panel, "dw-view-heatmap"))
    ruler = next(each for each in walk(panel) if type(each).__name__ == "Ruler")

    ruler.set_state({"width": 640, "ratio": 2.0})

    assert png_of(panel, "dw-heatmap").size[0] == 1280
    assert find(panel, "dw-heatmap").layout.width == "640px"


def walk(widget: Any) -> list[Any]:
    """List a widget and all under it."""
    below = [each for child in getattr(widget, "children", ()) for each in walk(child)]
    return [widget, *below]


def test_selecting_brings_the_trace_into_view_and_out(panel: LoaderPanel) -> None:
    """A typed number scrolls the traces to the neuron and marks its row."""
    type_into(find(panel, "dw-cell"), "33")

    labels, marked = shown_labels(panel), find(panel, "dw-traces").marked
    assert labels[marked] == "33"
    click(find(panel, "dw-cell-on"))
    assert find(panel, "dw-cell").value == "34"
    type_into(find(panel, "dw-cell"), "")
    assert find(panel, "dw-traces").marked is None


@pytest.mark.parametrize("text", ["9999", "seven", "-1"])
def test_neuron_that_is_none_is_said(panel: LoaderPanel, text: str) -> None:
    """A wrong number ends in the error box, in words."""
    type_into(find(panel, "dw-cell"), text)

    said = text_of(find(panel, "dw-error"))
    assert "neuron" in said


def test_number_of_traces_can_be_chosen(panel: LoaderPanel) -> None:
    """Five, ten, twenty, fifty or a hundred neurons at once."""
    choose(find(panel, "dw-cells-at-once"), "5")
    five = shown_labels(panel)
    click(find(panel, "dw-cells-on"))

    assert five == ["0", "1", "2", "3", "4"]
    assert shown_labels(panel) == ["5", "6", "7", "8", "9"]
    assert "of 40 neurons: places 5 to 9" in text_of(panel)


def test_window_is_shared_both_ways(panel: LoaderPanel) -> None:
    """Zooming the heatmap moves the traces, and a pan of the traces moves the heatmap."""
    click(find(panel, "dw-view-heatmap"))
    click(find(panel, "dw-window-in"))
    click(find(panel, "dw-view-traces"))
    assert find(panel, "dw-traces").window == [250, 750]

    gesture(find(panel, "dw-traces"), {"event": "view", "view": [100, 200]})
    click(find(panel, "dw-view-heatmap"))

    assert "Frames 100 to 199 (5.0 to 10.0 s)" in find(panel, "dw-heatmap").tooltip


def test_trajectory_of_planes_and_pairs(panel: LoaderPanel) -> None:
    """The plane of the file is there at once; any two features can be chosen instead."""
    click(find(panel, "dw-view-trajectory"))
    plane = find(panel, "dw-trajectory").tooltip
    choose(find(panel, "dw-path"), "two features")
    choose(find(panel, "dw-path-x"), "speed")
    choose(find(panel, "dw-path-y"), "hd")
    pair = find(panel, "dw-trajectory").tooltip

    assert plane.startswith("Path of position, coloured by time.")
    assert pair.startswith("Path of speed and hd, coloured by time.")


def test_trajectory_is_coloured_by_the_selected_neuron(panel: LoaderPanel) -> None:
    """Choosing a neuron anywhere colours the path by it."""
    panel.state.select_cell(7)
    click(find(panel, "dw-view-trajectory"))
    by_time = find(panel, "dw-trajectory").value

    choose(find(panel, "dw-path-colour"), "activity of neuron 7")
    by_seven = find(panel, "dw-trajectory").value
    click(find(panel, "dw-cell-on"))

    assert len({by_time, by_seven, find(panel, "dw-trajectory").value}) == 3
    assert "the activity of neuron 8" in find(panel, "dw-trajectory").tooltip


def test_recording_without_two_features_has_no_path(tmp_path: Path) -> None:
    """It says what a path needs, and shows no empty picture."""
    path = write_recording(tmp_path, position=None, speed=None, trial_type=None)
    panel = checked(path)

    click(find(panel, "dw-view-trajectory"))

    assert "A path needs a feature of two components" in text_of(panel)
    assert find(panel, "dw-trajectory").layout.display == "none"


def test_evidence_opens_under_its_row(panel: LoaderPanel) -> None:
    """The button draws the values, another press hides them; a plane has no such button."""
    rows = {name: find(panel, f"dw-feature-{name}") for name in ("speed", "hd", "position")}
    buttons = {name: find(row, "dw-evidence-show") for name, row in rows.items()}
    pictures = {image.tooltip: image for image in find_all(panel, "dw-evidence")}
    assert set(pictures) == {None}

    click(buttons["hd"])

    (opened,) = [image for image in find_all(panel, "dw-evidence") if image.value]
    assert "wraps" in opened.tooltip
    assert buttons["hd"].description == "Hide values"
    assert buttons["position"].layout.display == "none"
    click(buttons["hd"])
    assert buttons["hd"].description == "Show values"


def test_override_redraws_open_evidence(panel: LoaderPanel) -> None:
    """The plot follows the type that is chosen."""
    row = find(panel, "dw-feature-hd")
    click(find(row, "dw-evidence-show"))
    (image,) = [each for each in find_all(panel, "dw-evidence") if each.value]
    before = image.value

    choose(find(row, "dw-feature-type"), "linear")

    assert image.value != before


def test_file_that_is_written_over_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is drawn from a file that was cut under the panel; it says what to do."""
    monkeypatch.setattr(mapped, "MAP_FROM", 1000)
    path = write_recording(tmp_path)
    panel = checked(path)
    assert find(panel, "dw-view-heatmap")

    os.truncate(path, 5000)
    panel.state.show_picture("heatmap")

    assert "written over" in text_of(panel)
    assert find_all(panel, "dw-heatmap") == []


def test_names_from_files_are_text_everywhere(tmp_path: Path) -> None:
    """A feature's name is no markup and no formula, in any picture or control."""
    name = f"{HOSTILE}$\\frac{{"
    rows = np.random.default_rng(0).random((3, 1000))
    path = write_recording(tmp_path, **{name: rows[0], "\u202eevil": rows[:2]})
    panel = checked(path)

    for each in NAMES:
        click(find(panel, f"dw-view-{each}"))
    panel.state.set_order(f"feature:{name}")
    panel.state.show_picture("heatmap")
    panel.state.show_picture("trajectory")
    panel.state.set_path(name, "speed")

    assert panel.state.snapshot.error is None
    assert "<img" not in text_of(find(panel, "dw-navigator")).replace(HOSTILE, "")
    assert "&lt;img" in text_of(panel)


@pytest.mark.parametrize(
    ("metadata", "unit"), [('{"units": "dF/F"}', "ΔF/F"), ("{}", "")], ids=["told", "unknown"]
)
def test_traces_have_the_unit_that_the_file_tells(tmp_path: Path, metadata: str, unit: str) -> None:
    """The scale bar says it; without it, it says that it is unknown."""
    panel = checked(write_recording(tmp_path, _metadata=np.array(metadata)))

    assert find(panel, "dw-traces").units == unit


def test_technician_page_still_has_its_traces(panel: LoaderPanel) -> None:
    """The trace picture stands alone, too."""
    from driada_widgets.panel.sections.pictures import TracePicture

    section = panel._sections["check"]
    picture = TracePicture(section)
    picture.render(panel.state.snapshot)

    assert picture.view.labels[0] == "0"


def test_features_that_are_not_drawn_are_told(panel: LoaderPanel, tmp_path: Path) -> None:
    """Of many features the first rows stand under the traces, and that is said; of few nothing."""
    many = {f"f{index}": np.arange(1000) % (7 + index) for index in range(20)}
    crowded = checked(write_recording(tmp_path, "many.npz", **many))

    assert "; the first 8 of 25 features" in text_of(find(crowded, "dw-navigator"))
    assert "features" not in text_of(find(panel, "dw-navigator"))

"""Step Map through its widgets: names, constants, arrays, and everything that can be decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.request.text import from_yaml
from tests.panels import make_panel, write_recording
from tests.samples import make_aligned
from tests.widgets import choose, click, find, find_all, gesture, text_of, tick, type_into

HOSTILE = "<img src=x onerror=alert(1)>"


def opened(root: Path, **changes: Any) -> Any:
    """Give a panel at step Map of a recording."""
    panel = make_panel(root)
    choose(find(panel, "dw-source-kind"), "File on this computer or server")
    type_into(find(panel, "dw-source-path"), str(write_recording(root, **changes)))
    click(find(panel, "dw-source-open"))
    return panel


def change(panel: Any, name: str, what: str, value: object) -> None:
    """Change something in the table of arrays, as the page does."""
    table = find(panel, "dw-arrays")
    at = [row["name"] for row in table.rows].index(name)
    gesture(table, {"row": at, "what": what, "value": value})


def row_of(panel: Any, name: str) -> dict[str, Any]:
    """Give the shown row of an array."""
    rows = {row["name"]: row for row in find(panel, "dw-arrays").rows}
    return dict(rows[name])


def test_arrays_are_shown_with_part_values_and_reason(tmp_path: Path) -> None:
    """Shape, type, first values, part and why, for every array of the file."""
    panel = opened(tmp_path, label=np.array("abc"))

    row = row_of(panel, "position")
    assert (row["shape"], row["dtype"]) == ("2 × 1,000", "float64")
    assert row["values"].count(",") == 4
    assert (row["part"], row["why"]) == ("use", "2 numbers for each frame")
    assert row_of(panel, "calcium")["part"] == "neural"
    assert row_of(panel, "label")["parts"] == [["not used", "out"]]


def test_parts_can_be_changed(tmp_path: Path) -> None:
    """Another array as neural data, one left out: the request says so, undo takes it back."""
    panel = opened(tmp_path)

    change(panel, "position", "part", "neural")
    change(panel, "speed", "part", "out")
    request = panel.state.snapshot.request

    assert request.source.neural == "position"
    assert request.features is not None
    assert not request.features["speed"].use
    assert row_of(panel, "calcium")["part"] == "out"
    assert row_of(panel, "speed")["why"] == "left out by the request"
    assert panel.state.snapshot.undo == "leave out speed"
    click(find(panel, "dw-undo"))
    click(find(panel, "dw-undo"))
    assert row_of(panel, "calcium")["part"] == "neural"
    assert panel.state.snapshot.request.features is None


def test_taking_an_array_in_again_leaves_no_trace(tmp_path: Path) -> None:
    """Out and in again is the request as it was."""
    panel = opened(tmp_path)
    before = panel.state.snapshot.request

    change(panel, "speed", "part", "out")
    change(panel, "speed", "part", "use")

    assert panel.state.snapshot.request == before


def test_options_of_an_array(tmp_path: Path) -> None:
    """Transposed, renamed, a policy of its own: each is a field of the request."""
    panel = opened(tmp_path)

    change(panel, "position", "transposed", True)
    change(panel, "speed", "name", " velocity ")
    change(panel, "hd", "nan", "interpolate")
    request = panel.state.snapshot.request

    assert request.transpose == ("position",)
    assert request.features is not None
    assert request.features["speed"].rename == "velocity"
    assert request.nan.of("hd").policy == "interpolate"
    change(panel, "hd", "nan", "")
    assert panel.state.snapshot.request.nan.arrays == {}


def test_page_cannot_ask_for_what_is_not_offered(tmp_path: Path) -> None:
    """Rows and values that were never shown change nothing."""
    panel = opened(tmp_path)
    before = panel.state.snapshot.request

    change(panel, "speed", "part", "constant")
    change(panel, "speed", "nan", "delete everything")
    gesture(find(panel, "dw-arrays"), {"row": 99, "what": "name", "value": "x"})
    gesture(find(panel, "dw-arrays"), {"row": 0, "what": "format disk", "value": "x"})

    assert panel.state.snapshot.request == before


def test_transposed_matrix_is_proved_and_mended_by_one_click(tmp_path: Path) -> None:
    """The step says why, and the button does what is to be done."""
    panel = opened(tmp_path, calcium=make_aligned()["calcium"].T.copy())
    said = text_of(find(panel, "dw-findings"))
    status = find(panel, "dw-step-map").description

    click(find_all(panel, "dw-fix")[0])

    assert "1000×5" in said
    assert "has 1000 frames" in said
    assert "1 to do" in status
    assert panel.state.snapshot.request.transpose == ("calcium",)
    assert find(panel, "dw-findings").layout.display == "none"
    assert row_of(panel, "calcium")["transposed"] is True


def test_unproven_orientation_waits_for_an_answer(tmp_path: Path) -> None:
    """Nothing proves it, so the person is asked; keeping it is an answer."""
    calcium = np.random.default_rng(0).random((900, 400))
    none = dict.fromkeys(("speed", "hd", "trial_type", "position"))
    panel = opened(tmp_path, calcium=calcium, **none)
    said = text_of(find(panel, "dw-findings"))

    click(find(panel, "dw-keep"))

    assert "Please answer" in said
    assert "Please answer" not in text_of(find(panel, "dw-findings"))


# --- constants ---


@pytest.mark.parametrize("stored", [30.0, [30.0], [[30]]], ids=str)
def test_frame_rate_in_the_file_is_offered(tmp_path: Path, stored: object) -> None:
    """The number is offered beside the field and as a part; taking it is set by the person."""
    panel = opened(tmp_path, fps=np.array(stored))
    offer = find(panel, "dw-fps-offer")
    offered = offer.description, offer.layout.display

    click(offer)

    assert offered == ("Use 30 from the file", None)
    assert panel.state.snapshot.request.static_features == {"fps": 30.0}
    assert offer.layout.display == "none"
    assert row_of(panel, "fps")["part"] == "constant"
    change(panel, "fps", "part", "out")
    assert panel.state.snapshot.request.static_features == {}


def test_frame_rate_in_the_file_is_offered_beside_an_equal_default(tmp_path: Path) -> None:
    """A default that happens to be right is confirmed by the file with one click."""
    panel = opened(tmp_path, fps=np.array(20.0))
    offer = find(panel, "dw-fps-offer")
    offered = offer.description, offer.layout.display

    click(offer)

    assert offered == ("Use 20 from the file", None)
    assert panel.state.snapshot.request.static_features == {"fps": 20.0}
    assert offer.layout.display == "none"


def test_any_single_number_can_be_a_constant(tmp_path: Path) -> None:
    """A depth in the file is one choice away from the constants."""
    panel = opened(tmp_path, depth_um=np.array(120))

    change(panel, "depth_um", "part", "constant")

    assert panel.state.snapshot.request.static_features == {"depth_um": 120.0}
    assert find(panel, "dw-static-depth_um").value == "120"


def test_origin_is_marked_and_there_is_a_way_back(tmp_path: Path) -> None:
    """Default is a warning; what was set can go back to what was detected."""
    panel = opened(tmp_path)
    field, back = find(panel, "dw-fps"), find(panel, "dw-fps-back")
    before = text_of(panel)

    type_into(field, "12.5")
    during = text_of(panel), back.description
    click(back)

    assert "default: please check" in before
    assert "set by you" in during[0]
    assert during[1] == "Back to 20, the default"
    assert field.value == "20"
    assert panel.state.snapshot.request.static_features == {}


def test_rate_that_the_metadata_hold_is_from_the_file(tmp_path: Path) -> None:
    """What the file says is marked so, and is the way back."""
    panel = opened(tmp_path, _metadata=np.array('{"fps": 15}'))
    before = find(panel, "dw-fps").value, text_of(panel)

    type_into(find(panel, "dw-fps"), "20")

    assert before[0] == "15"
    assert "from the file" in before[1]
    assert find(panel, "dw-fps-back").description == "Back to 15, from the file"


def test_wrong_number_stays_to_be_mended(tmp_path: Path) -> None:
    """The error is in the step, the text in its field, the old value in the request."""
    panel = opened(tmp_path)

    type_into(find(panel, "dw-t-rise"), "fast")

    assert "must be a number above 0" in text_of(find(panel, "dw-error"))
    assert find(panel, "dw-t-rise").value == "fast"
    assert panel.state.snapshot.request.static_features == {}


def test_kinetics_that_contradict_each_other_are_said_beside_them(tmp_path: Path) -> None:
    """Decay shorter than rise is the core's sentence, in the card."""
    panel = opened(tmp_path)

    type_into(find(panel, "dw-t-off"), "0.1")

    assert "must be greater than t_rise_sec" in text_of(panel)
    assert find(panel, "dw-step-map").description.endswith("1 to do")


def test_further_constants_come_and_go(tmp_path: Path) -> None:
    """Any name; a number where it is one, else text; a hostile name is text."""
    panel = opened(tmp_path)

    for name, value in (("depth", "12,5"), ("area", "CA1"), (HOSTILE, "1")):
        type_into(find(panel, "dw-static-new-name"), name)
        type_into(find(panel, "dw-static-new-value"), value)
        click(find(panel, "dw-static-new-add"))
    added = dict(panel.state.snapshot.request.static_features)
    click(find_all(panel, "dw-static-remove")[1])

    assert added == {"depth": 12.5, "area": "CA1", HOSTILE: 1.0}
    assert dict(panel.state.snapshot.request.static_features) == {"depth": 12.5, HOSTILE: 1.0}
    assert find(panel, "dw-static-new-name").value == ""


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("", "1", "name is missing"), ("x", " ", "value is missing"), ("fps", "1", "there already")],
)
def test_incomplete_pair_is_refused_and_kept(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    """What was typed stays until it can be added."""
    panel = opened(tmp_path)
    type_into(find(panel, "dw-static-new-name"), name)
    type_into(find(panel, "dw-static-new-value"), value)

    click(find(panel, "dw-static-new-add"))

    assert said in text_of(find(panel, "dw-error"))
    assert find(panel, "dw-static-new-name").value == name
    assert panel.state.snapshot.request.static_features == {}


# --- names ---


def test_name_follows_its_parts(tmp_path: Path) -> None:
    """Without a name the parts form one; a name that no folder can have is said at once."""
    panel = opened(tmp_path)

    type_into(find(panel, "dw-param-name"), "")
    type_into(find(panel, "dw-param-subject"), "rat42")
    type_into(find(panel, "dw-param-experiment"), "maze")
    formed = find(panel, "dw-session-name").value
    type_into(find(panel, "dw-param-name"), "../escaped")

    assert "Exp maze_rat42" in formed
    assert "may not contain" in find(panel, "dw-session-name").value
    assert "no name yet" in text_of(panel)


def test_iabs_asks_for_three_fields_quietly_first(tmp_path: Path) -> None:
    """They are marked as required; Next stays and marks what is missing, then goes on."""
    panel = opened(tmp_path)

    type_into(find(panel, "dw-data-source"), "IABS")
    track = find(panel, "dw-param-track")
    quiet = set(track._dom_classes)
    click(find(panel, "dw-next"))
    stayed, pressed = panel.state.snapshot.step, set(track._dom_classes)
    for key, value in (("track", "NOF"), ("animal_id", "H01"), ("session", "1D")):
        type_into(find(panel, f"dw-param-{key}"), value)
    named = find(panel, "dw-session-name").value
    click(find(panel, "dw-next"))

    assert {"dw-required", "dw-empty"} <= quiet
    assert "dw-touched" not in quiet
    assert stayed == "map"
    assert "dw-touched" in pressed
    assert "dw-empty" not in track._dom_classes
    assert "NOF_H01_1D" in named
    assert panel.state.snapshot.step == "check"


def test_further_entries_come_and_go(tmp_path: Path) -> None:
    """Any entry of exp_params can be added, changed and removed under its own class."""
    panel = opened(tmp_path)

    type_into(find(panel, "dw-param-new-name"), "weight g")
    type_into(find(panel, "dw-param-new-value"), "21")
    click(find(panel, "dw-param-new-add"))
    type_into(find(panel, "dw-param-weight_g"), "22")
    changed = dict(panel.state.snapshot.request.exp_params)
    click(find(panel, "dw-param-remove"))

    assert changed == {"name": "mouse", "weight g": "22"}
    assert dict(panel.state.snapshot.request.exp_params) == {"name": "mouse"}


# --- more ---


def test_rarer_options_have_controls(tmp_path: Path) -> None:
    """NaN with its gap, seed, circular companions, combinations, folder."""
    panel = opened(tmp_path)
    gap = find(panel, "dw-max-gap")
    hidden = gap.layout.display

    choose(find(panel, "dw-nan"), "fill short inner gaps with straight lines")
    type_into(gap, "1.5")
    type_into(find(panel, "dw-seed"), "7")
    tick(find(panel, "dw-circular-2d"), value=False)
    find(panel, "dw-aggregate-of").value = ("speed", "hd")
    type_into(find(panel, "dw-aggregate-name"), "both")
    click(find(panel, "dw-aggregate-add"))
    type_into(find(panel, "dw-root"), "lab data")
    request = panel.state.snapshot.request

    assert hidden == "none"
    assert (request.nan.default.policy, request.nan.default.max_gap_sec) == ("interpolate", 1.5)
    assert (request.seed, request.create_circular_2d) == (7, False)
    assert [(spec.of, spec.name) for spec in request.aggregate_features] == [
        (("speed", "hd"), "both")
    ]
    assert request.root == tmp_path / "lab data"
    assert from_yaml(panel.state.snapshot.plan) == request
    click(find(panel, "dw-aggregate-remove"))
    assert panel.state.snapshot.request.aggregate_features == ()


def test_period_of_a_circular_feature(tmp_path: Path) -> None:
    """A detected angle has its period, which can be corrected; emptied, it is the detected one."""
    panel = opened(tmp_path)
    before = row_of(panel, "hd")["period"]
    panel.state.check()
    panel.state.go("map")
    detected = row_of(panel, "hd")["period"]

    change(panel, "hd", "period", "360")
    request = panel.state.snapshot.request
    change(panel, "hd", "period", "")

    assert (before, detected) == (None, "6.28319")
    assert request.features is not None
    assert (request.features["hd"].type, request.features["hd"].period) == ("circular", 360.0)
    assert row_of(panel, "hd")["period"] == "6.28319"


def test_hostile_names_are_text_in_the_table(tmp_path: Path) -> None:
    """Markup stays text, direction marks are shown as their code, long names are cut."""
    names = {HOSTILE: 1, "\u202eevil": 1, "y" * 200: 1}
    panel = opened(tmp_path, **{name: np.arange(1000.0) for name in names})

    shown = [row["name"] for row in find(panel, "dw-arrays").rows]

    assert HOSTILE in shown
    assert "\\u202eevil" in shown
    assert max(map(len, shown)) == 60
    assert (
        row_of(panel, next(name for name in shown if name.startswith("yy")))["whole"] == "y" * 200
    )


def test_name_that_the_experiment_needs_is_renamed_by_one_click(tmp_path: Path) -> None:
    """The problem names the way out, and the table shows the new name."""
    panel = opened(tmp_path, neurons=np.arange(1000.0))

    click(find_all(panel, "dw-fix")[0])

    assert row_of(panel, "neurons")["newName"] == "neurons_feature"
    assert panel.state.snapshot.resolved is not None
    assert not isinstance(panel.state.snapshot.resolved, tuple)

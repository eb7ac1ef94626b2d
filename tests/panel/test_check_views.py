"""Step Check as widgets without a kernel: report, features, proposals, bad frames, keys."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ipywidgets import HTML

from driada_widgets.core.request.model import FeatureChoice, LoadRequest, SourceSpec
from driada_widgets.panel.jobs import InlineRunner
from driada_widgets.panel.scripts import read_script
from driada_widgets.panel.sections import proposals as proposal_view
from driada_widgets.panel.traces import TraceView
from driada_widgets.panel.view import LoaderPanel
from tests.panels import make_panel, opened_panel, write_recording
from tests.samples import make_aligned
from tests.widgets import choose, click, find, find_all, gesture, text_of, tick, type_into


def checked(root: Path, **changes: Any) -> Any:
    """Open a recording and check it."""
    panel = opened_panel(root, **changes)
    panel.state.check()
    return panel


def button(root: Any, label: str) -> Any:
    """Give the one visible button with a label."""
    found = [each for each in find_all(root, "dw-fix") if each.description == label]
    assert len(found) == 1, [each.description for each in find_all(root, "dw-fix")]
    return found[0]


# --- report ---------------------------------------------------------------------------------------


def test_report_counts_and_lists_what_passed(tmp_path: Path) -> None:
    """Passed checks are counted and folded, and the ledger is folded too."""
    text = text_of(find(checked(tmp_path), "dw-report"))

    number = re.search(r"(\d+) checks passed", text)
    assert number is not None
    assert text.count(f"<summary>{number[1]} checks passed</summary>") == 1
    folded = text.split("checks passed</summary>")[1].split("</details>")[0]
    assert folded.count("<li>") == int(number[1])
    assert '<details class="dw-ledger"><summary>Every array of the file: 5 used' in text


def test_stored_frame_rate_is_offered_once(tmp_path: Path) -> None:
    """A scalar fps is one click away; once it is used, nothing is offered any more."""
    panel = checked(tmp_path, fps=np.array(30.0))

    click(button(panel, "Use fps = 30 from file"))

    assert panel.state.snapshot.request.static_features == {"fps": 30.0}
    assert panel.state.snapshot.undo == "Use fps = 30 from file"
    assert "at 30 Hz" in text_of(find(panel, "dw-report"))
    assert find_all(find(panel, "dw-report"), "dw-fix") == []


def test_frame_rate_of_the_file_is_told_once(tmp_path: Path) -> None:
    """One sentence says what is assumed and what the file has, and the button stands beside it."""
    panel = checked(tmp_path, fps=np.array(30.0))

    notes = text_of(find(panel, "dw-notes"))
    assert "20 Hz is assumed. The file has fps = 30." in notes
    assert "scalar" not in notes
    assert [each.description for each in find_all(panel, "dw-fix")] == ["Use fps = 30 from file"]


def test_one_neuron_is_one_neuron(tmp_path: Path) -> None:
    """A recording of one neuron is told of in the singular."""
    panel = checked(tmp_path, calcium=make_aligned()["calcium"][:1])

    assert "1 neuron × 1,000 frames" in text_of(find(panel, "dw-report"))


def test_transposed_matrix_is_turned_by_one_click(tmp_path: Path) -> None:
    """The proof is shown, and the button mends it."""
    panel = checked(tmp_path, calcium=make_aligned()["calcium"].T)
    before = text_of(find(panel, "dw-report"))

    click(button(panel, "Transpose calcium"))

    assert "calcium is 1000×5 but" in before
    assert "looks transposed" in before
    assert "transpose=" not in before
    assert "5 neurons × 1,000 frames" in text_of(find(panel, "dw-report"))


@pytest.mark.parametrize(
    ("label", "policy"),
    [
        ("Remove those 20 frames", "bad_frames"),
        ("Interpolate gaps up to 0.5 s", "interpolate"),
        ("Leave out 'speed'", "drop"),
    ],
)
def test_nan_policies_are_offered(tmp_path: Path, label: str, policy: str) -> None:
    """Each way out of NaN in one array is a button, and changes this array's policy only."""
    speed = make_aligned()["speed"]
    speed[100:110] = speed[200:210] = np.nan
    panel = checked(tmp_path, speed=speed)

    click(button(find(panel, "dw-report"), label))

    nan = panel.state.snapshot.request.nan
    assert (nan.of("speed").policy, nan.of("calcium").policy) == (policy, "raise")
    assert panel.state.snapshot.check.issues == ()


def test_incomplete_list_is_shown_as_a_difference(tmp_path: Path) -> None:
    """A hand-made list that turns an unlisted circular feature linear says so, line by line."""
    panel: Any = LoaderPanel(
        LoadRequest(
            source=SourceSpec(path=write_recording(tmp_path)),
            static_features={"fps": 20.0},
            features={"trial_type": FeatureChoice(type="categorical")},
        ),
        roots=[tmp_path],
        runner=InlineRunner(),
    )
    panel.state.open()
    panel.state.check()
    diff = find(panel, "dw-diff")
    shown = (diff.layout.display, text_of(diff))

    click(find(panel, "dw-diff-detected"))
    kept = panel.state.experiment
    types = {f.source: f.type_info.subtype for f in panel.state.snapshot.check.features[:3]}
    panel.state.undo()
    click(find(panel, "dw-diff-linear"))

    assert shown[0] is None
    assert "− hd: circular (detected as circular: range" in shown[1]
    assert "+ hd: linear" in shown[1]
    assert kept is None
    assert types == {"speed": "linear", "hd": "circular", "trial_type": "categorical"}
    assert panel.state.snapshot.request.features["hd"].type == "linear"
    assert find(panel, "dw-diff").layout.display == "none"


# --- features -------------------------------------------------------------------------------------


def cell(panel: Any, feature: str, css_class: str) -> Any:
    """Give one control of a feature's row."""
    return find(find(panel, f"dw-feature-{feature}"), css_class)


def test_override_is_marked_and_taken_back(tmp_path: Path) -> None:
    """What a person chose is marked as theirs; the button goes back to what was detected."""
    panel = checked(tmp_path)
    before = text_of(find(panel, "dw-feature-hd"))

    choose(cell(panel, "hd", "dw-feature-type"), "linear")
    changed = text_of(find(panel, "dw-feature-hd"))
    click(cell(panel, "hd", "dw-feature-reset"))

    assert "as detected" in before
    assert "set by you" in changed
    assert "as detected" in text_of(find(panel, "dw-feature-hd"))
    assert panel.state.snapshot.undo == "hd is as detected"
    assert "wraps" in before


def test_feature_is_left_out_and_taken_back(tmp_path: Path) -> None:
    """A feature that is left out keeps its row, in its place, so that it can come back."""
    panel = checked(tmp_path)

    tick(cell(panel, "hd", "dw-feature-use"), value=False)
    left_out = [r.name for r in panel.state.snapshot.check.features]
    rows = find_all(find(panel, "dw-features"), "dw-feature-row")
    text = text_of(find(panel, "dw-feature-hd"))
    tick(cell(panel, "hd", "dw-feature-use"))

    assert left_out == ["speed", "trial_type", "position"]
    assert "dw-feature-hd" in rows[1]._dom_classes
    assert "left out" in text
    assert cell(panel, "hd", "dw-feature-type").value == "circular"


def test_feature_is_renamed(tmp_path: Path) -> None:
    """The name box names the feature in the experiment; empty goes back to the file's name."""
    panel = checked(tmp_path)

    type_into(cell(panel, "speed", "dw-feature-name"), "running speed")
    named = [r.name for r in panel.state.snapshot.check.features]
    type_into(cell(panel, "speed", "dw-feature-name"), "")

    assert named[0] == "running speed"
    assert panel.state.snapshot.check.features[0].name == "speed"
    assert panel.state.snapshot.undo == "rename speed"


def test_protected_name_gets_a_box(tmp_path: Path) -> None:
    """A feature named like a part of the experiment is renamed in the table, or by one click."""
    panel = checked(tmp_path, neurons=np.linspace(0, 1, 1000))
    issues = len(panel.state.snapshot.check.issues)

    type_into(cell(panel, "neurons", "dw-feature-name"), "n_near")
    typed = panel.state.snapshot.check.issues
    panel.state.undo()
    click(button(panel, "Rename 'neurons'"))

    assert (issues, typed) == (1, ())
    assert panel.state.snapshot.check.issues == ()


def test_controls_have_names(tmp_path: Path) -> None:
    """Every control of a row says to a screen reader which feature it is about."""
    row = find(checked(tmp_path), "dw-feature-speed")
    controls = [child for child in row.children if hasattr(child, "disabled")]

    texts = [f"{child.description} {child.tooltip or ''}" for child in controls]

    assert len(controls) >= 4
    assert all("speed" in text for text in texts)


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "\u202eevil\u05d0\u05d1"])
def test_hostile_names_are_text(tmp_path: Path, name: str) -> None:
    """No markup and no reordering from a feature's name, in the report, the table or a proposal."""
    values = np.linspace(0, 1, 1000)
    values[40:60] = np.nan
    panel = checked(tmp_path, **{name: values})
    pieces = every(panel.children[-2])

    shown = [f"{getattr(p, 'value', '')} {getattr(p, 'description', '')}" for p in pieces]
    markup = "".join(piece.value for piece in pieces if isinstance(piece, HTML))

    assert "has no value" in text_of(find(panel, "dw-proposals"))
    assert "<img" not in markup
    assert "\u202e" not in "".join(shown)


def every(root: Any) -> list[Any]:
    """List all widgets at and under one."""
    return [root, *(each for child in getattr(root, "children", ()) for each in every(child))]


# --- bad frames and proposals ---------------------------------------------------------------------


def spoilt(n_jumps: int = 1) -> dict[str, Any]:
    """Give traces that jump so many times."""
    data = make_aligned(20)
    for jump in range(n_jumps):
        data["calcium"][:, 20 + 20 * jump] += 30
    return data


def test_paste_and_load(tmp_path: Path) -> None:
    """The folded boxes add pasted cells and files, and say how a file was understood."""
    panel = checked(tmp_path)
    np.save(tmp_path / "bad.npy", np.array([[120, 180]]))
    more = find(panel, "dw-bad-more")
    click(find(panel, "dw-bad-ways"))

    type_into(find(panel, "dw-bad-paste"), "first\tlast\n10\t12\n20\t20")
    click(find(panel, "dw-bad-paste-add"))
    type_into(find(panel, "dw-bad-file"), "bad.npy")
    click(find(panel, "dw-bad-load"))

    assert more.layout.display is None
    assert panel.state.bad_ranges == ((10, 13), (20, 21), (120, 180))
    assert "64 bad frames in 3 ranges" in text_of(find(panel, "dw-bad-list").children[0]) + text_of(
        panel
    )
    assert "start and stop of each range, stop not included" in text_of(more)
    assert find(panel, "dw-bad-file").value == ""


def test_wrong_file_is_an_error_and_stays_typed(tmp_path: Path) -> None:
    """What was typed stays, and the error says what is wrong."""
    panel = checked(tmp_path)
    click(find(panel, "dw-bad-ways"))

    type_into(find(panel, "dw-bad-file"), "none.csv")
    click(find(panel, "dw-bad-load"))

    assert "not found" in text_of(find(panel, "dw-error"))
    assert find(panel, "dw-bad-file").value == "none.csv"


def test_lines_follow_the_ranges(tmp_path: Path) -> None:
    """Each range has its line; *Remove* and *Show* act on the range beside them."""
    panel = checked(tmp_path)
    panel.state.add_bad_text("10-19, 30-39, 50-59")
    listed = find(panel, "dw-bad-list")

    click(find_all(listed, "dw-bad-remove")[1])
    click(find_all(listed, "dw-bad-show")[1])

    assert panel.state.bad_ranges == ((10, 20), (50, 60))
    assert len(listed.children) == 2
    assert panel.state.snapshot.selected_bad == 1
    assert "dw-selected" in listed.children[1]._dom_classes
    assert find_all(listed, "dw-bad-remove")[1].tooltip == "Remove 50-59 (2.5-2.95 s)"


def test_proposals_by_clicks(tmp_path: Path) -> None:
    """Review, accept, reject, all: what is shown is what is open."""
    panel = checked(tmp_path, **spoilt(3))
    box = find(panel, "dw-proposals")
    first = text_of(box)

    click(find(panel, "dw-review"))
    reviewing = text_of(box)
    click(find_all(panel, "dw-proposal-reject")[0])
    click(find_all(panel, "dw-proposal-accept")[1])
    one_left = text_of(box)
    click(find(panel, "dw-accept-all"))

    assert "3 proposals of bad frames: 3 jumps." in first
    assert "times the usual change" in first
    assert "Proposal 1 of 3." in reviewing
    assert "1 proposal of bad frames: 1 jump." in one_left
    assert panel.state.bad_ranges == ((40, 41), (60, 61))
    click(find(panel, "dw-rejected"))
    assert "1 proposal" in text_of(box)


def test_picture_shows_and_sends_proposals(tmp_path: Path) -> None:
    """The canvas draws the open proposals, and a double click on one brings it into view."""
    panel = checked(tmp_path, **spoilt(2))
    (picture,) = [each for each in find_all(panel, "dw-traces") if isinstance(each, TraceView)]
    drawn = [(p["start"], p["stop"]) for p in picture.proposals]
    jumps = picture.jump

    gesture(picture, {"event": "proposal", "index": 1})

    assert drawn == [(20, 21), (40, 41)]
    assert panel.state.snapshot.reviewed == 1
    assert picture.jump > jumps
    assert picture.window == [0, 141]


def test_long_lists_show_a_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many proposals some are on screen, the reviewed one among them."""
    monkeypatch.setattr(proposal_view, "MAX_LISTED", 4)
    panel = checked(tmp_path, **spoilt(12))
    box = find(panel, "dw-proposals")

    listed = len(find_all(box, "dw-proposal"))
    panel.state.review(9)
    marked = [line for line in find_all(box, "dw-proposal") if "dw-selected" in line._dom_classes]

    assert (listed, len(find_all(box, "dw-proposal")), len(marked)) == (4, 4, 1)
    assert "<b>200 (10.0 s)</b>" in text_of(marked[0])
    click(find_all(marked[0], "dw-proposal-accept")[0])
    assert panel.state.bad_ranges == ((200, 201),)


# --- keys -----------------------------------------------------------------------------------------


def test_key_table_is_complete() -> None:
    """Every key that the picture listens to has its words in the one table, and no other."""
    text = read_script("keys.js")
    words = json.loads(text[text.index("{") : text.rindex("}") + 1])
    used = re.findall(r'^    \["([a-z-]+)", \[', read_script("gestures.js"), re.MULTILINE)

    assert sorted(used) == sorted(words["picture"])
    assert {"undo", "redo", "help"} <= set(words["panel"])


def test_help_key_and_button_open_the_list(tmp_path: Path) -> None:
    """``?`` and the button ask the page for the same dialog."""
    panel = make_panel(tmp_path)
    help_ = find(panel, "dw-key-help")

    click(find(panel, "dw-help"))
    gesture(panel.children[1], {"key": "help"})

    assert help_.asked == 2


@pytest.mark.parametrize("kind", ["undo", "redo"])
def test_keys_do_nothing_while_building(tmp_path: Path, kind: str) -> None:
    """Undo and redo by key leave the request alone while something is built from it."""
    panel = checked(tmp_path)
    panel.state.mark_bad(0, 5)
    panel.state.mark_bad(10, 15)
    panel.state.undo()
    before = panel.state.bad_ranges
    job = panel.state.snapshot.job
    panel.state._change(job=type(job)(kind="build"))

    gesture(panel.children[1], {"key": kind})

    assert panel.state.bad_ranges == before

"""The Spikes section without a kernel: what is shown, what can be pressed, what is locked."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from driada_widgets.core.report import Progress
from driada_widgets.core.request.model import SpikeSpec
from driada_widgets.core.request.profile import Profile
from driada_widgets.panel.download import DownloadButton
from driada_widgets.panel.presses import Presses
from driada_widgets.panel.sections import raster
from driada_widgets.panel.snapshot import JobView
from driada_widgets.panel.table import DataTable
from tests.panels import checked_panel
from tests.samples import make_aligned
from tests.widgets import choose, click, find, find_all, gesture, text_of, tick, type_into

N_CELLS = 12


@pytest.fixture
def panel(tmp_path: Path) -> Any:
    """Give a panel in step Build, twelve neurons checked."""
    return panel_in_build(tmp_path)


def panel_in_build(tmp_path: Path) -> Any:
    """Make a panel, and go to step Build with twelve neurons."""
    made = checked_panel(tmp_path, **make_aligned(n_cells=N_CELLS))
    made.state.go("build")
    return made


@pytest.fixture
def built(panel: Any) -> Any:
    """Give the panel with its experiment built, and the method ``wavelet`` chosen."""
    click(find(panel, "dw-build"))
    pick(panel, "wavelet")
    return panel


def pick(panel: Any, method: str) -> None:
    """Choose a method, as the page does."""
    widget = find(panel, "dw-spikes-method")
    data = {"method": "update", "state": {"value": method}, "buffer_paths": []}
    widget._handle_msg({"content": {"comm_id": widget.comm.comm_id, "data": data}, "buffers": []})


def is_shown(widget: Any) -> bool:
    """Say whether a widget takes room."""
    return bool(widget.layout.display != "none")


def walk(widget: Any) -> list[Any]:
    """List a widget and all under it."""
    below = [each for child in getattr(widget, "children", ()) for each in walk(child)]
    return [widget, *below]


def part(root: Any, kind: type) -> Any:
    """Find the one widget of a kind."""
    (found,) = [each for each in walk(root) if isinstance(each, kind)]
    return found


def test_section_comes_with_the_experiment(panel: Any) -> None:
    """There is nothing to find spikes in before."""
    before = is_shown(find(panel, "dw-spikes"))
    click(find(panel, "dw-build"))

    assert not before
    assert is_shown(find(panel, "dw-spikes"))
    assert "no spikes" in text_of(find(panel, "dw-spikes-said"))


def test_two_families_are_told_apart(built: Any) -> None:
    """Methods that share a word stand in different groups, with a sentence each."""
    method = find(built, "dw-spikes-method")
    groups = {each["value"]: each["group"] for each in method.choices}
    per_neuron = text_of(find(built, "dw-spikes-settings"))
    pick(built, "load-wavelet")

    assert groups["wavelet"] == groups["threshold"] == groups["matched"] == groups["oasis"]
    assert groups["load-wavelet"] == groups["load-threshold"] != groups["wavelet"]
    assert "older scripts" in groups["load-wavelet"]
    assert "neuron by neuron, and gives" in per_neuron
    assert "without amplitudes" in text_of(find(built, "dw-spikes-settings"))


def test_missing_package_is_shown_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The method stays in the list, cannot be chosen, and says what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    panel = panel_in_build(tmp_path)

    (oasis,) = [
        each for each in find(panel, "dw-spikes-method").choices if each["value"] == "oasis"
    ]

    assert "driada-widgets[oasis]" in oasis["why_not"]


def test_method_that_is_none_is_not_taken(built: Any) -> None:
    """What comes from the page is checked."""
    pick(built, "rm -rf")

    assert find(built, "dw-spikes-method").value == "wavelet"
    assert built.state.spike_method == "wavelet"


def test_recommendation_follows_the_indicator(built: Any) -> None:
    """Its sentence names indicator, frame rate and numbers; a button takes it."""
    choose(find(built, "dw-spikes-indicator"), "GCaMP6f")
    said = text_of(find(built, "dw-spikes-advice"))
    click(find(built, "dw-spikes-recommended"))

    assert "GCaMP6f at 20 Hz" in said
    assert "F1" in said
    assert built.state.spike_method == built.state.recommendation.method
    assert not is_shown(find(built, "dw-spikes-recommended"))


def test_options_have_units_defaults_and_words(built: Any) -> None:
    """Each option of a method has a field; those of another method have others."""
    wavelet = text_of(find(built, "dw-spikes-options"))
    pick(built, "threshold")
    threshold = text_of(find(built, "dw-spikes-options"))

    assert "Longest event" in wavelet
    assert "<b>s · default 2.5</b>" in wavelet
    assert "deviations of the noise · default 4" in threshold
    assert "Longest event" not in threshold


def test_options_are_set_and_reset(built: Any) -> None:
    """Typed, ticked and chosen values are in the request after the run, with its default gone."""
    type_into(find(built, "dw-spikes-option-max_event_dur"), "3")
    tick(find(built, "dw-spikes-option-create_event_regions"))
    choose(find(built, "dw-spikes-option-amplitude_method"), "each peak by itself")
    options = {
        "max_event_dur": 3.0,
        "amplitude_method": "peak",
        "create_event_regions": True,
    }
    set_ = dict(built.state.spike_spec.options)
    click(find(built, "dw-spikes-run"))
    asked = built.state.snapshot.request.spikes
    click(find(built, "dw-spikes-defaults"))

    assert set_ == options
    assert asked == SpikeSpec(method="wavelet", options=options)
    assert built.state.spike_spec == SpikeSpec(method="wavelet")
    assert find(built, "dw-spikes-option-max_event_dur").value == ""


def test_wrong_option_keeps_what_was_typed(built: Any) -> None:
    """The error names the field, which keeps its text until another is typed."""
    field = find(built, "dw-spikes-option-max_event_dur")
    type_into(field, "long")

    assert "Longest event must be a number" in text_of(find(built, "dw-error"))
    assert field.value == "long"
    type_into(field, "2")
    assert built.state.spike_spec.options == {"max_event_dur": 2.0}


def test_trial_is_a_table_and_a_way_to_the_traces(built: Any) -> None:
    """Five rows with their numbers; a press on one shows its trace with those neurons on top."""
    click(find(built, "dw-spikes-try"))
    tried = find(built, "dw-spikes-tried")
    table = part(tried, DataTable)
    ids = [each["id"] for each in table.rows]
    gesture(table, {"event": "sort", "key": "n_events"})
    by_events = [int(each["cells"][1]) for each in table.rows]
    gesture(table, {"event": "select", "id": ids[2]})

    assert len(ids) == 5
    assert by_events == sorted(by_events)
    assert built.state.snapshot.step == "check"
    traces = find(built, "dw-traces")
    assert [int(label) for label in traces.labels[:5]] == ids
    assert traces.labels[traces.marked] == str(ids[2])


def test_settings_that_changed_since_the_trial_are_told(built: Any) -> None:
    """The table says what it was made with, and that it is another method now."""
    click(find(built, "dw-spikes-try"))
    before = text_of(find(built, "dw-spikes-tried"))
    pick(built, "threshold")

    assert "Tried: <b>wavelet</b>" in before
    assert "have changed since" not in before
    assert "have changed since" in text_of(find(built, "dw-spikes-tried"))


def test_run_undo_redo_and_remove(built: Any) -> None:
    """Each is seen in the section and in the summary."""
    said, summary = find(built, "dw-spikes-said"), find(built, "dw-summary")
    click(find(built, "dw-spikes-run"))
    found = (text_of(said), text_of(summary))
    click(find(built, "dw-undo"))
    undone = text_of(said)
    click(find(built, "dw-redo"))
    redone = (text_of(said), text_of(summary))
    click(find(built, "dw-spikes-remove"))

    assert "events, found by wavelet" in found[0]
    assert "events, found by wavelet" in found[1]
    assert "no spikes" in undone
    assert redone == found
    assert "no spikes" in text_of(said)
    assert not is_shown(find(built, "dw-spikes-remove"))


def test_request_that_asks_for_others_says_so(built: Any) -> None:
    """After an edit of the data the section says what a build would give."""
    click(find(built, "dw-spikes-run"))
    built.state.add_bad_text("10-20")

    assert "asks for wavelet" in text_of(find(built, "dw-spikes-said"))
    assert find(built, "dw-spikes-try").disabled
    click(find(built, "dw-build"))
    assert "events, found by wavelet" in text_of(find(built, "dw-spikes-said"))


def test_raster_shows_all_neurons_and_selects(built: Any) -> None:
    """It has the window of the pictures; a press selects the neuron of its row, again: none."""
    click(find(built, "dw-spikes-run"))
    picture = find(built, "dw-raster")
    first = bytes(picture.value)
    presses = part(built, Presses)
    gesture(presses, {"event": "press", "x": 0.5, "y": 0.4})
    selected = built.state.snapshot.pictures.cell
    marked = bytes(picture.value)
    gesture(presses, {"event": "press", "x": 0.5, "y": 0.4})
    again = built.state.snapshot.pictures.cell
    gesture(presses, {"event": "press", "x": 0.01, "y": 0.4})
    gesture(presses, {"event": "press", "x": "0.4", "y": 0.4})
    gesture(presses, {"event": "press", "x": 7, "y": 0.4})
    click(find(built, "dw-window-in"))

    assert first.startswith(b"\x89PNG")
    assert selected is not None
    assert 3 <= selected <= 6
    assert marked != first
    assert again is None
    assert built.state.snapshot.pictures.cell is None
    assert bytes(picture.value) not in (first, marked)
    assert f"Events of all {N_CELLS} neurons" in picture.tooltip


def test_raster_has_no_more_than_the_events(built: Any) -> None:
    """What is drawn is what the experiment has, in the order of the pictures."""
    click(find(built, "dw-spikes-run"))
    events = built.state.spikes_on_screen
    drawn = raster._Events(events)

    seen = drawn.in_window(0, events.shape[1], events.shape[1], Progress())

    assert (seen == (events != 0)).all()
    assert drawn.rates((), 20.0) == pytest.approx((events != 0).sum(axis=1) / 50)


def test_raster_goes_with_the_spikes(built: Any) -> None:
    """Without spikes there is no picture of them."""
    click(find(built, "dw-spikes-run"))
    shown = is_shown(find(built, "dw-raster"))
    click(find(built, "dw-undo"))

    assert shown
    assert not is_shown(find(built, "dw-raster"))


def test_table_of_quality_sorts_selects_and_is_taken_along(built: Any) -> None:
    """One row a neuron; the file has all digits."""
    click(find(built, "dw-spikes-run"))
    click(find(built, "dw-view-spike-quality"))
    root = find_all(built, "dw-spikes-quality")[0]
    table = part(root, DataTable)
    gesture(table, {"event": "sort", "key": "event_rate_hz"})
    rates = [float(each["cells"][2]) for each in table.rows]
    gesture(table, {"event": "select", "id": 7})
    name, content = part(root, DownloadButton)._make()

    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert len(table.rows) == N_CELLS
    assert rates == sorted(rates, reverse=True)
    assert built.state.snapshot.pictures.cell == 7
    assert name.endswith("spikes.csv")
    assert [int(row["neuron"]) for row in rows] == list(range(N_CELLS))
    assert sum(int(row["n_events"]) for row in rows) == (built.state.spikes_on_screen != 0).sum()


def test_locked_spikes_say_so(built: Any) -> None:
    """Under a profile that locks them, nothing that edits them can be pressed."""
    state = built.state
    profile = Profile(title="Lab", request=state.snapshot.request, free=("source.path",))
    state._change(profile=profile, is_simple=False)

    for name in ("dw-spikes-method", "dw-spikes-run", "dw-spikes-option-sigma"):
        widget = find(built, name)
        assert widget.disabled, name
        assert "Locked by profile" in widget.tooltip
    assert not find(built, "dw-spikes-try").disabled

    state._change(profile=replace(profile, free=("source.path", "spikes")))
    state._change(profile=None)
    assert not find(built, "dw-spikes-run").disabled


def test_options_from_a_file_stay_text(built: Any) -> None:
    """A request from a plan may hold any word; it is shown as text."""
    state = built.state
    asked = SpikeSpec(method="wavelet", options={"<img src=x>": 1})
    state._edit("resume", replace(state.snapshot.request, spikes=asked))

    said = find(built, "dw-spikes-said").value
    assert "&lt;img src=x&gt; = 1" in said
    assert "<img" not in said


def test_every_control_has_a_name(built: Any) -> None:
    """Buttons, fields and lists of the section say what they are, also for screen readers."""
    click(find(built, "dw-spikes-try"))
    click(find(built, "dw-spikes-run"))
    for widget in walk(find(built, "dw-spikes")):
        if widget.has_trait("disabled"):
            assert widget.description, widget


def test_what_happened_is_said_aloud(built: Any) -> None:
    """A screen reader hears what a trial gave, what was found, and what an undo left."""
    voice = find(built, "dw-attention")
    click(find(built, "dw-spikes-try"))
    tried = voice.said
    click(find(built, "dw-spikes-run"))
    found = voice.said
    click(find(built, "dw-undo"))

    assert tried.startswith("Tried wavelet on 5 neurons: ")
    assert "events, found by wavelet." in found
    assert voice.said.startswith("Undone: spikes by wavelet.")
    assert "It has no spikes." in voice.said


def test_what_it_takes_is_said_before(built: Any) -> None:
    """Time and memory stand beside the button, for the method that is chosen."""
    quick = text_of(find(built, "dw-spikes"))
    pick(built, "matched")

    assert "Takes about 1 s, and up to" in quick
    assert "Takes about 3 s, and up to" in text_of(find(built, "dw-spikes"))


def test_progress_by_neuron_and_cancel(built: Any) -> None:
    """While spikes are found only *Cancel* can be pressed; the summary stays in sight."""
    state = built.state
    cancelled: list[bool] = []
    state._runner.cancel = lambda: cancelled.append(True)
    job = JobView(
        kind="spikes",
        step="build",
        stage="Reconstructing spikes",
        done=3,
        total=N_CELLS,
        counts=f"3 of {N_CELLS}",
    )
    state._change(job=job)
    card = find(built, "dw-spikes")
    bar = find(built, "dw-spikes-progress")
    said = text_of(card)
    names = ("dw-spikes-run", "dw-spikes-try", "dw-spikes-method", "dw-spikes-option-sigma")
    disabled = [find(built, name).disabled for name in names]
    click(find(built, "dw-spikes-cancel"))

    assert is_shown(card)
    assert bar.value == pytest.approx(3 / N_CELLS)
    assert f"Reconstructing spikes · 3 of {N_CELLS}" in said
    assert all(disabled)
    assert cancelled == [True]
    assert "Cancelling" in text_of(card)
    assert "Hash" in text_of(find(built, "dw-summary"))

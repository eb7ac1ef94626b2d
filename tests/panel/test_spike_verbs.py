"""Spikes in the state: tried, found, undone, redone, removed; always what the request says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import open_experiment, run
from driada_widgets.core.errors import LoadCancelledError, ParameterError
from driada_widgets.core.request.model import LoadRequest, SaveSpec, SpikeSpec
from driada_widgets.core.request.profile import Profile
from driada_widgets.core.request.text import from_yaml
from driada_widgets.panel.picture_view import TRIED_ORDER
from driada_widgets.panel.state import PanelState
from tests.panels import opened_state, write_recording


@pytest.fixture
def state(tmp_path: Path) -> PanelState:
    """Give a state with an experiment built from a recording, bad frames in it."""
    made = opened_state(write_recording(tmp_path))
    made.add_bad_text("100-120")
    made.build()
    assert made.snapshot.is_built
    made.set_spike_method("wavelet")
    return made


def spikes_of(state: PanelState) -> Any:
    """Give the method that the request asks for, and whether the experiment has spikes."""
    asked = state.snapshot.request.spikes
    experiment = state.experiment
    assert experiment is not None
    return (asked.method if asked else None, experiment.contents.spikes is not None)


def test_spikes_are_found_as_one_edit(state: PanelState) -> None:
    """The request asks for them under a name; experiment, summary and printed request follow."""
    before = state.snapshot.summary

    state.find_spikes()

    shown = state.snapshot
    assert spikes_of(state) == ("wavelet", True)
    assert shown.undo == "spikes by wavelet"
    assert shown.is_built
    assert shown.error is None
    assert shown.summary is not None
    assert shown.summary != before
    assert "found by wavelet" in shown.summary.spikes
    assert "method: wavelet" in shown.plan
    assert "wavelet" in shown.code
    assert "request.yaml" in shown.command


def test_printed_request_gives_the_same_experiment(state: PanelState) -> None:
    """What the YAML on screen builds has the hash on screen."""
    state.set_spike_option("n_iter", "2")
    state.find_spikes()
    assert state.snapshot.summary is not None

    result = run(from_yaml(state.snapshot.plan))

    assert result.experiment.content_hash == state.snapshot.summary.hash


def test_undo_and_redo_are_at_once(state: PanelState, monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo gives back the very experiment without spikes, redo that with them; nothing is built."""
    bare = state.experiment
    state.find_spikes()
    found = state.experiment

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("built again")

    monkeypatch.setattr(state.workbench, "build", refuse)

    state.undo()
    undone = (state.experiment, spikes_of(state), state.snapshot.is_built)
    state.redo()
    redone = (state.experiment, spikes_of(state), state.snapshot.is_built)
    state.remove_spikes()
    removed = (state.experiment, spikes_of(state), state.snapshot.is_built)

    assert undone == (bare, (None, False), True)
    assert redone == (found, ("wavelet", True), True)
    assert removed == (bare, (None, False), True)
    assert state.snapshot.undo == "remove spikes"


def test_undo_goes_through_several_methods(state: PanelState) -> None:
    """Each undo shows the spikes of the method before, and the method itself."""
    state.find_spikes()
    state.set_spike_method("threshold")
    state.find_spikes()
    assert spikes_of(state) == ("threshold", True)

    state.undo()

    assert spikes_of(state) == ("wavelet", True)
    assert state.snapshot.is_built
    assert state.spike_method == "wavelet"


def test_other_data_are_not_taken_for_these(state: PanelState) -> None:
    """After an edit of the data spikes belong to another experiment, until it is undone."""
    state.find_spikes()
    state.add_bad_text("300-310")
    edited = state.snapshot.is_built

    state.undo()

    assert edited is False
    assert state.snapshot.is_built
    assert spikes_of(state) == ("wavelet", True)


def test_cancel_keeps_what_was_there(state: PanelState, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancelled search leaves request, experiment, summary and history as they were."""
    state.find_spikes()
    before, experiment = state.snapshot, state.experiment

    def cancelled(*_: object, **__: object) -> None:
        raise LoadCancelledError("stopped")

    monkeypatch.setattr(state.workbench, "build", cancelled)
    state.set_spike_method("threshold")
    state.find_spikes()

    after = state.snapshot
    assert not after.is_busy
    assert (after.request, after.summary, after.undo) == (
        before.request,
        before.summary,
        before.undo,
    )
    assert state.experiment is experiment
    assert after.is_built


def test_trial_changes_nothing(state: PanelState) -> None:
    """Five neurons are judged and drawn over the traces; request and experiment stay."""
    before, experiment = state.snapshot, state.experiment

    state.try_spikes()

    after = state.snapshot
    assert len(after.spikes.tried) == 5
    assert {row.cell for row in after.spikes.tried} == set(range(5))
    assert after.spikes.tried_with == "wavelet"
    assert not after.spikes.trying
    assert (after.request, after.summary, after.undo) == (
        before.request,
        before.summary,
        before.undo,
    )
    assert state.experiment is experiment
    assert state.overlay is not None
    row = after.spikes.tried[0]
    shown = state.overlay.cells[row.cell]
    assert len(shown.event_frames) == row.n_events
    assert shown.reconstruction is not None
    assert np.isnan(shown.reconstruction[100:121]).all()
    assert np.isfinite(shown.reconstruction[121:]).all()


def test_trial_tells_what_the_run_finds(state: PanelState) -> None:
    """Events of a tried neuron are those of the experiment with spikes."""
    state.try_spikes()
    tried = {row.cell: row.n_events for row in state.snapshot.spikes.tried}

    state.find_spikes()

    events = state.spikes_on_screen
    assert events is not None
    assert {cell: int((events[cell] != 0).sum()) for cell in tried} == tried


def test_neurons_tried_stand_first_in_the_traces(tmp_path: Path) -> None:
    """The link to the traces shows step Check with the tried neurons on top, one selected."""
    from tests.samples import make_aligned

    state = opened_state(write_recording(tmp_path, **make_aligned(n_cells=12)))
    state.build()
    state.try_spikes()
    tried = [row.cell for row in state.snapshot.spikes.tried]

    state.look_at_tried()

    shown = state.snapshot
    assert (shown.step, shown.pictures.shown) == ("check", "traces")
    assert shown.pictures.order == TRIED_ORDER
    assert state.is_sorted
    assert state.cells_in_order[:5].tolist() == tried
    assert sorted(state.cells_in_order.tolist()) == list(range(12))
    assert shown.pictures.cell == tried[0]
    state.set_order("cell")
    assert state.cells_in_order.tolist() == list(range(12))


def test_nothing_is_tried_on_an_experiment_of_other_data(state: PanelState) -> None:
    """After an edit of the data the experiment must be built again first."""
    assert state.why_not_try == ""
    state.add_bad_text("300-310")

    assert "build it again" in state.why_not_try
    state.try_spikes()
    assert state.snapshot.spikes.tried == ()


def test_what_is_told_last_is_what_holds(tmp_path: Path) -> None:
    """A view that listens knows after a build that the method can be tried; nothing follows."""
    state = opened_state(write_recording(tmp_path))
    state._change(request=state._completed(state.snapshot.request))
    state.check()
    seen: list[str] = []
    state.subscribe(lambda _: seen.append(state.why_not_try))

    state.build()

    assert seen[-1] == ""


def test_profile_locks_spikes(state: PanelState) -> None:
    """Locked spikes are neither found nor removed; the refusal comes before any work."""
    profile = Profile(title="Lab", request=state.snapshot.request, free=("source.path",))
    state._change(profile=profile)

    with pytest.raises(ParameterError, match="spikes is locked"):
        state.find_spikes()

    assert spikes_of(state) == (None, False)
    assert not state.snapshot.is_busy


def test_spikes_are_saved(state: PanelState, tmp_path: Path) -> None:
    """The saved experiment has the spikes on screen."""
    state.find_spikes()
    state.set_save(str(tmp_path / "with spikes.npz"), "archive")

    state.save()

    saved = open_experiment(tmp_path / "with spikes.npz")
    assert state.snapshot.summary is not None
    assert saved.content_hash == state.snapshot.summary.hash
    assert saved.spikes is not None
    assert saved.neurons[0].asp is not None


@pytest.mark.parametrize("method", ["wavelet", "load-wavelet", "load-threshold", "matched"])
def test_saved_spikes_are_named_as_they_were_found(
    state: PanelState, tmp_path: Path, method: str
) -> None:
    """Built or opened, the summary names the method as the request does, and counts its events."""
    state.set_spike_method(method)
    state.find_spikes()
    built = state.snapshot.summary
    state.set_save(str(tmp_path / "saved.npz"), "archive")
    state.save()
    state.choose_kind("saved")
    state.choose_file(str(tmp_path / "saved.npz"))
    state.open()

    assert built is not None
    assert built.spikes.endswith(f"events, found by {method}")
    assert state.snapshot.summary is not None
    assert state.snapshot.summary.spikes == built.spikes
    state.show_spike_picture("quality")
    n_events = int(built.spikes.split()[0])
    assert n_events == sum(row.n_events for row in state.spike_rows)
    assert state.overlay is not None
    assert n_events == sum(len(cell.event_frames) for cell in state.overlay.cells.values())


def test_same_spikes_are_not_found_twice(state: PanelState) -> None:
    """What the experiment has already need not be found, and is said so."""
    state.find_spikes()

    assert "already" in state.why_not_find
    state.set_spike_option("n_iter", "2")
    assert state.why_not_find == ""


def test_saved_experiment_with_spikes_shows_them(state: PanelState, tmp_path: Path) -> None:
    """Opened as a source it has its method and its events; removing them builds it without."""
    state.find_spikes()
    target = tmp_path / "saved.npz"
    state.set_save(str(target), "archive")
    state.save()
    state.choose_kind("saved")
    state.choose_file(str(target))
    state.open()
    opened = spikes_of(state)
    chosen = state.spike_method
    state.check()

    state.remove_spikes()

    assert opened == ("wavelet", True)
    assert chosen == "wavelet"
    assert spikes_of(state) == (None, False)
    state.undo()
    assert spikes_of(state) == ("wavelet", True)


def test_another_recording_begins_without(state: PanelState, tmp_path: Path) -> None:
    """What was tried, chosen and kept belongs to one recording."""
    state.set_indicator("GCaMP6f")
    state.try_spikes()
    state.find_spikes()
    other = write_recording(tmp_path, "other.npz")

    state.choose_file(str(other))
    state.open()

    shown = state.snapshot.spikes
    assert (shown.tried, shown.method, shown.indicator) == ((), "", "GCaMP6f")
    assert state.overlay is None
    assert state.spikes_on_screen is None


def test_failure_is_shown_and_nothing_is_lost(
    state: PanelState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error while spikes are found leaves the experiment that was there."""
    experiment = state.experiment

    def fail(*_: object, **__: object) -> None:
        raise ParameterError("no such trace", where="calcium")

    monkeypatch.setattr(state.workbench, "build", fail)
    state.find_spikes()

    assert state.snapshot.error is not None
    assert state.snapshot.error.what == "Find the spikes"
    assert state.experiment is experiment
    assert state.snapshot.is_built


def test_quality_of_all_neurons(state: PanelState) -> None:
    """Every neuron is judged once the table is shown, and again with other spikes."""
    state.find_spikes()
    n_before = len(state.spike_rows)

    state.show_spike_picture("quality")
    first = state.spike_rows
    state.set_spike_method("threshold")
    state.find_spikes()
    second = state.spike_rows
    state.undo()

    assert n_before == 0
    assert [row.cell for row in first] == [0, 1, 2, 3, 4]
    assert second != first
    assert [row.n_events for row in state.spike_rows] == [row.n_events for row in first]


def test_where_it_is_saved_is_no_other_request(state: PanelState, tmp_path: Path) -> None:
    """A place typed after the spikes were found is kept by undo, which is still at once."""
    state.find_spikes()
    state.set_save(str(tmp_path / "a.npz"), "archive")

    state.undo()

    assert state.snapshot.is_built
    assert state.snapshot.request.save == SaveSpec(path=tmp_path / "a.npz")
    assert spikes_of(state) == (None, False)


def test_resumed_request_sets_the_method(tmp_path: Path) -> None:
    """A request that asks for spikes shows their method and options; Build finds them."""
    path = write_recording(tmp_path)
    state = opened_state(path)
    asked = SpikeSpec(method="threshold", options={"n_mad": 5.0})
    _edit: Callable[[str, LoadRequest], None] = state._edit
    _edit("resume", replace(state.snapshot.request, spikes=asked))

    state.build()

    assert state.spike_spec == asked
    assert spikes_of(state) == ("threshold", True)

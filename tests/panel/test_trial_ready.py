"""A trial is made ready before it is asked for: what is measured beforehand, and what stops it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from driada_widgets.core.experiment import cell_search, spike_trial
from driada_widgets.core.experiment.cell_search import measured_kinetics
from driada_widgets.core.request.model import LoadRequest
from driada_widgets.core.spikes.matched import Kinetics
from driada_widgets.panel.jobs import InlineRunner, Job, Runner
from driada_widgets.panel.snapshot import JobView
from driada_widgets.panel.view import LoaderPanel
from tests.panels import write_recording
from tests.samples import make_aligned
from tests.widgets import click, find, text_of


class Beside(InlineRunner):
    """Does its work at once, as one that leaves the caller free would do it soon."""

    @property
    def leaves_free(self) -> bool:
        """Say so."""
        return True


class Held(Runner):
    """Keeps the calls of the runners beside it until a test lets them run."""

    held: list[Job]

    def __init__(self) -> None:
        super().__init__()
        self._inline = InlineRunner()

    def _launch(self, job: Job, delay_sec: float) -> None:
        if delay_sec > 0:
            self.held.append(job)
        else:
            self._inline._launch(job, delay_sec)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note when libraries are imported and kinetics are measured, and do it."""
    seen: list[str] = []

    def importing(progress: Any = None) -> None:
        del progress
        seen.append("libraries")

    def measuring(*contents: Any, **options: Any) -> Kinetics:
        seen.append("kinetics")
        return measured_kinetics(*contents, **options)

    monkeypatch.setattr(cell_search, "load_packages", importing)
    monkeypatch.setattr(spike_trial, "measured_kinetics", measuring)
    return seen


def panel_in_build(folder: Path, runner: Runner, **arrays: Any) -> Any:
    """Make a panel with a recording checked, in step Build, ``matched`` chosen."""
    made = LoaderPanel(LoadRequest(root=folder / "out"), roots=[folder], runner=runner)
    data = make_aligned(n_cells=6, n_frames=600) | arrays
    made.state.choose_kind("file")
    made.state.choose_file(str(write_recording(folder, **data)))
    made.state.open()
    made.state.set_static("fps", "20")
    made.state.set_spike_method("matched")
    made.state.check()
    made.state.go("build")
    return made


def test_trial_measures_nothing_that_was_ready(tmp_path: Path, measured: list[str]) -> None:
    """Libraries come with the step, kinetics with the experiment, once for all trials."""
    state = panel_in_build(tmp_path, Beside()).state
    in_step = [*measured]
    state.build()
    built = measured.count("kinetics")

    state.try_spikes()
    state.set_spike_option("min_snr", "4")
    state.try_spikes()
    state.set_spike_method("threshold")
    state.set_spike_method("matched")

    assert in_step == ["libraries"]
    assert (built, measured.count("kinetics")) == (1, 1)
    assert len(state.snapshot.spikes.tried) == 5


def test_ready_for_what_is_built(tmp_path: Path, measured: list[str]) -> None:
    """The same recording with spikes is ready; after an edit of the data it is made so again."""
    state = panel_in_build(tmp_path, Beside()).state
    state.build()
    state.find_spikes()
    state.undo()
    same = measured.count("kinetics")
    state.add_bad_text("100-120")
    edited = measured.count("kinetics")
    state.build()

    assert (same, edited, measured.count("kinetics")) == (1, 1, 2)


def test_methods_without_kinetics_measure_none(tmp_path: Path, measured: list[str]) -> None:
    """Only the libraries are imported for them."""
    state = panel_in_build(tmp_path, Beside()).state
    state.set_spike_method("wavelet")
    state.build()

    assert "libraries" in measured
    assert "kinetics" not in measured


def test_nothing_is_told_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It changes nothing on screen, not even when it fails; the trial then says why."""

    def fail(*_: object, **__: object) -> None:
        msg = "no kinetics today"
        raise ValueError(msg)

    monkeypatch.setattr(spike_trial, "measured_kinetics", fail)
    panel = panel_in_build(tmp_path, Beside())
    panel.state.build()
    seen: list[Any] = []
    panel.state.subscribe(seen.append)
    panel.state._prepared = None
    panel.state.prepare_trial()
    quiet = (len(seen), panel.state.snapshot.error)

    panel.state.try_spikes()

    assert quiet == (0, None)
    assert "no kinetics today" in text_of(find(panel, "dw-error"))
    assert not panel.state.snapshot.spikes.trying


def test_nothing_is_done_where_the_caller_would_wait(tmp_path: Path, measured: list[str]) -> None:
    """Work that nobody asked for waits for nobody: a script does only what it says."""
    state = panel_in_build(tmp_path, InlineRunner()).state
    state.build()
    before = [*measured]

    state.try_spikes()

    assert before == []
    assert measured.count("kinetics") == 1


def test_it_makes_way_for_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person waits for shares no processor with it; afterwards it begins again."""
    monkeypatch.setattr(Held, "held", [], raising=False)
    state = panel_in_build(tmp_path, Held()).state
    before = state._preparer._job
    waiting = not before.superseded

    state._change(job=JobView(kind="build", step="build"))
    during = (before.superseded, state._preparer._job is before)
    state._change(job=JobView())
    after = state._preparer._job

    assert waiting
    assert during == (True, True)
    assert after is not before
    assert not after.superseded


@pytest.mark.parametrize("what", ["open", "edit"])
def test_it_stops_when_it_is_no_use_any_more(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another file, or an edit after which the experiment must be built again, ends it."""
    monkeypatch.setattr(Held, "held", [], raising=False)
    state = panel_in_build(tmp_path, Held()).state
    state.build()
    job = state._preparer._job
    waiting = not job.superseded

    if what == "open":
        state.choose_file(str(write_recording(tmp_path, "other.npz")))
        state.open()
    else:
        state.add_bad_text("100-120")

    assert waiting
    assert job.superseded


def test_part_that_was_tried_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a long recording table, picture and voice say on how many frames the numbers rest."""
    monkeypatch.setitem(spike_trial.MOST_TRIED_FRAMES, "matched", 400)
    panel = panel_in_build(tmp_path, InlineRunner())
    panel.state.build()
    click(find(panel, "dw-spikes-try"))
    said = text_of(find(panel, "dw-spikes-tried"))
    voice, overlay = find(panel, "dw-attention").said, panel.state.overlay

    panel.state.set_spike_method("wavelet")
    click(find(panel, "dw-spikes-try"))

    assert "on <b>the first 400 of 600 frames</b>: the numbers are of these" in said
    assert voice.startswith("Tried matched on 5 neurons, on the first 400 of 600 frames: ")
    assert overlay.title == "matched: tried on the first 400 of 600 frames, not kept"
    frames = [frame for each in overlay.cells.values() for frame in each.event_frames.tolist()]
    assert 0 < max(frames) < 400
    assert "frames" not in text_of(find(panel, "dw-spikes-tried")).split("Tried:")[1]

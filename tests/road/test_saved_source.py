"""A saved experiment as the source: opened as it is, edited, saved again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from driada_widgets.core.pipeline import run
from driada_widgets.core.request.codegen import save_from_path
from driada_widgets.core.request.model import LoadRequest, SaveSpec, SourceSpec
from driada_widgets.core.request.text import from_yaml, to_yaml
from driada_widgets.core.workbench import Workbench
from tests.samples import make_aligned
from tests.saved import DRIADA_PICKLE, saved


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Give a data file in the folder of a lab."""
    np.savez(tmp_path / "mouse.npz", **make_aligned())
    return tmp_path / "mouse.npz"


def as_source(path: Path) -> LoadRequest:
    """Ask for nothing but to open a saved experiment."""
    return LoadRequest(source=SourceSpec(kind="saved", path=path))


def test_notes_of_opening_reach_check_and_result() -> None:
    """A pickle of driada says that it is unverified, and what its calcium is, wherever it goes."""
    bench = Workbench()
    request = as_source(DRIADA_PICKLE)

    checked = {note.id for note in bench.check(request).notes}
    opened = {note.id for note in bench.build(request).notes}
    ran = {note.id for note in run(request).notes}

    assert {"unverified", "calcium-processed"} <= checked
    assert {"unverified", "calcium-processed", "opened-as-saved"} <= opened
    assert opened == ran


@pytest.mark.parametrize("name", ["copy.npz", "copy.pickle"])
def test_saving_an_opened_experiment_keeps_what_it_was_made_from(
    recording: Path, name: str
) -> None:
    """A converted file still builds again from the recording, not from the file it came from."""
    path = saved(recording, "Exp mouse.pickle")
    copy = recording.parent / name
    request = as_source(path)
    bench = Workbench()
    result = bench.build(request)
    bench.save(result, replace(request, save=save_from_path(copy)))

    original, copied = run(request).experiment, run(as_source(copy)).experiment

    assert copied.content_hash == original.content_hash
    assert copied.provenance["request"] == original.provenance["request"]
    assert copied.provenance["source"] == original.provenance["source"]


def test_saved_experiment_resolves_by_its_own_choices(recording: Path) -> None:
    """Headers alone give its name, its rate and its bad frames; they count as the file's."""
    bench = Workbench()
    request = as_source(saved(recording))
    plan = bench.resolve(request, bench.open(request))

    assert not isinstance(plan, tuple)
    assert plan.name == "mouse"
    assert plan.bad_frames == ((120, 181),)
    assert plan.static_features["fps"] == 20.0
    assert plan.static_origin["fps"] == "file"


def test_name_of_the_lab_is_kept_when_a_saved_experiment_is_edited(recording: Path) -> None:
    """An experiment that is named by the rule of IABS keeps its name when it is built again."""
    path = recording.parent / "lab.npz"
    parameters = {"track": "HT", "animal_id": "H01", "session": "2"}
    run(
        LoadRequest(
            source=SourceSpec(path=recording, data_source="IABS", kind="iabs"),
            exp_params=parameters,
            save=SaveSpec(path=path),
        )
    )

    edited = run(replace(as_source(path), bad_frames=((0, 10),)))

    assert edited.experiment.signature == "Exp H01_HT2"
    assert edited.experiment.n_frames == 990


def test_driada_experiment_is_named_as_it_was_when_it_is_edited() -> None:
    """Also where nothing but its parameters tells by whose rule it is named."""
    original = run(as_source(DRIADA_PICKLE)).experiment

    edited = run(replace(as_source(DRIADA_PICKLE), bad_frames=((0, 10),))).experiment

    assert edited.signature == original.signature
    assert edited.n_frames == original.n_frames - 10


@pytest.mark.parametrize("name", ["Exp mouse.npz", "Exp mouse.pickle"])
def test_request_that_says_everything_opens_it_too(recording: Path, name: str) -> None:
    """The panel writes out what was decided; that is not an edit, also after YAML."""
    request = as_source(saved(recording, name))
    bench = Workbench()

    full = bench.completed(request)
    again = run(from_yaml(to_yaml(full)))

    assert full.bad_frames == ((120, 181),)
    assert full.exp_params == {"name": "mouse"}
    assert bench.build(full).plan is None
    assert again.notes[0].id == "opened-as-saved"
    assert again.experiment.content_hash == run(request).experiment.content_hash


def test_driada_pickle_that_says_everything_is_opened_as_it_was() -> None:
    """Also where detection would say otherwise now."""
    bench = Workbench()

    assert bench.build(bench.completed(as_source(DRIADA_PICKLE))).plan is None


def test_bad_frames_of_a_saved_experiment_can_be_taken_back(recording: Path) -> None:
    """A request that says everything means it: no bad frames are no bad frames."""
    bench = Workbench()
    full = bench.completed(as_source(saved(recording)))

    edited = bench.build(replace(full, bad_frames=()))

    assert edited.plan is not None
    assert edited.experiment.n_frames == 1000
    assert bench.completed(replace(full, bad_frames=())) == replace(full, bad_frames=())

"""The road from end to end: every door leads to the same experiment, and files bring it back."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import (
    AggregateSpec,
    FeatureChoice,
    LoadRequest,
    NanPolicies,
    NanPolicy,
    SaveSpec,
    SourceSpec,
    check,
    load_exp_from_aligned_data,
    load_experiment,
    open_experiment,
    run,
)
from driada_widgets.core.errors import LoaderError, ParameterError, StorageError
from driada_widgets.core.request.codegen import to_code
from driada_widgets.core.request.text import from_yaml, to_yaml, write_request
from driada_widgets.core.sources.demo import demo_recordings
from driada_widgets.core.store import disk
from driada_widgets.core.workbench import Workbench
from tests.faulty_disk import FaultyDisk
from tests.samples import make_aligned
from tests.terminal import Terminal


def rich_data() -> dict[str, Any]:
    """Give the sample with something for every field of a request to do."""
    data: dict[str, Any] = make_aligned()
    data["x"], data["y"] = data.pop("position")
    data["traces"] = data.pop("calcium").T.copy()
    data["neurons"] = data.pop("speed")
    data["neurons"][300:304] = np.nan
    data["labels"] = np.array(["a", "b"] * 500)
    return data


def rich_request(folder: Path) -> LoadRequest:
    """Give a request that uses every field but spikes."""
    return LoadRequest(
        source=SourceSpec(path=folder / "rec.npz", neural="traces"),
        exp_params={"name": "rich", "mouse": 7},
        static_features={"fps": 12.5, "note": "abc"},
        features={
            "hd": FeatureChoice(type="circular", period=2 * np.pi),
            "trial_type": FeatureChoice(type="categorical"),
            "neurons": FeatureChoice(rename="count"),
            "x": FeatureChoice(type="linear"),
            "y": FeatureChoice(use=True),
            "labels": FeatureChoice(use=False),
        },
        aggregate_features=(AggregateSpec(of=("x", "y"), name="place"),),
        bad_frames=((100, 120), 700),
        nan=NanPolicies(arrays={"neurons": NanPolicy(policy="interpolate")}),
        transpose=("traces",),
        create_circular_2d=True,
        seed=5,
        root=folder / "root",
    )


@pytest.fixture
def rich(tmp_path: Path) -> LoadRequest:
    """Give the rich request, its file written."""
    np.savez(tmp_path / "rec.npz", **rich_data())
    return rich_request(tmp_path)


def test_every_door_gives_the_same_experiment(
    rich: LoadRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Requests, their text, their code, the workbench, the terminal, and the functions."""
    expected = run(rich).experiment.content_hash
    names: dict[str, Any] = {}
    exec(to_code(rich), names)
    printed = Terminal(capsys)("run", write_request(rich, tmp_path / "plan.yaml"), "--json")
    options: dict[str, Any] = {
        "feature_types": {"hd": "circular", "trial_type": "categorical", "x": "linear"},
        "rename": {"neurons": "count"},
        "static_features": {"fps": 12.5, "note": "abc"},
        "aggregate_features": {("x", "y"): "place"},
        "bad_frames": [*range(100, 120), 700],
        "nan": {"neurons": "interpolate", "labels": "drop"},
        "transpose": ["traces"],
        "neural": "traces",
        "seed": 5,
        "verbose": False,
    }
    params = {"name": "rich", "mouse": 7}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        in_memory = load_exp_from_aligned_data("MyLab", params, rich_data(), **options)
        from_file, _ = load_experiment(
            "MyLab",
            params,
            data_path=rich.source.path,
            root=tmp_path / "other",
            reconstruct_spikes=False,
            **options,
        )

    assert {
        "text": run(from_yaml(to_yaml(rich))).experiment.content_hash,
        "code": names["result"].experiment.content_hash,
        "workbench": Workbench().build(rich).experiment.content_hash,
        "terminal": json.loads(printed[1])["hash"],
        "memory": in_memory.content_hash,
        "file": from_file.content_hash,
    } == dict.fromkeys(("text", "code", "workbench", "terminal", "memory", "file"), expected)


@pytest.mark.parametrize("format_", ["archive", "pickle"])
def test_what_is_saved_comes_back_with_its_request(rich: LoadRequest, format_: Any) -> None:
    """Equal in every later computation, and able to say how it was made."""
    result = run(replace(rich, save=SaveSpec(format=format_)))
    assert result.saved_to is not None
    opened = open_experiment(result.saved_to)

    assert opened.content_hash == result.experiment.content_hash
    np.testing.assert_array_equal(opened.calcium.data, result.experiment.calcium.data)
    assert list(opened.dynamic_features) == list(result.experiment.dynamic_features)
    request = opened.provenance["request"]
    assert request["exp_params"] == {"name": "rich", "mouse": 7}
    assert request["transpose"] == ["traces"]
    assert opened.provenance["source"]["name"] == "rec.npz"
    assert {note["id"] for note in opened.provenance["notes"]} >= {"nan-interpolated"}
    assert set(opened.provenance["versions"]) == {"driada_widgets", "numpy", "python"}


def test_a_saved_request_replays_to_the_same_hash(rich: LoadRequest) -> None:
    """What the file remembers is enough."""
    from driada_widgets.core.request.reading import from_dict

    result = run(replace(rich, save=SaveSpec()))
    assert result.saved_to is not None
    recorded = open_experiment(result.saved_to).provenance["request"]

    assert run(from_dict(recorded)).experiment.content_hash == result.experiment.content_hash


@pytest.mark.parametrize("name", [recording.name for recording in demo_recordings()])
def test_demos_run_with_their_own_rate(name: str) -> None:
    """The constants that the file does not hold come with the demo; given ones win."""
    request = LoadRequest(
        source=SourceSpec(kind="demo", path=Path(name)), exp_params={"name": name}
    )
    recording = next(each for each in demo_recordings() if each.name == name)
    slower = replace(request, static_features={"fps": 5.0})

    assert run(request).experiment.static_features["fps"] == recording.static_features["fps"]
    assert run(slower).experiment.static_features["fps"] == 5.0
    assert check(request).ok


def test_running_a_saved_experiment_opens_it(rich: LoadRequest) -> None:
    """Nothing is built, and the result says so."""
    saved = run(replace(rich, save=SaveSpec()))
    source = SourceSpec(kind="saved", path=saved.saved_to)
    again = run(LoadRequest(source=source))

    assert again.plan is None
    assert again.notes[0].id == "opened-as-saved"
    assert again.experiment.content_hash == saved.experiment.content_hash


def test_edits_of_a_saved_experiment_build_from_what_it_holds(rich: LoadRequest) -> None:
    """The data file is not needed; what is not edited stays as it was decided."""
    saved = run(replace(rich, save=SaveSpec()))
    assert rich.source.path is not None
    rich.source.path.unlink()
    source = SourceSpec(kind="saved", path=saved.saved_to)
    edited = run(LoadRequest(source=source, static_features={"fps": 25.0})).experiment

    before = saved.experiment
    assert edited.static_features["fps"] == 25.0
    assert edited.n_frames == before.n_frames
    assert list(edited.dynamic_features) == list(before.dynamic_features)
    np.testing.assert_array_equal(edited.calcium_source, before.calcium_source)


@pytest.mark.parametrize("call", range(1, 12))
def test_a_run_that_cannot_save_says_so_and_leaves_nothing(
    rich: LoadRequest, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ``save`` it is an error; with ``cache`` a note beside the experiment."""
    monkeypatch.setattr(disk, "DISK", FaultyDisk(fail_at=call))
    try:
        result = run(replace(rich, save=SaveSpec()))
    except StorageError:
        result = None
    monkeypatch.setattr(disk, "DISK", FaultyDisk(fail_at=call))
    cached = run(replace(rich, root=rich.root.with_name("second")), cache=True)

    assert cached.experiment.n_cells == 5
    assert (cached.saved_to is None) == any(note.id == "not-saved" for note in cached.notes)
    assert result is None or result.saved_to is not None
    for folder in (rich.root, rich.root.with_name("second")):
        left = [path.name for path in folder.rglob("*") if path.is_file()]
        assert left in ([], ["Exp rich.npz"])


@pytest.mark.parametrize("format_", ["nwb", "hdf5"])
def test_formats_of_later_versions_are_refused_by_name(rich: LoadRequest, format_: Any) -> None:
    """Before they exist, asking for them is an error that offers what there is."""
    with pytest.raises(ParameterError, match="saves archives and pickles"):
        run(replace(rich, save=SaveSpec(format=format_)))


def test_a_request_without_a_source_is_refused() -> None:
    """Each kind says what is missing."""
    for kind in ("file", "folder", "saved", "memory"):
        with pytest.raises(ParameterError):
            run(LoadRequest(source=SourceSpec(kind=kind), exp_params={"name": "n"}))


def test_a_constant_array_of_another_length_is_left_out(tmp_path: Path) -> None:
    """It says nothing, whatever its length; an array that varies is refused."""
    data = make_aligned() | {"flat": np.ones(7), "odd": np.arange(7.0)}
    request = LoadRequest(
        source=SourceSpec(path=tmp_path / "rec.npz"), exp_params={"name": "n"}, root=tmp_path
    )
    np.savez(tmp_path / "rec.npz", **{name: data[name] for name in data if name != "odd"})
    ledger = {entry.name: entry.fate for entry in run(request).ledger}
    np.savez(tmp_path / "rec.npz", **data)
    issues = check(request).issues

    assert ledger["flat"] == "dropped"
    assert [issue.field for issue in issues] == ["odd"]
    with pytest.raises(LoaderError, match="odd: 7 timepoints"):
        run(request)


HASH = """
import sys
from pathlib import Path
from driada_widgets import LoadRequest, SourceSpec, run
request = LoadRequest(source=SourceSpec(kind="demo", path=Path("dg_2-1_D1")),
                      exp_params={"name": "n"}, seed=3)
print(run(request).experiment.content_hash)
"""


def test_the_hash_is_the_same_in_every_process() -> None:
    """Neither hash seeds nor the number of workers change an experiment."""
    printed = {
        subprocess.run(
            [sys.executable, "-c", HASH],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[1])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(printed) == 1

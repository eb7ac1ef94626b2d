"""Spikes on the road: asked for in a request, by any door, saved, opened, found again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import (
    LoadRequest,
    SaveSpec,
    SourceSpec,
    SpikeSpec,
    check,
    load_exp_from_aligned_data,
    open_experiment,
    run,
)
from driada_widgets.core.errors import LoadCancelledError, ParameterError
from driada_widgets.core.report import Progress
from driada_widgets.core.request.codegen import to_code
from driada_widgets.core.request.text import from_yaml, to_yaml, write_request
from tests.samples import make_aligned
from tests.terminal import Terminal, save_recording

METHODS: dict[str, dict[str, Any]] = {
    "wavelet": {"n_iter": 2, "scale_length_thr": 12, "create_event_regions": True},
    "threshold": {"n_mad": 3.5},
    "matched": {"min_snr": 3.0, "t_rise_sec": 0.2, "t_off_sec": 1.5},
    "oasis": {"penalty": 1},
    "load-wavelet": {"sigma_sec": 0.3},
    "load-threshold": {"threshold_std": 2.0},
}
each_method = pytest.mark.parametrize("method", METHODS)


@pytest.fixture
def call(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Terminal:
    """Give a terminal in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Terminal(capsys)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Give a recording file."""
    return save_recording(tmp_path)


def asked(recording: Path, method: str, **options: Any) -> LoadRequest:
    """Give a request for spikes."""
    return LoadRequest(
        source=SourceSpec(path=recording),
        exp_params={"name": "m"},
        static_features={"fps": 20.0},
        bad_frames=((100, 130),),
        spikes=SpikeSpec(method=method, options=options or METHODS[method]),
        root=recording.parent / "root",
    )


@each_method
def test_saved_spikes_are_those_of_the_run(recording: Path, tmp_path: Path, method: str) -> None:
    """Built, saved and opened they are the same experiment, and the file can be replayed."""
    request = replace(asked(recording, method), save=SaveSpec(path=tmp_path / "saved.npz"))

    result = run(request)
    opened = open_experiment(tmp_path / "saved.npz")

    assert result.experiment.content_hash == opened.content_hash
    assert result.experiment.neurons[0].sp is not None
    assert opened.neurons[0].sp is not None
    assert opened.spikes.data.tolist() == result.experiment.spikes.data.tolist()
    assert opened.spikes.data.sum() > 0
    assert opened.provenance["request"]["spikes"] == {"method": method, **METHODS[method]}
    assert (opened.asp is None) == method.startswith("load-")
    with np.load(tmp_path / "saved.npz") as file:
        assert file["spikes"].shape == file["calcium"].shape


@each_method
def test_every_form_of_the_request_gives_the_same_hash(
    recording: Path, call: Terminal, tmp_path: Path, method: str
) -> None:
    """In memory, as YAML, as code, and on the command line."""
    request = asked(recording, method)
    expected = run(request).experiment.content_hash

    assert from_yaml(to_yaml(request)) == request
    write_request(request, tmp_path / "request.yaml")
    code, out, err = call("run", tmp_path / "request.yaml", "--json")
    assert (code, err) == (0, "")
    assert expected == json.loads(out)["hash"]
    names: dict[str, Any] = {}
    exec(to_code(request), names)
    built = [value for value in names.values() if hasattr(value, "content_hash")]
    results = [value.experiment for value in names.values() if hasattr(value, "experiment")]
    assert {each.content_hash for each in (*built, *results)} == {expected}


@pytest.mark.parametrize("method", ["wavelet", "threshold", "matched", "oasis"])
def test_the_command_line_is_the_call_after_loading(
    recording: Path, call: Terminal, method: str
) -> None:
    """``--spikes`` and ``reconstruct_all_neurons`` give one experiment."""
    words = ["run", recording, "--param", "name=m", "--fps", "20", "--spikes", method, "--json"]
    code, out, _ = call(*words)
    request = LoadRequest(
        source=SourceSpec(path=recording), exp_params={"name": "m"}, static_features={"fps": 20.0}
    )
    experiment = run(request).experiment
    experiment.reconstruct_all_neurons(method)

    assert code == 0
    assert json.loads(out)["hash"] == experiment.content_hash
    assert experiment.provenance["request"]["spikes"] == {"method": method}


def test_unknown_methods_are_refused_on_the_command_line(recording: Path, call: Terminal) -> None:
    """With the methods that there are, before anything is read."""
    code, _, err = call("check", recording, "--spikes", "wavelets")

    assert code == 1
    assert "Unknown method 'wavelets'" in err
    assert "load-threshold" in err
    assert "?." not in err


def test_the_old_argument_means_the_load_time_method(recording: Path) -> None:
    """The same words are another family there, and the request says which."""
    data = make_aligned()
    with pytest.warns(DeprecationWarning, match="reconstruct_spikes"):
        experiment = load_exp_from_aligned_data(
            "MyLab", {"name": "m"}, data, reconstruct_spikes="wavelet", verbose=False
        )
    request = replace(asked(recording, "load-wavelet"), bad_frames=(), static_features={})
    request = replace(request, spikes=SpikeSpec(method="load-wavelet"))

    assert experiment.content_hash == run(request).experiment.content_hash


def test_looking_reconstructs_nothing(recording: Path) -> None:
    """A check says what is wrong and what will happen, without the work."""
    result = check(asked(recording, "wavelet"))

    assert result.ok
    assert result.plan is not None
    assert result.plan.spikes == SpikeSpec(method="wavelet", options=METHODS["wavelet"])
    assert "no-spikes" not in {note.id for note in result.notes}


@pytest.mark.parametrize("method", ["wavelet", "matched", "load-wavelet"])
def test_cancel_leaves_nothing(recording: Path, method: str) -> None:
    """A run that is stopped among the neurons has built and saved nothing."""

    def stop(progress: Progress) -> None:
        if progress.stage == "Reconstructing spikes":
            progress.cancel()

    request = replace(asked(recording, method), save=SaveSpec())
    with pytest.raises(LoadCancelledError):
        run(request, progress=Progress(listener=stop))

    assert not list(recording.parent.rglob("Exp *"))


def test_a_kept_archive_is_used_for_the_same_spikes_only(recording: Path) -> None:
    """Another method or option is another experiment."""
    first = run(asked(recording, "wavelet"), cache=True)
    again = run(asked(recording, "wavelet"), cache=True)
    other = run(asked(recording, "wavelet", n_iter=1), cache=True)

    assert first.experiment.content_hash == again.experiment.content_hash
    assert again.experiment.asp is not None
    assert other.experiment.content_hash != first.experiment.content_hash


@pytest.mark.parametrize("method", ["wavelet", "matched", "load-wavelet"])
def test_a_saved_experiment_built_again_finds_its_spikes_again(
    recording: Path, tmp_path: Path, method: str
) -> None:
    """Spikes are no data of the recording: with other bad frames they are found anew."""
    saved = tmp_path / "saved.npz"
    run(replace(asked(recording, method), save=SaveSpec(path=saved)))
    edited = LoadRequest(
        source=SourceSpec(kind="saved", path=saved), bad_frames=((100, 130), (500, 600))
    )

    rebuilt = run(edited).experiment

    fresh = run(replace(asked(recording, method), bad_frames=edited.bad_frames)).experiment
    assert rebuilt.spikes.data.tolist() == fresh.spikes.data.tolist()


def test_spikes_that_no_request_finds_again_are_not_promised(recording: Path) -> None:
    """What depends on an earlier run, or on one neuron alone, is in no request."""
    twice = run(asked(recording, "wavelet")).experiment
    with pytest.warns(UserWarning, match="Re-running reconstruction with default kinetics"):
        twice.reconstruct_all_neurons("wavelet")
    alone = run(asked(recording, "wavelet")).experiment
    alone.neurons[0].detect_events_threshold()

    assert twice.provenance["request"] is None
    assert alone.contents.provenance["request"] is None


def test_frames_without_values_are_bridged_at_load_time(tmp_path: Path) -> None:
    """Frames that will be removed do not hide the events around them."""
    data = make_aligned()
    data["calcium"][2, 300:305] = np.nan
    np.savez(tmp_path / "gap.npz", **data)
    request = asked(tmp_path / "gap.npz", "load-wavelet")
    request = from_yaml(to_yaml(request).replace("spikes:", "nan: {calcium: bad_frames}\nspikes:"))

    experiment = run(request).experiment

    assert experiment.n_frames == 1000 - 30 - 5
    assert experiment.spikes.data[2].sum() > 0


def test_a_function_cannot_be_replayed(recording: Path) -> None:
    """A request that names a function is refused without it, and says what to do."""
    with pytest.raises(ParameterError, match="Give the function as reconstruct_spikes="):
        run(replace(asked(recording, "wavelet"), spikes=SpikeSpec(method="callable")))

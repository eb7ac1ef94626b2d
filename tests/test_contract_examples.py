"""The documented examples, run with only the import changed."""

from __future__ import annotations

import re
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import loadmat, savemat

import driada_widgets
from driada_widgets.core.sources.demo import demo_path

EXAMPLES = Path(__file__).parent / "data" / "contract"
NO_SPIKES = ("UserWarning", "No spike data provided, spikes reconstruction from Ca2+ data disabled")

Run = Callable[[str], tuple[dict[str, Any], list[tuple[str, str]]]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run an example in a folder of its own that holds the sample file where the examples look."""
    sample = tmp_path / "examples" / "example_data" / "sample_recording.npz"
    sample.parent.mkdir(parents=True)
    shutil.copy(demo_path("demo"), sample)
    monkeypatch.chdir(tmp_path)

    def execute(name: str) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        code = (EXAMPLES / f"{name}.txt").read_text(encoding="utf-8")
        code = code.replace("from driada.experiment import", "from driada_widgets import")
        doors = {door: getattr(driada_widgets, door) for door in DOORS}
        names: dict[str, Any] = {"np": np, **doors}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            exec(compile(code, name, "exec"), names)
        return names, [(each.category.__name__, str(each.message)) for each in caught]

    return execute


DOORS = (
    "load_demo_experiment",
    "load_exp_from_aligned_data",
    "load_exp_from_pickle",
    "load_experiment",
    "save_exp_to_pickle",
)


def test_load_experiment(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Asking for spikes warns of the old argument, and gives them."""
    names, warned = run("load_experiment")

    assert names["exp"].signature == "Exp test_exp"
    assert names["exp"].n_cells == names["exp2"].n_cells == 30
    assert [category for category, _ in warned] == ["DeprecationWarning"] * 2
    assert "The 'reconstruct_spikes' parameter is deprecated." in warned[0][1]
    assert names["exp"].spike_reconstruction_method == "wavelet"
    assert capsys.readouterr().out == ""


def test_load_exp_from_aligned_data(run: Run) -> None:
    """The documented values, with the documented deprecation."""
    names, warned = run("aligned_basic")

    assert names["exp"].signature == "Exp linear_track_mouse01_day1"
    assert sorted(names["exp"].dynamic_features) == ["position", "speed", "trial_type"]
    assert names["exp2"].static_features["fps"] == 30.0
    assert not names["exp2"].dynamic_features["trial_type"].discrete
    assert names["exp2"].n_frames == 997
    assert [category for category, _ in warned if category == "DeprecationWarning"] == [
        "DeprecationWarning"
    ]


def test_save_exp_to_pickle(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """One line when verbose, none when not."""
    _, warned = run("save_pickle")

    printed = capsys.readouterr().out
    assert re.fullmatch(r"Experiment Exp demo saved to \S+\n\n", printed)
    assert warned == []


def test_load_exp_from_pickle(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """What was saved comes back."""
    names, warned = run("load_pickle")

    assert names["exp"].signature == "Exp demo"
    assert re.fullmatch(r"Experiment Exp demo loaded from \S+\n\n", capsys.readouterr().out)
    assert warned == []


def test_iabs(run: Run) -> None:
    """Without a network there is nothing to run but the import."""
    names, warned = run("iabs")

    assert names["load_experiment"] is driada_widgets.load_experiment
    assert warned == []


def test_pre_aligned(run: Run) -> None:
    """Only the documented warning about spikes."""
    names, warned = run("pre_aligned")

    assert names["exp"].signature == "Exp STFP_M001_1"
    assert (names["exp"].n_cells, names["exp"].n_frames, names["exp"].fps) == (50, 10000, 30.0)
    assert warned == [NO_SPIKES]


def test_generic_lab(run: Run) -> None:
    """A lab's file under two ways of naming."""
    names, warned = run("generic_lab")

    assert names["exp"].signature == "Exp spatial_navigation_task"
    assert names["exp2"].signature == "Exp maze_rat42_day3"
    assert names["exp"].position.n_dim == 2
    assert warned == []


def test_multidimensional(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A 2-D array is one feature with two components."""
    names, warned = run("multidimensional")

    assert isinstance(names["exp"].position, driada_widgets.MultiTimeSeries)
    assert capsys.readouterr().out.endswith("2\n(2, 10000)\n")
    assert warned == [NO_SPIKES]


def test_saving_and_loading(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The example asserts that calcium comes back."""
    names, warned = run("saving_and_loading")

    assert names["exp_loaded"].content_hash == names["exp"].content_hash
    assert "saved to processed_experiment.pkl" in capsys.readouterr().out
    assert warned == []


def test_error_handling(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The documented texts can be found in what is printed."""
    names, warned = run("error_handling")

    printed = capsys.readouterr().out
    for text in (
        "For data source 'MyLab', you must provide the 'data_path' parameter",
        "No calcium data found!",
        "Warning: Ignoring scalar value 'fps' found in NPZ file",
        "Warning: Ignoring non-numeric feature 'labels' with dtype <U1",
    ):
        assert text in printed
    assert names["exp"].n_cells == 50
    assert warned == [NO_SPIKES]


def test_the_custom_loader_in_its_working_form(tmp_path: Path) -> None:
    """The documented keywords do not exist; a loader of one's own gives a dictionary."""
    rng = np.random.default_rng(0)
    given = {"neural_activity": rng.random((5, 600)), "stimulus_trace": rng.random(600)}
    savemat(tmp_path / "custom.mat", given | {"sampling_rate": 25.0})
    stored = loadmat(tmp_path / "custom.mat", squeeze_me=True)

    experiment = driada_widgets.load_exp_from_aligned_data(
        "MyLab",
        {"name": "custom"},
        {"calcium": stored["neural_activity"], "stimulus": stored["stimulus_trace"]},
        static_features={"fps": float(stored["sampling_rate"])},
        verbose=False,
    )
    assert (experiment.n_cells, experiment.static_features["fps"]) == (5, 25.0)
    with pytest.raises(TypeError):
        driada_widgets.load_exp_from_aligned_data(calcium=given)  # type: ignore[call-arg]


def test_aggregation_and_the_old_spike_argument() -> None:
    """The dictionary of the documentation, and its new workflow without the old argument."""
    rng = np.random.default_rng(0)
    data = {name: rng.normal(size=600) * 30 for name in ("x", "y", "speed", "direction")}
    experiment = driada_widgets.load_exp_from_aligned_data(
        "MyLab",
        {"name": "combined"},
        data | {"calcium": rng.random((5, 600))},
        aggregate_features={("x", "y"): "position", ("speed", "direction"): "velocity"},
        verbose=False,
    )

    assert list(experiment.dynamic_features)[:2] == ["position", "velocity"]
    assert {"x", "y", "speed", "direction"} < set(experiment.dynamic_features)

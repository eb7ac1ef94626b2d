"""The documented functions: signatures, warnings at the caller's line, printed words."""

from __future__ import annotations

import inspect
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import (
    Experiment,
    MultiTimeSeries,
    TimeSeriesType,
    load_demo_experiment,
    load_exp_from_aligned_data,
    load_exp_from_pickle,
    load_experiment,
    open_experiment,
    save_exp_to_pickle,
    save_experiment,
)
from driada_widgets.core.errors import NotFoundError, ParameterError, RootNotFolderError
from tests.golden_cases import GOLDENS
from tests.samples import make_aligned

LOAD = """(data_source, exp_params, force_rebuild=False, force_reload=False, via_pydrive=True,
gauth=None, root='DRIADA data', exp_path=None, data_path=None, force_continuous=[],
feature_types=None, bad_frames=[], static_features=None, reconstruct_spikes='wavelet',
save_to_pickle=False, verbose=True, router_source=None)"""
ALIGNED = """(data_source, exp_params, data, force_continuous=[], feature_types=None, bad_frames=[],
static_features=None, verbose=True, reconstruct_spikes=None, aggregate_features=None, n_jobs=-1,
enable_parallelization=True, create_circular_2d=True, seed=None)"""


@pytest.mark.parametrize(
    ("door", "expected"),
    [
        (load_experiment, LOAD),
        (load_exp_from_aligned_data, ALIGNED),
        (save_exp_to_pickle, "(exp, path, verbose=True)"),
        (load_exp_from_pickle, "(path, verbose=True)"),
        (load_demo_experiment, "(name='demo', verbose=False)"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_signatures_are_the_documented_ones(door: Any, expected: str) -> None:
    """Positional arguments, their order and defaults; ours are keyword-only after them."""
    parameters = inspect.signature(door).parameters.values()
    documented = [
        each.replace(annotation=inspect.Parameter.empty)
        for each in parameters
        if each.kind is not inspect.Parameter.KEYWORD_ONLY
    ]

    assert str(inspect.Signature(documented)) == expected.replace("\n", " ")


def load(data: dict[str, Any] | None = None, **options: Any) -> Experiment:
    """Load the sample quietly."""
    arrays = make_aligned() if data is None else data
    return load_exp_from_aligned_data("Lab", {"name": "n"}, arrays, verbose=False, **options)


def test_warnings_point_at_the_line_that_called() -> None:
    """A person finds the cause in their own file."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        load(bad_frames=[5000], force_continuous=["trial_type"])
        load_exp_from_aligned_data("Lab", {"name": "n"}, make_aligned())

    assert {each.filename for each in caught} == {__file__}
    assert {each.category for each in caught} == {UserWarning, DeprecationWarning}


def test_quiet_means_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """Without ``verbose`` nothing is printed, and explaining warnings stay away."""
    load(aggregate_features={("x", "y"): "place"})

    assert capsys.readouterr() == ("", "")


def every_tenth(calcium: MultiTimeSeries, fps: float, params: Any) -> Any:
    """Find a spike in every tenth frame, as a method of a person's own."""
    spikes = np.zeros(calcium.data.shape)
    spikes[:, ::10] = 1
    found = MultiTimeSeries(spikes, discrete=True, allow_zero_columns=True)
    return found, {"fps": fps, "params": params}


@pytest.mark.parametrize(
    "value", ["wavelet", "threshold", every_tenth], ids=["wavelet", "threshold", "function"]
)
@pytest.mark.parametrize("given", [False, True], ids=["without", "with-spikes"])
def test_spikes_are_reconstructed_at_load(value: Any, given: bool) -> None:
    """The old argument still works, and says that it is old and which spikes give way."""
    data = make_aligned()
    if given:
        data["spikes"] = (data["calcium"] > 1).astype(int)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        experiment = load(data, reconstruct_spikes=value)

    expected = [DeprecationWarning, UserWarning] if given else [DeprecationWarning]
    assert expected == [each.category for each in caught]
    assert experiment.neurons[0].sp is not None
    assert experiment.neurons[0].asp is None
    name = getattr(value, "__name__", value)
    assert experiment.spike_reconstruction_method == name
    found = {"method": name} if isinstance(value, str) else {"fps": 20.0, "params": {}}
    assert found.items() <= experiment._reconstruction_metadata.items()


def test_an_unknown_spike_method_is_refused() -> None:
    """The documented text, also for ``True``."""
    with pytest.raises(ParameterError, match="method 'True'"):
        load(reconstruct_spikes=True)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"data": [1]}, TypeError, "data must be a dictionary, got list"),
        ({"data": {}}, ValueError, "data dictionary cannot be empty"),
        ({"exp_params": ["name"]}, TypeError, "exp_params must be a dictionary, got list"),
        ({"data": {1: [2]}}, TypeError, "1"),
        ({"nan": "interpolat"}, ParameterError, "did you mean 'interpolate'?"),
        ({"nan": {"speed": "no"}}, ParameterError, "nan is one of 'raise',"),
        ({"feature_types": ["hd"]}, TypeError, "feature_types must be a dictionary, got list"),
        ({"feature_types": {"hd": "x"}}, ParameterError, "Unknown type string 'x'."),
        ({"static_features": 20}, TypeError, "static_features must be a dictionary, got int"),
    ],
    ids=str,
)
def test_arguments_of_the_wrong_kind_are_refused(
    arguments: dict[str, Any], error: type[Exception], said: str
) -> None:
    """Each says which argument it is, and what it should be."""
    given: dict[str, Any] = {
        "data_source": "Lab",
        "exp_params": {"name": "n"},
        "data": make_aligned(),
        "verbose": False,
    }
    with pytest.raises(error, match=said.replace("?", r"\?")):
        load_exp_from_aligned_data(**given | arguments)


def test_a_mask_must_be_as_long_as_the_recording() -> None:
    """A mask of another length marks other frames than was meant."""
    mask = np.zeros(1000, dtype=bool)
    mask[500:600] = True

    assert load(bad_frames=mask).n_frames == load(bad_frames=mask.tolist()).n_frames == 900
    with pytest.raises(ParameterError, match=r"\(1000,\)"):
        load(bad_frames=mask[:-1])


def test_a_ready_type_is_accepted() -> None:
    """A type object of one recording can be given for another."""
    ready = TimeSeriesType("continuous", "circular", is_circular=True, circular_period=7.0)
    experiment = load(feature_types={"hd": ready})

    series = experiment.dynamic_features["hd"]
    assert not isinstance(series, MultiTimeSeries)
    assert series.type_info.circular_period == 7.0


def test_extra_arguments_reach_the_request() -> None:
    """Names, neural data, orientation and gaps can be settled without editing the file."""
    data = make_aligned()
    data["traces"] = data.pop("calcium").T
    data["neurons"] = data.pop("speed")
    data["neurons"][100:103] = np.nan
    with pytest.warns(UserWarning, match="filled by straight lines"):
        loaded = load(
            data,
            neural="traces",
            transpose=["traces"],
            rename={"neurons": "speed"},
            nan={"neurons": "interpolate"},
            max_gap_sec=0.2,
        )

    assert (loaded.n_cells, loaded.n_frames) == (5, 1000)
    assert "speed" in loaded.dynamic_features


def test_the_demo_is_the_documented_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """50 neurons, 10 000 frames, a 2-D position; from any folder, leaving nothing in it."""
    monkeypatch.chdir(tmp_path)
    experiment = load_demo_experiment("mine")

    assert experiment.signature == "Exp mine"
    assert (experiment.n_cells, experiment.n_frames) == (50, 10000)
    assert experiment.dynamic_features["position"].data.shape == (2, 10000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["saved.npz", "saved.pickle", "saved.pkl", "saved"])
def test_what_is_saved_opens_by_its_contents(name: str, tmp_path: Path) -> None:
    """The suffix decides what is written; the first bytes decide how it is opened."""
    experiment = load()
    path = save_experiment(experiment, tmp_path / "new" / name)

    assert path.read_bytes()[:2] == (b"\x80\x04" if ".p" in name else b"PK")
    assert open_experiment(path).content_hash == experiment.content_hash


def test_a_pickle_of_driada_opens() -> None:
    """Without driada, through the allow-list."""
    experiment = load_exp_from_pickle(GOLDENS / "driada_experiment.pickle", verbose=False)

    assert (experiment.n_cells, experiment.n_frames) == (4, 700)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    """The error is also the built-in one."""
    for door in (load_exp_from_pickle, open_experiment):
        with pytest.raises(FileNotFoundError, match=r"none\.pickle"):
            door(tmp_path / "none.pickle")


def test_the_lab_without_a_local_file_says_that_nothing_was_downloaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And where the file would be looked for."""
    params = {"track": "HT", "animal_id": "A", "session": 1}
    with pytest.raises(NotFoundError, match="nothing was downloaded") as caught:
        load_experiment("IABS", params, root=tmp_path / "root", reconstruct_spikes=False)

    place = tmp_path / "root" / "A_HT1" / "Aligned data" / "A_HT1 syn data.npz"
    assert str(place) in str(caught.value)
    assert f"Path to data: {place}\nFailed to locate aligned data" in capsys.readouterr().out


@pytest.mark.parametrize("exp_path", [None, "own place.pickle"])
def test_the_lab_with_a_local_file_loads_it(exp_path: str | None, tmp_path: Path) -> None:
    """Also with a place of its own for the pickle."""
    params = {"track": "HT", "animal_id": "A", "session": 1}
    place = tmp_path / "A_HT1" / "Aligned data" / "A_HT1 syn data.npz"
    place.parent.mkdir(parents=True)
    np.savez(place, **make_aligned())
    own = None if exp_path is None else tmp_path / exp_path
    with pytest.warns(UserWarning, match="does not download"):
        experiment, log = load_experiment(
            "IABS",
            params,
            root=tmp_path,
            exp_path=own,
            reconstruct_spikes=False,
            save_to_pickle=True,
            force_reload=True,
            verbose=False,
        )

    assert experiment.signature == "Exp A_HT1"
    assert log is None
    assert (own or tmp_path / "A_HT1" / "Exp A_HT1.pickle").exists()


def test_the_root_must_be_a_folder(tmp_path: Path) -> None:
    """Both documented classes, and nothing is made."""
    root = tmp_path / "file"
    root.write_text("x")
    with pytest.raises(RootNotFolderError, match="Root must be a folder!") as caught:
        load_experiment("Lab", {"name": "n"}, root=root, data_path=tmp_path / "none.npz")

    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, OSError)

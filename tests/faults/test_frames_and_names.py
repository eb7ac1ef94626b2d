"""Rows 36 to 53 of the table of faults: bad frames, names, and names that become paths."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import (
    Experiment,
    LoadRequest,
    SourceSpec,
    load_exp_from_aligned_data,
    load_experiment,
    run,
)
from driada_widgets.core.errors import AmbiguousKeyError, ParameterError
from tests.faulty_data import WAYS, digests_under
from tests.samples import make_aligned

FROM_ARGUMENTS = {name: WAYS[name] for name in ("memory", "file")}
MASK = np.zeros(1000, dtype=bool)
MASK[500:600] = True


@pytest.mark.parametrize("way", FROM_ARGUMENTS.values(), ids=FROM_ARGUMENTS)
@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ([-1], "−1 is outside 0…999"),
        ([5, -1000], "−1000 is outside 0…999"),
        (np.array([3, -2]), "−2 is outside 0…999"),
        ([10.5, 11.0], "10.5 is not a whole frame"),
        (np.array([10.5]), "10.5 is not a whole frame"),
        ([True, False], r"(1000,)"),
    ],
    ids=str,
)
def test_frames_that_are_none_are_refused(frames: Any, said: str, way: Any, tmp_path: Path) -> None:
    """Rows 36 and 37: no wrap-around and no rounding, and the entry is named."""
    with pytest.raises(ParameterError) as caught:
        way(tmp_path, make_aligned(), bad_frames=frames)

    assert said in str(caught.value)


@pytest.mark.parametrize("way", FROM_ARGUMENTS.values(), ids=FROM_ARGUMENTS)
@pytest.mark.parametrize(
    ("frames", "removed", "texts"),
    [
        ([11.0, 3], [3, 11], []),
        (range(10, 13), [10, 11, 12], []),
        ([(10, 13), 20], [10, 11, 12, 20], []),
        ([5, 999, 1000, 1500], [5, 999], ["2 of 4 bad frames are past the end"]),
        (MASK, list(range(500, 600)), []),
        (MASK.tolist(), list(range(500, 600)), []),
    ],
    ids=["whole floats", "range", "ranges", "past the end", "mask", "list of truths"],
)
def test_frames_are_removed_as_they_are_meant(
    frames: Any, removed: list[int], texts: list[str], way: Any, tmp_path: Path
) -> None:
    """Rows 37 to 39."""
    loaded = way(tmp_path, make_aligned(), bad_frames=frames)

    assert np.flatnonzero(loaded.experiment.bad_frames_mask).tolist() == removed
    assert loaded.experiment.n_frames == 1000 - len(removed)
    assert len(loaded.warned) == len(texts)
    assert all(text in warned for text, warned in zip(texts, loaded.warned, strict=True))


def test_all_arrays_of_frames_are_trimmed_together(tmp_path: Path) -> None:
    """Row 40."""
    rng = np.random.default_rng(0)
    extra = {name: rng.random((5, 1000)) for name in ("asp", "reconstructions")}
    data = make_aligned() | extra | {"spikes": rng.integers(0, 2, (5, 1000))}
    for way in FROM_ARGUMENTS.values():
        experiment = way(tmp_path, data, bad_frames=[1, 2]).experiment

        assert experiment.asp is not None
        assert experiment.reconstructions is not None
        kept = np.delete(np.arange(1000), [1, 2])
        np.testing.assert_array_equal(experiment.asp, extra["asp"][:, kept])
        np.testing.assert_array_equal(experiment.reconstructions, extra["reconstructions"][:, kept])
        np.testing.assert_array_equal(experiment.spikes.data, data["spikes"][:, kept])


def test_two_spellings_of_calcium_must_be_chosen_from(tmp_path: Path) -> None:
    """Row 41: nothing is taken by its place; ``neural`` picks."""
    data = make_aligned() | {"Calcium": make_aligned(n_cells=7)["calcium"]}
    for way in FROM_ARGUMENTS.values():
        with pytest.raises(AmbiguousKeyError, match=r"\(5, 1000\) and 'Calcium' \(7, 1000\)"):
            way(tmp_path, data)

        assert way(tmp_path, data, neural="Calcium").experiment.n_cells == 7


ORDER = """
import warnings, numpy as np
from driada_widgets import load_exp_from_aligned_data
rng = np.random.default_rng(0)
data = {"activity": rng.random((3, 600)), "rates": rng.random((2, 600)),
        "calcium": rng.random((4, 600))}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    experiment = load_exp_from_aligned_data("Lab", {"name": "n"}, data, verbose=False)
print(experiment.n_cells, experiment.content_hash, [str(each.message) for each in caught])
"""


def test_the_answer_does_not_depend_on_the_hash_seed() -> None:
    """Row 42: a fixed order, told once."""
    printed = {
        subprocess.run(
            [sys.executable, "-c", ORDER],
            env={"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in (0, 1, 2)
    }

    assert len(printed) == 1
    (line,) = printed
    assert line.startswith("4 ")
    assert "'calcium' is taken as the neural data" in line


def public_methods() -> list[str]:
    """Give the names that an experiment answers to by its class."""
    reserved = {"asp", "reconstructions"}
    return sorted({name for name in dir(Experiment) if not name.startswith("_")} - reserved)


def test_protected_names_are_refused_with_the_way_out(tmp_path: Path) -> None:
    """Row 43."""
    data = make_aligned()
    data["neurons"] = data.pop("speed")
    for way in FROM_ARGUMENTS.values():
        with pytest.raises(ValueError, match=r"rename=\{'neurons':"):
            way(tmp_path, data)

        renamed = way(tmp_path, data, rename={"neurons": "count"}).experiment
        assert "count" in renamed.dynamic_features


@pytest.mark.parametrize("name", public_methods())
def test_methods_stay_methods(name: str, tmp_path: Path) -> None:
    """Row 44: the feature is reached by its name in the mapping, and one warning says so."""
    data = make_aligned()
    data[name] = data.pop("speed")
    loaded = WAYS["memory"](tmp_path, data)

    assert loaded.experiment.dynamic_features[name].data[3] == data[name][3]
    assert [text for text in loaded.warned if "dynamic_features" in text] == loaded.warned
    assert len(loaded.warned) == 1
    assert getattr(loaded.experiment, name) is not loaded.experiment.dynamic_features[name]


def test_names_that_differ_by_case_are_both_kept(tmp_path: Path) -> None:
    """Row 45."""
    data = make_aligned() | {"Speed": np.random.default_rng(0).random(1000)}
    for way in WAYS.values():
        loaded = way(tmp_path, data)

        assert {"speed", "Speed"} <= set(loaded.experiment.dynamic_features)
        assert ["differ only by case" in text for text in loaded.warned] == [True]


@pytest.mark.parametrize(
    "name",
    ["head direction (deg)", "2nd", "скорость", "", "\u202eabc", "<img src=x onerror=alert(1)>"],
)
def test_names_are_kept_verbatim(name: str, tmp_path: Path) -> None:
    """Row 46: also through a saved file and back."""
    data = make_aligned()
    data[name] = data.pop("trial_type")
    experiment = WAYS["memory"](tmp_path, data).experiment
    request = LoadRequest(source=SourceSpec(kind="saved", path=tmp_path / "a.npz"))
    from driada_widgets import save_experiment

    save_experiment(experiment, tmp_path / "a.npz")
    opened = run(request).experiment

    assert name in experiment.dynamic_features
    assert list(opened.dynamic_features) == list(experiment.dynamic_features)


@pytest.mark.parametrize("key", ["_checkpoint", "signature", "verbose", "n_cells", "calcium"])
def test_parameters_never_shadow_what_an_experiment_is(key: str, tmp_path: Path) -> None:
    """Row 47: they stay in their mapping."""
    experiment = load_exp_from_aligned_data(
        "Lab", {"name": "n", key: 77}, make_aligned(), verbose=False
    )

    assert experiment.exp_identificators[key] == 77
    assert getattr(experiment, key) != 77
    assert experiment.signature == "Exp n"


BAD_NAMES = [
    "../../escaped",
    "a/../../b",
    "..\\x",
    "%2e%2e",
    "/absolute",
    "C:\\x",
    "\\\\host\\x",
    "a\0b",
    "x" * 300,
    "\N{MOUSE FACE}" * 100,
    "CON",
    "nul.txt",
    "x.",
    "x ",
    "a:b",
    "",
]


@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: repr(name)[:20])
def test_names_that_are_no_folder_are_refused_and_nothing_is_made(
    name: str, tmp_path: Path
) -> None:
    """Rows 48 to 52: by every way, before any work."""
    root = tmp_path / "deep" / "root"
    np.savez(tmp_path / "rec.npz", **make_aligned())
    before = digests_under(tmp_path)
    calls = (
        lambda: load_experiment(
            "Lab", {"name": name}, data_path=tmp_path / "rec.npz", root=root, verbose=False
        ),
        lambda: load_exp_from_aligned_data("Lab", {"name": name}, make_aligned(), verbose=False),
        lambda: run(
            LoadRequest(
                source=SourceSpec(path=tmp_path / "rec.npz"), exp_params={"name": name}, root=root
            ),
            cache=True,
        ),
    )
    for call in calls:
        with pytest.raises(ParameterError):
            call()

    assert digests_under(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rec.npz"]


@pytest.mark.parametrize("value", [{"a": 1}, None, 1.5, True, ["x"]], ids=repr)
def test_what_forms_the_name_is_text_or_a_whole_number(value: Any) -> None:
    """Row 53: the key is named; other entries may be any plain value."""
    with pytest.raises(ParameterError, match="'subject'"):
        load_exp_from_aligned_data("Lab", {"subject": value}, make_aligned(), verbose=False)

    experiment = load_exp_from_aligned_data(
        "Lab", {"subject": 7, "note": value}, make_aligned(), verbose=False
    )
    assert experiment.signature == "Exp 7"
    assert experiment.exp_identificators["note"] == value

"""Requests made in code: what is of another kind is told in words, before anything is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from driada_widgets import check, load_exp_from_aligned_data, run
from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.model import (
    AggregateSpec,
    FeatureChoice,
    LoadRequest,
    NanPolicies,
    NanPolicy,
    SaveSpec,
    SourceSpec,
)
from driada_widgets.core.resolve import resolve
from tests.inventories import array, file_with, issues_of, plan_of, request_of
from tests.samples import make_aligned

FILE = file_with(array("calcium", 5, 1000), array("speed", 1000))

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "negative seed": ({"seed": -1}, "seed must be a whole number from 0 on; got -1 (int)."),
    "fractional seed": ({"seed": 1.5}, "seed must be a whole number from 0 on; got 1.5 (float)."),
    "seed of text": ({"seed": "a"}, "seed must be a whole number from 0 on; got 'a' (str)."),
    "seed of truth": ({"seed": True}, "seed must be a whole number from 0 on; got True (bool)."),
    "neural": ({"neural": 5}, "neural must be text; got 5 (int)."),
    "transpose": ({"transpose": (5,)}, "transpose must be text; got 5 (int)."),
    "constant": (
        {"static_features": {5: 1}},
        "a name in static_features must be text; got 5 (int).",
    ),
    "new name": (
        {"features": {"speed": FeatureChoice(rename=5)}},  # type: ignore[arg-type]
        "the new name of 'speed' must be text; got 5 (int).",
    ),
    "no period": (
        {"features": {"speed": FeatureChoice(type="circular", period=0)}},
        "the period of 'speed' must be a number above 0; got 0 (int).",
    ),
    "infinite period": (
        {"features": {"speed": FeatureChoice(type="circular", period=float("inf"))}},
        "the period of 'speed' must be a number above 0; got inf (float).",
    ),
    "nothing combined": (
        {"aggregate_features": (AggregateSpec(of=(), name="p"),)},
        "The combined feature 'p' has no components.",
    ),
    "combined name": (
        {"aggregate_features": (AggregateSpec(of=("speed",), name=5),)},  # type: ignore[arg-type]
        "the name of a combined feature must be text; got 5 (int).",
    ),
    "gap": (
        {"nan": NanPolicies(default=NanPolicy(max_gap_sec=-1.0))},
        "max_gap_sec must be a number of seconds from 0 on; got -1.0 (float).",
    ),
    "policy": (
        {"nan": NanPolicies(arrays={"speed": NanPolicy(policy="dorp")})},  # type: ignore[arg-type]
        "nan must be one of 'raise', 'bad_frames', 'interpolate', 'drop'; got 'dorp' (str).",
    ),
}


PARTS: dict[str, tuple[str, Any, str]] = {
    "a word as choice": (
        "features",
        {"speed": "linear"},
        "the choice for 'speed' must be FeatureChoice; got 'linear' (str).",
    ),
    "a word as policy": ("nan", "drop", "nan must be NanPolicies; got 'drop' (str)."),
    "a path to save": ("save", "e.npz", "save must be SaveSpec; got 'e.npz' (str)."),
    "a method": ("spikes", "wavelet", "spikes must be SpikeSpec; got 'wavelet' (str)."),
    "no metadata": ("exp_params", None, "exp_params must be a dictionary; got None (NoneType)."),
    "a pair to combine": (
        "aggregate_features",
        (("x", "y"),),
        "a combined feature must be AggregateSpec; got ('x', 'y') (tuple).",
    ),
}


@pytest.mark.parametrize("kind", PARTS)
def test_parts_are_what_they_are_called(kind: str) -> None:
    """A request that is written in Python by hand is answered in words too."""
    field, value, text = PARTS[kind]

    issue = issues_of(FILE, **{field: value})["field-invalid"]

    assert (issue.field.split(".")[0], issue.text) == (field, text)


def test_paths_may_be_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In code people write them as strings; ~ is the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    text: Any = "~/rec.npz"

    request = LoadRequest(
        source=SourceSpec(path=text), save=SaveSpec(path=text), root=cast("Any", "~")
    )

    assert request.source.path == tmp_path / "rec.npz"
    assert request.save == SaveSpec(path=tmp_path / "rec.npz")
    assert request.root == tmp_path


@pytest.mark.parametrize("thing", ["rec.npz", None, {"source": {}}], ids=["path", "none", "tree"])
def test_what_is_no_request_is_a_type_error(thing: Any) -> None:
    """Both doors of the road say what they take."""
    for door in (run, check):
        with pytest.raises(TypeError, match="expected a LoadRequest"):
            door(thing)


def test_mask_of_bad_frames_is_taken_or_refused_once() -> None:
    """In a request written in code it may be an array, as in the loading functions."""
    mask: Any = np.arange(1000) < 100

    plan = plan_of(FILE, bad_frames=mask)
    issues = resolve(request_of(bad_frames=mask[:-1]), FILE)

    assert plan.bad_frames == ((0, 100),)
    assert isinstance(issues, tuple)
    assert [issue.id for issue in issues] == ["bad-frame-invalid"]


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_of_another_kind_is_refused(kind: str) -> None:
    """The field, what it must be and what it is are named; nothing is raised."""
    fields, text = WRONG[kind]

    issue = issues_of(FILE, **fields)["field-invalid"]

    assert (issue.text, issue.error) == (text, ParameterError)


@pytest.mark.parametrize(
    "options",
    [
        {"seed": -1},
        {"seed": "a"},
        {"neural": 5},
        {"transpose": 5},
        {"rename": {"speed": 5}},
        {"max_gap_sec": float("nan")},
        {"aggregate_features": {(): "p"}},
        {"aggregate_features": {("speed",): 5}},
        {"static_features": {5: 1}},
    ],
    ids=str,
)
def test_functions_refuse_the_same(options: dict[str, Any]) -> None:
    """A mistake in an argument is an error of the family, that names it."""
    with pytest.raises(ParameterError, match=r"must be|has no components"):
        load_exp_from_aligned_data("Lab", {"name": "n"}, make_aligned(), verbose=False, **options)


def test_numbers_of_numpy_are_numbers() -> None:
    """Seeds and periods often come out of arrays."""
    choice = FeatureChoice(type="circular", period=np.float64(360))

    plan = plan_of(FILE, seed=np.int64(3), features={"speed": choice})

    assert plan.request.seed == 3


def test_period_of_what_is_not_circular_is_told() -> None:
    """It stays in the request, for when the type changes again."""
    plan = plan_of(FILE, features={"speed": FeatureChoice(type="linear", period=5.0)})

    (note,) = [note for note in plan.notes if note.id == "period-unused"]
    assert note.text == "The period 5 of 'speed' is not used: linear has none."


def test_new_name_of_nothing_is_a_warning() -> None:
    """It was meant for a feature; types of absent features are ignored by contract."""
    with pytest.warns(
        UserWarning, match="'sped' has a choice but is not in the file; did you mean"
    ):
        load_exp_from_aligned_data(
            "Lab", {"name": "n"}, make_aligned(), verbose=False, rename={"sped": "velocity"}
        )
    plan = plan_of(FILE, features={"sped": FeatureChoice(type="linear")})

    assert [note.level for note in plan.notes if note.id == "feature-unknown"] == ["info"]


def test_protected_name_of_a_combination_has_its_own_way_out() -> None:
    """``rename`` is for arrays of the file."""
    wanted = (AggregateSpec(of=("speed",), name="neurons"),)
    issue = issues_of(FILE, aggregate_features=wanted)["feature-name-protected"]

    assert "conflict with protected attributes: ['neurons']" in issue.text
    assert issue.fix == "Give the combined feature another name."
    assert issue.field == "aggregate_features"

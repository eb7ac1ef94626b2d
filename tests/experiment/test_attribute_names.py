from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.attributes import ANALYSIS_METHODS, INTERNAL, PROTECTED
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.report import Note
from tests.recordings import make_contents, make_feature

METHODS = sorted(name for name in dir(Experiment) if name not in PROTECTED)


def _with_feature(name: str, **changes: Any) -> Experiment:
    return Experiment.from_contents(make_contents(features=(make_feature(name),), **changes))


def _about(experiment: Experiment, subject: str) -> list[Note]:
    return [note for note in experiment.notes if note.subject == subject]


@pytest.mark.parametrize("name", PROTECTED)
def test_protected_names_are_refused(name: str) -> None:
    """A feature with a protected name must be refused by name, with the way out."""
    with pytest.raises(ParameterError) as caught:
        _with_feature(name)

    assert str(caught.value) == (
        f"Dynamic feature names conflict with protected attributes: ['{name}']. Protected "
        f"attributes are: {list(PROTECTED)}. Give other names with rename={{'{name}': '...'}}."
    )


@pytest.mark.parametrize("name", [*METHODS, *sorted(ANALYSIS_METHODS | INTERNAL)])
def test_methods_stay(name: str) -> None:
    """A feature named like a method must leave the experiment whole, with one warning."""
    plain = Experiment.from_contents(make_contents())
    experiment = _with_feature(name)

    assert [note.level for note in _about(experiment, name)] == ["warning"]
    assert f"dynamic_features['{name}']" in _about(experiment, name)[0].text
    assert experiment.dynamic_features[name].name == name
    assert experiment.dynamic_features[name] is not vars(experiment).get(name)
    assert hasattr(experiment, name) == hasattr(plain, name)
    assert experiment.content_hash
    assert experiment.contents.features[0].name == name


@pytest.mark.parametrize("name", ["verbose", "metadata", "ground_truth", "filtered_flag"])
def test_other_attributes_give_way(name: str) -> None:
    """A feature named like a plain attribute must take its place, with the documented warning."""
    experiment = _with_feature(name, metadata={"kept": 1}, ground_truth=3)

    assert vars(experiment)[name] is experiment.dynamic_features[name]
    assert [f"Feature name '{name}' overwrites existing attribute."] == [
        note.text for note in _about(experiment, name)
    ]
    assert (experiment.contents.metadata, experiment.contents.ground_truth) == ({"kept": 1}, 3)


def test_parameters_become_attributes() -> None:
    """Entries of exp_params must be attributes, and all of them be in the mapping."""
    params = {"name": "x", "session": 3, "head size": 1, 5: "five"}
    experiment = Experiment.from_contents(make_contents(exp_params=params))

    assert vars(experiment)["session"] == 3
    assert vars(experiment)["head size"] == 1
    assert experiment.exp_identificators == params


@pytest.mark.parametrize(
    "name", ["_checkpoint", "signature", "verbose", "neurons", "contents", "_derived", "metadata"]
)
def test_parameters_shadow_nothing(name: str) -> None:
    """An entry named like anything of the experiment must stay in the mapping only."""
    plain = Experiment.from_contents(make_contents())
    experiment = Experiment.from_contents(make_contents(exp_params={name: 3}))

    assert experiment.exp_identificators[name] == 3
    assert type(getattr(plain, name)) is type(getattr(experiment, name))
    assert getattr(experiment, name) is not experiment.exp_identificators[name]
    assert [note.level for note in _about(experiment, name)] == ["info"]


def test_features_win_over_parameters() -> None:
    """A feature must take the attribute of an entry of exp_params, with the documented warning."""
    experiment = _with_feature("session", exp_params={"session": 3})

    assert vars(experiment)["session"] is experiment.dynamic_features["session"]
    assert _about(experiment, "session")[0].text == (
        "Feature name 'session' overwrites existing attribute."
    )


def test_constants_win_over_features() -> None:
    """A constant must take the attribute of a feature, with a warning that says where it is."""
    experiment = _with_feature("fps")

    assert vars(experiment)["fps"] == 20.0
    assert "dynamic_features['fps']" in _about(experiment, "fps")[0].text


def test_constants_are_attributes() -> None:
    """All constants must be attributes; protected names get an underscore, methods stay."""
    constants = {"fps": 10, "n_cells": 5, "gain": 2.0, "check_ds": 1}
    experiment = Experiment.from_contents(make_contents(static_features=constants))

    assert (vars(experiment)["gain"], vars(experiment)["_n_cells"]) == (2.0, 5)
    assert experiment.n_cells == 3
    assert callable(experiment.check_ds)
    assert _about(experiment, "n_cells")[0].text == (
        "Static feature name 'n_cells' conflicts with protected attribute. "
        "Access via attribute name with underscore: _n_cells"
    )
    assert [note.level for note in _about(experiment, "check_ds")] == ["warning"]


@pytest.mark.parametrize(
    "name", ["head direction (deg)", "2nd", "Скорость", "", "\u202eabc", "<img onerror=x>"]
)
def test_odd_names_are_kept_verbatim(name: str) -> None:
    """A name that is no identifier must be kept letter by letter."""
    experiment = _with_feature(name)

    assert list(experiment.dynamic_features) == [name]
    assert vars(experiment)[name] is experiment.dynamic_features[name]
    assert _about(experiment, name) == []


def test_names_that_differ_by_case_are_both_kept() -> None:
    """Two spellings must be two features."""
    features = (make_feature("speed"), make_feature("Speed"))
    experiment = Experiment.from_contents(make_contents(features=features))

    assert list(experiment.dynamic_features) == ["speed", "Speed"]


def test_one_name_cannot_be_two_features() -> None:
    """Two features of one name must be refused."""
    features = (make_feature("v"), make_feature("v"))

    with pytest.raises(ParameterError, match="Several features have the name 'v'"):
        Experiment.from_contents(make_contents(features=features))


def test_contents_never_warn() -> None:
    """What is to be said must be in the notes; warning of it is for the doors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        experiment = _with_feature("check_ds", static_features={"fps": 20, "calcium": 1})

    assert {note.id for note in experiment.notes} == {
        "feature-name-hidden",
        "constant-protected",
        "no-spikes",
    }


def test_the_constructor_warns_of_collisions() -> None:
    """The public constructor must say the same as warnings."""
    calcium = np.random.default_rng(0).random((2, 600))
    expected = re.escape("Feature name 'check_ds' is a method or property of the experiment")

    with pytest.warns(UserWarning, match=expected):
        Experiment(
            *("s", calcium, None, {}, {"fps": 20}),
            {"check_ds": calcium[0]},
            reconstruct_spikes=None,
            verbose=False,
        )

"""Constants set by hand, as attributes or in their dictionary: what is seen is what is saved."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import open_experiment, save_experiment
from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.experiment import Experiment
from tests.recordings import make_contents, make_feature


@pytest.fixture
def experiment() -> Experiment:
    """Give one with a constant whose name is protected and one with the name of a method."""
    constants = {"fps": 20.0, "depth": 1, "calcium": "raw", "check_ds": 5}
    contents = make_contents(features=(make_feature("v"),), static_features=constants)
    return Experiment.from_contents(contents)


def set_entry(experiment: Experiment, name: str, value: float) -> None:
    """Set a constant in the dictionary."""
    experiment.static_features[name] = value


@pytest.mark.parametrize("change", [setattr, set_entry], ids=["attribute", "dictionary"])
@pytest.mark.parametrize("suffix", ["npz", "pickle", "copy"])
def test_a_changed_frame_rate_is_kept(
    experiment: Experiment, tmp_path: Path, change: Callable[..., None], suffix: str
) -> None:
    """Files, copies and the hash know it; the experiment that was not changed is another."""
    before = experiment.content_hash

    change(experiment, "fps", 30.0)
    if suffix == "copy":
        again = copy.deepcopy(experiment)
    else:
        again = open_experiment(save_experiment(experiment, tmp_path / f"e.{suffix}"))

    assert again.fps == again.static_features["fps"] == 30.0
    assert again.content_hash == experiment.content_hash != before
    assert again.static_features["depth"] == 1


def test_untouched_constants_stay_as_given(experiment: Experiment) -> None:
    """Names of methods and of the core are reached otherwise, and are no changes."""
    assert experiment.contents.static_features == experiment.static_features

    vars(experiment)["_calcium"] = "corrected"

    assert experiment.contents.static_features["calcium"] == "corrected"
    assert experiment.contents.static_features["check_ds"] == 5


def test_the_dictionary_wins_over_its_attribute(experiment: Experiment) -> None:
    """It is the documented place, so what is written there is meant."""
    vars(experiment)["fps"] = 30.0
    experiment.static_features["fps"] = 40.0

    assert experiment.contents.static_features["fps"] == 40.0


def test_a_feature_of_that_name_is_no_constant(experiment: Experiment) -> None:
    """A feature that takes the attribute leaves the constant as it was."""
    with pytest.warns(UserWarning, match="depth"):
        experiment.add_feature("depth", np.arange(experiment.n_frames) * 0.5)

    assert experiment.contents.static_features["depth"] == 1


@pytest.mark.parametrize(("name", "value"), [("fps", "fast"), ("fps", 0.0), ("fps", None)])
def test_what_could_not_be_opened_is_not_saved(
    experiment: Experiment, tmp_path: Path, name: str, value: Any
) -> None:
    """The error comes while the experiment still exists, not when its file is opened."""
    setattr(experiment, name, value)

    with pytest.raises(ParameterError, match="fps"):
        save_experiment(experiment, tmp_path / "e.npz")

    assert list(tmp_path.iterdir()) == []

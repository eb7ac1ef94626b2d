"""``dynamic_features`` edited as a plain dictionary: what is seen is what is hashed and saved."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest

from driada_widgets import open_experiment, save_experiment
from driada_widgets.core.errors import DataShapeError, DataValueError, ParameterError
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.signals.series import TimeSeries
from tests.recordings import CIRCULAR, make_contents, make_feature

N_FRAMES = 600
WALK = np.cumsum(np.random.default_rng(0).normal(size=N_FRAMES))
BAD = np.arange(N_FRAMES) < 10


def experiment(bad: bool = False) -> Experiment:
    """Give one with an angle, its companion and a speed."""
    features = (make_feature("hd", type_info=CIRCULAR), make_feature("v"))
    mask = BAD if bad else None
    return Experiment.from_contents(make_contents(features=features, bad_frames_mask=mask))


def again(exp: Experiment, way: str, folder: Path) -> Experiment:
    """Save and open, or copy."""
    if way == "copy":
        return copy.deepcopy(exp)
    if way == "pickle.dumps":
        return pickle.loads(pickle.dumps(exp))  # type: ignore[no-any-return]
    return open_experiment(save_experiment(exp, folder / f"e.{way}"))


WAYS = pytest.mark.parametrize("way", ["npz", "pickle", "copy", "pickle.dumps"])


@WAYS
@pytest.mark.parametrize("bad", [False, True], ids=["whole", "trimmed"])
def test_what_was_put_there_is_kept(tmp_path: Path, way: str, bad: bool) -> None:
    """Code written for driada adds series in this way."""
    exp = experiment(bad)
    before = exp.content_hash
    exp.dynamic_features["new"] = TimeSeries(WALK[: exp.n_frames], ts_type="linear", name="new")
    exp.dynamic_features["v"] = TimeSeries(-WALK[: exp.n_frames], ts_type="linear", name="v")

    copied = again(exp, way, tmp_path)

    assert list(copied.dynamic_features) == ["hd", "v", "new", "hd_2d"]
    np.testing.assert_array_equal(WALK[: exp.n_frames], copied.dynamic_features["new"].data)
    np.testing.assert_array_equal(-WALK[: exp.n_frames], copied.dynamic_features["v"].data)
    assert copied.content_hash == exp.content_hash
    assert exp.content_hash != before


@WAYS
def test_what_was_taken_out_stays_out(tmp_path: Path, way: str) -> None:
    """A feature and the companion of another."""
    exp = experiment()
    before = exp.content_hash
    del exp.dynamic_features["v"], exp.dynamic_features["hd_2d"]

    copied = again(exp, way, tmp_path)

    assert list(copied.dynamic_features) == ["hd"]
    assert copied.content_hash == exp.content_hash
    assert exp.content_hash != before


@WAYS
@pytest.mark.parametrize("replaced", [False, True], ids=["gone", "replaced"])
def test_companion_outlives_its_angle(tmp_path: Path, way: str, replaced: bool) -> None:
    """It is seen, so it is saved, with the values that are seen."""
    exp = experiment()
    values = exp.dynamic_features["hd_2d"].data.copy()
    if replaced:
        exp.dynamic_features["hd"] = TimeSeries(WALK, ts_type="linear", name="hd")
    else:
        del exp.dynamic_features["hd"]

    copied = again(exp, way, tmp_path)

    assert sorted(copied.dynamic_features) == sorted(exp.dynamic_features)
    np.testing.assert_array_equal(values, copied.dynamic_features["hd_2d"].data)


def test_untouched_features_stay_the_same_objects() -> None:
    """Saving and hashing do not change what a person holds."""
    exp = experiment()
    mine = TimeSeries(WALK, ts_type="linear", name="new")
    held = dict(exp.dynamic_features)
    exp.dynamic_features["new"] = mine

    assert len(exp.content_hash) == 64
    assert exp.dynamic_features["new"] is mine
    assert all(exp.dynamic_features[name] is series for name, series in held.items())


@pytest.mark.filterwarnings("ignore:Feature 'other' added after initialization")
def test_both_ways_of_adding_go_together() -> None:
    """``add_feature`` does not forget what was put there before it."""
    exp = experiment()
    exp.dynamic_features["new"] = TimeSeries(WALK, ts_type="linear", name="new")
    exp.add_feature("other", WALK)

    assert sorted(copy.deepcopy(exp).dynamic_features) == ["hd", "hd_2d", "new", "other", "v"]


@pytest.mark.parametrize(
    ("name", "value", "error", "text"),
    [
        ("new", WALK[:50], DataShapeError, "'new' has 50 timepoints but experiment has 600"),
        ("neurons", WALK, ParameterError, "'neurons' conflicts with a protected attribute"),
        ("new", np.full(N_FRAMES, np.nan), DataValueError, "contains NaN"),
    ],
    ids=["length", "name", "nan"],
)
def test_what_cannot_be_a_feature_is_refused_when_it_counts(
    tmp_path: Path, name: str, value: object, error: type[Exception], text: str
) -> None:
    """Nothing is left out of the file without a word, and nothing is written."""
    exp = experiment()
    exp.dynamic_features[name] = value  # type: ignore[assignment]  # the mistake under test

    with pytest.raises(error, match=text):
        save_experiment(exp, tmp_path / "e.npz")

    assert list(tmp_path.iterdir()) == []

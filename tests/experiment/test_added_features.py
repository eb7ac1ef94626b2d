from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.attributes import PROTECTED
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.signals.multi import MultiTimeSeries
from driada_widgets.core.signals.series import TimeSeries
from tests.recordings import CIRCULAR, make_contents, make_feature, one_row, same_contents

pytestmark = pytest.mark.filterwarnings("ignore:Feature 'new' added after initialization")
WALK = np.cumsum(np.random.default_rng(0).normal(size=600))


def _experiment(**changes: Any) -> Experiment:
    features = (make_feature("hd", type_info=CIRCULAR), make_feature("v"))
    return Experiment.from_contents(make_contents(features=features, **changes))


def test_adding_always_warns() -> None:
    """Earlier analyses do not know the feature, so the documented warning must always come."""
    expected = (
        "Feature 'new' added after initialization. Cached INTENSE stats will not reflect this "
        "feature; re-run analysis if needed."
    )

    with pytest.warns(UserWarning, match=re.escape(expected)):
        _experiment().add_feature("new", WALK)


@pytest.mark.parametrize(
    ("data", "kwargs", "shape", "discrete"),
    [
        (WALK, {}, (600,), False),
        (WALK.tolist(), {"ts_type": "linear"}, (600,), False),
        (np.arange(600) % 2, {}, (600,), True),
        (np.arange(600) % 2, {"discrete": False}, (600,), False),
        (TimeSeries(np.arange(600) % 3, ts_type="categorical"), {}, (600,), True),
        (np.stack([WALK, WALK]), {}, (2, 600), False),
        (MultiTimeSeries(np.stack([WALK, WALK]), discrete=False), {}, (2, 600), False),
    ],
    ids=["array", "list", "detected", "declared", "series", "rows", "multi-series"],
)
def test_features_of_every_form_are_taken(
    data: Any, kwargs: dict[str, Any], shape: tuple[int, ...], discrete: bool
) -> None:
    """Arrays, lists and series must become features with the edges taken off their masks."""
    experiment = _experiment()
    experiment.add_feature("new", data, **kwargs)
    added = experiment.dynamic_features["new"]

    assert (added.data.shape, bool(added.discrete), added.name) == (shape, discrete, "new")
    assert vars(experiment)["new"] is added
    assert list(experiment.dynamic_features) == ["hd", "v", "hd_2d", "new"]
    assert added.shuffle_mask.sum() == 600 - 2 * 40


def test_the_callers_array_is_not_held() -> None:
    """A later change of the caller's array must not reach the experiment."""
    experiment, values = _experiment(), WALK.copy()
    experiment.add_feature("new", values)
    values[:] = 0

    assert np.array_equal(WALK, experiment.dynamic_features["new"].data)


@pytest.mark.parametrize(
    ("name", "data", "error", "text"),
    [
        (5, WALK, TypeError, "Feature name must be a string, got int"),
        ("x", WALK[:5], ValueError, "Feature 'x' has 5 timepoints but experiment has 600"),
        ("x", np.ones((2, 5)), ValueError, "Feature 'x' has 5 timepoints but experiment has 600"),
        ("x", np.ones((2, 2, 600)), ValueError, "Feature 'x' has unsupported dimensionality: 3D"),
        ("x", 5.0, ValueError, "Time series must be 1D, got shape ()"),
        ("x", WALK * np.nan, ValueError, "Time series contains NaN values"),
        *(
            (
                name,
                WALK,
                ParameterError,
                f"Feature name '{name}' conflicts with a protected attribute. "
                f"Protected attributes are: {list(PROTECTED)}",
            )
            for name in ("neurons", "_data_hashes")
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:Only 5 samples")
def test_what_does_not_fit_is_refused(
    name: Any, data: Any, error: type[Exception], text: str
) -> None:
    """Each fault must be refused in the documented words, and the experiment stay as it was."""
    experiment = _experiment()
    before = experiment.content_hash

    with pytest.raises(error, match=re.escape(text)):
        experiment.add_feature(name, data)
    assert before == experiment.content_hash


def test_hashes_know_added_features() -> None:
    """Hashes that were there before must hold the feature afterwards."""
    experiment = _experiment()
    before = experiment.content_hash, list(experiment._data_hashes["calcium"])
    experiment.add_feature("new", WALK)

    assert list(experiment._data_hashes["calcium"]) == [*before[1], "new"]
    assert experiment.content_hash != before[0]


def test_added_circular_features_get_no_companion() -> None:
    """A companion must not be made, neither now nor when the experiment is opened again."""
    experiment = _experiment()
    experiment.add_feature("new", np.mod(WALK, 2 * np.pi), ts_type="circular")

    assert one_row(experiment.dynamic_features["new"]).type_info.is_circular
    assert not experiment.has_circular_2d("new")
    assert not Experiment.from_contents(experiment.contents).has_circular_2d("new")


@pytest.mark.filterwarnings("ignore:Feature 'v' added")
def test_names_that_exist_are_replaced_silently() -> None:
    """A second feature of a name must take the place of the first, without another warning."""
    experiment = _experiment()
    experiment.add_feature("v", WALK)

    assert list(experiment.dynamic_features) == ["hd", "v", "hd_2d"]
    assert np.array_equal(WALK, vars(experiment)["v"].data)
    assert [note.subject for note in experiment.notes] == ["spikes"]


@pytest.mark.filterwarnings("ignore:Feature 'hd' added")
def test_companions_of_replaced_values_go() -> None:
    """The companion of values that are gone must go too, and that be said."""
    experiment = _experiment()

    with pytest.warns(UserWarning, match="'hd_2d' was the .* companion of the old values of 'hd'"):
        experiment.add_feature("hd", WALK)
    assert list(experiment.dynamic_features) == ["hd", "v"]
    assert not hasattr(experiment, "hd_2d")
    assert list(Experiment.from_contents(experiment.contents).dynamic_features) == ["hd", "v"]


@pytest.mark.filterwarnings("ignore:Feature 'hd_2d' added")
def test_companions_can_be_replaced() -> None:
    """An own feature in place of a companion must stay when the experiment is opened again."""
    experiment = _experiment()
    experiment.add_feature("hd_2d", WALK)
    again = Experiment.from_contents(experiment.contents)

    for each in (experiment, again):
        assert np.array_equal(WALK, each.dynamic_features["hd_2d"].data)
    assert same_contents(experiment.contents, again.contents)


@pytest.mark.filterwarnings("ignore:Feature 'check_ds' added")
def test_methods_stay() -> None:
    """An added feature named like a method must leave it, and a second warning say so."""
    experiment = _experiment()

    with pytest.warns(UserWarning, match="'check_ds' is a method or property"):
        experiment.add_feature("check_ds", WALK)
    assert callable(experiment.check_ds)
    assert np.array_equal(WALK, experiment.dynamic_features["check_ds"].data)


@pytest.mark.parametrize("data", [WALK[100:], np.stack([WALK, WALK])[:, 100:]], ids=["1d", "2d"])
def test_features_are_added_to_the_frames_left(data: Any) -> None:
    """After frames are removed a feature has the frames left, also when opened again."""
    experiment = _experiment(bad_frames_mask=np.arange(600) < 100)
    mask = np.arange(500) != 250
    value = TimeSeries(data, ts_type="linear", shuffle_mask=mask) if data.ndim == 1 else data
    experiment.add_feature("new", value)
    again = Experiment.from_contents(experiment.contents)

    for each in (experiment, again):
        assert np.array_equal(data, each.dynamic_features["new"].data)
        n_valid = 500 - 2 * 40 - (data.ndim == 1)
        assert each.dynamic_features["new"].shuffle_mask.sum() == n_valid
    assert experiment.contents.features[-1].data.shape[-1] == 600

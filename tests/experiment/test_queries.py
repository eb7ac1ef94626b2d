from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import DataShapeError, MissingKeyError
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.signals.series import TimeSeries
from driada_widgets.core.signals.transforms import get_hash
from tests.recordings import CIRCULAR, make_contents, make_feature


@pytest.fixture
def experiment() -> Experiment:
    """Give three neurons with spikes, a linear, a circular and a two-dimensional feature."""
    rng = np.random.default_rng(3)
    features = (
        make_feature("speed"),
        make_feature("hd", type_info=CIRCULAR),
        make_feature("xy", data=rng.random((2, 600)), type_info=None),
    )
    spikes = rng.random((3, 600)) < 0.1
    return Experiment.from_contents(make_contents(features=features, spikes=spikes))


@pytest.mark.parametrize("ds", [1, 5, np.int64(2), True])
def test_sensible_downsampling_passes(experiment: Experiment, ds: int) -> None:
    """A factor that keeps four frames a second must pass without a word."""
    experiment.check_ds(ds)


@pytest.mark.parametrize(
    ("ds", "error", "text"),
    [
        (5.0, TypeError, "Downsampling factor ds must be an integer, got float"),
        (0, ValueError, "Downsampling factor ds must be >= 1, got 0"),
    ],
)
def test_impossible_downsampling_is_refused(
    experiment: Experiment, ds: Any, error: type[Exception], text: str
) -> None:
    """A factor that is no whole number from 1 must be refused in the documented words."""
    with pytest.raises(error, match=text):
        experiment.check_ds(ds)


def test_coarse_downsampling_is_warned_of(experiment: Experiment) -> None:
    """A factor that skips a quarter of a second must be warned of."""
    expected = "Downsampling constant is too high: some behaviour acts may be skipped."

    with pytest.warns(UserWarning, match=expected):
        experiment.check_ds(6)


def test_downsampling_needs_a_rate(experiment: Experiment) -> None:
    """Without a frame rate a factor cannot be judged."""
    experiment.fps = None  # type: ignore[attr-defined]  # a constant

    with pytest.raises(ValueError, match="fps not set for Exp test"):
        experiment.check_ds(1)


@pytest.mark.parametrize("name", ["speed", "xy", "hd_2d"])
@pytest.mark.parametrize("ds", [1, 3])
def test_entropy_of_a_feature(experiment: Experiment, name: str, ds: int) -> None:
    """It must be that of the feature's series."""
    expected = experiment.dynamic_features[name].get_entropy(ds)

    assert expected == experiment.get_feature_entropy(name, ds)


@pytest.mark.parametrize(
    ("feature", "error", "text"),
    [
        ("speeed", KeyError, "did you mean 'speed'?"),
        ("zzz", ValueError, "There is no feature 'zzz' in Exp test."),
        (("speed",), ValueError, "exactly 2 features, got 1"),
        (["speed", "hd", "xy"], ValueError, "exactly 2 features, got 3"),
        (("speed", "hd"), NotImplementedError, "mutual information"),
        (5, TypeError, "got int"),
        (None, TypeError, "got NoneType"),
    ],
    ids=str,
)
def test_entropies_that_cannot_be_given(
    experiment: Experiment, feature: Any, error: type[Exception], text: str
) -> None:
    """Unknown features and combinations must be refused, each by its class."""
    with pytest.raises(error, match=re.escape(text)):
        experiment.get_feature_entropy(feature)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [(None, [0, 1, 2]), (1, [1]), (np.int64(2), [2]), ([0, 2], [0, 2]), (range(2), [0, 1])],
)
def test_cells_as_a_list(experiment: Experiment, cells: Any, expected: list[int]) -> None:
    """Nothing, an index and several must all become a list of indices."""
    assert expected == experiment._process_cbunch(cells)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (None, ["speed", "hd", "xy", "hd_2d"]),
        ("speed", ["speed"]),
        ("nope", []),
        (["xy", "nope", "speed"], ["xy", "speed"]),
        (("speed", "hd"), ["speed", "hd"]),
    ],
)
def test_features_as_a_list(experiment: Experiment, names: Any, expected: list[str]) -> None:
    """Nothing, a name and several must become a list of known names."""
    assert expected == experiment._process_fbunch(names)


def test_combinations_of_features_are_taken_where_allowed(experiment: Experiment) -> None:
    """Combinations must pass where allowed, and be refused elsewhere."""
    names = [("speed", "hd"), "xy"]

    assert names == experiment._process_fbunch(names, allow_multifeatures=True)
    with pytest.raises(ValueError, match="not in combinations"):
        experiment._process_fbunch(names)


def test_hashes_of_the_data(experiment: Experiment) -> None:
    """Each pair must hold the hash of the neuron's data, then of the feature's."""
    hashes = experiment._data_hashes

    assert list(hashes) == ["calcium", "spikes"]
    for mode, series in (("calcium", experiment.calcium), ("spikes", experiment.spikes)):
        table = hashes["calcium" if mode == "calcium" else "spikes"]
        assert list(table) == ["speed", "hd", "xy", "hd_2d"]
        expected = get_hash(series.data[1]), get_hash(experiment.dynamic_features["xy"].data)
        assert table["xy"][1] == expected


def test_without_spikes_only_calcium_is_hashed() -> None:
    """Zeros that stand for spikes must not be hashed."""
    assert list(Experiment.from_contents(make_contents())._data_hashes) == ["calcium"]


def test_hashes_of_pairs(experiment: Experiment) -> None:
    """For several features the hashes must come in order of the names."""
    of = {name: get_hash(one.data) for name, one in experiment.dynamic_features.items()}
    cell = get_hash(experiment.neurons[2].ca.data)

    assert (cell, of["speed"]) == experiment._build_pair_hash(2, "speed")
    assert (cell, of["hd"], of["speed"]) == experiment._build_pair_hash(2, ("speed", "hd"))
    spikes = get_hash(experiment.spikes.data[2])
    assert (spikes, of["xy"]) == experiment._build_pair_hash(2, "xy", "spikes")


def test_unknown_pairs_are_refused(experiment: Experiment) -> None:
    """Unknown modes and features must be refused."""
    with pytest.raises(ValueError, match='"mode" can be either "calcium" or "spikes"'):
        experiment._build_pair_hash(0, "speed", "x")  # type: ignore[arg-type]  # the fault
    with pytest.raises(MissingKeyError, match="There is no feature 'nope'"):
        experiment._build_pair_hash(0, "nope")


def test_checkpoint_finds_what_was_broken_by_hand(experiment: Experiment) -> None:
    """A whole experiment must pass, one with a series of another length not."""
    experiment._checkpoint()
    experiment.dynamic_features["speed"] = TimeSeries(np.arange(50.0), name="speed", discrete=False)
    expected = '"speed" feature has inappropriate shape: (50,)inconsistent with data length 600'

    with pytest.raises(DataShapeError, match=re.escape(expected)):
        experiment._checkpoint()


def test_trimming_gives_copies(experiment: Experiment) -> None:
    """Trimmed arrays and series must lose the frames, keep types, and leave the experiment."""
    bad = np.arange(600) < 100
    given = experiment.calcium.data, experiment.spikes.data, experiment.dynamic_features
    calcium, spikes, features = experiment._trim_data(*given, bad)

    assert np.array_equal(experiment.calcium.data[:, 100:], calcium)
    assert np.array_equal(experiment.spikes.data[:, 100:], spikes)  # type: ignore[arg-type]  # given
    for name, series in features.items():
        whole = experiment.dynamic_features[name]
        assert np.array_equal(whole.data[..., 100:], series.data)
        assert (series.name, series.discrete) == (whole.name, whole.discrete)
        assert series.shuffle_mask.all()
    xy = features["xy"]
    assert xy.ts_list[1].type_info == experiment.dynamic_features["xy"].ts_list[1].type_info  # type: ignore[union-attr]  # 2-D
    assert (experiment.n_frames, experiment.filtered_flag) == (600, False)


def test_filtered_experiments_are_trimmed_only_by_force() -> None:
    """A second trim must be refused in the documented words, unless forced."""
    bad = np.arange(600) < 100
    experiment = Experiment.from_contents(make_contents(bad_frames_mask=bad))
    given = experiment.calcium.data, None, experiment.dynamic_features
    expected = (
        'Data is already filtered, if you want to force filtering it again, set "force_filter = '
        'True"'
    )

    with pytest.raises(AttributeError, match=re.escape(expected)):
        experiment._trim_data(*given, bad[:500])
    assert experiment._trim_data(*given, bad[:500], force_filter=True)[0].shape == (3, 400)

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import CorruptFileError
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.experiment.neuron import Neuron
from driada_widgets.core.signals.multi import MultiTimeSeries
from tests.recordings import CIRCULAR, UnreadArray, make_contents, make_feature


def _unread(**changes: Any) -> Experiment:
    """Build 2000 neurons over arrays that refuse to be read."""
    given: dict[str, Any] = {
        name: UnreadArray((2000, 40_000)) for name in ("spikes", "asp", "reconstructions")
    }
    features = (
        make_feature("hd", 40_000, CIRCULAR),
        make_feature("xy", data=np.random.default_rng(0).random((2, 40_000)), type_info=None),
    )
    contents = make_contents(
        calcium=UnreadArray((2000, 40_000)),
        calcium_range=np.tile([-1.0, 1.0], (2000, 1)),
        kept_cells=tuple(range(1, 2000)),
        bad_frames_mask=np.arange(40_000) < 100,
        features=features,
        seed=3,
        metadata={"metrics_df": {"t_rise": [0.3] * 1999}},
        **given,
        **changes,
    )
    return Experiment.from_contents(contents)


def test_building_reads_no_calcium() -> None:
    """Size, text, features, masks and notes must be there before any trace is read."""
    experiment = _unread()

    assert (experiment.n_cells, experiment.n_frames) == (1999, 39_900)
    assert list(experiment.dynamic_features) == ["hd", "xy", "hd_2d"]
    assert experiment.calcium.shape == (1999, 39_900)
    assert experiment.calcium.shuffle_mask.sum() == 39_500
    assert "1999 neurons" in repr(experiment)
    assert experiment.notes == ()


def test_building_makes_no_neuron(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neurons must be made one by one when they are indexed, without reading their traces."""
    made: list[str] = []
    original = Neuron.from_series

    def counted(cell_id: str, **kwargs: Any) -> Any:
        made.append(cell_id)
        return original(cell_id, **kwargs)

    monkeypatch.setattr(Neuron, "from_series", counted)
    experiment = _unread()
    assert made == []

    neuron = experiment.neurons[-1]
    assert (made, neuron.cell_id, neuron.t_rise) == (["1998"], "1998", 6.0)
    assert experiment.calcium.ts_list[1998] is neuron.ca
    assert experiment.spikes.ts_list[1998] is neuron.sp


def test_traces_are_read_when_asked_for() -> None:
    """The arrays of the test must notice a read, or the other tests would say nothing."""
    experiment = _unread()

    with pytest.raises(AssertionError, match="calcium was read"):
        _ = experiment.neurons[0].ca.data


def test_components_of_calcium_are_the_neurons_series() -> None:
    """``calcium.ts_list[i]`` and ``neurons[i].ca`` must be one object, whichever is asked first."""
    experiment = Experiment.from_contents(make_contents())

    first = experiment.calcium.ts_list[0]
    assert first is experiment.neurons[0].ca
    assert [neuron.ca for neuron in experiment.neurons] == list(experiment.calcium.ts_list)
    assert first.name == "neuron_0_ca"


def test_an_experiment_is_freed_at_once() -> None:
    """No cycle may keep the arrays of an experiment that nobody holds any more."""
    features = (make_feature("hd", type_info=CIRCULAR), make_feature("xy", data=np.ones((2, 600))))
    experiment = Experiment.from_contents(make_contents(features=features))
    held = weakref.ref(experiment._derived)
    for series in experiment.dynamic_features.values():
        if isinstance(series, MultiTimeSeries):
            assert series.ts_list[0].name is not None
    gc.disable()
    try:
        del experiment, series
        assert held() is None
    finally:
        gc.enable()


def _used() -> Experiment:
    """Give an experiment whose lazy parts have all been asked for."""
    contents = make_contents(
        bad_frames_mask=np.arange(600) % 100 == 0,
        spikes=np.random.default_rng(1).random((3, 600)) > 0.9,
        asp=np.random.default_rng(1).random((3, 600)),
        features=(make_feature("hd", type_info=CIRCULAR), make_feature("v")),
        metadata={"sync_info": {"a": 1}},
        exp_params={"name": "used"},
    )
    experiment = Experiment.from_contents(contents)
    _ = experiment._data_hashes, experiment.calcium.scdata, experiment.content_hash
    for name in ("hd", "v"):
        _ = experiment.get_feature_entropy(name)
    for neuron in experiment.neurons:
        _ = neuron.get_snr(), neuron.get_noise_ampl(), neuron.ca.type_info
    return experiment


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_pickles_open_after_any_use(protocol: int) -> None:
    """A pickled experiment must come back with the same data, also after everything was used."""
    experiment = _used()
    opened = pickle.loads(pickle.dumps(experiment, protocol))

    assert opened.same_data_as(experiment)
    assert opened.signature == experiment.signature
    assert opened.metadata == {"sync_info": {"a": 1}}
    assert np.array_equal(opened.calcium.data, experiment.calcium.data)
    assert opened.hd.type_info == experiment.hd.type_info


def test_the_state_of_a_pickle_is_plain() -> None:
    """The allow-list reads one dictionary of plain values and arrays, so there must be no more."""
    state = _used().__getstate__()

    assert (sorted(state), state["format"], state["schema"]) == (
        ["arrays", "format", "meta", "schema"],
        "driada_widgets",
        1,
    )
    assert {type(array) for array in state["arrays"].values()} == {np.ndarray}


def test_memory_maps_are_pickled_as_arrays(tmp_path: Any) -> None:
    """A pickle must not hold the class of a memory map, which the allow-list does not know."""
    mapped = np.lib.format.open_memmap(
        tmp_path / "calcium.npy", mode="w+", dtype="f4", shape=(3, 600)
    )
    experiment = Experiment.from_contents(make_contents(calcium=mapped))

    assert type(experiment.__getstate__()["arrays"]["calcium"]) is np.ndarray


def test_copies_hold_the_same_data() -> None:
    """A deep copy must be another experiment with equal data."""
    experiment = _used()
    other = copy.deepcopy(experiment)

    assert other is not experiment
    assert other.same_data_as(experiment)


@pytest.mark.parametrize("change", [{"format": "other"}, {"schema": 2}, {"meta": {}}], ids=repr)
def test_states_of_another_form_are_refused(change: dict[str, Any]) -> None:
    """A state that this version does not know must be refused, not half read."""
    state = _used().__getstate__() | change

    with pytest.raises(CorruptFileError, match="again from its source"):
        Experiment.__new__(Experiment).__setstate__(state)


def test_neurons_can_be_pickled() -> None:
    """A neuron must travel without its experiment."""
    neuron = _used().neurons[1]
    opened = pickle.loads(pickle.dumps(neuron))

    assert (opened.cell_id, opened.ca.name) == ("1", "neuron_1_ca")
    assert np.array_equal(neuron.ca.data, opened.ca.data)

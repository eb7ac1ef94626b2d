from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from driada_widgets.core.experiment.experiment import Experiment
from tests.recordings import make_contents


def _experiment(metrics: Any, **changes: Any) -> Experiment:
    return Experiment.from_contents(make_contents(metadata={"metrics_df": metrics}, **changes))


def test_each_neuron_gets_its_measures() -> None:
    """Item i of each list must be neuron i's."""
    experiment = _experiment({"t_rise": [0.1, 0.2, None], "r2_score": np.array([0.7, 0.8, 0.9])})

    assert [neuron.t_rise for neuron in experiment.neurons] == [2.0, 4.0, None]
    assert [neuron.reconstruction_r2 for neuron in experiment.neurons] == [0.7, 0.8, 0.9]
    assert experiment.neurons[1].metrics == {"t_rise": 0.2, "r2_score": 0.8}


def test_measures_follow_the_neurons_that_stay() -> None:
    """Of measures of all recorded neurons, those of the neurons that stay must be taken."""
    experiment = _experiment({"t_rise": [0.1, 0.2, 0.3]}, kept_cells=(0, 2))

    assert [neuron.t_rise for neuron in experiment.neurons] == [2.0, 6.0]


@pytest.mark.parametrize(
    ("metrics", "text"),
    [
        (
            {"t_rise": [0.1, 0.2]},
            "metrics_df length (2) doesn't match neuron count (3). "
            "Per-neuron metrics will not be loaded.",
        ),
        ({"t_rise": [0.1] * 3, "snr": [1]}, "metrics_df length (3) doesn't match"),
        ([1, 2, 3], "metrics_df is not a table"),
        ({"t_rise": 5}, "metrics_df is not a table"),
    ],
    ids=["short", "unequal", "list", "number"],
)
def test_measures_that_do_not_fit_are_left_out(metrics: Any, text: str) -> None:
    """They must be left out with a note, a warning only for those who want all."""
    experiment = _experiment(metrics)

    assert experiment.neurons[0].metrics is None
    (note,) = (note for note in experiment.notes if note.id == "metrics-ignored")
    assert note.text.startswith(text)
    assert (note.level, note.verbose_only) == ("warning", True)


@pytest.mark.parametrize("metadata", [None, {}, {"metrics_df": {}}, {"metrics_df": None}])
def test_without_measures_there_is_nothing_to_say(metadata: Any) -> None:
    """No measures must be no fault."""
    experiment = Experiment.from_contents(make_contents(metadata=metadata))

    assert experiment.neurons[0].metrics is None
    assert [note.id for note in experiment.notes] == ["no-spikes"]


def test_kinetics_that_were_set_travel() -> None:
    """Times that a person set on a neuron must be there when the experiment is opened again."""
    experiment = _experiment({"t_rise": [0.1, 0.2, 0.3], "t_off": [1.0, 1.0, 1.0]})
    experiment.neurons[1].t_off = 33.0
    experiment.neurons[1].t_rise = None
    before = Experiment.from_contents(make_contents()).content_hash
    again = Experiment.from_contents(Experiment.from_contents(experiment.contents).contents)

    assert [(one.t_rise, one.t_off) for one in again.neurons] == [
        (2.0, 20.0),
        (None, 33.0),
        (6.0, 20.0),
    ]
    assert again.same_data_as(experiment)
    assert again.content_hash != before


def test_restored_kinetics_keep_a_given_reconstruction() -> None:
    """Opening must not drop the reconstruction that belongs to the kinetics."""
    rows = np.random.default_rng(0).random((3, 600))
    experiment = Experiment.from_contents(make_contents(reconstructions=rows, asp=rows))
    experiment.neurons[0].t_off = 70.0
    again = Experiment.from_contents(experiment.contents).neurons[0]

    assert again.t_off == 70.0
    assert again._has_reconstructed

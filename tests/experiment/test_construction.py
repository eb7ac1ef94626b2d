from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import LoaderError
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.experiment.neuron import KINETICS_NOT_FITTED
from driada_widgets.core.signals.multi import MultiTimeSeries
from driada_widgets.core.signals.series import TimeSeries
from tests.recordings import one_row

N_FRAMES = 1000
RNG = np.random.default_rng(0)
CALCIUM = RNG.random((4, N_FRAMES))
SPEED = np.cumsum(RNG.normal(size=N_FRAMES))
QUIET: dict[str, Any] = {"reconstruct_spikes": None, "verbose": False}


def build(**changes: Any) -> Experiment:
    """Build with everything that is needed, quietly."""
    given: dict[str, Any] = {
        "signature": "Exp s",
        "calcium": CALCIUM,
        "spikes": None,
        "exp_identificators": {"name": "s"},
        "static_features": {"fps": 20.0, "t_rise_sec": 0.25, "t_off_sec": 2.0},
        "dynamic_features": {"speed": SPEED},
    }
    return Experiment(**(given | QUIET | changes))


def test_attributes_of_a_plain_experiment() -> None:
    """All documented attributes must be there, those for later analyses empty."""
    experiment = build(metadata={"a": 1}, ground_truth={"b": 2}, n_jobs=3)

    assert (experiment.signature, experiment.n_cells, experiment.n_frames) == ("Exp s", 4, 1000)
    assert (experiment.metadata, experiment.ground_truth) == ({"a": 1}, {"b": 2})
    assert (experiment.verbose, experiment._n_jobs) == (False, 3)
    assert experiment._enable_parallelization is False
    assert (experiment.stats_tables, experiment.significance_tables) == ({}, {})
    assert experiment.selectivity_tables_initialized is False
    assert experiment.embeddings == {"calcium": {}, "spikes": {}}
    assert experiment._rdm_cache == {}
    assert experiment.filtered_flag is False
    assert experiment.bad_frames_mask.sum() == 0
    assert vars(experiment)["fps"] == 20.0
    assert vars(experiment)["name"] == "s"
    assert vars(experiment)["speed"] is experiment.dynamic_features["speed"]
    assert (experiment.asp, experiment.reconstructions, experiment.provenance) == (None, None, {})


def test_missing_attributes_are_said_as_python_does() -> None:
    """There must be no catch-all for attributes."""
    with pytest.raises(AttributeError, match="'Experiment' object has no attribute 'nothing'"):
        build().nothing  # noqa: B018 - the fault


def test_without_spikes_there_are_zeros() -> None:
    """``spikes`` must never be None; the neurons' own are."""
    experiment = build()

    assert experiment.neurons[1].sp is None
    assert (experiment.spikes.name, experiment.spikes.discrete) == ("spikes", True)
    assert experiment.spikes.ts_list[1].name == "neuron_1_sp_zero"
    assert np.array_equal(np.zeros((4, N_FRAMES)), experiment.spikes.data)
    assert experiment.spikes.data.dtype == np.float64


def test_caller_keeps_what_was_given() -> None:
    """Arrays and dictionaries of the caller must neither change nor be changed through."""
    calcium, constants = CALCIUM.copy(), {"fps": 20.0}
    experiment = build(calcium=calcium, static_features=constants)
    calcium[:] = -1
    experiment.static_features["more"] = 1

    assert constants == {"fps": 20.0}
    assert np.array_equal(CALCIUM, experiment.calcium_source)
    with pytest.raises(ValueError, match="read-only"):
        experiment.calcium_source[0, 0] = 1


def test_frozen_arrays_are_not_copied() -> None:
    """An array that nobody can change need not be copied."""
    calcium = CALCIUM.copy()
    calcium.flags.writeable = False

    assert np.shares_memory(calcium, build(calcium=calcium).calcium.data)


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        (
            {"calcium": None},
            ValueError,
            "Calcium data is required. Please provide a numpy array with shape "
            "(n_neurons, n_timepoints).",
        ),
        ({"calcium": CALCIUM[0]}, ValueError, "must be 2-D (neurons × frames); got (1000,)"),
        ({"calcium": CALCIUM[None]}, ValueError, "must be 2-D (neurons × frames); got (1, 4"),
        ({"calcium": np.empty((0, 1000))}, ValueError, "no neurons (0, 1000)"),
        ({"calcium": CALCIUM[:, :1]}, ValueError, "1 frame; at least 2 are needed"),
        ({"calcium": CALCIUM * np.nan}, ValueError, "Time series contains NaN values (calcium, ro"),
        (
            {"calcium": CALCIUM + 1j},
            ValueError,
            "calcium must hold real numbers, got dtype complex128",
        ),
        ({"spikes": CALCIUM[:2]}, ValueError, "spikes has the shape (2, 1000) but calcium (4, 1"),
        ({"asp": CALCIUM[:, 1:]}, ValueError, "asp has the shape (4, 999) but calcium (4, 1000)"),
        ({"static_features": {}}, ValueError, "static_features has no fps"),
        ({"static_features": None}, ValueError, "static_features has no fps"),
        ({"static_features": {"fps": None}}, ValueError, "static_features has no fps"),
        ({"static_features": {"fps": 0}}, ValueError, "fps must be positive, got 0"),
        ({"static_features": {"fps": -5}}, ValueError, "fps must be positive, got -5"),
        ({"static_features": {"fps": float("nan")}}, ValueError, "fps cannot be NaN"),
        ({"static_features": {"fps": float("inf")}}, ValueError, "fps cannot be infinite"),
        ({"static_features": {"fps": "20"}}, ValueError, "fps must be numeric, got str"),
        (
            {"static_features": {"fps": 20, "t_off_sec": 0}},
            ValueError,
            "t_off_sec must be positive, got 0",
        ),
        (
            {"dynamic_features": {"v": 3}},
            TypeError,
            "Feature 'v' has unsupported type: int. "
            "Expected TimeSeries, MultiTimeSeries, or numpy array only.",
        ),
        (
            {"dynamic_features": {"v": np.array(3)}},
            TypeError,
            "Feature 'v' is a scalar numpy array. Expected TimeSeries, MultiTimeSeries, "
            "or numpy array with at least 1 dimension.",
        ),
        ({"dynamic_features": {3: SPEED}}, TypeError, "Feature name must be a string, got int"),
        ({"dynamic_features": [SPEED]}, TypeError, "dynamic_features must be a dictionary, got li"),
        (
            {"dynamic_features": {"v": np.ones((2, 2, N_FRAMES))}},
            ValueError,
            "Feature v has unsupported dimensionality: 3D",
        ),
        (
            {"dynamic_features": {"v": SPEED, "w": SPEED[:500]}},
            ValueError,
            "Dynamic features have different lengths:\n  v: 1000 timepoints\n  w: 500 timepoints",
        ),
        (
            {"dynamic_features": {"v": SPEED[:500]}},
            ValueError,
            '"v" feature has inappropriate shape: (500,)inconsistent with data length 1000',
        ),
        (
            {"dynamic_features": {"v": np.ones((N_FRAMES, 2))}},
            ValueError,
            "inconsistent with data length 1000. It looks transposed.",
        ),
        (
            {"dynamic_features": {"v": np.where(SPEED > 0, SPEED, np.nan)}},
            ValueError,
            "Time series contains NaN values",
        ),
        (
            {"dynamic_features": {"v": np.full((2, N_FRAMES), np.inf)}},
            ValueError,
            "Time series contains infinite values (v, row 0, 1)",
        ),
        (
            {"reconstruct_spikes": "fast"},
            ValueError,
            "Unknown method 'fast'. Use 'wavelet', 'threshold', or provide a callable.",
        ),
        (
            {"reconstruct_spikes": True},
            ValueError,
            "Unknown method 'True'. Use 'wavelet', 'threshold', or provide a callable.",
        ),
        ({"bad_frames_mask": np.zeros(5, bool)}, ValueError, "bad_frames_mask must be boolean of"),
        ({"bad_frames_mask": [0] * N_FRAMES}, ValueError, "bad_frames_mask must be boolean of"),
        (
            {"bad_frames_mask": np.ones(N_FRAMES, bool)},
            ValueError,
            "Time series must have at least 2 points",
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    changes: dict[str, Any], error: type[Exception], text: str
) -> None:
    """Each fault must be refused in the documented words."""
    with pytest.raises(error, match=re.escape(text)):
        build(**changes)


def test_errors_belong_to_the_family() -> None:
    """Refusals of values must be loader errors, so that the panel shows them as they are."""
    with pytest.raises(LoaderError):
        build(calcium=None)


def _warnings_of(**changes: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        build(**changes)
    assert {warning.category for warning in caught} <= {UserWarning}
    assert {warning.filename for warning in caught} <= {__file__}
    return [str(warning.message) for warning in caught]


@pytest.mark.parametrize("verbose", [True, False])
@pytest.mark.parametrize("spikes", [None, CALCIUM > 0.9], ids=["no-spikes", "spikes"])
@pytest.mark.parametrize("method", ["wavelet", "threshold"])
def test_spikes_that_give_way_are_said(spikes: Any, verbose: bool, method: str) -> None:
    """Spikes that were given and are replaced must be answered by exactly one warning."""
    texts = _warnings_of(reconstruct_spikes=method, spikes=spikes, verbose=verbose)

    overridden = (
        f"Spike data will be overridden by reconstructed spikes from Ca2+ data with method={method}"
    )
    assert ([] if spikes is None else [overridden]) == texts


def test_spikes_are_reconstructed_by_default() -> None:
    """The default of the reference must be kept: the load-time wavelet method."""
    experiment = Experiment("s", CALCIUM, None, {}, {"fps": 20}, {}, verbose=False)

    assert experiment.spike_reconstruction_method == "wavelet"
    assert experiment.neurons[0].sp is not None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"reconstruct_spikes": False}, []),
        (
            {"verbose": True},
            ["No spike data provided, spikes reconstruction from Ca2+ data disabled"],
        ),
        ({"verbose": True, "spikes": CALCIUM > 0.5}, []),
        ({"optimize_kinetics": True}, [KINETICS_NOT_FITTED]),
        ({"metadata": {"metrics_df": {"a": [1, 2]}}}, []),
        ({"unheard_of": 1}, []),
    ],
    ids=["quiet", "false", "verbose", "verbose-spikes", "kinetics", "metrics", "unknown"],
)
def test_warnings_of_the_constructor(changes: dict[str, Any], expected: list[str]) -> None:
    """Only what a person must know may be warned of, and what explains only when verbose."""
    assert expected == _warnings_of(**changes)


def test_unknown_arguments_are_noted() -> None:
    """An argument that is ignored must leave a trace in the notes."""
    notes = build(unheard_of=1).notes

    assert [note.text for note in notes if note.id == "argument-unknown"] == [
        "Experiment has no argument 'unheard_of'; it is ignored."
    ]


def test_more_cells_than_frames_load_with_a_warning() -> None:
    """A matrix that only looks transposed must load, and the warning say so."""
    texts = _warnings_of(calcium=CALCIUM[:, :500].T, dynamic_features={}, spikes=None)

    assert texts[-1].startswith("Number of cells (500) > number of time frames (4). Data appears")


def test_constant_neurons_load_flagged() -> None:
    """A dead neuron must load, and be named."""
    calcium = CALCIUM.copy()
    calcium[2] = 0
    with pytest.warns(UserWarning, match="1 of 4 neurons are constant over .*: 2"):
        experiment = build(calcium=calcium)

    assert np.array_equal(np.zeros(N_FRAMES), experiment.neurons[2].ca.data)
    assert np.array_equal(np.zeros(N_FRAMES), experiment.neurons[2].ca.scdata)


def test_arrays_become_series() -> None:
    """One-dimensional arrays must become typed series, two-dimensional ones continuous rows."""
    features = {"v": SPEED, "xy": np.ones((2, N_FRAMES)), "lick": SPEED > 0}
    experiment = build(dynamic_features=features)

    v, xy = one_row(experiment.dynamic_features["v"]), experiment.dynamic_features["xy"]
    assert isinstance(xy, MultiTimeSeries)
    assert (v.name, v.type_info.subtype) == ("v", "linear")
    assert (xy.discrete, [one.name for one in xy.ts_list]) == (False, ["xy_0", "xy_1"])
    assert one_row(experiment.dynamic_features["lick"]).is_binary


def test_series_keep_their_type_and_mask() -> None:
    """A series that a person made must keep its type and its own mask, its edges taken off."""
    mask = np.arange(N_FRAMES) != 500
    steps = 1 + np.arange(N_FRAMES) % 7
    given = TimeSeries(steps, ts_type="categorical", shuffle_mask=mask)
    features = {
        "steps": given,
        "pair": MultiTimeSeries([TimeSeries(steps, discrete=True, name="a")] * 2),
    }
    experiment = build(dynamic_features=features)

    shown = one_row(experiment.dynamic_features["steps"])
    assert (shown.name, shown.type_info.subtype) == ("steps", "categorical")
    assert shown.shuffle_mask.sum() == N_FRAMES - 2 * 40 - 1
    pair = experiment.dynamic_features["pair"]
    assert isinstance(pair, MultiTimeSeries)
    assert (pair.discrete, pair.ts_list[1].name) == (True, "a")
    assert given.shuffle_mask.sum() == N_FRAMES - 1


def test_representation_says_what_it_is() -> None:
    """The text of an experiment must name size, rate and features."""
    expected = "<Experiment 'Exp s': 4 neurons, 1000 frames at 20 Hz, features: speed>"

    assert expected == repr(build())

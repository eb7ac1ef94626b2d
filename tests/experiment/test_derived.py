from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.experiment.contents import Contents, Filled
from driada_widgets.core.experiment.derive import DerivedArrays
from driada_widgets.core.experiment.experiment import Experiment
from tests.recordings import make_contents, make_feature, there

N_CELLS, N_FRAMES = 3, 600


def test_nothing_is_copied_if_nothing_changes() -> None:
    """Calcium that is not cut, filled or negative must be the given array itself, read-only."""
    contents = make_contents()
    experiment = Experiment.from_contents(contents)

    assert np.shares_memory(experiment.calcium.data, contents.calcium)
    assert np.shares_memory(experiment.neurons[1].ca.data, contents.calcium)
    assert not experiment.calcium.data.flags.writeable


@pytest.mark.parametrize("known", [True, False], ids=["range-known", "range-unknown"])
def test_negative_calcium_becomes_zero_in_a_copy(known: bool) -> None:
    """The source must stay bit for bit, and what analyses see must have no negative value."""
    source = np.random.default_rng(0).normal(size=(N_CELLS, N_FRAMES))
    before = source.copy()
    calcium_range = np.stack([source.min(axis=1), source.max(axis=1)], axis=1)
    experiment = Experiment.from_contents(
        make_contents(calcium=source, calcium_range=calcium_range if known else None)
    )

    expected = np.where(before < 0, 0, before)
    assert np.array_equal(expected, experiment.calcium.data)
    assert np.array_equal(before, experiment.calcium_source)
    assert np.array_equal(before, source)


@pytest.mark.parametrize(
    ("given", "derived"),
    [
        ("float32", "float32"),
        ("float16", "float16"),
        ("float64", "float64"),
        (">f4", "float32"),
        (">f8", "float64"),
        ("int16", "float64"),
        (">i2", "float64"),
        ("uint8", "float64"),
        ("bool", "float64"),
    ],
)
def test_floats_keep_their_precision(given: str, derived: str) -> None:
    """Floats must stay as they are, in native byte order; other numbers must become float64."""
    source = np.random.default_rng(1).integers(0, 2, (N_CELLS, N_FRAMES)).astype(given)
    experiment = Experiment.from_contents(make_contents(calcium=source))

    assert experiment.calcium.data.dtype == np.dtype(derived)
    assert experiment.calcium.data.dtype.isnative
    assert np.array_equal(source.astype(float), experiment.calcium.data)
    assert experiment.calcium_source.dtype == source.dtype


def _mask(*bad: int) -> NDArray[np.bool_]:
    mask = np.zeros(N_FRAMES, dtype=bool)
    mask[list(bad)] = True
    return mask


def _everything_changes() -> Contents:
    rng = np.random.default_rng(2)
    calcium = rng.normal(size=(4, N_FRAMES))
    calcium[2, 100:104] = np.nan
    per_neuron = rng.random((3, 4, N_FRAMES))
    return make_contents(
        calcium=calcium,
        kept_cells=(0, 2, 3),
        calcium_filled=(
            Filled(row=2, ranges=((100, 104),)),
            Filled(row=1, ranges=((5, 6),)),
        ),
        bad_frames_mask=_mask(0, 102, 103, 599),
        spikes=(per_neuron[0] > 0.9).astype(np.uint8),
        asp=per_neuron[1],
        reconstructions=per_neuron[2],
        features=(make_feature("v"), make_feature("xy", data=rng.random((2, N_FRAMES)))),
    )


def test_gaps_are_filled_before_frames_are_removed() -> None:
    """Lines must run between the neighbours in the recording, then cells and frames be cut."""
    contents = _everything_changes()
    derived = DerivedArrays(contents)

    whole = np.asarray(contents.calcium, dtype=float).copy()
    whole[2, 100:104] = whole[2, 99] + (whole[2, 104] - whole[2, 99]) * np.arange(1, 5) / 5
    expected = np.maximum(whole[[0, 2, 3]][:, ~there(contents.bad_frames_mask)], 0)
    assert np.allclose(expected, derived.calcium, rtol=0, atol=1e-12)
    assert derived.calcium.flags.c_contiguous
    assert np.isnan(np.asarray(contents.calcium)[2, 100:104]).all()


def test_all_arrays_are_cut_together() -> None:
    """Spikes, amplitudes, reconstructions and features must lose the same frames as calcium."""
    contents = _everything_changes()
    experiment = Experiment.from_contents(contents)
    keep = ~there(contents.bad_frames_mask)
    spikes, asp = there(contents.spikes), there(contents.asp)
    reconstructions = there(contents.reconstructions)
    neuron, rows = experiment.neurons[1], [0, 2, 3]

    assert (experiment.n_cells, experiment.n_frames) == (3, 596)
    assert np.array_equal(spikes[rows][:, keep], experiment.spikes.data)
    assert np.array_equal(spikes[2, keep], there(neuron.sp).data)
    assert np.array_equal(asp[2, keep], there(neuron.asp).data)
    assert np.array_equal(reconstructions[2, keep], there(neuron.reconstructed).data)
    assert np.array_equal(asp[rows][:, keep], there(experiment.asp))
    assert np.array_equal(reconstructions[rows][:, keep], there(experiment.reconstructions))
    for feature in contents.features:
        shown = experiment.dynamic_features[feature.name].data
        assert np.array_equal(feature.data[..., keep], shown)


def test_spikes_are_cut_down_to_whole_numbers() -> None:
    """Spikes must be whole numbers, fractions cut off."""
    spikes = np.full((N_CELLS, N_FRAMES), 1.9)
    experiment = Experiment.from_contents(make_contents(spikes=spikes))

    assert experiment.spikes.data.dtype == np.int64
    assert np.all(experiment.spikes.data == 1)


def test_truth_values_of_a_feature_become_numbers() -> None:
    """A boolean feature must be 0 and 1, and its content stay boolean."""
    feature = make_feature("lick", data=np.arange(N_FRAMES) % 3 == 0, type_info=None)
    experiment = Experiment.from_contents(make_contents(features=(feature,)))

    assert experiment.dynamic_features["lick"].data.dtype == np.int64
    assert experiment.contents.features[0].data.dtype == np.bool_


def test_gaps_of_features_are_filled() -> None:
    """Gaps of one component must be filled, the others stay."""
    data = np.random.default_rng(3).random((2, N_FRAMES))
    data[1, 10:12] = np.inf
    gaps = (Filled(row=1, ranges=((10, 12),)),)
    feature = make_feature("xy", data=data, type_info=None, filled=gaps)
    shown = Experiment.from_contents(make_contents(features=(feature,))).dynamic_features["xy"].data

    step = (data[1, 12] - data[1, 9]) / 3
    assert np.allclose([data[1, 9] + step, data[1, 9] + 2 * step], shown[1, 10:12])
    assert np.array_equal(data[0], shown[0])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_noise_of_a_seed_is_that_of_the_reference(dtype: str) -> None:
    """Neuron i must get the noise of the i-th child of the seed that the loader's seed gives."""
    calcium = np.random.default_rng(4).random((N_CELLS, N_FRAMES)).astype(dtype)
    contents = make_contents(calcium=calcium, seed=7, bad_frames_mask=_mask(3, 4))
    shown = Experiment.from_contents(contents).calcium.data

    state = int(np.random.SeedSequence(7).generate_state(3)[0])
    children = np.random.SeedSequence(state).spawn(N_CELLS)
    noise = np.array([np.random.default_rng(child).random(598) * 1e-8 for child in children])
    expected = (calcium[:, ~_mask(3, 4)].astype(float) + noise).astype(dtype)
    assert np.array_equal(expected, shown)


def test_a_seed_given_to_the_experiment_is_used_as_it_is() -> None:
    """The constructor's own seed must seed the neurons directly, as in the reference."""
    calcium = np.random.default_rng(4).random((N_CELLS, N_FRAMES))
    shown = Experiment(
        "s", calcium, None, {}, {"fps": 20}, {}, seed=11, reconstruct_spikes=None, verbose=False
    ).calcium.data

    child = np.random.SeedSequence(11).spawn(N_CELLS)[2]
    assert np.array_equal(calcium[2] + np.random.default_rng(child).random(600) * 1e-8, shown[2])


def test_without_a_seed_there_is_no_noise() -> None:
    """Calcium must then be exactly what was given."""
    contents = make_contents(seed=None)

    assert np.array_equal(contents.calcium, Experiment.from_contents(contents).calcium.data)

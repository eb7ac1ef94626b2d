from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.experiment.kernel import transient
from driada_widgets.core.experiment.neuron import KINETICS_NOT_FITTED, Neuron
from tests.recordings import there

N_FRAMES = 1000
RNG = np.random.default_rng(0)
CALCIUM = RNG.random(N_FRAMES)
SPIKES = (RNG.random(N_FRAMES) < 0.02).astype(float)


def test_attributes_of_a_plain_neuron() -> None:
    """Series, kinetics in frames and empty measures must be there after construction."""
    neuron = Neuron("7", CALCIUM, SPIKES * 1.9, asp=SPIKES * 2.5)

    assert (neuron.cell_id, neuron.n_frames, neuron.fps) == ("7", N_FRAMES, 20)
    assert (neuron.default_t_rise, neuron.default_t_off) == (5.0, 40.0)
    assert (neuron.ca.name, neuron.ca.discrete) == ("neuron_7_ca", False)
    sp, asp = there(neuron.sp), there(neuron.asp)
    assert (sp.name, sp.discrete, sp.data.dtype) == ("neuron_7_sp", True, np.dtype(np.int64))
    assert (asp.name, asp.discrete) == ("neuron_7_asp", False)
    assert neuron.sp_count == SPIKES.sum()
    for name in ("t_rise", "t_off", "events", "wvt_ridges", "noise_ampl", "mad", "snr", "mae"):
        assert getattr(neuron, name) is None
    for name in ("wavelet_snr", "reconstruction_r2", "snr_reconstruction", "event_count"):
        assert getattr(neuron, name) is None
    for name in ("event_r2", "event_snr", "_kinetics_info", "metrics"):
        assert getattr(neuron, name) is None
    assert neuron._has_reconstructed is False
    assert not hasattr(neuron, "threshold_events")
    assert repr(neuron) == "<Neuron '7', 1000 frames, with spikes>"


def test_calcium_is_prepared_in_a_copy() -> None:
    """Negative values must become 0, floats keep their precision, the given array stay."""
    given = RNG.normal(size=N_FRAMES).astype(np.float32)
    before = given.copy()
    trace = Neuron(0, given, None).ca.data

    assert np.array_equal(np.maximum(before, 0), trace)
    assert trace.dtype == np.float32
    assert np.array_equal(before, given)


def test_calcium_may_be_a_list_of_whole_numbers() -> None:
    """Whole numbers must become float64."""
    trace = Neuron(0, [3, -1, 2], None).ca.data

    assert (trace.dtype.name, trace.tolist()) == ("float64", [3.0, 0.0, 2.0])


def test_noise_of_a_seed() -> None:
    """The seed must give the noise that NumPy's generator of that seed gives."""
    expected = CALCIUM + np.random.default_rng(3).random(N_FRAMES) * 1e-8

    assert np.array_equal(expected, Neuron(0, CALCIUM, None, seed=3).ca.data)


def test_short_traces_are_accepted() -> None:
    """A trace too short for shuffles is data all the same; its mask has no True."""
    neuron = Neuron(0, CALCIUM[:300], None)

    assert (neuron.n_frames, neuron.ca.shuffle_mask.sum()) == (300, 0)


def test_scaler_is_that_of_the_trace() -> None:
    """The scaler must give the series' scaled data, and turn them back."""
    neuron = Neuron(0, CALCIUM, None)
    scaled = neuron.ca_scaler.transform(CALCIUM)

    assert np.allclose(neuron.ca.scdata, scaled)
    assert np.allclose(CALCIUM, neuron.ca_scaler.inverse_transform(scaled))


def _given(changes: dict[str, Any]) -> dict[str, Any]:
    return {"cell_id": 0, "ca": CALCIUM, "sp": SPIKES, **changes}


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"ca": []}, ValueError, "Calcium signal cannot be empty"),
        ({"ca": np.ones((2, 5))}, ValueError, "Time series must be 1D, got shape (2, 5)"),
        ({"ca": CALCIUM * np.nan}, ValueError, "Time series contains NaN values"),
        ({"ca": CALCIUM * np.inf}, ValueError, "Time series contains infinite values"),
        ({"sp": SPIKES[:5]}, ValueError, "Spike train length 5 must match calcium length 1000"),
        ({"asp": SPIKES[:5]}, ValueError, "asp length 5 must match calcium length 1000"),
        (
            {"reconstructed": SPIKES[:5]},
            ValueError,
            "reconstructed length 5 must match calcium length 1000",
        ),
        ({"fps": 0}, ValueError, "fps must be positive, got 0"),
        ({"fps": float("nan")}, ValueError, "fps cannot be NaN"),
        ({"fps": float("inf")}, ValueError, "fps cannot be infinite"),
        ({"fps": "20"}, TypeError, "fps must be numeric, got str"),
        ({"default_t_rise": -1}, ValueError, "default_t_rise must be positive, got -1"),
        ({"default_t_off": "a"}, TypeError, "default_t_off must be numeric, got str"),
        ({"default_t_off": True}, TypeError, "default_t_off must be numeric, got bool"),
    ],
)
def test_what_does_not_fit_is_refused(
    changes: dict[str, Any], error: type[Exception], text: str
) -> None:
    """Each fault must be refused in the documented words."""
    with pytest.raises(error, match=re.escape(text)):
        Neuron(**_given(changes))


def test_none_means_the_default() -> None:
    """Times and rate of None must be the defaults."""
    neuron = Neuron(0, CALCIUM, None, default_t_rise=None, default_t_off=None, fps=None)

    assert (neuron.default_t_rise, neuron.default_t_off, neuron.fps) == (5.0, 40.0, 20)


@pytest.mark.parametrize("name", ["optimize_kinetics", "fit_individual_t_off"])
def test_kinetics_asked_for_give_a_warning(name: str) -> None:
    """A new neuron has no events, so asking for fitted kinetics must be answered by a warning."""
    with pytest.warns(UserWarning, match=re.escape(KINETICS_NOT_FITTED)):
        neuron = Neuron(**_given({name: True}))

    assert neuron.t_off is None


@pytest.mark.parametrize("name", ["t_rise", "t_off"])
@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0, ValueError, "value must be positive, got 0"),
        (-1, ValueError, "value must be positive, got -1"),
        (float("nan"), ValueError, "value cannot be NaN"),
        ("a", TypeError, "value must be numeric, got str"),
    ],
)
def test_kinetics_are_positive(name: str, value: Any, error: type[Exception], text: str) -> None:
    """A time that is no positive number must be refused, and the old one stay."""
    neuron = Neuron(0, CALCIUM, None)
    setattr(neuron, name, 7)

    with pytest.raises(error, match=text):
        setattr(neuron, name, value)
    assert getattr(neuron, name) == 7


def test_decay_is_longer_than_rise() -> None:
    """A decay not longer than the rise must be refused in the documented words."""
    neuron = Neuron(0, CALCIUM, None)
    neuron.t_rise = 5

    with pytest.raises(
        ValueError, match=re.escape("t_off (3.00) must be greater than t_rise (5.0")
    ):
        neuron.t_off = 3


@pytest.mark.parametrize("name", ["t_rise", "t_off"])
def test_setting_kinetics_forgets_measures(name: str) -> None:
    """Measures that rest on the old kinetics must be computed anew."""
    neuron = Neuron(0, CALCIUM, SPIKES, asp=SPIKES)
    before = neuron.get_noise_ampl(), there(neuron.reconstructed).data
    neuron.get_snr()
    neuron.get_mae()
    setattr(neuron, name, 20)

    for measure in ("noise_ampl", "mad", "snr", "mae", "reconstruction_r2", "event_count"):
        assert getattr(neuron, measure) is None
    assert neuron.kinetics_were_set
    assert not np.array_equal(before[1], there(neuron.reconstructed).data)
    assert neuron.get_noise_ampl() != before[0]


def test_kinetics_can_be_unset() -> None:
    """None must bring the default back."""
    neuron = Neuron(0, CALCIUM, None)
    neuron.t_rise = 9
    neuron.t_rise = None

    assert neuron.t_rise is None


def test_stored_measures_are_taken() -> None:
    """Stored measures must be on the neuron, times in frames, what is no number left out."""
    stored: dict[str, Any] = {
        "t_rise": 0.3,
        "t_off": 1.0,
        "noise_level": 0.1,
        "snr_recon": 3,
        "r2_score": 0.9,
    }
    stored |= {"wavelet_snr": None, "event_snr": float("nan"), "event_r2_score": 0.5}
    neuron = Neuron(0, CALCIUM, SPIKES, fps=10, metrics=stored)

    assert (neuron.t_rise, neuron.t_off) == (3.0, 10.0)
    assert (neuron.noise_ampl, neuron.snr_reconstruction) == (0.1, 3.0)
    assert (neuron.reconstruction_r2, neuron.event_r2) == (0.9, 0.5)
    assert (neuron.wavelet_snr, neuron.event_snr) == (None, None)
    assert neuron.metrics == stored
    assert neuron.get_noise_ampl() == 0.1


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({"t_rise": -1, "t_off": 2.0}, (None, 40.0)),
        ({"t_rise": 2.0, "t_off": 1.0}, (40.0, None)),
        ({"t_rise": "fast", "t_off": 0}, (None, None)),
    ],
)
def test_impossible_stored_times_are_not_taken(
    stored: dict[str, Any], expected: tuple[float | None, float | None]
) -> None:
    """Times that cannot be must leave the default."""
    neuron = Neuron(0, CALCIUM, None, metrics=stored)

    assert (neuron.t_rise, neuron.t_off) == expected


def test_reconstruction_is_the_sum_of_transients() -> None:
    """Each amplitude must start one transient of the neuron's kinetics."""
    asp = np.zeros(N_FRAMES)
    asp[[100, 130]] = 2.0, 0.5
    neuron = Neuron(3, CALCIUM, None, asp=asp)
    neuron.t_rise, neuron.t_off = 4.0, 25.0
    frames = np.arange(500)
    kernel = (1 - np.exp(-frames / 4.0)) * np.exp(-frames / 25.0)
    kernel /= kernel.max()

    expected = np.zeros(N_FRAMES)
    expected[100:600] += 2.0 * kernel
    expected[130:630] += 0.5 * kernel
    reconstructed = there(neuron.reconstructed)
    assert np.allclose(expected, reconstructed.data, rtol=0, atol=1e-12)
    assert (reconstructed.name, reconstructed.discrete) == ("neuron_3_reconstructed", False)
    assert neuron.reconstructed is reconstructed


def test_reconstruction_from_spikes_says_so() -> None:
    """Spikes without amplitudes must give a reconstruction and a warning."""
    neuron = Neuron(0, CALCIUM, SPIKES)

    with pytest.warns(UserWarning, match="spikes without amplitudes"):
        reconstructed = neuron.reconstructed
    assert np.allclose(np.convolve(SPIKES, transient(5, 40))[:N_FRAMES], there(reconstructed).data)


def test_given_reconstructions_are_kept() -> None:
    """A reconstruction that was given must be the one that is used."""
    neuron = Neuron(0, CALCIUM, None, reconstructed=CALCIUM / 2)

    assert np.array_equal(CALCIUM / 2, there(neuron.reconstructed).data)
    assert neuron._has_reconstructed


def test_nothing_is_reconstructed_from_nothing() -> None:
    """Without spikes there must be no reconstruction."""
    assert Neuron(0, CALCIUM, None).reconstructed is None


@pytest.mark.parametrize(("t_off", "length"), [(40.0, 500), (150.0, 750), (400.0, 2000)])
def test_transients_are_long_enough(t_off: float, length: int) -> None:
    """A transient must cover five decay times, at least 500 frames."""
    kernel = transient(5.0, t_off)

    assert (kernel.size, kernel[0], kernel.max()) == (length, 0.0, 1.0)


def test_very_long_transients_are_cut() -> None:
    """A transient of more than 2000 frames must be cut, with a warning."""
    with pytest.warns(UserWarning, match="cut at 2000 frames"):
        assert transient(5.0, 500.0).size == 2000

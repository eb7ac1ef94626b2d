from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.experiment.kernel import convolved
from driada_widgets.core.experiment.neuron import Neuron
from driada_widgets.core.signals.multi import MultiTimeSeries
from driada_widgets.core.signals.series import TimeSeries
from tests.recordings import make_contents

N_FRAMES = 1000
RNG = np.random.default_rng(0)
CALCIUM = RNG.random(N_FRAMES)
SPIKES = (RNG.random(N_FRAMES) < 0.02).astype(float)


def _array(shuffled: Any) -> Any:
    assert isinstance(shuffled, np.ndarray)
    return shuffled


def test_rolled_calcium() -> None:
    """The shift must be drawn as in the reference, three decay times from each end."""
    shuffled = _array(Neuron(0, CALCIUM, None).get_shuffled_calcium("roll_based", seed=1))
    shift = np.random.RandomState(1).randint(120, N_FRAMES - 120)

    assert np.array_equal(np.roll(CALCIUM, shift), shuffled)


def test_rolls_stay_off_the_ends() -> None:
    """No shift may be closer to the ends than three decay times."""
    neuron = Neuron(0, np.arange(300.0), None)
    starts = {int(_array(neuron.get_shuffled_calcium(seed=seed)).argmin()) for seed in range(300)}

    assert (min(starts), max(starts)) == (120, 179)


def test_a_shift_can_be_given() -> None:
    """A given shift must be used, however short the trace."""
    neuron = Neuron(0, CALCIUM[:50], None)

    assert np.array_equal(np.roll(CALCIUM[:50], 7), _array(neuron.get_shuffled_calcium(shift=7)))


@pytest.mark.parametrize("n_frames", [200, 240])
def test_short_traces_cannot_be_rolled(n_frames: int) -> None:
    """A trace without room for a shift must be refused, with the frames it needs."""
    with pytest.raises(ValueError, match="more than 240 frames"):
        Neuron(0, CALCIUM[:n_frames], None).get_shuffled_calcium()


def test_chunks_in_random_order() -> None:
    """A hundred chunks must be put in the order that the reference draws."""
    shuffled = _array(Neuron(0, CALCIUM, None).get_shuffled_calcium("chunks_based", seed=0))
    chunks = CALCIUM.reshape(100, 10)

    assert np.array_equal(chunks[np.random.RandomState(0).permutation(100)].ravel(), shuffled)


def test_spikes_keep_their_intervals() -> None:
    """Start and order must be drawn as in the reference; number and intervals stay."""
    shuffled = _array(Neuron(0, CALCIUM, SPIKES).get_shuffled_spikes(seed=0))
    intervals = np.diff(np.flatnonzero(SPIKES))
    random = np.random.RandomState(0)
    start = random.randint(0, N_FRAMES - intervals.sum())

    frames = np.flatnonzero(shuffled)
    assert (frames[0], frames.size) == (start, SPIKES.sum())
    assert np.array_equal(random.permutation(intervals), np.diff(frames))


@pytest.mark.parametrize("n_spikes", [0, 1])
def test_few_spikes_can_be_shuffled(n_spikes: int) -> None:
    """No spike, and one spike, must stay as many."""
    spikes = np.zeros(N_FRAMES)
    spikes[5 : 5 + n_spikes] = 3

    assert _array(Neuron(0, CALCIUM, spikes).get_shuffled_spikes(seed=2)).sum() == 3 * n_spikes


def test_waveforms_move_and_the_rest_stays() -> None:
    """Transients must move to shuffled places, and what they leave stay in place."""
    neuron = Neuron(0, CALCIUM, SPIKES)
    shuffled = _array(neuron.get_shuffled_calcium("waveform_based", seed=4))
    moved = _array(neuron.get_shuffled_spikes(seed=4))

    def made_of(spikes: Any) -> Any:
        return convolved(spikes, t_rise=5.0, t_off=40.0)

    assert np.allclose(CALCIUM - made_of(SPIKES), shuffled - made_of(moved))
    assert not np.allclose(CALCIUM, shuffled)


def test_without_a_seed_numpys_global_state_governs() -> None:
    """``numpy.random.seed`` must make shuffles repeatable, as with the reference."""
    neuron = Neuron(0, CALCIUM, None)
    np.random.seed(3)  # noqa: NPY002 - what is tested
    first, second = neuron.get_shuffled_calcium(), neuron.get_shuffled_calcium()
    np.random.seed(3)  # noqa: NPY002 - what is tested

    assert np.array_equal(_array(first), _array(neuron.get_shuffled_calcium()))
    assert not np.array_equal(_array(first), _array(second))


@pytest.mark.parametrize(
    ("spikes", "call", "error", "text"),
    [
        (None, ("get_shuffled_calcium", "waveform_based"), ValueError, "needs spikes"),
        (None, ("get_shuffled_spikes",), AttributeError, "Unable to shuffle spikes without"),
        (SPIKES, ("get_shuffled_spikes", "x"), ValueError, "Must be one of ['isi_based']"),
        (
            SPIKES,
            ("get_shuffled_calcium", "x"),
            ValueError,
            "Invalid method 'x'. Must be one of ['roll_based', 'waveform_based', 'chunks_based']",
        ),
    ],
)
def test_what_cannot_be_shuffled_is_refused(
    spikes: Any, call: tuple[str, ...], error: type[Exception], text: str
) -> None:
    """Missing spikes and unknown methods must be said."""
    neuron = Neuron(0, CALCIUM, spikes)

    with pytest.raises(error, match=re.escape(text)):
        getattr(neuron, call[0])(*call[1:])


def test_shuffles_can_be_series() -> None:
    """A shuffle must come as a series where that is asked for."""
    neuron = Neuron(0, CALCIUM, SPIKES)
    calcium = neuron.get_shuffled_calcium(return_array=False)
    spikes = neuron.get_shuffled_spikes(return_array=False)

    assert isinstance(calcium, TimeSeries)
    assert isinstance(spikes, TimeSeries)
    assert (calcium.discrete, spikes.discrete) == (False, True)


@pytest.fixture
def experiment() -> Experiment:
    """Give three neurons with spikes."""
    spikes = np.random.default_rng(1).random((3, 600)) < 0.05
    return Experiment.from_contents(make_contents(spikes=spikes))


@pytest.mark.parametrize(
    ("cells", "rows"), [(None, [0, 1, 2]), (1, [1]), ([0, 2], [0, 2]), (np.array([2]), [2])]
)
@pytest.mark.parametrize("method", ["roll_based", "waveform_based", "chunks_based"])
def test_shuffled_calcium_of_several_neurons(
    experiment: Experiment, cells: Any, rows: list[int], method: str
) -> None:
    """Each row must be the shuffle of its neuron."""
    shuffled = _array(experiment.get_multicell_shuffled_calcium(cells, method, seed=5))
    each = [experiment.neurons[row].get_shuffled_calcium(method, seed=5) for row in rows]

    assert np.array_equal(np.stack([_array(one) for one in each]), shuffled)


def test_shuffled_spikes_of_several_neurons(experiment: Experiment) -> None:
    """Every neuron must keep its number of spikes."""
    shuffled = _array(experiment.get_multicell_shuffled_spikes())

    assert np.array_equal(experiment.spikes.data.sum(axis=1), shuffled.sum(axis=1))


def test_shuffles_of_several_neurons_can_be_series(experiment: Experiment) -> None:
    """They must come as one series where that is asked for, and of no neurons be empty."""
    calcium = experiment.get_multicell_shuffled_calcium(return_array=False)
    spikes = experiment.get_multicell_shuffled_spikes(return_array=False)

    assert isinstance(calcium, MultiTimeSeries)
    assert isinstance(spikes, MultiTimeSeries)
    assert (calcium.shape, calcium.discrete, spikes.discrete) == ((3, 600), False, True)
    assert _array(experiment.get_multicell_shuffled_calcium([])).shape == (0, 600)


@pytest.mark.parametrize("cells", [[3], -1, [0, 7]])
def test_unknown_neurons_are_refused(experiment: Experiment, cells: Any) -> None:
    """Indices outside must be refused in the documented words."""
    for shuffle in (
        experiment.get_multicell_shuffled_calcium,
        experiment.get_multicell_shuffled_spikes,
    ):
        with pytest.raises(ValueError, match=r"Invalid cell indices. Must be between 0 and 2"):
            shuffle(cells)


def test_unknown_shuffles_are_refused(experiment: Experiment) -> None:
    """Unknown methods must be refused in the documented words."""
    known = "['roll_based', 'waveform_based', 'chunks_based']"
    expected = f"Invalid shuffling method 'x'. Must be one of: {known}"

    with pytest.raises(ValueError, match=re.escape(expected)):
        experiment.get_multicell_shuffled_calcium(method="x")


def test_spikes_that_are_not_there_cannot_be_shuffled() -> None:
    """Without spikes the zeros that stand for them must not be shuffled."""
    experiment = Experiment.from_contents(make_contents())

    with pytest.raises(
        AttributeError, match="Unable to shuffle spikes without meaningful spikes data"
    ):
        experiment.get_multicell_shuffled_spikes()

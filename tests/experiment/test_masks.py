from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.experiment.limits import short_recording_note
from tests.recordings import CIRCULAR, make_contents, make_feature, there


def _experiment(n_frames: int, **constants: float) -> Experiment:
    features = (
        make_feature("v", n_frames),
        make_feature("hd", n_frames, CIRCULAR),
        make_feature("xy", data=np.ones((2, n_frames)), type_info=None),
    )
    static = {"fps": 20.0, "t_rise_sec": 0.25, "t_off_sec": 2.0} | constants
    return Experiment.from_contents(
        make_contents(n_frames=n_frames, features=features, static_features=static)
    )


def _inner(n_frames: int, edge: int) -> NDArray[np.bool_]:
    frames = np.arange(n_frames)
    return (frames >= edge) & (frames < n_frames - edge)


@pytest.mark.parametrize(
    ("constants", "calcium_edge", "feature_edge"),
    [
        ({}, 200, 40),
        ({"fps": 10.0}, 100, 20),
        ({"t_off_sec": 0.55}, 55, 40),
        ({"fps": 30.5}, 305, 61),
        ({"fps": 0.4, "t_off_sec": 1.0}, 2, 0),
        ({"fps": 0.4, "t_off_sec": 0.4}, 0, 0),
    ],
    ids=["default", "slow", "fast-decay", "odd-rate", "no-feature-edge", "no-edge"],
)
def test_edges_are_no_shuffle_offsets(
    constants: dict[str, float], calcium_edge: int, feature_edge: int
) -> None:
    """Five decay times of calcium and two seconds of features must be False at each end."""
    experiment = _experiment(700, **constants)

    for_calcium, for_features = _inner(700, calcium_edge), _inner(700, feature_edge)
    assert np.array_equal(for_calcium, experiment.neurons[0].ca.shuffle_mask)
    assert np.array_equal(for_calcium, experiment.calcium.shuffle_mask)
    for series in experiment.dynamic_features.values():
        assert np.array_equal(for_features, series.shuffle_mask)
    for name in ("xy", "hd_2d"):
        component = experiment.dynamic_features[name].ts_list[1]  # type: ignore[union-attr]  # 2-D
        assert np.array_equal(for_features, component.shuffle_mask)
    assert experiment.spikes.shuffle_mask.all()


def test_masks_of_neurons_are_their_own() -> None:
    """A change of one neuron's mask must not reach the others."""
    experiment = _experiment(700)
    experiment.neurons[0].ca.shuffle_mask[:] = False

    assert experiment.neurons[1].ca.shuffle_mask.sum() == 300


def test_masks_are_those_of_the_frames_left() -> None:
    """After frames are removed the edges must be those of what is left."""
    bad = np.arange(700) % 7 == 0
    mask = np.ones(700, dtype=bool)
    mask[301] = False
    feature = make_feature("v", 700, shuffle_mask=mask)
    experiment = Experiment.from_contents(
        make_contents(n_frames=700, features=(feature,), bad_frames_mask=bad)
    )

    expected = _inner(600, 40)
    expected[np.flatnonzero(~bad) == 301] = False
    assert np.array_equal(expected, experiment.dynamic_features["v"].shuffle_mask)
    assert experiment.calcium.shuffle_mask.sum() == 200
    assert (experiment.filtered_flag, experiment.bad_frames_mask.sum()) == (True, 100)


@pytest.mark.parametrize(
    ("n_frames", "expected"),
    [
        (150, "short-recording"),
        (409, "short-recording"),
        (410, "few-shuffle-positions"),
        (444, "few-shuffle-positions"),
        (445, None),
    ],
)
def test_short_recordings_load_with_one_note(n_frames: int, expected: str | None) -> None:
    """A recording too short for some analysis must load, and one note say so."""
    notes = [note for note in _experiment(n_frames).notes if note.id != "no-spikes"]

    assert [note.id for note in notes] == ([] if expected is None else [expected])
    assert all(note.level == "warning" and not note.verbose_only for note in notes)


def test_the_note_of_few_positions_counts_them() -> None:
    """The documented words must name positions, frames and share."""
    expected = (
        "Combined shuffle_mask is extremely restrictive: only 20/420 (4.8%) positions are valid "
        "for shuffling."
    )

    assert _experiment(420).notes[0].text.startswith(expected)


@pytest.mark.parametrize(
    ("n_frames", "fps", "t_off_sec", "said", "unsaid"),
    [
        (80, 20.0, 2.0, ["80 frames (4.0 s)", " 410 ", " 241 ", " 81 ", "t_off_sec=2"], []),
        (300, 20.0, 2.0, [" 410 "], [" 241 ", " 81 "]),
        (619, 30.5, 2.0, [" 620 ", "fps=30.5"], [" 367 "]),
    ],
)
def test_the_note_of_short_recordings_says_what_needs_more(
    n_frames: int, fps: float, t_off_sec: float, said: list[str], unsaid: list[str]
) -> None:
    """It must name the frames that each analysis out of reach needs, and what sets them."""
    text = there(short_recording_note(n_frames, fps=fps, t_off_sec=t_off_sec)).text

    assert [part for part in said if part not in text] == []
    assert [part for part in unsaid if part in text] == []


def test_long_recordings_are_not_spoken_of() -> None:
    """A recording that is long enough for all must have no note."""
    kwargs: dict[str, Any] = {"fps": 30.5, "t_off_sec": 2.0}

    assert short_recording_note(620, **kwargs) is None

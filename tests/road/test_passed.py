"""What a check says to be in order: true for sound data, gone with each fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.pipeline import check
from driada_widgets.core.request.model import FeatureChoice, LoadRequest, SourceSpec
from driada_widgets.core.road.passed import passed_checks
from tests.samples import make_aligned

REQUEST = LoadRequest(
    source=SourceSpec(kind="memory"),
    exp_params={"name": "test"},
    static_features={"fps": 20.0, "t_rise_sec": 0.3, "t_off_sec": 1.5},
    features={
        "speed": FeatureChoice(type="linear"),
        "hd": FeatureChoice(type="circular", period=2 * np.pi),
        "trial_type": FeatureChoice(type="binary"),
        "position": FeatureChoice(),
    },
    bad_frames=((0, 10), (990, 1000)),
)
SOUND = (
    "All 5 arrays of the source can be read.",
    "The name 'test' can be a folder on every system.",
    "No two features have the same name, and none hides a part of the experiment.",
    "Everything that the request names is in the file.",
    "'calcium' is the neural data: 5 neurons × 1,000 frames.",
    "Neurons come first and frames second: 'speed' is as long as a trace.",
    "All 4 features have one value for each frame.",
    "The neural data hold no NaN and no infinite value in the frames that stay.",
    "The features hold no NaN and no infinite value in the frames that stay.",
    "All 5 neurons vary: none is dead.",
    "The frame rate is given: 20 Hz.",
    "The rise time (0.3 s) is shorter than the decay time (1.5 s).",
    "The recording is long enough for later analyses: 50.0 s.",
    "The type of every feature is clear.",
    "The types that were chosen change no other feature.",
    "All bad frames lie inside the recording; 980 frames stay.",
)


def passed(data: dict[str, Any], request: LoadRequest = REQUEST) -> set[str]:
    """Check, and give what is in order."""
    return set(passed_checks(check(request, data=data)))


def test_sound_data() -> None:
    """Everything is in order, and said so in numbers."""
    assert passed_checks(check(REQUEST, data=make_aligned())) == SOUND


def _nan_in_calcium(data: dict[str, Any]) -> None:
    data["calcium"][2, 500] = np.nan


def _nan_in_speed(data: dict[str, Any]) -> None:
    data["speed"][500] = np.inf


def _dead_neuron(data: dict[str, Any]) -> None:
    data["calcium"][2] = 1.0


def _names_by_case(data: dict[str, Any]) -> None:
    data["Speed"] = data["speed"][::-1]


def _frames_first(data: dict[str, Any]) -> None:
    data["position"] = data["position"].T


@pytest.mark.parametrize(
    ("spoil", "gone"),
    [
        (_nan_in_calcium, "The neural data hold no NaN"),
        (_nan_in_speed, "The features hold no NaN"),
        (_dead_neuron, "All 5 neurons vary"),
        (_names_by_case, "No two features"),
        (_frames_first, "All 4 features have"),
    ],
)
def test_faults_of_data(spoil: Callable[[dict[str, Any]], None], gone: str) -> None:
    """A fault takes away the sentence that it makes untrue."""
    data = make_aligned()
    spoil(data)

    assert not [sentence for sentence in passed(data) if sentence.startswith(gone)]


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"static_features": {}}, "The frame rate is"),
        ({"bad_frames": ((990, 1010),)}, "All bad frames"),
        ({"features": {"sped": FeatureChoice(type="linear")}}, "Everything that the request"),
        ({"features": {"speed": FeatureChoice(type="linear")}}, "The types that were chosen"),
        ({"exp_params": {"name": "a/b"}}, "The name"),
    ],
    ids=["fps", "bad", "unknown", "whitelist", "name"],
)
def test_faults_of_requests(changes: dict[str, Any], gone: str) -> None:
    """What the request gets wrong, or leaves open, is not said to be in order."""
    found = passed(make_aligned(), replace(REQUEST, **changes))

    assert not [sentence for sentence in found if sentence.startswith(gone)]


def test_no_plan() -> None:
    """Where the headers alone show a problem, only what they show is said to be in order."""
    found = passed({"speed": np.arange(10.0)})

    assert found == {
        "The array of the source can be read.",
        "The name can be a folder on every system.",
    }

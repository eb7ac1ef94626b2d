"""What each array is taken for, and the reason that a person reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from driada_widgets.core.request.model import FeatureChoice, LoadRequest, SourceSpec
from driada_widgets.core.resolve.describe import DescribedArray, describe_arrays
from driada_widgets.core.sources.memory import inventory_of

DATA: dict[str, Any] = {
    "calcium": np.ones((5, 100)),
    "activity": np.ones((4, 100)),
    "speed": np.arange(100.0),
    "position": np.ones((100, 2)),
    "odd": np.arange(93.0),
    "spikes": np.zeros((5, 100)),
    "fps": np.array(30.0),
    "label": np.array(["a"] * 100),
}


def described(request: LoadRequest | None = None) -> dict[str, DescribedArray]:
    """Describe the arrays by name."""
    found = describe_arrays(request or LoadRequest(), inventory_of(DATA))
    return {each.name: each for each in found}


@pytest.mark.parametrize(
    ("name", "role", "why"),
    [
        ("calcium", "calcium", "its name is known as neural data"),
        ("activity", "unused", "another array is the neural data"),
        ("speed", "feature", "one number for each frame"),
        ("position", "feature", "2 numbers for each frame"),
        ("odd", "feature", "an array of numbers; none of its axes has 100 frames"),
        ("spikes", "spikes", "its name is reserved for it"),
        ("fps", "unused", "a single value, not a series"),
        ("label", "unused", "not numeric (<U1)"),
    ],
)
def test_every_array_has_a_part_and_a_reason(name: str, role: str, why: str) -> None:
    """The reason has the numbers that a person needs to disagree with it."""
    found = described()[name]

    assert (found.role, found.why) == (role, why)


def test_choice_is_told_from_the_suggestion() -> None:
    """What a person decided changes the part, not what would have been suggested."""
    found = described(
        LoadRequest(
            source=SourceSpec(neural="activity"), features={"speed": FeatureChoice(use=False)}
        )
    )

    assert (found["activity"].role, found["activity"].why) == ("calcium", "chosen as neural data")
    assert (found["calcium"].role, found["calcium"].suggested) == ("unused", "calcium")
    assert (found["speed"].role, found["speed"].suggested) == ("unused", "feature")
    assert found["speed"].why == "left out by the request"


def test_what_could_be_neural_is_said() -> None:
    """Only readable numbers with two axes can be."""
    found = described()

    assert [name for name in found if found[name].can_be_neural] == [
        "calcium",
        "activity",
        "position",
        "spikes",
    ]


def test_request_that_fits_nothing_is_no_error() -> None:
    """The table is shown before the request is right."""
    found = described(LoadRequest(source=SourceSpec(neural="nothing"), transpose=("calcium",)))

    assert found["calcium"].role == "unused"
    assert found["speed"].why == "an array of numbers"

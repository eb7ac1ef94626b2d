"""Constants: what was given, what the file says, the defaults."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import ParameterError
from tests.inventories import array, file_with, issues_of, plan_of

CALCIUM = array("calcium", 5, 1000)


def test_defaults_fill_what_is_missing() -> None:
    """Their order and values are those of the documented functions."""
    plan = plan_of(file_with(CALCIUM))

    assert list(plan.static_features.items()) == [
        ("t_rise_sec", 0.25),
        ("t_off_sec", 2.0),
        ("fps", 20),
    ]
    assert {"default"} == set(plan.static_origin.values())
    assert [note.level for note in plan.notes if note.id == "fps-default"] == ["info"]


def test_the_rate_of_the_file_is_taken() -> None:
    """Stored metadata come before defaults."""
    plan = plan_of(file_with(CALCIUM, metadata={"fps": 21.5}))

    assert (plan.static_features["fps"], plan.static_origin["fps"]) == (21.5, "file")
    assert plan.metadata == {"fps": 21.5}


@pytest.mark.parametrize("stored", [[21.5], np.array([21.5]), np.float32(21.5)], ids=repr)
def test_the_rate_of_the_file_may_have_an_axis(stored: Any) -> None:
    """Programs that write every number as an array of one mean the same."""
    plan = plan_of(file_with(CALCIUM, metadata={"fps": stored}))

    assert (plan.static_features["fps"], plan.static_origin["fps"]) == (21.5, "file")


def test_a_default_beside_an_offered_rate_says_so() -> None:
    """A file with an array named fps is not called one without a rate."""
    plan = plan_of(file_with(CALCIUM, array("fps", 1, value=[30.0])))

    note = next(note for note in plan.notes if note.id == "fps-default")
    assert note.text == "No frame rate is given: 20 Hz is assumed. The file has fps = 30."


@pytest.mark.parametrize("given", [20, 20.0, np.float64(20)], ids=repr)
def test_the_given_rate_wins_even_where_it_is_the_default(given: Any) -> None:
    """What a person wrote is what is used; the difference is noted and one click away."""
    plan = plan_of(file_with(CALCIUM, metadata={"fps": 7}), static_features={"fps": given})

    note = next(note for note in plan.notes if note.id == "fps-differs")
    assert (plan.static_features["fps"], plan.static_origin["fps"]) == (20, "given")
    assert "the file says 7 Hz" in note.text
    assert [fix.label for fix in note.fixes] == ["Use fps = 7 from file"]


@pytest.mark.parametrize("name", ["fps", "t_rise_sec", "t_off_sec"])
@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "must be positive, got 0"),
        (-5, "must be positive, got -5"),
        (math.nan, "cannot be NaN"),
        (math.inf, "cannot be infinite"),
        ("20", "must be a number, got '20' (str)"),
        (None, "must be a number, got None (NoneType)"),
        (True, "must be a number, got True (bool)"),
    ],
    ids=repr,
)
def test_constants_must_be_positive_numbers(name: str, value: Any, said: str) -> None:
    """The message names the constant and what it was."""
    issue = issues_of(file_with(CALCIUM), static_features={name: value})["constant-invalid"]

    assert ParameterError is issue.error
    assert f"{name} {said}" == issue.text


def test_decay_must_be_longer_than_rise() -> None:
    """Else no kernel exists, and it is better said now than by the first analysis."""
    issue = issues_of(file_with(CALCIUM), static_features={"t_off_sec": 0.2})["constant-invalid"]

    assert issue.text == "t_off_sec (0.2 s) must be greater than t_rise_sec (0.25 s)."


@pytest.mark.parametrize("stored", ["30", None, math.nan, -1, True], ids=repr)
def test_nonsense_in_the_file_is_no_rate(stored: Any) -> None:
    """A bad stored value is not taken for a rate."""
    plan = plan_of(file_with(CALCIUM, metadata={"fps": stored}))

    assert (plan.static_features["fps"], plan.static_origin["fps"]) == (20, "default")


@pytest.mark.parametrize(
    ("name", "meant"),
    [("FPS", "fps"), ("frame_rate", "fps"), ("Sampling Rate", "fps"), ("T_off_sec", "t_off_sec")],
)
def test_a_constant_by_another_name_is_told(name: str, meant: str) -> None:
    """A rate that was given is not silently passed over for the default, and one click uses it."""
    plan = plan_of(file_with(CALCIUM), static_features={name: 30.0})
    both = plan_of(file_with(CALCIUM), static_features={name: 30.0, meant: 30.0})

    (note,) = [note for note in plan.notes if note.id == "constant-misnamed"]
    assert note.level == "warning"
    assert f"'{name}' = 30.0 is kept as a constant of its own; {meant} is not given" in note.text
    assert note.fixes[0].changes == ((("static_features", meant), 30.0),)
    assert "constant-misnamed" not in [note.id for note in both.notes]


def test_other_constants_are_nobodys_business() -> None:
    """Names that mean something else warn of nothing."""
    plan = plan_of(file_with(CALCIUM), static_features={"weight": 21.0, "depth_um": 150, "f": 1})

    assert "constant-misnamed" not in [note.id for note in plan.notes]

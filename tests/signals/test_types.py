"""Words for types, and the value that a type is."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import pytest

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.signals.types import (
    TYPE_WORDS,
    TimeSeriesType,
    circular_period_of_range,
    type_from_string,
)

WORDS = {
    "binary": ("discrete", "binary"),
    "spike": ("discrete", "binary"),
    "categorical": ("discrete", "categorical"),
    "cat": ("discrete", "categorical"),
    "count": ("discrete", "count"),
    "timeline": ("discrete", "timeline"),
    "time": ("discrete", "timeline"),
    "discrete": ("discrete", None),
    "d": ("discrete", None),
    "linear": ("continuous", "linear"),
    "continuous": ("continuous", "linear"),
    "c": ("continuous", "linear"),
    "circular": ("continuous", "circular"),
    "phase": ("continuous", "circular"),
    "angle": ("continuous", "circular"),
    "ambiguous": ("ambiguous", None),
}


def _type(word: str) -> TimeSeriesType:
    return type_from_string(word, data_min=0.0, data_max=1.0, n_unique=7, n_samples=50)


@pytest.mark.parametrize("word", sorted(WORDS))
@pytest.mark.parametrize("change", [str.lower, str.upper, str.title], ids=["low", "up", "title"])
def test_word_gives_its_type(word: str, change: type[str]) -> None:
    """Each documented word, in any case, gives the documented type with full confidence."""
    actual = _type(change(word))

    assert WORDS[word] == (actual.primary_type, actual.subtype)
    assert actual.confidence == 1.0
    assert actual.periodicity is None
    assert actual.is_circular == (word in {"circular", "phase", "angle"})
    assert actual.metadata == {"n_unique": 7, "n_samples": 50, "user_specified": True}


def test_table_holds_the_documented_words() -> None:
    """The table is the documented one: nothing is missing, nothing was added."""
    assert dict(TYPE_WORDS) == WORDS


def test_unknown_word_is_refused_with_the_list() -> None:
    """The message quotes the word and lists the others in the documented order."""
    expected = (
        "Unknown type string 'Angel'. Must be one of: binary, categorical, count, timeline, "
        "linear, circular, ambiguous, discrete, d, continuous, c, spike, cat, phase, angle, time"
    )

    with pytest.raises(ParameterError) as caught:
        _type("Angel")

    assert expected == str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 6.0, None),
        (0.0, 6.2, 2 * math.pi),
        (-3.5, 3.4, 2 * math.pi),
        (0.0, 7.0, None),
        (0.0, 350.0, None),
        (-180.0, 180.0, 360),
        (0.0, 370.0, None),
        (0.0, 1.0, None),
    ],
)
def test_period_follows_the_range(low: float, high: float, expected: float | None) -> None:
    """Ranges strictly between 6 and 7, or 350 and 370, mean radians and degrees."""
    actual = type_from_string("angle", data_min=low, data_max=high, n_unique=9, n_samples=9)

    assert expected == actual.circular_period
    assert expected == circular_period_of_range(low, high)


def test_linear_word_ignores_the_range() -> None:
    """A person who says *linear* gets no period, even where the range is that of angles."""
    actual = type_from_string("linear", data_min=0, data_max=360, n_unique=9, n_samples=9)

    assert actual.circular_period is None
    assert not actual.is_circular


@pytest.mark.parametrize(
    ("periodicity", "expected"),
    [(None, False), (0.0, False), (-3.0, False), (math.inf, False), (math.nan, False), (7.5, True)],
)
def test_periodic_needs_a_finite_positive_period(periodicity: float | None, expected: bool) -> None:
    """``is_periodic`` holds only for a period that a plot could show."""
    assert expected == TimeSeriesType("continuous", periodicity=periodicity).is_periodic


def test_exactly_one_primary_property_holds() -> None:
    """A type is discrete, continuous or ambiguous, and never two of them."""
    flags = [
        (kind.is_discrete, kind.is_continuous, kind.is_ambiguous)
        for kind in map(TimeSeriesType, ("discrete", "continuous", "ambiguous"))  # type: ignore[arg-type]  # the literals
    ]

    assert flags == [(True, False, False), (False, True, False), (False, False, True)]


def test_type_is_a_value() -> None:
    """Types compare by what they say, not by the evidence, and cannot be changed."""
    kind = TimeSeriesType("discrete", metadata={"n_unique": 2})

    assert kind == TimeSeriesType("discrete")
    with pytest.raises(FrozenInstanceError):
        kind.subtype = "count"  # type: ignore[misc]  # that it is refused is the point

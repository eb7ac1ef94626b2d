"""The sentence that tells why a series has its type."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.signals.detect import analyze_time_series_type, explain
from driada_widgets.core.signals.series import TimeSeries
from driada_widgets.core.signals.types import TimeSeriesType
from tests.golden_cases import cases

ANGLE = np.arange(10_000) * 0.01 % (2 * math.pi)


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (np.arange(1000) % 2, None, "2 distinct values in 1,000 frames: 0 and 1"),
        (np.arange(1000) % 5, None, "5 distinct values in 1,000 frames, whole numbers"),
        (
            np.arange(9000) // 2,
            None,
            "4,500 distinct values in 9,000 frames, whole numbers that never decrease",
        ),
        (
            np.linspace(0, 1, 500),
            None,
            "500 distinct values in 500 frames, evenly spaced (gaps differ by 0.0 %)",
        ),
        (
            np.sin(np.arange(300) * 0.1) ** 3,
            None,
            "300 distinct values in 300 frames, non-integer, perhaps repeating every 60 frames",
        ),
        (np.full(40, 0.5), None, "1 distinct value in 40 frames, non-integer"),
        (ANGLE, None, "range 0 to 6.28, 15 wraps; smooth (autocorrelation 0.99)"),
        (
            ANGLE,
            "heading_rad",
            "range 0 to 6.28, 15 wraps; name contains 'heading'; smooth (autocorrelation 0.99)",
        ),
    ],
    ids=["binary", "levels", "count", "timeline", "linear", "constant", "angle", "named angle"],
)
def test_sentence_has_the_numbers(data: NDArray[Any], name: str | None, expected: str) -> None:
    """The sentence names what decided, with numbers that can be checked."""
    assert expected == explain(analyze_time_series_type(data, name=name))


def test_name_may_begin_the_sentence() -> None:
    """A list of features is readable when each sentence names its own."""
    found = analyze_time_series_type(np.arange(100) % 2)

    assert explain(found, "lick") == "lick: 2 distinct values in 100 frames: 0 and 1"


def test_doubt_is_said() -> None:
    """An undecided series shows both scores."""
    (case,) = (case for case in cases("types") if case.id == "S_T22_ambiguous_ints")

    found = analyze_time_series_type(case.inputs["x"])

    assert found.is_ambiguous
    assert "discrete or continuous is undecided: 0.50 against 0.50" in explain(found)


@pytest.mark.parametrize("kwargs", [{"ts_type": "cat"}, {"discrete": True}], ids=["word", "flag"])
def test_choice_of_a_person_is_said(kwargs: dict[str, Any]) -> None:
    """A type that a person chose is not dressed up as detected."""
    series = TimeSeries(np.arange(100) % 3, **kwargs)

    assert explain(series.type_info) == "chosen, not detected; 3 distinct values in 100 frames"


def test_type_without_evidence_is_admitted() -> None:
    """A type made by hand or by an older file has nothing to show."""
    assert explain(TimeSeriesType("discrete")) == "no statistics were kept"

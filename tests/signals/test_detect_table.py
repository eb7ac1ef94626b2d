"""The worked cases of the specification that a formula or a seed makes."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.signals.detect import analyze_time_series_type

N = 1000
TURN = 2 * math.pi


class Row(NamedTuple):
    """What the table says of one input."""

    primary: str
    subtype: str
    confidence: float
    circular: bool = False
    period: float | None = None


BINARY = Row("discrete", "binary", 1.0)
COUNT = Row("discrete", "count", 0.95)
TIMELINE = Row("discrete", "timeline", 0.85)
CATEGORICAL = Row("discrete", "categorical", 0.8)
LINEAR = Row("continuous", "linear", 0.8)


def _rng() -> np.random.Generator:
    return np.random.default_rng(31)


def _wrapped(low: float, high: float) -> NDArray[np.float64]:
    """Turn around evenly, once in 40 frames, with a little noise."""
    turns = (np.arange(N) / 40 + _rng().normal(0, 0.01, N)) % 1
    return low + (high - low) * turns


def _walk(low: float, high: float) -> NDArray[np.float64]:
    walk = np.convolve(np.cumsum(_rng().normal(size=N)), np.ones(9) / 9, mode="same")
    scaled: NDArray[np.float64] = low + (high - low) * (walk - walk.min()) / np.ptp(walk)
    return scaled


BLOCKS = np.arange(N) // (N // 3 + 1)
CASES: dict[str, tuple[NDArray[Any], str | None, Row]] = {
    "linspace": (np.linspace(0, 100, N), None, TIMELINE),
    "whole numbers": (np.arange(N), None, COUNT),
    "time stamps": (np.arange(N) * 0.05, None, TIMELINE),
    "jittered time stamps": (0.05 * (np.arange(N) + _rng().normal(0, 0.01, N)), None, TIMELINE),
    "descending whole numbers": (np.arange(N)[::-1], None, TIMELINE),
    "binary int": (_rng().integers(0, 2, N), None, BINARY),
    "binary float": (_rng().integers(0, 2, N).astype(float), None, BINARY),
    "minus and plus one": (2 * _rng().integers(0, 2, N) - 1, None, BINARY),
    "two levels": (_rng().choice([0.2, 0.8], N), None, BINARY._replace(confidence=0.95)),
    "near-binary": (_rng().integers(0, 2, N) + _rng().normal(0, 0.01, N), None, LINEAR),
    "one step at the end": (np.r_[np.zeros(N - 1), 1], None, BINARY),
    "29 binary": (np.arange(29) % 2, None, BINARY),
    "two frames": (np.array([0, 1]), None, BINARY),
    "rising blocks": (BLOCKS, None, COUNT),
    "shuffled levels": (_rng().permutation(BLOCKS), None, CATEGORICAL),
    "20 levels": (_rng().integers(0, 20, N), None, CATEGORICAL),
    "250 levels": (_rng().integers(0, 250, N), None, CATEGORICAL),
    "integer walk": (np.cumsum(_rng().integers(-1, 2, N)), None, CATEGORICAL),
    "poisson": (_rng().poisson(3, N), None, CATEGORICAL),
    "cumulative count": (
        np.cumsum(_rng().integers(0, 2, N)) // 2,
        None,
        COUNT._replace(confidence=0.9),
    ),
    "20 float levels": (_rng().integers(0, 20, N) / 7, None, CATEGORICAL),
    "uniform 0 to 1": (_rng().random(N), None, LINEAR),
    "sine": (np.sin(TURN * np.arange(N) / 100), None, LINEAR),
    "exponential": (_rng().exponential(size=N), None, LINEAR),
    "float32 walk": (_walk(0, 100).astype(np.float32), None, LINEAR),
    "95 % zeros": (np.where(np.arange(N) % 20, 0.0, _rng().exponential(size=N)), None, CATEGORICAL),
    "half zeros": (np.where(np.arange(N) % 2, 0.0, _rng().exponential(size=N)), None, LINEAR),
    "uniform 0 to 2 pi": (
        _rng().uniform(0, TURN, N),
        None,
        Row("continuous", "circular", 0.6, True, TURN),
    ),
    "uniform 0 to 2 pi, phase": (
        _rng().uniform(0, TURN, N),
        "phase",
        Row("continuous", "circular", 0.9, True, TURN),
    ),
    "wrapped 0 to 2 pi": (_wrapped(0, TURN), None, Row("continuous", "circular", 0.9, True, TURN)),
    "wrapped -pi to pi": (
        _wrapped(-math.pi, math.pi),
        None,
        Row("continuous", "circular", 0.9, True, TURN),
    ),
    "wrapped degrees": (_wrapped(0, 360), None, Row("continuous", "circular", 0.9, True, 360)),
    "wrapped -180 to 180": (
        _wrapped(-180, 180),
        None,
        Row("continuous", "circular", 0.9, True, 360),
    ),
    "wrapped int degrees": (
        _wrapped(0, 360).astype(int),
        None,
        Row("continuous", "circular", 0.9, True, 360),
    ),
    "8 directions": (
        _wrapped(0, 8).astype(int),
        "direction_bin",
        Row("continuous", "circular", 0.8, True),
    ),
    "walk 0 to 100": (_walk(0, 100), None, LINEAR),
    "walk 0 to 1": (_walk(0, 1), None, LINEAR),
    "binary direction": (_rng().integers(0, 2, N), "direction", BINARY),
    "constant int": (np.full(N, 3), None, COUNT),
    "constant float": (np.full(N, 0.1), None, CATEGORICAL),
}
"""By name: values, name of the variable, row of the table."""


@pytest.mark.parametrize("key", CASES)
def test_worked_case(key: str) -> None:
    """The documented input gives the documented row."""
    values, name, expected = CASES[key]

    found = analyze_time_series_type(values, name=name, min_samples=0)

    actual = Row(
        found.primary_type,
        str(found.subtype),
        round(found.confidence, 3),
        found.is_circular,
        found.circular_period,
    )
    assert expected == actual


@pytest.mark.parametrize(
    ("low", "high", "period"),
    [(0, 6.3, TURN), (20, 350, 360), (-3, 3, TURN), (0, 100, None), (0, 1, None)],
)
def test_range_of_a_smooth_signal_decides(low: float, high: float, period: float | None) -> None:
    """Any smooth signal that fills an angle's range within 10 % is circular, and no other."""
    found = analyze_time_series_type(_walk(low, high))

    assert found.is_circular == (period is not None)
    assert period == found.circular_period


@pytest.mark.parametrize("name", ["theta_speed", "Direction of motion", "dolphin", "GRAPHICS"])
def test_name_makes_a_smooth_signal_circular_without_period(name: str) -> None:
    """A part of the name and smoothness suffice, which is why the panel shows the reason."""
    found = analyze_time_series_type(_walk(0, 100), name=name)

    assert found.is_circular
    assert found.circular_period is None
    assert found.metadata["name_hint"] in name.lower()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.sin(TURN * np.arange(N) / 100), 100.0),
        (np.abs(100 - np.arange(N) % 200) * 1.0, 200.0),
        (np.sin(TURN * np.arange(40) / 9), 9.0),
        (np.linspace(0, 1, N), float(N)),
        (np.full(N, 0.1), None),
        (np.arange(19) % 3, None),
    ],
    ids=["sine", "laps", "short", "trend", "constant", "too short"],
)
def test_period_in_frames(values: NDArray[Any], expected: float | None) -> None:
    """The period is found in frames; a trend shows as a period of the whole recording."""
    found = analyze_time_series_type(values, min_samples=0)

    assert expected == found.periodicity

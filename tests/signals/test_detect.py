"""Detection: what it refuses, what it does not depend on, and what it says."""

from __future__ import annotations

import json
import math
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import DTypeLike, NDArray

from driada_widgets.core.errors import DataTypeError, DataValueError
from driada_widgets.core.signals.detect import (
    analyze_time_series_type,
    detect_ts_type,
    detect_type,
    is_discrete_time_series,
)
from driada_widgets.core.signals.types import TimeSeriesType
from tests.properties import examples

SERIES = arrays(
    np.float64,
    st.integers(2, 80),
    elements=st.floats(-1e6, 1e6, width=32) | st.integers(-5, 5).map(float),
)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ([], DataValueError, "Data array cannot be empty"),
        (["a", "b"], DataTypeError, "Data must be numeric, got dtype: <U1"),
        ([1j, 2.0], DataTypeError, "Data must be numeric, got dtype: complex128"),
        ([None, 1], DataTypeError, "Data must be numeric, got dtype: object"),
        (np.zeros(3, "M8[s]"), DataTypeError, "Data must be numeric, got dtype: datetime64[s]"),
        ([1.0, math.nan], DataValueError, "Data contains NaN or Inf values"),
        ([1.0, math.inf], DataValueError, "Data contains NaN or Inf values"),
    ],
    ids=["empty", "text", "complex", "object", "datetime", "nan", "inf"],
)
def test_data_without_numbers_are_refused(data: Any, error: type[ValueError], message: str) -> None:
    """What cannot be measured gives a ``ValueError`` with the documented text."""
    with pytest.raises(error) as caught:
        analyze_time_series_type(data)

    assert message == str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_few_samples_give_a_warning() -> None:
    """Below ``min_samples`` a person is told, with the number."""
    with pytest.warns(UserWarning, match=r"^Only 29 samples available\. Detection may be unrel"):
        analyze_time_series_type(np.arange(29.0))


def test_fewer_samples_may_be_allowed() -> None:
    """``min_samples`` sets from where on nothing is warned."""
    assert analyze_time_series_type(np.arange(29.0), min_samples=29).metadata["n_samples"] == 29


def test_two_dimensional_data_are_taken_as_one_row(rng: np.random.Generator) -> None:
    """A 2-D array is flattened."""
    data = rng.normal(size=(4, 50))

    assert analyze_time_series_type(data) == analyze_time_series_type(data.ravel())


@pytest.mark.parametrize("dtype", ["?", "u1", "u4", "u8", "i1", "i8", "f2", "f4", ">f8", "g"])
def test_two_levels_are_binary_in_every_dtype(dtype: str) -> None:
    """A lick trace is binary whatever the recording software stored it as."""
    data = (np.arange(400) % 7 == 0).astype(dtype)

    assert analyze_time_series_type(data).subtype == "binary"


@pytest.mark.parametrize("dtype", ["u1", "u2", "u8", "i1", "i2", "i8", "f2", "f4", "f8"])
def test_levels_do_not_depend_on_the_dtype(dtype: DTypeLike, rng: np.random.Generator) -> None:
    """Unsigned and narrow dtypes neither overflow nor look monotone."""
    data = rng.integers(0, 100, 500)

    assert detect_type(data.astype(dtype)) == detect_type(data)


def test_half_precision_does_not_overflow(rng: np.random.Generator) -> None:
    """Statistics of float16 data are computed in float64."""
    data = (rng.normal(size=2000) * 1e4).astype(np.float16)

    found = analyze_time_series_type(data)

    assert found.metadata["std"] == pytest.approx(1e4, rel=0.05)


@given(data=SERIES)
@examples(60)
def test_detection_ignores_layout(data: NDArray[np.float64]) -> None:
    """A copy, a strided view, a list and the other byte order give the same type."""
    expected = detect_type(data)

    assert expected == detect_type(data.copy())
    assert expected == detect_type(np.repeat(data, 2)[::2])
    assert expected == detect_type(data.tolist())
    assert expected == detect_type(data.astype(">f8"))


@given(data=SERIES)
@examples(60)
def test_detection_ignores_single_precision(data: NDArray[np.float64]) -> None:
    """Values that float32 holds exactly give the same type in float32."""
    assert detect_type(data) == detect_type(data.astype(np.float32))


@given(data=SERIES)
@examples(60)
def test_detection_ignores_the_direction_of_time(data: NDArray[np.float64]) -> None:
    """Only a count has a direction: the type of anything else is the same backwards."""
    forwards, backwards = detect_type(data), detect_type(data[::-1])

    rules = {kind.metadata["decided_by"] for kind in (forwards, backwards)}
    subtypes = {forwards.subtype, backwards.subtype}
    if "count" in subtypes or "whole numbers that never decrease" in rules:
        return
    assert len(subtypes) == 1
    assert forwards.primary_type == backwards.primary_type
    assert forwards.is_circular == backwards.is_circular


@given(
    data=arrays(
        np.float64,
        st.integers(1, 70),
        elements=st.floats(allow_nan=False, allow_infinity=False),
    )
)
@examples(100)
def test_every_finite_series_has_a_type(data: NDArray[np.float64]) -> None:
    """Huge, tiny and constant values give a type, plain metadata and no warning of NumPy's."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = detect_type(data, "theta")

    assert found.primary_type in {"discrete", "continuous", "ambiguous"}
    assert json.loads(json.dumps(found.metadata, allow_nan=False)) == found.metadata


def test_evidence_adds_up_to_the_confidence() -> None:
    """The parts of the circular score are kept in order and sum to the confidence exactly."""
    angle = np.arange(1000) * 0.13 % (2 * math.pi)

    found = analyze_time_series_type(angle, name="head_direction")

    points = [part["points"] for part in found.metadata["circular_evidence"]]
    assert points == [0.3, 0.4, 0.2, 0.3]
    assert found.confidence == sum(points)
    assert found.confidence > 1
    assert found.metadata["decided_by"] == "circular score"
    assert all(part["reason"] for part in found.metadata["circular_evidence"])


def test_threshold_moves_only_the_first_step(rng: np.random.Generator) -> None:
    """Plain uniform angles (score 0.6) are decided at once only below that threshold."""
    data = rng.uniform(0, 2 * math.pi, 1000)

    early = analyze_time_series_type(data, confidence_threshold=0.5)
    late = analyze_time_series_type(data)

    assert (early.subtype, late.subtype) == ("circular", "circular")
    assert "discrete_score" not in early.metadata
    assert late.metadata["continuous_score"] == 1.0


def test_is_discrete_asks_without_a_name() -> None:
    """The short form gives the flag, and the confidence on request."""
    levels = np.arange(100) % 3

    assert is_discrete_time_series(levels) is True
    assert is_discrete_time_series(levels, return_confidence=True) == (True, 0.8)
    assert detect_ts_type is is_discrete_time_series


def test_report_is_printed_only_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """``verbose`` prints the report under its documented heading; nothing else prints."""
    data = np.arange(100) % 3

    quiet = analyze_time_series_type(data)
    silence = capsys.readouterr().out
    loud = analyze_time_series_type(data, verbose=True)
    report = capsys.readouterr().out

    assert silence == ""
    assert quiet == loud
    assert "=== Time Series Type Detection ===" in report
    assert "3 distinct values in 100 frames" in report


def test_metadata_do_not_take_part_in_equality() -> None:
    """Two detections of the same kind are equal although their statistics differ."""
    first, second = detect_type(np.arange(100)), detect_type(np.arange(100) + 7)

    assert isinstance(first, TimeSeriesType)
    assert first == second
    assert first.metadata != second.metadata


@pytest.mark.parametrize("n_frames", [40_000, 39_989], ids=["round", "prime"])
def test_detection_is_quick(n_frames: int, rng: np.random.Generator) -> None:
    """At most 50 Fourier transforms of twice the length, also where the number is prime."""
    data = np.cumsum(rng.normal(size=n_frames))

    def seconds(work: Callable[[], object]) -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    transform_sec = min(seconds(lambda: np.fft.rfft(data, 2 * 40_000)) for _ in range(9))
    assert min(seconds(lambda: detect_type(data)) for _ in range(5)) < 50 * transform_sec

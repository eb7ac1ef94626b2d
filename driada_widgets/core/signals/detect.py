"""Detect what kind of variable a series is, from its values and its name."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from driada_widgets.core.errors import DataTypeError, DataValueError
from driada_widgets.core.signals.checks import as_array, warn_if_short
from driada_widgets.core.signals.classify import classify
from driada_widgets.core.signals.evidence import describe, explain
from driada_widgets.core.signals.statistics import measure
from driada_widgets.core.signals.types import type_from_string

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = [
    "analyze_time_series_type",
    "as_float64",
    "detect_ts_type",
    "detect_type",
    "explain",
    "guess_discrete",
    "is_discrete_time_series",
    "type_of_word",
]


def analyze_time_series_type(
    data: ArrayLike,
    name: str | None = None,
    confidence_threshold: float = 0.7,
    min_samples: int = 30,
    verbose: bool = False,
) -> TimeSeriesType:
    """Detect the type of a series.

    Parameters
    ----------
    data
        Real or boolean values without NaN; any shape, taken as one row of frames.
    name
        Name of the variable; words such as ``"heading"`` speak for an angle.
    confidence_threshold
        A circular score above it decides at once; nothing else depends on it.
    min_samples
        Fewer frames than this give a warning.
    verbose
        Print a report.

    Returns
    -------
    TimeSeriesType
        Its ``metadata`` holds the statistics, ``circular_evidence`` (points and reason of each
        part of the circular score), ``name_hint`` and ``decided_by``.

    Raises
    ------
    DataValueError
        If there are no data, or NaN or infinite values.
    DataTypeError
        If the data are not real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> found = analyze_time_series_type(np.arange(1000) % 4)
    >>> found.primary_type, found.subtype, found.confidence
    ('discrete', 'categorical', 0.8)
    """
    values = as_float64(data)
    warn_if_short(values.size, min_samples)
    found = classify(measure(values), name, confidence_threshold)
    if verbose:
        sys.stdout.write(describe(found) + "\n")
    return found


@overload
def is_discrete_time_series(ts: ArrayLike, return_confidence: Literal[False] = False) -> bool: ...
@overload
def is_discrete_time_series(
    ts: ArrayLike, return_confidence: Literal[True]
) -> tuple[bool, float]: ...
def is_discrete_time_series(
    ts: ArrayLike,
    return_confidence: bool = False,
) -> bool | tuple[bool, float]:
    """Tell whether a series takes separate values.

    Parameters
    ----------
    ts
        As for ``analyze_time_series_type``, which is asked without a name.
    return_confidence
        Also give the confidence.

    Returns
    -------
    bool or tuple of bool and float

    Raises
    ------
    DataValueError, DataTypeError
        As ``analyze_time_series_type``.

    Examples
    --------
    >>> is_discrete_time_series([0, 1] * 50, return_confidence=True)
    (True, 1.0)
    """
    found = analyze_time_series_type(ts, confidence_threshold=0.5)
    return (found.is_discrete, found.confidence) if return_confidence else found.is_discrete


detect_ts_type = is_discrete_time_series


def as_float64(data: ArrayLike) -> NDArray[np.float64]:
    """Check that data are finite real numbers, and give them as one float64 row.

    Raises
    ------
    DataValueError
        If there are no data, or NaN or infinite values.
    DataTypeError
        If the data are not real numbers.
    """
    array = as_array(data).ravel()
    if array.size == 0:
        msg = "Data array cannot be empty"
        raise DataValueError(msg)
    if array.dtype.kind not in "biuf":
        msg = f"Data must be numeric, got dtype: {array.dtype}"
        raise DataTypeError(msg, found=str(array.dtype), expected="real numbers")
    values = np.asarray(array, dtype=np.float64)
    if not np.isfinite(values).all():
        msg = "Data contains NaN or Inf values"
        raise DataValueError(msg)
    return values


def detect_type(data: ArrayLike, name: str | None = None) -> TimeSeriesType:
    """Detect a type as ``analyze_time_series_type`` does by default, without any warning."""
    return classify(measure(as_float64(data)), name)


def guess_discrete(values: NDArray[Any]) -> bool:
    """Tell by the share of distinct values alone whether they are separate.

    Below a quarter they are, above seven tenths they are not; between them a warning says that
    continuous is assumed.
    """
    if values.size < 100:
        msg = f"Only {values.size} points: whether they are discrete is a guess."
        warnings.warn(msg, UserWarning, stacklevel=3)
    ratio = np.unique(values).size / max(values.size, 1)
    if 0.25 <= ratio <= 0.7:
        msg = f"{ratio:.0%} of the values are distinct: continuous is assumed."
        warnings.warn(msg, UserWarning, stacklevel=3)
    return ratio < 0.25


def type_of_word(word: str, values: NDArray[Any]) -> TimeSeriesType:
    """Make the type that a person wrote as a word for these values: ``types.type_from_string``."""
    numbers = as_float64(values)
    return type_from_string(
        word,
        data_min=float(numbers.min()),
        data_max=float(numbers.max()),
        n_unique=int(np.unique(numbers).size),
        n_samples=numbers.size,
    )

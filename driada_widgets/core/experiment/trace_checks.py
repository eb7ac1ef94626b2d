"""Checks of what people give for one neuron."""

from __future__ import annotations

import math
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import DataShapeError
from driada_widgets.core.experiment.derive import calcium_noise, float_dtype
from driada_widgets.core.experiment.limits import check_positive
from driada_widgets.core.signals.checks import as_one_row

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["number_or_none", "positive_or_default", "prepared_trace", "row_like"]


def positive_or_default(name: str, value: float | None, default: float) -> float:
    """Give a positive number, or the default for ``None``."""
    return float(default) if value is None else check_positive(name, value)


def prepared_trace(
    ca: ArrayLike, seed: int | np.random.SeedSequence | None
) -> NDArray[np.floating[Any]]:
    """Give calcium as a neuron holds it: floats, negatives at 0, noise if there is a seed.

    Raises
    ------
    DataShapeError, DataTypeError, DataValueError
        If the trace is empty, not one row, or not finite.
    """
    if np.size(np.asarray(ca)) == 0:
        msg = "Calcium signal cannot be empty"
        raise DataShapeError(msg, where="calcium", expected="at least 2 frames")
    given = as_one_row(ca)
    dtype = float_dtype(given.dtype)
    trace = np.maximum(given.astype(dtype, copy=False), dtype.type(0))
    if seed is not None:
        trace += calcium_noise(trace.size, seed)
    return trace


def row_like(values: ArrayLike | None, what: str, n_frames: int) -> NDArray[Any] | None:
    """Give spikes or the like as a row as long as calcium; ``None`` stays ``None``.

    Raises
    ------
    DataShapeError
        If the length is another.
    """
    if values is None:
        return None
    array = np.asarray(values)
    length = array.size if array.ndim == 1 else len(np.atleast_1d(array))
    if length != n_frames:
        msg = f"{what} length {length} must match calcium length {n_frames}"
        raise DataShapeError(msg, where=what, found=str(length), expected=str(n_frames))
    return as_one_row(array)


def number_or_none(value: object) -> float | None:
    """Give a stored measure as a number; what is none, or NaN, counts as not stored."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or math.isnan(float(value)):  # type: ignore[arg-type]  # is a number here
        return None
    return float(value)  # type: ignore[arg-type]  # is a number here

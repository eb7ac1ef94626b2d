"""Checks of what people give as a series: one row of finite numbers, and a mask that fits."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from driada_widgets.core.errors import DataShapeError, DataTypeError, DataValueError, ParameterError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = [
    "Sparse",
    "as_array",
    "as_mask",
    "as_one_row",
    "check_values",
    "warn_if_ambiguous",
    "warn_if_short",
    "without_mask",
]


class Sparse(Protocol):
    """Sparse data, such as SciPy's."""

    def toarray(self) -> NDArray[Any]:
        """Give the data as a dense array."""
        ...


def as_array(data: object) -> NDArray[Any]:
    """Give data as an array without copying one; sparse input is made dense.

    Masked values are missing: they are NaN, not what lies under the mask.
    """
    to_dense = getattr(data, "toarray", None)
    if isinstance(data, np.ma.MaskedArray):
        return without_mask(data)
    return np.asarray(data if to_dense is None else to_dense())


def without_mask(data: np.ma.MaskedArray[Any, Any]) -> NDArray[Any]:
    """Give NaN for masked values; data of which none is masked stay as they are."""
    if not np.ma.is_masked(data) or data.dtype.kind not in "biuf":
        return np.asarray(data.data)
    dtype = data.dtype if data.dtype.kind == "f" else np.dtype(np.float64)
    array = np.array(data.data, dtype)
    array[np.ma.getmaskarray(data)] = np.nan
    return array


def as_one_row(data: ArrayLike | Sparse) -> NDArray[Any]:
    """Give data as one row of at least two finite real numbers.

    Raises
    ------
    DataShapeError
        If the data are not one-dimensional, or have fewer than two frames.
    DataTypeError
        If they are not real numbers.
    DataValueError
        If there are NaN or infinite values.
    """
    array = as_array(data)
    if array.ndim != 1:
        msg = f"Time series must be 1D, got shape {array.shape}"
        raise DataShapeError(msg, found=str(array.shape), expected="(n_frames,)")
    check_values(array)
    return array


def check_values(array: NDArray[Any]) -> None:
    """Refuse rows that are too short, not real numbers, or not finite.

    Parameters
    ----------
    array
        Shape ``(n_frames,)`` or ``(n_rows, n_frames)``.

    Raises
    ------
    DataShapeError, DataTypeError, DataValueError
        As ``as_one_row``.
    """
    if array.shape[-1] < 2:
        msg = "Time series must have at least 2 points"
        raise DataShapeError(msg, found=str(array.shape))
    if array.dtype.kind not in "biuf":
        msg = f"Data must be numeric, got dtype: {array.dtype}"
        raise DataTypeError(msg, found=str(array.dtype), expected="real numbers")
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return
    if np.isnan(array).any():
        msg = "Time series contains NaN values"
        raise DataValueError(msg, fix="remove or fill the frames without a value")
    msg = "Time series contains infinite values"
    raise DataValueError(msg, fix="remove or fill the frames with infinite values")


def as_mask(mask: ArrayLike, n_frames: int) -> NDArray[np.bool_]:
    """Give a mask of zeros and ones as booleans.

    Raises
    ------
    ParameterError
        If it does not have one entry a frame, or other values.
    """
    array = np.asarray(mask)
    if array.shape != (n_frames,):
        msg = "Shuffle mask must have same length as data"
        raise ParameterError(msg, found=str(array.shape), expected=str((n_frames,)))
    if array.dtype.kind == "b":
        return array
    if not ((array == 0) | (array == 1)).all():
        msg = "Shuffle mask must contain only 0s and 1s"
        raise ParameterError(msg, where="shuffle_mask")
    return array.astype(bool)


def warn_if_short(n_frames: int, min_samples: int = 30, *, stacklevel: int = 3) -> None:
    """Warn that a type detected from few frames may be wrong."""
    if n_frames < min_samples:
        msg = f"Only {n_frames} samples available. Detection may be unreliable."
        warnings.warn(msg, UserWarning, stacklevel=stacklevel)


def warn_if_ambiguous(type_info: TimeSeriesType, *, stacklevel: int = 3) -> None:
    """Warn that a series counts as continuous because the evidence did not decide."""
    if not type_info.is_ambiguous:
        return
    scores = ""
    if type_info.metadata.get("discrete_score") is not None:
        scores = (
            f" Detected scores: discrete={type_info.metadata['discrete_score']:.2f}, "
            f"continuous={type_info.metadata['continuous_score']:.2f}."
        )
    msg = (
        f"Time series type is ambiguous (confidence: {type_info.confidence:.2f}).{scores} "
        "Defaulting to continuous behavior. Consider specifying type explicitly."
    )
    warnings.warn(msg, UserWarning, stacklevel=stacklevel)

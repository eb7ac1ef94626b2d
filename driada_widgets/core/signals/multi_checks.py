"""Checks of what people give as several series: components, masks and labels that fit together."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import DataShapeError, DataTypeError, DataValueError, ParameterError
from driada_widgets.core.signals.checks import check_values
from driada_widgets.core.signals.series import TimeSeries

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "check_combined",
    "checked_block",
    "checked_labels",
    "checked_series",
    "named",
    "refuse_zero_columns",
    "warn_if_nothing_to_shuffle",
]

_MASK_WARN_BELOW = 0.1


def checked_block(block: NDArray[Any], discrete: bool | None) -> tuple[NDArray[Any], bool]:
    """Refuse an array that is not rows of finite numbers, or of undeclared type."""
    if block.ndim != 2:
        msg = "When providing numpy array, it must be 2D with shape (n_series, n_timepoints)"
        raise DataShapeError(msg, found=str(block.shape), expected="(n_series, n_timepoints)")
    if discrete is None:
        msg = "When providing numpy array, 'discrete' parameter must be specified"
        raise ParameterError(msg, where="discrete", fix="give discrete=True or discrete=False")
    _refuse_none(block.shape[0])
    check_values(block)
    return block, discrete


def checked_series(given: Any) -> list[TimeSeries]:
    """Refuse what is not series of one length, all discrete or all continuous."""
    series = list(given) if isinstance(given, Iterable) else [given]
    if not all(isinstance(one, TimeSeries) for one in series):
        msg = "Input to MultiTimeSeries must be iterable of TimeSeries"
        raise DataTypeError(msg)
    _refuse_none(len(series))
    if len({one.data.size for one in series}) > 1:
        msg = "All TimeSeries must have the same length"
        raise DataShapeError(msg, found=", ".join(str(one.data.size) for one in series))
    if len({one.discrete for one in series}) > 1:
        msg = "All components of MultiTimeSeries must be either continuous or discrete (no mixing)"
        raise DataTypeError(msg)
    return series


def _refuse_none(n_series: int) -> None:
    if n_series == 0:
        msg = "MultiTimeSeries needs at least one series"
        raise DataShapeError(msg)


def named(series: list[TimeSeries], name: str | None) -> list[TimeSeries]:
    """Give series without a name the name of the whole and their number."""
    for index, one in enumerate(series):
        if name is not None and one.name is None:
            one.name = f"{name}_{index}"
    return series


def refuse_zero_columns(block: NDArray[Any]) -> None:
    """Refuse frames in which every row is 0."""
    n_zero = block.shape[1] - int(np.count_nonzero(block.any(axis=0)))
    if n_zero:
        msg = (
            f"Data contains {n_zero} zero columns (all values are 0). This can cause issues in "
            "dimensionality reduction. Consider removing these columns, adding small noise, or "
            "set allow_zero_columns=True."
        )
        raise DataValueError(msg)


def check_combined(mask: NDArray[np.bool_]) -> None:
    """Refuse a mask without any frame, and warn if it has less than a tenth of them."""
    n_valid = int(np.count_nonzero(mask))
    if n_valid == 0:
        msg = (
            "Combined shuffle_mask has NO valid positions for shuffling! This typically happens "
            "when combining many neurons with restrictive individual masks. Consider providing an "
            "explicit shuffle_mask parameter to MultiTimeSeries."
        )
        raise DataValueError(msg)
    if n_valid < _MASK_WARN_BELOW * mask.size:
        msg = (
            f"Combined shuffle_mask is extremely restrictive: only {n_valid}/{mask.size} "
            f"({100 * n_valid / mask.size:.1f}%) positions are valid for shuffling."
        )
        warnings.warn(msg, UserWarning, stacklevel=3)


def warn_if_nothing_to_shuffle(mask: NDArray[np.bool_]) -> None:
    """Warn if a given mask has no frame."""
    if not mask.any():
        msg = "Provided shuffle_mask has no valid positions for shuffling!"
        warnings.warn(msg, UserWarning, stacklevel=3)


def checked_labels(labels: ArrayLike, n_points: int) -> NDArray[Any]:
    """Refuse labels that are not one a frame."""
    array = np.asarray(labels)
    if len(array) != n_points:
        msg = (
            f"Labels length ({len(array)}) must match number of points after downsampling "
            f"({n_points})"
        )
        raise DataShapeError(msg, where="labels")
    return array

"""Row-wise scaling of arrays: to [0, 1], to normal scores, and straight lines over gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["fill_ranges", "gaussian_copula", "minmax_factor", "minmax_scale", "to_integers"]


def minmax_scale(data: NDArray[Any]) -> NDArray[np.floating[Any]]:
    """Scale each row to [0, 1].

    Parameters
    ----------
    data
        Finite real or boolean values, shape ``(n_frames,)`` or ``(n_rows, n_frames)``.

    Returns
    -------
    ndarray
        ``(x - min) / (max - min)``, 0 where a row is constant. Floating dtypes are kept, others
        give float64.

    Examples
    --------
    >>> import numpy as np
    >>> minmax_scale(np.array([2, 4, 3]))
    array([0. , 1. , 0.5])
    """
    values = np.asarray(data, dtype=_working_dtype(data))
    low, spread = _low_and_spread(values)
    if not np.isfinite(spread).all():  # the range is beyond the largest number: scale the halves
        return minmax_scale(values / 2).astype(_scaled_dtype(data), copy=False)
    scaled: NDArray[np.floating[Any]] = values - low
    scaled /= spread
    return scaled.astype(_scaled_dtype(data), copy=False)


def minmax_factor(data: NDArray[Any]) -> NDArray[np.floating[Any]]:
    """Give ``1 / (max - min)`` of each row, 1 where it is constant; shape ``(n_rows,)``."""
    values = np.asarray(data, dtype=_working_dtype(data))
    spread = _low_and_spread(values)[1].reshape(-1)
    if not np.isfinite(spread).all():
        return (minmax_factor(values / 2) / 2).astype(_scaled_dtype(data), copy=False)
    factors: NDArray[np.floating[Any]] = 1 / spread
    return factors.astype(_scaled_dtype(data), copy=False)


def _scaled_dtype(data: NDArray[Any]) -> np.dtype[np.floating[Any]]:
    return data.dtype if data.dtype.kind == "f" else np.dtype(np.float64)


def _working_dtype(data: NDArray[Any]) -> np.dtype[np.floating[Any]]:
    """Give at least float32: the range of float16 data may be beyond the largest float16."""
    return np.promote_types(_scaled_dtype(data), np.float32)


def _low_and_spread(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    low = values.min(axis=-1, keepdims=True)
    with np.errstate(over="ignore"):
        spread = values.max(axis=-1, keepdims=True) - low
    return low, np.where(spread == 0, values.dtype.type(1), spread)


def gaussian_copula(data: NDArray[Any]) -> NDArray[np.float64]:
    """Replace each value by the normal quantile of its rank in its row.

    Parameters
    ----------
    data
        Shape ``(n_frames,)`` or ``(n_rows, n_frames)``.

    Returns
    -------
    ndarray
        Quantile of ``rank / (n_frames + 1)``; equal values get consecutive ranks in order of time.

    Examples
    --------
    >>> import numpy as np
    >>> gaussian_copula(np.array([5.0, 1.0, 3.0])).round(3)
    array([ 0.674, -0.674,  0.   ])
    """
    from scipy.special import ndtri

    n_frames = data.shape[-1]
    scores = ndtri(np.arange(1, n_frames + 1) / (n_frames + 1))
    order = np.argsort(data, axis=-1, kind="stable")
    result = np.empty(data.shape, dtype=np.float64)
    np.put_along_axis(result, order, np.broadcast_to(scores, data.shape), axis=-1)
    return result


def fill_ranges(row: NDArray[Any], ranges: Iterable[tuple[int, int]]) -> NDArray[Any]:
    """Lay straight lines over gaps.

    Parameters
    ----------
    row
        Shape ``(n_frames,)``; not changed. Values inside the ranges are ignored.
    ranges
        Half-open frame ranges; touching ones count as one.

    Returns
    -------
    ndarray
        A copy in which each range runs straight from the frame before it to the frame behind it;
        at an end of the row the only neighbour is repeated. Floating dtypes are kept, others give
        float64. A row without any frame outside the ranges is returned as it is.

    Examples
    --------
    >>> import numpy as np
    >>> fill_ranges(np.array([0.0, np.nan, np.nan, 3.0, np.nan]), [(1, 3), (4, 5)])
    array([0., 1., 2., 3., 3.])
    """
    filled = np.array(row, dtype=_scaled_dtype(row))
    is_gap = np.zeros(filled.size, dtype=bool)
    for start, stop in ranges:
        is_gap[start:stop] = True
    known = np.flatnonzero(~is_gap)
    if known.size and known.size < filled.size:
        gaps = np.flatnonzero(is_gap)
        filled[gaps] = np.interp(gaps, known, filled[known].astype(np.float64))
    return filled


def to_integers(values: NDArray[Any]) -> NDArray[np.int64]:
    """Round to the nearest whole number, halves to the even one."""
    if values.dtype.kind != "f":
        return values.astype(np.int64)
    with np.errstate(invalid="ignore"):
        rounded: NDArray[np.int64] = np.rint(values).astype(np.int64)
    return rounded

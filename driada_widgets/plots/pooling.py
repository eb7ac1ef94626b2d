"""From traces to the shades of a heatmap: pool frames, scale rows; plain numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LEVELS", "PERCENTILES", "max_pool", "row_scales", "to_shades"]

LEVELS = 96
"""Shades that are told apart."""
PERCENTILES = (1.0, 99.0)
"""Of each row; they are shown as the first and the last shade."""


def max_pool(calcium: NDArray[Any], n_columns: int) -> NDArray[np.float32]:
    """Reduce frames to columns by their maximum, so that no event disappears from a picture.

    Parameters
    ----------
    calcium
        Shape ``(n_cells, n_frames)``.
    n_columns
        Greatest number of columns.

    Returns
    -------
    array
        Shape ``(n_cells, n)``, ``n <= n_columns``; NaN counts only where a column has nothing else.
    """
    n_cells, n_frames = calcium.shape
    step = max(1, -(-n_frames // max(1, n_columns)))
    whole = n_frames // step
    pooled = np.empty((n_cells, -(-n_frames // step)), dtype=np.float32)
    for row in range(n_cells):
        trace = calcium[row]
        np.fmax.reduce(trace[: whole * step].reshape(whole, step), axis=1, out=pooled[row, :whole])
        if whole * step < n_frames:
            pooled[row, whole] = np.fmax.reduce(trace[whole * step :])
    return pooled


def row_scales(pooled: NDArray[Any]) -> NDArray[np.float32]:
    """Give what is shown as 0 and 1 in each row: its 1st and 99th percentile.

    Parameters
    ----------
    pooled
        Shape ``(n_cells, n_columns)``; NaN does not count.

    Returns
    -------
    array
        Shape ``(n_cells, 2)``; NaN for a row without a value.
    """
    n_cells, n_columns = pooled.shape
    scales = np.full((n_cells, 2), np.nan, dtype=np.float32)
    if n_columns == 0:
        return scales
    ordered = np.sort(pooled, axis=1)  # NaN comes last
    n_values = n_columns - np.isnan(pooled).sum(axis=1)
    last = np.maximum(n_values - 1, 0)
    for side, (percentile, rounded) in enumerate(
        zip(PERCENTILES, (np.floor, np.ceil), strict=True)
    ):
        places = rounded(percentile / 100 * last).astype(np.intp)
        scales[:, side] = np.take_along_axis(ordered, places[:, np.newaxis], axis=1)[:, 0]
    return scales


def to_shades(pooled: NDArray[Any], scales: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Turn values into ``0`` to ``LEVELS - 1`` by the scales of their rows; NaN is 0."""
    low = scales[:, :1]
    span = scales[:, 1:] - low
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        steps = (pooled - low) * np.where(span > 0, (LEVELS - 1) / span, 0).astype(np.float32)
    steps = np.nan_to_num(steps, copy=False, posinf=LEVELS, neginf=0)
    return np.clip(np.rint(steps), 0, LEVELS - 1).astype(np.uint8)

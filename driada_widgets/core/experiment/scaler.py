"""Scaling of one trace to [0, 1] and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["TraceScaler"]


class TraceScaler:
    """Scales as fitted on one trace; attributes are named as those of scikit-learn's scaler.

    Parameters
    ----------
    trace
        Shape ``(n_frames,)``.

    Attributes
    ----------
    data_min_, data_max_, data_range_
        Smallest and largest value and their difference, each of shape ``(1,)``.
    scale_, min_
        ``x * scale_ + min_`` is the scaled value; a constant trace scales to 0.
    """

    def __init__(self, trace: NDArray[Any]) -> None:
        self.data_min_ = np.array([trace.min()], dtype=np.float64)
        self.data_max_ = np.array([trace.max()], dtype=np.float64)
        self.data_range_ = self.data_max_ - self.data_min_
        self.scale_ = 1 / np.where(self.data_range_ == 0, 1.0, self.data_range_)
        self.min_ = -self.data_min_ * self.scale_

    def transform(self, values: ArrayLike) -> NDArray[np.float64]:
        """Scale values, in any shape."""
        return np.asarray(values, dtype=np.float64) * self.scale_ + self.min_

    def inverse_transform(self, scaled: ArrayLike) -> NDArray[np.float64]:
        """Turn scaled values back, in any shape."""
        return (np.asarray(scaled, dtype=np.float64) - self.min_) / self.scale_

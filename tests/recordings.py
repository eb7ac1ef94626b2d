"""Contents of small experiments, and arrays that notice being read."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from driada_widgets.core.experiment.contents import Contents, FeatureContent
from driada_widgets.core.signals.series import TimeSeries
from driada_widgets.core.signals.types import TimeSeriesType

__all__ = [
    "CIRCULAR",
    "LINEAR",
    "UnreadArray",
    "make_contents",
    "make_feature",
    "one_row",
    "same_contents",
    "there",
]

Value = TypeVar("Value")

LINEAR = TimeSeriesType(primary_type="continuous", subtype="linear")
CIRCULAR = TimeSeriesType(
    primary_type="continuous", subtype="circular", is_circular=True, circular_period=2 * np.pi
)


class UnreadArray:
    """Stands for an array of calcium; only its size is known, and reading it is an error."""

    def __init__(self, shape: tuple[int, ...], dtype: str = "float32") -> None:
        self.shape = shape
        self.dtype = np.dtype(dtype)
        self.ndim = len(shape)

    def __array__(self, *args: Any, **kwargs: Any) -> NDArray[Any]:
        msg = "calcium was read"
        raise AssertionError(msg)


def make_contents(n_cells: int = 3, n_frames: int = 600, **changes: Any) -> Contents:
    """Give contents with random non-negative calcium and no features."""
    rng = np.random.default_rng(5)
    given: dict[str, Any] = {
        "signature": "Exp test",
        "calcium": rng.random((n_cells, n_frames)),
        "static_features": {"t_rise_sec": 0.25, "t_off_sec": 2.0, "fps": 20.0},
    }
    return Contents(**(given | changes))


def make_feature(
    name: str, n_frames: int = 600, type_info: TimeSeriesType | None = LINEAR, **changes: Any
) -> FeatureContent:
    """Give a one-dimensional feature of random values from 0 to 2 pi."""
    data = np.random.default_rng(len(name)).uniform(0, 2 * np.pi, n_frames)
    given: dict[str, Any] = {"name": name, "data": data, "type_info": type_info}
    return FeatureContent(**(given | changes))


def there(value: Value | None) -> Value:
    """Give a value that must not be None."""
    assert value is not None
    return value


def one_row(series: object) -> TimeSeries:
    """Give a feature that must be one-dimensional."""
    assert isinstance(series, TimeSeries)
    return series


def same_contents(one: object, other: object) -> bool:
    """Whether two contents, or parts of them, are equal in every value, dtype and type."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, (Contents, FeatureContent)) and type(one) is type(other):
        return all(
            same_contents(getattr(one, name), getattr(other, name))
            for name in type(one).__dataclass_fields__
        )
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same_contents, one, other))
    if isinstance(one, TimeSeriesType) and isinstance(other, TimeSeriesType):
        return one == other and one.metadata == other.metadata
    return bool(one == other)

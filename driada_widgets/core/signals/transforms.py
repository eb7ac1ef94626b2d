"""From series to series: angles to (cos, sin) and back, aggregation, and the hash of data."""

from __future__ import annotations

import hashlib
import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import DataTypeError, ParameterError
from driada_widgets.core.signals.checks import as_one_row
from driada_widgets.core.signals.multi import MultiTimeSeries
from driada_widgets.core.signals.scaling import fill_ranges, gaussian_copula, minmax_scale
from driada_widgets.core.signals.series import TimeSeries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = [
    "aggregate_multiple_ts",
    "circular_to_cos_sin",
    "companion_period",
    "cos_sin_to_circular",
    "detect_circular_period",
    "fill_ranges",
    "gaussian_copula",
    "get_circular_2d_name",
    "get_hash",
    "is_circular_2d_feature",
    "minmax_scale",
]

_TURN = 2 * math.pi
_SUFFIX_2D = "_2d"


def detect_circular_period(data: ArrayLike) -> float:
    """Guess the period of angles from their largest value and their range.

    Parameters
    ----------
    data
        Finite values, any shape.

    Returns
    -------
    float
        2 pi if they reach at most 2 pi and range over more than pi; 360 if they reach at most 361
        and range over more than 180; else 2 pi.

    Examples
    --------
    >>> detect_circular_period([5.0, 355.0])
    360.0
    """
    return _period_by_range(np.asarray(data)) or _TURN


def _period_by_range(values: NDArray[Any]) -> float | None:
    high = float(values.max())
    data_range = high - float(values.min())
    if high <= _TURN + 0.1 and data_range > math.pi:
        return _TURN
    if high <= 361 and data_range > 180:
        return 360.0
    return None


def companion_period(data: TimeSeries | ArrayLike) -> float | None:
    """Give the period by which a circular series can be turned into (cos, sin), if it is known.

    Parameters
    ----------
    data
        A series, or its values.

    Returns
    -------
    float or None
        The series' own period, else what ``detect_circular_period`` recognises, else 1 for values
        within [0, 1]; ``None`` if all that fails, because any guess would give wrong angles.

    Examples
    --------
    >>> companion_period([0.0, 0.4, 0.9])
    1.0
    """
    if isinstance(data, TimeSeries):
        if data.type_info.circular_period is not None:
            return float(data.type_info.circular_period)
        data = data.data
    values = np.asarray(data)
    recognised = _period_by_range(values)
    if recognised is None and values.min() >= 0 and values.max() <= 1:
        return 1.0
    return recognised


def circular_to_cos_sin(
    data: TimeSeries | ArrayLike, period: float | None = None, name: str | None = None
) -> MultiTimeSeries:
    """Turn angles into points on a circle.

    Parameters
    ----------
    data
        A series, or values of shape ``(n_frames,)``.
    period
        Period of the values; ``None``: ``companion_period``, and if that is unknown radians,
        with a warning.
    name
        Name of the result; ``None``: ``{name of the series}_2d``.

    Returns
    -------
    MultiTimeSeries
        Continuous series ``cos`` and ``sin``, with the mask of the series.

    Raises
    ------
    ParameterError
        If the period is not positive.
    DataShapeError, DataTypeError, DataValueError
        As ``TimeSeries``.

    Examples
    --------
    >>> import numpy as np
    >>> circular_to_cos_sin(np.array([0.0, 90.0]), period=360).data.round(3)
    array([[1., 0.],
           [0., 1.]])
    """
    if isinstance(data, TimeSeries):
        values, mask = data.data, data.shuffle_mask
        if name is None and data.name is not None:
            name = get_circular_2d_name(data.name)
    else:
        values, mask = as_one_row(data), None
        data = values
    if period is None:
        period = companion_period(data)
    if period is None:
        msg = (
            f"The period of {name or 'these angles'} is unknown: values from {values.min():.4g} to "
            f"{values.max():.4g} are taken as radians. Give the period to be sure."
        )
        warnings.warn(msg, UserWarning, stacklevel=2)
    angles = _to_radians(values, period)
    block = np.stack([np.cos(angles), np.sin(angles)])
    components = [
        TimeSeries.from_trusted(row, name=part, discrete=False, shuffle_mask=mask)
        for part, row in zip(("cos", "sin"), block, strict=True)
    ]
    return MultiTimeSeries.from_block(
        block,
        shape=(2, values.size),
        name=name,
        discrete=False,
        component=components.__getitem__,
        shuffle_mask=mask,
    )


def _to_radians(values: NDArray[Any], period: float | None) -> NDArray[np.float64]:
    if period is not None and not period > 0:
        msg = f"The period must be positive, got {period}"
        raise ParameterError(msg, where="period", found=str(period))
    angles = np.asarray(values, dtype=np.float64)
    # Within 0.1 the period is a rounded 2 pi.
    return angles if period is None or abs(period - _TURN) < 0.1 else angles * (_TURN / period)


def cos_sin_to_circular(
    cos: ArrayLike, sin: ArrayLike, period: float = _TURN
) -> NDArray[np.float64]:
    """Turn points around a circle back into angles.

    Parameters
    ----------
    cos, sin
        Of the angles, shape ``(n_frames,)``.
    period
        Period of the result.

    Returns
    -------
    ndarray
        In ``[0, period)``, shape ``(n_frames,)``.

    Examples
    --------
    >>> float(cos_sin_to_circular(0.0, -1.0, period=360))
    270.0
    """
    angles = np.asarray(np.arctan2(sin, cos) % _TURN, dtype=np.float64)
    return angles if period == _TURN else angles * (period / _TURN)


def get_circular_2d_name(feature: str) -> str:
    """Name the (cos, sin) companion of a circular feature."""
    return feature + _SUFFIX_2D


def is_circular_2d_feature(feature: str) -> bool:
    """Tell whether a name is that of a (cos, sin) companion."""
    return feature.endswith(_SUFFIX_2D)


def aggregate_multiple_ts(
    *series: TimeSeries,
    noise: float = 1e-7,
    name: str | None = None,
    seed: int | None = None,
    ts_types: Sequence[TimeSeriesType | str | None] | None = None,
) -> MultiTimeSeries:
    """Combine continuous series into one of several dimensions.

    Parameters
    ----------
    *series
        Continuous series of equal length; they stay as they are.
    noise
        Width of the uniform noise that is added to break ties, in units of the data.
    name
        Name of the result; components get ``{name}_{i}``.
    seed
        Seed of the noise.
    ts_types
        Type of each component; ``None``: continuous, as detected.

    Returns
    -------
    MultiTimeSeries

    Raises
    ------
    DataTypeError
        If a series is discrete.
    ParameterError
        If there is not one type for each series.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = (TimeSeries(np.sin(np.arange(50) / step), ts_type="linear") for step in (3, 7))
    >>> aggregate_multiple_ts(x, y, name="place").ts_list[1].name
    'place_1'
    """
    if any(one.discrete for one in series):
        msg = "this is not applicable to discrete TimeSeries"
        raise DataTypeError(msg)
    if ts_types is not None and len(ts_types) != len(series):
        msg = f"ts_types has {len(ts_types)} entries for {len(series)} components"
        raise ParameterError(msg, where="ts_types")
    generator = np.random.default_rng(seed)
    parts = [
        TimeSeries(
            one.data + noise * generator.random(one.data.size),
            discrete=False,
            ts_type=None if ts_types is None else ts_types[index],
            shuffle_mask=one.shuffle_mask,
            name=None if name is None else f"{name}_{index}",
        )
        for index, one in enumerate(series)
    ]
    return MultiTimeSeries(parts, name=name)


def get_hash(data: Any) -> str:
    """Give the SHA-256 of an array's shape, dtype and values, or of the text of anything else.

    Parameters
    ----------
    data
        An array, or any value.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> import numpy as np
    >>> get_hash(np.arange(3, dtype="<i8"))[:16]
    'c68ba7c6995503d4'
    """
    if not isinstance(data, np.ndarray):
        return hashlib.sha256(str(data).encode()).hexdigest()
    digest = hashlib.sha256(repr(data.shape).encode())
    digest.update(data.dtype.str.encode())
    digest.update(np.ascontiguousarray(data).data if data.size else b"")
    return digest.hexdigest()

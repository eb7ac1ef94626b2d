"""What people give to ``Experiment(...)`` and ``add_feature``, checked, as contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import DataShapeError, DataValueError, ParameterError
from driada_widgets.core.experiment.checks import check_lengths
from driada_widgets.core.experiment.contents import FeatureContent
from driada_widgets.core.experiment.derive import read_only
from driada_widgets.core.signals.checks import as_array, check_values
from driada_widgets.core.signals.multi import MultiTimeSeries
from driada_widgets.core.signals.series import TimeSeries
from driada_widgets.core.spikes.load_time import LOAD_TIME_METHODS

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "check_dynamic_features",
    "checked_method",
    "feature_content",
    "given_calcium",
    "given_rows",
    "kept_array",
    "range_of_rows",
    "spread_over_frames",
]


def checked_method(method: object) -> Any:
    """Check the load-time method of spike reconstruction.

    Parameters
    ----------
    method
        ``None`` or ``False`` for none, a method's name, or a function.

    Returns
    -------
    str, callable or None

    Raises
    ------
    ParameterError
        If the method is unknown.
    """
    if method is None or method is False:
        return None
    if method not in LOAD_TIME_METHODS and not callable(method):
        msg = f"Unknown method '{method}'. Use 'wavelet', 'threshold', or provide a callable."
        raise ParameterError(msg, where="reconstruct_spikes", found=repr(method))
    return method


def kept_array(values: ArrayLike) -> NDArray[Any]:
    """Give values as an array that nobody else can change; one that nobody can is not copied."""
    array = as_array(values)
    return read_only(array.copy()) if array.flags.writeable else array


def given_calcium(calcium: ArrayLike | None) -> NDArray[Any]:
    """Check calcium that a person gave, and keep it.

    Raises
    ------
    DataShapeError, DataTypeError, DataValueError
        If there is none, or it is not a table of finite numbers.
    """
    if calcium is None:
        msg = (
            "Calcium data is required. "
            "Please provide a numpy array with shape (n_neurons, n_timepoints)."
        )
        raise DataShapeError(msg, where="calcium", expected="(n_neurons, n_timepoints)")
    array = kept_array(calcium)
    _check_finite("calcium", array)
    return array


def given_rows(name: str, rows: ArrayLike | None) -> NDArray[Any] | None:
    """Check spikes or the like that a person gave, and keep them; ``None`` stays ``None``."""
    if rows is None:
        return None
    array = kept_array(rows)
    _check_finite(name, array)
    return array


def range_of_rows(calcium: NDArray[Any]) -> NDArray[np.float64] | None:
    """Give the smallest and largest value of each row, shape ``(n_rows, 2)``."""
    if not _is_table(calcium):
        return None
    return np.stack([calcium.min(axis=1), calcium.max(axis=1)], axis=1).astype(np.float64)


def _is_table(array: NDArray[Any]) -> bool:
    return array.ndim == 2 and array.shape[1] > 1 and array.dtype.kind in "biuf"


def _check_finite(name: str, array: NDArray[Any]) -> None:
    """Refuse NaN and infinity; shapes and dtypes are judged with the rest of the contents."""
    if not _is_table(array):
        return
    try:
        check_values(array)
    except DataValueError as error:
        rows = np.flatnonzero(~np.isfinite(array).all(axis=1))[:10]
        where = f"{name}, row {', '.join(map(str, rows))}"
        msg = f"{error} ({where}). Remove or fill them first."
        raise DataValueError(msg, where=name) from error


def check_dynamic_features(dynamic_features: object) -> dict[str, Any]:
    """Check names, types and lengths of features that a person gave.

    Raises
    ------
    TypeError
        If a name is no text, or a value no series and no array.
    DataShapeError
        If lengths differ.
    """
    if not isinstance(dynamic_features, Mapping):
        msg = f"dynamic_features must be a dictionary, got {type(dynamic_features).__name__}"
        raise TypeError(msg)
    for name, value in dynamic_features.items():
        _check_name(name)
        if not isinstance(value, (TimeSeries, MultiTimeSeries, np.ndarray)):
            msg = (
                f"Feature '{name}' has unsupported type: {type(value).__name__}. "
                "Expected TimeSeries, MultiTimeSeries, or numpy array only."
            )
            raise TypeError(msg)
        if isinstance(value, np.ndarray) and value.ndim == 0:
            msg = (
                f"Feature '{name}' is a scalar numpy array. Expected TimeSeries, MultiTimeSeries, "
                "or numpy array with at least 1 dimension."
            )
            raise TypeError(msg)
    check_lengths({name: _length(value) for name, value in dynamic_features.items()})
    return dict(dynamic_features)


def _check_name(name: object) -> None:
    if not isinstance(name, str):
        msg = f"Feature name must be a string, got {type(name).__name__}"
        raise TypeError(msg)


def _length(value: TimeSeries | MultiTimeSeries | NDArray[Any]) -> int:
    array = value if isinstance(value, np.ndarray) else value.data
    return int(array.shape[-1])


def feature_content(
    name: str,
    value: object,
    ts_type: Any = None,
    *,
    keep_mask: bool = True,
    **ts_kwargs: Any,
) -> FeatureContent:
    """Make the content of a feature from a series or an array.

    Parameters
    ----------
    name
        Name in the experiment.
    value
        A series, or values. Rows of two-dimensional values are continuous.
    ts_type
        Type of one-dimensional values; ``None``: detected.
    keep_mask
        Whether the series' own shuffle mask is kept.
    **ts_kwargs
        Further arguments of ``TimeSeries`` for one-dimensional values.

    Returns
    -------
    FeatureContent

    Raises
    ------
    TypeError
        If the name is no text.
    DataShapeError, DataTypeError, DataValueError
        If one-dimensional values are no series, or others not finite. More than two dimensions
        are refused with the rest of the contents.
    """
    _check_name(name)
    if isinstance(value, MultiTimeSeries):
        return _multi_content(name, value, keep_mask=keep_mask)
    if not isinstance(value, TimeSeries):
        array = kept_array(value)  # type: ignore[arg-type]  # whatever NumPy takes
        if array.ndim >= 2:
            _check_finite(name, array)
            return FeatureContent(name=name, data=array)
        value = TimeSeries(array, ts_type=ts_type, name=name, **ts_kwargs)
    return FeatureContent(
        name=name,
        data=kept_array(value.data),
        type_info=value.type_info,
        shuffle_mask=_own_mask(value.shuffle_mask) if keep_mask else None,
    )


def _multi_content(name: str, value: MultiTimeSeries, *, keep_mask: bool) -> FeatureContent:
    return FeatureContent(
        name=name,
        data=kept_array(value.data),
        component_names=tuple(
            one.name or f"{name}_{index}" for index, one in enumerate(value.ts_list)
        ),
        component_types=tuple(one.type_info for one in value.ts_list),
        shuffle_mask=_own_mask(value.shuffle_mask) if keep_mask else None,
    )


def _own_mask(mask: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    return None if mask.all() else kept_array(mask)


def spread_over_frames(
    feature: FeatureContent, kept_frames: NDArray[np.intp] | None, n_recorded: int
) -> FeatureContent:
    """Lay a feature of the frames that are left over all recorded frames; 0 where none is left."""
    if kept_frames is None:
        return feature
    full = np.zeros((*feature.data.shape[:-1], n_recorded), dtype=feature.data.dtype)
    full[..., kept_frames] = feature.data
    mask = None
    if feature.shuffle_mask is not None:
        mask = np.zeros(n_recorded, dtype=bool)
        mask[kept_frames] = feature.shuffle_mask
    return replace(feature, data=read_only(full), shuffle_mask=mask)

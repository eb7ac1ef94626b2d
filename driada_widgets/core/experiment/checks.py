"""Whether contents fit together; shapes, dtypes and decisions only, no values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import DataShapeError, DataTypeError, ParameterError
from driada_widgets.core.experiment import attributes
from driada_widgets.core.experiment.limits import check_positive

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np

    from driada_widgets.core.experiment.contents import Contents, FeatureContent, Filled

__all__ = ["check_constants", "check_contents", "check_lengths", "rate_of", "seconds_of"]


def check_contents(contents: Contents) -> None:
    """Refuse contents that do not fit together.

    Raises
    ------
    DataShapeError, DataTypeError, ParameterError
        All are ``ValueError``; the text names the array and what it should be.
    """
    _check_calcium(contents.calcium)
    for name in ("spikes", "asp", "reconstructions"):
        _check_beside_calcium(name, getattr(contents, name), contents.calcium.shape)
    n_cells, n_frames = contents.calcium.shape
    _check_bad_frames(contents.bad_frames_mask, n_frames)
    _check_kept_cells(contents.kept_cells, n_cells)
    _check_gaps("calcium", contents.calcium_filled, n_cells, n_frames)
    _check_features(contents.features, n_frames)
    check_constants(contents.static_features)


def check_constants(static_features: Mapping[str, Any]) -> None:
    """Refuse constants that no experiment can be made from.

    Raises
    ------
    ParameterError
        If the frame rate is missing, or it or the kinetics are not positive numbers.
    """
    rate_of(static_features)
    for name in ("t_rise_sec", "t_off_sec"):
        seconds_of(static_features, name, 1.0)


def rate_of(static_features: Mapping[str, Any]) -> float:
    """Give the frame rate in Hz.

    Raises
    ------
    ParameterError
        If there is none, or it is not a positive number.
    """
    if static_features.get("fps") is None:
        msg = (
            "static_features has no fps: give the frame rate of the recording in Hz, "
            "for example static_features={'fps': 20.0}."
        )
        raise ParameterError(msg, where="fps", fix="give static_features['fps']")
    return seconds_of(static_features, "fps", 1.0)


def seconds_of(static_features: Mapping[str, Any], name: str, default: float) -> float:
    """Give a positive constant, or the default if it is not given.

    Raises
    ------
    ParameterError
        If it is not a positive number.
    """
    value = static_features.get(name)
    if value is None:
        return default
    try:
        return check_positive(name, value)
    except TypeError as error:
        msg = f"{error}: {value!r}. Write it as a number."
        raise ParameterError(msg, where=name, found=repr(value)) from error


def check_lengths(lengths: Mapping[str, int]) -> None:
    """Refuse features of different lengths."""
    if len(set(lengths.values())) <= 1:
        return
    lines = "\n".join(f"  {name}: {length} timepoints" for name, length in lengths.items())
    msg = f"Dynamic features have different lengths:\n{lines}"
    raise DataShapeError(msg, where=next(iter(lengths)))


def _check_calcium(calcium: np.ndarray[Any, Any]) -> None:
    shape = calcium.shape
    if calcium.ndim != 2:
        complaint = f"must be 2-D (neurons × frames); got {shape}"
    elif shape[0] == 0:
        complaint = f"has no neurons {shape}"
    elif shape[1] < 2:
        complaint = f"has {shape[1]} frame; at least 2 are needed"
    else:
        _check_numeric("calcium", calcium.dtype)
        return
    msg = f"calcium {complaint}"
    raise DataShapeError(msg, where="calcium", found=str(shape), expected="(n_cells, n_frames)")


def _check_beside_calcium(
    name: str, array: np.ndarray[Any, Any] | None, shape: tuple[int, ...]
) -> None:
    if array is None:
        return
    if array.shape != shape:
        msg = f"{name} has the shape {array.shape} but calcium {shape}; they must be the same."
        raise DataShapeError(msg, where=name, found=str(array.shape), expected=str(shape))
    _check_numeric(name, array.dtype)


def _check_numeric(name: str, dtype: np.dtype[Any]) -> None:
    if dtype.kind not in "biuf":
        msg = f"{name} must hold real numbers, got dtype {dtype}"
        raise DataTypeError(msg, where=name, found=str(dtype), expected="real numbers")


def _check_bad_frames(mask: np.ndarray[Any, Any] | None, n_frames: int) -> None:
    if mask is None:
        return
    if mask.dtype.kind != "b" or mask.shape != (n_frames,):
        msg = (
            f"bad_frames_mask must be boolean of shape ({n_frames},), one entry a recorded frame; "
            f"got {mask.dtype} of shape {mask.shape}."
        )
        raise DataShapeError(msg, where="bad_frames_mask", found=str(mask.shape))
    n_left = n_frames - int(mask.sum())
    if n_left < 2:
        msg = (
            f"Time series must have at least 2 points: {n_left} of {n_frames} frames are left "
            "after bad frames are removed."
        )
        raise DataShapeError(msg, where="bad_frames", found=str(n_left), expected="at least 2")


def _check_kept_cells(kept: tuple[int, ...] | None, n_cells: int) -> None:
    if kept is None:
        return
    if not kept or len(set(kept)) != len(kept) or not all(0 <= row < n_cells for row in kept):
        msg = f"kept_cells must name different rows of calcium, 0 to {n_cells - 1}; got {kept}."
        raise ParameterError(msg, where="kept_cells", found=str(kept))


def _check_gaps(name: str, gaps: Iterable[Filled], n_rows: int, n_frames: int) -> None:
    for filled in gaps:
        fits = all(0 <= start < stop <= n_frames for start, stop in filled.ranges)
        if not fits or not 0 <= filled.row < n_rows:
            msg = f"Gaps of {name} lie outside its {n_rows} rows of {n_frames} frames: {filled}."
            raise ParameterError(msg, where=name, found=str(filled))


def _check_features(features: Sequence[FeatureContent], n_frames: int) -> None:
    names = [feature.name for feature in features]
    protected = set(names) & set(attributes.PROTECTED)
    if protected:
        msg = attributes.conflict_text(protected)
        raise ParameterError(msg, where=min(protected), fix="rename the features")
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        msg = f"Several features have the name {', '.join(map(repr, doubles))}; rename them."
        raise ParameterError(msg, where=doubles[0])
    for feature in features:
        _check_axes(feature)
    check_lengths({feature.name: feature.data.shape[-1] for feature in features})
    for feature in features:
        _check_feature(feature, n_frames)


def _check_axes(feature: FeatureContent) -> None:
    if feature.data.ndim not in {1, 2}:
        msg = f"Feature {feature.name} has unsupported dimensionality: {feature.data.ndim}D"
        raise DataShapeError(msg, where=feature.name, found=str(feature.data.shape))


def _check_feature(feature: FeatureContent, n_frames: int) -> None:
    name, shape = feature.name, feature.data.shape
    if shape[-1] != n_frames:
        hint = " It looks transposed." if shape[0] == n_frames else ""
        msg = (
            f'"{name}" feature has inappropriate shape: {shape}'
            f"inconsistent with data length {n_frames}"
        )
        raise DataShapeError(
            msg + (f".{hint}" if hint else ""), where=name, found=str(shape), expected=str(n_frames)
        )
    _check_numeric(f"Feature {name!r}", feature.data.dtype)
    n_rows = shape[0] if len(shape) == 2 else 1
    _check_gaps(name, feature.filled, n_rows, n_frames)
    for given in (feature.component_names, feature.component_types):
        if given and len(given) != n_rows:
            msg = f"Feature {name!r} has {n_rows} components but {len(given)} names or types."
            raise ParameterError(msg, where=name, found=str(len(given)), expected=str(n_rows))

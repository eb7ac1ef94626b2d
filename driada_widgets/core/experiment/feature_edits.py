"""Features that were put into or taken out of ``dynamic_features`` by hand, as contents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from driada_widgets.core.errors import DataShapeError, ParameterError
from driada_widgets.core.experiment import attributes
from driada_widgets.core.experiment.arguments import feature_content, spread_over_frames
from driada_widgets.core.signals.transforms import get_circular_2d_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from driada_widgets.core.experiment.contents import FeatureContent
    from driada_widgets.core.experiment.present import Feature

__all__ = ["check_added", "check_name", "edited_features", "is_edited"]


def check_name(name: object) -> None:
    """Refuse a protected name.

    Raises
    ------
    ParameterError
        If an attribute of that name is not to be replaced.
    """
    if name in attributes.PROTECTED:
        msg = (
            f"Feature name '{name}' conflicts with a protected attribute. "
            f"Protected attributes are: {list(attributes.PROTECTED)}"
        )
        raise ParameterError(msg, where=str(name), fix="give it another name")


def check_added(given: FeatureContent, n_frames: int) -> None:
    """Refuse a feature whose shape does not fit the experiment.

    Raises
    ------
    DataShapeError
        If it has too many axes, or another number of frames.
    """
    name = given.name
    if given.data.ndim > 2:
        msg = f"Feature '{name}' has unsupported dimensionality: {given.data.ndim}D"
        raise DataShapeError(msg, where=name, found=str(given.data.shape))
    n_given = given.data.shape[-1]
    if n_given != n_frames:
        msg = f"Feature '{name}' has {n_given} timepoints but experiment has {n_frames}"
        raise DataShapeError(msg, where=name, found=str(n_given), expected=str(n_frames))


def is_edited(shown: Mapping[str, Feature], now: Mapping[str, Feature]) -> bool:
    """Say whether a dictionary of features still holds what was put into it."""
    if len(shown) != len(now):
        return True
    return any(now.get(name) is not series for name, series in shown.items())


def edited_features(
    features: Sequence[FeatureContent],
    *,
    shown: Mapping[str, Feature],
    now: Mapping[str, Feature],
    kept_frames: NDArray[np.intp] | None,
    n_frames: int,
    n_recorded: int,
) -> tuple[FeatureContent, ...]:
    """Give the contents of the features that are there now.

    Parameters
    ----------
    features
        Contents of those that were there, without (cos, sin) companions, which are derived.
    shown
        Series as the experiment made them.
    now
        Series as they are now: equal ones are untouched, others were put there by hand.
    kept_frames
        Recorded frames that are left; ``None``: all.
    n_frames, n_recorded
        Number of frames of the experiment and of the recording.

    Returns
    -------
    tuple of FeatureContent
        In the order of ``now``; what was taken out is not in it.

    Raises
    ------
    ParameterError, DataShapeError, DataTypeError, DataValueError
        If something was put there that cannot be a feature; it is named.
    """
    known = {feature.name: feature for feature in features}
    result: dict[str, FeatureContent] = {}
    for name, series in now.items():
        if series is shown.get(name):
            if name in known:
                result[name] = known[name]
                continue
            source = name.removesuffix(get_circular_2d_name(""))
            if now.get(source) is shown.get(source):
                continue  # a companion, which is made again
        check_name(name)
        given = feature_content(name, series)
        check_added(given, n_frames)
        given = replace(given, companion=False)
        result[name] = spread_over_frames(given, kept_frames, n_recorded)
    for name, feature in result.items():
        companion = get_circular_2d_name(name)
        if companion in shown and now.get(companion) is not shown[companion]:
            result[name] = replace(feature, companion=False)
    return tuple(result.values())

"""The series that an experiment shows; none of their values is touched before it is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.experiment import attributes
from driada_widgets.core.experiment.derive import edge_mask, full_feature
from driada_widgets.core.experiment.limits import FEATURE_EDGE_SEC
from driada_widgets.core.report import Note
from driada_widgets.core.signals.multi import MultiTimeSeries
from driada_widgets.core.signals.series import TimeSeries
from driada_widgets.core.signals.transforms import (
    circular_to_cos_sin,
    companion_period,
    get_circular_2d_name,
    is_circular_2d_feature,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.contents import FeatureContent
    from driada_widgets.core.experiment.derive import DerivedArrays
    from driada_widgets.core.experiment.lazy_list import LazyList
    from driada_widgets.core.experiment.neuron import Neuron
    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = [
    "Feature",
    "add_companions",
    "calcium_series",
    "feature_edge",
    "feature_series",
    "spike_series",
    "trimmed",
    "with_types",
]

Feature = TimeSeries | MultiTimeSeries


def calcium_series(derived: DerivedArrays, neurons: LazyList[Neuron], edge: int) -> MultiTimeSeries:
    """Give all traces as one series whose components are those of the neurons."""
    n_cells, n_frames = derived.n_cells, derived.n_frames
    return MultiTimeSeries.from_block(
        lambda: derived.calcium,
        shape=(n_cells, n_frames),
        discrete=False,
        name="calcium",
        component=lambda cell: neurons[cell].ca,
        shuffle_mask=lambda: edge_mask(n_frames, edge),
    )


def spike_series(
    derived: DerivedArrays, neurons: LazyList[Neuron], *, has_spikes: bool
) -> MultiTimeSeries:
    """Give all spikes as one series; zeros stand for spikes where there are none."""
    n_cells, n_frames = derived.n_cells, derived.n_frames

    def zeros(cell: int) -> TimeSeries:
        return TimeSeries.from_trusted(
            lambda: derived.no_spikes[cell], name=f"neuron_{cell}_sp_zero", discrete=True
        )

    def block() -> NDArray[np.int64] | NDArray[np.float64]:
        return derived.no_spikes if derived.spikes is None else derived.spikes

    return MultiTimeSeries.from_block(
        block,
        shape=(n_cells, n_frames),
        discrete=True,
        name="spikes",
        component=(lambda cell: neurons[cell].sp or zeros(cell)) if has_spikes else zeros,
        shuffle_mask=lambda: np.ones(n_frames, dtype=bool),
    )


def feature_edge(fps: float) -> int:
    """Give the frames at each end of a feature that are no shuffle offsets."""
    return int(FEATURE_EDGE_SEC * fps)


def with_types(features: Sequence[FeatureContent]) -> tuple[FeatureContent, ...]:
    """Detect the types of one-dimensional features that have none yet, over all their frames."""
    return tuple(
        replace(feature, type_info=_detected(feature))
        if feature.data.ndim == 1 and feature.type_info is None
        else feature
        for feature in features
    )


def _detected(feature: FeatureContent) -> TimeSeriesType:
    return TimeSeries.from_trusted(full_feature(feature), name=feature.name).type_info


def feature_series(derived: DerivedArrays, feature: FeatureContent, fps: float) -> Feature:
    """Give one feature as a series, its edges taken out of the shuffle mask."""
    edge = feature_edge(fps)
    if feature.data.ndim == 1:
        return TimeSeries.from_trusted(
            lambda: derived.feature(feature),
            name=feature.name,
            type_info=feature.type_info,
            shuffle_mask=derived.feature_mask(feature, edge),
        )
    types = feature.component_types
    block = _once(lambda: derived.feature(feature))
    mask = derived.feature_mask(feature, edge)
    return MultiTimeSeries.from_block(
        block,
        shape=(feature.data.shape[0], derived.n_frames),
        discrete=types is not None and types[0].is_discrete,
        name=feature.name,
        component=lambda index: _component(
            feature, index, block, mask, is_trimmed=derived.is_trimmed
        ),
        shuffle_mask=mask,
    )


def _once(make: Callable[[], NDArray[Any]]) -> Callable[[], NDArray[Any]]:
    """Share one array between a series and its components.

    Components that asked their series for it would hold each other in memory.
    """
    made: list[NDArray[Any]] = []

    def give() -> NDArray[Any]:
        if not made:
            made.append(make())
        return made[0]

    return give


def _component(
    feature: FeatureContent,
    index: int,
    block: Callable[[], NDArray[Any]],
    mask: NDArray[np.bool_],
    *,
    is_trimmed: bool,
) -> TimeSeries:
    names = feature.component_names
    name = names[index] if names else f"{feature.name}_{index}"
    type_info = feature.component_types[index] if feature.component_types else None
    if type_info is None and is_trimmed:
        # The type is that of the recording, not of what is left of it.
        whole = full_feature(feature)[index]
        type_info = TimeSeries.from_trusted(whole, name=name, discrete=False).type_info
    return TimeSeries.from_trusted(
        lambda: block()[index],
        name=name,
        type_info=type_info,
        discrete=False if type_info is None else None,
        shuffle_mask=mask.copy(),
    )


def add_companions(
    series: dict[str, Feature], features: Sequence[FeatureContent], n_frames: int, fps: float
) -> tuple[Note, ...]:
    """Add the (cos, sin) companions of circular features to ``series``, after all others.

    Parameters
    ----------
    series
        Features by name; changed.
    features
        What they are made from.
    n_frames
        Frames of the experiment.
    fps
        Frame rate in Hz.

    Returns
    -------
    tuple of Note
        About features that were replaced, or whose period is not known.
    """
    notes: list[Note] = []
    for feature in features:
        source = series[feature.name]
        if not _wants_companion(feature) or not isinstance(source, TimeSeries):
            continue
        period = _period_of(feature)
        if period is None:
            notes.append(_period_unknown(feature))
            continue
        name = get_circular_2d_name(feature.name)
        if name in series:
            notes.append(attributes.feature_replaced_by_companion(name, feature.name))
        series[name] = _companion(source, period, name, edge_mask(n_frames, feature_edge(fps)))
    return tuple(notes)


def _wants_companion(feature: FeatureContent) -> bool:
    type_info = feature.type_info
    return (
        feature.companion
        and type_info is not None
        and type_info.is_circular
        and not type_info.is_discrete
        and not is_circular_2d_feature(feature.name)
    )


def _period_of(feature: FeatureContent) -> float | None:
    type_info = feature.type_info
    if type_info is not None and type_info.circular_period is not None:
        return type_info.circular_period
    return companion_period(np.array(_range_of(feature)))


def _range_of(feature: FeatureContent) -> tuple[float, float]:
    known = feature.type_info.metadata if feature.type_info is not None else {}
    if "min" in known and "max" in known:
        return float(known["min"]), float(known["max"])
    whole = full_feature(feature)
    return float(whole.min()), float(whole.max())


def _companion(
    source: TimeSeries, period: float, name: str, mask: NDArray[np.bool_]
) -> MultiTimeSeries:
    block = _once(lambda: circular_to_cos_sin(source.data, period=period).data)
    return MultiTimeSeries.from_block(
        block,
        shape=(2, mask.size),
        discrete=False,
        name=name,
        component=lambda index: TimeSeries.from_trusted(
            lambda: block()[index],
            name=("cos", "sin")[index],
            discrete=False,
            shuffle_mask=mask.copy(),
        ),
        shuffle_mask=mask,
    )


def _period_unknown(feature: FeatureContent) -> Note:
    low, high = _range_of(feature)
    text = (
        f"Feature '{feature.name}' is circular, but its values from {low:g} to {high:g} do not "
        f"tell its period, so '{get_circular_2d_name(feature.name)}' was not made. Give the "
        "period, or choose the type linear."
    )
    return Note(id="circular-period-unknown", level="warning", subject=feature.name, text=text)


def trimmed(series: Feature, keep: NDArray[np.intp]) -> Feature:
    """Give a series of some of its frames, with a fresh shuffle mask; types and names stay."""
    if isinstance(series, TimeSeries):
        return _trimmed_row(series, keep)
    block = np.take(series.data, keep, axis=1)
    return MultiTimeSeries.from_block(
        block,
        shape=(block.shape[0], block.shape[1]),
        discrete=bool(series.discrete),
        name=series.name,
        component=lambda index: _trimmed_row(series.ts_list[index], keep),
    )


def _trimmed_row(series: TimeSeries, keep: NDArray[np.intp]) -> TimeSeries:
    return TimeSeries.from_trusted(series.data[keep], name=series.name, type_info=series.type_info)

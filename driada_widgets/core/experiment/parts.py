"""Contents taken apart into plain values and arrays, and put together again.

Archives and pickles both hold exactly this.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import CorruptFileError
from driada_widgets.core.experiment.contents import Contents, FeatureContent, Filled, Kinetics
from driada_widgets.core.experiment.derive import read_only
from driada_widgets.core.experiment.events import EVENT_ARRAYS, EventStore
from driada_widgets.core.experiment.plain import from_plain, to_plain
from driada_widgets.core.signals.types import TimeSeriesType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["NEURON_ARRAYS", "RESERVED_IDS", "arrays_of", "feature_ids", "from_parts", "to_parts"]

NEURON_ARRAYS = ("calcium", "spikes", "asp", "reconstructions")
"""Ids of the arrays that have one row a neuron."""

RESERVED_IDS = frozenset(
    {
        *NEURON_ARRAYS,
        *EVENT_ARRAYS,
        *("activations", "activity", "neural_data", "rates", "sp", "_metadata", "_sync_info"),
        *("file", "manifest", "metadata", "sync_info"),
    }
)
"""Ids that no feature gets, in lower case: they mean something else to those who read the file."""

SAFE_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)

_PLAIN_FIELDS = (
    "signature",
    "exp_params",
    "static_features",
    "metadata",
    "ground_truth",
    "create_circular_2d",
    "seed",
    "seed_of",
    "provenance",
)


def feature_ids(names: Sequence[str]) -> tuple[str, ...]:
    """Give each feature an id that is safe as a file name on every system.

    Parameters
    ----------
    names
        Names of the features, in order.

    Returns
    -------
    tuple of str
        The name itself where it is a plain identifier and free, in any case of letters; else
        ``f0001``, ``f0002``, ...

    Examples
    --------
    >>> feature_ids(["speed", "Speed", "head direction"])
    ('speed', 'f0001', 'f0002')
    """
    taken = set(RESERVED_IDS)
    ids: list[str | None] = []
    for name in names:
        is_safe = SAFE_ID.fullmatch(name) is not None and DEVICES.fullmatch(name) is None
        is_free = name.lower() not in taken
        ids.append(name if is_safe and is_free else None)
        if is_safe:
            taken.add(name.lower())
    numbers = (f"f{number:04d}" for number in range(1, 2 * len(names) + 1))
    free = (id_ for id_ in numbers if id_ not in taken)
    return tuple(next(free) if id_ is None else id_ for id_ in ids)


def arrays_of(contents: Contents) -> dict[str, NDArray[np.generic]]:
    """Give the arrays of contents by id, as they are held."""
    arrays = {
        name: getattr(contents, name)
        for name in NEURON_ARRAYS
        if getattr(contents, name) is not None
    }
    ids = feature_ids([feature.name for feature in contents.features])
    events = {} if contents.events is None else contents.events.arrays
    features = {id_: feature.data for id_, feature in zip(ids, contents.features, strict=True)}
    return arrays | features | dict(events)


def to_parts(contents: Contents) -> tuple[dict[str, Any], dict[str, NDArray[np.generic]]]:
    """Take contents apart.

    Parameters
    ----------
    contents
        What an experiment is made from.

    Returns
    -------
    meta : dict
        Everything that is no large array, as JSON knows it; frame masks as half-open ranges.
    arrays : dict
        By id, as given, without a copy.
    """
    ids = feature_ids([feature.name for feature in contents.features])
    meta: dict[str, Any] = {name: to_plain(getattr(contents, name)) for name in _PLAIN_FIELDS}
    known_range = contents.calcium_range
    meta |= {
        "calcium_range": None if known_range is None else to_plain(np.asarray(known_range)),
        "kept_cells": None if contents.kept_cells is None else list(map(int, contents.kept_cells)),
        "calcium_filled": _gaps_to_plain(contents.calcium_filled),
        "bad_frames": _mask_to_ranges(contents.bad_frames_mask),
        "given_cells": to_plain(contents.given_cells),
        "events": None if contents.events is None else contents.events.to_plain(),
        "reconstruction": to_plain(contents.reconstruction),
        "kinetics": [
            [set_.cell, to_plain(set_.t_rise), to_plain(set_.t_off)] for set_ in contents.kinetics
        ],
        "features": [
            _feature_to_plain(id_, feature)
            for id_, feature in zip(ids, contents.features, strict=True)
        ],
    }
    arrays = {id_: np.asarray(array) for id_, array in arrays_of(contents).items()}
    return meta, arrays


def from_parts(meta: Mapping[str, Any], arrays: Mapping[str, NDArray[np.generic]]) -> Contents:
    """Put contents together again.

    Parameters
    ----------
    meta, arrays
        As ``to_parts`` gives them. Arrays are not copied; they are held as read-only views.

    Returns
    -------
    Contents

    Raises
    ------
    CorruptFileError
        If something is missing or has another form.
    """
    try:
        return _assembled(meta, arrays)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        msg = (
            f"The stored experiment is not complete or not of this form ({error!r}). "
            "Build it again from its source."
        )
        raise CorruptFileError(msg, where="meta") from error


def _assembled(meta: Mapping[str, Any], arrays: Mapping[str, NDArray[np.generic]]) -> Contents:
    held = {id_: _held(array) for id_, array in arrays.items()}
    plain = {name: from_plain(meta[name]) for name in _PLAIN_FIELDS}
    known_range = meta["calcium_range"]
    kept = meta["kept_cells"]
    events = meta.get("events")
    n_frames = held["calcium"].shape[1]
    return Contents(
        **plain,
        calcium=held["calcium"],
        calcium_range=None
        if known_range is None
        else np.array(from_plain(known_range), dtype=np.float64).reshape(-1, 2),
        kept_cells=None if kept is None else tuple(kept),
        calcium_filled=_gaps_from_plain(meta["calcium_filled"]),
        bad_frames_mask=_mask_from_ranges(meta["bad_frames"], n_frames),
        features=tuple(_feature_from_plain(entry, held, n_frames) for entry in meta["features"]),
        spikes=held.get("spikes"),
        asp=held.get("asp"),
        reconstructions=held.get("reconstructions"),
        given_cells={name: tuple(cells) for name, cells in (meta.get("given_cells") or {}).items()},
        events=None if events is None else EventStore.from_plain(events, held),
        reconstruction=from_plain(meta.get("reconstruction")),
        kinetics=tuple(
            Kinetics(cell=cell, t_rise=from_plain(t_rise), t_off=from_plain(t_off))
            for cell, t_rise, t_off in meta["kinetics"]
        ),
    )


def _held(array: Any) -> NDArray[np.generic]:
    """Give an array read-only; what only stands for one is held as it is."""
    held: NDArray[np.generic] = read_only(array) if isinstance(array, np.ndarray) else array
    return held


def _feature_to_plain(id_: str, feature: FeatureContent) -> dict[str, Any]:
    types = feature.component_types
    return {
        "id": id_,
        "name": feature.name,
        "type": None if feature.type_info is None else _type_to_plain(feature.type_info),
        "component_names": list(feature.component_names),
        "component_types": None if types is None else [_type_to_plain(type_) for type_ in types],
        "filled": _gaps_to_plain(feature.filled),
        "aggregated": feature.aggregated,
        "companion": feature.companion,
        "shuffle_mask": _mask_to_ranges(feature.shuffle_mask),
    }


def _feature_from_plain(
    entry: Mapping[str, Any], arrays: Mapping[str, NDArray[np.generic]], n_frames: int
) -> FeatureContent:
    types = entry["component_types"]
    return FeatureContent(
        name=entry["name"],
        data=arrays[entry["id"]],
        type_info=None if entry["type"] is None else _type_from_plain(entry["type"]),
        component_names=tuple(entry["component_names"]),
        component_types=None if types is None else tuple(map(_type_from_plain, types)),
        filled=_gaps_from_plain(entry["filled"]),
        aggregated=entry["aggregated"],
        companion=entry["companion"],
        shuffle_mask=_mask_from_ranges(entry["shuffle_mask"], n_frames),
    )


_TYPE_FIELDS = (
    "primary_type",
    "subtype",
    "confidence",
    "is_circular",
    "circular_period",
    "periodicity",
    "metadata",
)


def _type_to_plain(type_info: TimeSeriesType) -> dict[str, Any]:
    return {name: to_plain(getattr(type_info, name)) for name in _TYPE_FIELDS}


def _type_from_plain(entry: Mapping[str, Any]) -> TimeSeriesType:
    return TimeSeriesType(**{name: from_plain(entry[name]) for name in _TYPE_FIELDS})


def _gaps_to_plain(gaps: Iterable[Filled]) -> list[dict[str, Any]]:
    return [
        {
            "row": int(filled.row),
            "ranges": [[int(start), int(stop)] for start, stop in filled.ranges],
        }
        for filled in gaps
    ]


def _gaps_from_plain(entries: Iterable[Mapping[str, Any]]) -> tuple[Filled, ...]:
    return tuple(
        Filled(row=entry["row"], ranges=tuple((start, stop) for start, stop in entry["ranges"]))
        for entry in entries
    )


def _mask_to_ranges(mask: NDArray[np.bool_] | None) -> list[list[int]] | None:
    """Give the half-open ranges in which a mask is True."""
    if mask is None:
        return None
    steps = np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8))
    ranges: list[list[int]] = np.flatnonzero(steps).reshape(-1, 2).tolist()
    return ranges


def _mask_from_ranges(
    ranges: Iterable[Sequence[int]] | None, n_frames: int
) -> NDArray[np.bool_] | None:
    if ranges is None:
        return None
    mask = np.zeros(n_frames, dtype=bool)
    for start, stop in ranges:
        mask[start:stop] = True
    return read_only(mask)

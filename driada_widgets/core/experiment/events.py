"""What spike reconstruction leaves beside spikes, neuron by neuron, as a few flat arrays.

Ridges, events above a threshold, marked regions and fitted kinetics are stored with the experiment,
so that it can be saved and opened after any method.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import CorruptFileError
from driada_widgets.core.experiment.plain import from_plain, to_plain
from driada_widgets.core.spikes.ridges import Ridges

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["EVENT_ARRAYS", "CellEvents", "EventStore", "runs_of", "with_events"]

RIDGE_POINTS = ("ridge_frames", "ridge_ampls")
RIDGE_TABLE = ("ridge_first_scales", "ridge_lengths")
BOUNDS = ("threshold_events", "event_regions")

EVENT_ARRAYS = (*RIDGE_POINTS, *RIDGE_TABLE, *BOUNDS)
"""Ids of the arrays. They have three axes, so that no reader takes one for a feature."""

_DTYPES: dict[str, type] = {
    "ridge_frames": np.int32,
    "ridge_ampls": np.float32,
    "ridge_first_scales": np.int32,
    "ridge_lengths": np.int32,
    "threshold_events": np.int64,
    "event_regions": np.int64,
}
_FIELD_OF = {
    "ridge_frames": "indices",
    "ridge_ampls": "ampls",
    "ridge_first_scales": "first_scales",
    "ridge_lengths": "lengths",
}
_RIDGE_FIELDS = ("ridges", "load_ridges")
_BOUNDS_OF = {"threshold": "threshold_events", "regions": "event_regions"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellEvents:
    """What is known about the events of one neuron; ``None``: nothing.

    Parameters
    ----------
    cell
        Index in the experiment.
    ridges
        Events of the wavelet method.
    threshold
        Half-open frames of events of the threshold method, shape ``(n_events, 2)``.
    regions
        Half-open frames that are marked as events, shape ``(n_regions, 2)``.
    kinetics
        Result of the kinetics fit.
    is_fresh
        Whether spikes were reconstructed after the stored measures of the neuron were made.
    load_ridges
        Events of the load-time wavelet method.
    """

    cell: int
    ridges: Ridges | None = None
    threshold: NDArray[np.int64] | None = None
    regions: NDArray[np.int64] | None = None
    kinetics: Mapping[str, Any] | None = None
    is_fresh: bool = False
    load_ridges: Ridges | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class EventStore:
    """The events of all neurons; an array is looked at when its events are asked for.

    Parameters
    ----------
    entries
        One a neuron, as plain values: its index, how many of everything it has, its kinetics.
    scales
        The scales of ridges and their time resolutions, as pairs of lists.
    arrays
        By id (``EVENT_ARRAYS``), neuron after neuron; empty ones are left out.
    """

    entries: tuple[Mapping[str, Any], ...]
    scales: tuple[tuple[list[float], list[float]], ...]
    arrays: Mapping[str, NDArray[np.generic]]

    @classmethod
    def of_cells(cls, cells: Iterable[CellEvents]) -> EventStore:
        """Store the events of neurons, in their order."""
        scales: list[tuple[list[float], list[float]]] = []
        parts: dict[str, list[NDArray[Any]]] = {id_: [] for id_ in EVENT_ARRAYS}
        entries = tuple(
            _entry(events, scales, parts) for events in sorted(cells, key=lambda one: one.cell)
        )
        arrays = {id_: _joined(id_, parts[id_]) for id_ in EVENT_ARRAYS}
        return cls(
            entries=entries,
            scales=tuple(scales),
            arrays={id_: array for id_, array in arrays.items() if array.size},
        )

    @classmethod
    def from_plain(
        cls, plain: Mapping[str, Any], arrays: Mapping[str, NDArray[np.generic]]
    ) -> EventStore:
        """Take stored events; of arrays only shapes and dtypes are looked at.

        Raises
        ------
        ValueError, KeyError, TypeError
            If they contradict each other.
        """
        store = cls(
            entries=tuple(
                entry | {"kinetics": from_plain(entry["kinetics"])} for entry in plain["entries"]
            ),
            scales=tuple((scales, times) for scales, times in plain["scales"]),
            arrays={id_: arrays[id_] for id_ in EVENT_ARRAYS if id_ in arrays},
        )
        store._check()
        return store

    def _check(self) -> None:
        counts = {name: sum(_count(entry, name) for entry in self.entries) for name in _BOUNDS_OF}
        n_ridges = sum(_count(entry, name) for entry in self.entries for name in _RIDGE_FIELDS)
        expected = {_BOUNDS_OF[name]: (1, count, 2) for name, count in counts.items()}
        expected |= dict.fromkeys(RIDGE_TABLE, (1, 1, n_ridges))
        for id_, shape in expected.items():
            held = self.arrays.get(id_)
            found = shape if held is None and 0 in shape else None if held is None else held.shape
            if found != shape:
                msg = f"The array {id_!r} has the shape {found}, not {shape}"
                raise ValueError(msg)
        for id_, array in self.arrays.items():
            if array.ndim != 3 or array.dtype != _DTYPES[id_]:
                msg = f"The array {id_!r} is {array.dtype} of {array.ndim} axes"
                raise ValueError(msg)
        if len(self._places) != len(self.entries):
            msg = "Two entries of events are about one neuron"
            raise ValueError(msg)

    def to_plain(self) -> dict[str, Any]:
        """Give everything but the arrays, as JSON knows it."""
        return {
            "entries": [to_plain(entry) for entry in self.entries],
            "scales": [[scales, times] for scales, times in self.scales],
        }

    def of(self, cell: int) -> CellEvents | None:
        """Give the events of a neuron, or ``None``."""
        place = self._places.get(cell)
        if place is None:
            return None
        entry = self.entries[place]
        return CellEvents(
            cell=cell,
            ridges=self._ridges(place, "ridges"),
            load_ridges=self._ridges(place, "load_ridges"),
            threshold=self._bounds(place, "threshold"),
            regions=self._bounds(place, "regions"),
            kinetics=entry["kinetics"],
            is_fresh=entry["is_fresh"],
        )

    def all(self) -> tuple[CellEvents, ...]:
        """Give the events of every neuron that has some."""
        found = (self.of(cell) for cell in self._places)
        return tuple(events for events in found if events is not None)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {int(entry["cell"]): place for place, entry in enumerate(self.entries)}

    @cached_property
    def _firsts(self) -> dict[str, list[int]]:
        """Where the rows of each neuron begin; ridges and load-time ridges share arrays."""
        counts = {
            "ridges": [
                _count(entry, "ridges") + _count(entry, "load_ridges") for entry in self.entries
            ],
            **{name: [_count(entry, name) for entry in self.entries] for name in _BOUNDS_OF},
        }
        return {name: [0, *np.cumsum(each).tolist()] for name, each in counts.items()}

    @cached_property
    def _point_stops(self) -> NDArray[np.int64]:
        return np.concatenate([[0], np.cumsum(self._flat("ridge_lengths"), dtype=np.int64)])

    def _flat(self, id_: str) -> NDArray[Any]:
        array = self.arrays.get(id_)
        return np.zeros(0, dtype=_DTYPES[id_]) if array is None else np.asarray(array)[0, 0]

    def _ridges(self, place: int, name: str) -> Ridges | None:
        entry = self.entries[place]
        if entry[name] is None:
            return None
        first = self._firsts["ridges"][place]
        first += 0 if name == "ridges" else _count(entry, "ridges")
        stop = first + entry[name]
        self._check_points()
        points = slice(*self._point_stops[[first, stop]].tolist())
        scales, times = ([], []) if stop == first else self.scales[entry[f"{name}_scales"]]
        return Ridges(
            scales=np.array(scales, dtype=np.float64),
            times=np.array(times, dtype=np.float64),
            **{_FIELD_OF[id_]: self._flat(id_)[first:stop] for id_ in RIDGE_TABLE},
            **{_FIELD_OF[id_]: self._flat(id_)[points] for id_ in RIDGE_POINTS},
        )

    def _check_points(self) -> None:
        n_points = self._point_stops[-1]
        if any(self._flat(id_).size != n_points for id_ in RIDGE_POINTS):
            msg = (
                "The stored ridges are not complete: they have not as many points as they should. "
                "Build the experiment again from its source."
            )
            raise CorruptFileError(msg, where="ridge_frames")

    def _bounds(self, place: int, name: str) -> NDArray[np.int64] | None:
        count = self.entries[place][name]
        if count is None:
            return None
        array = self.arrays.get(_BOUNDS_OF[name])
        if not count or array is None:
            return np.zeros((0, 2), dtype=np.int64)
        first = self._firsts[name][place]
        rows: NDArray[np.int64] = np.asarray(array)[0, first : first + count]
        return rows


def with_events(store: EventStore | None, changed: Sequence[CellEvents]) -> EventStore | None:
    """Give the events of all neurons, with those of some replaced."""
    cells = {} if store is None else {events.cell: events for events in store.all()}
    for events in changed:
        old = cells.get(events.cell)
        kept = None if old is None else old.load_ridges
        cells[events.cell] = events if events.load_ridges else replace(events, load_ridges=kept)
    return EventStore.of_cells(cells.values()) if cells else None


def runs_of(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give the half-open frames of runs of True, shape ``(n_runs, 2)``."""
    steps = np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8))
    return np.flatnonzero(steps).astype(np.int64).reshape(-1, 2)


def _count(entry: Mapping[str, Any], name: str) -> int:
    return int(entry[name] or 0)


def _entry(
    events: CellEvents,
    scales: list[tuple[list[float], list[float]]],
    parts: dict[str, list[NDArray[Any]]],
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "cell": int(events.cell),
        "kinetics": None if events.kinetics is None else dict(events.kinetics),
        "is_fresh": bool(events.is_fresh),
    }
    for name in _RIDGE_FIELDS:
        ridges: Ridges | None = getattr(events, name)
        entry[name] = None if ridges is None else len(ridges)
        entry[f"{name}_scales"] = _number_of_scales(ridges, scales)
        if ridges is not None:
            for id_ in (*RIDGE_TABLE, *RIDGE_POINTS):
                parts[id_].append(getattr(ridges, _FIELD_OF[id_]))
    for name, id_ in _BOUNDS_OF.items():
        bounds: NDArray[np.int64] | None = getattr(events, name)
        entry[name] = None if bounds is None else len(bounds)
        if bounds is not None:
            parts[id_].append(bounds)
    return entry


def _number_of_scales(
    ridges: Ridges | None, scales: list[tuple[list[float], list[float]]]
) -> int | None:
    if ridges is None or not len(ridges):
        return None
    own = (ridges.scales.tolist(), ridges.times.tolist())
    if own not in scales:
        scales.append(own)
    return scales.index(own)


def _joined(id_: str, parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Put rows together, with three axes."""
    empty: NDArray[Any] = np.zeros((0, 2) if id_ in BOUNDS else (0,), dtype=_DTYPES[id_])
    joined: NDArray[Any] = np.concatenate([empty, *parts]).astype(_DTYPES[id_], copy=False)
    return joined[np.newaxis] if id_ in BOUNDS else joined[np.newaxis, np.newaxis]

"""Events of neurons as flat arrays: what goes in comes out, and damage is seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import CorruptFileError
from driada_widgets.core.experiment.events import (
    EVENT_ARRAYS,
    CellEvents,
    EventStore,
    with_events,
)
from driada_widgets.core.spikes.ridges import Ridges


def ridges(*lengths: int, scale: float = 5.0) -> Ridges:
    """Give ridges of some lengths."""
    n_points = sum(lengths)
    return Ridges(
        scales=np.array([scale, scale + 1, scale + 2]),
        times=np.array([9.0, 10.0, 11.0]),
        first_scales=np.zeros(len(lengths), dtype=np.int32),
        lengths=np.array(lengths, dtype=np.int32),
        indices=np.arange(n_points, dtype=np.int32),
        ampls=np.arange(n_points, dtype=np.float32) / 4,
    )


def bounds(*pairs: tuple[int, int]) -> np.ndarray:
    """Give half-open frames."""
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


CELLS = (
    CellEvents(cell=0, ridges=ridges(2, 3), regions=bounds((1, 5)), is_fresh=True),
    CellEvents(cell=2, threshold=bounds(), kinetics={"t_off": float("nan"), "used": {"a": True}}),
    CellEvents(cell=5, ridges=ridges(1, scale=7.0), load_ridges=ridges(3, 1)),
    CellEvents(cell=9, ridges=Ridges.none(), threshold=bounds((3, 9), (12, 20)), regions=bounds()),
)


def assert_same(found: CellEvents | None, expected: CellEvents) -> None:
    """Compare everything that is known of one neuron."""
    assert found is not None
    assert (found.cell, found.is_fresh) == (expected.cell, expected.is_fresh)
    assert repr(found.kinetics) == repr(expected.kinetics)
    for name in ("ridges", "load_ridges"):
        one, other = getattr(found, name), getattr(expected, name)
        assert (one is None) == (other is None)
        if one is not None and len(other):
            assert one == other
        assert one is None or len(one) == len(other)
    for name in ("threshold", "regions"):
        one, other = getattr(found, name), getattr(expected, name)
        assert (None if one is None else one.tolist()) == (
            None if other is None else other.tolist()
        )


def stored(store: EventStore) -> EventStore:
    """Take a store apart and put it together again."""
    return EventStore.from_plain(store.to_plain(), store.arrays)


@pytest.mark.parametrize("again", [lambda store: store, stored], ids=["made", "stored"])
def test_what_goes_in_comes_out(again: Any) -> None:
    """Neuron by neuron, in any order, whatever is missing."""
    store = again(EventStore.of_cells(CELLS[::-1]))

    for cell in CELLS:
        assert_same(store.of(cell.cell), cell)
    assert store.of(1) is None
    assert [events.cell for events in store.all()] == [0, 2, 5, 9]
    assert set(store.arrays) <= set(EVENT_ARRAYS)
    assert {array.ndim for array in store.arrays.values()} == {3}
    assert len(store.scales) == 2


def test_replacing_keeps_the_others_and_load_time_ridges() -> None:
    """New events of one neuron leave its neighbours, and what was found at load time."""
    fresh = CellEvents(cell=5, threshold=bounds((0, 4)))
    store = with_events(EventStore.of_cells(CELLS), [fresh, CellEvents(cell=7)])
    assert store is not None

    for cell in (CELLS[0], CELLS[1], CELLS[3]):
        assert_same(store.of(cell.cell), cell)
    expected = CellEvents(cell=5, threshold=bounds((0, 4)), load_ridges=CELLS[2].load_ridges)
    assert_same(store.of(5), expected)
    assert with_events(None, []) is None


def _shorter(arrays: dict[str, Any], plain: dict[str, Any]) -> None:
    arrays["ridge_lengths"] = arrays["ridge_lengths"][..., :-1]


def _missing(arrays: dict[str, Any], plain: dict[str, Any]) -> None:
    del arrays["threshold_events"]


def _flat(arrays: dict[str, Any], plain: dict[str, Any]) -> None:
    arrays["ridge_frames"] = arrays["ridge_frames"][0, 0]


def _other_dtype(arrays: dict[str, Any], plain: dict[str, Any]) -> None:
    arrays["ridge_ampls"] = arrays["ridge_ampls"].astype(complex)


def _twice(arrays: dict[str, Any], plain: dict[str, Any]) -> None:
    plain["entries"][0]["cell"] = 2


@pytest.mark.parametrize("damage", [_shorter, _missing, _flat, _other_dtype, _twice])
def test_contradictions_are_refused(damage: Any) -> None:
    """When the store is put together, before an array is read."""
    store = EventStore.of_cells(CELLS)
    arrays, plain = dict(store.arrays), store.to_plain()
    damage(arrays, plain)

    with pytest.raises(ValueError, match=r"array|entries"):
        EventStore.from_plain(plain, arrays)


def test_ridges_without_their_points_are_refused() -> None:
    """When they are first asked for, because only then lengths are read."""
    store = EventStore.of_cells(CELLS)
    arrays = dict(store.arrays) | {"ridge_frames": store.arrays["ridge_frames"][..., :-2]}

    with pytest.raises(CorruptFileError, match="not as many points"):
        EventStore.from_plain(store.to_plain(), arrays).of(0)

"""A list whose items are made one by one, when they are first asked for."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Generic, SupportsIndex, TypeVar, overload

__all__ = ["LazyList"]

Item = TypeVar("Item")


class LazyList(Sequence[Item], Generic[Item]):
    """A list of fixed length that makes an item when it is first indexed, and keeps it.

    Slices are ordinary lists. Items can be replaced, not inserted or removed.

    Parameters
    ----------
    length
        Number of items.
    make
        Makes the item of an index from 0 to ``length - 1``.
    """

    __slots__ = ("_length", "_made", "_make")
    __hash__ = None  # type: ignore[assignment]  # compared by its items, as a list is

    def __init__(self, length: int, make: Callable[[int], Item]) -> None:
        self._length = length
        self._make = make
        self._made: dict[int, Item] = {}

    @property
    def made(self) -> dict[int, Item]:
        """Items made so far, by index."""
        return dict(self._made)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: SupportsIndex) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> list[Item]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Item | list[Item]:
        if isinstance(index, slice):
            return [self._item(position) for position in range(*index.indices(self._length))]
        return self._item(self._position(index))

    def __setitem__(self, index: SupportsIndex, item: Item) -> None:
        self._made[self._position(index)] = item

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (LazyList, list)):
            return len(self) == len(other) and all(map(operator.eq, self, other))
        return NotImplemented

    def __repr__(self) -> str:
        return f"<list of {self._length}, {len(self._made)} of them made>"

    def __reduce__(self) -> tuple[type[list[Item]], tuple[list[Item]]]:
        """Pickle and copy as an ordinary list; what makes items does not travel."""
        return list, (list(self),)

    def _item(self, position: int) -> Item:
        if position not in self._made:
            # Two threads may make the same item; all get the one that was kept first.
            self._made.setdefault(position, self._make(position))
        return self._made[position]

    def _position(self, index: SupportsIndex) -> int:
        position = operator.index(index)
        if position < 0:
            position += self._length
        if not 0 <= position < self._length:
            msg = "list index out of range"
            raise IndexError(msg)
        return position

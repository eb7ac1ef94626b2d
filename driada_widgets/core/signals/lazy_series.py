"""A list of series that makes each of them when it is first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from driada_widgets.core.signals.series import TimeSeries

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LazySeries"]


class LazySeries(Sequence[TimeSeries]):
    """A list of series of which each is made when first asked for, and kept.

    Parameters
    ----------
    make
        Gives the i-th series, ``0 <= i < size``.
    size
        Number of series.
    """

    def __init__(self, make: Callable[[int], TimeSeries], size: int) -> None:
        self._make = make
        self._made: dict[int, TimeSeries] = {}
        self._size = size

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> TimeSeries: ...
    @overload
    def __getitem__(self, index: slice) -> list[TimeSeries]: ...
    def __getitem__(self, index: int | slice) -> TimeSeries | list[TimeSeries]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._size))]
        place = range(self._size)[index]
        if place not in self._made:
            self._made[place] = self._make(place)
        return self._made[place]

    def __repr__(self) -> str:
        """Tell how many there are without making one."""
        return f"<{self._size} TimeSeries>"

    def __reduce__(self) -> tuple[type[list[TimeSeries]], tuple[list[TimeSeries]]]:
        """Pickle as a plain list, because functions that make series do not pickle."""
        return list, (list(self),)

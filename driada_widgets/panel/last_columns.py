"""The columns on screen, kept: an edit that changes no values reduces none of them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LastColumns"]


class LastColumns:
    """Gives columns, made only where something else was asked for last."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Hashable, NDArray[np.float32]]] = {}

    def of(
        self, name: str, wish: Hashable, make: Callable[[], NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        """Give the columns of one part of the picture.

        Parameters
        ----------
        name
            The part.
        wish
            Everything that its columns depend on.
        make
            Reduces them.
        """
        kept = self._kept.get(name)
        if kept is None or kept[0] != wish:
            kept = self._kept[name] = (wish, make())
        return kept[1]

    def forget(self) -> None:
        """Begin anew, with another recording."""
        self._kept.clear()

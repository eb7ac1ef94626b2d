"""Arrays that stay in their file: which ones do, and whether they are safe to touch.

A person looks at a recording through a read-only memory map, which takes no memory of its own. An
experiment outlives the file it came from, so building reads: a map would end with the program
if the file were cut while it is in use.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core import machine
from driada_widgets.core.report import Note
from driada_widgets.core.sources.base import MappingReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from driada_widgets.core.sources.base import Inventory, Reader

__all__ = ["MAP_FROM", "MEMORY_SHARE", "Watch", "fits", "is_mapped", "large_enough", "stays_note"]

MAP_FROM = 4 << 20
"""Arrays of at least so many bytes are looked at in the file; smaller ones are read at once."""
MEMORY_SHARE = 0.5
"""Share of the free memory that one array may take; a larger one stays in its file for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Which file is mapped; tells whether its bytes may have changed under the map.

    A file that was replaced by renaming, or deleted, is still whole under its map.
    """

    path: Path
    identity: tuple[int, int]
    state: tuple[int, int]

    @classmethod
    def of(cls, path: Path) -> Watch:
        """Remember a file as it is now.

        Raises
        ------
        OSError
            If there is none.
        """
        found = path.stat()
        return cls(
            path=path,
            identity=(found.st_dev, found.st_ino),
            state=(found.st_size, found.st_mtime_ns),
        )

    @property
    def is_changed(self) -> bool:
        """Whether the same file has another size or time than when it was mapped."""
        try:
            now = Watch.of(self.path)
        except OSError:
            return False
        return now.identity == self.identity and now.state != self.state


def large_enough(
    reader: Reader | None, inventory: Inventory, names: Sequence[str]
) -> tuple[str, ...]:
    """Give the names of arrays that are better looked at in the file than read."""
    if not isinstance(reader, MappingReader) or inventory.path is None:
        return ()
    sizes = {info.name: info.n_bytes for info in inventory.arrays}
    return tuple(name for name in names if sizes.get(name, 0) >= MAP_FROM)


def is_mapped(array: NDArray[Any] | None) -> bool:
    """Say whether the bytes of an array are those of a file."""
    owner: Any = array
    while isinstance(owner, np.ndarray | memoryview):
        owner = owner.base if isinstance(owner, np.ndarray) else owner.obj
    return isinstance(owner, mmap.mmap)


def fits(array: NDArray[Any]) -> bool:
    """Say whether an array may be read into memory."""
    free = machine.free_memory()
    return free is None or array.nbytes <= MEMORY_SHARE * free


def stays_note(name: str, array: NDArray[Any], path: Path) -> Note:
    """Say that an experiment reads one of its arrays from the file."""
    size = machine.format_bytes(array.nbytes)
    text = (
        f"{name!r} ({size}) is more than half of the free memory, so the experiment reads it from "
        f"{path.name}: leave that file where it is, and unchanged, while the experiment is in use."
    )
    return Note(id="stays-in-file", level="warning", subject=name, text=text)

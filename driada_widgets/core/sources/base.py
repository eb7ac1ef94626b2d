"""What a reader is, what it says about a file, and how the right reader is found."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from driada_widgets.core.errors import LoaderError
    from driada_widgets.core.report import Note, Progress

__all__ = ["ArrayInfo", "Fingerprint", "Inventory", "MappingReader", "Reader", "single_number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Which bytes a source was.

    Parameters
    ----------
    name
        File name without its folder.
    size
        Bytes.
    mtime_ns
        Time of last change in nanoseconds since 1970.
    sha256
        Hex digest of the whole file, or ``None`` if it was not computed yet.
    """

    name: str
    size: int
    mtime_ns: int
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayInfo:
    """What the header of one array says.

    Parameters
    ----------
    name
        Name in the file, verbatim.
    shape
        As stored.
    dtype
        As stored.
    first_values
        The first few values as text, for a person to recognise the array; may be empty.
    value
        The value of a scalar or of small stored metadata, else ``None``.
    problem
        Why the array cannot be read, or ``None``.
    error
        Class of the error that reading it raises, where there is a ``problem``.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    first_values: str = ""
    value: Any = None
    problem: str | None = None
    error: type[LoaderError] | None = None

    @property
    def n_bytes(self) -> int:
        """Size in memory."""
        size = self.dtype.itemsize
        for length in self.shape:
            size *= length
        return size

    @property
    def number(self) -> float | None:
        """The one finite number that the array is, with or without axes; ``None`` if it is none."""
        is_single = all(length == 1 for length in self.shape)
        return single_number(self.value) if is_single else None


def single_number(value: object) -> float | None:
    """Give a finite number that may be the only one of a list; ``None`` if it is none.

    Examples
    --------
    >>> single_number([20])
    20.0
    """
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What a file holds, from its headers only.

    Parameters
    ----------
    format
        Name of the reader, such as ``"npz"``.
    path
        The file, or ``None`` for arrays in memory.
    n_bytes
        Size of the file.
    arrays
        In the file's order.
    metadata
        Stored metadata as plain values: what ``_metadata`` holds, and what ``_sync_info`` holds
        under ``"sync_info"``.
    fingerprint
        Which bytes these are, without the digest; ``None`` in memory.
    notes
        What the reader has to say.
    """

    format: str
    path: Path | None
    n_bytes: int
    arrays: tuple[ArrayInfo, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: Fingerprint | None = None
    notes: tuple[Note, ...] = ()


@runtime_checkable
class Reader(Protocol):
    """One file format; two doors, ``inspect`` and ``read``."""

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]

    def sniff(self, path: Path) -> bool:
        """Say whether the first bytes are of this format."""

    def inspect(self, path: Path) -> Inventory:
        """Say what the file holds, without reading arrays."""

    def read(self, path: Path, names: Sequence[str]) -> dict[str, NDArray[np.generic]]:
        """Read the named arrays into memory, verified where the format allows it.

        Numbers come in the machine's byte order and with the last axis contiguous, neural data
        with cells first.
        """


@runtime_checkable
class MappingReader(Reader, Protocol):
    """A reader that can also show arrays without reading them."""

    def map(self, path: Path, names: Sequence[str]) -> dict[str, NDArray[np.generic]]:
        """Give read-only views of the file where that is possible, else read; nothing is verified.

        The file has to stay where it is as long as a view is in use.
        """

    def verify(self, path: Path, names: Sequence[str], progress: Progress | None = None) -> None:
        """Compare the named arrays with their checksums in the file, keeping none in memory."""

    def read(
        self, path: Path, names: Sequence[str], progress: Progress | None = None
    ) -> dict[str, NDArray[np.generic]]:
        """As for any reader; asks ``progress`` between pieces whether to stop."""

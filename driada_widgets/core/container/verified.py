"""An array of an archive that is verified when its values are first touched.

It is not an ``ndarray``: NumPy gives no chance to look at the bytes of an ``ndarray`` before they
are used. ``numpy.asarray`` of it is one, read-only and memory-mapped.
"""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import DTypeLike, NDArray

    from driada_widgets.core.container.reading import Archive, Level

__all__ = ["VerifiedArray", "trust"]

Identity = tuple[int, int, int, int]

_trusted: set[tuple[Identity, str]] = set()


def trust(identity: Identity, names: Iterable[str]) -> None:
    """Remember that this process wrote, or once verified in full, these arrays of a file."""
    _trusted.update((identity, name) for name in names)


class VerifiedArray(NDArrayOperatorsMixin):
    """An array of an open archive; shape and dtype are known, values are verified when used.

    Parameters
    ----------
    archive
        Open archive; it is kept open.
    name
        Name of the array in it.
    level
        What is compared before the first value is given: ``"full"``: SHA-256 of the array;
        ``"rows"``: the CRC-32 of its pieces; ``"fast"``: nothing. ``None``: ``"full"``, but
        ``"rows"`` if this process wrote the file or compared the SHA-256 before.

    Notes
    -----
    ``array[rows, columns]`` with slices, for less than half of a two-dimensional array, is read and
    verified by itself, unless the whole array was verified already.
    """

    def __init__(self, archive: Archive, name: str, level: Level | None = None) -> None:
        self._archive = archive
        self._record = archive.records[name]
        self._level = level
        self._lock = threading.Lock()
        self._array: NDArray[Any] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self._record.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""
        return self._record.dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self._record.shape)

    @property
    def size(self) -> int:
        """Number of values."""
        return math.prod(self._record.shape)

    @property
    def nbytes(self) -> int:
        """Bytes of the values."""
        return self._record.n_bytes

    @property
    def sha256(self) -> str:
        """SHA-256 of the values' bytes, as the manifest says."""
        return self._record.sha256

    @property
    def is_verified(self) -> bool:
        """Whether the whole array was compared with its checksums."""
        return self._array is not None

    def __len__(self) -> int:
        return len(self.verified()) if not self.shape else self.shape[0]

    def __repr__(self) -> str:
        return f"<VerifiedArray {self._record.id!r} {self.shape} {self.dtype}>"

    def verified(self) -> NDArray[Any]:
        """Give the array as a read-only memory map, compared with its checksums once.

        Raises
        ------
        ChecksumError
            If it is damaged; names the array and the rows.
        """
        with self._lock:
            if self._array is None:
                self._verify()
                self._array = self._archive.array(self._record.id)
            return self._array

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Give the verified array to NumPy."""
        return np.array(self.verified(), dtype=dtype, copy=copy)

    def __getitem__(self, key: Any) -> Any:
        """Give part of the array, verified; a copy where only that part was read."""
        rows, columns = key if isinstance(key, tuple) and len(key) == 2 else (key, slice(None))
        if (
            self._array is None
            and self.ndim == 2
            and isinstance(rows, slice)
            and isinstance(columns, slice)
            and self._share(rows, columns) < 0.5
        ):
            return self._archive.read(self._record.id, rows=rows, columns=columns)
        return self.verified()[key]

    def __getattr__(self, name: str) -> Any:
        """Let everything else be asked of the verified array."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.verified(), name)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Compute with the verified array in place of this one."""
        plain = [item.verified() if isinstance(item, VerifiedArray) else item for item in inputs]
        return getattr(ufunc, method)(*plain, **options)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Travel to another process as a plain array."""
        return np.asarray, (np.asarray(self),)

    def __deepcopy__(self, memo: dict[int, Any]) -> NDArray[Any]:
        return np.array(self.verified())

    def _share(self, rows: slice, columns: slice) -> float:
        n_rows, n_columns = self.shape
        wanted = len(range(*rows.indices(n_rows))) * len(range(*columns.indices(n_columns)))
        return wanted / max(1, self.size)

    def _verify(self) -> None:
        key = (self._archive.identity, self._record.id)
        level = self._level or ("rows" if key in _trusted else "full")
        if level != "fast":
            self._archive.verify(level, names=[self._record.id])
        if level == "full":
            _trusted.add(key)

"""The NPZ reader keeps the contract of all readers, stored and compressed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driada_widgets.core.sources.base import MappingReader, Reader
from driada_widgets.core.sources.npz import NpzReader
from tests.contracts.reader import ReaderContract

_READER: Reader = NpzReader()
_MAPPER: MappingReader = NpzReader()


class TestStored(ReaderContract):
    """Files of ``numpy.savez``."""

    suffix = ".npz"

    def reader(self) -> Reader:
        return NpzReader()

    def write(self, path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)


class TestCompressed(TestStored):
    """Files of ``numpy.savez_compressed``."""

    def write(self, path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
        with path.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)

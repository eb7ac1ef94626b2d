"""Small archives for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driada_widgets.core.container.npz import WrittenArchive, write_archive

__all__ = ["SMALL", "changed", "small_arrays", "write_to"]

SMALL = {"calcium": ("cell", "frame"), "speed": ("frame",), "position": ("component", "frame")}


def small_arrays(n_cells: int = 6, n_frames: int = 5000) -> dict[str, NDArray[Any]]:
    """Give calcium whose rows take several pieces, and features of several dtypes."""
    rng = np.random.default_rng(7)
    return {
        "calcium": rng.normal(size=(n_cells, n_frames)),
        "speed": rng.random(n_frames),
        "position": rng.normal(size=(2, n_frames)).astype(np.float32),
        "trial": rng.integers(0, 3, n_frames),
        "lick": rng.random(n_frames) < 0.1,
    }


def write_to(
    path: Path,
    arrays: Mapping[str, NDArray[Any]],
    manifest: Mapping[str, Any] | None = None,
) -> WrittenArchive:
    """Write an archive without any ceremony."""
    with path.open("wb") as file:
        return write_archive(file, arrays, manifest or {}, axes=SMALL)


def changed(path: Path, position: int, mask: int = 0x01) -> Path:
    """Give a copy of a file in which one byte differs."""
    data = bytearray(path.read_bytes())
    data[position] ^= mask
    copy = path.with_name(f"changed {path.name}")
    copy.write_bytes(data)
    return copy

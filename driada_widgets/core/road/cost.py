"""What building takes, estimated from shapes: memory, time and disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.request import frames

if TYPE_CHECKING:
    from driada_widgets.core.request.plan import LoadPlan
    from driada_widgets.core.sources.base import Inventory

__all__ = ["Cost", "estimate"]

READ_BYTES_PER_SEC = 400e6
"""Reading with checksums; measured 0.3 to 1 GB/s on two cores."""
SCAN_BYTES_PER_SEC = 4e9
"""One walk through calcium in blocks; measured 8 to 20 GB/s."""
DETECT_SEC_PER_VALUE = 6e-7
"""Type detection of one feature; measured 10 to 25 ms for 40 000 frames."""
START_SEC = 0.05
"""Imports and everything that does not grow."""
MANIFEST_BYTES = 64 << 10
"""The archive beside its arrays: manifest, headers, checksums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """An estimate.

    Parameters
    ----------
    memory_low
        Bytes of the arrays themselves, which the experiment keeps.
    memory_high
        Bytes at the worst moment: with the traces that analyses see, where they differ from the
        arrays as given, and one array being converted.
    seconds
        Time to read and build.
    disk
        Bytes of the archive.
    """

    memory_low: int
    memory_high: int
    seconds: float
    disk: int


def estimate(plan: LoadPlan, inventory: Inventory) -> Cost:
    """Estimate what a plan takes.

    Parameters
    ----------
    plan
        Which arrays are used, and what is removed.
    inventory
        Their shapes and dtypes.

    Notes
    -----
    The experiment keeps every array once. The traces that analyses see are a second array of the
    size of calcium if frames or neurons are removed, gaps are filled, numbers are integers, noise
    is added or values are negative; headers do not show the last, so the high estimate counts it.
    """
    names = set(plan.names_to_read)
    used = [info for info in inventory.arrays if info.name in names]
    kept = sum(info.n_bytes for info in used)
    neural = next(item.name for item in plan.arrays if item.role == "calcium")
    calcium = next(info for info in inventory.arrays if info.name == neural)
    n_left = plan.n_frames - frames.count(plan.bad_frames)
    itemsize = calcium.dtype.itemsize if calcium.dtype.kind == "f" else np.dtype(float).itemsize
    derived = plan.n_cells * n_left * itemsize
    largest = max(info.n_bytes for info in used)
    n_detected = sum(
        info.shape[0] for info in used if len(info.shape) == 1 and info.dtype.kind in "biuf"
    )
    seconds = (
        START_SEC
        + kept / READ_BYTES_PER_SEC
        + calcium.n_bytes / SCAN_BYTES_PER_SEC
        + n_detected * DETECT_SEC_PER_VALUE
    )
    return Cost(
        memory_low=kept,
        memory_high=kept + max(derived, largest),
        seconds=seconds,
        disk=kept + MANIFEST_BYTES,
    )

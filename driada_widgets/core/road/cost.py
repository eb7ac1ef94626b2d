"""What building takes, estimated from shapes: memory, time and disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.experiment.spike_methods import PER_NEURON
from driada_widgets.core.request import frames
from driada_widgets.core.spikes.deconvolution import DECONVOLUTION_METHODS
from driada_widgets.core.spikes.workers import number_of_workers

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
SPIKE_SEC_PER_VALUE = {
    "wavelet": 2.2e-6,
    "threshold": 2e-7,
    "matched": 6e-6,
    "oasis": 6e-6,
    "load-wavelet": 8e-7,
    "load-threshold": 2e-7,
}
"""Finding spikes, a value of calcium, on one processor; measured at 20 Hz, 20 000 frames."""
SPIKE_START_SEC = {"matched": 3.0}
"""What does not grow with the recording: rise and decay are measured on 40 000 frames."""
IN_THREADS = ("wavelet", "load-wavelet")
"""Methods that are faster on more processors."""
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
    Spikes that are found add arrays of the shape of calcium: one of bytes, amplitudes, and by
    ``matched`` and ``oasis`` reconstructions.
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
    spikes, working = _spike_bytes(plan, calcium.shape, itemsize)
    return Cost(
        memory_low=kept + spikes,
        memory_high=kept + max(derived, largest) + spikes + working,
        seconds=seconds + _spike_seconds(plan, plan.n_cells * n_left),
        disk=kept + spikes + MANIFEST_BYTES,
    )


def _spike_seconds(plan: LoadPlan, n_values: int) -> float:
    """Give how long finding spikes takes; a function's time is not known."""
    if plan.spikes is None or plan.spikes.method not in SPIKE_SEC_PER_VALUE:
        return 0.0
    method = plan.spikes.method
    n_workers = number_of_workers(-1, plan.n_cells) if method in IN_THREADS else 1
    growing = SPIKE_SEC_PER_VALUE[method] * n_values / n_workers
    return SPIKE_START_SEC.get(method, 0.0) + growing


def _spike_bytes(plan: LoadPlan, shape: tuple[int, ...], itemsize: int) -> tuple[int, int]:
    """Give the bytes of what is kept of spikes, and of what finding them needs beside it."""
    if plan.spikes is None:
        return 0, 0
    n_values = int(np.prod(shape))
    amplitudes = n_values * max(itemsize, np.dtype(np.float32).itemsize)
    if plan.spikes.method in DECONVOLUTION_METHODS:
        return n_values + 2 * amplitudes, amplitudes  # reconstructions too
    if plan.spikes.method in PER_NEURON:
        return n_values + amplitudes, amplitudes
    return n_values, n_values * itemsize

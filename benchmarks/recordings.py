"""Recordings of any size to measure with; NumPy only, so that the reference can make them too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["N_CELLS", "N_FEATURES", "N_FRAMES", "make_recording"]

N_CELLS, N_FRAMES, N_FEATURES = 500, 40_000, 6


def make_recording(n_cells: int = N_CELLS, n_frames: int = N_FRAMES) -> dict[str, NDArray[Any]]:
    """Give calcium and six features: two circular, one with two components."""
    rng = np.random.default_rng(0)
    angle = np.cumsum(rng.normal(0.0, 0.3, n_frames)) % (2 * np.pi)
    return {
        "calcium": rng.random((n_cells, n_frames)),
        "head_direction": angle,
        "phase": np.cumsum(rng.normal(0.5, 0.2, n_frames)) % (2 * np.pi),
        "speed": np.abs(np.cumsum(rng.normal(size=n_frames))),
        "trial": (np.arange(n_frames) // 250 % 2).astype(np.int64),
        "lick": (rng.random(n_frames) < 0.05).astype(np.int64),
        "position": np.cumsum(rng.normal(size=(2, n_frames)), axis=1) + 1000.0,
    }

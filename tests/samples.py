"""Small recordings with a known answer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["make_aligned", "transient_traces"]


def transient_traces(
    n_cells: int, n_frames: int, rng: np.random.Generator, *, fps: float = 20.0
) -> NDArray[np.float64]:
    """Give non-negative traces with events that rise in 0.25 s and decay in 2 s."""
    spikes = rng.random((n_cells, n_frames)) < 0.01
    time_sec = np.arange(min(n_frames, int(10 * fps))) / fps
    kernel = (1 - np.exp(-time_sec / 0.25)) * np.exp(-time_sec / 2.0)
    traces = np.array([np.convolve(row, kernel)[:n_frames] for row in spikes.astype(float)])
    return np.abs(traces + 0.05 * rng.standard_normal(traces.shape))


def make_aligned(n_cells: int = 5, n_frames: int = 1000, seed: int = 0) -> dict[str, Any]:
    """Give calcium and four features whose types are known: linear, circular, binary, 2-D."""
    rng = np.random.default_rng(seed)
    angle = np.cumsum(rng.normal(0.0, 0.3, n_frames)) % (2 * np.pi)
    walk = np.cumsum(rng.normal(size=(2, n_frames)), axis=1)
    return {
        "calcium": transient_traces(n_cells, n_frames, rng),
        "speed": np.abs(np.convolve(rng.normal(size=n_frames), np.ones(20) / 20, mode="same")),
        "hd": angle,
        "trial_type": (np.arange(n_frames) // (n_frames // 4) % 2).astype(np.int64),
        "position": walk,
    }

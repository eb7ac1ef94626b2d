"""Make the synthetic recording ``demo.npz``: run this module to write it again.

A mouse runs for 500 s in a square box while 50 cells are recorded at 20 Hz. What each cell does is
known (`CELL_KINDS`), so that analyses can be checked against it. All values are rounded before they
are stored: machines differ in the last bits of ``exp`` and ``sin``, and the file should not.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CELL_KINDS", "FPS", "make_demo", "write_demo"]

SEED = 20260214
FPS = 20.0
N_FRAMES = 10_000
BOX_CM = 50.0
N_TRIALS = 20

CELL_KINDS: tuple[str, ...] = (
    ("place",) * 24 + ("head direction",) * 12 + ("speed",) * 8 + ("silent",) * 6
)
"""What cell number i is tuned to; silent cells have a few events that nothing explains."""

# A slow transient, like GCaMP6's. Chen et al. 2013, Nature 499:295, report half decays of some
# 0.15 s (6f) to 0.55 s (6s) for single action potentials in vivo; bursts, as here, last longer.
RISE_SEC = 0.15
DECAY_SEC = 1.2

_DECIMALS = 3


def make_demo() -> dict[str, NDArray[Any]]:
    """Simulate the recording.

    Returns
    -------
    dict
        ``calcium`` (50, 10000) in dF/F; ``position`` (2, 10000) in cm; ``speed`` (10000,) in cm/s;
        ``head_direction`` (10000,) in radians, 0 to 2 pi; ``trial_type`` (10000,) 0, 1 or 2;
        ``lick`` (10000,) 0 or 1.
    """
    rng = np.random.default_rng(SEED)
    position, velocity = _run(rng)
    speed = np.hypot(*velocity)
    direction = _look(velocity, speed, rng)
    trial_type = np.repeat(rng.permutation(np.arange(N_TRIALS) % 3), N_FRAMES // N_TRIALS)
    lick = _lick(position, trial_type, rng)
    rates = np.vstack(
        [
            _place_rates(position, CELL_KINDS.count("place"), rng),
            _direction_rates(direction, CELL_KINDS.count("head direction"), rng),
            _speed_rates(speed, CELL_KINDS.count("speed"), rng),
            np.full((CELL_KINDS.count("silent"), N_FRAMES), 0.002),
        ]
    )
    return {
        "calcium": _round(_fluoresce(rates, rng)),
        "position": _round(position),
        "speed": _round(speed),
        "head_direction": _round(direction),
        "trial_type": trial_type.astype(np.int8),
        "lick": lick.astype(np.int8),
    }


def write_demo(path: Path) -> None:
    """Write the recording to ``path``, uncompressed so that it can be mapped."""
    # The names of the arrays are the keywords; none is that of an option.
    np.savez(path, allow_pickle=False, **make_demo())


def _round(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.round(values, _DECIMALS).astype(np.float32)


def _run(rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give position (cm) and velocity (cm/s): a smooth random walk that turns at the walls."""
    keep = np.exp(-1 / (2.0 * FPS))
    # Frame by frame, runs and rests of some seconds.
    jolts = rng.normal(0.0, 5.5 * np.sqrt(1 - keep**2), (2, N_FRAMES))
    muscles = np.hanning(12) / np.sqrt(np.hanning(12).sum())
    pushes = np.array([np.convolve(row, muscles, mode="same") for row in jolts]).T
    vigour = 0.15 + _smooth(rng.random(N_FRAMES // 60 + 2) < 0.7, 60)[:N_FRAMES]
    position = np.empty((N_FRAMES, 2))
    velocity = np.empty((N_FRAMES, 2))
    here, now = np.array([BOX_CM / 2, BOX_CM / 2]), np.zeros(2)
    for frame in range(N_FRAMES):
        now = keep * now + pushes[frame]
        step = vigour[frame] * now / FPS
        outside = (here + step < 0) | (here + step > BOX_CM)
        now = np.where(outside, -now, now)
        step = np.where(outside, -step, step)
        here = here + step
        position[frame], velocity[frame] = here, step * FPS
    return position.T, velocity.T


def _smooth(levels: NDArray[Any], n_frames: int) -> NDArray[np.float64]:
    """Join levels that hold for ``n_frames`` each by straight lines."""
    at = np.arange(len(levels)) * n_frames
    return np.asarray(np.interp(np.arange(at[-1]), at, levels.astype(float)))


def _look(
    velocity: NDArray[np.float64], speed: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Give where the head points: along the run, scanning a little, and still at rest."""
    heading = np.empty(N_FRAMES)
    now = 0.0
    aims = np.arctan2(velocity[1], velocity[0])
    follow = 0.08 * np.minimum(1.0, speed / 5.0)
    scans = rng.normal(0.0, 0.03, N_FRAMES)
    for frame in range(N_FRAMES):
        error = (aims[frame] - now + np.pi) % (2 * np.pi) - np.pi
        now += follow[frame] * error + scans[frame]
        heading[frame] = now
    return np.asarray(heading % (2 * np.pi))


def _lick(
    position: NDArray[np.float64], trial_type: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Give licks at the spout in the corner, seldom in trials of type 0."""
    distance = np.hypot(position[0] - BOX_CM, position[1] - BOX_CM)
    chance = 0.35 * np.exp(-((distance / 15.0) ** 2)) * np.where(trial_type == 0, 0.1, 1.0)
    return np.asarray(rng.random(N_FRAMES) < 0.002 + chance)


def _place_rates(
    position: NDArray[np.float64], n_cells: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Give rates in Hz of cells that fire around one place."""
    centres = rng.uniform(5.0, BOX_CM - 5.0, (n_cells, 2, 1))
    widths = rng.uniform(5.0, 8.0, (n_cells, 1))
    peaks = rng.uniform(0.7, 1.6, (n_cells, 1))
    distance2 = ((position - centres) ** 2).sum(axis=1)
    return np.asarray(0.005 + peaks * np.exp(-distance2 / (2 * widths**2)))


def _direction_rates(
    direction: NDArray[np.float64], n_cells: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Give rates in Hz of cells that fire for one direction; preferences cover the circle."""
    preferred = np.linspace(0, 2 * np.pi, n_cells, endpoint=False)[:, None]
    peaks = rng.uniform(0.8, 1.6, (n_cells, 1))
    return np.asarray(0.005 + peaks * np.exp(5.0 * (np.cos(direction - preferred) - 1)))


def _speed_rates(
    speed: NDArray[np.float64], n_cells: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Give rates in Hz that grow with speed."""
    gains = rng.uniform(0.012, 0.024, (n_cells, 1))
    return np.asarray(0.01 + gains * speed)


def _fluoresce(rates: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Turn rates in Hz into dF/F: events, their transients, noise and a slow drift."""
    n_cells = len(rates)
    events = rng.poisson(rates / FPS) * rng.lognormal(0.0, 0.25, rates.shape)
    time_sec = np.arange(int(6 * DECAY_SEC * FPS)) / FPS
    transient = (1 - np.exp(-time_sec / RISE_SEC)) * np.exp(-time_sec / DECAY_SEC)
    transient /= transient.max()
    sizes = rng.uniform(0.4, 1.0, n_cells)
    noise = rng.uniform(0.03, 0.10, n_cells)
    phases = rng.uniform(0, 2 * np.pi, n_cells)
    drift = rng.uniform(0.02, 0.06, n_cells)
    frames = np.arange(N_FRAMES)
    traces = np.empty(rates.shape)
    for cell in range(n_cells):
        traces[cell] = sizes[cell] * np.convolve(events[cell], transient)[:N_FRAMES]
        traces[cell] += drift[cell] * np.sin(phases[cell] + 2 * np.pi * frames / (0.7 * N_FRAMES))
        traces[cell] += rng.normal(0.0, noise[cell], N_FRAMES)
    return traces


if __name__ == "__main__":
    write_demo(Path(__file__).with_name("demo.npz"))

"""Transients of one shape at every onset, between frames too: their products, in linear time.

A transient is a difference of two exponentials averaged within frames, so that correlations with a
trace and sums of transients are recursive filters, and products of two transients closed forms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Templates", "templates_for"]

FINEST_SEC = 0.02
"""Onsets are placed this finely where frames are longer."""

DECAYS_OF_OVERLAP = 10.0
"""Transients further apart than this many decay times are taken not to overlap."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Templates:
    """Transients ``(1 - exp(-t / t_rise)) * exp(-t / t_off)`` of peak 1 on a grid of onsets.

    A *place* is an onset on the grid: ``frame * n_phases + phase``, the phase being the part of the
    frame in whose middle the transient starts.

    Parameters
    ----------
    n_frames
        Length of the traces.
    t_rise, t_off
        In frames.
    slow, fast
        Factors by which the two exponentials fall in a frame.
    first, high, low
        By phase: the average within the frame of the onset, and the two exponentials in the next.
    slow_powers, fast_powers
        Powers of the factors, shape ``(n_frames,)``.
    tails
        Sums of the products of both factors' powers from each frame to the end of the trace,
        shape ``(3, n_frames)``: slow with slow, slow with fast, fast with fast.
    """

    n_frames: int
    t_rise: float
    t_off: float
    slow: float
    fast: float
    first: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]

    slow_powers: NDArray[np.float64]
    fast_powers: NDArray[np.float64]
    tails: NDArray[np.float64]

    @property
    def n_phases(self) -> int:
        """Parts of a frame at which transients can start."""
        return int(self.first.size)

    def power(self) -> NDArray[np.float64]:
        """Give the sum of squares of each transient in the trace, ``(n_frames, n_phases)``."""
        places = np.arange(self.n_frames * self.n_phases)
        return self._products(places, places).reshape(self.n_frames, self.n_phases)

    def heights(self) -> NDArray[np.float64]:
        """Give the highest frame of each transient, by phase."""
        frames = np.arange(min(self.n_frames, 1000))
        later = self.high[:, None] * self.slow**frames - self.low[:, None] * self.fast**frames
        return np.asarray(np.maximum(self.first, later.max(axis=1)))

    def echoes(self, trace: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the trace and its products with both exponentials from the next frame on.

        Shape ``(3, n_frames)``; what ``correlated`` needs of a trace.
        """
        echoes = np.zeros((3, trace.size))
        echoes[0] = trace
        for row, factor in ((1, self.slow), (2, self.fast)):
            echoes[row, :-1] = _decaying(trace[:0:-1], factor)[::-1]
        return echoes

    def correlated(
        self, echoes: NDArray[np.float64], places: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Give the product of a trace, as its ``echoes``, with transients at some places."""
        frames, phases = np.divmod(places, self.n_phases)
        value = echoes[0][frames] * self.first[phases]
        value += echoes[1][frames] * self.high[phases]
        value -= echoes[2][frames] * self.low[phases]
        return np.asarray(value)

    def correlated_everywhere(self, echoes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the product with each transient, shape ``(n_phases, n_frames)``."""
        return np.asarray(np.stack([self.first, self.high, -self.low], axis=1) @ echoes)

    def summed(
        self, places: NDArray[np.int64], amplitudes: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Give the trace of some transients, shape ``(n_frames,)``."""
        trace = np.zeros(self.n_frames)
        if not places.size:
            return trace
        frames, phases = np.divmod(places, self.n_phases)
        n_frames = self.n_frames
        trace += np.bincount(frames, weights=amplitudes * self.first[phases], minlength=n_frames)
        for factor, weight in ((self.slow, self.high), (self.fast, -self.low)):
            starts = np.bincount(
                frames + 1, weights=amplitudes * weight[phases], minlength=n_frames + 1
            )
            trace += _decaying(np.asarray(starts[:n_frames], dtype=np.float64), factor)
        return trace

    def products(self, places: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give the product of pairs of transients in the trace; any shapes that broadcast."""
        return self._products(np.minimum(places, others), np.maximum(places, others))

    def _products(
        self, earlier: NDArray[np.int64], later: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        frame, phase = np.divmod(earlier, self.n_phases)
        frame2, phase2 = np.divmod(later, self.n_phases)
        apart = frame2 - frame
        high2, low2 = self.high[phase2], self.low[phase2]
        # The exponentials of the earlier one, in the frame after the later one's onset.
        high = self.high[phase] * self.slow_powers[apart]
        low = self.low[phase] * self.fast_powers[apart]
        here = self.high[phase] * self.slow_powers[apart - 1]
        here -= self.low[phase] * self.fast_powers[apart - 1]
        value = np.where(apart > 0, here, self.first[phase]) * self.first[phase2]
        both_slow, mixed, both_fast = self.tails
        value += high * high2 * both_slow[frame2] - (high * low2 + low * high2) * mixed[frame2]
        value += low * low2 * both_fast[frame2]
        return np.asarray(value)

    def reach(self) -> int:
        """Places within which transients overlap."""
        return int(DECAYS_OF_OVERLAP * self.t_off * self.n_phases) + 1


def templates_for(n_frames: int, *, fps: float, t_rise_sec: float, t_off_sec: float) -> Templates:
    """Give the transients of some kinetics, on a grid of at most 20 ms.

    Parameters
    ----------
    n_frames
        Length of the traces.
    fps
        Frame rate in Hz.
    t_rise_sec, t_off_sec
        Rise and decay time.
    """
    n_phases = max(1, int(np.ceil(1 / (fps * FINEST_SEC) - 1e-9)))
    onset = (np.arange(n_phases) + 0.5) / n_phases
    slow, fast = t_off_sec * fps, fps / (1 / t_off_sec + 1 / t_rise_sec)
    peak = t_rise_sec * np.log(1 + t_off_sec / t_rise_sec) * fps
    height = np.exp(-peak / slow) - np.exp(-peak / fast)

    def integral(time: float) -> NDArray[np.float64]:
        return np.asarray(-np.expm1(-(1 - onset) / time) * time / height)

    def next_frame(time: float) -> NDArray[np.float64]:
        return np.asarray(-np.expm1(-1 / time) * time * np.exp(-(1 - onset) / time) / height)

    factors = np.exp([-1 / slow, -1 / fast])
    powers = factors[:, None] ** np.arange(n_frames)
    pairs = np.array([factors[0] ** 2, factors[0] * factors[1], factors[1] ** 2])
    left = np.arange(n_frames - 1, -1, -1)
    return Templates(
        n_frames=n_frames,
        t_rise=t_rise_sec * fps,
        t_off=t_off_sec * fps,
        slow=float(factors[0]),
        fast=float(factors[1]),
        first=integral(slow) - integral(fast),
        high=next_frame(slow),
        low=next_frame(fast),
        slow_powers=powers[0],
        fast_powers=powers[1],
        tails=(1 - pairs[:, None] ** left) / (1 - pairs[:, None]),
    )


def _decaying(values: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Add to each value the one before times ``factor``, recursively."""
    from scipy.signal import lfilter

    return np.asarray(lfilter([1.0], [1.0, -factor], values))

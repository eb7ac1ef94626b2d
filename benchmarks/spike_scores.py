"""How good detected events are where the spikes are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["CellTruth", "Detected", "Scores", "grouped", "matched", "score"]

GROUP_SEC = 0.2
TOLERANCES_SEC = (0.5, 0.2)
BIN_SEC = 0.5
RISE_AFTER_SEC = 0.3
"""Seconds after the last spike of an event within which its transient peaks."""

SHIFTS = (0.23, 0.41, 0.67)
"""Shares of the recording by which detections are shifted in a circle for the chance level."""

SLACK_SEC = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellTruth:
    """What is known of one neuron.

    Parameters
    ----------
    spike_secs
        Time of every spike in seconds, in order; two may be equal.
    n_frames
        Length of the trace.
    clean
        The trace without noise, or ``None``.
    """

    spike_secs: NDArray[np.float64]
    n_frames: int
    clean: NDArray[np.float64] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detected:
    """What a method found in one neuron: frames in order, and amplitudes."""

    frames: NDArray[np.int64]
    amplitudes: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Scores pooled over neurons; NaN where there is nothing to score.

    Parameters
    ----------
    precision, recall, f1, chance
        By tolerance: 0.5 s, 0.2 s. ``chance`` is F1 of the same detections shifted in a circle.
    lag_sec
        Median of detection minus first spike, of pairs within 0.5 s.
    correlation
        Of spike count and detected amplitude in bins of 0.5 s.
    amplitude_error
        Median relative error of pairs within 0.5 s against the rise of the clean trace.
    n_true, n_detected
        Numbers of events.
    """

    precision: tuple[float, float]
    recall: tuple[float, float]
    f1: tuple[float, float]
    chance: tuple[float, float]
    lag_sec: float
    correlation: float
    amplitude_error: float
    n_true: int
    n_detected: int


def grouped(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the index of the first time of each group; gaps under 0.2 s do not part groups."""
    if not seconds.size:
        return np.zeros(0, dtype=np.int64)
    is_first = np.diff(seconds) >= GROUP_SEC - SLACK_SEC
    return np.flatnonzero(np.concatenate([[True], is_first])).astype(np.int64)


def matched(
    true: NDArray[np.float64], detected: NDArray[np.float64], tolerance: float
) -> list[tuple[int, int]]:
    """Pair times one to one, as many as possible, each pair within a tolerance.

    Both are sorted, so taking the earliest partner that is near enough gives the most pairs.
    """
    pairs, next_one = [], 0
    for index, time in enumerate(true.tolist()):
        while next_one < detected.size and detected[next_one] < time - tolerance - SLACK_SEC:
            next_one += 1
        if next_one < detected.size and detected[next_one] <= time + tolerance + SLACK_SEC:
            pairs.append((index, next_one))
            next_one += 1
    return pairs


def score(truths: Sequence[CellTruth], found: Sequence[Detected], fps: float) -> Scores:
    """Score what was found in some neurons together.

    Parameters
    ----------
    truths, found
        One a neuron.
    fps
        Frame rate in Hz.
    """
    cells = [_Cell(truth, one, fps) for truth, one in zip(truths, found, strict=True)]
    n_true = sum(cell.true.size for cell in cells)
    n_detected = sum(cell.detected.size for cell in cells)
    hits = [sum(len(cell.pairs(limit)) for cell in cells) for limit in TOLERANCES_SEC]
    by_chance = [
        float(np.mean([sum(len(cell.pairs(limit, shift)) for cell in cells) for shift in SHIFTS]))
        for limit in TOLERANCES_SEC
    ]
    lags = [lag for cell in cells for lag in cell.lags()]
    errors = [error for cell in cells for error in cell.amplitude_errors()]
    counts, sums = (np.concatenate(parts) for parts in zip(*(c.bins() for c in cells), strict=True))
    return Scores(
        precision=_shares(hits, n_detected),
        recall=_shares(hits, n_true),
        f1=_shares(hits, (n_true + n_detected) / 2),
        chance=_shares(by_chance, (n_true + n_detected) / 2),
        lag_sec=float(np.median(lags)) if lags else np.nan,
        correlation=_correlation(counts, sums),
        amplitude_error=float(np.median(errors)) if errors else np.nan,
        n_true=n_true,
        n_detected=n_detected,
    )


def _shares(hits: Sequence[float], of: float) -> tuple[float, float]:
    first, second = (float(hit) / of if of else np.nan for hit in hits)
    return first, second


def _correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    if first.std() == 0 or second.std() == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


class _Cell:
    """One neuron: truth and detections as groups; a detection stands in the middle of its frame."""

    def __init__(self, truth: CellTruth, found: Detected, fps: float) -> None:
        self._truth, self._found, self._fps = truth, found, fps
        self._found_secs = np.asarray((found.frames + 0.5) / fps, dtype=np.float64)
        self._first = grouped(truth.spike_secs)
        self._found_first = grouped(self._found_secs)
        self.true = truth.spike_secs[self._first]
        self.detected: NDArray[np.float64] = self._found_secs[self._found_first]
        self._seconds = truth.n_frames / fps

    def pairs(self, tolerance: float, shift: float = 0.0) -> list[tuple[int, int]]:
        """Pair events; ``shift`` moves detections by a share of the recording."""
        moved = np.sort((self.detected + shift * self._seconds) % self._seconds)
        return matched(self.true, moved if shift else self.detected, tolerance)

    def lags(self) -> list[float]:
        """Give detection minus first spike of every pair."""
        return [self.detected[j] - self.true[i] for i, j in self.pairs(TOLERANCES_SEC[0])]

    def amplitude_errors(self) -> list[float]:
        """Give the relative error of every pair whose clean trace rises."""
        clean = self._truth.clean
        if clean is None or not self._found_first.size:
            return []
        found = np.add.reduceat(self._found.amplitudes, self._found_first)
        rises = self._rises(clean)
        return [
            float(found[j] / rises[i] - 1) for i, j in self.pairs(TOLERANCES_SEC[0]) if rises[i] > 0
        ]

    def _rises(self, clean: NDArray[np.float64]) -> list[float]:
        frames = (self._truth.spike_secs * self._fps).astype(np.int64)
        stops = np.concatenate([self._first[1:], [frames.size]])
        rises = []
        for index, (start, stop) in enumerate(zip(self._first, stops, strict=True)):
            end = int(frames[stop - 1] + RISE_AFTER_SEC * self._fps) + 2
            if index + 1 < self._first.size:
                end = min(end, int(frames[stop]))
            before = clean[max(0, frames[start] - 1)]
            rises.append(float(clean[frames[start] : max(end, frames[start] + 1)].max() - before))
        return rises

    def bins(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give spike counts and sums of amplitudes in bins of 0.5 s."""
        edges = np.arange(0, self._seconds + BIN_SEC / 2, BIN_SEC)
        counts, _ = np.histogram(self._truth.spike_secs, edges)
        sums, _ = np.histogram(self._found_secs, edges, weights=self._found.amplitudes)
        return counts.astype(np.float64), sums.astype(np.float64)

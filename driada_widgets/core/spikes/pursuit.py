"""Which transients explain a trace: taken up one after the other, moved, fitted and pruned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from driada_widgets.core.spikes.templates import Templates

__all__ = ["DEFAULT_RULES", "Found", "Pursuit", "Rules"]

N_NEIGHBOURS = 4
"""Transients on each side that share in what one explains."""

AT_ONCE = 1 << 14
"""Products of transients that are computed in one step."""

TRUNCATED_POWER = 0.3
"""Transients of which less than this share of the power is in the trace are not looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When a transient counts.

    Parameters
    ----------
    take_z, keep_z
        What a transient must explain to be taken up, and to be kept, in standard deviations of
        noise, the others being fitted again.
    smallest_share
        Amplitudes below this share of the median one are not kept.
    n_rounds, n_moves
        Rounds of taking up, and of moving onsets at the end.
    move_sec
        How far an onset is moved at most in one round.
    bridge_z, bridge_sec
        Between two transients further apart than 0.2 s and nearer than ``bridge_sec`` another is
        kept if it explains as little as ``bridge_z``: within a train a spike is likely.
    """

    take_z: float = 3.0
    keep_z: float = 3.0
    smallest_share: float = 0.2
    n_rounds: int = 12
    n_moves: int = 2
    move_sec: float = 0.15
    bridge_z: float = 0.5
    bridge_sec: float = 0.3


DEFAULT_RULES = Rules()
SEPARATE_SEC = 0.2
LOW_SHARE, LOW_DEVIATIONS = 0.05, 1.645
"""Of normal noise, the share that is so many deviations below the median."""

TAKE_APART_SEC, TAKE_APART_DECAYS = 0.1, 0.3
"""Transients taken up in one round are further apart than either."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """Transients in one trace.

    Parameters
    ----------
    places
        Onsets on the grid of the templates, in order.
    amplitudes
        Of transients of peak 1.
    """

    places: NDArray[np.int64]
    amplitudes: NDArray[np.float64]


class Pursuit:
    """Searches one trace.

    Parameters
    ----------
    trace
        Without drift, shape ``(n_frames,)``, finite.
    templates, power
        Transients, and their sums of squares.
    deviation
        Standard deviation of the noise at the baseline, positive.
    growth
        Relative growth of the noise's variance with the signal, in one over the trace's unit.
    fps
        Frame rate in Hz.
    rules
        When a transient counts.
    check
        Called before every fit; stops by raising.

    Notes
    -----
    Orthogonal matching pursuit [1]_ with transients of one shape, whose onsets are moved after
    each round to where they explain most.

    References
    ----------
    .. [1] Pati, Rezaiifar and Krishnaprasad, *Orthogonal matching pursuit*, Asilomar 1993.
    """

    def __init__(
        self,
        trace: NDArray[np.float64],
        templates: Templates,
        *,
        power: NDArray[np.float64],
        deviation: float,
        growth: float,
        fps: float,
        rules: Rules = DEFAULT_RULES,
        check: Callable[[], None] | None = None,
    ) -> None:
        self._trace, self._templates, self._rules = trace, templates, rules
        self._check = check
        self._power = np.where(power < TRUNCATED_POWER * power.max(), np.inf, power).ravel()
        self._deviation, self._growth = deviation, growth
        self._places_per_sec = fps * templates.n_phases
        apart = max(TAKE_APART_SEC * fps, TAKE_APART_DECAYS * templates.t_off)
        self._apart = max(1, round(apart))
        self._echoes = templates.echoes(trace)

    def search(self, start: NDArray[np.int64] | None = None) -> Found:
        """Find transients; ``start`` are places to begin with."""
        places, amplitudes = np.zeros(0, dtype=np.int64), np.zeros(0)
        if start is not None:
            places, amplitudes = self.settled(start, 1)
        for _ in range(self._rules.n_rounds):
            new = self._worth_taking(places, amplitudes)
            if not new.size:
                break
            before = places
            places, amplitudes = self.settled(np.union1d(places, new), 1)
            places, amplitudes = self._pruned(places, amplitudes)
            if np.array_equal(before, places):
                break
        places, amplitudes = self.settled(places, self._rules.n_moves)
        places, amplitudes = self._pruned(places, amplitudes)
        return Found(places=places, amplitudes=amplitudes)

    def cost(self, found: Found) -> float:
        """Give minus twice the log likelihood, and a price for every transient."""
        model = self._templates.summed(found.places, found.amplitudes)
        variance = self._noise(model) ** 2
        misfit = (self._trace - model) ** 2 / variance + np.log(variance)
        return float(misfit.sum()) + self._rules.keep_z**2 * found.places.size

    def settled(
        self, places: NDArray[np.int64], n_moves: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Fit amplitudes, and move the onsets some times, every other one at once."""
        places, amplitudes = self._fitted(places)
        for _ in range(n_moves):
            for first in (0, 1):
                places, amplitudes = self._fitted(self._moved(places, amplitudes, first))
        return places, amplitudes

    def bridged(self, found: Found) -> Found:
        """Look again between transients that are a little too far apart to be one event."""
        places, amplitudes = found.places, found.amplitudes
        nearest, furthest = SEPARATE_SEC, self._rules.bridge_sec
        gaps = np.diff(places) / self._places_per_sec
        at = np.flatnonzero((gaps > nearest - 1e-9) & (gaps < furthest))
        if not at.size:
            return found
        middles = (places[at] + places[at + 1]) // 2
        places, amplitudes = self.settled(np.union1d(places, middles), 2)
        z = self._z(places, amplitudes)
        gaps = np.diff(places) / self._places_per_sec
        is_between = np.zeros(places.size, dtype=bool)
        is_between[1:-1] = (gaps[:-1] < furthest) & (gaps[1:] < furthest)
        smallest = self._rules.smallest_share * np.median(amplitudes)
        keep = (z >= self._rules.keep_z) | (
            is_between & (z > self._rules.bridge_z) & (amplitudes >= smallest)
        )
        places, amplitudes = self._fitted(places[keep])
        return Found(places=places, amplitudes=amplitudes)

    def spread(self, model: NDArray[np.float64], residual: NDArray[np.float64]) -> float:
        """Give how much stronger noise is at the length of a transient than if it were white.

        Parameters
        ----------
        model
            Sum of the transients found.
        residual
            What they and the drift leave.

        Notes
        -----
        From what lies below the median of the residual, correlated with a transient: nothing there
        can be one that was missed.
        """
        gain = self._templates.correlated_everywhere(self._templates.echoes(residual))[0]
        z = gain / np.sqrt(self._power[:: self._templates.n_phases]) / self._noise(model)
        return float(np.median(z) - np.quantile(z, LOW_SHARE)) / LOW_DEVIATIONS

    def _fitted(self, places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Fit all amplitudes; places where they are not positive are left out."""
        if self._check is not None:
            self._check()
        while places.size:
            right = self._templates.correlated(self._echoes, places)
            amplitudes = _solved(self._products(places), right)
            if (amplitudes > 0).all():
                return places, amplitudes
            places = places[amplitudes > 0]
        return places, np.zeros(0)

    def _products(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give the products of transients that overlap, as the lower bands of a matrix."""
        stop = np.searchsorted(places, places + self._templates.reach(), side="right")
        width = int((stop - np.arange(places.size)).max())
        banded = np.zeros((width, places.size))
        columns = np.arange(places.size)
        n_rows = max(1, AT_ONCE // places.size)
        for first in range(0, width, n_rows):
            others = columns + np.arange(first, min(first + n_rows, width))[:, None]
            is_there = others < places.size
            products = self._templates.products(
                places[None, :], places[np.minimum(others, places.size - 1)]
            )
            banded[first : first + n_rows] = np.where(is_there, products, 0.0)
        banded[0] *= 1 + 1e-9
        return banded

    def _z(self, places: NDArray[np.int64], amplitudes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give what each transient explains beyond its neighbours, in standard deviations."""
        if not places.size:
            return np.zeros(0)
        variances = _own_variances(self._products(places))
        noise = self._noise(self._templates.summed(places, amplitudes))
        return amplitudes / np.sqrt(variances) / noise[places // self._templates.n_phases]

    def _noise(self, model: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the deviation of the noise by frame; an onset is as noisy as what follows it."""
        ahead = model.copy()
        ahead[:-1] = np.maximum(ahead[:-1], model[1:])
        ahead[:-2] = np.maximum(ahead[:-2], model[2:])
        return self._deviation * np.sqrt(1 + self._growth * np.maximum(ahead, 0.0))

    def _worth_taking(
        self, places: NDArray[np.int64], amplitudes: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """Give new places: peaks of what one more transient explains."""
        from scipy.ndimage import maximum_filter1d

        model = self._templates.summed(places, amplitudes)
        echoes = self._templates.echoes(self._trace - model)
        n_phases = self._templates.n_phases
        gain = self._templates.correlated_everywhere(echoes)
        gain /= np.sqrt(self._power.reshape(-1, n_phases).T)
        z = gain.max(axis=0) / self._noise(model)
        highest = maximum_filter1d(z, 2 * self._apart + 1)
        frames = np.flatnonzero((z > self._rules.take_z) & (z >= highest))
        new = frames * n_phases + gain[:, frames].argmax(axis=0)
        return np.setdiff1d(new, places)

    def _moved(
        self, places: NDArray[np.int64], amplitudes: NDArray[np.float64], first: int
    ) -> NDArray[np.int64]:
        """Move every other onset to where it explains most while the others stay."""
        which = np.arange(first, places.size, 2)
        if not which.size:
            return places
        low = np.concatenate([[-1], places[:-1]])[which, None]
        high = np.concatenate([places[1:], [self._power.size]])[which, None]
        span = max(1, round(self._rules.move_sec * self._places_per_sec))
        around = places[which, None] + np.arange(-span, span + 1)
        is_free = (around > low) & (around < high)
        around = np.clip(around, 0, self._power.size - 1)
        residual = self._trace - self._templates.summed(places, amplitudes)
        fit = self._templates.correlated(self._templates.echoes(residual), around)
        fit += amplitudes[which, None] * self._templates.products(places[which, None], around)
        gain = np.where(is_free, np.maximum(fit, 0) ** 2 / self._power[around], -1.0)
        moved = places.copy()
        moved[which] = around[np.arange(which.size), gain.argmax(axis=1)]
        return np.unique(moved)

    def _pruned(
        self, places: NDArray[np.int64], amplitudes: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Leave out what explains too little, the least of neighbours first."""
        while places.size:
            smallest = self._rules.smallest_share * float(np.median(amplitudes))
            rank = np.minimum(
                self._z(places, amplitudes) / self._rules.keep_z, amplitudes / smallest
            )
            beside = np.concatenate([[np.inf], rank, [np.inf]])
            is_least = (rank <= beside[:-2]) & (rank <= beside[2:])
            keep = (rank >= 1) | ~is_least
            if keep.all():
                break
            places, amplitudes = self._fitted(places[keep])
        return places, amplitudes


def _solved(banded: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.linalg import LinAlgError, solveh_banded

    try:
        return np.asarray(solveh_banded(banded, right, lower=True, check_finite=False))
    except LinAlgError:
        banded = banded.copy()
        banded[0] *= 1.01  # transients that cannot be told apart
        return np.asarray(solveh_banded(banded, right, lower=True, check_finite=False))


def _own_variances(banded: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the diagonal of the inverse, each entry from the nearest rows alone."""
    n = banded.shape[1]
    rows = np.arange(n)[:, None] + np.arange(-N_NEIGHBOURS, N_NEIGHBOURS + 1)
    is_inside = (rows >= 0) & (rows < n)
    rows = np.clip(rows, 0, n - 1)
    first, second = rows[:, :, None], rows[:, None, :]
    apart = np.abs(first - second)
    width = banded.shape[0]
    local = np.where(
        apart < width, banded[np.minimum(apart, width - 1), np.minimum(first, second)], 0.0
    )
    both = is_inside[:, :, None] & is_inside[:, None, :]
    local = np.where(both, local, np.eye(2 * N_NEIGHBOURS + 1) * local[:, :1, :1].max())
    ridge = 1e-9 * np.eye(local.shape[1]) * local.max()
    inverse = np.linalg.inv(local + ridge)
    return np.asarray(np.maximum(inverse[:, N_NEIGHBOURS, N_NEIGHBOURS], 1e-300))

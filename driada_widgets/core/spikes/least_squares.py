"""Non-negative amplitudes of transients that overlap: least squares in time linear in frames.

A transient is a difference of two exponentials, so every product that the normal equations need
is a recursive filter over the trace, read at the onsets; no design matrix is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["nonnegative_amplitudes"]

DECAYS_OF_OVERLAP = 34.0
"""Transients further apart than this many decay times do not overlap: ``exp(-34)`` is 2e-15."""

SMALLEST_DIFFERENCE = 1e-9
"""Relative weight on the diagonal when transients cannot be told apart."""

FULL_EXCHANGES = 3
"""Exchanges of all violations at once that may fail before they are made one by one."""


class _Transients:
    """Transients of peak 1 that start at distinct onsets, over the frames of a mask.

    ``k(t) = scale * (exp(-slow * t) - exp(-fast * t))`` from the onset to the end of the trace.
    """

    def __init__(
        self, onsets: NDArray[np.int64], mask: NDArray[np.bool_], t_rise: float, t_off: float
    ) -> None:
        self.onsets, self.mask = onsets, mask.astype(np.float64)
        self.slow, self.fast = 1 / t_off, 1 / t_off + 1 / t_rise
        peak = int(t_rise * np.log(1 + t_off / t_rise))  # the highest frame is this or the next
        around = np.arange(peak, peak + 2)
        self.scale = 1 / float(np.max(np.exp(-self.slow * around) - np.exp(-self.fast * around)))

    def products(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """Give the products of transients that overlap: two indices (first <= second), value."""
        reach = DECAYS_OF_OVERLAP / self.slow
        stop = np.searchsorted(self.onsets, self.onsets + reach, side="right")
        counts = stop - np.arange(self.onsets.size)
        first = np.repeat(np.arange(self.onsets.size), counts)
        second = first + np.arange(first.size) - np.repeat(np.cumsum(counts) - counts, counts)
        apart = self.onsets[second] - self.onsets[first]
        both_slow = self._sums(self.mask, 2 * self.slow)[second]
        mixed = self._sums(self.mask, self.slow + self.fast)[second]
        both_fast = self._sums(self.mask, 2 * self.fast)[second]
        value = np.exp(-self.slow * apart) * (both_slow - mixed)
        value -= np.exp(-self.fast * apart) * (mixed - both_fast)
        return first, second, self.scale**2 * value

    def fits(self, trace: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the product of each transient with a trace, over the mask."""
        masked = trace * self.mask
        return self.scale * (self._sums(masked, self.slow) - self._sums(masked, self.fast))

    def _sums(self, values: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
        """Give ``sum(values[onset + t] * exp(-rate * t))`` over t >= 0 at each onset."""
        return _decaying(values[::-1], rate)[::-1][self.onsets]

    def trace(self, amplitudes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the sum of the transients."""
        starts = np.zeros(self.mask.size)
        starts[self.onsets] = amplitudes
        return self.scale * (_decaying(starts, self.slow) - _decaying(starts, self.fast))


def _decaying(values: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
    """Add to each value the one before times ``exp(-rate)``, recursively."""
    from scipy.signal import lfilter

    return np.asarray(lfilter([1.0], [1.0, -np.exp(-rate)], values))


def nonnegative_amplitudes(
    trace: NDArray[np.float64],
    onsets: NDArray[np.int64],
    mask: NDArray[np.bool_],
    *,
    t_rise: float,
    t_off: float,
) -> NDArray[np.float64]:
    """Fit a trace by transients of non-negative amplitude.

    Parameters
    ----------
    trace
        Shape ``(n_frames,)``, finite.
    onsets
        Frame at which each transient starts. Of equal onsets the first gets the amplitude.
    mask
        Frames over which the fit is made, shape ``(n_frames,)``.
    t_rise, t_off
        Rise and decay time in frames.

    Returns
    -------
    ndarray
        One amplitude an onset; 0 for onsets that are not in the trace.

    Notes
    -----
    Block principal pivoting [1]_ on the normal equations, which are banded because the onsets are
    sorted; the solution is refined once from the residual of the trace. The minimum is unique, so
    it is that of any other method.

    References
    ----------
    .. [1] Kim and Park, *Fast nonnegative matrix factorization*, SIAM J. Sci. Comput. 33 (2011).
    """
    amplitudes = np.zeros(onsets.size)
    distinct, first = np.unique(onsets, return_index=True)
    # A transient that starts at the last frame is 0 everywhere.
    is_inside = (distinct >= 0) & (distinct < trace.size - 1)
    distinct, first = distinct[is_inside], first[is_inside]
    if distinct.size == 0:
        return amplitudes
    transients = _Transients(distinct, mask, t_rise, t_off)
    equations = _Equations(transients)
    is_heard = equations.diagonal > 0
    if not is_heard.all():
        distinct, first = distinct[is_heard], first[is_heard]
        if distinct.size == 0:
            return amplitudes
        transients = _Transients(distinct, mask, t_rise, t_off)
        equations = _Equations(transients)
    fits = transients.fits(trace)
    passive = _passive_set(equations, fits)
    found = equations.solve(passive, fits)
    found += equations.solve(passive, transients.fits(trace - transients.trace(found)))
    amplitudes[first] = np.maximum(found, 0.0)
    return amplitudes


class _Equations:
    """The normal equations of transients, as the entries of a symmetric banded matrix."""

    def __init__(self, transients: _Transients) -> None:
        self.first, self.second, self.value = transients.products()
        self.size = transients.onsets.size
        self.diagonal = self.value[self.first == self.second]

    def solve(self, passive: NDArray[np.bool_], right: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the solution where unknowns outside ``passive`` are 0."""
        solution = np.zeros(self.size)
        if not passive.any():
            return solution
        place = np.cumsum(passive) - 1
        is_used = passive[self.first] & passive[self.second]
        row, column = place[self.second[is_used]], place[self.first[is_used]]
        banded = np.zeros((int((row - column).max()) + 1, int(place[-1]) + 1))
        banded[row - column, column] = self.value[is_used]
        solution[passive] = _solved(banded, right[passive])
        return solution

    def gradient(
        self, solution: NDArray[np.float64], right: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Give the product with a solution, minus the right side."""
        product = np.bincount(
            self.first, weights=self.value * solution[self.second], minlength=self.size
        )
        is_off = self.first != self.second
        product += np.bincount(
            self.second[is_off],
            weights=(self.value * solution[self.first])[is_off],
            minlength=self.size,
        )
        return np.asarray(product - right)


def _solved(banded: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.linalg import LinAlgError, solveh_banded

    try:
        return np.asarray(solveh_banded(banded, right, lower=True, check_finite=False))
    except LinAlgError:
        # Transients that the mask makes indistinguishable; the smaller solution is as good.
        banded[0] *= 1 + SMALLEST_DIFFERENCE
        return np.asarray(solveh_banded(banded, right, lower=True, check_finite=False))


def _passive_set(equations: _Equations, fits: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Give the unknowns that are not 0 in the non-negative solution."""
    passive = np.ones(equations.size, dtype=bool)
    fewest, chances = equations.size + 1, FULL_EXCHANGES
    # Rounding around 0 could exchange one unknown for ever.
    tolerance = 1e-13 * float(np.abs(fits).max())
    for _ in range(10 * equations.size + 10):
        solution = equations.solve(passive, fits)
        gradient = equations.gradient(solution, fits)
        is_wrong = np.where(passive, solution < 0, gradient < -tolerance)
        n_wrong = int(is_wrong.sum())
        if n_wrong == 0:
            break
        if n_wrong < fewest:
            fewest, chances = n_wrong, FULL_EXCHANGES
        elif chances > 0:
            chances -= 1
        else:
            only = np.flatnonzero(is_wrong)[-1]
            is_wrong = np.zeros_like(is_wrong)
            is_wrong[only] = True
        passive ^= is_wrong
    return passive

"""Rise and decay times that explain a recording best: a search over both, neurons together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.spikes.drift import (
    MAD_TO_SIGMA,
    drift_of,
    noise_deviation,
    stronger_noise,
    unfiltered_deviation,
)
from driada_widgets.core.spikes.pursuit import Pursuit, Rules
from driada_widgets.core.spikes.templates import templates_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.spikes.pursuit import Found

__all__ = ["CleanTrace", "TransientTimes", "activity", "prepared", "times_of"]

SEARCH_RATE_HZ = 30.0
"""Faster recordings are averaged to at least this rate before their times are searched."""

MOST_FRAMES, MOST_CELLS = 40_000, 8
"""As many of the most active neurons are searched."""

SEARCH_RULES = Rules(take_z=4.0, keep_z=4.0, n_rounds=4, n_moves=0)

T_OFF_RANGE_SEC = (0.03, 6.0)
SHORTEST_RISE_SEC, SHORTEST_RISE_FRAMES = 0.004, 0.1
LONGEST_RISE_SHARE = 0.8

START_OFF_SEC = 0.4
USUAL_RISE_SHARE, RISE_SHARE_SPREAD = 0.08, 0.35
"""Rise over decay of the indicators in use, and the spread of its logarithm.

Chen et al., Nature 499:295 (2013), and Zhang et al., Nature 615:884 (2023), give 0.06 to 0.09.
Without it a burst of spikes is taken for a slow rise.
"""

FEWEST_ACTIVE = 30
"""Frames on which the growth of the noise is measured, at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransientTimes:
    """Rise and decay time in seconds, and relative growth of the noise's variance with the signal.

    The growth is in one over the unit of the traces.
    """

    t_rise_sec: float
    t_off_sec: float
    growth: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CleanTrace:
    """A trace without drift, and the deviation of its noise."""

    values: NDArray[np.float64]
    deviation: float


def prepared(trace: NDArray[np.float64], fps: float) -> CleanTrace:
    """Take the drift from a trace, as far as it is known before its events are."""
    values = trace - drift_of(trace, fps=fps)
    return CleanTrace(values=values, deviation=unfiltered_deviation(trace))


class _Sample:
    """Neurons whose times are searched, and what each pair of times costs."""

    def __init__(
        self,
        traces: Sequence[NDArray[np.float64]],
        fps: float,
        check: Callable[[], None] | None = None,
    ) -> None:
        self.fps, self.growth, self._check = fps, 0.0, check
        self._raw = traces
        self._clean = [prepared(trace, fps) for trace in traces]
        self._white = [clean.deviation for clean in self._clean]
        self._known: dict[tuple[float, float], float] = {}

    def cost(self, rise: float, off: float) -> float:
        """Give the cost of a pair of times; infinite outside what is looked at."""
        shortest = max(SHORTEST_RISE_SEC, SHORTEST_RISE_FRAMES / self.fps)
        if not (
            T_OFF_RANGE_SEC[0] <= off <= T_OFF_RANGE_SEC[1]
            and shortest <= rise <= LONGEST_RISE_SHARE * off
        ):
            return np.inf
        key = (round(np.log(rise), 3), round(np.log(off), 3))
        if key not in self._known:
            unusual = np.log(rise / (USUAL_RISE_SHARE * off)) / RISE_SHARE_SPREAD
            costs = [pursuit.cost(found) for pursuit, found, _ in self._searched(rise, off)]
            self._known[key] = sum(costs) + unusual**2
        return self._known[key]

    def know_events(self, rise: float, off: float) -> None:
        """Measure drift, noise, and how it grows, again, now that events are roughly known."""
        growths = []
        for cell, (pursuit, _, model) in enumerate(self._searched(rise, off)):
            raw = self._raw[cell]
            values = raw - drift_of(raw - model, fps=self.fps, percent=50.0)
            spread = pursuit.spread(model, values - model)
            white = self._white[cell]
            deviation = stronger_noise(self._clean[cell].deviation, spread, white=white)
            self._clean[cell] = CleanTrace(values=values, deviation=deviation)
            growths.append(_growth(values - model, model, deviation))
        self.growth = float(np.median(growths))
        self._known = {}

    def _searched(
        self, rise: float, off: float
    ) -> list[tuple[Pursuit, Found, NDArray[np.float64]]]:
        """Search each trace; give what was found too, and the sum of its transients."""
        n_frames = self._clean[0].values.size
        templates = templates_for(n_frames, fps=self.fps, t_rise_sec=rise, t_off_sec=off)
        power = templates.power()
        results = []
        for clean in self._clean:
            pursuit = Pursuit(
                clean.values,
                templates,
                power=power,
                deviation=clean.deviation,
                growth=self.growth,
                fps=self.fps,
                rules=SEARCH_RULES,
                check=self._check,
            )
            found = pursuit.search()
            model = templates.summed(found.places, found.amplitudes)
            results.append((pursuit, found, model))
        return results


def times_of(
    trace_of: Callable[[int], NDArray[np.float64] | None],
    n_cells: int,
    *,
    fps: float,
    most_frames: int = MOST_FRAMES,
    check: Callable[[], None] | None = None,
) -> TransientTimes | None:
    """Give the times that explain the most active neurons of a recording best.

    Parameters
    ----------
    trace_of
        Gives the trace of a neuron, finite and not constant; ``None`` if it cannot be used. All
        have one length. It is called twice for some neurons, so that never all are held.
    n_cells
        Number of neurons.
    fps
        Frame rate in Hz.
    most_frames
        Frames that are searched, all neurons together, once averaged.
    check
        Called now and then; stops by raising.

    Returns
    -------
    TransientTimes or None
        ``None`` without a trace that has noise and some length.
    """
    n_averaged = max(1, int(fps // SEARCH_RATE_HZ))

    def averaged(cell: int) -> NDArray[np.float64] | None:
        if check is not None:
            check()
        trace = trace_of(cell)
        return None if trace is None else _averaged(trace, n_averaged)

    sample = _most_active(averaged, n_cells, fps=fps, most_frames=most_frames)
    if not sample:
        return None
    search = _Sample(sample, fps / n_averaged, check)
    times = (USUAL_RISE_SHARE * START_OFF_SEC, START_OFF_SEC)
    times = _downhill(search.cost, times, rise_step=2.0, off_step=2.0, together=True, check=check)
    times = _downhill(search.cost, times, rise_step=2.5, off_step=1.0, check=check)
    for rise_step, off_step in ((2.0, 1.3), (1.4, 1.12), (1.15, 1.04)):
        search.know_events(*times)
        times = _downhill(search.cost, times, rise_step=rise_step, off_step=off_step, check=check)
    return TransientTimes(t_rise_sec=times[0], t_off_sec=times[1], growth=search.growth)


def _growth(residual: NDArray[np.float64], model: NDArray[np.float64], deviation: float) -> float:
    """Give the relative growth of the noise's variance, from the quarter where most is going on."""
    is_active = model > max(float(np.quantile(model, 0.75)), deviation)
    if np.count_nonzero(is_active) < FEWEST_ACTIVE:
        return 0.0
    active = MAD_TO_SIGMA * float(np.median(np.abs(residual[is_active])))
    return max(0.0, ((active / deviation) ** 2 - 1) / float(model[is_active].mean()))


def _averaged(trace: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    return np.asarray(trace[: trace.size // n * n].reshape(-1, n).mean(axis=1))


def _most_active(
    averaged: Callable[[int], NDArray[np.float64] | None],
    n_cells: int,
    *,
    fps: float,
    most_frames: int,
) -> list[NDArray[np.float64]]:
    """Give the traces that rise furthest above their noise."""
    ranks: list[tuple[float, int]] = []
    n_wanted = 0
    for cell in range(n_cells):
        trace = averaged(cell)
        if trace is not None and noise_deviation(trace) > 0:
            ranks.append((-activity(trace, fps), cell))
            n_wanted = int(np.clip(most_frames // trace.size, 1, MOST_CELLS))
    chosen = (averaged(cell) for _, cell in sorted(ranks)[:n_wanted])
    return [trace[:most_frames] for trace in chosen if trace is not None]


def activity(trace: NDArray[np.float64], fps: float) -> float:
    """Give how far a trace rises above its noise; the noise must not be 0."""
    pieces = _averaged(trace, max(1, round(0.3 * fps)))
    return float((np.percentile(pieces, 98) - np.median(pieces)) / noise_deviation(trace))


def _downhill(
    cost: Callable[[float, float], float],
    times: tuple[float, float],
    *,
    rise_step: float,
    off_step: float,
    together: bool = False,
    check: Callable[[], None] | None = None,
) -> tuple[float, float]:
    """Follow the cost downhill by factors, one time after the other or both together."""
    steps = [(1.0, off_step), (1.0, 1 / off_step), (rise_step, 1.0), (1 / rise_step, 1.0)]
    steps += [(1 / rise_step, off_step), (rise_step, 1 / off_step)]
    if together:
        steps = [(rise_step, off_step), (1 / rise_step, 1 / off_step)]
    steps = [step for step in steps if step != (1.0, 1.0)]
    best = cost(*times)
    has_moved = True
    while has_moved:
        has_moved = False
        for rise, off in steps:
            while True:
                if check is not None:
                    check()
                near = (times[0] * rise, times[1] * off)
                value = cost(*near)
                if not value < best - 1:
                    break
                best, times, has_moved = value, near, True
    return times

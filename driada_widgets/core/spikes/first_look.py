"""What a trace is like before its transients are searched for good: drift, noise and decay.

Noise of real recordings is seldom white: movement, neuropil and filters make it wander over
seconds, which its finest detail does not show. So it is measured at the length of a transient.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.spikes.drift import drift_of, stronger_noise
from driada_widgets.core.spikes.pursuit import Pursuit, Rules
from driada_widgets.core.spikes.templates import templates_for
from driada_widgets.core.spikes.transient_times import LONGEST_RISE_SHARE, T_OFF_RANGE_SEC

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from driada_widgets.core.spikes.templates import Templates
    from driada_widgets.core.spikes.transient_times import CleanTrace

__all__ = ["FirstLook", "Seen", "shared_templates"]

LOOK_RULES = Rules(take_z=4.0, keep_z=4.0, n_rounds=4, n_moves=0)
"""Only what is clear is taken, so that noise that wanders is left to be measured."""

STEP, MOST_STEPS = 2**0.5, 6
STEP_PRICE = 60.0
"""What each step away from the recording's decay must explain, in twice the log likelihood."""

DECAY_FRAMES = 4000
"""A neuron's own decay is measured where it is most active, on so many frames."""

FEWEST_TRANSIENTS = 3
"""Transients from which a neuron's own decay is measured, at least."""


@functools.lru_cache(maxsize=4)
def shared_templates(
    n_frames: int, fps: float, t_rise_sec: float, t_off_sec: float
) -> tuple[Templates, NDArray[np.float64]]:
    """Give what neurons of equal kinetics share: transients, and their sums of squares."""
    templates = templates_for(n_frames, fps=fps, t_rise_sec=t_rise_sec, t_off_sec=t_off_sec)
    return templates, templates.power()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What a first look tells.

    Parameters
    ----------
    t_off_sec
        Decay time.
    baseline
        The drift, shape ``(n_frames,)``.
    noise
        Standard deviation of the noise at the baseline, at the length of a transient.
    places
        Onsets of the clearest transients, on the grid of the templates.
    """

    t_off_sec: float
    baseline: NDArray[np.float64]
    noise: float
    places: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Search:
    """A search of a trace for its clearest transients, and what it found."""

    pursuit: Pursuit
    places: NDArray[np.int64]
    model: NDArray[np.float64]
    cost: float


class FirstLook:
    """Looks at one trace.

    Parameters
    ----------
    values
        The trace, shape ``(n_frames,)``, finite.
    clean
        The same without drift as far as it is known, and what its finest detail says of the noise.
    fps
        Frame rate in Hz.
    t_rise_sec
        Rise time.
    growth
        Relative growth of the noise's variance with the signal.
    check
        Called before every fit; stops by raising.
    """

    def __init__(
        self,
        values: NDArray[np.float64],
        clean: CleanTrace,
        *,
        fps: float,
        t_rise_sec: float,
        growth: float,
        check: Callable[[], None] | None = None,
    ) -> None:
        self._values, self._white = values, clean.deviation
        self._trace, self._noise = clean.values, clean.deviation
        self._fps, self._t_rise_sec, self._growth = fps, t_rise_sec, growth
        self._check = check

    def seen(self, t_off_sec: float, *, with_decay: bool) -> Seen:
        """Look, from a decay time on.

        Parameters
        ----------
        t_off_sec
            Decay time of the recording.
        with_decay
            Whether the neuron may have another one.
        """
        search = self._searched(self._trace, t_off_sec)
        own = t_off_sec
        baseline = self._learnt(search)
        if self._noise > self._white:  # what was left may be drift that is now known
            self._noise = self._white
            search = self._searched(self._trace, own, search.places)
            baseline = self._learnt(search)
        if self._noise > self._white:
            search = self._searched(self._trace, own, search.places)
        if with_decay and search.places.size >= FEWEST_TRANSIENTS:
            own = self._own_decay(search, own)
        if self._noise > self._white or own != t_off_sec:
            search = self._searched(self._trace, own, search.places)
            baseline = self._learnt(search)
        return Seen(t_off_sec=own, baseline=baseline, noise=self._noise, places=search.places)

    def _searched(
        self,
        trace: NDArray[np.float64],
        t_off_sec: float,
        start: NDArray[np.int64] | None = None,
    ) -> _Search:
        templates, power = shared_templates(trace.size, self._fps, self._t_rise_sec, t_off_sec)
        pursuit = Pursuit(
            trace,
            templates,
            power=power,
            deviation=self._noise,
            growth=self._growth,
            fps=self._fps,
            rules=LOOK_RULES,
            check=self._check,
        )
        found = pursuit.search(start)
        model = templates.summed(found.places, found.amplitudes)
        return _Search(pursuit=pursuit, places=found.places, model=model, cost=pursuit.cost(found))

    def _learnt(self, search: _Search) -> NDArray[np.float64]:
        """Learn drift and noise from what a search left; gives the drift."""
        left = self._values - search.model
        baseline = drift_of(left, fps=self._fps, percent=50.0)
        spread = search.pursuit.spread(search.model, left - baseline)
        self._noise = stronger_noise(self._noise, spread, white=self._white)
        self._trace = self._values - baseline
        return baseline

    def _own_decay(self, search: _Search, t_off_sec: float) -> float:
        """Follow the cost downhill from the recording's decay, slower first."""
        trace = self._trace
        if trace.size > DECAY_FRAMES:
            before = np.concatenate([[0.0], np.cumsum(search.model)])
            first = int((before[DECAY_FRAMES:] - before[:-DECAY_FRAMES]).argmax())
            trace = trace[first : first + DECAY_FRAMES]
        shortest = max(T_OFF_RANGE_SEC[0], self._t_rise_sec / LONGEST_RISE_SHARE)
        at_first = self._searched(trace, t_off_sec).cost
        for step in (STEP, 1 / STEP):
            own, cost = t_off_sec, at_first
            for _ in range(MOST_STEPS):
                if not shortest <= own * step <= T_OFF_RANGE_SEC[1]:
                    break
                near = self._searched(trace, own * step).cost
                if not near < cost - STEP_PRICE:
                    break
                own, cost = own * step, near
            if own != t_off_sec:
                return own
        return t_off_sec

"""One neuron: search, subtract what was found, search again; then amplitudes and onsets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.spikes.amplitudes import (
    fitted_amplitudes,
    peak_amplitudes,
    peak_frames,
    spikes_of_events,
)
from driada_widgets.core.spikes.events import event_ridges, scaled
from driada_widgets.core.spikes.kernel import peak_offset, sum_of_transients, transient
from driada_widgets.core.spikes.parameters import NeuronWaveletParameters
from driada_widgets.core.spikes.ridges import Ridges
from driada_widgets.core.spikes.threshold import noise_threshold, runs_above
from driada_widgets.core.spikes.wavelet import filter_bank, get_adaptive_wavelet_scales

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from driada_widgets.core.spikes.parameters import (
        NeuronThresholdParameters,
        ReconstructionParameters,
    )
    from driada_widgets.core.spikes.wavelet import FilterBank

__all__ = ["CellSpikes", "bank_for", "reconstruct_cell", "threshold_events"]

SENSITIVITY_STEP = 0.2
"""Share by which each adaptive search lowers its threshold."""

LOWEST_N_MAD = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class CellSpikes:
    """What was found in the trace of one neuron.

    Parameters
    ----------
    frames, heights
        Frame and amplitude of every spike, in order of time.
    starts, ends
        Half-open frames of every event, search after search.
    ridges
        The events as ridges; ``None`` if they were found otherwise.
    problem
        Why nothing could be found, to finish the sentence "its trace is ..."; empty if something
        could.
    reconstruction
        Sum of the transients, shape ``(n_frames,)``, where spikes and kinetics alone do not give it
        exactly: a transient may start within a frame; else ``None``.
    """

    frames: NDArray[np.int64]
    heights: NDArray[np.float64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    ridges: Ridges | None
    problem: str = ""
    reconstruction: NDArray[np.floating[Any]] | None = None


def bank_for(
    n_frames: int,
    parameters: ReconstructionParameters,
    *,
    wavelet: Any = None,
    times: Any = None,
) -> FilterBank | None:
    """Prepare what all neurons share: the filters of the wavelet method, else nothing.

    Parameters
    ----------
    n_frames
        Length of the traces.
    parameters
        How spikes are reconstructed.
    wavelet, times
        A wavelet and the time resolutions of its scales in frames; ``None``: the default.

    Returns
    -------
    FilterBank or None
    """
    if not isinstance(parameters.detection, NeuronWaveletParameters):
        return None
    return _bank(n_frames, parameters.fps, wavelet, times)


def _bank(n_frames: int, fps: float, wavelet: Any = None, times: Any = None) -> FilterBank:
    scales = tuple(get_adaptive_wavelet_scales(fps).tolist())
    known = None if times is None else tuple(np.asarray(times, dtype=np.float64).tolist())
    if wavelet is None:
        return filter_bank(n_frames, scales, known)
    return filter_bank(n_frames, scales, known, wavelet)


def reconstruct_cell(
    calcium: NDArray[Any],
    parameters: ReconstructionParameters,
    *,
    t_rise: float,
    t_off: float,
    iterative: bool = True,
    bank: FilterBank | None = None,
    check: Callable[[], None] | None = None,
) -> CellSpikes:
    """Reconstruct the spikes of one trace.

    Parameters
    ----------
    calcium
        Shape ``(n_frames,)``.
    parameters
        How.
    t_rise, t_off
        Rise and decay time in frames.
    iterative
        False searches once, and takes whatever is found.
    bank
        From ``bank_for``; ``None``: prepared here.
    check
        Called now and then; stops by raising.

    Returns
    -------
    CellSpikes
        Without spikes, and with a ``problem``, if the trace is constant, too short or not finite.
    """
    trace = np.asarray(calcium, dtype=np.float64)
    problem = _problem(trace)
    if problem:
        return _nothing(parameters, problem)
    finder = _finder(trace, parameters, bank, check)
    search = _Search(parameters, t_rise, t_off, iterative=iterative)
    starts, ends = search.run(finder, check)
    peaks = peak_frames(trace, starts, ends)
    if parameters.amplitude_method == "peak":
        amplitudes = peak_amplitudes(trace, starts, ends, int(parameters.fps))
    else:
        amplitudes = fitted_amplitudes(
            trace,
            starts,
            ends,
            peaks,
            t_rise=t_rise,
            t_off=t_off,
            expansion=int(parameters.event_mask_expansion_sec * parameters.fps),
        )
    frames, heights = spikes_of_events(
        amplitudes,
        starts,
        ends,
        peaks,
        n_frames=trace.size,
        offset=peak_offset(t_rise, t_off),
    )
    return CellSpikes(
        frames=frames, heights=heights, starts=starts, ends=ends, ridges=search.ridges(finder)
    )


def threshold_events(
    trace: NDArray[np.float64], parameters: NeuronThresholdParameters
) -> NDArray[np.int64]:
    """Find events above a level once; half-open frames, shape ``(n_events, 2)``."""
    if trace.size == 0:
        return np.zeros((0, 2), dtype=np.int64)
    level = parameters.threshold
    if level is None:
        level = noise_threshold(trace, parameters.n_mad)
    return runs_above(
        trace,
        level,
        shortest=parameters.min_duration_frames,
        merge_gap=parameters.merge_gap_frames,
    )


def _problem(trace: NDArray[np.float64]) -> str:
    """Say why nothing can be found in a trace, if so."""
    if trace.size < 3:
        return f"only {trace.size} frames long"
    low, high = float(trace.min()), float(trace.max())
    if not np.isfinite(high - low):
        return "not finite"
    return "constant" if low == high else ""


def _nothing(parameters: ReconstructionParameters, problem: str) -> CellSpikes:
    whole = np.zeros(0, dtype=np.int64)
    return CellSpikes(
        frames=whole,
        heights=np.zeros(0),
        starts=whole,
        ends=whole,
        ridges=Ridges.none() if parameters.method == "wavelet" else None,
        problem=problem,
    )


class _WaveletFinder:
    """Finds events as ridges, in a trace or in what is left of it."""

    def __init__(
        self,
        trace: NDArray[np.float64],
        parameters: NeuronWaveletParameters,
        bank: FilterBank,
        check: Callable[[], None] | None,
    ) -> None:
        signal = scaled(trace)
        self.signal = trace if signal is None else signal
        self.changes = False
        self._parameters, self._bank, self._check = parameters, bank, check
        self.found: list[Ridges] = []

    def find(self, signal: NDArray[np.float64], number: int) -> NDArray[np.int64]:
        """Find events; ``number`` counts the searches and changes nothing."""
        ridges = event_ridges(
            signal,
            self._bank,
            sigma=self._parameters.sigma,
            order=self._parameters.order,
            criterion=self._parameters.criterion,
            check=self._check,
        )
        self.found.append(ridges)
        return ridges.bounds


class _ThresholdFinder:
    """Finds events above a level that the original trace sets."""

    def __init__(
        self, trace: NDArray[np.float64], parameters: NeuronThresholdParameters, *, adaptive: bool
    ) -> None:
        signal = scaled(trace) if parameters.use_scaled else trace
        self.signal = trace if signal is None else signal
        self.changes = adaptive and parameters.threshold is None
        self._parameters = parameters

    def find(self, signal: NDArray[np.float64], number: int) -> NDArray[np.int64]:
        """Find events; adaptive levels sink with the ``number`` of the search."""
        parameters = self._parameters
        level = parameters.threshold
        if level is None:
            n_mad = parameters.n_mad
            if self.changes:
                n_mad = max(LOWEST_N_MAD, n_mad * (1 - SENSITIVITY_STEP * number))
            level = noise_threshold(self.signal, n_mad)
        return runs_above(
            signal,
            level,
            shortest=parameters.min_duration_frames,
            merge_gap=parameters.merge_gap_frames,
        )


_Finder = _WaveletFinder | _ThresholdFinder


def _finder(
    trace: NDArray[np.float64],
    parameters: ReconstructionParameters,
    bank: FilterBank | None,
    check: Callable[[], None] | None,
) -> _Finder:
    detection = parameters.detection
    if isinstance(detection, NeuronWaveletParameters):
        return _WaveletFinder(trace, detection, bank or _bank(trace.size, detection.fps), check)
    return _ThresholdFinder(trace, detection, adaptive=parameters.adaptive_thresholds)


class _Search:
    """Searches again in what the events found so far do not explain."""

    def __init__(
        self,
        parameters: ReconstructionParameters,
        t_rise: float,
        t_off: float,
        *,
        iterative: bool,
    ) -> None:
        self._parameters = parameters
        self._kernel = transient(t_rise, t_off)
        self._n_searches = parameters.n_iter if iterative else 1
        self._fewest = parameters.min_events_threshold if iterative else 0
        self._taken: list[int] = []

    def run(
        self, finder: _Finder, check: Callable[[], None] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give the starts and ends of all events, search after search."""
        signal = finder.signal
        events = [np.zeros((0, 2), dtype=np.int64)]
        for number in range(self._n_searches):
            if check is not None:
                check()
            found = finder.find(signal, number)
            if len(found) >= self._fewest:
                self._taken.append(number)
                events.append(found)
                if number + 1 < self._n_searches:
                    signal = signal - self._explained(signal, found)
            elif not finder.changes:
                break  # the next search would find the same
        starts, ends = np.concatenate(events).T
        return starts.copy(), ends.copy()

    def _explained(
        self, signal: NDArray[np.float64], events: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Give a quick reconstruction; of events that start together the last counts."""
        starts, ends = events.T
        heights = peak_amplitudes(signal, starts, ends, int(self._parameters.fps))
        at = dict(zip(starts.tolist(), heights.tolist(), strict=True))
        return sum_of_transients(at.keys(), at.values(), signal.size, self._kernel)

    def ridges(self, finder: _Finder) -> Ridges | None:
        """Give the ridges of all searches that counted."""
        if isinstance(finder, _ThresholdFinder):
            return None
        taken = [finder.found[number] for number in self._taken]
        taken = [ridges for ridges in taken if len(ridges)]
        return Ridges.joined(taken) if taken else Ridges.none()

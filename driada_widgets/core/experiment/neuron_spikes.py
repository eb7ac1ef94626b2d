"""Spikes of one neuron: found in its trace, with the kinetics that its events show."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.experiment.derive import amplitude_dtype
from driada_widgets.core.experiment.events import CellEvents, runs_of
from driada_widgets.core.experiment.neuron_metrics import NeuronMetrics
from driada_widgets.core.experiment.spike_methods import check_method
from driada_widgets.core.signals.series import TimeSeries
from driada_widgets.core.spikes.deconvolution import (
    DECONVOLUTION_METHODS,
    DeconvolutionParameters,
    deconvolved_cell,
    times_in_frames,
)
from driada_widgets.core.spikes.events import mark_events, scaled
from driada_widgets.core.spikes.kernel import cut_note
from driada_widgets.core.spikes.parameters import (
    NeuronThresholdParameters,
    ReconstructionParameters,
)
from driada_widgets.core.spikes.reconstruct import bank_for, reconstruct_cell, threshold_events
from driada_widgets.core.spikes.ridges import Ridges
from driada_widgets.core.spikes.threshold import SimpleEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from driada_widgets.core.experiment.cell_work import CellOutcome
    from driada_widgets.core.spikes.reconstruct import CellSpikes

    Rows = Callable[[], tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]]

__all__ = ["NeuronSpikes", "default_kinetics_warning"]


def default_kinetics_warning(cell_id: object, fps: float) -> str:
    """Say that spikes are reconstructed again although the kinetics were never fitted."""
    return (
        f"Neuron {cell_id}: Re-running reconstruction with default kinetics. Consider optimizing "
        f"first: neuron.optimize_kinetics(method='direct', fps={fps})"
    )


class NeuronSpikes(NeuronMetrics):
    """How spikes get on a neuron; ``Neuron`` has the data.

    The methods here are the *per-neuron* family. The load-time family of ``reconstruct_spikes=``
    shares the words ``wavelet`` and ``threshold`` and is another pair of algorithms
    (``core.spikes.load_time``).
    """

    threshold_events: list[SimpleEvent]

    def reconstruct_spikes(  # noqa: PLR0917 - the reference's signature
        self,
        method: str = "wavelet",
        iterative: bool = True,
        n_iter: int = 3,
        min_events_threshold: int = 2,
        adaptive_thresholds: bool = False,
        amplitude_method: str = "deconvolution",
        show_progress: bool = False,
        create_event_regions: bool = False,
        event_mask_expansion_sec: float = 5.0,
        wavelet: Any = None,
        rel_wvt_times: ArrayLike | None = None,
        use_gpu: bool = False,
        **kwargs: Any,
    ) -> NDArray[np.float64] | None:
        """Find spikes in the trace: events, their amplitudes, and where their transients start.

        Parameters
        ----------
        method
            ``"wavelet"``: ridges of a wavelet transform; ``"threshold"``: runs above noise.
            ``"matched"``: transients of the trace's own shape; ``"oasis"``: the field's
            deconvolution, from a package. These two look at the trace as recorded, take of the
            arguments that follow only ``create_event_regions``, and set ``t_rise`` and ``t_off``.
        iterative
            Search again in what the events found so far do not explain; else once.
        n_iter
            Number of searches.
        min_events_threshold
            A search that finds fewer events adds nothing.
        adaptive_thresholds
            Whether later searches are more sensitive (threshold method).
        amplitude_method
            ``"deconvolution"`` fits all transients together, ``"peak"`` measures each.
        show_progress, use_gpu
            Accepted and not used.
        create_event_regions
            Whether ``events`` marks the frames of events; else it is cleared.
        event_mask_expansion_sec
            Seconds around events over which amplitudes are fitted. The threshold method takes it
            from ``kwargs`` only, where its default is 2.
        wavelet, rel_wvt_times
            A ``MorseWavelet`` and the time resolutions of its scales in frames; ``None``: default.
        **kwargs
            ``fps`` in Hz (``None``: the neuron's). Wavelet: ``min_event_dur`` and
            ``max_event_dur`` in seconds, ``scale_length_thr``, ``max_scale_thr``,
            ``max_ampl_thr``, and ``sigma`` in frames at every frame rate. Threshold:
            ``threshold``, ``n_mad``, ``min_duration_frames``, ``merge_gap_frames``,
            ``use_scaled``. ``matched``: ``t_rise_sec`` and ``t_off_sec`` (``None``: measured),
            ``min_snr``, ``smallest_share``. ``oasis``: ``order``, ``penalty``.

        Returns
        -------
        ndarray or None
            1 in events, else 0, shape ``(n_frames,)``, if regions were asked for.

        Raises
        ------
        NotImplementedError
            If the method is unknown.
        ParameterError
            A ``ValueError``: a parameter that is unknown or cannot be.

        Warns
        -----
        UserWarning
            If nothing can be found in the trace; if it is done again with default kinetics; if
            the decay is so slow that the transient is cut.

        Notes
        -----
        ``asp`` has one entry a spike, in the units of ``ca``, at the frame where its transient
        starts; ``sp`` is 1 there.
        """
        check_method(method)
        if method in DECONVOLUTION_METHODS:
            self._deconvolve(method, {**kwargs, "create_event_regions": create_event_regions})
            return None if self.events is None else np.asarray(self.events.data, dtype=np.float64)
        parameters = self._parameters(
            method,
            kwargs,
            n_iter=n_iter,
            min_events_threshold=min_events_threshold,
            adaptive_thresholds=adaptive_thresholds,
            amplitude_method=amplitude_method,
            create_event_regions=create_event_regions,
            event_mask_expansion_sec=event_mask_expansion_sec,
        )
        if self.asp is not None and (self.t_rise is None or self.t_off is None):
            text = default_kinetics_warning(self.cell_id, parameters.fps)
            warnings.warn(text, UserWarning, stacklevel=2)
        t_rise, t_off = self._kinetics()
        found = reconstruct_cell(
            self.ca.data,
            parameters,
            t_rise=t_rise,
            t_off=t_off,
            iterative=iterative,
            bank=bank_for(self.n_frames, parameters, wavelet=wavelet, times=rel_wvt_times),
        )
        for text in self._what_to_know(found, t_off):
            warnings.warn(text, UserWarning, stacklevel=2)
        self._take_spikes(found, parameters)
        return None if self.events is None else np.asarray(self.events.data, dtype=np.float64)

    def _deconvolve(self, method: str, options: dict[str, Any]) -> None:
        """Find spikes in the trace as recorded, with kinetics of its own."""
        rate = options.pop("fps", None)
        fps = float(self.fps if rate is None else rate)
        parameters = DeconvolutionParameters.of(method, options, fps=fps)
        trace = self.ca.data if self.recorded is None else self.recorded()
        found, kinetics = deconvolved_cell(trace, parameters)
        for text in self._what_to_know(found, None):
            warnings.warn(text, UserWarning, stacklevel=3)
        self._t_rise, self._t_off = times_in_frames(found, kinetics, fps)
        self._kinetics_changed()
        self._take_spikes(found, parameters)

    def _parameters(
        self, method: str, options: dict[str, Any], **common: Any
    ) -> ReconstructionParameters:
        given = {name: value for name, value in options.items() if name != "fps"}
        rate = options.get("fps")
        return ReconstructionParameters.of(
            method, given | {"fps": self.fps if rate is None else rate}, **common
        )

    def _what_to_know(self, found: CellSpikes, t_off: float | None) -> list[str]:
        texts = []
        if found.problem:
            texts.append(f"Neuron {self.cell_id}: no spikes, its trace is {found.problem}.")
        note = None if t_off is None else cut_note(t_off)
        if note is not None:
            texts.append(note.text)
        return texts

    def _take_spikes(
        self,
        found: CellSpikes,
        parameters: ReconstructionParameters | DeconvolutionParameters,
        *,
        rows: Rows | None = None,
    ) -> None:
        """Put what was found on the neuron.

        Parameters
        ----------
        found
            The spikes.
        parameters
            How they were found.
        rows
            Gives spikes, amplitudes and reconstruction of all frames, where something else keeps
            them.
        """
        name, n_frames = f"neuron_{self.cell_id}", self.n_frames

        def own_rows() -> tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]:
            dtype = amplitude_dtype(self.ca.data.dtype)
            amplitudes = np.zeros(n_frames, dtype=dtype)
            amplitudes[found.frames] = found.heights
            explained = found.reconstruction
            explained = None if explained is None else explained.astype(dtype, copy=False)
            return (amplitudes > 0).astype(np.int64), amplitudes, explained

        give = rows or own_rows
        self.sp = TimeSeries.from_trusted(lambda: give()[0], name=f"{name}_sp", discrete=True)
        self.asp = TimeSeries.from_trusted(lambda: give()[1], name=f"{name}_asp", discrete=False)
        self._take_events(found, parameters)
        self._clear_cached_metrics()
        self.event_r2 = self.event_snr = self.wavelet_snr = None
        self._has_reconstructed = True  # made of asp when it is first asked for
        if found.reconstruction is not None:
            self._reconstructed = TimeSeries.from_trusted(
                lambda: np.asarray(give()[2]), name=f"{name}_reconstructed", discrete=False
            )
        self.new_spikes = None if rows else found
        self.has_own_events = True
        self.is_fresh = True

    def _take_events(
        self, found: CellSpikes, parameters: ReconstructionParameters | DeconvolutionParameters
    ) -> None:
        bounds = np.stack([found.starts, found.ends], axis=1)
        is_exact = isinstance(parameters, ReconstructionParameters)
        if not is_exact:  # nothing of earlier methods is left, so that it can be done again
            self.wvt_ridges = self._kinetics_info = None
        if found.ridges is not None:
            self.wvt_ridges = found.ridges
        else:
            self.threshold_events = _simple_events(bounds)
        self.events = None
        if parameters.create_event_regions:
            marked = (
                mark_events(self.n_frames, found.starts, found.ends, parameters.fps)
                if is_exact
                else _marked(self.n_frames, bounds)
            )
            self.events = _region_series(marked, f"neuron_{self.cell_id}")

    def detect_events_threshold(  # noqa: PLR0917 - the reference's signature
        self,
        threshold: float | None = None,
        n_mad: float = 4.0,
        min_duration_frames: int = 3,
        merge_gap_frames: int = 2,
        use_scaled: bool = True,
        signal: ArrayLike | None = None,
    ) -> list[SimpleEvent]:
        """Find events above a level, once; spikes stay as they are.

        Parameters
        ----------
        threshold
            The level; ``None``: ``n_mad`` robust standard deviations above the median.
        n_mad
            See ``threshold``.
        min_duration_frames
            Shorter runs are left out, first.
        merge_gap_frames
            Runs that are this many frames apart, or fewer, are one.
        use_scaled
            Whether the trace is scaled to [0, 1].
        signal
            Another trace to search; ``None``: the neuron's.

        Returns
        -------
        list of SimpleEvent
            Also kept in ``threshold_events``.
        """
        parameters = NeuronThresholdParameters(
            fps=self.fps,
            threshold=threshold,
            n_mad=n_mad,
            min_duration_frames=min_duration_frames,
            merge_gap_frames=merge_gap_frames,
            use_scaled=use_scaled,
        )
        trace = np.asarray(self.ca.data if signal is None else signal, dtype=np.float64)
        if signal is None and use_scaled:
            is_scaled = scaled(trace)
            trace = np.zeros(trace.size) if is_scaled is None else is_scaled
        self.threshold_events = _simple_events(threshold_events(trace, parameters))
        self.has_own_events = True
        return self.threshold_events

    def _take_outcome(self, outcome: CellOutcome, rows: Rows) -> None:
        """Put on the neuron what a worker found."""
        is_other = (outcome.t_rise, outcome.t_off) != (self._t_rise, self._t_off)
        if is_other or isinstance(outcome.parameters, DeconvolutionParameters):
            self._t_rise, self._t_off = outcome.t_rise, outcome.t_off
            self._kinetics_changed()
        self._take_spikes(outcome.spikes, outcome.parameters, rows=rows)

    def event_record(self, cell: int) -> CellEvents:
        """Give what is known about the neuron's events, to be stored with the experiment."""
        found: list[SimpleEvent] | None = getattr(self, "threshold_events", None)
        bounds = None
        if found is not None:
            pairs = [(int(event.start), int(event.end)) for event in found]
            bounds = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        marks = None if self.events is None else np.asarray(self.events.data)
        return CellEvents(
            cell=cell,
            ridges=self.wvt_ridges if isinstance(self.wvt_ridges, Ridges) else None,
            threshold=bounds,
            regions=None if marks is None else runs_of(marks > 0),
            kinetics=self._kinetics_info,
            is_fresh=self.is_fresh,
        )

    def restore_events(self, stored: CellEvents) -> None:
        """Take back what ``event_record`` gave."""
        if stored.is_fresh:
            given = self._reconstructed  # of the same spikes: an older one is not stored
            self._clear_cached_metrics()
            self.event_r2 = self.event_snr = self.wavelet_snr = None
            self._reconstructed = given
            self._has_reconstructed = given is not None or self.asp is not None
        if stored.ridges is not None:
            self.wvt_ridges = stored.ridges
        if stored.threshold is not None:
            self.threshold_events = _simple_events(stored.threshold)
        if stored.regions is not None:
            marked = _marked(self.n_frames, stored.regions)
            self.events = _region_series(marked, f"neuron_{self.cell_id}")
        self._kinetics_info = None if stored.kinetics is None else dict(stored.kinetics)
        self.is_fresh = stored.is_fresh


def _simple_events(bounds: NDArray[np.int64]) -> list[SimpleEvent]:
    return [SimpleEvent(float(start), float(end)) for start, end in bounds.tolist()]


def _region_series(marked: NDArray[np.bool_], name: str) -> TimeSeries:
    return TimeSeries.from_trusted(marked.astype(np.float64), name=f"{name}_events", discrete=True)


def _marked(n_frames: int, bounds: NDArray[np.int64]) -> NDArray[np.bool_]:
    marked = np.zeros(n_frames, dtype=bool)
    for start, stop in bounds.tolist():
        marked[start:stop] = True
    return marked

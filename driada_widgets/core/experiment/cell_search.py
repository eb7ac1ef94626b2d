"""A search for spikes, prepared once for all neurons of an experiment."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from driada_widgets.core.experiment.cell_work import do
from driada_widgets.core.experiment.derive import amplitude_dtype
from driada_widgets.core.experiment.raw_traces import KeptTraces
from driada_widgets.core.experiment.spike_methods import per_neuron_parameters, wavelet_of
from driada_widgets.core.spikes.deconvolution import DeconvolutionParameters
from driada_widgets.core.spikes.matched import kinetics_of
from driada_widgets.core.spikes.reconstruct import bank_for
from driada_widgets.core.spikes.transient_times import MOST_FRAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from driada_widgets.core.experiment.cell_work import CellOutcome, CellTask, KineticsFit
    from driada_widgets.core.experiment.contents import Contents
    from driada_widgets.core.experiment.neuron import Neuron
    from driada_widgets.core.report import Progress
    from driada_widgets.core.spikes.matched import Kinetics
    from driada_widgets.core.spikes.parameters import ReconstructionParameters
    from driada_widgets.core.spikes.wavelet import FilterBank

__all__ = ["CellSearch", "load_packages", "search_for"]

KINETICS_STAGE = "Measuring rise and decay"

PACKAGES = (
    "scipy.linalg",
    "scipy.ndimage",
    "scipy.fft",
    "scipy.sparse",
    "scipy.spatial",
    "scipy.optimize",
    "scipy.interpolate",
    "scipy.integrate",
    "scipy.stats",
    "scipy.signal",
    "pywt",
)
"""What searches import when they first run, in parts that take at most 0.2 s each."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CellSearch:
    """How the spikes of one neuron after another are found.

    Parameters
    ----------
    parameters
        How.
    fit
        When kinetics are fitted to events (the exact methods).
    bank
        Filters that all neurons share, or ``None``.
    traces
        Calcium as recorded, if that is what is searched; ``None``: what analyses see.
    kinetics
        Measured on the recording, for ``matched``; ``None``: not needed.
    """

    parameters: ReconstructionParameters | DeconvolutionParameters
    fit: KineticsFit
    bank: FilterBank | None = None
    traces: KeptTraces | None = None
    kinetics: Kinetics | None = None

    @property
    def is_exact(self) -> bool:
        """Whether it is one of the methods that give what driada gives."""
        return self.traces is None

    @property
    def works_in_threads(self) -> bool:
        """Whether several neurons at a time are faster, and safe.

        Thresholds are so little work a neuron that threads would only wait for each other, and
        the package behind ``oasis`` does not say that it may be called from several.
        """
        return self.bank is not None or self.parameters.method == "matched"

    def task(self, neuron: Neuron) -> CellTask:
        """Give what is known of a neuron; its calcium follows when it is searched, if it can."""
        return neuron._task(self.parameters.fps, with_calcium=self.is_exact)  # noqa: SLF001

    def find(self, cell: int, task: CellTask, check: Callable[[], None]) -> CellOutcome:
        """Find the spikes of one neuron."""
        if self.traces is not None:
            task = replace(task, calcium=self.traces[cell])
        outcome = do(
            task,
            self.parameters,
            fit=self.fit,
            bank=self.bank,
            kinetics=self.kinetics,
            check=check,
        )
        explained = outcome.spikes.reconstruction
        if self.traces is None or explained is None:
            return outcome
        dtype = amplitude_dtype(self.traces.contents.calcium.dtype)
        spikes = replace(outcome.spikes, reconstruction=explained.astype(dtype))
        return replace(outcome, spikes=spikes)


def search_for(
    contents: Contents,
    method: str,
    options: Mapping[str, Any],
    *,
    n_frames: int,
    fps: float,
    most_frames: int = MOST_FRAMES,
    progress: Progress | None = None,
) -> CellSearch:
    """Prepare what all neurons share.

    Parameters
    ----------
    contents
        What the experiment is made from.
    method, options
        A per-neuron method and its options.
    n_frames
        Of the experiment.
    fps
        Frame rate in Hz.
    most_frames
        Frames on which kinetics are measured at most, for ``matched``.
    progress
        Told when kinetics are measured; asked whether to stop.

    Raises
    ------
    NotImplementedError
        If the method is unknown.
    ParameterError
        If an option is unknown or cannot be.
    LoadCancelledError
        If the progress was cancelled.
    """
    parameters, fit = per_neuron_parameters(method, options, fps=fps)
    load_packages(progress)
    if isinstance(parameters, DeconvolutionParameters):
        traces, kinetics = KeptTraces(contents), None
        if parameters.needs_kinetics:
            if progress is not None:
                progress.begin(KINETICS_STAGE)
            check = None if progress is None else progress.check
            kinetics = kinetics_of(traces, fps=fps, most_frames=most_frames, check=check)
        return CellSearch(parameters=parameters, fit=fit, traces=traces, kinetics=kinetics)
    wavelet, times = wavelet_of(options.get("wavelet")), options.get("rel_wvt_times")
    bank = bank_for(n_frames, parameters, wavelet=wavelet, times=times)
    return CellSearch(parameters=parameters, fit=fit, bank=bank)


def load_packages(progress: Progress | None = None) -> None:
    """Import what searches need, so that the first one can be cancelled as fast as later ones."""
    for name in PACKAGES:
        if progress is not None:
            progress.check()
        importlib.import_module(name)

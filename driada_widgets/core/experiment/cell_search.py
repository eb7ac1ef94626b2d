"""A search for spikes, prepared once for all neurons of an experiment."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.experiment.cell_work import do
from driada_widgets.core.experiment.derive import DerivedArrays, amplitude_dtype
from driada_widgets.core.experiment.raw_traces import KeptTraces
from driada_widgets.core.experiment.spike_methods import per_neuron_parameters, wavelet_of
from driada_widgets.core.spikes.deconvolution import DeconvolutionParameters
from driada_widgets.core.spikes.matched import kinetics_of
from driada_widgets.core.spikes.reconstruct import bank_for
from driada_widgets.core.spikes.transient_times import MOST_FRAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.cell_work import CellOutcome, CellTask, KineticsFit
    from driada_widgets.core.experiment.contents import Contents
    from driada_widgets.core.experiment.neuron import Neuron
    from driada_widgets.core.report import Progress
    from driada_widgets.core.spikes.matched import Kinetics
    from driada_widgets.core.spikes.parameters import ReconstructionParameters
    from driada_widgets.core.spikes.wavelet import FilterBank

__all__ = ["CellSearch", "load_packages", "measured_kinetics", "search_for"]

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


@dataclass(frozen=True, eq=False)
class SeenTraces:
    """Calcium as analyses see it, one trace at a time, so that no copy of all is made."""

    derived: DerivedArrays

    def __getitem__(self, cell: int) -> NDArray[np.floating[Any]]:
        """Give one trace."""
        return self.derived.calcium_of(cell)


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
        What is searched, one trace at a time: calcium as recorded, or what analyses see.
    kept_dtype
        Of reconstructions.
    kinetics
        Measured on the recording, for ``matched``; ``None``: not needed.
    made_of
        Takes reconstructions, all recorded neurons and frames, so that they are never there twice;
        an outcome then holds its row. ``None``: each outcome holds its own.
    """

    parameters: ReconstructionParameters | DeconvolutionParameters
    fit: KineticsFit
    traces: KeptTraces | SeenTraces
    bank: FilterBank | None = None
    kept_dtype: np.dtype[np.floating[Any]]
    kinetics: Kinetics | None = None
    made_of: NDArray[np.floating[Any]] | None = None

    @property
    def is_exact(self) -> bool:
        """Whether it is one of the methods that give what driada gives."""
        return not isinstance(self.parameters, DeconvolutionParameters)

    @property
    def works_in_threads(self) -> bool:
        """Whether several neurons at a time are faster, and safe.

        Thresholds are so little work a neuron that threads would only wait for each other, and
        the package behind ``oasis`` does not say that it may be called from several.
        """
        return self.bank is not None or self.parameters.method == "matched"

    def task(self, neuron: Neuron) -> CellTask:
        """Give what is known of a neuron; its calcium follows when it is searched."""
        return neuron._task(self.parameters.fps, with_calcium=False)  # noqa: SLF001

    def find(self, cell: int, task: CellTask, check: Callable[[], None]) -> CellOutcome:
        """Find the spikes of one neuron."""
        outcome = do(
            replace(task, calcium=self.traces[cell]),
            self.parameters,
            fit=self.fit,
            bank=self.bank,
            kinetics=self.kinetics,
            check=check,
        )
        explained = outcome.spikes.reconstruction
        if explained is None or not isinstance(self.traces, KeptTraces):
            return outcome
        if self.made_of is None:
            kept = explained.astype(self.kept_dtype)
        else:
            kept = self.traces.put(self.made_of, cell, explained.astype(np.float64, copy=False))
        return replace(outcome, spikes=replace(outcome.spikes, reconstruction=kept))

    def with_rows(self, contents: Contents) -> CellSearch:
        """Give the same, with rows for the reconstructions of all neurons where there are some."""
        if self.is_exact:
            return self
        return replace(self, made_of=np.zeros(contents.calcium.shape, dtype=self.kept_dtype))


def search_for(
    contents: Contents,
    method: str,
    options: Mapping[str, Any],
    *,
    fps: float,
    derived: DerivedArrays | None = None,
    kinetics: Kinetics | None = None,
    progress: Progress | None = None,
) -> CellSearch:
    """Prepare what all neurons share.

    Parameters
    ----------
    contents
        What the experiment is made from.
    method, options
        A per-neuron method and its options.
    fps
        Frame rate in Hz.
    derived
        Calcium as analyses see it, if there is an experiment; ``None``: made of the contents.
    kinetics
        Of the recording, for ``matched``, if they are known; ``None``: measured.
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
        if kinetics is None and parameters.needs_kinetics:
            kinetics = measured_kinetics(contents, fps=fps, progress=progress)
        return CellSearch(
            parameters=parameters,
            fit=fit,
            traces=KeptTraces(contents),
            kept_dtype=amplitude_dtype(contents.calcium.dtype),
            kinetics=kinetics,
        )
    wavelet, times = wavelet_of(options.get("wavelet")), options.get("rel_wvt_times")
    seen = SeenTraces(derived or DerivedArrays(contents))
    bank = bank_for(seen.derived.n_frames, parameters, wavelet=wavelet, times=times)
    return CellSearch(
        parameters=parameters,
        fit=fit,
        traces=seen,
        bank=bank,
        kept_dtype=amplitude_dtype(contents.calcium.dtype),
    )


def measured_kinetics(
    contents: Contents,
    *,
    fps: float,
    most_frames: int = MOST_FRAMES,
    cells: Sequence[int] | None = None,
    progress: Progress | None = None,
) -> Kinetics:
    """Measure rise and decay of a recording, for ``matched``.

    Parameters
    ----------
    contents
        What the experiment is made from.
    fps
        Frame rate in Hz.
    most_frames
        Frames on which they are measured at most.
    cells
        Neurons of which the most active are taken; ``None``: all.
    progress
        Told that it begins; asked whether to stop.

    Raises
    ------
    LoadCancelledError
        If the progress was cancelled.
    """
    if progress is not None:
        progress.begin(KINETICS_STAGE)
    check = None if progress is None else progress.check
    traces = KeptTraces(contents, cells)
    return kinetics_of(traces, fps=fps, most_frames=most_frames, check=check)


def load_packages(progress: Progress | None = None) -> None:
    """Import what searches need, so that the first one can be cancelled as fast as later ones."""
    for name in PACKAGES:
        if progress is not None:
            progress.check()
        importlib.import_module(name)

"""The neurons of an experiment, each made when it is first indexed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from driada_widgets.core.experiment.derive import edge_mask
from driada_widgets.core.experiment.limits import CALCIUM_EDGE_DECAYS
from driada_widgets.core.experiment.neuron import Neuron
from driada_widgets.core.experiment.raw_traces import KeptTraces
from driada_widgets.core.signals.series import TimeSeries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.contents import Contents
    from driada_widgets.core.experiment.derive import DerivedArrays

__all__ = ["NeuronMaker"]


class NeuronMaker:
    """Makes the neuron of an index, as views of the experiment's arrays; touches no values.

    Parameters
    ----------
    contents
        Says which arrays there are, and which kinetics were set.
    derived
        The arrays.
    default_kinetics
        Rise and decay time in frames.
    fps
        Frame rate in Hz, as given.
    metrics
        Stored measures: one list a measure, one item a neuron.
    """

    def __init__(
        self,
        contents: Contents,
        derived: DerivedArrays,
        *,
        default_kinetics: tuple[float, float],
        fps: float,
        metrics: Mapping[str, Any] | None,
    ) -> None:
        self._contents = contents
        self._derived = self._spike_arrays = derived
        self._default_kinetics = default_kinetics
        self._fps = fps
        self._traces = KeptTraces(contents)
        self._metrics = metrics
        self._kinetics = {kinetics.cell: kinetics for kinetics in contents.kinetics}
        self.calcium_edge = int(CALCIUM_EDGE_DECAYS * default_kinetics[1])

    def __call__(self, cell: int) -> Neuron:
        """Make the neuron of one index."""
        derived, spikes = self._derived, self._spike_arrays
        name = f"neuron_{cell}"
        neuron = Neuron.from_series(
            str(cell),
            ca=TimeSeries.from_trusted(
                lambda: derived.calcium[cell],
                name=f"{name}_ca",
                discrete=False,
                shuffle_mask=lambda: edge_mask(derived.n_frames, self.calcium_edge),
            ),
            sp=_series(
                self._has("spikes", cell), lambda: spikes.spikes, cell, f"{name}_sp", discrete=True
            ),
            asp=_series(self._has("asp", cell), lambda: spikes.asp, cell, f"{name}_asp"),
            reconstructed=_series(
                self._has("reconstructions", cell),
                lambda: spikes.reconstructions,
                cell,
                f"{name}_reconstructed",
            ),
            n_frames=derived.n_frames,
            default_kinetics=self._default_kinetics,
            fps=self._fps,
            metrics=self._metrics_of(cell),
        )
        traces = self._traces
        neuron.recorded = lambda: traces[cell]
        if cell in self._kinetics:
            neuron.restore_kinetics(self._kinetics[cell].t_rise, self._kinetics[cell].t_off)
        stored = None if self._contents.events is None else self._contents.events.of(cell)
        if stored is not None:
            neuron.restore_events(stored)
        return neuron

    def fresh(self, cell: int) -> Neuron:
        """Make the neuron of an index as if nothing had been found in it yet."""
        contents = replace(
            self._contents, spikes=None, asp=None, reconstructions=None, events=None, kinetics=()
        )
        maker = NeuronMaker(
            contents,
            self._derived,
            default_kinetics=self._default_kinetics,
            fps=self._fps,
            metrics=self._metrics,
        )
        return maker(cell)

    def renew(self, contents: Contents, spike_arrays: DerivedArrays) -> None:
        """Make further neurons with other spikes, events and kinetics."""
        self._contents, self._spike_arrays = contents, spike_arrays
        self._kinetics = {kinetics.cell: kinetics for kinetics in contents.kinetics}

    def _has(self, name: str, cell: int) -> bool:
        """Whether a neuron has a row of an array."""
        if getattr(self._contents, name) is None:
            return False
        return cell in self._contents.given_cells.get(name, (cell,))

    def _metrics_of(self, cell: int) -> dict[str, Any] | None:
        if self._metrics is None:
            return None
        return {key: column[cell] for key, column in self._metrics.items()}


def _series(
    is_given: bool,
    block: Callable[[], NDArray[Any] | None],
    cell: int,
    name: str,
    *,
    discrete: bool = False,
) -> TimeSeries | None:
    if not is_given:
        return None

    def row() -> NDArray[Any]:
        rows = block()
        if rows is None:  # cannot be: it is given
            raise LookupError(name)
        values: NDArray[Any] = rows[cell]
        return values

    return TimeSeries.from_trusted(row, name=name, discrete=discrete)

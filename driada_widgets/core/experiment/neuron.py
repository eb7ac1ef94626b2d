"""One neuron: its calcium, spikes, kinetics and measures."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from driada_widgets.core.errors import DataValueError, ParameterError
from driada_widgets.core.experiment import shuffles
from driada_widgets.core.experiment.derive import edge_mask
from driada_widgets.core.experiment.limits import (
    CALCIUM_EDGE_DECAYS,
    DEFAULT_FPS,
    DEFAULT_T_OFF_SEC,
    DEFAULT_T_RISE_SEC,
)
from driada_widgets.core.experiment.neuron_data import HeldTrace
from driada_widgets.core.experiment.neuron_kinetics import NeuronKinetics
from driada_widgets.core.experiment.trace_checks import (
    positive_or_default,
    prepared_trace,
    row_like,
)
from driada_widgets.core.signals.checks import as_array
from driada_widgets.core.signals.series import TimeSeries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

__all__ = ["KINETICS_NOT_FITTED", "Neuron"]

KINETICS_NOT_FITTED = (
    "Kinetics are measured on events, and a new neuron has none: the default rise and decay times "
    "are used. Call reconstruct_spikes() first, then optimize_kinetics()."
)
"""What is said where fitted kinetics are asked for too early."""


class Neuron(NeuronKinetics):
    """One neuron of an experiment.

    Times are in seconds here and in frames on the object.

    Parameters
    ----------
    cell_id
        Name of the neuron; in an experiment its index as text.
    ca
        Calcium, shape ``(n_frames,)``. Negative values become 0; floats keep their precision.
    sp
        Spikes, shape ``(n_frames,)``, or ``None``; fractions are cut off.
    default_t_rise, default_t_off
        Rise and decay time in seconds, used where none was fitted.
    fps
        Frame rate in Hz.
    fit_individual_t_off, optimize_kinetics
        Ask for fitted kinetics; there are no events yet, so this warns and uses the defaults.
    asp
        Amplitude spikes, shape ``(n_frames,)``, or ``None``.
    wvt_ridges
        Wavelet ridges of the spikes, or ``None``.
    seed
        Seed of the noise that breaks ties in calcium; ``None`` adds none.
    reconstructed
        Calcium made of transients, shape ``(n_frames,)``, or ``None``.
    metrics
        Stored measures by name; ``t_rise`` and ``t_off`` in seconds are taken as fitted.

    Attributes
    ----------
    ca, sp, asp
        Series ``neuron_{cell_id}_ca``, ``_sp``, ``_asp``; the last two may be ``None``.
    default_t_rise, default_t_off
        In frames.
    kinetics_were_set, has_own_events, is_fresh
        Whether ``t_rise`` or ``t_off`` was set on the object, whether events were found on it, and
        whether spikes were reconstructed after its stored measures were made.

    Raises
    ------
    DataShapeError, DataTypeError, DataValueError, ParameterError
        All are ``ValueError``: calcium that is empty or not finite, arrays of other lengths,
        times or rates that are not positive.
    """

    def __init__(  # noqa: PLR0917 - the reference's signature
        self,
        cell_id: str | int,
        ca: ArrayLike,
        sp: ArrayLike | None,
        default_t_rise: float | None = DEFAULT_T_RISE_SEC,
        default_t_off: float | None = DEFAULT_T_OFF_SEC,
        fps: float | None = DEFAULT_FPS,
        fit_individual_t_off: bool = False,
        optimize_kinetics: bool = False,
        asp: ArrayLike | None = None,
        wvt_ridges: Any = None,
        seed: int | np.random.SeedSequence | None = None,
        reconstructed: ArrayLike | None = None,
        metrics: Mapping[str, Any] | None = None,
    ) -> None:
        rate = positive_or_default("fps", fps, DEFAULT_FPS)
        t_rise = positive_or_default("default_t_rise", default_t_rise, DEFAULT_T_RISE_SEC) * rate
        t_off = positive_or_default("default_t_off", default_t_off, DEFAULT_T_OFF_SEC) * rate
        trace = prepared_trace(ca, seed)
        spikes = row_like(sp, "Spike train", trace.size)
        whole_spikes = None if spikes is None else spikes.astype(np.int64)
        self._set_up(
            cell_id,
            ca=TimeSeries.from_trusted(
                trace,
                name=f"neuron_{cell_id}_ca",
                discrete=False,
                shuffle_mask=edge_mask(trace.size, int(CALCIUM_EDGE_DECAYS * t_off)),
            ),
            sp=_series(whole_spikes, f"neuron_{cell_id}_sp", discrete=True),
            asp=_series(row_like(asp, "asp", trace.size), f"neuron_{cell_id}_asp"),
            reconstructed=_series(
                row_like(reconstructed, "reconstructed", trace.size),
                f"neuron_{cell_id}_reconstructed",
            ),
            n_frames=trace.size,
            default_kinetics=(t_rise, t_off),
            fps=DEFAULT_FPS if fps is None else fps,
            metrics=metrics,
        )
        self.wvt_ridges = wvt_ridges
        given = np.asarray(as_array(ca), dtype=np.float64).ravel()
        if given.min() < 0:
            self.recorded = HeldTrace(given)
        if fit_individual_t_off or optimize_kinetics:
            warnings.warn(KINETICS_NOT_FITTED, UserWarning, stacklevel=2)

    @classmethod
    def from_series(
        cls,
        cell_id: str,
        *,
        ca: TimeSeries,
        sp: TimeSeries | None,
        asp: TimeSeries | None,
        reconstructed: TimeSeries | None,
        n_frames: int,
        default_kinetics: tuple[float, float],
        fps: float,
        metrics: Mapping[str, Any] | None = None,
    ) -> Self:
        """Make a neuron from series known to be good: nothing is checked or touched.

        Parameters
        ----------
        cell_id
            As in the constructor.
        ca, sp, asp, reconstructed
            Series of ``n_frames`` frames.
        n_frames
            Number of frames.
        default_kinetics
            Rise and decay time in frames.
        fps
            Frame rate in Hz.
        metrics
            As in the constructor.

        Returns
        -------
        Neuron
        """
        neuron = cls.__new__(cls)
        neuron._set_up(  # noqa: SLF001 - own class
            cell_id,
            ca=ca,
            sp=sp,
            asp=asp,
            reconstructed=reconstructed,
            n_frames=n_frames,
            default_kinetics=default_kinetics,
            fps=fps,
            metrics=metrics,
        )
        return neuron

    def get_shuffled_calcium(
        self,
        method: str = "roll_based",
        return_array: bool = True,
        seed: int | None = None,
        *,
        shift: int | None = None,
        n: int = 100,
    ) -> NDArray[Any] | TimeSeries:
        """Give shuffled calcium.

        Parameters
        ----------
        method
            ``"roll_based"``: shifted in time; ``"waveform_based"``: transients at shuffled
            places; ``"chunks_based"``: ``n`` chunks in random order.
        return_array
            An array of shape ``(n_frames,)``, else a series.
        seed
            Seed; ``None`` draws from NumPy's global state.
        shift
            Frames to roll by; ``None``: random.
        n
            Number of chunks.

        Returns
        -------
        ndarray or TimeSeries

        Raises
        ------
        ParameterError
            If the method is unknown, or the trace is too short to roll.
        DataValueError
            If a waveform-based shuffle has no spikes.
        """
        trace, random = self.ca.data, shuffles.random_state(seed)
        t_rise, t_off = self._kinetics()
        if method == "roll_based":
            shuffled = shuffles.rolled(trace, t_off, random, shift)
        elif method == "chunks_based":
            shuffled = shuffles.permuted_chunks(trace, random, n)
        elif method == "waveform_based":
            spikes = self.asp if self.asp is not None else self.sp
            if spikes is None:
                msg = "A waveform-based shuffle needs spikes, and this neuron has none."
                raise DataValueError(msg, where="spikes")
            shuffled = shuffles.shuffled_waveform(
                trace, spikes.data, random, t_rise=t_rise, t_off=t_off
            )
        else:
            raise _unknown_shuffle(method, shuffles.CALCIUM_SHUFFLES)
        return shuffled if return_array else TimeSeries(shuffled, discrete=False)

    def get_shuffled_spikes(
        self, method: str = "isi_based", return_array: bool = True, seed: int | None = None
    ) -> NDArray[np.float64] | TimeSeries:
        """Give spikes with their intervals in random order, from a random start.

        Parameters
        ----------
        method
            ``"isi_based"``.
        return_array
            An array of shape ``(n_frames,)``, else a series.
        seed
            Seed; ``None`` draws from NumPy's global state.

        Returns
        -------
        ndarray or TimeSeries

        Raises
        ------
        AttributeError
            If there are no spikes.
        ParameterError
            If the method is unknown.
        """
        if self.sp is None:
            msg = "Unable to shuffle spikes without spikes data"
            raise AttributeError(msg)
        if method not in shuffles.SPIKE_SHUFFLES:
            raise _unknown_shuffle(method, shuffles.SPIKE_SHUFFLES)
        shuffled = shuffles.permuted_intervals(self.sp.data, shuffles.random_state(seed))
        return shuffled if return_array else TimeSeries(shuffled, discrete=True)


def _series(row: NDArray[Any] | None, name: str, *, discrete: bool = False) -> TimeSeries | None:
    return None if row is None else TimeSeries.from_trusted(row, name=name, discrete=discrete)


def _unknown_shuffle(method: str, known: tuple[str, ...]) -> ParameterError:
    msg = f"Invalid method '{method}'. Must be one of {list(known)}"
    return ParameterError(msg, where="method", found=method, expected=", ".join(known))

"""What one neuron consists of: series, kinetics, and calcium made of transients."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.kernel import convolved
from driada_widgets.core.experiment.limits import check_positive
from driada_widgets.core.experiment.scaler import TraceScaler
from driada_widgets.core.experiment.trace_checks import number_or_none
from driada_widgets.core.signals.series import TimeSeries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from driada_widgets.core.spikes.reconstruct import CellSpikes

__all__ = ["HeldTrace", "NeuronData"]

STORED_METRICS = {
    "r2_score": "reconstruction_r2",
    "snr_recon": "snr_reconstruction",
    "event_r2_score": "event_r2",
    "event_snr": "event_snr",
    "wavelet_snr": "wavelet_snr",
    "noise_level": "noise_ampl",
}
"""Keys of stored metrics and the attributes that they become."""


@dataclass(frozen=True, slots=True, eq=False)
class HeldTrace:
    """Gives a trace that it holds."""

    trace: NDArray[np.float64]

    def __call__(self) -> NDArray[np.float64]:
        """Give the trace."""
        return self.trace


class NeuronData:
    """The data and the kinetics of a neuron; ``Neuron`` says how it is made."""

    def _set_up(
        self,
        cell_id: str | int,
        *,
        ca: TimeSeries,
        sp: TimeSeries | None,
        asp: TimeSeries | None,
        reconstructed: TimeSeries | None,
        n_frames: int,
        default_kinetics: tuple[float, float],
        fps: float,
        metrics: Mapping[str, Any] | None,
    ) -> None:
        self.cell_id = cell_id
        self.ca, self.sp, self.asp = ca, sp, asp
        self.events: TimeSeries | None = None
        self.wvt_ridges: Any = None
        self.wavelet_snr: float | None = None
        self.n_frames, self.fps = n_frames, fps
        self.default_t_rise, self.default_t_off = default_kinetics
        self.event_r2: float | None = None
        self.event_snr: float | None = None
        self._kinetics_info: dict[str, Any] | None = None
        self._t_rise: float | None = None
        self._t_off: float | None = None
        self.kinetics_were_set = False
        self.has_own_events = False
        self.is_fresh = False
        self.new_spikes: CellSpikes | None = None
        self.recorded: Callable[[], NDArray[np.float64]] | None = None
        self._clear_cached_metrics()
        self._reconstructed: TimeSeries | None = reconstructed
        self._has_reconstructed = reconstructed is not None
        self.metrics = None if metrics is None else dict(metrics)
        self._take_stored_metrics()

    def __getstate__(self) -> dict[str, Any]:
        """Give everything, with the trace as recorded instead of what gives it."""
        state = dict(self.__dict__)
        if self.recorded is not None:
            state["recorded"] = HeldTrace(self.recorded())
        return state

    def _take_stored_metrics(self) -> None:
        stored = {key: number_or_none(value) for key, value in (self.metrics or {}).items()}
        t_rise, t_off = stored.get("t_rise"), stored.get("t_off")
        if t_rise is not None and t_rise > 0:
            self._t_rise = t_rise * self.fps
        if t_off is not None and t_off > (t_rise or 0) and t_off > 0:
            self._t_off = t_off * self.fps
        for key, attribute in STORED_METRICS.items():
            if stored.get(key) is not None:
                setattr(self, attribute, stored[key])

    @property
    def t_rise(self) -> float | None:
        """Fitted rise time in frames, or ``None``; setting it forgets measures that used it."""
        return self._t_rise

    @t_rise.setter
    def t_rise(self, value: float | None) -> None:
        if value is not None:
            check_positive("value", value)
        self._t_rise = value
        self._kinetics_changed()

    @property
    def t_off(self) -> float | None:
        """Fitted decay time in frames, or ``None``; setting it forgets measures that used it."""
        return self._t_off

    @t_off.setter
    def t_off(self, value: float | None) -> None:
        if value is not None:
            check_positive("value", value)
            if self._t_rise is not None and value <= self._t_rise:
                msg = f"t_off ({value:.2f}) must be greater than t_rise ({self._t_rise:.2f})"
                raise ParameterError(msg, where="t_off", found=str(value))
        self._t_off = value
        self._kinetics_changed()

    def restore_kinetics(self, t_rise: float | None, t_off: float | None) -> None:
        """Set both times in frames, as they were set before; a given reconstruction stays."""
        if (t_rise, t_off) != (self._t_rise, self._t_off):
            given = self._reconstructed
            self._t_rise, self._t_off = t_rise, t_off
            self._clear_cached_metrics()
            self._reconstructed, self._has_reconstructed = given, given is not None
        self.kinetics_were_set = True

    def _kinetics_changed(self) -> None:
        self.kinetics_were_set = True
        self._clear_cached_metrics()

    def _clear_cached_metrics(self) -> None:
        self._reconstructed = None
        self._has_reconstructed = False
        self.noise_ampl: float | None = None
        self.mad: float | None = None
        self.snr: float | None = None
        self.mae: float | None = None
        self.reconstruction_r2: float | None = None
        self.snr_reconstruction: float | None = None
        self.event_count: int | None = None

    @property
    def sp_count(self) -> int:
        """Sum of the spikes, 0 without spikes."""
        return 0 if self.sp is None else int(self.sp.data.sum())

    @property
    def ca_scaler(self) -> TraceScaler:
        """Scaling of calcium to [0, 1]."""
        return TraceScaler(self.ca.data)

    @property
    def reconstructed(self) -> TimeSeries | None:
        """Calcium made of transients: given, else from amplitude spikes, else from spikes.

        ``None`` without spikes. Spikes without amplitudes give a ``UserWarning``.
        """
        if self._reconstructed is None:
            source = self.asp
            if source is None and self.sp is not None:
                source = self.sp
                msg = (
                    "Reconstructed from spikes without amplitudes, so all transients have one "
                    "height; amplitude spikes (asp) give each its own."
                )
                warnings.warn(msg, UserWarning, stacklevel=2)
            if source is None:
                return None
            t_rise, t_off = self._kinetics()
            self._reconstructed = TimeSeries.from_trusted(
                convolved(source.data, t_rise=t_rise, t_off=t_off),
                name=f"neuron_{self.cell_id}_reconstructed",
                discrete=False,
            )
        return self._reconstructed

    def _kinetics(self) -> tuple[float, float]:
        """Give rise and decay time in frames: fitted, else the defaults."""
        t_rise = self.default_t_rise if self._t_rise is None else self._t_rise
        t_off = self.default_t_off if self._t_off is None else self._t_off
        return t_rise, t_off

    def __repr__(self) -> str:
        """Name the neuron without touching its data."""
        spikes = "without spikes" if self.sp is None else "with spikes"
        return f"<Neuron {self.cell_id!r}, {self.n_frames} frames, {spikes}>"

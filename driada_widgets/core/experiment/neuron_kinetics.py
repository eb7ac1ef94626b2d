"""Rise and decay times of one neuron, measured on the events that were found in its trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.cell_work import CellTask, measure_kinetics
from driada_widgets.core.experiment.neuron_spikes import NeuronSpikes
from driada_widgets.core.spikes.parameters import check_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NeuronKinetics"]

KINETICS_METHOD = "direct"


class NeuronKinetics(NeuronSpikes):
    """How kinetics are fitted; ``Neuron`` has the data."""

    def optimize_kinetics(
        self,
        method: str = KINETICS_METHOD,
        fps: float | None = None,
        update_reconstruction: bool = True,
        max_event_dur_multiplier: float = 4,
        detection_method: str = "auto",
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Measure rise and decay time on the events found so far, and use them.

        Parameters
        ----------
        method
            ``"direct"``.
        fps
            Frame rate in Hz; ``None``: the neuron's.
        update_reconstruction
            Whether spikes are found again with the new times, in one search, with regions.
        max_event_dur_multiplier
            Decay times that the longest event of that search lasts, beside one rise time.
        detection_method
            Accepted and not used: ridges count if there are some, else events above threshold.
        **kwargs
            ``aggregation``: ``"median"`` (default) or ``"mean"`` over events.

        Returns
        -------
        dict
            See ``core.spikes.kinetics.fit_kinetics``. Only if both times were measured
            (``optimized``) are ``t_rise`` and ``t_off`` set.

        Raises
        ------
        ParameterError
            A ``ValueError``: another method, or an unknown argument.
        """
        if method != KINETICS_METHOD:
            msg = f"Only 'direct' method is supported, got '{method}'"
            raise ParameterError(msg, where="method", found=method, expected=KINETICS_METHOD)
        check_names(kwargs, ("aggregation",), "optimize_kinetics")
        rate = self.fps if fps is None else fps
        result = measure_kinetics(self._task(rate), **kwargs)
        if not result["optimized"]:
            return result
        self._set_kinetics(result["t_rise"] * rate, result["t_off"] * rate)
        if update_reconstruction:
            self._reconstruct_again(result, rate, max_event_dur_multiplier)
        return result

    def _reconstruct_again(
        self, result: dict[str, Any], fps: float, max_event_dur_multiplier: float
    ) -> None:
        options: dict[str, Any] = {"fps": fps, "iterative": False, "create_event_regions": True}
        if getattr(self, "threshold_events", None):
            self.reconstruct_spikes("threshold", **options)
            return
        longest = result["t_rise"] + max_event_dur_multiplier * result["t_off"]
        self.reconstruct_spikes("wavelet", max_event_dur=longest, **options)

    def _set_kinetics(self, t_rise: float, t_off: float) -> None:
        self._t_rise, self._t_off = t_rise, t_off
        self._kinetics_changed()

    def get_kinetics(
        self,
        method: str = KINETICS_METHOD,
        fps: float | None = None,
        use_cached: bool = True,
        update_reconstruction: bool = True,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Give the result of ``optimize_kinetics``, which is made once and kept.

        Parameters
        ----------
        method, fps, update_reconstruction, **kwargs
            As in ``optimize_kinetics``.
        use_cached
            Whether a result that is kept is given.

        Returns
        -------
        dict
        """
        if self._kinetics_info is None or not use_cached:
            self._kinetics_info = self.optimize_kinetics(
                method, fps, update_reconstruction, **kwargs
            )
            self.has_own_events = True
        return self._kinetics_info

    def _task(self, fps: float, *, with_calcium: bool = True) -> CellTask:
        """Give what a worker needs to know of the neuron."""
        starts, ends = self._known_events()
        return CellTask(
            calcium=self.ca.data if with_calcium else np.zeros(0),
            starts=starts,
            ends=ends,
            t_rise=self._t_rise,
            t_off=self._t_off,
            default_t_rise=self.default_t_rise,
            default_t_off=self.default_t_off,
            fps=fps,
        )

    def _known_events(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give first and last frames: of ridges if there are some, else above threshold."""
        events = self.wvt_ridges or getattr(self, "threshold_events", None) or ()
        starts = np.array([int(event.start) for event in events], dtype=np.int64)
        return starts, np.array([int(event.end) for event in events], dtype=np.int64)

"""Quality measures of one neuron, each computed when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from driada_widgets.core.errors import DataValueError, ParameterError
from driada_widgets.core.experiment.neuron_data import NeuronData

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from driada_widgets.core.signals.series import TimeSeries

__all__ = ["NeuronMetrics"]

MAD_TO_SIGMA = 1.482602218505602
"""Ratio of sigma to the median absolute deviation of normal noise, ``1 / norm.ppf(0.75)``."""

ROUNDED_MAD_TO_SIGMA = 1.4826
"""The same to four places; thresholds of events are defined with it."""

FEWEST_EVENTS = 3
FEWEST_BASELINE_FRAMES = 10

NO_EVENTS = (
    "No event regions detected. Call reconstruct_spikes(create_event_regions=True) first, or use "
    "detect_events_threshold() to detect events."
)


class NeuronMetrics(NeuronData):
    """The measures of a neuron; ``Neuron`` has the data.

    Notes
    -----
    MAD is the median absolute deviation from the median. Measures that compare calcium ``ca``
    with its reconstruction use the residual ``ca - reconstruction``.
    """

    def get_mad(self) -> float:
        """Give the MAD of calcium, not scaled to sigma."""
        if self.mad is None:
            self.mad = _mad(_float64(self.ca))
        return self.mad

    def get_snr(self, method: str = "simple") -> float:
        """Give the signal-to-noise ratio.

        Parameters
        ----------
        method
            ``"simple"``: mean calcium at spikes over its MAD; ``"wavelet"``: see
            ``get_wavelet_snr``.

        Returns
        -------
        float

        Raises
        ------
        ParameterError
            If the method is unknown.
        DataValueError
            If there are no spikes, or the MAD is zero.
        """
        if method == "wavelet":
            return self.get_wavelet_snr()
        if method != "simple":
            msg = f"Invalid method '{method}'. Must be 'simple' or 'wavelet'"
            raise ParameterError(msg, where="method", found=method)
        if self.snr is None:
            self.snr = self._simple_snr()
        return self.snr

    def _simple_snr(self) -> float:
        spikes = self.asp if self.asp is not None else self.sp
        if spikes is None or not np.any(spikes.data):
            msg = "No spike data available"
            raise DataValueError(msg, where="spikes")
        mad = self.get_mad()
        if mad == 0:
            msg = "MAD is zero, cannot compute SNR"
            raise DataValueError(msg, where="calcium")
        return float(_float64(self.ca)[np.flatnonzero(spikes.data)].mean() / mad)

    def get_noise_ampl(self) -> float:
        """Give the root mean square of the residual."""
        if self.noise_ampl is None:
            residual = self._residual("noise amplitude")
            self.noise_ampl = float(np.sqrt(np.mean(residual**2)))
        return self.noise_ampl

    def get_snr_reconstruction(self) -> float:
        """Give the standard deviation of calcium over the root mean square of the residual."""
        if self.snr_reconstruction is None:
            noise = self.get_noise_ampl()
            deviation = float(_float64(self.ca).std())
            self.snr_reconstruction = deviation / noise if noise else float("inf")
        return self.snr_reconstruction

    def get_reconstruction_r2(
        self, event_only: bool = False, n_mad: float = 3.0, use_detected_events: bool = True
    ) -> float:
        """Give the share of variance that the reconstruction explains, ``1 - SSres / SStot``.

        Parameters
        ----------
        event_only
            Only frames of events count.
        n_mad
            Without detected events: frames this many (scaled) MAD above the median are events.
        use_detected_events
            Whether ``event_only`` uses detected events.

        Returns
        -------
        float
            NaN if calcium is constant over the frames that count.

        Raises
        ------
        DataValueError
            If there are no amplitude spikes, or no events where they are needed.
        """
        self._need_amplitudes("reconstruction R²")
        if not event_only:
            if self.reconstruction_r2 is None:
                everywhere = np.ones(self.ca.data.size, dtype=bool)
                self.reconstruction_r2 = self._r2(everywhere)
            return self.reconstruction_r2
        return self._r2(self._event_mask() if use_detected_events else self._above(n_mad))

    def _r2(self, mask: NDArray[np.bool_]) -> float:
        calcium = _float64(self.ca)[mask]
        residual = self._residual("reconstruction R²")[mask]
        if calcium.size == 0:
            raise DataValueError(NO_EVENTS, where="events")
        total = float(np.sum((calcium - calcium.mean()) ** 2))
        return 1 - float(np.sum(residual**2)) / total if total else float("nan")

    def get_mae(self) -> float:
        """Give the mean absolute residual."""
        self._need_amplitudes("MAE calculation")
        if self.mae is None:
            self.mae = float(np.mean(np.abs(self._residual("MAE calculation"))))
        return self.mae

    def get_baseline_noise_std(self, n_mad: float = 3.0) -> float:
        """Give the standard deviation of the residual; ``n_mad`` is not used."""
        return float(np.std(self._residual("noise estimation")))

    def get_nmae(self, n_mad: float = 3.0) -> float:
        """Give the mean absolute residual over the residual's standard deviation."""
        return self.get_mae() / self._noise_to_divide_by(n_mad)

    def get_nrmse(self, n_mad: float = 3.0) -> float:
        """Give the root mean square of the residual over its standard deviation."""
        return self.get_noise_ampl() / self._noise_to_divide_by(n_mad)

    def _noise_to_divide_by(self, n_mad: float) -> float:
        noise = self.get_baseline_noise_std(n_mad)
        if noise == 0:
            msg = "The residual is constant, so it cannot be divided by its standard deviation."
            raise DataValueError(msg, where="calcium")
        return noise

    def get_event_count(self) -> int:
        """Give the number of amplitude spikes."""
        if self.event_count is None:
            if self.asp is None:
                _refuse("Spike reconstruction", "event counting")
            self.event_count = int(np.count_nonzero(self.asp.data))
        return self.event_count

    def get_event_snr_db(self, n_mad: float = 4.0) -> float:
        """Give mean calcium in events over the deviation outside, in decibels.

        Parameters
        ----------
        n_mad
            Frames this many scaled MAD above the median are events.

        Returns
        -------
        float

        Raises
        ------
        DataValueError
            If there are no events, or calcium is constant outside of them.
        """
        calcium, is_event = _float64(self.ca), self._above(n_mad)
        if not is_event.any():
            msg = "No events detected. A smaller n_mad counts smaller events."
            raise DataValueError(msg, where="n_mad", found=str(n_mad))
        noise = float(calcium[~is_event].std())
        if noise == 0:
            msg = "Baseline noise is zero, cannot compute SNR"
            raise DataValueError(msg, where="calcium")
        return float(20 * np.log10(calcium[is_event].mean() / noise))

    def get_event_snr(self) -> float:
        """Give ``get_wavelet_snr``, under its other name."""
        return self.get_wavelet_snr()

    def get_wavelet_snr(self) -> float:
        """Give the height of detected events over baseline noise.

        Returns
        -------
        float
            Median of the events' maxima minus the baseline's median, over the baseline's scaled
            MAD.

        Raises
        ------
        DataValueError
            If there are too few events or baseline frames, or no noise.
        """
        if self.wavelet_snr is None:
            self.wavelet_snr = self._event_height_over_noise()
        return self.wavelet_snr

    def _event_height_over_noise(self) -> float:
        calcium, is_event = _float64(self.ca), self._event_mask()
        edges = np.flatnonzero(np.diff(np.concatenate([[False], is_event, [False]]).astype(int)))
        runs = edges.reshape(-1, 2)
        if len(runs) < FEWEST_EVENTS:
            msg = (
                f"Too few events detected ({len(runs)}). Need at least {FEWEST_EVENTS} events for "
                "reliable SNR calculation."
            )
            raise DataValueError(msg, where="events")
        baseline = calcium[~is_event]
        if baseline.size < FEWEST_BASELINE_FRAMES:
            msg = (
                f"Insufficient baseline frames ({baseline.size}). Need at least "
                f"{FEWEST_BASELINE_FRAMES} baseline frames."
            )
            raise DataValueError(msg, where="events")
        noise = MAD_TO_SIGMA * _mad(baseline)
        if noise == 0:
            msg = "Baseline noise is zero, cannot compute SNR"
            raise DataValueError(msg, where="calcium")
        heights = [calcium[start:stop].max() for start, stop in runs]
        return float((np.median(heights) - np.median(baseline)) / noise)

    def _event_mask(self) -> NDArray[np.bool_]:
        """Mark frames of events: regions, else events above threshold, else ridges."""
        if self.events is not None:
            mask = np.asarray(self.events.data) > 0
            if not mask.any():
                raise DataValueError(NO_EVENTS, where="events")
            return mask
        for found in (getattr(self, "threshold_events", None), self.wvt_ridges):
            if found is not None and len(found):
                return _mask_of(found, self.ca.data.size)
        raise DataValueError(NO_EVENTS, where="events")

    def _above(self, n_mad: float) -> NDArray[np.bool_]:
        calcium = _float64(self.ca)
        threshold = np.median(calcium) + n_mad * ROUNDED_MAD_TO_SIGMA * _mad(calcium)
        above: NDArray[np.bool_] = calcium > threshold
        return above

    def _residual(self, purpose: str) -> NDArray[np.float64]:
        reconstruction = self.reconstructed
        if reconstruction is None:
            _refuse("Spike reconstruction", purpose)
        return _float64(self.ca) - _float64(reconstruction)

    def _need_amplitudes(self, purpose: str) -> None:
        if self.asp is None:
            _refuse("Amplitude spikes", purpose)


def _refuse(what: str, purpose: str) -> NoReturn:
    msg = f"{what} required for {purpose}. Call reconstruct_spikes() first."
    raise DataValueError(msg, where="asp")


def _float64(series: TimeSeries) -> NDArray[np.float64]:
    return np.asarray(series.data, dtype=np.float64)


def _mad(values: NDArray[np.float64]) -> float:
    return float(np.median(np.abs(values - np.median(values))))


def _mask_of(events: Iterable[Any], n_frames: int) -> NDArray[np.bool_]:
    mask = np.zeros(n_frames, dtype=bool)
    for event in events:
        mask[max(0, int(event.start)) : int(event.end)] = True
    return mask

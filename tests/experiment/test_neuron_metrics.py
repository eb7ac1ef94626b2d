from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.experiment.kernel import transient
from driada_widgets.core.experiment.neuron import Neuron
from driada_widgets.core.signals.series import TimeSeries

N_FRAMES = 1000
RNG = np.random.default_rng(0)
SPIKES = (RNG.random(N_FRAMES) < 0.02).astype(float)
AMPLITUDES = SPIKES * RNG.uniform(0.5, 2.0, N_FRAMES)
CLEAN = np.convolve(AMPLITUDES, transient(5.0, 40.0))[:N_FRAMES]
CALCIUM = np.abs(CLEAN + 0.1 * RNG.normal(size=N_FRAMES))
RESIDUAL = CALCIUM - CLEAN
MEDIAN = float(np.median(CALCIUM))
MAD = float(np.median(np.abs(CALCIUM - MEDIAN)))
RUNS = ((100, 150), (300, 340), (500, 590), (700, 750))


def _neuron(**changes: Any) -> Neuron:
    given: dict[str, Any] = {"cell_id": 0, "ca": CALCIUM, "sp": SPIKES, "asp": AMPLITUDES}
    return Neuron(**(given | changes))


def _with_events(*runs: tuple[int, int], **changes: Any) -> Neuron:
    mask = np.zeros(N_FRAMES, dtype=int)
    for start, stop in runs:
        mask[start:stop] = 1
    neuron = _neuron(**changes)
    neuron.events = TimeSeries(mask, discrete=True)
    return neuron


@pytest.mark.parametrize(
    ("method", "kept_as", "expected"),
    [
        ("get_mad", "mad", MAD),
        ("get_snr", "snr", CALCIUM[SPIKES > 0].mean() / MAD),
        ("get_noise_ampl", "noise_ampl", np.sqrt(np.mean(RESIDUAL**2))),
        (
            "get_reconstruction_r2",
            "reconstruction_r2",
            1 - np.sum(RESIDUAL**2) / np.sum((CALCIUM - CALCIUM.mean()) ** 2),
        ),
        (
            "get_snr_reconstruction",
            "snr_reconstruction",
            CALCIUM.std() / np.sqrt(np.mean(RESIDUAL**2)),
        ),
        ("get_mae", "mae", np.abs(RESIDUAL).mean()),
        ("get_baseline_noise_std", None, RESIDUAL.std()),
        ("get_nmae", None, np.abs(RESIDUAL).mean() / RESIDUAL.std()),
        ("get_nrmse", None, np.sqrt(np.mean(RESIDUAL**2)) / RESIDUAL.std()),
        ("get_event_count", "event_count", int(SPIKES.sum())),
    ],
)
def test_measures_are_what_they_say(method: str, kept_as: str | None, expected: float) -> None:
    """Each measure must be its formula over known residuals, and be kept where it is stored."""
    neuron = _neuron()
    value = getattr(neuron, method)()

    assert value == pytest.approx(expected, rel=1e-9)
    if kept_as is not None:
        assert getattr(neuron, kept_as) == value
        setattr(neuron, kept_as, 12.5)
        assert getattr(neuron, method)() == 12.5


def test_event_snr_in_decibels() -> None:
    """It must be the mean above the threshold over the deviation below it."""
    above = CALCIUM > MEDIAN + 2.0 * 1.4826 * MAD
    expected = 20 * np.log10(CALCIUM[above].mean() / CALCIUM[~above].std())

    assert _neuron().get_event_snr_db(2.0) == pytest.approx(expected, rel=1e-12)


def _wavelet_snr(runs: tuple[tuple[int, int], ...]) -> float:
    outside = np.ones(N_FRAMES, dtype=bool)
    for start, stop in runs:
        outside[start:stop] = False
    baseline = CALCIUM[outside]
    noise = np.median(np.abs(baseline - np.median(baseline))) / 0.6744897501960817
    heights = [CALCIUM[start:stop].max() for start, stop in runs]
    return float((np.median(heights) - np.median(baseline)) / noise)


@pytest.mark.parametrize("call", ["get_wavelet_snr", "get_event_snr", "get_snr"])
def test_wavelet_snr(call: str) -> None:
    """It must be the events' height over robust noise of the rest, under each of its names."""
    neuron = _with_events(*RUNS)
    value = neuron.get_snr("wavelet") if call == "get_snr" else getattr(neuron, call)()

    assert value == pytest.approx(_wavelet_snr(RUNS), rel=1e-9)
    assert neuron.wavelet_snr == value


class _Event:
    def __init__(self, start: float, end: float) -> None:
        self.start, self.end = start, end


@pytest.mark.parametrize("where", ["threshold_events", "wvt_ridges"])
def test_events_are_taken_where_they_are(where: str) -> None:
    """Without event regions, events above threshold and ridges must do."""
    neuron = _neuron()
    setattr(neuron, where, [_Event(float(start), float(stop)) for start, stop in RUNS])

    assert neuron.get_wavelet_snr() == pytest.approx(_wavelet_snr(RUNS), rel=1e-9)


def test_r2_over_events() -> None:
    """Over events only their frames must count, by detected events or by a threshold."""
    mask = np.zeros(N_FRAMES, dtype=bool)
    for start, stop in RUNS:
        mask[start:stop] = True
    neuron = _with_events(*RUNS)
    above = CALCIUM > MEDIAN + 1.0 * 1.4826 * MAD

    for frames, kwargs in ((mask, {}), (above, {"use_detected_events": False, "n_mad": 1.0})):
        traces = CALCIUM[frames]
        expected = 1 - np.sum(RESIDUAL[frames] ** 2) / np.sum((traces - traces.mean()) ** 2)
        value = neuron.get_reconstruction_r2(event_only=True, **kwargs)  # type: ignore[arg-type]  # of two kinds
        assert value == pytest.approx(expected, rel=1e-9)


FIRST = "Call reconstruct_spikes() first."
NO_EVENTS = "No event regions detected."


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("get_snr", "No spike data available"),
        ("get_noise_ampl", f"Spike reconstruction required for noise amplitude. {FIRST}"),
        ("get_snr_reconstruction", f"Spike reconstruction required for noise amplitude. {FIRST}"),
        ("get_reconstruction_r2", f"Amplitude spikes required for reconstruction R². {FIRST}"),
        ("get_mae", f"Amplitude spikes required for MAE calculation. {FIRST}"),
        ("get_nmae", f"Amplitude spikes required for MAE calculation. {FIRST}"),
        ("get_nrmse", FIRST),
        ("get_baseline_noise_std", f"Spike reconstruction required for noise estimation. {FIRST}"),
        ("get_event_count", f"Spike reconstruction required for event counting. {FIRST}"),
        ("get_wavelet_snr", NO_EVENTS),
        ("get_event_snr", NO_EVENTS),
    ],
)
def test_measures_say_what_they_need(method: str, text: str) -> None:
    """Without spikes a measure must say in the documented words what it needs."""
    neuron = _neuron(sp=None, asp=None)

    with pytest.raises(ValueError, match=re.escape(text)):
        getattr(neuron, method)()


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (((100, 150), (200, 250)), "Too few events detected (2). Need at least 3 events"),
        (((0, 400), (401, 700), (702, 1000)), "Insufficient baseline frames (3)."),
        ((), NO_EVENTS),
    ],
    ids=["few-events", "no-baseline", "no-events"],
)
def test_wavelet_snr_needs_events_and_baseline(
    runs: tuple[tuple[int, int], ...], text: str
) -> None:
    """Too few events or baseline frames must be said with their number."""
    with pytest.raises(ValueError, match=re.escape(text)):
        _with_events(*runs).get_wavelet_snr()


def test_noise_of_zero_is_said() -> None:
    """A trace without noise must be refused, not divided by zero."""
    flat = np.where(SPIKES > 0, 1.0, 0.0)

    with pytest.raises(ValueError, match="MAD is zero, cannot compute SNR"):
        _neuron(ca=flat).get_snr()
    with pytest.raises(ValueError, match="Baseline noise is zero, cannot compute SNR"):
        _neuron(ca=flat).get_event_snr_db()
    with pytest.raises(ValueError, match="Baseline noise is zero, cannot compute SNR"):
        _with_events(*RUNS, ca=np.ones(N_FRAMES)).get_wavelet_snr()
    with pytest.raises(ValueError, match="No events detected"):
        _neuron(ca=np.ones(N_FRAMES)).get_event_snr_db()
    with pytest.raises(ValueError, match="residual is constant"):
        _neuron(reconstructed=CALCIUM).get_nmae()


def test_exact_reconstructions_have_no_noise() -> None:
    """A reconstruction equal to calcium must have infinite signal to noise."""
    assert _neuron(reconstructed=CALCIUM).get_snr_reconstruction() == np.inf


def test_r2_of_a_constant_trace_is_nan() -> None:
    """Nothing can be explained where nothing varies."""
    assert np.isnan(_neuron(ca=np.ones(N_FRAMES)).get_reconstruction_r2())


def test_unknown_ratios_are_refused() -> None:
    """An unknown method must be refused in the documented words."""
    with pytest.raises(ValueError, match=r"Invalid method 'x'\. Must be 'simple' or 'wavelet'"):
        _neuron().get_snr("x")


def test_ratio_uses_spikes_without_amplitudes() -> None:
    """Where there are no amplitudes, plain spikes must do."""
    expected = CALCIUM[SPIKES > 0].mean() / MAD

    assert _neuron(asp=None).get_snr() == pytest.approx(expected, rel=1e-9)

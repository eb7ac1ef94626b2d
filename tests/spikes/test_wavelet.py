"""Filters and transforms of generalised Morse wavelets."""

from __future__ import annotations

import numpy as np
import pytest

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.spikes.wavelet import (
    FilterBank,
    MorseWavelet,
    filter_bank,
    get_adaptive_wavelet_scales,
    time_resolutions,
)


def slow_transform(
    trace: np.ndarray, scales: tuple[float, ...], beta: float, gamma: float
) -> np.ndarray:
    """Transform by the definition: complex FFT, every bin, no batch."""
    n_frames = trace.size
    n_padded = int(2 ** (1 + np.round(np.log2(n_frames))))
    right = (n_padded - n_frames) // 2
    left = n_padded - n_frames - right
    spectrum = np.fft.fft(np.pad(trace, (left, right), mode="reflect"))
    frequency = 2 * np.pi * np.fft.fftfreq(n_padded)
    frequency[n_padded // 2] = np.pi
    peak = (beta / gamma) ** (1 / gamma)
    rows = []
    for scale in scales:
        positive = frequency > 0
        v = peak * scale * frequency[positive]
        response = np.zeros(n_padded)
        response[positive] = 2 * np.exp(
            -beta * np.log(peak) + peak**gamma + beta * np.log(v) - v**gamma
        )
        response[n_padded // 2] /= 2
        rows.append(np.fft.ifft(response * spectrum).real[left : left + n_frames])
    return np.array(rows)


@pytest.mark.parametrize(
    ("n_frames", "fps"), [(1000, 20.0), (777, 30.0), (90, 2.0), (3, 5.0), (5000, 250.0)]
)
def test_transform_is_its_definition(n_frames: int, fps: float) -> None:
    """Left-out bins, real FFTs and batches change nothing beyond rounding."""
    trace = np.random.default_rng(0).random(n_frames)
    scales = tuple(get_adaptive_wavelet_scales(fps).tolist())

    batches = filter_bank(n_frames, scales).transform(trace)
    transform = np.concatenate([batch.copy() for batch in batches])

    expected = slow_transform(trace, scales, beta=2.0, gamma=3.0)
    np.testing.assert_allclose(transform, expected, atol=1e-12)


def test_other_wavelets_are_their_definition() -> None:
    """Symmetry and decay are parameters, not constants."""
    trace = np.random.default_rng(1).random(600)
    bank = filter_bank(600, (4.0, 9.0), wavelet=MorseWavelet(gamma=2.5, beta=4.0))

    transform = np.concatenate([batch.copy() for batch in bank.transform(trace)])

    expected = slow_transform(trace, (4.0, 9.0), beta=4.0, gamma=2.5)
    np.testing.assert_allclose(transform, expected, atol=1e-12)


def test_scale_peaks_at_its_frequency() -> None:
    """A wave of 1/s radians a frame comes out twice as high at scale s, and lower elsewhere."""
    scale, n_frames = 16.0, 4096
    wave = np.cos(np.arange(n_frames) / scale)
    scales = (8.0, 16.0, 32.0)

    batches = filter_bank(n_frames, scales).transform(wave)
    heights = np.abs(np.concatenate([batch.copy() for batch in batches])[:, 1000:3000]).max(axis=1)

    assert heights[1] == pytest.approx(1.0, rel=1e-3)
    assert max(heights[0], heights[2]) < 0.9 * heights[1]


@pytest.mark.parametrize(("fps", "first", "last"), [(20, 5.5, 45.0), (30, 8.25, 67.5)])
def test_adaptive_scales(fps: float, first: float, last: float) -> None:
    """50 scales from 0.275 to 2.25 seconds, evenly spaced in their logarithm."""
    scales = get_adaptive_wavelet_scales(fps)

    assert scales.size == 50
    assert (scales[0], scales[-1]) == pytest.approx((first, last))
    np.testing.assert_allclose(np.diff(np.log2(scales)), np.log2(last / first) / 49)


def test_time_resolution_is_that_of_the_wavelet() -> None:
    """The closed form agrees with the deviation of the wavelet's squared modulus in time."""
    scale, n = 20.0, 1 << 14
    frequency = 2 * np.pi * np.fft.fftfreq(n)
    response = np.zeros(n)
    positive = frequency > 0
    response[positive] = np.exp(
        MorseWavelet().log_response((scale * frequency[positive]).astype(np.float64))
    )
    power = np.abs(np.fft.fftshift(np.fft.ifft(response))) ** 2
    frames = np.arange(n) - n // 2
    spread = float(np.sqrt(np.sum(power * frames**2) / np.sum(power)))

    assert time_resolutions([scale])[0] == pytest.approx(spread, rel=1e-3)
    nearly = MorseWavelet(gamma=3.0 + 1e-9)
    assert time_resolutions([scale], nearly)[0] == pytest.approx(1.8316 * scale, rel=1e-4)


def test_banks_are_prepared_once() -> None:
    """The same traces ask for the same filters."""
    first = filter_bank(500, (5.0, 6.0))

    assert first is filter_bank(500, (5.0, 6.0))
    assert isinstance(first, FilterBank)


@pytest.mark.parametrize(
    ("scales", "times", "words"),
    [((), None, "Scales must be positive"), ((0.0,), None, "positive"), ((5.0,), (), "0 values")],
)
def test_scales_that_cannot_be_are_refused(
    scales: tuple[float, ...], times: tuple[float, ...] | None, words: str
) -> None:
    """Each is refused with the number that is wrong."""
    with pytest.raises(ParameterError, match=words):
        filter_bank(100, scales, times)


def test_a_wavelet_must_have_positive_parameters() -> None:
    """Others would not be wavelets."""
    with pytest.raises(ParameterError, match="gamma and beta must be positive"):
        MorseWavelet(beta=0)

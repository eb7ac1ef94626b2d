"""Non-negative amplitudes of overlapping transients, against the definition and a dense solver."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from driada_widgets.core.spikes.kernel import peak_offset, sum_of_transients, transient
from driada_widgets.core.spikes.least_squares import nonnegative_amplitudes


def columns(onsets: np.ndarray, n_frames: int, t_rise: float, t_off: float) -> np.ndarray:
    """Give each transient as a column, to the end of the trace."""
    frames = np.arange(n_frames)
    kernel = (1 - np.exp(-frames / t_rise)) * np.exp(-frames / t_off)
    kernel /= kernel.max()
    matrix = np.zeros((n_frames, onsets.size))
    for column, onset in enumerate(onsets):
        matrix[onset:, column] = kernel[: n_frames - onset]
    return matrix


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("t_rise", "t_off"),
    [(5.0, 40.0), (0.5, 4.0), (62.5, 500.0), (5.0, 5.5)],
    ids=["20Hz", "2Hz", "250Hz", "equal"],
)
def test_amplitudes_are_those_of_a_dense_solver(seed: int, t_rise: float, t_off: float) -> None:
    """Also where frames are masked, onsets are equal, and most amplitudes are 0."""
    rng = np.random.default_rng(seed)
    onsets = rng.integers(0, 800, 60)
    onsets[5] = onsets[50]
    trace = rng.random(800) + rng.standard_normal(800)
    mask = rng.random(800) < 0.8

    expected, _ = nnls(columns(onsets, 800, t_rise, t_off)[mask], trace[mask])
    found = nonnegative_amplitudes(trace, onsets, mask, t_rise=t_rise, t_off=t_off)

    # Which of equal onsets has the amplitude is not determined.
    at = np.bincount(onsets, weights=expected)
    np.testing.assert_allclose(np.bincount(onsets, weights=found), at, atol=1e-9 * at.max())
    assert (found >= 0).all()


def test_what_was_put_in_comes_out() -> None:
    """A trace made of transients gives back their amplitudes."""
    onsets = np.array([30, 38, 200, 420])
    amplitudes = np.array([1.0, 0.5, 2.0, 0.25])
    trace = columns(onsets, 500, 5.0, 40.0) @ amplitudes
    everywhere = np.ones(500, dtype=bool)

    found = nonnegative_amplitudes(trace, onsets, everywhere, t_rise=5.0, t_off=40.0)

    np.testing.assert_allclose(found, amplitudes, rtol=1e-10)


@pytest.mark.parametrize(
    ("onsets", "expected_zero"),
    [([499], [0]), ([-1, 10], [0]), ([10, 10, 10], [1, 2]), ([600, 10], [0]), ([], [])],
    ids=["last-frame", "before", "equal", "after", "none"],
)
def test_onsets_that_get_nothing(onsets: list[int], expected_zero: list[int]) -> None:
    """Transients that are nowhere have no amplitude; of equal ones the first has all of it."""
    trace = columns(np.array([10]), 500, 5.0, 40.0)[:, 0]
    everywhere = np.ones(500, dtype=bool)

    found = nonnegative_amplitudes(
        trace, np.array(onsets, dtype=np.int64), everywhere, t_rise=5.0, t_off=40.0
    )

    assert expected_zero == np.flatnonzero(found == 0).tolist()


def test_onsets_that_no_frame_shows_get_nothing() -> None:
    """Where no frame counts there is nothing to fit, and where transients look alike no error."""
    trace = np.ones(2000)
    mask = np.zeros(2000, dtype=bool)
    onsets = np.array([3, 4, 5])
    nowhere = nonnegative_amplitudes(trace, onsets, mask, t_rise=0.5, t_off=40.0)
    mask[1990:] = True
    alike = nonnegative_amplitudes(trace, onsets, mask, t_rise=0.5, t_off=400.0)

    assert nowhere.tolist() == [0, 0, 0]
    assert np.isfinite(alike).all()
    assert alike.sum() > 0


def test_kernel_and_offset() -> None:
    """The numbers of the specification: the peak is at 10.99 frames, the offset is 11.88."""
    kernel = transient(5.0, 40.0)

    assert (kernel.size, int(kernel.argmax()), float(kernel.max())) == (500, 11, 1.0)
    assert peak_offset(5.0, 40.0) == pytest.approx(11.88, abs=0.01)
    assert (peak_offset(5.0, 5.05), peak_offset(6.0, 5.0)) == (0.0, 0.0)
    assert transient(50.0, 1000.0).size == 2000


def test_transients_add_up_and_end_with_the_trace() -> None:
    """A sum of transients is the convolution, cut to the trace."""
    kernel = transient(2.0, 10.0)
    impulses = np.zeros(700)
    impulses[[100, 105, 650]] = [1.0, 2.0, 3.0]

    trace = sum_of_transients([100, 105, 650], [1.0, 2.0, 3.0], 700, kernel)

    np.testing.assert_allclose(trace, np.convolve(impulses, kernel)[:700], atol=1e-12)

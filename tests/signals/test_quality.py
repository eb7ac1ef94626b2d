"""The quality of traces, on traces whose noise, peaks and faults are known by construction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import pearsonr, skew

from driada_widgets.core.errors import LoadCancelledError
from driada_widgets.core.report import Progress
from driada_widgets.core.signals import quality
from driada_widgets.core.signals.quality import (
    circular_correlation,
    correlation,
    measure_quality,
    order_by,
)
from tests.samples import transient_traces

N_FRAMES = 40_000


def rows_of(*rows: NDArray[Any]) -> NDArray[Any]:
    """Stack traces."""
    return np.stack(rows)


@pytest.mark.parametrize("dtype", ["f4", "f8", ">f4"])
@pytest.mark.parametrize("sigma", [0.01, 1.0, 250.0])
def test_noise_is_that_which_was_added(rng: np.random.Generator, sigma: float, dtype: str) -> None:
    """White noise of a known deviation is found, with or without events and an offset.

    The median of n absolute values is off by 1.17 / sqrt(n): 0.8 % with 20 000 details; 3 % are
    allowed where events add a little.
    """
    noise = sigma * rng.standard_normal(N_FRAMES)
    events = sigma * 15 * transient_traces(1, N_FRAMES, np.random.default_rng(3))[0]
    # The sample's own small noise is taken away.
    smooth = np.convolve(events, np.ones(5) / 5, mode="same")

    found = measure_quality(rows_of(noise, noise + smooth + 3 * sigma).astype(dtype))

    np.testing.assert_allclose(found.noise, sigma, rtol=0.03)


def test_peak_baseline_and_snr(rng: np.random.Generator) -> None:
    """One frame 20 noises above a known baseline is the peak, in its place."""
    trace = 5.0 + 0.5 * rng.standard_normal(N_FRAMES)
    trace[1234] = 15.0

    found = measure_quality(trace[np.newaxis])

    assert (found.peak[0], found.peak_frame[0]) == (15.0, 1234)
    assert found.baseline[0] == pytest.approx(5.0, abs=0.02)
    assert found.snr[0] == pytest.approx((15.0 - 5.0) / 0.5, rel=0.03)
    assert found.snr[0] == (found.peak[0] - found.baseline[0]) / found.noise[0]


def test_active_fraction(rng: np.random.Generator) -> None:
    """A tenth of the frames lifted by ten noises is a tenth of activity."""
    trace = rng.standard_normal(N_FRAMES)
    trace[1000:5000] += 10.0

    found = measure_quality(trace[np.newaxis])

    # Of the other nine tenths, 0.1 % of normal noise lies above three deviations.
    assert found.active[0] == pytest.approx(0.1, abs=0.003)


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_skewness_is_scipys(rng: np.random.Generator, offset: float) -> None:
    """The one-walk formula keeps its digits on a great offset."""
    rows = rng.gamma(1.5, size=(3, 5000)) + offset

    np.testing.assert_allclose(measure_quality(rows).skewness, skew(rows, axis=1), rtol=1e-6)


def test_dead_traces_are_told() -> None:
    """Constant and all-NaN traces are dead, and have no ratio and no skewness."""
    found = measure_quality(rows_of(np.full(500, 3.3), np.zeros(500), np.full(500, np.nan)))

    assert found.dead.tolist() == [True, True, True]
    assert found.noise[:2].tolist() == [0.0, 0.0]
    assert np.isnan(found.snr).all()
    assert np.isnan(found.skewness).all()
    assert found.n_missing.tolist() == [0, 0, 500]
    assert found.peak_frame.tolist() == [0, 0, -1]


@pytest.mark.parametrize(
    ("held", "expected"),
    [pytest.param(2, False, id="two-frames"), pytest.param(3, True, id="three-frames")],
)
def test_saturation_is_a_plateau_at_the_top(
    rng: np.random.Generator, held: int, *, expected: bool
) -> None:
    """Three equal greatest values in a row are told; two may be chance, and zeros are no top."""
    trace = np.maximum(0.0, rng.standard_normal(1000))
    trace[700 : 700 + held] = 9.0

    found = measure_quality(trace[np.newaxis])

    assert found.saturated.tolist() == [expected]
    assert found.dead.tolist() == [False]


def test_missing_values_are_counted_and_left_out(rng: np.random.Generator) -> None:
    """NaN and infinite values change nothing but their count."""
    whole = rng.standard_normal((2, N_FRAMES))
    gappy = whole.copy()
    gappy[0, 100:140] = np.nan
    gappy[0, 7] = np.inf

    found, expected = measure_quality(gappy), measure_quality(whole)

    assert found.n_missing.tolist() == [41, 0]
    assert found.peak[1] == expected.peak[1]
    assert found.noise[0] == pytest.approx(expected.noise[0], rel=0.01)
    assert np.isfinite(found.snr).all()


def test_bad_frames_do_not_count(rng: np.random.Generator) -> None:
    """An artefact in marked frames is no peak; frames are still counted in the recording."""
    trace = rng.standard_normal(1000)
    trace[50], trace[200:210] = 9.0, 1000.0
    kept = np.ones(1000, dtype=bool)
    kept[10:40] = kept[200:210] = False

    found = measure_quality(trace[np.newaxis], kept=kept)

    assert (found.peak[0], found.peak_frame[0]) == (9.0, 50)
    assert found.saturated.tolist() == [False]


@pytest.mark.parametrize(
    "calcium",
    [
        pytest.param(np.empty((0, 100)), id="no-neuron"),
        pytest.param(np.empty((3, 0)), id="no-frame"),
        pytest.param(np.array([[1.0], [np.nan]]), id="one-frame"),
        pytest.param(np.array([[1.0, 2.0]]), id="two-frames"),
        pytest.param(np.arange(40, dtype=np.uint8).reshape(2, 20), id="whole-numbers"),
        pytest.param(np.arange(20) % 2 == np.array([[0], [1]]), id="boolean"),
    ],
)
def test_any_shape_is_measured(calcium: NDArray[Any]) -> None:
    """Small and odd recordings give values, not errors or warnings."""
    found = measure_quality(calcium)

    assert found.peak.shape == (len(calcium),)


def test_no_frame_left_is_unknown() -> None:
    """Where every frame is bad, nothing is known."""
    found = measure_quality(np.ones((2, 50)), kept=np.zeros(50, dtype=bool))

    assert np.isnan(found.peak).all()


def test_blocks_and_threads_change_nothing(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However rows are cut into blocks, the numbers are the same to the bit."""
    rows = rng.standard_normal((37, 300))
    rows[5, 20] = np.nan
    at_once = measure_quality(rows)
    monkeypatch.setattr(quality, "BLOCK_BYTES", 1)

    by_row = measure_quality(rows)

    for name in ("noise", "peak", "snr", "skewness", "active", "n_missing"):
        np.testing.assert_array_equal(getattr(by_row, name), getattr(at_once, name))


def test_map_that_is_not_aligned(tmp_path: Path, rng: np.random.Generator) -> None:
    """Arrays in a file may begin at any byte."""
    rows = rng.standard_normal((4, 500)).astype("f4")
    (tmp_path / "x").write_bytes(b"123" + rows.tobytes())
    mapped = np.memmap(tmp_path / "x", dtype="f4", mode="r", offset=3, shape=rows.shape)

    assert not mapped.flags.aligned
    np.testing.assert_array_equal(measure_quality(mapped).noise, measure_quality(rows).noise)


def test_measuring_can_be_cancelled(rng: np.random.Generator) -> None:
    """It counts neurons, and stops between blocks."""
    progress = Progress()
    measure_quality(rng.standard_normal((9, 100)), progress=progress)
    assert (progress.done, progress.total) == (9, 9)

    progress.cancel()
    with pytest.raises(LoadCancelledError):
        measure_quality(rng.standard_normal((9, 100)), progress=progress)


def test_correlation_is_pearsons(rng: np.random.Generator) -> None:
    """Each value is what SciPy gives for the pair, gaps and bad frames left out of both sides."""
    rows = rng.standard_normal((4, 400)) + 1e4
    feature = rows[1] * 2 + rng.standard_normal(400)
    rows[2, 30:40] = np.nan
    rows[3] = 0.1
    feature[5] = np.nan
    kept = np.ones(400, dtype=bool)
    kept[100:150] = False

    found = correlation(rows, feature, kept=kept)

    use = kept & np.isfinite(feature)
    expected = [pearsonr(rows[row, use], feature[use]).statistic for row in (0, 1)]
    use2 = use & np.isfinite(rows[2])
    expected.append(pearsonr(rows[2, use2], feature[use2]).statistic)
    np.testing.assert_allclose(found[:3], expected, rtol=1e-9, atol=1e-12)
    assert np.isnan(found[3])


def test_correlation_with_a_constant_is_none(rng: np.random.Generator) -> None:
    """A constant feature correlates with nothing, and gives no warning."""
    assert np.isnan(correlation(rng.standard_normal((2, 50)), np.full(50, 3.0))).all()


def test_circular_correlation_finds_any_preferred_angle(rng: np.random.Generator) -> None:
    """A cosine of the angle has 1 wherever it peaks; noise has about 0."""
    angle = rng.uniform(0, 360, 5000)
    tuned = [np.cos(np.deg2rad(angle - shift)) for shift in (0, 77, 180, 300)]
    rows = np.stack([*tuned, rng.standard_normal(5000)])

    found = circular_correlation(rows, angle, 360.0)

    np.testing.assert_allclose(found[:4], 1.0, atol=1e-9)
    assert found[4] < 0.06


def test_order_is_stable_with_nan_last() -> None:
    """Equal values keep their order in both directions; what has no value comes last."""
    values = np.array([2.0, np.nan, 5.0, 2.0, 1.0])

    assert order_by(values).tolist() == [2, 0, 3, 4, 1]
    assert order_by(values, descending=False).tolist() == [4, 0, 3, 2, 1]
    assert order_by(np.array([False, True])).tolist() == [1, 0]

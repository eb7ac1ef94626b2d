"""How good each neuron's trace is: noise, peak, SNR, skewness, activity, and what is wrong with it.

Rows are taken a few at a time, so that a memory-mapped recording needs no memory of its own.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress

__all__ = [
    "ACTIVE_NOISES",
    "Quality",
    "circular_correlation",
    "correlation",
    "measure_quality",
    "order_by",
]

WAVELET = "sym4"
"""Orthonormal, nearly symmetric, and blind to what is a cubic within eight frames."""
MAD_OF_NORMAL = 0.6745
"""Median of the absolute value of a standard normal variable."""
ACTIVE_NOISES = 3.0
"""A frame is active if it is so many noises above the baseline."""
MIN_RUN_AT_TOP = 3
"""So many frames in a row at exactly the greatest value are no chance: the sensor was full."""
BLOCK_BYTES = 1 << 20
"""Values of a block as float64; with all that is computed from it, it takes about eight times
as much."""
MAX_THREADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What was measured, one value a neuron, each of shape ``(n_cells,)``.

    Parameters
    ----------
    baseline
        Median of the trace, in its unit.
    noise
        Standard deviation of white noise that would give the trace's finest wavelet details.
    peak
        Greatest value.
    peak_frame
        First frame of the greatest value, counted in the recording; -1 if there is none.
    snr
        Height of the peak above the baseline in noises; NaN where the noise is 0.
    skewness
        Third standardised moment, biased; NaN for a constant trace.
    active
        Share of frames above the baseline by ``ACTIVE_NOISES`` noises.
    n_missing
        Frames that are NaN or infinite.
    dead
        True where no two values differ, or there is none.
    saturated
        True where the greatest value is held for ``MIN_RUN_AT_TOP`` frames in a row.
    """

    baseline: NDArray[np.float64]
    noise: NDArray[np.float64]
    peak: NDArray[np.float64]
    peak_frame: NDArray[np.intp]
    snr: NDArray[np.float64]
    skewness: NDArray[np.float64]
    active: NDArray[np.float64]
    n_missing: NDArray[np.intp]
    dead: NDArray[np.bool_]
    saturated: NDArray[np.bool_]

    @classmethod
    def unknown(cls, n_cells: int) -> Quality:
        """Make the quality of traces without a value."""
        return cls(
            **{
                name: np.full(n_cells, np.nan)
                for name in ("baseline", "noise", "peak", "snr", "skewness", "active")
            },
            peak_frame=np.full(n_cells, -1, dtype=np.intp),
            n_missing=np.zeros(n_cells, dtype=np.intp),
            dead=np.ones(n_cells, dtype=np.bool_),
            saturated=np.zeros(n_cells, dtype=np.bool_),
        )


def measure_quality(
    calcium: NDArray[Any],
    *,
    kept: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
) -> Quality:
    """Measure each neuron.

    Parameters
    ----------
    calcium
        Shape ``(n_cells, n_frames)``, real numbers in an array or a memory map.
    kept
        Frames that count, shape ``(n_frames,)``; ``None``: all. The rest is cut out.
    progress
        Counts neurons; asked whether to stop.

    Returns
    -------
    Quality
        Values that are not finite are left out of every measure but ``n_missing``.

    Notes
    -----
    The noise is the median absolute wavelet coefficient of the finest scale, divided by 0.6745
    [1]_. It is right for white noise and does not see events, which are smooth; traces that were
    smoothed before have less of it than they had.

    References
    ----------
    .. [1] D. L. Donoho and I. M. Johnstone, *Ideal spatial adaptation by wavelet shrinkage*,
       Biometrika 81 (1994) 425-455, section 4.2.

    Examples
    --------
    >>> import numpy as np
    >>> noise = 2 * np.random.default_rng(0).standard_normal((1, 100_000))
    >>> round(float(measure_quality(noise).noise[0]), 1)
    2.0
    """
    n_cells, n_frames = calcium.shape
    found = Quality.unknown(n_cells)
    frames = np.arange(n_frames) if kept is None else np.flatnonzero(kept)

    def work(rows: slice) -> None:
        block = _block(calcium, rows, kept)
        is_whole = np.isfinite(block).all(axis=1)
        whole = np.flatnonzero(is_whole)
        _measure(block if is_whole.all() else block[whole], frames, found, whole, rows)
        for row in np.flatnonzero(~is_whole):
            there = np.isfinite(block[row])
            found.n_missing[rows.start + row] = len(there) - int(there.sum())
            _measure(block[row : row + 1, there], frames[there], found, np.array([row]), rows)

    if len(frames):
        _for_blocks(calcium, work, "Measuring neurons", progress)
    return found


def correlation(
    calcium: NDArray[Any],
    feature: NDArray[Any],
    *,
    kept: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    """Correlate each neuron with features (Pearson).

    Parameters
    ----------
    calcium
        Shape ``(n_cells, n_frames)``.
    feature
        Shape ``(n_frames,)`` or ``(n_features, n_frames)``.
    kept
        Frames that count; ``None``: all. Frames without a finite value are left out.
    progress
        Counts neurons; asked whether to stop.

    Returns
    -------
    array
        Shape ``(n_cells,)`` or ``(n_cells, n_features)``; NaN where either side is constant.
    """
    wanted = np.atleast_2d(np.asarray(feature, dtype=np.float64))
    use = _usable(wanted, kept)
    found = np.full((len(calcium), len(wanted)), np.nan)
    regressors = wanted[:, use]
    whole = _Regressors(regressors)

    def work(rows: slice) -> None:
        block = _block(calcium, rows, use)
        found[rows] = whole.correlate(block)
        for row in np.flatnonzero(np.isnan(found[rows]).any(axis=1)):
            there = np.isfinite(block[row])
            if not there.all() and there.any():
                part = _Regressors(regressors[:, there])
                found[rows.start + row] = part.correlate(block[row : row + 1, there])[0]

    if use.any():
        _for_blocks(calcium, work, "Correlating neurons", progress)
    return found[:, 0] if np.ndim(feature) == 1 else found


def circular_correlation(
    calcium: NDArray[Any],
    angle: NDArray[Any],
    period: float,
    *,
    kept: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    """Correlate each neuron with an angle: the greatest correlation with any cosine of it.

    Parameters
    ----------
    calcium
        Shape ``(n_cells, n_frames)``.
    angle
        Shape ``(n_frames,)``.
    period
        Length of a full circle in units of ``angle``.
    kept, progress
        As for :func:`correlation`.

    Returns
    -------
    array
        Shape ``(n_cells,)``, 0 to 1; NaN where a side is constant.

    References
    ----------
    K. V. Mardia and P. E. Jupp, *Directional Statistics*, Wiley (2000), equation 11.2.1.
    """
    turned = np.asarray(angle, dtype=np.float64) * (2 * np.pi / period)
    parts = np.stack([np.cos(turned), np.sin(turned)])
    with_cos, with_sin = correlation(calcium, parts, kept=kept, progress=progress).T
    use = _usable(parts, kept)
    between = float(_Regressors(parts[:1, use]).correlate(parts[1:, use])[0, 0])
    with np.errstate(invalid="ignore", divide="ignore"):
        squared = (with_cos**2 + with_sin**2 - 2 * with_cos * with_sin * between) / (1 - between**2)
        strength: NDArray[np.float64] = np.sqrt(np.clip(squared, 0.0, 1.0))
    return strength


def order_by(values: NDArray[Any], *, descending: bool = True) -> NDArray[np.intp]:
    """Give the order of values; equal ones keep theirs, NaN comes last.

    Examples
    --------
    >>> import numpy as np
    >>> order_by(np.array([1.0, np.nan, 3.0, 1.0])).tolist()
    [2, 0, 3, 1]
    """
    keys = np.asarray(values, dtype=np.float64)
    return np.argsort(-keys if descending else keys, kind="stable")


def _measure(
    block: NDArray[Any],
    frames: NDArray[np.intp],
    found: Quality,
    places: NDArray[np.intp],
    rows: slice,
) -> None:
    """Measure rows of finite values and write them to their places."""
    if block.size == 0:
        return
    at = rows.start + places
    top = block.argmax(axis=1)
    peak = np.take_along_axis(block, top[:, np.newaxis], axis=1)
    is_constant = (peak[:, 0] == block.min(axis=1)) if block.shape[1] else True
    baseline = _median(block)
    noise = np.where(is_constant, 0.0, _noise(block))
    found.baseline[at], found.noise[at] = baseline, noise
    found.peak[at], found.peak_frame[at] = peak[:, 0], frames[top]
    found.dead[at] = is_constant
    found.saturated[at] = ~found.dead[at] & _is_held(block == peak)
    found.skewness[at] = np.where(is_constant, np.nan, _skewness(block, baseline))
    threshold = (baseline + ACTIVE_NOISES * noise)[:, np.newaxis]
    found.active[at] = np.mean(block > threshold, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        height = peak[:, 0].astype(np.float64) - baseline
        found.snr[at] = np.where(noise > 0, height / noise, np.nan)


def _noise(block: NDArray[Any]) -> NDArray[np.float64]:
    import pywt

    numbers = block if block.dtype.kind == "f" else block.astype(np.float64)
    details = pywt.dwt(numbers, WAVELET, axis=1)[1]
    noise: NDArray[np.float64] = _median(np.abs(details)) / MAD_OF_NORMAL
    return noise


def _median(block: NDArray[Any]) -> NDArray[np.float64]:
    """Give the median of each row; one partition is much faster than ``numpy.median``'s two."""
    n_values = block.shape[1]
    middle = n_values // 2
    ordered = np.partition(block, middle, axis=1)
    above: NDArray[np.float64] = ordered[:, middle].astype(np.float64)
    if n_values % 2:
        return above
    below: NDArray[np.float64] = ordered[:, :middle].max(axis=1).astype(np.float64)
    return (above + below) / 2


def _skewness(block: NDArray[Any], near: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the skewness from sums of powers about a value near the mean: one array, one walk."""
    n_values = block.shape[1]
    values = block - near[:, np.newaxis]
    mean = values.mean(axis=1)
    square = np.einsum("ij,ij->i", values, values) / n_values
    cube = np.einsum("ij,ij,ij->i", values, values, values) / n_values
    with np.errstate(invalid="ignore", divide="ignore"):
        third = cube - 3 * mean * square + 2 * mean**3
        shape: NDArray[np.float64] = third / (square - mean**2) ** 1.5
    return shape


def _is_held(at_top: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if at_top.shape[1] < MIN_RUN_AT_TOP:
        return np.zeros(len(at_top), dtype=np.bool_)
    runs = at_top[:, : at_top.shape[1] - MIN_RUN_AT_TOP + 1].copy()
    for shift in range(1, MIN_RUN_AT_TOP):
        runs &= at_top[:, shift : shift + runs.shape[1]]
    held: NDArray[np.bool_] = np.asarray(runs.any(axis=1))
    return held


class _Regressors:
    """Features centred and scaled once, to be correlated with many rows."""

    def __init__(self, regressors: NDArray[np.float64]) -> None:
        self.is_flat = np.ptp(regressors, axis=1) == 0
        centred = regressors - regressors.mean(axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            self.units = centred / np.sqrt(np.einsum("ij,ij->i", centred, centred))[:, np.newaxis]

    def correlate(self, block: NDArray[Any]) -> NDArray[np.float64]:
        """Give the correlation of each row with each feature; NaN where either is constant."""
        # Near the mean, sums of squares lose no digits; the features sum to zero anyway.
        values = block - block[:, :1].astype(np.float64)
        n_values = values.shape[1]
        with np.errstate(invalid="ignore", divide="ignore"):
            shared = np.einsum("ij,kj->ik", values, self.units)
            square = np.einsum("ij,ij->i", values, values) - values.sum(axis=1) ** 2 / n_values
            # What is left of a constant row is rounding; it correlates with nothing.
            square[~values.any(axis=1)] = np.nan
            found = shared / np.sqrt(square)[:, np.newaxis]
        found[:, self.is_flat] = np.nan
        clipped: NDArray[np.float64] = np.clip(found, -1.0, 1.0)
        return clipped


def _usable(features: NDArray[np.float64], kept: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    is_there: NDArray[np.bool_] = np.asarray(np.isfinite(features).all(axis=0))
    return is_there if kept is None else is_there & kept


def _block(calcium: NDArray[Any], rows: slice, kept: NDArray[np.bool_] | None) -> NDArray[Any]:
    """Give rows as an aligned array of native numbers, without the frames that do not count."""
    block = calcium[rows]
    if kept is not None and not kept.all():
        block = np.stack([row[kept] for row in block])  # much faster than block[:, kept]
    dtype = block.dtype.newbyteorder("=")
    if dtype.kind == "b" or dtype == np.float16:
        dtype = np.dtype(np.float32)
    return np.require(block, dtype=dtype, requirements=["C", "A"])


def _for_blocks(
    calcium: NDArray[Any],
    work: Callable[[slice], None],
    stage: str,
    progress: Progress | None,
) -> None:
    """Do the work for a few rows at a time, in threads: numpy and PyWavelets release the lock."""
    blocks = list(_row_blocks(calcium))
    if progress is not None:
        progress.begin(stage, total=len(calcium))
    with ThreadPoolExecutor(min(MAX_THREADS, os.cpu_count() or 1)) as pool:
        try:
            for rows, _ in zip(blocks, pool.map(work, blocks), strict=True):
                if progress is not None:
                    progress.advance(rows.stop - rows.start)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _row_blocks(calcium: NDArray[Any]) -> Iterator[slice]:
    n_cells, n_frames = calcium.shape
    step = max(1, BLOCK_BYTES // (8 * max(1, n_frames)))
    return (slice(first, min(n_cells, first + step)) for first in range(0, n_cells, step))

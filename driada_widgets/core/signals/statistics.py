"""The statistics that type detection rests on, all computed in float64 in linear-logarithmic time.

No SciPy is needed: its statistics module alone takes longer to import than everything here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.signals.significance import ks_uniform_pvalue, normality_pvalue

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Statistics", "measure"]

_TINY = 1e-10
"""Added to divisors and used as the tolerance of equality, as in the reference."""

MIN_FOR_TESTS = 8
MIN_FOR_AUTOCORRELATION = 20
MIN_FOR_PERIODOGRAM = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What is known about the values of one series of ``n_samples`` frames.

    Parameters
    ----------
    n_samples, n_unique, uniqueness_ratio
        Frames, distinct values, and their ratio.
    mean, std, min, max, range
        In units of the data; the deviation is that of the population.
    skewness, kurtosis
        Biased; the kurtosis is the excess. NaN for constant data.
    entropy, normalized_entropy
        Of a histogram of equal-width bins, in nats, and relative to that of its filled bins.
    mean_gap, std_gap, cv_gap, max_gap_ratio
        Of the differences between neighbouring distinct values.
    uniform_pvalue, normal_pvalue
        Kolmogorov-Smirnov and D'Agostino-Pearson tests.
    max_autocorr
        Largest absolute autocorrelation at any lag from 1 to half of the series.
    fraction_integers
        Share of whole numbers.
    non_decreasing
        Whether no value is smaller than the one before it.
    n_wraps
        Steps of more than 80 % of the range that cross the mean.
    resultant_length
        Mean resultant length of the values laid once around a circle; NaN without a range.
    periodicity
        Period in frames, or ``None``; a hint only.
    """

    n_samples: int
    n_unique: int
    uniqueness_ratio: float
    mean: float
    std: float
    min: float
    max: float
    range: float
    skewness: float
    kurtosis: float
    entropy: float
    normalized_entropy: float
    mean_gap: float
    std_gap: float
    cv_gap: float
    max_gap_ratio: float
    uniform_pvalue: float
    normal_pvalue: float
    max_autocorr: float
    fraction_integers: float
    non_decreasing: bool
    n_wraps: int
    resultant_length: float
    periodicity: float | None

    def to_metadata(self) -> dict[str, Any]:
        """Give plain values for the metadata of a type; what is not finite becomes ``None``."""
        named = {name: getattr(self, name) for name in _METADATA}
        return {name: value if math.isfinite(value) else None for name, value in named.items()}


_METADATA = (
    "n_samples",
    "n_unique",
    "uniqueness_ratio",
    "mean",
    "std",
    "min",
    "max",
    "range",
    "skewness",
    "kurtosis",
    "entropy",
    "normalized_entropy",
    "mean_gap",
    "std_gap",
    "cv_gap",
    "max_gap_ratio",
    "uniform_pvalue",
    "normal_pvalue",
    "max_autocorr",
    "fraction_integers",
    "n_wraps",
)


def measure(values: Floats) -> Statistics:
    """Compute all statistics of a series.

    Parameters
    ----------
    values
        Finite values, shape ``(n_frames,)`` with at least one frame. They are sorted once.

    Returns
    -------
    Statistics
        Values that overflow are infinite or NaN; nothing is raised.
    """
    # Overflow of extreme values is an answer here (inf, NaN), not an accident.
    with np.errstate(all="ignore"):
        return _measure(values)


def _measure(values: Floats) -> Statistics:
    n_samples = values.size
    ordered = np.sort(values)
    distinct = ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))]
    n_unique = distinct.size
    low, high = float(ordered[0]), float(ordered[-1])
    data_range = high - low
    # The mean of equal values is off by a rounding, which would look like a spread.
    mean = low if n_unique == 1 else float(values.mean())
    centred = values - mean
    squares = centred * centred
    variance = float(squares.mean())
    skewness, kurtosis = _shape_of(centred, squares, variance, mean)
    entropy, normalized = _entropies(values, n_unique, low, data_range)
    steps = np.diff(values)
    autocorrelation = _autocorrelation(centred, float(squares.sum()))
    max_autocorr = float(np.abs(autocorrelation[1:]).max(initial=0.0))
    tests_apply = n_samples >= MIN_FOR_TESTS
    return Statistics(
        n_samples=n_samples,
        n_unique=n_unique,
        uniqueness_ratio=n_unique / n_samples,
        mean=mean,
        std=math.sqrt(variance),
        min=low,
        max=high,
        range=data_range,
        skewness=skewness,
        kurtosis=kurtosis,
        entropy=entropy,
        normalized_entropy=normalized,
        **_gaps(distinct),
        uniform_pvalue=_uniform_pvalue(ordered, data_range) if tests_apply else 0.5,
        normal_pvalue=normality_pvalue(n_samples, skewness, kurtosis) if tests_apply else 0.5,
        max_autocorr=max_autocorr,
        fraction_integers=float(np.mean(np.abs(values - np.rint(values)) < _TINY)),
        non_decreasing=bool(np.all(steps >= 0)),
        n_wraps=_count_wraps(centred, steps, data_range),
        resultant_length=_resultant_length(values, low, data_range),
        periodicity=_periodicity(centred, autocorrelation, max_autocorr, n_unique),
    )


def _shape_of(
    centred: Floats, squares: Floats, variance: float, mean: float
) -> tuple[float, float]:
    """Skewness and excess kurtosis; NaN if there is no spread beyond rounding."""
    if math.sqrt(variance) <= np.finfo(np.float64).eps * abs(mean):
        return math.nan, math.nan
    # NumPy scalars overflow to infinity where Python's raise.
    second = np.float64(variance)
    third, fourth = np.mean(squares * centred), np.mean(squares * squares)
    return float(third / second**1.5), float(fourth / second**2 - 3.0)


def _entropies(values: Floats, n_unique: int, low: float, data_range: float) -> tuple[float, float]:
    if n_unique == 1:
        return 0.0, 0.0
    n_bins = min(n_unique, math.isqrt(values.size))
    counts = _histogram(values, n_bins, low, data_range)
    shares = counts[counts > 0] / values.size
    entropy = -float(np.sum(shares * np.log(shares)))
    # One filled bin says nothing: 0 / 0.
    return entropy, entropy / math.log(shares.size) if shares.size > 1 else math.nan


def _histogram(values: Floats, n_bins: int, low: float, data_range: float) -> NDArray[np.intp]:
    try:
        return np.histogram(values, bins=n_bins)[0]
    except ValueError:  # the range overflows, or is too small to be cut into so many bins
        places = (values / 2 - low / 2) / max(data_range / 2, np.finfo(np.float64).tiny)
        return np.bincount(np.clip((places * n_bins).astype(np.intp), 0, n_bins - 1))


def _gaps(distinct: Floats) -> dict[str, float]:
    if distinct.size == 1:
        return {"mean_gap": 0.0, "std_gap": 0.0, "cv_gap": 0.0, "max_gap_ratio": 1.0}
    gaps = np.diff(distinct)
    mean, std = float(gaps.mean()), float(gaps.std())
    return {
        "mean_gap": mean,
        "std_gap": std,
        "cv_gap": std / (mean + _TINY),
        "max_gap_ratio": float(gaps.max()) / (float(gaps.min()) + _TINY),
    }


def _count_wraps(centred: Floats, steps: Floats, data_range: float) -> int:
    before, after = centred[:-1], centred[1:]
    crosses = before * after < 0
    return int(np.count_nonzero(crosses & (np.abs(steps) > 0.8 * data_range)))


def _resultant_length(values: Floats, low: float, data_range: float) -> float:
    if not data_range > _TINY:
        return math.nan
    angles = (values - low) * (2 * math.pi / data_range)
    return math.hypot(float(np.cos(angles).mean()), float(np.sin(angles).mean()))


def _autocorrelation(centred: Floats, energy: float) -> Floats:
    """Biased autocorrelation at lags ``0 .. ceil(n/2) - 1``; only lag 0 where undefined."""
    n_samples = centred.size
    if n_samples < MIN_FOR_AUTOCORRELATION or not energy > _TINY:
        return np.ones(1)
    n_lags = -(-n_samples // 2)
    # Zeros behind the data keep lags up to n_lags - 1 free from wrapping around.
    length = _fast_length(n_samples + n_lags)
    spectrum = np.fft.rfft(centred, length)
    products = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, length)[:n_lags]
    normalised: Floats = products / products[0]
    return normalised


def _fast_length(target: int) -> int:
    """Smallest product of powers of 2, 3 and 5 that is not below ``target``."""
    best = 1 << (target - 1).bit_length()
    five = 1
    while five < best:
        three = five
        while three < best:
            quotient = -(-target // three)
            best = min(best, three << (quotient - 1).bit_length())
            three *= 3
        five *= 5
    return best


def _periodicity(
    centred: Floats, autocorrelation: Floats, max_autocorr: float, n_unique: int
) -> float | None:
    """Period in frames: the strongest line of the periodogram, else the first correlation peak."""
    n_samples = centred.size
    if n_samples < MIN_FOR_AUTOCORRELATION or n_unique == 1:
        return None
    if n_samples >= MIN_FOR_PERIODOGRAM:
        spectrum = np.fft.rfft(centred)[1 : n_samples // 2]
        power = spectrum.real**2 + spectrum.imag**2
        strongest = int(np.argmax(power))
        if power[strongest] > 10 * _median(power):
            return n_samples / (strongest + 1)
    if max_autocorr > 0.7:
        inner = autocorrelation[1:-1]
        is_peak = (inner > autocorrelation[:-2]) & (inner >= autocorrelation[2:]) & (inner >= 0.5)
        if is_peak.any():
            return float(np.argmax(is_peak) + 1)
    return None


def _uniform_pvalue(ordered: Floats, data_range: float) -> float:
    n_samples = ordered.size
    places = np.clip((ordered - ordered[0]) / (data_range + _TINY), 0.0, 1.0)
    ranks = np.arange(n_samples + 1) / n_samples
    distance = max(float((ranks[1:] - places).max()), float((places - ranks[:-1]).max()))
    return ks_uniform_pvalue(n_samples, distance)


def _median(values: Floats) -> float:
    """Give the median without ``numpy.median``, whose first call imports masked arrays."""
    middle = values.size // 2
    below, above = (middle, middle) if values.size % 2 else (middle - 1, middle)
    ordered = np.partition(values, (below, above))
    return float(ordered[below] + ordered[above]) / 2

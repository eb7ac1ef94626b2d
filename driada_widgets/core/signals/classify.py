"""The rules that make a type out of the statistics and the name of a series.

The rules and thresholds are those of driada 1.2.2, so that both give the same types; every number
that a decision rests on stays in ``TimeSeriesType.metadata``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from driada_widgets.core.signals.types import TimeSeriesType

if TYPE_CHECKING:
    from driada_widgets.core.signals.statistics import Statistics
    from driada_widgets.core.signals.types import PrimaryType, Subtype

__all__ = ["NAME_HINTS", "classify", "with_declared"]

NAME_HINTS = (
    "angle",
    "phase",
    "direction",
    "heading",
    "azimuth",
    "orientation",
    "rotation",
    "bearing",
    "circular",
    "theta",
    "phi",
    "degrees",
    "radians",
    "compass",
)
"""Parts of names that speak for angles; ``"phi"`` also matches ``"dolphin"``, as in driada."""

_TURN = 2 * math.pi
_ANGLE_RANGES: tuple[tuple[float, float, float, str], ...] = (
    (0.0, _TURN, _TURN, "0 to 2 pi"),
    (-math.pi, math.pi, _TURN, "-pi to pi"),
    (0.0, 360.0, 360, "0 to 360"),
    (-180.0, 180.0, 360, "-180 to 180"),
)
MIN_RESULTANT_LENGTH = 0.2424996
"""I1(0.5)/I0(0.5): the resultant length at which the von Mises concentration is 0.5 [1]_.

.. [1] K. V. Mardia, P. E. Jupp, *Directional Statistics*, Wiley, 2000, eq. 5.3.5.
"""
_CIRCULAR_SCORE = 0.6


class _Evidence(NamedTuple):
    points: float
    reason: str


class _CircularScore(NamedTuple):
    score: float
    period: float | None
    evidence: tuple[_Evidence, ...]

    @property
    def is_circular(self) -> bool:
        return self.score >= _CIRCULAR_SCORE


class _Primary(NamedTuple):
    primary_type: PrimaryType
    confidence: float
    rule: str
    discrete_score: float | None = None
    continuous_score: float | None = None


def classify(
    stats: Statistics, name: str | None = None, confidence_threshold: float = 0.7
) -> TimeSeriesType:
    """Decide the type of a series.

    Parameters
    ----------
    stats
        Statistics of its values.
    name
        Its name, which may speak for an angle.
    confidence_threshold
        A circular score above it decides at once.

    Returns
    -------
    TimeSeriesType
        With the evidence in its metadata, as ``detect.analyze_time_series_type`` tells.
    """
    circular = _score_circular(stats, name)
    metadata = stats.to_metadata() | {
        "circular_evidence": [part._asdict() for part in circular.evidence],
        "name_hint": _name_hint(name),
    }
    if circular.is_circular and circular.score > confidence_threshold:
        return TimeSeriesType(
            primary_type="continuous",
            subtype="circular",
            confidence=circular.score,
            is_circular=True,
            circular_period=circular.period,
            periodicity=circular.period,
            metadata=metadata | {"decided_by": "circular score"},
        )
    primary = _primary(stats)
    metadata |= {
        "discrete_score": primary.discrete_score,
        "continuous_score": primary.continuous_score,
        "decided_by": primary.rule,
    }
    subtype, confidence = _subtype(stats, primary.primary_type, circular)
    is_circular = circular.is_circular and primary.primary_type == "continuous"
    return TimeSeriesType(
        primary_type=primary.primary_type,
        subtype=subtype,
        confidence=min(primary.confidence, confidence),
        is_circular=is_circular,
        circular_period=circular.period if is_circular else None,
        periodicity=stats.periodicity,
        metadata=metadata,
    )


def with_declared(detected: TimeSeriesType, discrete: bool) -> TimeSeriesType:
    """Give the type of a series that a person declared discrete or continuous.

    Parameters
    ----------
    detected
        What the data say; it fills in the rest.
    discrete
        What the person said.

    Returns
    -------
    TimeSeriesType
        With confidence 1.0; the subtype is the detected one if that agrees with the person.
    """
    facts = detected.metadata
    metadata = {
        "n_unique": facts["n_unique"],
        "n_samples": facts["n_samples"],
        "user_specified_discrete": True,
    }
    if discrete:
        binary: Subtype | None = "binary" if facts["n_unique"] == 2 else None
        return TimeSeriesType(
            primary_type="discrete",
            subtype=detected.subtype if detected.is_discrete else binary,
            periodicity=detected.periodicity,
            metadata=metadata,
        )
    return TimeSeriesType(
        primary_type="continuous",
        subtype="linear" if detected.is_discrete else detected.subtype,
        is_circular=detected.is_circular,
        circular_period=detected.circular_period,
        periodicity=detected.periodicity,
        metadata=metadata,
    )


def _name_hint(name: str | None) -> str | None:
    lowered = (name or "").lower()
    return next((hint for hint in NAME_HINTS if hint in lowered), None)


def _score_circular(stats: Statistics, name: str | None) -> _CircularScore:
    """Add up what speaks for an angle; the order matters to the last bit of the sum."""
    evidence = []
    if (hint := _name_hint(name)) is not None:
        evidence.append(_Evidence(0.3, f"name contains {hint!r}"))
    period, words = _angle_range(stats)
    if period is not None:
        evidence.append(_Evidence(0.4, f"values run from {words}, within 10 %"))
    if stats.n_wraps:
        jumps = "1 jump" if stats.n_wraps == 1 else f"{stats.n_wraps} jumps"
        evidence.append(_Evidence(0.2, f"{jumps} of more than 80 % of the range"))
    if stats.max_autocorr > 0.7 and stats.n_unique > 5:
        evidence.append(_Evidence(0.3, f"smooth: autocorrelation {stats.max_autocorr:.2f}"))
    if _is_concentrated(stats):
        reason = f"concentrated on a circle: resultant length {stats.resultant_length:.2f}"
        evidence.append(_Evidence(0.2, reason))
    score = 0.0
    for part in evidence:
        score += part.points
    return _CircularScore(score, period, tuple(evidence))


def _angle_range(stats: Statistics) -> tuple[float | None, str]:
    if stats.uniqueness_ratio > 0.1 and stats.n_unique > 2:
        for low, high, period, words in _ANGLE_RANGES:
            tolerance = 0.1 * period
            if abs(stats.min - low) < tolerance and abs(stats.max - high) < tolerance:
                return period, words
    return None, ""


def _is_concentrated(stats: Statistics) -> bool:
    return (
        stats.n_samples >= 50
        and stats.n_unique > 10
        and stats.resultant_length > MIN_RESULTANT_LENGTH
    )


def _primary(stats: Statistics) -> _Primary:
    """Apply the first rule that fits, else weigh scores."""
    whole, ratio = stats.fraction_integers, stats.uniqueness_ratio
    if stats.n_unique == 2 and whole > 0.98:
        return _Primary("discrete", 1.0, "two whole values")
    if ratio < 0.05 and stats.n_unique <= 20:
        return _Primary("discrete", 0.95, "few values, each many times")
    if whole > 0.99 and ratio < 0.3:
        return _Primary("discrete", 0.9, "whole numbers that repeat")
    if whole > 0.99 and stats.non_decreasing:
        return _Primary("discrete", 0.95, "whole numbers that never decrease")
    if stats.cv_gap < 0.05 and ratio > 0.8:
        return _Primary("discrete", 0.85, "evenly spaced values")
    return _weigh(stats)


def _weigh(stats: Statistics) -> _Primary:
    n_unique, n_samples = stats.n_unique, stats.n_samples
    for_discrete = (
        (0.3, stats.uniqueness_ratio < 0.1),
        (0.2, stats.normalized_entropy < 0.3),
        (0.2, stats.fraction_integers > 0.95),
        (0.1, stats.cv_gap < 0.1),
        (0.1, n_unique <= 30),
    )
    for_continuous = (
        (0.3, stats.uniqueness_ratio > 0.5),
        (0.2, stats.normalized_entropy > 0.7),
        (0.2, stats.fraction_integers < 0.1),
        (0.1, stats.cv_gap > 1.0),
        (0.1, n_unique > 30 and n_unique > 0.7 * n_samples),
        (0.1, stats.normal_pvalue > 0.05),
        (0.1, stats.uniform_pvalue > 0.05),
    )
    discrete = sum(points for points, applies in for_discrete if applies)
    continuous = sum(points for points, applies in for_continuous if applies)
    total = discrete + continuous
    discrete, continuous = (discrete / total, continuous / total) if total else (0.5, 0.5)
    confidence = max(discrete, continuous)
    if abs(discrete - continuous) < 0.2:
        return _Primary("ambiguous", confidence, "scores", discrete, continuous)
    primary_type: PrimaryType = "discrete" if discrete > continuous else "continuous"
    return _Primary(primary_type, confidence, "scores", discrete, continuous)


def _subtype(
    stats: Statistics, primary_type: PrimaryType, circular: _CircularScore
) -> tuple[Subtype | None, float]:
    if primary_type != "discrete":
        subtype: Subtype = "circular" if circular.is_circular else "linear"
        confidence = circular.score if circular.is_circular else 0.8
        return (subtype if primary_type == "continuous" else None), confidence
    if stats.n_unique == 2:
        return "binary", 1.0
    if stats.fraction_integers > 0.99 and stats.non_decreasing:
        return "count", 0.95
    if stats.uniqueness_ratio > 0.8 and stats.n_unique >= 10 and stats.cv_gap < 0.05:
        return "timeline", 0.95
    return "categorical", 0.8

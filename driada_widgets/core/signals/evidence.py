"""Say in words why a series has the type that it has, from the evidence kept with the type."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = ["describe", "explain"]


def explain(type_info: TimeSeriesType, name: str | None = None) -> str:
    """Give the reason for a type as one sentence with numbers.

    Parameters
    ----------
    type_info
        A detected or chosen type; what is said comes from its ``metadata``.
    name
        If given, the sentence starts with it.

    Returns
    -------
    str
        Without a full stop at its end.

    Examples
    --------
    >>> import numpy as np
    >>> from driada_widgets.core.signals.detect import analyze_time_series_type
    >>> explain(analyze_time_series_type(np.arange(1000) % 2), name="lick")
    'lick: 2 distinct values in 1,000 frames: 0 and 1'
    """
    sentence = _sentence(type_info)
    return f"{name}: {sentence}" if name else sentence


def _sentence(type_info: TimeSeriesType) -> str:
    facts = type_info.metadata
    if "n_unique" not in facts:
        return "no statistics were kept"
    values = "value" if facts["n_unique"] == 1 else "values"
    counted = f"{facts['n_unique']:,} distinct {values} in {facts['n_samples']:,} frames"
    if "circular_evidence" not in facts:
        return f"chosen, not detected; {counted}"
    if type_info.is_circular:
        return _circular(facts)
    if type_info.is_discrete:
        return counted + _discrete(type_info, facts)
    return f"{counted}, {_wholeness(facts)}" + _doubt(type_info) + _repeats(type_info)


def _doubt(type_info: TimeSeriesType) -> str:
    if not type_info.is_ambiguous:
        return ""
    facts = type_info.metadata
    scores = f"{facts['discrete_score']:.2f} against {facts['continuous_score']:.2f}"
    return f"; discrete or continuous is undecided: {scores}"


def _circular(facts: dict[str, Any]) -> str:
    words = [f"range {_short(facts['min'])} to {_short(facts['max'])}"]
    if facts["n_wraps"]:
        words[0] += f", {facts['n_wraps']:,} wrap" + ("s" if facts["n_wraps"] > 1 else "")
    if facts["name_hint"]:
        words.append(f"name contains {facts['name_hint']!r}")
    if facts["max_autocorr"] is not None and facts["max_autocorr"] > 0.7:
        words.append(f"smooth (autocorrelation {facts['max_autocorr']:.2f})")
    return "; ".join(words)


def _discrete(type_info: TimeSeriesType, facts: dict[str, Any]) -> str:
    if type_info.subtype == "binary":
        return f": {_short(facts['min'])} and {_short(facts['max'])}"
    if type_info.subtype == "count":
        return ", whole numbers that never decrease"
    if type_info.subtype == "timeline":
        return f", evenly spaced (gaps differ by {100 * facts['cv_gap']:.1f} %)"
    return f", {_wholeness(facts)}"


def _wholeness(facts: dict[str, Any]) -> str:
    whole = facts["fraction_integers"]
    if whole > 0.99:
        return "whole numbers"
    if whole < 0.1:
        return "non-integer"
    return f"{100 * whole:.0f} % whole numbers"


def _repeats(type_info: TimeSeriesType) -> str:
    period, n_samples = type_info.periodicity, type_info.metadata["n_samples"]
    # A period as long as the recording is only its trend.
    if period is None or period > n_samples / 2:
        return ""
    return f", perhaps repeating every {_short(period)} frames"


def describe(type_info: TimeSeriesType) -> str:
    """Give the report that ``analyze_time_series_type(verbose=True)`` prints."""
    facts = type_info.metadata
    entropy = facts["normalized_entropy"]
    lines = [
        "",
        "=== Time Series Type Detection ===",
        f"Samples: {facts['n_samples']}",
        f"Unique values: {facts['n_unique']} ({facts['uniqueness_ratio']:.2%})",
        f"Range: [{facts['min']:.3f}, {facts['max']:.3f}]",
        f"Normalized entropy: {math.nan if entropy is None else entropy:.3f}",
        f"Fraction integers: {facts['fraction_integers']:.2%}",
        f"Type: {type_info.primary_type} / {type_info.subtype}",
        f"Confidence: {type_info.confidence:.2f} ({facts['decided_by']})",
    ]
    lines += [
        f"Circular: +{part['points']} {part['reason']}" for part in facts["circular_evidence"]
    ]
    if type_info.is_periodic and not type_info.is_circular:
        lines.append(f"Period: {type_info.periodicity:.1f} frames")
    lines.append(f"Reason: {explain(type_info)}")
    return "\n".join(lines)


def _short(number: float | None) -> str:
    return "?" if number is None else f"{number:.3g}" if abs(number) < 1000 else f"{number:.6g}"

"""Features: which arrays are constant, what type each series has, and who decided it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.report import Note
from driada_widgets.core.signals.detect import explain
from driada_widgets.core.signals.types import TYPE_WORDS, TimeSeriesType, type_from_string

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from driada_widgets.core.request.model import FeatureChoice
    from driada_widgets.core.request.plan import ArrayPlan

__all__ = ["TypeDecision", "decide_type", "is_garbage"]

MIN_SAMPLES = 30
"""Below this many frames detection is unreliable (the default of ``analyze_time_series_type``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeDecision:
    """The type of one series, and how it came about.

    Parameters
    ----------
    detected
        What detection says.
    listed
        The type before the circular whitelist; ``verbose`` prints it.
    type_info
        The final type.
    forced
        Whether a person chose it.
    notes
        What a person should know about it.
    """

    detected: TimeSeriesType
    listed: TimeSeriesType
    type_info: TimeSeriesType
    forced: bool
    notes: tuple[Note, ...]

    @property
    def why(self) -> str:
        """The reason as one sentence, for the panel."""
        reason = explain(self.detected)
        if self.type_info == self.detected:
            return reason
        return f"detected as {_word(self.detected)}: {reason}"


def is_garbage(array: NDArray[Any]) -> bool:
    """Say whether an array has at most one distinct value that is not NaN."""
    if array.size == 0:
        return True
    if array.dtype.kind != "f":
        return bool(array.min() == array.max())
    low, high = np.fmin.reduce(array, axis=None), np.fmax.reduce(array, axis=None)
    return bool(np.isnan(low) or low == high)


def decide_type(item: ArrayPlan, detected: TimeSeriesType, *, whitelist: bool) -> TypeDecision:
    """Decide the type of a one-dimensional feature.

    Parameters
    ----------
    item
        The feature, with what a person chose.
    detected
        What detection says.
    whitelist
        Whether an unlisted feature that is detected as circular becomes linear.

    Returns
    -------
    TypeDecision
        A chosen circular type without a period takes the one that its range or detection gives.
    """
    choice = item.choice
    notes = _few_samples(item.feature, detected)
    listed = detected
    if choice is not None and choice.type is not None and not _is_as_detected(choice, detected):
        listed = _forced(choice, choice.type, detected)
        notes += _override_note(item.feature, detected, listed)
    final = listed
    if whitelist and choice is None and detected.is_circular and not detected.is_discrete:
        final = _make("linear", detected)
        notes += (_whitelist_note(item.feature),)
    notes += _ambiguous_note(item.feature, final, forced=final is not detected)
    return TypeDecision(
        detected=detected,
        listed=listed,
        type_info=final,
        forced=final is not detected,
        notes=notes,
    )


def _is_as_detected(choice: FeatureChoice, detected: TimeSeriesType) -> bool:
    """Say whether the choice only writes down what detection (still) says."""
    if not choice.as_detected:
        return False
    words = TYPE_WORDS[(choice.type or "").lower()]
    return words == (detected.primary_type, detected.subtype) and (
        choice.period is None or choice.period == detected.circular_period
    )


def _forced(choice: FeatureChoice, word: str, detected: TimeSeriesType) -> TimeSeriesType:
    made = _make(word, detected)
    if not made.is_circular:
        return made
    period = choice.period or made.circular_period or detected.circular_period
    return replace(made, circular_period=period)


def _make(word: str, detected: TimeSeriesType) -> TimeSeriesType:
    facts = detected.metadata
    return type_from_string(
        word,
        data_min=facts["min"],
        data_max=facts["max"],
        n_unique=facts["n_unique"],
        n_samples=facts["n_samples"],
    )


def _word(type_info: TimeSeriesType) -> str:
    return type_info.subtype or type_info.primary_type


def _few_samples(name: str, detected: TimeSeriesType) -> tuple[Note, ...]:
    n_samples = detected.metadata["n_samples"]
    if n_samples >= MIN_SAMPLES:
        return ()
    text = f"Only {n_samples} samples available. Detection may be unreliable."
    return (Note(id="few-samples", level="warning", subject=name, text=text),)


def _override_note(name: str, detected: TimeSeriesType, forced: TimeSeriesType) -> tuple[Note, ...]:
    if forced.is_discrete or _word(forced) == _word(detected):
        return ()
    text = (
        f"Feature '{name}' type overridden: auto-detected '{_word(detected)}' "
        f"(conf={detected.confidence:.2f}) -> forced '{_word(forced)}'"
    )
    return (Note(id="type-overridden", level="warning", subject=name, text=text),)


def _whitelist_note(name: str) -> Note:
    text = (
        f"Feature '{name}' auto-detected as circular but not in feature_types. "
        "Overriding to linear."
    )
    return Note(id="circular-not-listed", level="warning", subject=name, text=text)


def _ambiguous_note(name: str, type_info: TimeSeriesType, *, forced: bool) -> tuple[Note, ...]:
    if not type_info.is_ambiguous:
        return ()
    scores = ""
    if not forced:
        facts = type_info.metadata
        scores = (
            f"Detected scores: discrete={facts['discrete_score']:.2f}, "
            f"continuous={facts['continuous_score']:.2f}. "
        )
    text = (
        f"Time series type is ambiguous (confidence: {type_info.confidence:.2f}). {scores}"
        "Defaulting to continuous behavior. Consider specifying type explicitly."
    )
    return (Note(id="type-ambiguous", level="warning", subject=name, text=text),)

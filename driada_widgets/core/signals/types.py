"""The type of a time series, and the words that people may write for it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from driada_widgets.core.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "TYPE_WORDS",
    "PrimaryType",
    "Subtype",
    "TimeSeriesType",
    "circular_period_of_range",
    "type_from_string",
]

PrimaryType = Literal["discrete", "continuous", "ambiguous"]
Subtype = Literal["binary", "categorical", "count", "timeline", "linear", "circular"]


TYPE_WORDS: Mapping[str, tuple[PrimaryType, Subtype | None]] = MappingProxyType(
    {
        "binary": ("discrete", "binary"),
        "categorical": ("discrete", "categorical"),
        "count": ("discrete", "count"),
        "timeline": ("discrete", "timeline"),
        "linear": ("continuous", "linear"),
        "circular": ("continuous", "circular"),
        "ambiguous": ("ambiguous", None),
        "discrete": ("discrete", None),
        "d": ("discrete", None),
        "continuous": ("continuous", "linear"),
        "c": ("continuous", "linear"),
        "spike": ("discrete", "binary"),
        "cat": ("discrete", "categorical"),
        "phase": ("continuous", "circular"),
        "angle": ("continuous", "circular"),
        "time": ("discrete", "timeline"),
    }
)
"""The words that people may write for a type, in the order in which messages list them."""


@dataclass(frozen=True)
class TimeSeriesType:
    """What kind of variable a time series is.

    Parameters
    ----------
    primary_type
        ``"discrete"``, ``"continuous"`` or ``"ambiguous"`` (treated as continuous).
    subtype
        ``"binary"``, ``"categorical"``, ``"count"``, ``"timeline"`` for discrete series,
        ``"linear"`` or ``"circular"`` for continuous ones, or ``None``.
    confidence
        Strength of the evidence; 1.0 if a person chose the type. Circular scores may exceed 1.
    is_circular
        Whether values wrap around.
    circular_period
        Period of the values (2 pi, 360, ...) or ``None`` if unknown.
    periodicity
        Period in samples if the series repeats itself; for circular series the period of values.
    metadata
        Statistics that the decision rests on.
    """

    primary_type: PrimaryType
    subtype: Subtype | None = None
    confidence: float = 1.0
    is_circular: bool = False
    circular_period: float | None = None
    periodicity: float | None = None
    metadata: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def is_discrete(self) -> bool:
        """Whether the series takes separate values."""
        return self.primary_type == "discrete"

    @property
    def is_continuous(self) -> bool:
        """Whether the series takes values on a continuum."""
        return self.primary_type == "continuous"

    @property
    def is_ambiguous(self) -> bool:
        """Whether the evidence did not decide."""
        return self.primary_type == "ambiguous"

    @property
    def is_periodic(self) -> bool:
        """Whether a finite positive period was found."""
        return (
            self.periodicity is not None
            and self.periodicity > 0
            and math.isfinite(self.periodicity)
        )


def circular_period_of_range(data_min: float, data_max: float) -> float | None:
    """Guess the period of angles from how far they reach.

    Returns
    -------
    float or None
        2 pi for a range between 6 and 7, 360 for one between 350 and 370, else ``None``.

    Examples
    --------
    >>> circular_period_of_range(0.5, 359.0)
    360
    """
    data_range = data_max - data_min
    if 6 < data_range < 7:
        return 2 * math.pi
    if 350 < data_range < 370:
        return 360
    return None


def type_from_string(
    text: str, *, data_min: float, data_max: float, n_unique: int, n_samples: int
) -> TimeSeriesType:
    """Make the type that a person wrote as a word.

    Parameters
    ----------
    text
        One of ``TYPE_WORDS``, in any case.
    data_min, data_max
        Range of the data; it decides the period of circular types.
    n_unique, n_samples
        Number of distinct values and of frames; kept in the metadata.

    Returns
    -------
    TimeSeriesType
        With confidence 1.0 and no periodicity.

    Raises
    ------
    ParameterError
        If the word is not known.

    Examples
    --------
    >>> chosen = type_from_string("Angle", data_min=0, data_max=6.2, n_unique=90, n_samples=99)
    >>> chosen.subtype, round(chosen.circular_period, 3)
    ('circular', 6.283)
    """
    words = TYPE_WORDS.get(text.lower())
    if words is None:
        msg = f"Unknown type string '{text}'. Must be one of: {', '.join(TYPE_WORDS)}"
        raise ParameterError(msg, found=text, fix="write one of the words listed")
    primary_type, subtype = words
    is_circular = subtype == "circular"
    return TimeSeriesType(
        primary_type=primary_type,
        subtype=subtype,
        is_circular=is_circular,
        circular_period=circular_period_of_range(data_min, data_max) if is_circular else None,
        metadata={"n_unique": n_unique, "n_samples": n_samples, "user_specified": True},
    )

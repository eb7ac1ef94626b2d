"""The type of a time series, and the words that people may write for it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["PrimaryType", "Subtype", "TimeSeriesType"]

PrimaryType = Literal["discrete", "continuous", "ambiguous"]
Subtype = Literal["binary", "categorical", "count", "timeline", "linear", "circular"]


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

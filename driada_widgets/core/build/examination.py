"""What looking at the values of a plan gives: reports, decisions, fates and issues."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from driada_widgets.core.build.values import Values
    from driada_widgets.core.experiment.contents import FeatureContent, Filled
    from driada_widgets.core.report import Issue, LedgerEntry, Note
    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = ["Detections", "Examination", "FeatureReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureReport:
    """What one feature of the experiment will be.

    Parameters
    ----------
    name
        Name in the experiment.
    source
        Name of the array in the file; empty for a combination of others.
    shape
        As stored in the experiment: ``(n_frames,)`` or ``(n_components, n_frames)``.
    dtype
        As stored in the experiment.
    detected
        What detection says; ``None`` for several components.
    type_info
        The final type; ``None`` for several components, which are continuous.
    forced
        Whether a person, or the circular whitelist, decided the type.
    why
        The reason for the detected type, as one sentence.
    listed
        The type before the circular whitelist.
    """

    name: str
    source: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    detected: TimeSeriesType | None
    type_info: TimeSeriesType | None
    forced: bool
    why: str
    listed: TimeSeriesType | None = None


@dataclass(slots=True)
class Detections:
    """What was found out about arrays that stay the same while a person changes the request."""

    types: dict[tuple[str, str, str], TimeSeriesType] = field(default_factory=dict)
    values: dict[tuple[tuple[str, bool], ...], Values] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """Everything that the values decide.

    Parameters
    ----------
    features
        One report per feature: combinations first, then the file's order.
    contents
        The same features as the experiment keeps them.
    values
        All arrays, ready to be kept.
    ledger
        One entry per array of the file, in its order.
    notes
        What the values made us do; the plan's notes come first.
    issues
        What must be answered first.
    bad_mask
        Frames that are removed, shape ``(n_frames,)``.
    kept_cells
        Rows of calcium that stay; ``None``: all.
    calcium_filled
        Gaps of calcium that are filled.
    left_out
        Arrays that a policy leaves out.
    """

    features: tuple[FeatureReport, ...]
    contents: tuple[FeatureContent, ...]
    values: Values
    ledger: tuple[LedgerEntry, ...]
    notes: tuple[Note, ...]
    issues: tuple[Issue, ...]
    bad_mask: NDArray[np.bool_]
    kept_cells: tuple[int, ...] | None = None
    calcium_filled: tuple[Filled, ...] = ()
    left_out: frozenset[str] = frozenset()

    @property
    def calcium_range(self) -> NDArray[np.float64]:
        """Smallest and largest value of each row of calcium."""
        return self.values.calcium_range

"""What a check and a run give back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from driada_widgets.core.build.examine import Examination, FeatureReport
    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.report import Issue, LedgerEntry, Note
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.request.plan import LoadPlan
    from driada_widgets.core.road.cost import Cost
    from driada_widgets.core.sources.base import Inventory

__all__ = ["CheckResult", "LoadResult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What a person should know before building.

    Parameters
    ----------
    request
        What was checked.
    inventory
        What the source holds.
    plan
        What would be done; ``None`` if headers alone show that it cannot be. If only the bad frames
        are at fault, what would be done without them: the recording can still be looked at.
    issues
        What must be answered first.
    notes
        What is worth knowing.
    ledger
        What becomes of every array of the source.
    features
        What every feature would be.
    cost
        What building would take; ``None`` without a plan.
    examination
        What the values showed, for building; ``None`` without a plan.
    """

    request: LoadRequest
    inventory: Inventory
    plan: LoadPlan | None
    issues: tuple[Issue, ...]
    notes: tuple[Note, ...]
    ledger: tuple[LedgerEntry, ...]
    features: tuple[FeatureReport, ...]
    cost: Cost | None
    examination: Examination | None = None

    @property
    def ok(self) -> bool:
        """Whether the experiment can be built."""
        return not self.issues


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """An experiment, and how it came about.

    Parameters
    ----------
    experiment
        Built, or opened as it was saved.
    plan
        What was done; ``None`` if the experiment was opened as it was saved.
    notes
        What is worth knowing.
    ledger
        What became of every array of the source.
    saved_to
        The file that holds the experiment, or ``None``.
    features
        What every feature is and why; empty if the experiment was opened as it was saved.
    """

    experiment: Experiment
    plan: LoadPlan | None
    notes: tuple[Note, ...]
    ledger: tuple[LedgerEntry, ...]
    saved_to: Path | None = None
    features: tuple[FeatureReport, ...] = ()

"""Look for bad frames in what a check has seen: which arrays are traces, features and clocks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from driada_widgets.core.signals.proposals import Proposals, propose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress
    from driada_widgets.core.road.results import CheckResult

__all__ = ["propose_frames"]

_CLOCK = re.compile(r"(?:^|[\W_])(?:t|ts|time|times|timestamps?)(?:$|[\W_])", re.IGNORECASE)


def propose_frames(check: CheckResult, progress: Progress | None = None) -> Proposals:
    """Propose bad frames for a recording that was checked.

    Parameters
    ----------
    check
        What was seen; nothing is proposed where it has no plan.
    progress
        Told how far it is; asked whether to stop.

    Returns
    -------
    Proposals
        For all recorded frames, whatever is marked as bad already.

    Raises
    ------
    LoadCancelledError
        If the progress was cancelled.
    """
    if check.plan is None or check.examination is None:
        return Proposals()
    arrays = check.examination.values.arrays
    calcium = check.plan.array_of("calcium")
    if calcium is None or calcium.name not in arrays:
        return Proposals()
    features = {
        item.feature: arrays[item.name]
        for item in check.plan.arrays
        if item.role == "feature" and item.name in arrays
    }
    return propose(
        arrays[calcium.name],
        fps=float(check.plan.static_features["fps"]),
        clocks=_clocks(check, features),
        features=features,
        progress=progress,
    )


def _clocks(check: CheckResult, features: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Choose the features that tell the time of each frame, by their name or their type."""
    timelines = {
        report.name
        for report in check.features
        if report.type_info is not None and report.type_info.subtype == "timeline"
    }
    return {
        name: values
        for name, values in features.items()
        if values.ndim == 1 and (name in timelines or _CLOCK.search(name))
    }

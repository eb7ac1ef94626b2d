"""What the pictures draw of the last check: features as single rows, the unit of the traces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from driada_widgets.core.resolve.trace_unit import trace_unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from driada_widgets.panel.snapshot import Snapshot
    from driada_widgets.panel.state_base import StateBase

__all__ = [
    "MAX_FEATURE_ROWS",
    "FeaturePart",
    "feature_parts",
    "part_named",
    "planes",
    "unit_of_traces",
]

MAX_FEATURE_ROWS = 8
"""Rows of features that are drawn under the traces; the table above has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeaturePart:
    """One row of a feature.

    Parameters
    ----------
    name
        Name in the experiment, with the component: ``"position[0]"``.
    values
        Shape ``(n_frames,)``, read-only.
    discrete
        Whether it takes separate values.
    period
        Period of an angle, else ``None``.
    origin
        Tells the array that ``values`` is of: the same as long as that array is. (A row of an
        array is a new object each time.)
    """

    name: str
    values: NDArray[Any]
    discrete: bool = False
    period: float | None = None
    origin: int = 0


def feature_parts(state: StateBase) -> list[FeaturePart]:
    """List all features of the file that are used, one part a component."""
    parts: list[FeaturePart] = []
    check = state.snapshot.check
    for report in check.features if check else ():
        values = state.workbench.feature(report.source) if report.source else None
        if values is None:
            continue
        info = report.type_info
        if values.ndim > 1:
            parts += [
                FeaturePart(name=f"{report.name}[{index}]", values=part, origin=id(values))
                for index, part in enumerate(values)
            ]
        else:
            part = FeaturePart(
                name=report.name,
                values=values,
                discrete=bool(info and info.is_discrete),
                period=info.circular_period if info else None,
                origin=id(values),
            )
            parts.append(part)
    return parts


def part_named(state: StateBase, name: str) -> FeaturePart | None:
    """Give one row by its name, or ``None`` if there is no such row now."""
    return next((part for part in feature_parts(state) if part.name == name), None)


def planes(state: StateBase) -> dict[str, NDArray[np.generic]]:
    """Give the features of two components by name, combined ones included."""
    found: dict[str, NDArray[np.generic]] = {}
    check = state.snapshot.check
    for report in check.features if check else ():
        if len(report.shape) == 2 and report.shape[0] == 2:
            bench = state.workbench
            values = bench.feature(report.source) if report.source else bench.combined(report.name)
            if values is not None:
                found[report.name] = values
    return found


def unit_of_traces(snapshot: Snapshot) -> str:
    """Give the unit of the traces, where the file tells it; else empty."""
    plan = snapshot.check.plan if snapshot.check is not None else None
    item = plan.array_of("calcium") if plan is not None else None
    return trace_unit(item.name, plan.metadata) if plan is not None and item is not None else ""

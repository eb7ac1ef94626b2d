"""Where a request meets a file: one pure function that gives a plan, or everything that is wrong.

Only headers are looked at; what needs values is found by ``core.build.examine``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.core.experiment.spike_methods import CALLABLE
from driada_widgets.core.request.plan import ArrayPlan, LoadPlan
from driada_widgets.core.request.writing import not_replayable
from driada_widgets.core.resolve.bad_frames import resolve_bad_frames
from driada_widgets.core.resolve.constants import resolve_constants
from driada_widgets.core.resolve.fields import check_fields
from driada_widgets.core.resolve.findings import Findings
from driada_widgets.core.resolve.layout import check_transpose_names, lay_out
from driada_widgets.core.resolve.names import (
    check_aggregates,
    check_choices,
    name_features,
    session_name,
)
from driada_widgets.core.resolve.neural import check_neural, choose_neural
from driada_widgets.core.resolve.roles import assign_parts
from driada_widgets.core.resolve.spikes import check_spikes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from driada_widgets.core.report import Issue
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.resolve.layout import Layout
    from driada_widgets.core.resolve.roles import Part
    from driada_widgets.core.sources.base import Inventory

__all__ = ["resolve"]


def resolve(request: LoadRequest, inventory: Inventory) -> LoadPlan | tuple[Issue, ...]:
    """Turn what a person asks for and what a file holds into a plan.

    Parameters
    ----------
    request
        What is asked for.
    inventory
        What the file holds, from its headers.

    Returns
    -------
    LoadPlan or tuple of Issue
        The plan, or every issue at once, in the order of the steps. Nothing is raised.
    """
    found = Findings()
    if not check_fields(request, found):
        return tuple(found.issues)
    name = session_name(request, found)
    constants = resolve_constants(request, inventory, found)
    neural = choose_neural(request, inventory, found)
    parts = assign_parts(request, inventory, neural, found)
    names = name_features(request, parts, found)
    check_choices(request, parts, found)
    check_aggregates(request, parts, names, found)
    check_spikes(request, parts, constants.values, found)
    check_transpose_names(request, [part.name for part in parts], found)
    layout = None
    if neural is not None and check_neural(neural, inventory, found):
        layout = lay_out(request, parts, found)
    bad_frames = resolve_bad_frames(request, layout.n_frames if layout else None, found)
    if found.issues or layout is None:
        return tuple(found.issues)
    return LoadPlan(
        request=request,
        name=name,
        static_features=constants.values,
        static_origin=constants.origin,
        n_cells=layout.n_cells,
        n_frames=layout.n_frames,
        arrays=_array_plans(request, parts, names, layout),
        bad_frames=bad_frames,
        circular_whitelist=request.chooses_types,
        ledger=tuple(found.ledger),
        notes=(*inventory.notes, *found.notes),
        metadata=dict(inventory.metadata) or None,
        not_replayable=_not_replayable(request),
    )


def _array_plans(
    request: LoadRequest, parts: Sequence[Part], names: Mapping[str, str], layout: Layout
) -> tuple[ArrayPlan, ...]:
    return tuple(
        ArrayPlan(
            name=part.name,
            role=part.role,
            feature=names.get(part.name, part.name),
            transpose=part.name in layout.transposed,
            choice=(request.features or {}).get(part.name),
            nan=request.nan.of(part.name),
        )
        for part in parts
    )


def _not_replayable(request: LoadRequest) -> tuple[str, ...]:
    """Say which parts cannot be done again from the written request."""
    if request.spikes is None or request.spikes.method != CALLABLE:
        return not_replayable(request)
    text = "The spike method is a function of your code. Reconstruct spikes after loading."
    return (*not_replayable(request), text)

"""Several one-dimensional features combined into one with several components."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.experiment.contents import FeatureContent, Filled
from driada_widgets.core.report import Note
from driada_widgets.core.signals.detect import detect_type
from driada_widgets.core.signals.types import type_from_string

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from driada_widgets.core.request.model import AggregateSpec
    from driada_widgets.core.request.plan import ArrayPlan, LoadPlan
    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = ["combine"]

NOISE = 1e-7
"""Amplitude of the tie-breaking noise that a seed adds to each component."""


def combine(
    plan: LoadPlan, components: Mapping[str, tuple[NDArray[Any], tuple[Filled, ...]]]
) -> tuple[tuple[FeatureContent, ...], tuple[Note, ...]]:
    """Make the combined features that a request asks for.

    Parameters
    ----------
    plan
        Its request names the combinations; a seed adds noise.
    components
        By name in the file: values of shape ``(n_frames,)`` and the gaps that are filled in them.

    Returns
    -------
    contents : tuple of FeatureContent
        In the order of the request, without those that lack a component.
    notes : tuple of Note
        One per combination that lost a component to a policy.
    """
    known = {item.name for item in plan.arrays if item.role == "feature"}
    contents: list[FeatureContent] = []
    notes = []
    for spec in plan.request.aggregate_features:
        missing = [key for key in spec.of if key not in components]
        if not missing:
            contents.append(_combined(plan, spec, components, len(contents)))
        elif all(key in known for key in spec.of):
            text = f"Skipping aggregation '{spec.name}': missing keys {missing}"
            note = Note(id="aggregate-skipped", level="warning", subject=spec.name, text=text)
            notes.append(note)
    return tuple(contents), tuple(notes)


def _combined(
    plan: LoadPlan,
    spec: AggregateSpec,
    components: Mapping[str, tuple[NDArray[Any], tuple[Filled, ...]]],
    position: int,
) -> FeatureContent:
    rows = np.array([components[key][0] for key in spec.of], dtype=np.float64)
    if plan.request.seed is not None:
        # The first word seeds the calcium; each combination that is made gets the next one.
        words = np.random.SeedSequence(plan.request.seed).generate_state(position + 2)
        rng = np.random.default_rng(int(words[1 + position]))
        rows += NOISE * rng.random(rows.shape)
    rows.flags.writeable = False
    filled = tuple(
        replace(gap, row=row) for row, key in enumerate(spec.of) for gap in components[key][1]
    )
    names = tuple(f"{spec.name}_{row}" for row in range(len(rows)))
    return FeatureContent(
        name=spec.name,
        data=rows,
        component_names=names,
        component_types=_component_types(plan, spec, rows, names),
        filled=filled,
        aggregated=True,
    )


def _component_types(
    plan: LoadPlan, spec: AggregateSpec, rows: NDArray[np.float64], names: tuple[str, ...]
) -> tuple[TimeSeriesType, ...] | None:
    """Give the types of all components if a person chose any of them."""
    items: dict[str, ArrayPlan] = {item.name: item for item in plan.arrays}
    words = [None if (choice := items[key].choice) is None else choice.type for key in spec.of]
    if not any(words):
        return None
    return tuple(
        _component_type(row, name, word) for row, name, word in zip(rows, names, words, strict=True)
    )


def _component_type(row: NDArray[np.float64], name: str, word: str | None) -> TimeSeriesType:
    finite = row[np.isfinite(row)]
    detected = detect_type(finite, name)
    facts = detected.metadata
    if word is not None:
        return type_from_string(
            word,
            data_min=facts["min"],
            data_max=facts["max"],
            n_unique=facts["n_unique"],
            n_samples=facts["n_samples"],
        )
    subtype = "linear" if detected.is_discrete else detected.subtype
    return replace(detected, primary_type="continuous", subtype=subtype, confidence=1.0)

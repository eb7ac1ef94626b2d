"""A saved experiment as a source: opened as it is, or built again with edits from what it holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import LoaderError, ParameterError
from driada_widgets.core.experiment.naming import construct_session_name
from driada_widgets.core.experiment.spike_methods import CALLABLE
from driada_widgets.core.request import frames
from driada_widgets.core.request.model import (
    FeatureChoice,
    LoadRequest,
    NanPolicies,
    SourceSpec,
    SpikeSpec,
)
from driada_widgets.core.request.reading import from_dict
from driada_widgets.core.request.writing import canonical
from driada_widgets.core.sources import fingerprint, memory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from driada_widgets.core.experiment.contents import Contents
    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.report import Note
    from driada_widgets.core.sources.base import Inventory

__all__ = [
    "all_choices",
    "arrays_in",
    "inventory_in",
    "is_untouched",
    "recorded_request",
    "with_saved_choices",
]


def arrays_in(experiment: Experiment) -> dict[str, Any]:
    """Give the arrays of a saved experiment as a data file would hold them."""
    contents = experiment.contents
    per_cell = {"calcium": contents.calcium, "reconstructions": contents.reconstructions}
    if _spikes_found(experiment) is None:
        per_cell |= {"spikes": contents.spikes, "asp": contents.asp}
    held = {name: array for name, array in per_cell.items() if array is not None}
    return {**held, **{feature.name: feature.data for feature in contents.features}}


def inventory_in(
    experiment: Experiment, path: Path, data: Mapping[str, Any], notes: tuple[Note, ...] = ()
) -> Inventory:
    """List what a saved experiment holds; the notes are those of opening it."""
    return replace(
        memory.inventory_of(data),
        format="saved experiment",
        path=path,
        n_bytes=path.stat().st_size,
        metadata=experiment.contents.metadata or {},
        fingerprint=fingerprint.take(path),
        notes=notes,
    )


def is_untouched(request: LoadRequest, experiment: Experiment) -> bool:
    """Say whether a request asks for nothing but to open a saved experiment as it is.

    It may say nothing, or everything as it was decided when the experiment was saved.
    """
    source = SourceSpec(kind="saved", path=request.source.path)
    bare = LoadRequest(source=replace(source, data_source=request.source.data_source))
    asked = replace(request, save=None, root=bare.root)
    if asked == bare:
        return True
    try:
        saved = all_choices(LoadRequest(source=source), experiment)
        return canonical(asked) == canonical(saved)
    except ParameterError:  # a value that cannot be written down was not saved either
        return False


def all_choices(request: LoadRequest, experiment: Experiment) -> LoadRequest:
    """Write everything that was decided when an experiment was saved into a request."""
    full = with_saved_choices(request, experiment)
    return replace(full, source=replace(full.source, as_saved=False))


def with_saved_choices(request: LoadRequest, experiment: Experiment) -> LoadRequest:
    """Complete a request by what was decided when the experiment was saved; edits win."""
    if not request.source.as_saved:
        return request
    contents = experiment.contents
    before = recorded_request(experiment.provenance) or LoadRequest()
    source = replace(request.source, neural=request.source.neural or "calcium")
    if source.data_source == SourceSpec().data_source:
        source = replace(source, data_source=_data_source(experiment, before))
    return replace(
        request,
        source=source,
        exp_params={**_parameters(experiment), **request.exp_params},
        static_features={**contents.static_features, **request.static_features},
        features=_choices(contents) if request.features is None else request.features,
        bad_frames=request.bad_frames or _bad_frames(contents),
        nan=_policies(before, contents) if request.nan == NanPolicies() else request.nan,
        create_circular_2d=request.create_circular_2d and contents.create_circular_2d,
        seed=contents.seed if request.seed is None else request.seed,
        spikes=request.spikes or _spikes_found(experiment),
    )


def _spikes_found(experiment: Experiment) -> SpikeSpec | None:
    """Say how the spikes of a saved experiment are found again; ``None`` if they were given.

    Spikes of which no request tells how they were found are kept as if they had been given.
    """
    before = recorded_request(experiment.provenance)
    if before is None or before.spikes is None or experiment.contents.reconstruction is None:
        return None
    return None if before.spikes.method == CALLABLE else before.spikes


def recorded_request(provenance: Mapping[str, Any]) -> LoadRequest | None:
    """Give the request that a saved experiment remembers; ``None`` if it remembers none."""
    request: Any = provenance.get("request")
    try:
        return from_dict(request)
    except (LoaderError, TypeError, ValueError, AttributeError):
        return None


def _data_source(experiment: Experiment, before: LoadRequest) -> str:
    """Say by whose rule the experiment is named: as recorded, else by what its name looks like."""
    if before != LoadRequest():
        return before.source.data_source
    try:
        name = construct_session_name("IABS", experiment.contents.exp_params)
    except LoaderError:
        return before.source.data_source
    return "IABS" if f"Exp {name}" == experiment.signature else before.source.data_source


def _parameters(experiment: Experiment) -> dict[str, Any]:
    """Give the parameters; an experiment that was made without any keeps its name."""
    parameters = dict(experiment.contents.exp_params)
    return parameters or {"name": experiment.signature.removeprefix("Exp ")}


def _choices(contents: Contents) -> dict[str, FeatureChoice]:
    """Write down the saved types; where detection still agrees, its record is kept."""
    choices = {}
    for feature in contents.features:
        info = feature.type_info
        if info is None:
            choices[feature.name] = FeatureChoice()
        else:
            word = info.subtype or info.primary_type
            choices[feature.name] = FeatureChoice(
                type=word, period=info.circular_period, as_detected=True
            )
    return choices


def _policies(before: LoadRequest, contents: Contents) -> NanPolicies:
    """Give the policies of before under the names that the saved arrays have."""
    held = {
        "calcium",
        "spikes",
        "asp",
        "reconstructions",
        *(each.name for each in contents.features),
    }
    named = {
        name: choice.rename for name, choice in (before.features or {}).items() if choice.rename
    }
    if before.source.neural is not None:
        named[before.source.neural] = "calcium"
    arrays = {named.get(name, name): policy for name, policy in before.nan.arrays.items()}
    kept = {name: policy for name, policy in arrays.items() if name in held}
    return NanPolicies(default=before.nan.default, arrays=kept)


def _bad_frames(contents: Contents) -> frames.Ranges:
    mask = contents.bad_frames_mask
    return () if mask is None else frames.from_mask(mask)

"""Names: of the session, of features in the experiment, and of what combines them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.core.errors import DataShapeError, DataTypeError, LoaderError
from driada_widgets.core.experiment import attributes
from driada_widgets.core.experiment.naming import (
    construct_session_name,
    folder_name,
    near_folder_name,
)
from driada_widgets.core.report import Fix
from driada_widgets.core.resolve.findings import listed, nearest
from driada_widgets.core.signals.types import TYPE_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from driada_widgets.core.request.model import AggregateSpec, FeatureChoice, LoadRequest
    from driada_widgets.core.resolve.findings import Findings
    from driada_widgets.core.resolve.roles import Part

__all__ = [
    "check_aggregates",
    "check_choices",
    "name_features",
    "session_name",
]


def session_name(request: LoadRequest, found: Findings) -> str:
    """Give the name of the session as text that can also be a folder."""
    name = ""
    try:
        name = str(construct_session_name(request.source.data_source, dict(request.exp_params)))
        folder_name(name)
    except LoaderError as error:
        found.refuse(
            "name-invalid",
            "exp_params",
            str(error),
            error=type(error),
            fixes=_nearest_name(request, name),
        )
        return ""
    return name


def _nearest_name(request: LoadRequest, name: str) -> tuple[Fix, ...]:
    """Offer the nearest name that can be a folder; names of IABS are made of their parts."""
    if not name or request.source.data_source == "IABS":
        return ()
    near = near_folder_name(name)
    return (Fix(label=f"Name it {near!r}", changes=((("exp_params", "name"), near),)),)


def name_features(request: LoadRequest, parts: Sequence[Part], found: Findings) -> dict[str, str]:
    """Give the name in the experiment of every feature, and refuse those that collide.

    Parameters
    ----------
    request
        ``features`` may rename.
    parts
        Arrays with their parts.
    found
        Receives issues and notes.

    Returns
    -------
    dict
        Name in the file to name in the experiment, in the file's order.
    """
    choices = request.features or {}
    names = {
        part.name: _new_name(choices.get(part.name)) or part.name
        for part in parts
        if part.role == "feature"
    }
    _refuse_doubles(names, found)
    _refuse_protected(names, found)
    _note_case(list(names.values()), found)
    return names


def _new_name(choice: FeatureChoice | None) -> str | None:
    return None if choice is None else choice.rename


def _refuse_doubles(names: Mapping[str, str], found: Findings) -> None:
    for name in sorted({name for name in names.values() if list(names.values()).count(name) > 1}):
        sources = [source for source, target in names.items() if target == name]
        found.refuse(
            "feature-name-double",
            sources[-1],
            f"{listed(sources)} would all be the feature {name!r}.",
            fix="Give each feature a name of its own.",
        )


def _refuse_protected(names: Mapping[str, str], found: Findings) -> None:
    clashes = [source for source, target in names.items() if target in attributes.PROTECTED]
    if not clashes:
        return
    targets = [names[source] for source in clashes]
    first = clashes[0]
    changes = tuple((("features", name, "rename"), f"{name}_feature") for name in clashes)
    found.refuse(
        "feature-name-protected",
        first,
        _protected(targets),
        fix=f"Give it another name: rename={{{first!r}: '{first}_feature'}}.",
        fixes=(Fix(label=f"Rename {listed(clashes)}", changes=changes),),
    )


def _may_be_circular(word: str | None) -> bool:
    return word is None or TYPE_WORDS[word.lower()][1] == "circular"


def _protected(names: list[str]) -> str:
    return (
        f"Dynamic feature names conflict with protected attributes: {names}. "
        f"Protected attributes are: {list(attributes.PROTECTED)}"
    )


def _note_case(names: list[str], found: Findings) -> None:
    by_fold: dict[str, list[str]] = {}
    for name in names:
        by_fold.setdefault(name.casefold(), []).append(name)
    for group in by_fold.values():
        if len(set(group)) > 1:
            found.warn(
                "feature-name-case",
                group[-1],
                f"Features {listed(group)} differ only by case; both are kept, but such names "
                "collide as files on macOS and Windows.",
            )


def check_aggregates(
    request: LoadRequest, parts: Sequence[Part], names: Mapping[str, str], found: Findings
) -> None:
    """Check that every combination has its components and a name of its own."""
    features = {part.name: part for part in parts if part.role == "feature"}
    seen: set[str] = set()
    for spec in request.aggregate_features:
        if spec.name in names.values() or spec.name in seen:
            found.refuse(
                "aggregate-name-taken",
                "aggregate_features",
                f"The combined feature {spec.name!r} is named like another feature.",
                fix="Give it a name of its own.",
            )
        if spec.name in attributes.PROTECTED:
            text = _protected([spec.name])
            fix = "Give the combined feature another name."
            found.refuse("feature-name-protected", "aggregate_features", text, fix=fix)
        seen.add(spec.name)
        missing = [key for key in spec.of if key not in features]
        if missing:
            found.warn(
                "aggregate-skipped",
                spec.name,
                f"Skipping aggregation '{spec.name}': missing keys {missing}",
                verbose_only=True,
            )
            continue
        _check_components(request, spec, features, found)


def _check_components(
    request: LoadRequest, spec: AggregateSpec, features: Mapping[str, Part], found: Findings
) -> None:
    for key in spec.of:
        n_axes = len(features[key].info.shape)
        if n_axes != 1:
            text = f"Aggregation component '{key}' must be 1D, got {n_axes}D"
            found.refuse("aggregate-axes", spec.name, text, error=DataShapeError)
        choice = (request.features or {}).get(key)
        word = "" if choice is None or choice.type is None else choice.type.lower()
        if TYPE_WORDS.get(word, ("", None))[0] == "discrete":
            found.refuse(
                "aggregate-discrete",
                spec.name,
                f"'{key}' cannot be combined into '{spec.name}': "
                "this is not applicable to discrete TimeSeries",
                error=DataTypeError,
            )


def check_choices(request: LoadRequest, parts: Sequence[Part], found: Findings) -> None:
    """Check type words and policies, and say which names are not in the file."""
    known = [part.name for part in parts]
    axes = {part.name: len(part.info.shape) for part in parts if part.role == "feature"}
    for name, choice in (request.features or {}).items():
        if choice.type is not None and choice.type.lower() not in TYPE_WORDS:
            text = f"Unknown type string '{choice.type}'. Must be one of: {', '.join(TYPE_WORDS)}"
            found.refuse("type-unknown", name, text)
        elif choice.period is not None and not _may_be_circular(choice.type):
            text = f"The period {choice.period:g} of {name!r} is not used: {choice.type} has none."
            found.tell("period-unused", name, text)
        if name not in known:
            text = f"{name!r} has a choice but is not in the file{nearest(name, known)}"
            # Types of other files' features are ignored by contract; a new name is meant for one.
            say = found.tell if choice.rename is None else found.warn
            say("feature-unknown", name, text)
        elif choice.type is not None and axes.get(name) == 2:
            text = f"Feature {name!r} has components, which are continuous; its type is not used."
            found.tell("type-unused", name, text)
    for name in request.nan.arrays:
        if name not in known:
            text = f"nan names {name!r}, which is not in the file{nearest(name, known)}"
            found.refuse("nan-unknown", "nan", text)

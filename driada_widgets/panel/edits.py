"""The user's edits as pure functions: a request in, a request out.

The complete, explicit type map is written with the first edit of a feature, so that no edit of one
feature can change another (the circular whitelist of ``feature_types`` never applies to a plan
made in the panel).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from driada_widgets.core.request.model import (
    AggregateSpec,
    FeatureChoice,
    NanPolicies,
    NanPolicy,
    PolicyName,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.core.build.examine import FeatureReport
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = [
    "add_aggregate",
    "as_listed",
    "complete",
    "remove_aggregate",
    "rename_feature",
    "set_feature_type",
    "set_nan",
    "set_param",
    "set_static",
    "set_transposed",
    "surprises",
    "type_word",
    "use_feature",
]


def type_word(type_info: TimeSeriesType) -> str:
    """Give the word of a type that a request may hold, such as ``"circular"``."""
    return type_info.subtype or ("ambiguous" if type_info.is_ambiguous else "discrete")


def complete(request: LoadRequest, features: Sequence[FeatureReport]) -> LoadRequest:
    """Write down the type of every feature, detected ones included.

    Parameters
    ----------
    request
        What was checked.
    features
        The features that the check found.

    Returns
    -------
    LoadRequest
        The same request with a complete ``features``; equal decisions, nothing left to detection.
    """
    listed = dict(request.features or {})
    for report in features:
        if not report.source:
            continue
        choice = listed.get(report.source, FeatureChoice())
        if report.type_info is not None and (choice.type is None or choice.as_detected):
            listed[report.source] = replace(
                choice,
                type=type_word(report.type_info),
                period=report.type_info.circular_period,
                as_detected=not report.forced,
            )
        else:
            listed[report.source] = choice
    return replace(request, features=listed)


def surprises(features: Sequence[FeatureReport]) -> tuple[FeatureReport, ...]:
    """List features that a hand-made list turns from circular to linear without naming them."""
    return tuple(
        report
        for report in features
        if report.listed is not None and report.listed is not report.type_info
    )


def as_listed(request: LoadRequest, features: Sequence[FeatureReport]) -> LoadRequest:
    """Write a complete list of features in which the surprises keep their own type."""
    changed = surprises(features)
    kept = [
        replace(report, type_info=report.listed, forced=False) if report in changed else report
        for report in features
    ]
    return complete(request, kept)


def set_feature_type(
    request: LoadRequest, features: Sequence[FeatureReport], name: str, word: str | None
) -> LoadRequest:
    """Choose the type of one feature, or go back to the detected one.

    Parameters
    ----------
    request
        The request as it stands.
    features
        The features that the last check found.
    name
        Name of the array in the file.
    word
        Type string; ``None``: as detected.
    """
    completed = complete(request, features)
    listed = dict(completed.features or {})
    old = listed.get(name, FeatureChoice())
    detected = next((report.detected for report in features if report.source == name), None)
    if word is None or (detected is not None and word == type_word(detected)):
        listed[name] = replace(
            old,
            type=type_word(detected) if detected else None,
            period=detected.circular_period if detected else None,
            as_detected=detected is not None,
        )
    else:
        listed[name] = replace(old, type=word, period=None, as_detected=False)
    return replace(completed, features=listed)


def _with_choice(
    request: LoadRequest, features: Sequence[FeatureReport], name: str, **changes: Any
) -> LoadRequest:
    completed = complete(request, features)
    listed = dict(completed.features or {})
    listed[name] = replace(listed.get(name, FeatureChoice()), **changes)
    return replace(completed, features=listed)


def use_feature(
    request: LoadRequest, features: Sequence[FeatureReport], name: str, *, use: bool
) -> LoadRequest:
    """Take an array of the file into the experiment, or leave it out."""
    return _with_choice(request, features, name, use=use)


def rename_feature(
    request: LoadRequest, features: Sequence[FeatureReport], name: str, new_name: str
) -> LoadRequest:
    """Give a feature another name in the experiment; empty or equal: the file's own."""
    rename = new_name if new_name and new_name != name else None
    return _with_choice(request, features, name, rename=rename)


def set_param(request: LoadRequest, key: str, value: str) -> LoadRequest:
    """Set one entry of ``exp_params``; an empty value removes it."""
    params = {k: v for k, v in request.exp_params.items() if k != key}
    if value != "":
        params[key] = value
    return replace(request, exp_params=params)


def set_static(request: LoadRequest, key: str, value: float | str | None) -> LoadRequest:
    """Set one constant of the recording; ``None`` goes back to the default."""
    constants = {k: v for k, v in request.static_features.items() if k != key}
    if value is not None:
        constants[key] = value
    return replace(request, static_features=constants)


def set_transposed(request: LoadRequest, name: str, *, transposed: bool) -> LoadRequest:
    """Say whether an array is stored frames first."""
    others = tuple(other for other in request.transpose if other != name)
    return replace(request, transpose=(*others, name) if transposed else others)


def set_nan(request: LoadRequest, name: str | None, policy: PolicyName) -> LoadRequest:
    """Choose what happens to NaN and infinite values of one array; ``None``: of all others."""
    if name is None:
        return replace(request, nan=replace(request.nan, default=NanPolicy(policy=policy)))
    arrays = {**request.nan.arrays, name: NanPolicy(policy=policy)}
    return replace(request, nan=NanPolicies(default=request.nan.default, arrays=arrays))


def add_aggregate(request: LoadRequest, of: Sequence[str], name: str) -> LoadRequest:
    """Combine one-dimensional features into one multi-dimensional feature."""
    spec = AggregateSpec(of=tuple(of), name=name)
    others = tuple(other for other in request.aggregate_features if other.name != name)
    return replace(request, aggregate_features=(*others, spec))


def remove_aggregate(request: LoadRequest, name: str) -> LoadRequest:
    """Take a combination of features back."""
    kept = tuple(spec for spec in request.aggregate_features if spec.name != name)
    return replace(request, aggregate_features=kept)

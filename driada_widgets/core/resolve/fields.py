"""Fields that hold something of another kind: a request made in code can hold anything."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Integral, Real
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, get_args

from driada_widgets.core.request.model import (
    AggregateSpec,
    FeatureChoice,
    NanPolicies,
    PolicyName,
    SaveSpec,
    SourceSpec,
    SpikeSpec,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from driada_widgets.core.request.model import LoadRequest, NanPolicy
    from driada_widgets.core.resolve.findings import Findings

__all__ = ["check_fields"]


def check_fields(request: LoadRequest, found: Findings) -> bool:
    """Check what the other steps rely on; what the file says about it is theirs.

    Parameters
    ----------
    request
        As it was given.
    found
        Receives issues.

    Returns
    -------
    bool
        False if an issue was added.
    """
    n_before = len(found.issues)
    if not _check_parts(request, found):
        return False
    seed = request.seed
    if seed is not None and not (_is_whole(seed) and seed >= 0):
        _refuse(found, "seed", "seed", "a whole number from 0 on", seed)
    _check_names(found, "source.neural", "neural", [request.source.neural])
    _check_names(found, "transpose", "transpose", request.transpose)
    _check_names(found, "static_features", "a name in static_features", request.static_features)
    for name, choice in (request.features or {}).items():
        _check_choice(name, choice, found)
    for spec in request.aggregate_features:
        field = "aggregate_features"
        _check_names(found, field, "the name of a combined feature", [spec.name])
        _check_names(found, field, f"a component of {spec.name!r}", spec.of)
        if not spec.of:
            text = f"The combined feature {spec.name!r} has no components."
            found.refuse("field-invalid", field, text, fix="Name the features to combine.")
    for policy in (request.nan.default, *request.nan.arrays.values()):
        _check_policy(policy, found)
    return len(found.issues) == n_before


_PARTS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "source": SourceSpec,
    "exp_params": Mapping,
    "static_features": Mapping,
    "features": (Mapping, NoneType),
    "aggregate_features": (tuple, list),
    "nan": NanPolicies,
    "spikes": (SpikeSpec, NoneType),
    "save": (SaveSpec, NoneType),
}


def _check_parts(request: LoadRequest, found: Findings) -> bool:
    """Check that the parts of the request are what they are called."""
    n_before = len(found.issues)
    for field, kind in _PARTS.items():
        _check_kind(found, field, field, getattr(request, field), kind)
    if len(found.issues) == n_before:
        for name, choice in (request.features or {}).items():
            _check_kind(found, "features", f"the choice for {name!r}", choice, FeatureChoice)
        for spec in request.aggregate_features:
            _check_kind(found, "aggregate_features", "a combined feature", spec, AggregateSpec)
    return len(found.issues) == n_before


def _check_kind(
    found: Findings, field: str, what: str, value: object, kind: type | tuple[type, ...]
) -> None:
    if not isinstance(value, kind):
        named = (kind[0] if isinstance(kind, tuple) else kind).__name__
        words = {"Mapping": "a dictionary", "tuple": "a list"}.get(named, named)
        _refuse(found, field, what, words, value)


def _check_choice(name: Any, choice: FeatureChoice, found: Findings) -> None:
    _check_names(found, "features", "the name of a feature", [name])
    _check_names(found, str(name), f"the type of {name!r}", [choice.type])
    _check_names(found, str(name), f"the new name of {name!r}", [choice.rename])
    period = choice.period
    if period is not None and not (_is_number(period) and period > 0):
        _refuse(found, str(name), f"the period of {name!r}", "a number above 0", period)


def _check_policy(policy: NanPolicy, found: Findings) -> None:
    known = get_args(PolicyName)
    if policy.policy not in known:
        _refuse(found, "nan", "nan", f"one of {', '.join(map(repr, known))}", policy.policy)
    if not (_is_number(policy.max_gap_sec) and policy.max_gap_sec >= 0):
        _refuse(found, "nan", "max_gap_sec", "a number of seconds from 0 on", policy.max_gap_sec)


def _check_names(found: Findings, field: str, what: str, names: Iterable[Any]) -> None:
    for name in names:
        if name is not None and not isinstance(name, str):
            _refuse(found, field, what, "text", name)


def _refuse(found: Findings, field: str, what: str, expected: str, value: Any) -> None:
    text = f"{what} must be {expected}; got {value!r} ({type(value).__name__})."
    found.refuse("field-invalid", field, text)


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    return math.isfinite(value)

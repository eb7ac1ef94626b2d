"""From a request to a tree of plain values, in the order people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from driada_widgets.core.request import frames
from driada_widgets.core.request.model import (
    REQUEST_SCHEMA,
    AggregateSpec,
    FeatureChoice,
    LoadRequest,
    NanPolicies,
    NanPolicy,
    SaveSpec,
    SourceSpec,
    SpikeSpec,
)
from driada_widgets.core.request.plain import to_plain
from driada_widgets.core.request.reading import SCHEMA_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["canonical", "not_replayable", "to_dict", "write_field", "write_value"]


def to_dict(request: LoadRequest) -> dict[str, Any]:
    """Give a request as a tree of plain values; what has its default is left out.

    Parameters
    ----------
    request
        Any request; ``from_dict`` gives it back.

    Returns
    -------
    dict
        Texts, finite numbers, lists and mappings only; the first entry is the schema number.

    Raises
    ------
    ParameterError
        If a value cannot be written down; the message names it and a way out.
    """
    tree: dict[str, Any] = {SCHEMA_KEY: REQUEST_SCHEMA}
    default = LoadRequest()
    for name in _FIELDS:
        if getattr(request, name) != getattr(default, name):
            tree[name] = write_field(request, name)
    return tree


def canonical(request: LoadRequest) -> dict[str, Any]:
    """Give the part of a request that decides the experiment, in one form only.

    Two requests that ask for the same thing of the same bytes have equal canonical forms:
    defaults are written out, keys are sorted, bad frames are merged. Not in it: ``save``, ``root``
    and the folder of the source, which say where things are and not what they are. The source
    itself is known by its fingerprint.

    Returns
    -------
    dict
        JSON-plain, keys sorted at every level.

    Raises
    ------
    ParameterError
        If a value cannot be written down.
    """
    tree: dict[str, Any] = {SCHEMA_KEY: REQUEST_SCHEMA}
    for name in _FIELDS:
        if name not in {"save", "root"}:
            tree[name] = write_field(request, name, complete=True)
    path = request.source.path
    tree["source"]["path"] = None if path is None else path.name
    if tree["source"].pop("as_saved") is False:
        tree["source"]["as_saved"] = False
    tree["bad_frames"] = [list(pair) for pair in frames.from_given(request.bad_frames)]
    tree["transpose"] = sorted(set(request.transpose))
    for measured in ("static_features", "features", "nan"):
        tree[measured] = _as_float(tree[measured])
    return {key: _sorted(tree[key]) for key in sorted(tree)}


def _as_float(value: Any) -> Any:
    """Write whole numbers as floats: 20 Hz and 20.0 Hz are one frame rate."""
    if isinstance(value, dict):
        return {key: _as_float(item) for key, item in value.items()}
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def not_replayable(request: LoadRequest) -> tuple[str, ...]:
    """Say which parts of a request cannot be done again from the written request alone."""
    if request.source.kind == "memory":
        return (
            "The arrays were in memory. Save them to a file first (for example with numpy.savez) "
            "and choose that file, or save the experiment.",
        )
    return ()


def write_field(request: LoadRequest, name: str, *, complete: bool = False) -> Any:
    """Give one top-level field of a request as plain values.

    Parameters
    ----------
    request
        Any request.
    name
        Name of the field.
    complete
        Whether parts that have their defaults are written out.
    """
    return write_value(getattr(request, name), (name,), complete=complete)


def write_value(value: Any, path: tuple[str | int, ...], *, complete: bool = False) -> Any:
    """Give a part of a request, or a plain value, as plain values; see ``write_field``."""
    if isinstance(value, NanPolicies):
        return _nan_policies(value, path, complete=complete)
    if isinstance(value, SpikeSpec):
        return to_plain({"method": value.method, **value.options}, path)
    if isinstance(value, tuple(_PARTS)):
        return _part(value, path, complete=complete)
    if isinstance(value, (tuple, list)):
        return [
            write_value(item, (*path, index), complete=complete) for index, item in enumerate(value)
        ]
    if isinstance(value, Mapping) and any(isinstance(x, FeatureChoice) for x in value.values()):
        return {
            to_plain(name, path): write_value(item, (*path, name), complete=complete)
            for name, item in value.items()
        }
    return to_plain(value, path)


def _part(part: Any, path: tuple[str | int, ...], *, complete: bool) -> dict[str, Any]:
    """Write a part field by field; ``always`` stays even where it has its default."""
    names, always, make = _PARTS[type(part)]
    default = make()
    return {
        written: to_plain(getattr(part, name), (*path, written))
        for name, written in names.items()
        if complete or name in always or getattr(part, name) != getattr(default, name)
    }


def _nan_policies(
    policies: NanPolicies, path: tuple[str | int, ...], *, complete: bool
) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    if complete or policies.default != NanPolicy():
        tree["default"] = _nan_policy(policies.default, path, complete=complete)
    arrays = {
        to_plain(name, path): _nan_policy(policy, (*path, name), complete=complete)
        for name, policy in policies.arrays.items()
    }
    return {**tree, "arrays": arrays} if complete or "default" in arrays else {**tree, **arrays}


def _nan_policy(policy: NanPolicy, path: tuple[str | int, ...], *, complete: bool) -> Any:
    if not complete and policy.max_gap_sec == NanPolicy().max_gap_sec:
        return policy.policy
    return _part(policy, path, complete=complete)


_FIELDS = (
    "source",
    "exp_params",
    "static_features",
    "features",
    "aggregate_features",
    "bad_frames",
    "nan",
    "transpose",
    "create_circular_2d",
    "seed",
    "spikes",
    "save",
    "root",
)
_PARTS: dict[type, tuple[dict[str, str], tuple[str, ...], Callable[[], Any]]] = {
    SourceSpec: (
        {name: name for name in ("kind", "data_source", "path", "neural", "as_saved")},
        (),
        SourceSpec,
    ),
    FeatureChoice: (
        {name: name for name in ("type", "period", "use", "rename", "as_detected")},
        (),
        FeatureChoice,
    ),
    AggregateSpec: (
        {"of": "of", "name": "as"},
        ("of", "name"),
        lambda: AggregateSpec(of=(), name=""),
    ),
    NanPolicy: ({"policy": "policy", "max_gap_sec": "max_gap_sec"}, ("policy",), NanPolicy),
    SaveSpec: ({"path": "path", "format": "as"}, ("format",), SaveSpec),
}

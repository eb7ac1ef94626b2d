"""Change a request by field paths, as a ``Fix`` of the report names them; nothing is modified."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request import frames
from driada_widgets.core.request.model import LoadRequest, NanPolicies
from driada_widgets.core.request.plain import join_path
from driada_widgets.core.request.reading import read_field, read_nan_policy
from driada_widgets.core.request.writing import write_field, write_value

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["apply_changes"]

_Steps = tuple[str, ...]
_LISTS: Final = frozenset({"transpose", "bad_frames", "aggregate_features"})


def apply_changes(
    request: LoadRequest, changes: Sequence[tuple[Sequence[str], object]]
) -> LoadRequest:
    """Give a request with some fields changed.

    Parameters
    ----------
    request
        The request; it stays as it is.
    changes
        Pairs of a path and its new value, in order, such as ``("features", "hd", "type")`` and
        ``"linear"``. A path may use the names of YAML or of Python (``as`` or ``format``).
        ``None`` removes an entry, or gives a field its default. A path to a list adds to it:
        ``("transpose",)`` a name, ``("bad_frames",)`` a half-open range ``(start, stop)`` or a
        frame, ``("aggregate_features",)`` an ``AggregateSpec``, each also a list of such items.
        ``("transpose", name)`` or ``("aggregate_features", name)`` with ``False`` takes that item
        out again. Another type for a feature forgets its period and that it was detected.

    Returns
    -------
    LoadRequest
        A new request; fields that are not named are the same objects.

    Raises
    ------
    ParameterError
        If a path is not a field (with the nearest match), or a value is of the wrong kind.
    """
    for path, value in changes:
        request = _changed(request, tuple(path), value)
    return request


def _changed(request: LoadRequest, path: _Steps, value: object) -> LoadRequest:
    names = [each.name for each in fields(LoadRequest)]
    if not path or path[0] not in names:
        near = difflib.get_close_matches(path[0], names, n=1) if path else []
        hint = f"Did you mean {near[0]!r}?" if near else f"Fields: {', '.join(names)}."
        msg = f"{join_path(path) or 'An empty path'} is not a field of a request. {hint}"
        raise ParameterError(msg, where=join_path(path) or None, fix=hint)
    name, *steps = path
    if name in _LISTS:
        new: Any = _changed_list(getattr(request, name), path, value)
    elif name == "nan" and steps:
        new = _changed_nan(request.nan, steps, value, path)
    else:
        plain = None if value is None else write_value(value, path)
        tree = _with_entry(write_field(request, name), _yaml_names(name, steps), plain, path)
        new = read_field(name, tree)
    return replace(request, **{name: new})


def _yaml_names(name: str, steps: list[str]) -> list[str]:
    if name == "spikes" and steps[:1] == ["options"]:
        return steps[1:]
    return ["as"] if name == "save" and steps == ["format"] else steps


def _with_entry(tree: Any, steps: Sequence[str], value: Any, path: _Steps) -> Any:
    """Give ``tree`` with ``value`` at ``steps``; groups on the way are made, ``None`` removes."""
    if not steps:
        return value
    if tree is not None and not isinstance(tree, Mapping):
        msg = f"{join_path(path)} is not a field of a request: it lies below a single value."
        raise ParameterError(msg, where=join_path(path))
    step, *below = steps
    entries = dict(tree or {})
    if path[0] == "features" and step == "type" and not below and entries.get("type") != value:
        # What detection said, and the period of another type, do not hold for a chosen type.
        entries = {key: entries[key] for key in entries if key not in {"as_detected", "period"}}
    if value is None and not below:
        entries.pop(step, None)
    else:
        entries[step] = _with_entry(entries.get(step), below, value, path)
    return entries


def _changed_nan(
    policies: NanPolicies, steps: list[str], value: object, path: _Steps
) -> NanPolicies:
    """Change the policy of one array, named with or without ``arrays`` before it."""
    listed = steps[0] == "arrays" and len(steps) > 1
    name, *below = steps[1:] if listed else steps
    is_default = name == "default" and not listed
    if value is None and not below and not is_default:
        rest = {key: policies.arrays[key] for key in policies.arrays if key != name}
        return replace(policies, arrays=rest)
    plain = None if value is None else write_value(value, path)
    if below:
        now = policies.default if is_default else policies.of(name)
        tree = {"policy": now.policy, "max_gap_sec": now.max_gap_sec}
        plain = _with_entry(tree, below, plain, path)
    policy = read_nan_policy(plain, path)
    if is_default:
        return replace(policies, default=policy)
    return replace(policies, arrays={**policies.arrays, name: policy})


def _changed_list(now: tuple[Any, ...], path: _Steps, value: object) -> tuple[Any, ...]:
    name, *steps = path
    if steps:
        return _with_item(now, path, value)
    if value is None:
        return ()
    if name == "bad_frames":
        # A pair of numbers is one range, not two frames.
        is_range = isinstance(value, tuple) and list(map(type, value)) == [int, int]
        is_frame = isinstance(value, int) and not isinstance(value, bool)
        items = [value] if is_range or is_frame else value
        return frames.merge([*frames.from_given(now), *frames.from_given(items)])
    items = list(value) if isinstance(value, (list, tuple)) else [value]
    new = read_field(name, write_value(items, path))
    return now + tuple(item for item in new if item not in now)


def _with_item(now: tuple[Any, ...], path: _Steps, value: object) -> tuple[Any, ...]:
    """Put a name into a list (``True``), or take it out (``False`` or ``None``)."""
    name, item, *below = path
    if name == "bad_frames" or below or (value and name == "aggregate_features"):
        msg = f"{join_path(path)} is not a field of a request: {name} is a list."
        raise ParameterError(msg, where=join_path(path), fix=f"change ({name!r},) instead")
    rest = tuple(each for each in now if getattr(each, "name", each) != item)
    return (*rest, item) if value else rest

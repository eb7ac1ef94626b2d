"""From a tree of plain values, as YAML and JSON hold it, to a request; anything odd is refused."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar, get_args

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request import frames
from driada_widgets.core.request.model import (
    REQUEST_SCHEMA,
    AggregateSpec,
    FeatureChoice,
    LoadRequest,
    NanPolicies,
    NanPolicy,
    PolicyName,
    SaveFormat,
    SaveSpec,
    SourceKind,
    SourceSpec,
    SpikeSpec,
)
from driada_widgets.core.request.plain import describe, join_path, to_plain

__all__ = ["SCHEMA_KEY", "from_dict", "read_field", "read_nan_policy"]

SCHEMA_KEY: Final = "driada_widgets"
_DOUBT: Final = f" Is it a request at all? Those begin with '{SCHEMA_KEY}: 1'."

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class _At:
    """A place in the tree, to be named in messages.

    Parameters
    ----------
    path
        Keys and indices from the top.
    lines
        Line of the YAML file of each path, counted from 1; may be empty.
    """

    path: tuple[str | int, ...] = ()
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)

    def __truediv__(self, step: str | int) -> _At:
        """Go one step down."""
        return replace(self, path=(*self.path, step))

    def __str__(self) -> str:
        """Name the place: ``source.path (line 4)``."""
        name = join_path(self.path) or "the request"
        line = self.lines.get(self.path)
        return name if line is None else f"{name} (line {line})"

    def refuse(self, what: str, fix: str = "") -> NoReturn:
        """Raise the error ``{place} {what}``."""
        msg = f"{self} {what}{' ' + fix if fix else ''}"
        raise ParameterError(msg, where=join_path(self.path) or None, fix=fix or None)

    def refuse_value(self, expected: str, value: object) -> NoReturn:
        """Raise the error of a value of the wrong kind."""
        found = describe(value)
        msg = f"{self} must be {expected}; got {found}."
        raise ParameterError(
            msg, where=join_path(self.path) or None, expected=expected, found=found
        )


_Read = Callable[[Any, _At], Any]


def from_dict(
    tree: Mapping[str, Any], *, lines: Mapping[tuple[str | int, ...], int] | None = None
) -> LoadRequest:
    """Make a request from a tree of plain values.

    Parameters
    ----------
    tree
        As ``to_dict`` gives it; entries that are missing or ``None`` keep their defaults.
    lines
        Line of the file for each path, for messages.

    Raises
    ------
    ParameterError
        If a key is unknown (with the nearest match), a value is of the wrong kind, or the tree
        was written by a newer version. The message names the path of the entry.
    """
    at = _At(lines=lines or {})
    entries = dict(_group(tree, at))
    doubt = "" if SCHEMA_KEY in entries else _DOUBT
    _check_schema(entries.pop(SCHEMA_KEY, None), at / SCHEMA_KEY)
    given = _known(entries, at, _REQUEST, extra=(SCHEMA_KEY,), doubt=doubt)
    return LoadRequest(**given)


def read_field(name: str, value: Any) -> Any:
    """Read one top-level field of a request from its plain value; ``None`` gives its default."""
    at = _At() / name
    return getattr(LoadRequest(), name) if value is None else _REQUEST[name](value, at)


def read_nan_policy(value: Any, path: tuple[str, ...]) -> NanPolicy:
    """Read one policy, given as its name or as a group; ``path`` is for the message."""
    return _nan_policy(value, _At(path))


def _check_schema(value: Any, at: _At) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        at.refuse_value(f"the number {REQUEST_SCHEMA}", value)
    if value > REQUEST_SCHEMA:
        at.refuse(
            f"is {value}: this request was written by a newer version, and this one reads "
            f"{REQUEST_SCHEMA}.",
            "Update driada-widgets.",
        )
    if value < 1:
        at.refuse_value(f"the number {REQUEST_SCHEMA}", value)


def _group(value: Any, at: _At, what: str = "a group of entries (name: value)") -> dict[str, Any]:
    """Give a mapping with text keys; a whole number as a name becomes its digits."""
    if not isinstance(value, Mapping):
        at.refuse_value(what, value)
    entries: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(key, bool) or not isinstance(key, (str, int)):
            at.refuse(f"has an entry named {key!r}.", f'Put quotes around it: "{key}".')
        if str(key) in entries:
            at.refuse(f"has two entries named {str(key)!r}.", "Leave one out.")
        entries[str(key)] = item
    return entries


def _known(
    value: Any,
    at: _At,
    fields: Mapping[str, _Read],
    *,
    extra: tuple[str, ...] = (),
    doubt: str = "",
) -> dict[str, Any]:
    """Read the fields of a group; refuse names that are not fields."""
    entries = _group(value, at)
    for key in entries:
        if key not in fields:
            _refuse_unknown(at / key, key, (*extra, *fields), doubt)
    return {key: fields[key](item, at / key) for key, item in entries.items() if item is not None}


def _refuse_unknown(at: _At, key: str, names: tuple[str, ...], doubt: str) -> NoReturn:
    near = difflib.get_close_matches(key.lower(), names, n=1, cutoff=0.5)
    choice = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(names)}."
    at.refuse("is not a field of a request.", choice + doubt)


def _text(value: Any, at: _At) -> str:
    if not isinstance(value, str):
        hint = "; put quotes around it" if isinstance(value, (int, float)) else ""
        at.refuse_value(f"text{hint}", value)
    return str(to_plain(value, at.path))


def _path(value: Any, at: _At) -> Path:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value:
        at.refuse_value("the name of a file or folder, as text", value)
    if "\0" in value:
        at.refuse("holds a NUL character.", "Type the name again.")
    return Path(_text(value, at))


def _number(value: Any, at: _At) -> float:
    plain = to_plain(value, at.path)
    if isinstance(plain, bool) or not isinstance(plain, (int, float)):
        at.refuse_value("a number", value)
    return plain


def _whole(value: Any, at: _At) -> int:
    plain = to_plain(value, at.path)
    if isinstance(plain, bool) or not isinstance(plain, int):
        at.refuse_value("a whole number", value)
    return plain


def _yes_no(value: Any, at: _At) -> bool:
    said = {"yes": True, "on": True, "no": False, "off": False}  # words of YAML 1.1
    if isinstance(value, str) and value.lower() in said:
        return said[value.lower()]
    if not isinstance(value, bool):
        at.refuse_value("true or false", value)
    return value


def _one_of(words: tuple[str, ...]) -> _Read:
    def read(value: Any, at: _At) -> str:
        if not isinstance(value, str) or value not in words:
            near = difflib.get_close_matches(str(value).lower(), words, n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            at.refuse(f"must be one of {', '.join(words)}; got {describe(value)}.{hint}")
        return value

    return read


def _list(value: Any, at: _At, what: str) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        at.refuse_value(what, value)
    return list(value)


def _names(value: Any, at: _At) -> tuple[str, ...]:
    items = _list(value, at, "a list of names, such as [x, y]")
    return tuple(_text(item, at / index) for index, item in enumerate(items))


def _values(value: Any, at: _At) -> dict[str, Any]:
    """Read free entries: any plain value under any name."""
    return {key: to_plain(item, (*at.path, key)) for key, item in _group(value, at).items()}


def _part(make: Callable[..., _Part], fields: Mapping[str, _Read]) -> Callable[[Any, _At], _Part]:
    def read(value: Any, at: _At) -> _Part:
        return make(**_known(value, at, fields))

    return read


def _feature(value: Any, at: _At) -> FeatureChoice:
    """Read a choice; ``speed: linear`` is short for ``speed: {type: linear}``."""
    if value is None:
        return FeatureChoice()
    if isinstance(value, str):
        return FeatureChoice(type=_text(value, at))
    if not isinstance(value, Mapping):
        at.refuse_value("a choice such as {type: linear} or {use: false}", value)
    return _read_feature(value, at)


def _features(value: Any, at: _At) -> dict[str, FeatureChoice]:
    entries = _group(value, at, "a group of features, such as speed: {type: linear}")
    return {name: _feature(item, at / name) for name, item in entries.items()}


def _aggregates(value: Any, at: _At) -> tuple[AggregateSpec, ...]:
    items = _list(value, at, "a list such as [{of: [x, y], as: position}]")
    return tuple(_aggregate(item, at / index) for index, item in enumerate(items))


def _aggregate(value: Any, at: _At) -> AggregateSpec:
    given = _known(value, at, {"of": _names, "as": _text})
    for name in ("of", "as"):
        if name not in given:
            at.refuse(f"has no entry {name!r}.", "Write it as {of: [x, y], as: position}.")
    return AggregateSpec(of=given["of"], name=given["as"])


def _bad_frames(value: Any, at: _At) -> tuple[tuple[int, int] | int, ...]:
    what = "a list such as [[100, 121], 300], where [100, 121] is frames 100 to 120"
    items = _list(value, at, what)
    return tuple(_frames_item(item, at / index) for index, item in enumerate(items))


def _frames_item(item: Any, at: _At) -> tuple[int, int] | int:
    if not isinstance(item, (list, tuple)):
        return _frame(item, at)
    if len(item) != 2:
        at.refuse(f"must be [start, stop]; got {len(item)} numbers.")
    return _frame(item[0], at / 0), _frame(item[1], at / 1)


def _frame(value: Any, at: _At) -> int:
    try:
        return frames.whole_frame(value)
    except ParameterError as error:
        msg = f"{at}: {error.message}"
        raise ParameterError(msg, where=join_path(at.path), found=error.found) from error


def _nan_policies(value: Any, at: _At) -> NanPolicies:
    """Read the policies; ``nan: interpolate`` is short for ``nan: {default: interpolate}``.

    An array that is itself called ``default`` needs the long form
    ``{default: raise, arrays: {default: drop}}``.
    """
    if isinstance(value, str):
        return NanPolicies(default=_nan_policy(value, at))
    entries = _group(value, at, "a policy, or a group such as {default: raise, speed: drop}")
    default = entries.pop("default", None)
    listed = entries.get("arrays")
    if isinstance(listed, Mapping) and not set(listed) <= set(_NAN_POLICY):
        del entries["arrays"]
        entries |= _group(listed, at / "arrays")
    return NanPolicies(
        default=NanPolicy() if default is None else _nan_policy(default, at / "default"),
        arrays={
            name: _nan_policy(item, at / name) for name, item in entries.items() if item is not None
        },
    )


def _nan_policy(value: Any, at: _At) -> NanPolicy:
    if not isinstance(value, Mapping):
        return NanPolicy(policy=_read_policy(value, at))
    given = _known(value, at, _NAN_POLICY)
    if "policy" not in given:
        at.refuse("has no entry 'policy'.", "Write it as {policy: interpolate, max_gap_sec: 0.5}.")
    return NanPolicy(**given)


def _seed(value: Any, at: _At) -> int:
    seed = _whole(value, at)
    if seed < 0:
        at.refuse_value("a whole number from 0 on", value)
    return seed


def _spikes(value: Any, at: _At) -> SpikeSpec:
    """Read the reconstruction; ``spikes: wavelet`` is short for ``spikes: {method: wavelet}``."""
    if isinstance(value, str):
        return SpikeSpec(method=_text(value, at))
    options = _values(value, at)
    if "method" not in options:
        at.refuse("has no entry 'method'.", "Write it as {method: wavelet}.")
    return SpikeSpec(method=_text(options.pop("method"), at / "method"), options=options)


def _save(value: Any, at: _At) -> SaveSpec:
    given = _known(value, at, {"path": _path, "as": _one_of(get_args(SaveFormat))})
    return SaveSpec(path=given.get("path"), format=given.get("as", SaveSpec().format))


_read_policy = _one_of(get_args(PolicyName))
_NAN_POLICY: Final[dict[str, _Read]] = {"policy": _read_policy, "max_gap_sec": _number}
_read_feature = _part(
    FeatureChoice,
    {"use": _yes_no, "type": _text, "period": _number, "rename": _text, "as_detected": _yes_no},
)
_REQUEST: Final[dict[str, _Read]] = {
    "source": _part(
        SourceSpec,
        {
            "kind": _one_of(get_args(SourceKind)),
            "data_source": _text,
            "path": _path,
            "neural": _text,
            "as_saved": _yes_no,
        },
    ),
    "exp_params": _values,
    "static_features": _values,
    "features": _features,
    "aggregate_features": _aggregates,
    "bad_frames": _bad_frames,
    "nan": _nan_policies,
    "transpose": _names,
    "create_circular_2d": _yes_no,
    "seed": _seed,
    "spikes": _spikes,
    "save": _save,
    "root": _path,
}

"""Plain values: what YAML, JSON and printed code can all hold, and what each value is called."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Mapping, Set
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from driada_widgets.core.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FLOAT", "INTEGER", "describe", "join_path", "read_word", "to_plain", "write_word"]

_DEEPEST = 32  # levels; deeper is a value that holds itself
INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
FLOAT: Final = re.compile(
    r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan"
)
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}


def join_path(path: tuple[str | int, ...]) -> str:
    """Write the path of a field for people: ``source.path``, ``features['x y'].type``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier():
            text += f".{step}" if text else step
        else:
            text += f"[{step!r}]"
    return text


def describe(value: object) -> str:
    """Say what a value is in a few words: ``the number 5``, ``a list``."""
    if isinstance(value, str):
        return f"the text {value if len(value) <= 40 else value[:40] + '...'!r}"
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, float, np.number)):
        return f"the number {value}"
    return _CALLED.get(type(value), f"a {type(value).__name__}")


_CALLED: Final[dict[type, str]] = {
    type(None): "nothing",
    dict: "a group of entries",
    list: "a list",
    tuple: "a list",
}


def to_plain(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    """Turn a value into plain numbers, texts, lists and mappings, exactly or not at all.

    NumPy scalars become numbers, arrays and tuples become lists, dates become ISO texts, paths
    become texts with ``/``.

    Parameters
    ----------
    value
        Anything.
    path
        Where the value stands, for the message.

    Raises
    ------
    ParameterError
        If the value, or a part of it, cannot be written down.
    """
    if len(path) > _DEEPEST:
        raise _not_plain(path, "goes deeper than 32 levels", "Give a flat list or mapping.")
    if value is None or isinstance(value, (bool, int)):
        return value
    converted = next((turn(value) for kinds, turn in _TURNS if isinstance(value, kinds)), value)
    if isinstance(converted, float):
        return _finite(converted, path)
    if isinstance(converted, str):
        return _writable(converted, path)
    if isinstance(converted, Mapping):
        return _plain_mapping(converted, path)
    if isinstance(converted, list):
        return [to_plain(item, (*path, index)) for index, item in enumerate(converted)]
    if converted is not value:
        return to_plain(converted, path)
    raise _not_plain(path, f"is {describe(value)} in memory", _way_out(value))


_TURNS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (float, float),
    (str, str),
    ((np.datetime64, np.timedelta64), str),
    (np.generic, lambda value: value.item()),
    (np.ndarray, lambda value: value.tolist()),
    ((dt.date, dt.time), lambda value: value.isoformat()),
    (PurePath, lambda value: value.as_posix()),
    ((tuple, list), list),
)


def _plain_mapping(mapping: Mapping[Any, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
    plain = {_key(key, path): to_plain(item, (*path, str(key))) for key, item in mapping.items()}
    if len(plain) < len(mapping):
        raise _not_plain(path, "has a number and a text as the same name", "Rename one.")
    return plain


def _finite(number: float, path: tuple[str | int, ...]) -> float:
    if not math.isfinite(number):
        raise _not_plain(path, f"is {number}", "Give a finite number, or leave the entry out.")
    return number


def _writable(text: str, path: tuple[str | int, ...]) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _not_plain(path, f"is {text!r}, which is not valid text", "Rename it.") from None
    return text


def _key(key: Any, path: tuple[str | int, ...]) -> str:
    if isinstance(key, str):
        return _writable(key, path)
    if isinstance(key, (int, np.integer)) and not isinstance(key, bool):
        return str(key)
    raise _not_plain(
        path, f"has the name {key!r}", 'Names are texts: put quotes around it ("...").'
    )


def _way_out(value: Any) -> str:
    if callable(value):
        return "Name a built-in method, or keep the Python script beside the data."
    if isinstance(value, (Set, bytes, bytearray)):
        return "Give a list or a text."
    return "Save it to a file first and give the file's name."


def _not_plain(path: tuple[str | int, ...], what: str, fix: str) -> ParameterError:
    where = join_path(path) or "The value"
    msg = f"{where} {what}; it cannot be written down. {fix}"
    return ParameterError(msg, where=where, found=what, fix=fix)


def read_word(text: str) -> Any:
    """Read a value typed in a terminal: a number, true, false, null, JSON in brackets, or text.

    A number with leading zeros stays text, so that the animal ``007`` keeps its name.
    """
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if INTEGER.fullmatch(text) and len(text) < 4000:
        return int(text)
    if FLOAT.fullmatch(text) and math.isfinite(number := _float(text)):
        return number
    if text[:1] in ('"', "[", "{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _float(text: str) -> float:
    return math.nan if text.endswith(("inf", "nan")) else float(text)


def write_word(value: Any) -> str:
    """Write a plain value so that ``read_word`` gives it back."""
    if isinstance(value, str) and read_word(value) == value and isinstance(read_word(value), str):
        return value
    return json.dumps(value, ensure_ascii=False)

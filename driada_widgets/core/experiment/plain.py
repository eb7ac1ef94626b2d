"""Values as JSON knows them, and back."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence, Set
from pathlib import PurePath
from typing import Any

import numpy as np

__all__ = ["from_plain", "to_plain"]

NON_FINITE = "__float__"
"""Only key of the object that stands for NaN and infinity, which JSON has no numbers for."""


def to_plain(value: object) -> Any:
    """Give a value as ``None``, truth values, numbers, texts, lists and dictionaries.

    Parameters
    ----------
    value
        Arrays, tuples and sets become lists, NumPy numbers Python's, keys texts, paths and dates
        texts, complex numbers pairs; NaN and infinity ``{"__float__": "nan"}`` and the like.
        Anything else becomes its text.

    Returns
    -------
    object
        What ``json.dumps(..., allow_nan=False)`` takes.

    Examples
    --------
    >>> import numpy as np
    >>> to_plain({"fps": np.float64(20.0), 3: (1, float("inf"))})
    {'fps': 20.0, '3': [1, {'__float__': 'inf'}]}
    """
    if isinstance(value, (np.ndarray, np.generic)):
        value = _numpy_to_python(value)
    if value is None or isinstance(value, (bool, str)):
        return value if value is None or isinstance(value, bool) else str(value)
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    return _other(value)


def _numpy_to_python(value: np.ndarray[Any, Any] | np.generic) -> object:
    """Give lists and Python's own numbers; times, whose numbers depend on their unit, as text."""
    if value.dtype.kind in "mM":
        return value.astype(str).tolist()
    if value.dtype.kind == "f" and value.dtype.itemsize > 8:
        return value.astype(np.float64).tolist()
    if isinstance(value, np.void) and value.dtype.names:
        return {name: value[name] for name in value.dtype.names}
    return value.tolist()


def _number(value: float) -> Any:
    if isinstance(value, int):
        return int(value)
    return float(value) if math.isfinite(value) else {NON_FINITE: repr(float(value))}


def _other(value: object) -> Any:
    if isinstance(value, complex):
        return [_number(value.real), _number(value.imag)]
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", errors="replace")
    if isinstance(value, Set):
        return [to_plain(item) for item in sorted(value, key=repr)]
    if isinstance(value, Sequence) and not isinstance(value, PurePath):
        return [to_plain(item) for item in value]
    return str(value)


def from_plain(value: Any) -> Any:
    """Turn what ``to_plain`` gave back; only NaN and infinity differ.

    Examples
    --------
    >>> from_plain({"gain": {"__float__": "-inf"}})
    {'gain': -inf}
    """
    if isinstance(value, dict):
        if value.keys() == {NON_FINITE} and value[NON_FINITE] in {"nan", "inf", "-inf"}:
            return float(value[NON_FINITE])
        return {key: from_plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_plain(item) for item in value]
    return value

"""The unit of the traces, as far as the file tells it: by its metadata, or by the array's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["trace_unit"]

DFF: Final = "ΔF/F"
MAX_UNIT: Final = 30
_KEYS: Final = ("calcium_unit", "trace_unit", "fluorescence_unit", "unit")
"""Entries of the metadata that name the unit, each also with an ``s``; an earlier one wins."""
_DFF: Final = re.compile(
    r"(?<![a-z])(d|delta|δ)[ _]?f[ _]?(/|over|o|_)?[ _]?f[0o]?(?![a-z0-9])", re.IGNORECASE
)
"""Spellings of ΔF/F that are in use: ``dF/F``, ``dff``, ``df_f0``, ``dfof``, ``deltaF_over_F``."""


def trace_unit(name: str, metadata: Mapping[str, Any] | None) -> str:
    """Give the unit of the neural data.

    Parameters
    ----------
    name
        Name of the array in the file; empty if unknown.
    metadata
        What the file says about itself.

    Returns
    -------
    str
        Such as ``"ΔF/F"``; empty if nothing tells it.

    Examples
    --------
    >>> trace_unit("calcium_dff", None)
    'ΔF/F'
    """
    stated = {str(key).lower(): value for key, value in (metadata or {}).items()}
    for key in _KEYS:
        value = stated.get(key, stated.get(f"{key}s"))
        if isinstance(value, Mapping):  # units of several arrays
            value = value.get(name)
        if isinstance(value, str) and 0 < len(value.strip()) <= MAX_UNIT:
            return DFF if _DFF.search(value) else value.strip()
    return DFF if _DFF.search(name) else ""

"""Show a few values of an array as text, and turn stored metadata into plain values."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.report import Note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = [
    "METADATA_NAMES",
    "N_SHOWN",
    "N_SMALL",
    "collect_metadata",
    "parse_metadata",
    "plain_value",
    "show_values",
]

METADATA_NAMES = ("_metadata", "_sync_info")
"""Arrays that hold metadata; in this case only, as in the reference."""

N_SHOWN = 5
N_SMALL = 64
_N_TEXT = 24


def show_values(values: NDArray[Any], n_items: int) -> str:
    """Write the first values for a person to recognise an array.

    Parameters
    ----------
    values
        The first values, one-dimensional; at most ``N_SHOWN`` are used.
    n_items
        How many values the array has in all.

    Returns
    -------
    str
        ``"0.1, 0.25, 3 …"``; empty if there is no value.
    """
    shown = ", ".join(_show(value) for value in values[:N_SHOWN])
    return f"{shown} …" if shown and n_items > N_SHOWN else shown


def _show(value: Any) -> str:
    if isinstance(value, np.datetime64 | np.timedelta64):
        # A time without a unit cannot be written as a date.
        has_unit = np.datetime_data(value.dtype)[0] != "generic"
        return str(value if has_unit else value.astype(np.int64))
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float | complex) and not isinstance(plain, bool):
        return f"{plain:.5g}"
    text = repr(plain)
    return text if len(text) <= _N_TEXT else f"{text[: _N_TEXT - 1]}…"


def plain_value(values: NDArray[Any]) -> Any:
    """Give a scalar or a small array as plain Python values; ``None`` if it is not small."""
    if values.size > N_SMALL or values.dtype.kind in "VOcmM":
        return None
    return values.tolist()


def parse_metadata(value: Any) -> Any:
    """Read metadata that are written as JSON; anything else stays as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def collect_metadata(values: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Join what ``_metadata`` and ``_sync_info`` hold.

    Parameters
    ----------
    values
        Contents by array name, as ``parse_metadata`` gives them; other names are ignored.

    Returns
    -------
    metadata : dict
        A copy of ``_metadata``, with ``_sync_info`` under ``"sync_info"``.
    notes : tuple of Note
        What could not be used.
    """
    metadata: dict[str, Any] = {}
    notes = []
    stored = values.get("_metadata")
    if isinstance(stored, dict):
        metadata.update(copy.deepcopy(stored))
    elif stored is not None:
        text = (
            f"The metadata in '_metadata' are not used: expected a dictionary or its JSON text, "
            f"found {type(stored).__name__}."
        )
        notes.append(Note(id="metadata-ignored", level="warning", subject="_metadata", text=text))
    if values.get("_sync_info") is not None:
        metadata["sync_info"] = copy.deepcopy(values["_sync_info"])
    return metadata, tuple(notes)

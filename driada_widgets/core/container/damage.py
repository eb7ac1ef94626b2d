"""Say in which neurons and frames an array is damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.core.errors import ChecksumError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from driada_widgets.core.container.manifest import ArrayRecord

__all__ = ["checksum_error"]

_WORDS = {"cell": "neuron", "axis0": "row", "axis1": "column"}
_MAX_SHOWN = 5


def checksum_error(path: Path, record: ArrayRecord, damaged: Sequence[int]) -> ChecksumError:
    """Give the error for an array whose pieces ``damaged`` are not as written.

    Parameters
    ----------
    path
        The file.
    record
        What the manifest says about the array.
    damaged
        Numbers of the pieces; empty if only the SHA-256 differs.
    """
    place = _place_of(record, damaged) if damaged else ""
    msg = (
        f"{record.id!r} in {path.name} is damaged{place}: its bytes are not those that were "
        "written.\nCopy the file again, or build it again from its source."
    )
    return ChecksumError(
        msg,
        where=record.id,
        found=place.removeprefix(" in ") or None,
        fix="copy the file again, or build it again from its source",
    )


def _place_of(record: ArrayRecord, damaged: Sequence[int]) -> str:
    last_axis = _word(record.axes[-1]) if record.axes else "value"
    if len(record.shape) < 2:
        return f" in {_range(last_axis, *_items_of(record, damaged[0]))}" + _others(damaged)
    rows = sorted({row for piece in damaged for row in record.grid.rows_of(piece)})
    text = _list(_word(record.axes[0]), rows)
    if len(damaged) == 1 and len(rows) == 1 and len(record.shape) == 2:
        return f" in {text}, {_range(last_axis, *_items_of(record, damaged[0]))}"
    return f" in {text}"


def _items_of(record: ArrayRecord, piece: int) -> tuple[int, int]:
    start, stop = record.grid.span_of(piece)
    return start // record.dtype.itemsize, stop // record.dtype.itemsize


def _range(word: str, start: int, stop: int) -> str:
    return f"{word}s {start} to {stop - 1}"


def _others(damaged: Sequence[int]) -> str:
    return f" and {len(damaged) - 1} more places" if len(damaged) > 1 else ""


def _list(word: str, rows: Sequence[int]) -> str:
    if len(rows) == 1:
        return f"{word} {rows[0]}"
    if len(rows) <= _MAX_SHOWN:
        return f"{word}s {', '.join(map(str, rows[:-1]))} and {rows[-1]}"
    shown = ", ".join(map(str, rows[:_MAX_SHOWN]))
    return f"{word}s {shown} and {len(rows) - _MAX_SHOWN} more"


def _word(axis: str) -> str:
    return _WORDS.get(axis, axis)

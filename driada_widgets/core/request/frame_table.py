"""Frames from a table: columns copied from a spreadsheet, or a text file of frames.

A header says what the columns are; without one, a column holds frames and two hold the first and
the last frame of each span.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request import frames

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.core.request.frames import Ranges

__all__ = ["FrameList", "read_pasted", "read_table"]

Part = Literal["first", "last", "stop", "frame"]
Unit = Literal["frames", "s", "ms"]

_WORDS: dict[Part, frozenset[str]] = {
    "first": frozenset({"start", "starts", "begin", "first", "from", "onset"}),
    "stop": frozenset({"stop", "stops"}),
    "last": frozenset({"end", "ends", "last", "to", "till", "until", "offset"}),
    "frame": frozenset({"frame", "frames", "badframe", "badframes", "index", "idx"}),
}
_MASKS = frozenset({"bad", "mask", "isbad", "exclude", "excluded"})
_SECONDS = frozenset({"s", "sec", "secs", "second", "seconds", "time", "times", "t"})
_MILLISECONDS = frozenset({"ms", "msec", "millisecond", "milliseconds"})
_HELP = (
    "Name the columns start and stop, first and last, or frame; times as start_s, stop_s or time."
)
_NUMBER = re.compile(r"[-+\u2212]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_TRUTH = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameList:
    """Frames that were read, and how they were understood, in words for a person to check."""

    ranges: Ranges
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    name: str
    part: Part
    unit: Unit
    at: int


def read_pasted(text: str, *, fps: float | None = None, n_frames: int | None = None) -> FrameList:
    """Read what was typed or pasted: a list as ``frames.parse`` takes, or cells of a spreadsheet.

    Parameters
    ----------
    text
        ``120-180, 300``, several lines of such, or rows whose cells are separated by tabs.
    fps
        Frame rate in Hz; needed only for times.
    n_frames
        Frames of the recording, if known: a column of as many 0 and 1 is a mask.

    Raises
    ------
    ParameterError
        If it cannot be understood; the part is named.
    """
    first = text.strip().split("\n", 1)[0]
    is_header = re.fullmatch(r"[A-Za-z][\w ()\[\]]*", first.strip()) and not _is_list(first)
    if "\t" in text or is_header:
        return read_table(text, fps=fps, n_frames=n_frames)
    return _as_list(text, fps)


def read_table(text: str, *, fps: float | None = None, n_frames: int | None = None) -> FrameList:
    """Read frames from a text file.

    Parameters
    ----------
    text
        Columns separated by commas, semicolons, tabs or blanks, or a list as people type it.
        Lines that start with ``#`` are left out, but the first may be the header.
    fps
        Frame rate in Hz; needed only for times.
    n_frames
        Frames of the recording, if known: a column of as many 0 and 1 is a mask.

    Returns
    -------
    FrameList
        ``stop`` is not included, as in Python; ``last`` and ``end`` are, as people write. Of
        times, every frame from the first on and before the second.

    Raises
    ------
    ParameterError
        If the columns or a line cannot be understood.
    """
    header, rows = _rows_of(text)
    if not rows:
        return FrameList(ranges=(), said="no frames")
    numbers = [[_number(cell) for cell in row] for row in rows]
    has_text = any(value is None for row in numbers for value in row)
    if has_text and (header is None or len(header) == 1):
        return _as_list("\n".join(",".join(row) for row in rows), fps)
    columns = _columns_of(header, rows)
    values = [_values(rows, numbers, column) for column in columns]
    said = " and ".join(repr(column.name) for column in columns if column.name) or "frames"
    if len(columns) == 1:
        return _single(columns[0], values[0], said, fps, n_frames)
    return _spans(columns, values, said, fps)


def _is_list(text: str) -> bool:
    try:
        return bool(frames.parse(text, fps=1000.0))
    except ParameterError:
        return False


def _as_list(text: str, fps: float | None) -> FrameList:
    ranges = frames.parse(text, fps=fps)
    plain = re.sub(r"\([^()]*\)|frames?", " ", text, flags=re.IGNORECASE)
    has_times = re.search(r"\d\s*s", plain, re.IGNORECASE) is not None
    said = "frames with both ends, times without the second" if has_times else "both ends included"
    return FrameList(ranges=ranges, said=said)


# --- rows and cells -------------------------------------------------------------------------------


def _rows_of(text: str) -> tuple[list[str] | None, list[list[str]]]:
    lines = [line.strip("\r \ufeff") for line in text.splitlines()]
    lines = [line for line in lines if line.strip()]
    if lines and lines[0].startswith("#") and re.search(r"[A-Za-z]", lines[0]):
        lines[0] = lines[0].lstrip("# ")
    lines = [line for line in lines if not line.startswith("#")]
    if not lines:
        return None, []
    separator = next((mark for mark in "\t;," if mark in lines[0]), " ")
    split = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    try:
        rows = [[cell.strip() for cell in row if cell or separator != " "] for row in split]
    except csv.Error as error:
        msg = f"The table cannot be read: {error}. {_HELP}"
        raise ParameterError(msg, where="bad_frames", fix=_HELP) from error
    rows = [row for row in rows if any(row)]
    if separator in "\t;":  # as spreadsheets write where the comma is the decimal point
        rows = [[re.sub(r"^(\d+),(\d+)$", r"\1.\2", cell) for cell in row] for row in rows]
    has_header = any(_number(cell) is None and re.search(r"[^\W\d_]", cell) for cell in rows[0])
    if has_header and not any(_is_list(cell) for cell in rows[0]):
        return rows[0], rows[1:]
    return None, rows


def _number(cell: str) -> float | None:
    if cell.lower() in _TRUTH:
        return _TRUTH[cell.lower()]
    if not _NUMBER.fullmatch(cell):
        return None
    return float(cell.replace("\u2212", "-"))


def _values(
    rows: Sequence[Sequence[str]], numbers: Sequence[Sequence[float | None]], column: _Column
) -> list[float]:
    values = []
    for line, (row, numbers_of_row) in enumerate(zip(rows, numbers, strict=True), start=1):
        value = numbers_of_row[column.at] if column.at < len(row) else None
        if value is None:
            cell = row[column.at] if column.at < len(row) else ""
            msg = f"Row {line} of the table has {cell!r} where a number should be. {_HELP}"
            raise ParameterError(msg, where="bad_frames", found=repr(cell), fix=_HELP)
        values.append(value)
    return values


# --- columns --------------------------------------------------------------------------------------


def _columns_of(header: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> list[_Column]:
    if header is None:
        return _columns_without_names(max(len(row) for row in rows))
    known = [_known(name, at) for at, name in enumerate(header)]
    found = [column for column in known if column is not None]
    masks = [column for column in found if _is_mask(column)]
    if masks:
        return masks[:1]
    by_part: dict[Part, _Column] = {}
    for column in found:
        by_part.setdefault(column.part, column)
    end = by_part.get("stop") or by_part.get("last")
    if "first" in by_part and end is not None:
        return [by_part["first"], end]
    if "frame" in by_part and "first" not in by_part and end is None:
        return [by_part["frame"]]
    if len(header) == 1 and not found:
        return [_Column(name=header[0], part="frame", unit="frames", at=0)]
    msg = f"The columns {', '.join(map(repr, header))} do not say which frames are bad. {_HELP}"
    raise ParameterError(msg, where="bad_frames", found=", ".join(header), fix=_HELP)


def _columns_without_names(n_columns: int) -> list[_Column]:
    parts: dict[int, tuple[Part, ...]] = {1: ("frame",), 2: ("first", "last")}
    if n_columns not in parts:
        msg = f"The table has {n_columns} columns without names. {_HELP}"
        raise ParameterError(msg, where="bad_frames", found=f"{n_columns} columns", fix=_HELP)
    return [
        _Column(name="", part=part, unit="frames", at=at)
        for at, part in enumerate(parts[n_columns])
    ]


def _words(name: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", name.lower()))


def _is_mask(column: _Column) -> bool:
    words = _words(column.name)
    return column.part == "frame" and bool(words & _MASKS) and not words & _WORDS["frame"]


def _known(name: str, at: int) -> _Column | None:
    words = _words(name)
    unit: Unit = "frames"
    if words & _MILLISECONDS:
        unit = "ms"
    elif words & _SECONDS:
        unit = "s"
    for part, known in _WORDS.items():
        if words & known or (part == "frame" and words & _MASKS):
            return _Column(name=name, part=part, unit=unit, at=at)
    return _Column(name=name, part="frame", unit=unit, at=at) if unit != "frames" else None


# --- values ---------------------------------------------------------------------------------------


def _single(
    column: _Column, values: list[float], said: str, fps: float | None, n_frames: int | None
) -> FrameList:
    if column.unit != "frames":
        text = ", ".join(_time(value, column) for value in values)
        return FrameList(ranges=frames.parse(text, fps=fps), said=f"{said} in {column.unit}")
    is_binary = set(values) <= {0.0, 1.0}
    if is_binary and (len(values) == n_frames or _is_mask(column)):
        mask = np.array(values, dtype=np.bool_)
        ranges = frames.from_given(mask, n_frames=n_frames)
        return FrameList(ranges=ranges, said=f"{said}: 0 or 1 for every frame")
    return FrameList(ranges=frames.from_given(values), said=f"{said}: one frame a line")


def _spans(
    columns: Sequence[_Column], values: Sequence[Sequence[float]], said: str, fps: float | None
) -> FrameList:
    first, end = columns
    if first.unit != end.unit:
        msg = f"{first.name!r} is in {first.unit} and {end.name!r} in {end.unit}. Use one unit."
        raise ParameterError(msg, where="bad_frames", fix="use one unit")
    pairs = list(zip(*values, strict=True))
    if first.unit != "frames":
        text = ", ".join(f"{_time(a, first)}-{_time(b, end)}" for a, b in pairs)
        ranges = frames.parse(text, fps=fps)
        return FrameList(ranges=ranges, said=f"{said} in {first.unit}, the end not included")
    more = 0 if end.part == "stop" else 1
    spans = [(frames.whole_frame(a), frames.whole_frame(b) + more) for a, b in pairs]
    ends = "not included" if end.part == "stop" else "included"
    return FrameList(ranges=frames.from_given(spans), said=f"{said}, the end {ends}")


def _time(value: float, column: _Column) -> str:
    """Write a time as people type it, so that there is one rule for times."""
    seconds = value / 1000 if column.unit == "ms" else value
    return f"{seconds:.9f}s"

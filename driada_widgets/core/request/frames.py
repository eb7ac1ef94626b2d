"""Ranges of frames: what people type, what code gives, and what is shown.

Inside the core a selection of frames is a tuple of half-open ranges ``(start, stop)``, sorted,
merged and not empty. What people type and what is shown has both ends included.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = [
    "Ranges",
    "add",
    "clip",
    "count",
    "from_given",
    "from_mask",
    "merge",
    "parse",
    "remove",
    "to_mask",
    "to_text",
    "whole_frame",
]

Ranges = tuple[tuple[int, int], ...]

_FORM = "Write frames as 120-180, 300 (both ends included) or seconds as 6.0s-9.0s."
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"  # hyphens, en and em dash, minus
_SECONDS = r"(?:s|secs?|seconds?)"
_NUMBER = r"\d{1,15}(?:\.\d{0,12})?|\.\d{1,12}"
_ITEM = re.compile(
    rf"(?:frames?\s*)?(?P<first>{_NUMBER})\s*(?P<first_unit>{_SECONDS})?"
    rf"(?:\s*(?:-|to|\.\.)\s*(?P<last>{_NUMBER})\s*(?P<last_unit>{_SECONDS})?)?",
    re.IGNORECASE,
)
# Times are shown, and kept in tables, to a millisecond: frame 74 at 30 Hz is "2.467 s", a third of
# one late. That much is rounding, not time, as long as it is little of a frame.
_ROUNDING_SEC = 0.0005
_ROUNDING_FRAMES = 0.1


def parse(text: str, *, fps: float | None = None) -> Ranges:
    """Read frames as people write them.

    ``120-180, 300`` means frames 120 to 180, both included, and frame 300. ``6.0s-9.0s`` means
    every frame from 6.0 s on and before 9.0 s; ``6.0s`` alone is the frame at that time; a time may
    be rounded to a millisecond. Commas,
    semicolons and new lines separate; ``to`` and any dash join; what stands in brackets is ignored.

    Parameters
    ----------
    text
        What was typed; may be empty.
    fps
        Frame rate in Hz; needed only for seconds.

    Returns
    -------
    Ranges
        Half-open, sorted, merged.

    Raises
    ------
    ParameterError
        If a part cannot be understood, holds no frame, or needs a frame rate.
    """
    plain = re.sub(r"\([^()]*\)", " ", text)
    for dash in _DASHES:
        plain = plain.replace(dash, "-")
    parts = (part.strip() for part in re.split(r"[,;\n\r]", plain))
    return merge(_parse_part(part, fps) for part in parts if part)


def _parse_part(part: str, fps: float | None) -> tuple[int, int]:
    match = _ITEM.fullmatch(part)
    if match is None:
        raise _unreadable(part)
    first, last = match["first"], match["last"]
    if match["first_unit"] or match["last_unit"]:
        return _seconds_to_frames(part, float(first), None if last is None else float(last), fps)
    if "." in first or "." in (last or ""):
        msg = f"{part!r} is not a whole frame. {_FORM}"
        raise ParameterError(msg, where="bad_frames", found=part, fix=_FORM)
    start, stop = int(first), int(last or first) + 1
    if start >= stop:
        raise _ends_before(part)
    return start, stop


def _seconds_to_frames(
    part: str, first: float, last: float | None, fps: float | None
) -> tuple[int, int]:
    if fps is None or not math.isfinite(fps) or fps <= 0:
        msg = f"{part!r} is in seconds, and the frame rate is not known. Give fps, or write frames."
        raise ParameterError(msg, where="bad_frames", found=part, fix="give fps in Hz")
    rounding = min(_ROUNDING_SEC * fps + 1e-6, _ROUNDING_FRAMES)
    if last is None:
        frame = math.floor(first * fps + rounding)
        return frame, frame + 1
    if last < first:
        raise _ends_before(part)
    start, stop = (math.ceil(time * fps - rounding) for time in (first, last))
    if start >= stop:
        msg = (
            f"{part!r} holds no frame: at {fps:g} Hz a frame lasts {1 / fps:g} s, "
            f"and the end of a span in seconds is not included."
        )
        raise ParameterError(msg, where="bad_frames", found=part, fix="give a longer span")
    return start, stop


def _unreadable(part: str) -> ParameterError:
    if re.fullmatch(r"-\s*\d+.*", part):
        msg = f"{part!r} is before the recording: its first frame is 0. {_FORM}"
    else:
        msg = f"{part!r} is not a frame or a range of frames. {_FORM}"
    return ParameterError(msg, where="bad_frames", found=part, fix=_FORM)


def _ends_before(part: str) -> ParameterError:
    msg = f"{part!r} ends before it starts. {_FORM}"
    return ParameterError(msg, where="bad_frames", found=part, fix=_FORM)


def merge(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Sort half-open ranges, join those that touch or overlap, and leave out empty ones."""
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(ranges):
        if start >= stop:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return tuple(merged)


def add(ranges: Iterable[tuple[int, int]], start: int, stop: int) -> Ranges:
    """Give ``ranges`` with the frames from ``start`` up to, not including, ``stop``."""
    return merge([*ranges, (start, stop)])


def remove(ranges: Iterable[tuple[int, int]], start: int, stop: int) -> Ranges:
    """Give ``ranges`` without the frames from ``start`` up to, not including, ``stop``."""
    if start >= stop:
        return merge(ranges)
    pieces: list[tuple[int, int]] = []
    for first, end in ranges:
        pieces += [(first, min(end, start)), (max(first, stop), end)]
    return merge(pieces)


def count(ranges: Iterable[tuple[int, int]]) -> int:
    """Count the frames of merged ``ranges``."""
    return sum(stop - start for start, stop in ranges)


def clip(ranges: Iterable[tuple[int, int]], n_frames: int) -> tuple[Ranges, int]:
    """Keep what lies in a recording of ``n_frames``; also give how many frames lie past its end."""
    every = merge(ranges)
    inside = merge((start, min(stop, n_frames)) for start, stop in every)
    return inside, count(every) - count(inside)


def from_mask(mask: NDArray[np.bool_]) -> Ranges:
    """Turn a mask (True: in the selection), shape ``(n_frames,)``, into ranges."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return tuple(
        (int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)
    )


def to_mask(ranges: Iterable[tuple[int, int]], n_frames: int) -> NDArray[np.bool_]:
    """Turn ranges into a mask, shape ``(n_frames,)``; frames past the end are left out."""
    mask = np.zeros(n_frames, dtype=np.bool_)
    for start, stop in ranges:
        mask[start:stop] = True
    return mask


def to_text(ranges: Iterable[tuple[int, int]], *, fps: float | None = None) -> str:
    """Write ranges for people: ``120-180 (6.0-9.0 s), 300 (15.0 s)``, both ends included.

    Parameters
    ----------
    ranges
        Half-open.
    fps
        Frame rate in Hz; ``None`` leaves out the times, which are those of the first and the
        last frame.
    """
    return ", ".join(_range_to_text(start, stop - 1, fps) for start, stop in ranges)


def _range_to_text(first: int, last: int, fps: float | None) -> str:
    ends = [first] if first == last else [first, last]
    frames = "-".join(str(frame) for frame in ends)
    if fps is None:
        return frames
    return f"{frames} ({'-'.join(str(round(frame / fps, 3)) for frame in ends)} s)"


def from_given(given: Any, *, n_frames: int | None = None) -> Ranges:
    """Turn frames given from code into ranges.

    Parameters
    ----------
    given
        Frame numbers (list, set, ``range``, array), a boolean mask of the recording, or half-open
        ranges ``(start, stop)``; numbers and ranges may be mixed.
    n_frames
        Frames of the recording; ``None`` if not known yet. A mask must have this length. Frames
        past the end are kept: ``clip`` counts them.

    Returns
    -------
    Ranges
        Half-open, sorted, merged.

    Raises
    ------
    ParameterError
        If a frame is negative or not a whole number, a range ends before it starts, or a mask has
        another length.
    """
    if isinstance(given, range):
        return _from_range(given, n_frames)
    if isinstance(given, (str, bytes)) or not hasattr(given, "__iter__"):
        msg = (
            f"bad_frames must be frame numbers, a mask or ranges (start, stop); got {given!r}. "
            f"Give a list such as [300, 301] or [(120, 181)]."
        )
        raise ParameterError(msg, where="bad_frames", found=repr(given))
    if isinstance(given, np.ndarray) or hasattr(given, "__array__"):
        array = np.asarray(given)
        if array.dtype == np.bool_:
            return _from_given_mask(array, n_frames)
        if array.ndim == 1 and array.dtype.kind in "iu":
            return _from_numbers(array, n_frames)
        given = array.tolist() if array.ndim else [array.item()]
    items = list(given)
    if items and all(isinstance(item, (bool, np.bool_)) for item in items):
        return _from_given_mask(np.array(items, dtype=np.bool_), n_frames)
    return merge(_from_item(item, n_frames) for item in items)


def _from_range(numbers: range, n_frames: int | None) -> Ranges:
    rising = numbers if numbers.step > 0 else numbers[::-1]
    if rising and rising[0] < 0:
        raise _outside(rising[0], n_frames)
    if rising.step == 1:
        return merge([(rising.start, rising.stop)])
    return tuple((frame, frame + 1) for frame in rising)


def _from_given_mask(mask: NDArray[np.bool_], n_frames: int | None) -> Ranges:
    if mask.ndim != 1 or (n_frames is not None and len(mask) != n_frames):
        expected = "one value per frame" if n_frames is None else f"shape ({n_frames},)"
        msg = (
            f"The mask of bad frames must have {expected}; its shape is {mask.shape}. "
            f"Give a mask of the whole recording, or a list of frame numbers."
        )
        raise ParameterError(msg, where="bad_frames", found=str(mask.shape), expected=expected)
    return from_mask(mask)


def _from_numbers(numbers: NDArray[np.integer[Any]], n_frames: int | None) -> Ranges:
    """Turn whole numbers into ranges without a Python loop over frames."""
    frames = np.unique(numbers)
    if not frames.size:
        return ()
    if frames[0] < 0:
        raise _outside(int(frames[0]), n_frames)
    breaks = np.flatnonzero(frames[1:] != frames[:-1] + 1)
    starts = frames[np.r_[0, breaks + 1]]
    lasts = frames[np.r_[breaks, frames.size - 1]]
    return tuple((int(start), int(last) + 1) for start, last in zip(starts, lasts, strict=True))


def _from_item(item: Any, n_frames: int | None) -> tuple[int, int]:
    if isinstance(item, np.ndarray):
        item = item.tolist()
    if not isinstance(item, (list, tuple)):
        frame = whole_frame(item, n_frames)
        return frame, frame + 1
    if len(item) != 2:
        msg = f"A range of bad frames is (start, stop); got {item!r}."
        raise ParameterError(msg, where="bad_frames", found=repr(item), expected="(start, stop)")
    start, stop = (whole_frame(edge, n_frames) for edge in item)
    if stop < start:
        msg = f"The range of bad frames ({start}, {stop}) ends before it starts. Swap the numbers."
        raise ParameterError(msg, where="bad_frames", found=repr(item), fix="swap the numbers")
    return start, stop


def whole_frame(value: Any, n_frames: int | None = None) -> int:
    """Give a frame number as an integer; 11.0 is frame 11.

    Raises
    ------
    ParameterError
        If ``value`` is negative or not a whole number.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        msg = f"{value!r} is not a frame number. Give whole numbers from 0 on."
        raise ParameterError(msg, where="bad_frames", found=repr(value), expected="a whole number")
    number = value.item() if isinstance(value, np.number) else value
    if isinstance(number, complex) or not math.isfinite(number) or number != math.floor(number):
        msg = f"{number!r} is not a whole frame. Give whole numbers from 0 on."
        raise ParameterError(msg, where="bad_frames", found=repr(number), expected="a whole number")
    if number < 0:
        raise _outside(int(number), n_frames)
    return int(number)


def _outside(frame: int, n_frames: int | None) -> ParameterError:
    span = "the recording, whose first frame is 0" if n_frames is None else f"0\u2026{n_frames - 1}"
    msg = f"\u2212{-frame} is outside {span}. Count bad frames from the start; got {frame}."
    return ParameterError(
        msg, where="bad_frames", found=str(frame), fix="count frames from the start"
    )

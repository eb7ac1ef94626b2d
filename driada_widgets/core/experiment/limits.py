"""Numbers that later analyses need, and what is said when a recording does not reach them."""

from __future__ import annotations

import math
from numbers import Real

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.report import Note

__all__ = [
    "CALCIUM_EDGE_DECAYS",
    "DEFAULT_FPS",
    "DEFAULT_T_OFF_SEC",
    "DEFAULT_T_RISE_SEC",
    "FEATURE_EDGE_SEC",
    "ROLL_EDGE_DECAYS",
    "check_positive",
    "few_positions_note",
    "short_recording_note",
    "shortest_for_shuffles",
]

DEFAULT_FPS = 20
"""Frame rate in Hz where none is given."""

DEFAULT_T_RISE_SEC = 0.25
"""Rise time of the indicator in seconds where none is given."""

DEFAULT_T_OFF_SEC = 2.0
"""Decay time of the indicator in seconds where none is given."""

CALCIUM_EDGE_DECAYS = 5
"""Decay times at each end of calcium that are no shuffle offsets."""

ROLL_EDGE_DECAYS = 3
"""Decay times at each end that a roll-based shuffle does not shift by."""

FEATURE_EDGE_SEC = 2.0
"""Seconds at each end of a feature that are no shuffle offsets."""

SPARE_FRAMES = 10
"""Frames needed beyond the two ends."""

FEW_POSITIONS = 0.1
"""Share of usable shuffle offsets below which a person is told."""


def check_positive(name: str, value: object) -> float:
    """Check that a constant is a positive finite number, and give it.

    Parameters
    ----------
    name
        Name of the constant, for the message.
    value
        What was given.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If it is not a real number.
    ParameterError
        If it is NaN, infinite, zero or negative.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        msg = f"{name} must be numeric, got {type(value).__name__}"
        raise TypeError(msg)
    number = float(value)
    if math.isnan(number):
        complaint = "cannot be NaN"
    elif math.isinf(number):
        complaint = "cannot be infinite"
    elif number <= 0:
        complaint = f"must be positive, got {value}"
    else:
        return number
    msg = f"{name} {complaint}"
    raise ParameterError(msg, where=name, found=str(value), expected="a positive number")


def shortest_for_shuffles(fps: float, t_off_sec: float) -> int:
    """Give the number of frames that significance tests on shifted calcium need."""
    return int(t_off_sec * fps * CALCIUM_EDGE_DECAYS * 2) + SPARE_FRAMES


def short_recording_note(n_frames: int, *, fps: float, t_off_sec: float) -> Note | None:
    """Say which later analyses a short recording is too short for.

    Parameters
    ----------
    n_frames
        Frames left after bad frames are removed.
    fps
        Frame rate in Hz.
    t_off_sec
        Decay time in seconds.

    Returns
    -------
    Note or None
        ``None`` if the recording is long enough for all.
    """
    needs = (
        (
            "significance tests that shift calcium in time need at least {} frames "
            f"({CALCIUM_EDGE_DECAYS} decay times at each end and {SPARE_FRAMES} more)",
            shortest_for_shuffles(fps, t_off_sec),
        ),
        (
            f"roll-based shuffles of calcium need {{}} ({ROLL_EDGE_DECAYS} decay times at each "
            "end and 1 more)",
            2 * int(ROLL_EDGE_DECAYS * t_off_sec * fps) + 1,
        ),
        (
            f"shifts of features need {{}} ({FEATURE_EDGE_SEC:g} s at each end and 1 more)",
            2 * int(FEATURE_EDGE_SEC * fps) + 1,
        ),
    )
    missed = [text.format(needed) for text, needed in needs if n_frames < needed]
    if not missed:
        return None
    text = (
        f"Short recording: {n_frames} frames ({n_frames / fps:.1f} s). It loads, but "
        f"{'; '.join(missed)}. These numbers follow from fps={fps:g} and "
        f"t_off_sec={t_off_sec:g}: correct those in static_features if they are wrong."
    )
    return Note(id="short-recording", level="warning", subject="calcium", text=text)


def few_positions_note(n_valid: int, n_frames: int) -> Note | None:
    """Say that few frames can be shuffle offsets, if so; a short recording is said elsewhere."""
    if n_valid >= FEW_POSITIONS * n_frames:
        return None
    text = (
        f"Combined shuffle_mask is extremely restrictive: only {n_valid}/{n_frames} "
        f"({100 * n_valid / n_frames:.1f}%) positions are valid for shuffling. Shuffles of "
        "calcium will resemble each other; a longer recording gives more positions, and so do "
        "smaller fps or t_off_sec where these are wrong."
    )
    return Note(id="few-shuffle-positions", level="warning", subject="calcium", text=text)

"""Numbers in words for people: how many of something, and how long."""

from __future__ import annotations

__all__ = ["count_of", "duration"]

MINUTE_SEC = 60.0


def count_of(number: int, noun: str) -> str:
    """Say how many: ``"1 neuron"``, ``"2,000 neurons"``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """Say how long: ``"7.5 s"`` below a minute, else ``"29.8 min"``."""
    return f"{seconds:.1f} s" if seconds < MINUTE_SEC else f"{seconds / MINUTE_SEC:.1f} min"

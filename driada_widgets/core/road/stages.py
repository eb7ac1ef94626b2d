"""Which stage of how many a long call is in: the stages that building and saving go through."""

from __future__ import annotations

__all__ = ["BUILD", "SAVE", "place"]

BUILD: tuple[tuple[str, ...], ...] = (
    ("Reading arrays", "Checking the file", "Verifying"),
    ("Reading calcium",),
    ("Detecting feature types",),
    ("Building the experiment",),
    ("Computing the hash",),
)
"""Stages of building, in order; those of one line stand for each other."""

SAVE: tuple[tuple[str, ...], ...] = (("Hashing the source",), ("Saving",))
"""Stages of saving, in order."""


def place(stage: str, stages: tuple[tuple[str, ...], ...]) -> str:
    """Say which stage this is: ``"3/5"``; empty for one that is not in the list.

    Examples
    --------
    >>> place("Detecting feature types", BUILD)
    '3/5'
    """
    for number, names in enumerate(stages, start=1):
        if stage in names:
            return f"{number}/{len(stages)}"
    return ""

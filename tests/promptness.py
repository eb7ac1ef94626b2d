"""What must be prompt, on a machine that may be busy with something else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

__all__ = ["CANCEL_SEC", "promptly"]

CANCEL_SEC = 0.3
"""Time from *Cancel* to its effect that a person is promised."""

N_ATTEMPTS = 5


def promptly(attempt: Callable[[int], float], limit_sec: float = CANCEL_SEC) -> None:
    """Hold that something is done in time: other work may spoil some attempts, but not all.

    Parameters
    ----------
    attempt
        Gets its number, does the thing and gives the seconds that it took.
    limit_sec
        What it may take.
    """
    took: list[float] = []
    while len(took) < N_ATTEMPTS and (not took or took[-1] >= limit_sec):
        took.append(attempt(len(took)))
    if took[-1] >= limit_sec:
        pytest.fail(f"It never took less than {limit_sec} s: {took}")

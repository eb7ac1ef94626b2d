"""Times in words: how long ago a file was written."""

from __future__ import annotations

import time

__all__ = ["ago"]

_STEPS = ((86400.0, "day"), (3600.0, "hour"), (60.0, "minute"))


def ago(moment: float, now: float | None = None) -> str:
    """Say how long ago something was, and when.

    Parameters
    ----------
    moment
        Seconds since 1970.
    now
        Seconds since 1970; ``None``: this moment.

    Examples
    --------
    >>> ago(0.0, now=7300.0).partition(" (")[0]
    '2 hours ago'
    """
    passed = (time.time() if now is None else now) - moment
    date = time.strftime("%d %b %Y, %H:%M", time.localtime(moment))
    for length, unit in _STEPS:
        number = int(passed // length)
        if number:
            return f"{number:,} {unit}{'' if number == 1 else 's'} ago ({date})"
    return f"just now ({date})" if passed >= 0 else f"in the future by this clock ({date})"

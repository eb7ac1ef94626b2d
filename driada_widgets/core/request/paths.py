"""Paths as people write them: ``~`` is the home folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

__all__ = ["user_path"]


def user_path(path: str | Path) -> Path:
    """Give a path with a leading ``~`` replaced by the home folder, as a terminal does.

    Parameters
    ----------
    path
        As it was written. A name such as ``~backup`` stays as it is.

    Returns
    -------
    Path
        Relative paths stay relative.
    """
    given = Path(path)
    if given.parts[:1] == ("~",):
        with suppress(RuntimeError):  # an account without a home folder
            return given.expanduser()
    return given

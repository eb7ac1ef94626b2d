"""The files of a batch: paths and patterns, one a line, inside the folders of the page."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from driada_widgets.core.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from driada_widgets.panel.roots import Roots

__all__ = ["MAX_FILES", "files_of"]

MAX_FILES = 500
"""Sessions of one batch; more are asked for in several."""
MAX_LOOKED_AT = 20_000
"""Entries that one pattern is held against."""
_WILD = re.compile(r"[*?\[]")
_NUMBER = re.compile(r"(\d+)")


def files_of(text: str, roots: Roots) -> tuple[Path, ...]:
    """Give the files that a text names.

    Parameters
    ----------
    text
        A path or a pattern with ``*`` and ``?`` a line; empty lines do not count.
    roots
        Folders that may be read.

    Returns
    -------
    tuple of Path
        Each once, in the order of the lines, those of a pattern by name (2 before 10).

    Raises
    ------
    ParameterError
        If a line leads outside the folders of the page, a pattern matches nothing, or there are
        too many files.
    """
    found: dict[Path, None] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        found.update(
            dict.fromkeys(
                _matches(line, roots) if _is_pattern(line, roots) else [roots.resolve(line)]
            )
        )
        if len(found) > MAX_FILES:
            msg = f"These are more than {MAX_FILES} files. Do them in several batches."
            raise ParameterError(msg, where="files", fix="name fewer files")
    if not found:
        msg = "Type the paths of the other sessions, one a line; * and ? stand for any letters."
        raise ParameterError(msg, where="files", fix="type a path")
    return tuple(found)


def _is_pattern(line: str, roots: Roots) -> bool:
    """Say whether a line is a pattern; a file may have a star in its name."""
    return bool(_WILD.search(line)) and not roots.resolve(line).exists()


def _matches(line: str, roots: Roots) -> list[Path]:
    if "**" in line:
        msg = f"{line!r}: ** would search whole disks. Name one folder a line."
        raise ParameterError(msg, where="files", fix="use * within one folder")
    whole = Path(line).expanduser()
    places = [whole] if whole.is_absolute() else [root / whole for root in roots.folders]
    found = {match for place in places for match in _glob(place) if roots.allows(match)}
    if not found:
        msg = f"No file matches {line!r} in the folders of this page."
        raise ParameterError(msg, where="files", fix="check the pattern")
    return sorted(found, key=_natural)


def _glob(place: Path) -> Iterator[Path]:
    """Hold a pattern against what is there; hidden files are left out."""
    parts = place.parts
    wild = next(index for index, part in enumerate(parts) if _WILD.search(part))
    base, pattern = Path(*parts[:wild]), str(Path(*parts[wild:]))
    for match in islice(base.glob(pattern), MAX_LOOKED_AT):
        if not match.name.startswith("."):
            yield match.resolve()


def _natural(path: Path) -> list[tuple[int, int | str]]:
    """Order names as people do: numbers by their value."""
    return [
        (0, int(part)) if part.isdecimal() else (1, part.casefold())
        for part in _NUMBER.split(str(path))
    ]

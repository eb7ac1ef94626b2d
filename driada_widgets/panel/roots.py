"""The folders that a person may choose from: a path is resolved first, then held against them."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from driada_widgets.core.errors import NotFoundError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Entry", "Listing", "Roots", "narrowed"]

MAX_ENTRIES = 2000
"""Entries that one listing shows; more are counted and said, and part of a name finds them."""

OUTSIDE = "leads outside"
BROKEN = "leads nowhere"
_NO_PATH = (OSError, RuntimeError, ValueError)
"""What a path raises whose links lead in a circle, or whose name is too long or no text."""
_QUOTES = "\"'\u201c\u201d\u2018\u2019"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a folder's listing; ``why_not`` says why it cannot be opened, if so."""

    name: str
    is_folder: bool
    n_bytes: int = 0
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a folder shows.

    Parameters
    ----------
    folder
        The folder, resolved.
    entries
        Folders first, then files, by name.
    n_files
        Files that fit the filters, also those beyond the limit.
    n_hidden
        Files that the format filter hides.
    n_more
        Entries beyond the limit.
    """

    folder: Path
    entries: tuple[Entry, ...]
    n_files: int
    n_hidden: int
    n_more: int


class Roots:
    """Allow-listed folders.

    Parameters
    ----------
    folders
        Folders that may be read; ``None``: every folder that the account may read (a notebook,
        whose owner can run code anyway).
    """

    def __init__(self, folders: Sequence[str | Path] | None = None) -> None:
        given = [Path.cwd()] if folders is None else [Path(folder) for folder in folders]
        self._folders = tuple(folder.expanduser().resolve() for folder in given)
        self._is_open = folders is None

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders, resolved."""
        return self._folders

    def allows(self, path: Path) -> bool:
        """Say whether ``path``, once resolved, lies inside a root."""
        try:
            resolved = path.resolve()
        except _NO_PATH:
            return False
        return self._is_open or any(resolved.is_relative_to(folder) for folder in self._folders)

    def resolve(self, text: str) -> Path:
        """Turn what a person typed or pasted into a path inside the roots.

        Parameters
        ----------
        text
            Absolute, relative to a root, or starting with ``~``. Blanks and quotes around it,
            ``file://`` before it and the backslashes of a terminal are taken off, unless there is
            a file whose name has them.

        Returns
        -------
        Path
            Resolved; it need not exist.

        Raises
        ------
        ParameterError
            If the text is empty, holds NUL, or leads outside the roots.
        """
        cleaned = text.strip().strip(_QUOTES).strip()
        if not cleaned or "\0" in cleaned:
            msg = "Type the path of a file, or choose one in the list."
            raise ParameterError(msg, where="source.path")
        readings = _readings(text, cleaned)
        there = (path for reading in readings for path in self._inside(reading) if _is_there(path))
        found = next(there, None) or next(iter(self._inside(readings[0])), None)
        if found is None:
            shown = ", ".join(str(folder) for folder in self._folders)
            msg = (
                f"{cleaned!r} is outside the folders that this page may read: {shown}.\n"
                "Copy the file there, or start the page with --root FOLDER."
            )
            raise ParameterError(msg, where="source.path")
        return found

    def _inside(self, reading: str) -> list[Path]:
        """Give the resolved paths inside the roots that a text may mean."""
        try:
            path = Path(reading).expanduser()
        except RuntimeError:  # ~name of nobody
            path = Path(reading)
        places = [path] if path.is_absolute() else [root / path for root in self._folders]
        return [place.resolve() for place in places if self.allows(place)]

    def shown(self, path: Path) -> str:
        """Write a path relative to its root where that is possible."""
        for folder in self._folders:
            if path.is_relative_to(folder):
                return str(path.relative_to(folder))
        return str(path)

    def entries(self, folder: Path) -> tuple[Entry, ...]:
        """Read a folder: folders first, then files, by name.

        Hidden ones (``.name``) are left out. Sizes are not read here: see :func:`narrowed`.

        Raises
        ------
        ParameterError
            If the folder is outside the roots.
        NotFoundError
            If it is not a folder that can be read.
        """
        if not self.allows(folder):
            msg = f"{folder.name!r} is outside the folders that this page may read."
            raise ParameterError(msg, where="source.path")
        try:
            with os.scandir(folder) as found:
                read = [self._entry(item) for item in found if not item.name.startswith(".")]
        except OSError as error:
            msg = f"The folder {folder.name!r} cannot be read: {error.strerror}."
            raise NotFoundError(
                msg, where=self.shown(folder), fix="choose another folder, or type a path"
            ) from error
        return tuple(sorted(read, key=lambda entry: (not entry.is_folder, entry.name.casefold())))

    def list(self, folder: Path, suffixes: Sequence[str] = ()) -> Listing:
        """List a folder; see :meth:`entries` and :func:`narrowed`."""
        return narrowed(folder, self.entries(folder), suffixes)

    def _entry(self, item: os.DirEntry[str]) -> Entry:
        try:
            is_folder = item.is_dir()
            if not item.is_symlink():
                return Entry(name=item.name, is_folder=is_folder)
        except OSError:
            return Entry(name=item.name, is_folder=False, why_not=BROKEN)
        path = Path(item.path)
        if not _is_there(path):
            return Entry(name=item.name, is_folder=False, why_not=BROKEN)
        why_not = "" if self.allows(path) else OUTSIDE
        return Entry(name=item.name, is_folder=is_folder, why_not=why_not)


def narrowed(
    folder: Path, entries: Sequence[Entry], suffixes: Sequence[str] = (), part: str = ""
) -> Listing:
    """Choose the entries of a folder that are shown, and read the sizes of these.

    Parameters
    ----------
    folder
        The folder.
    entries
        What is in it.
    suffixes
        File endings to show, with their dot; empty: all.
    part
        Part of the names to show, in any case; empty: all.

    Returns
    -------
    Listing
        At most 2000 entries with sizes.
    """
    folded = part.strip().casefold()
    named = [entry for entry in entries if folded in entry.name.casefold()]
    wanted = [entry for entry in named if entry.is_folder or _matches(entry.name, suffixes)]
    return Listing(
        folder=folder,
        entries=tuple(_measured(folder, entry) for entry in wanted[:MAX_ENTRIES]),
        n_files=sum(not entry.is_folder for entry in wanted),
        n_hidden=len(named) - len(wanted),
        n_more=max(0, len(wanted) - MAX_ENTRIES),
    )


def _measured(folder: Path, entry: Entry) -> Entry:
    if entry.is_folder or entry.why_not:
        return entry
    try:
        return replace(entry, n_bytes=(folder / entry.name).stat().st_size)
    except OSError:
        return replace(entry, why_not=BROKEN)


def _readings(text: str, cleaned: str) -> list[str]:
    """Give what a typed text may mean, the likeliest first."""
    readings = [cleaned, text.strip(), text]
    if cleaned.startswith("file://"):
        address = cleaned.removeprefix("file://").removeprefix("localhost")
        return [unquote(address), address, *readings]
    if "\\" in cleaned:  # a terminal writes them before blanks
        readings.append(cleaned.replace("\\", ""))
    return readings


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except _NO_PATH:
        return False


def _matches(name: str, suffixes: Sequence[str]) -> bool:
    return not suffixes or name.casefold().endswith(tuple(suffixes))

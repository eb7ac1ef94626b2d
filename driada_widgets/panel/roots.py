"""The folders that a person may choose from: a path is resolved first, then held against them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from driada_widgets.core.errors import NotFoundError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Entry", "Roots"]

MAX_ENTRIES = 2000
"""Entries that one listing shows; more are counted and said, and a typed path still opens them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a folder's listing."""

    name: str
    is_folder: bool
    n_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a folder shows.

    Parameters
    ----------
    folder
        The folder, resolved.
    entries
        Folders first, then files, by name.
    n_hidden
        Files that the format filter hides.
    n_more
        Entries beyond the limit.
    """

    folder: Path
    entries: tuple[Entry, ...]
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
        resolved = path.resolve()
        return self._is_open or any(resolved.is_relative_to(folder) for folder in self._folders)

    def resolve(self, text: str) -> Path:
        """Turn what a person typed or pasted into a path inside the roots.

        Parameters
        ----------
        text
            Absolute, relative to the first root, or starting with ``~``; quotes around it and
            ``file://`` before it are taken off.

        Returns
        -------
        Path
            Resolved; it need not exist.

        Raises
        ------
        ParameterError
            If the text is empty, holds NUL, or leads outside the roots.
        """
        cleaned = text.strip().strip("\"'").removeprefix("file://")
        if not cleaned or "\0" in cleaned:
            msg = "Type the path of a file, or choose one below."
            raise ParameterError(msg, where="source.path")
        path = Path(cleaned).expanduser()
        candidates = [path] if path.is_absolute() else [root / path for root in self._folders]
        inside = [candidate.resolve() for candidate in candidates if self.allows(candidate)]
        if not inside:
            shown = ", ".join(str(folder) for folder in self._folders)
            msg = (
                f"{cleaned!r} is outside the folders that this page may read: {shown}.\n"
                "Copy the file there, or start the page with --root FOLDER."
            )
            raise ParameterError(msg, where="source.path")
        return next((found for found in inside if found.exists()), inside[0])

    def shown(self, path: Path) -> str:
        """Write a path relative to its root where that is possible."""
        for folder in self._folders:
            if path.is_relative_to(folder):
                return str(path.relative_to(folder))
        return str(path)

    def list(self, folder: Path, suffixes: Sequence[str] = ()) -> Listing:
        """List a folder.

        Parameters
        ----------
        folder
            A folder inside the roots.
        suffixes
            File endings to show, with their dot; empty: all.

        Returns
        -------
        Listing
            Folders and files; hidden ones (``.name``) are left out and not counted.

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
                entries = [_entry(item) for item in found if not item.name.startswith(".")]
        except OSError as error:
            msg = f"The folder {folder.name!r} cannot be read: {error.strerror}."
            raise NotFoundError(msg, where="source.path") from error
        wanted = [e for e in entries if e.is_folder or _matches(e.name, suffixes)]
        wanted.sort(key=lambda entry: (not entry.is_folder, entry.name.casefold()))
        return Listing(
            folder=folder.resolve(),
            entries=tuple(wanted[:MAX_ENTRIES]),
            n_hidden=len(entries) - len(wanted),
            n_more=max(0, len(wanted) - MAX_ENTRIES),
        )


def _entry(item: os.DirEntry[str]) -> Entry:
    try:
        is_folder = item.is_dir()
        n_bytes = 0 if is_folder else item.stat().st_size
    except OSError:
        is_folder, n_bytes = False, 0
    return Entry(name=item.name, is_folder=is_folder, n_bytes=n_bytes)


def _matches(name: str, suffixes: Sequence[str]) -> bool:
    return not suffixes or name.casefold().endswith(tuple(suffixes))

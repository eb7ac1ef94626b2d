"""The system calls that writing needs, in one place, so that tests can make any of them fail."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, cast

from driada_widgets.core.store.new_file import NewFile

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DISK", "Disk", "is_being_written"]


class Disk:
    """Creates, brings to the disk, renames and removes files."""

    def create(self, path: Path) -> BinaryIO:
        """Open a new file for writing; it must not exist. It stays locked while it is open."""
        file = cast("BinaryIO", NewFile(path))
        _lock(file)
        return file

    def sync(self, file: BinaryIO) -> None:
        """Bring a file's bytes and size to the disk."""
        file.flush()
        os.fsync(file.fileno())

    def link(self, path: Path, second: Path) -> None:
        """Give a file a second name."""
        os.link(path, second)

    def replace(self, path: Path, target: Path) -> None:
        """Give a file the name ``target``, in one step; what had it is gone."""
        path.replace(target)

    def remove(self, path: Path) -> None:
        """Remove a file; it may be gone already."""
        path.unlink(missing_ok=True)

    def make_folder(self, path: Path) -> None:
        """Make a folder and those above it, if they are missing."""
        path.mkdir(parents=True, exist_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Bring a folder's list of names to the disk, where the system can."""
        if sys.platform == "win32":
            return
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _lock(file: BinaryIO) -> None:
    if sys.platform != "win32":  # there, an open file cannot be removed anyway
        import fcntl

        with suppress(OSError):  # some network folders have no locks
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_being_written(path: Path) -> bool:
    """Say whether the process that created a file with `Disk.create` still has it open."""
    if sys.platform == "win32":
        return False
    import fcntl

    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


DISK = Disk()

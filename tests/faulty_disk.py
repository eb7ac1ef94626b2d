"""A disk whose n-th call fails."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any, BinaryIO

from driada_widgets.core.store.disk import Disk

__all__ = ["FaultyDisk"]


class FaultyDisk(Disk):
    """Counts every call, writes included, and lets one of them fail.

    Parameters
    ----------
    fail_at
        Number of the call that fails, from 1; 0: none.
    code
        Error number.
    """

    def __init__(self, fail_at: int = 0, code: int = errno.ENOSPC) -> None:
        self.fail_at = fail_at
        self.code = code
        self.calls: list[str] = []

    def step(self, name: str) -> None:
        """Count one call; fail if it is the one."""
        self.calls.append(name)
        if len(self.calls) == self.fail_at:
            raise OSError(self.code, os.strerror(self.code))

    def create(self, path: Path) -> BinaryIO:
        self.step("create")
        return _CountingFile(super().create(path), self)  # type: ignore[return-value]  # behaves as one

    def sync(self, file: BinaryIO) -> None:
        self.step("sync")
        super().sync(file)

    def link(self, path: Path, second: Path) -> None:
        self.step("link")
        super().link(path, second)

    def replace(self, path: Path, target: Path) -> None:
        self.step("replace")
        super().replace(path, target)

    def remove(self, path: Path) -> None:
        self.step("remove")
        super().remove(path)

    def make_folder(self, path: Path) -> None:
        self.step("make_folder")
        super().make_folder(path)

    def sync_folder(self, folder: Path) -> None:
        self.step("sync_folder")
        super().sync_folder(folder)


class _CountingFile:
    """A file whose writes are calls of the disk."""

    def __init__(self, file: BinaryIO, disk: FaultyDisk) -> None:
        self._file = file
        self._disk = disk

    def write(self, data: Any) -> int:
        self._disk.step("write")
        return self._file.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _CountingFile:
        return self

    def __exit__(self, *error: Any) -> None:
        self._file.__exit__(*error)

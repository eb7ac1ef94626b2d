"""What this machine has left: memory that the process may still get, and room on a disk."""

from __future__ import annotations

import ctypes
import functools
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["format_bytes", "free_disk", "free_memory", "trim_memory"]

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")
# Limit, use, and the part of the use that is only cached files: version 2, then version 1.
_CGROUP_FILES = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    (
        "memory/memory.limit_in_bytes",
        "memory/memory.usage_in_bytes",
        "memory/memory.stat",
        "total_inactive_file",
    ),
)


def format_bytes(n_bytes: int) -> str:
    """Write a size with an SI unit: ``"3.2 GB"``."""
    size = float(n_bytes)
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if size < 1000:
            return f"{n_bytes} bytes" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.0f} PB"


def free_memory() -> int | None:
    """Give the bytes of memory that this process can still get, or ``None`` if unknown.

    A container's limit counts where it is lower than the machine's.
    """
    known = [free for free in (_free_in_container(), _free_in_machine()) if free is not None]
    return min(known) if known else None


def trim_memory() -> None:
    """Return freed memory to the system, where the C library keeps it for later (glibc does).

    After some pictures of a large recording that is more than what is in use. It takes some
    milliseconds, in which other threads go on.
    """
    trim = _trimmer()
    if trim is not None:
        trim(0)


@functools.cache
def _trimmer() -> Callable[[int], int] | None:
    """Give ``malloc_trim``, or ``None`` where there is none: macOS, Windows, musl."""
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):
        return None
    return found


def free_disk(path: Path) -> int | None:
    """Give the bytes that can still be written under a path, or ``None`` if unknown.

    Parameters
    ----------
    path
        A file or folder; it need not exist yet.
    """
    present = Path(os.path.abspath(path))  # noqa: PTH100  # symbolic links lead to the disk
    while not present.exists() and present != present.parent:
        present = present.parent
    try:
        return shutil.disk_usage(present).free
    except OSError:
        return None


def _free_in_container() -> int | None:
    """Give what the control group leaves (Linux)."""
    for limit_file, used_file, stat_file, cached in _CGROUP_FILES:
        try:
            limit = int((_CGROUP / limit_file).read_text(encoding="ascii"))
            used = int((_CGROUP / used_file).read_text(encoding="ascii"))
            used -= _entry(_CGROUP / stat_file, cached)
        except (OSError, ValueError):
            # No such layout, or the word "max": no limit.
            continue
        return max(0, limit - used)
    return None


def _entry(path: Path, key: str) -> int:
    """Read one number from lines of ``key number``, 0 if it is not there."""
    for line in path.read_text(encoding="ascii").splitlines():
        words = line.split()
        if words and words[0].rstrip(":") == key:
            return int(words[1])
    return 0


def _free_in_machine() -> int | None:
    try:
        available = _entry(_MEMINFO, "MemAvailable") * 1024
    except (OSError, ValueError, IndexError):
        available = 0
    return available or _free_by_psutil() or _present_in_machine()


def _free_by_psutil() -> int | None:
    """Ask psutil, which knows every system, where it is installed."""
    try:
        import psutil
    except ImportError:
        return None
    return int(psutil.virtual_memory().available)


def _present_in_machine() -> int | None:
    """Give what is there, free or not: the best that is known without another package."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None

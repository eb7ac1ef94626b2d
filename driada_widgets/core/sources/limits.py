"""How much may be inflated into memory before a file counts as too large."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = [
    "MAX_INFLATED",
    "MAX_RATIO",
    "RATIO_COUNTS_ABOVE",
    "format_bytes",
    "free_memory",
    "inflate_limit",
]

GIB = 2**30
MAX_INFLATED = 4 * GIB
FREE_SHARE = 0.25
# Deflate cannot exceed about 1030 : 1; honest sparse recordings reach some hundreds when small.
MAX_RATIO = 200
RATIO_COUNTS_ABOVE = 256 * 2**20

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


def inflate_limit() -> int:
    """Give the most bytes that may be inflated: 4 GiB, or a quarter of the free memory if less."""
    free = free_memory()
    return MAX_INFLATED if free is None else min(MAX_INFLATED, int(free * FREE_SHARE))


def free_memory() -> int | None:
    """Give the bytes of memory that this process can still get, or ``None`` if unknown.

    A container's limit counts where it is lower than the machine's.
    """
    known = [free for free in (_free_in_container(), _free_in_machine()) if free is not None]
    return min(known) if known else None


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
    if available:
        return available
    try:
        # Not free but present: the best that is known without another package.
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None

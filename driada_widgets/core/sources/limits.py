"""How much may be inflated into memory before a file counts as too large."""

from __future__ import annotations

from driada_widgets.core import machine

__all__ = ["MAX_INFLATED", "MAX_RATIO", "RATIO_COUNTS_ABOVE", "inflate_limit"]

GIB = 2**30
MAX_INFLATED = 4 * GIB
FREE_SHARE = 0.25
# Deflate cannot exceed about 1030 : 1; honest sparse recordings reach some hundreds when small.
MAX_RATIO = 200
RATIO_COUNTS_ABOVE = 256 * 2**20


def inflate_limit() -> int:
    """Give the most bytes that may be inflated: 4 GiB, or a quarter of the free memory if less."""
    free = machine.free_memory()
    return MAX_INFLATED if free is None else min(MAX_INFLATED, int(free * FREE_SHARE))

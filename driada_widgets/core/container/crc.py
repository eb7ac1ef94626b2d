"""CRC-32 as zip has it, by the fastest library that is installed; all give the same number."""

from __future__ import annotations

try:
    from isal.isal_zlib import crc32  # the extra "fast"
except ImportError:
    from zlib import crc32

__all__ = ["crc32"]

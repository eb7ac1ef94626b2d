"""How much an untrusted pickle may ask for, before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

from driada_widgets.core import machine

__all__ = ["Limits"]

_GIB = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one pickle; the defaults fit every real experiment that we could make.

    Parameters
    ----------
    max_bytes
        Largest pickle after decompression; ``None``: the free memory for a plain file, and
        a quarter of it but at most 4 GiB for a compressed one.
    min_opcodes
        Instructions that any file may have, however small it is.
    max_opcodes
        Instructions that no file may exceed. In between, a file may have one per eight bytes.
    max_items
        Plain values that may be handed out as metadata.
    max_depth
        How deep metadata may be nested.
    max_ratio
        How many times a compressed pickle may grow, once it is above 256 MiB.

    Notes
    -----
    An instruction can be one byte, costs about half a microsecond to check and creates up to some
    200 bytes, so a small hostile file of them would cost seconds and gigabytes. Experiments hold
    large arrays: those that driada 1.2.2 writes have 60 to 800 bytes per instruction, the densest
    (many short wavelet ridges) about 50. 500 000 instructions cost a quarter of a second and are
    enough for any file below 4 MB; ten millions are enough for a thousand cells with all their
    ridges.
    """

    max_bytes: int | None = None
    min_opcodes: int = 500_000
    max_opcodes: int = 10_000_000
    max_items: int = 1_000_000
    max_depth: int = 64
    max_ratio: float = 200.0

    def opcodes_for(self, n_bytes: int) -> int:
        """Give the number of instructions that a pickle of ``n_bytes`` may have."""
        return max(self.min_opcodes, min(self.max_opcodes, n_bytes // 8))

    def bytes_for(self, *, compressed: bool) -> int:
        """Give the size that a pickle may have, after decompression if it is compressed."""
        if self.max_bytes is not None:
            return self.max_bytes
        free = machine.free_memory() or 4 * _GIB  # a guess where nothing says so
        return min(4 * _GIB, free // 4) if compressed else free

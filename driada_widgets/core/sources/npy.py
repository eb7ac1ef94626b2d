"""Read the header of a ``.npy`` member; nothing is evaluated, nothing is allocated.

The layout is that of NumPy's format documentation (versions 1.0, 2.0 and 3.0).
"""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.lib import format as npy_format

from driada_widgets.core.errors import CorruptFileError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

__all__ = ["MAX_HEADER", "NpyHeader", "parse_header"]

MAGIC = b"\x93NUMPY"
# NumPy's own limit, which it checks only after it has read the header.
MAX_HEADER = 10_000
MAX_DIMENSIONS = 32
_KEYS = {"descr", "fortran_order", "shape"}
# A Python 2 header writes its lengths as long integers: (10L, 20L).
_LONG = re.compile(r"(?<=[0-9])L(?=[,) ])")


@dataclass(frozen=True, slots=True, kw_only=True)
class NpyHeader:
    """What the header of one array says.

    Parameters
    ----------
    shape
        Lengths of the axes.
    dtype
        As stored, byte order included.
    fortran_order
        Whether the first axis varies fastest.
    n_bytes
        Length of the header itself.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran_order: bool
    n_bytes: int

    @property
    def n_items(self) -> int:
        """Number of values."""
        return math.prod(self.shape)

    @property
    def data_bytes(self) -> int:
        """Size of the values."""
        return self.n_items * self.dtype.itemsize


def parse_header(read: Callable[[int], bytes], *, member_size: int, where: str) -> NpyHeader:
    """Read a header and check it against the size of its member.

    Parameters
    ----------
    read
        Gives the next bytes of the member, exactly as many as asked.
    member_size
        Bytes of the member, header included.
    where
        How to name the array in a message: ``"array 'calcium' in recording.npz"``.

    Returns
    -------
    NpyHeader
        Header whose size agrees with ``member_size``, unless the array holds Python objects, whose
        size no header tells.

    Raises
    ------
    CorruptFileError
        If the bytes are no header, or the header contradicts the member's size.
    """
    if member_size < len(MAGIC) + 4:
        raise _corrupt(where, f"its member has {member_size} bytes, too few for a header")
    start = read(len(MAGIC) + 2)
    if not start.startswith(MAGIC):
        raise _corrupt(where, "it does not start as a NumPy array does")
    major = start[6]
    if major not in (1, 2, 3):
        raise _corrupt(where, f"its header has version {major}, and versions 1 to 3 are known")
    width = 2 if major == 1 else 4
    length = int.from_bytes(read(width), "little")
    if length > MAX_HEADER:
        raise _corrupt(where, f"its header claims {length} bytes; at most {MAX_HEADER} are read")
    n_bytes = len(start) + width + length
    if n_bytes > member_size:
        raise _corrupt(where, f"its header claims {n_bytes} of the member's {member_size} bytes")
    text = read(length).decode("utf-8" if major == 3 else "latin1", errors="replace")
    header = _to_header(text, n_bytes, where)
    _check_size(header, member_size, where)
    return header


def _to_header(text: str, n_bytes: int, where: str) -> NpyHeader:
    fields = _evaluate(text)
    if fields is None and _LONG.search(text):
        fields = _evaluate(_LONG.sub("", text))
    if not isinstance(fields, dict) or set(fields) != _KEYS:
        raise _corrupt(where, f"its header cannot be read: {text.strip()[:80]!r}")
    shape, fortran_order = fields["shape"], fields["fortran_order"]
    if not _is_shape(shape) or not isinstance(fortran_order, bool):
        raise _corrupt(where, f"its header is no array's: {text.strip()[:80]!r}")
    dtype = _to_dtype(fields["descr"], where)
    return NpyHeader(shape=shape, dtype=dtype, fortran_order=fortran_order, n_bytes=n_bytes)


def _evaluate(text: str) -> object:
    """Read a literal; ``None`` if the text is none."""
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _is_shape(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) <= MAX_DIMENSIONS
        and all(type(length) is int and length >= 0 for length in value)
    )


def _to_dtype(descr: Any, where: str) -> np.dtype[Any]:
    try:
        dtype = npy_format.descr_to_dtype(descr)
    # NumPy says that it does not understand a dtype in any of these, by where it gives up.
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, SyntaxError) as error:
        raise _corrupt(where, f"its header names an unknown dtype: {descr!r:.80}") from error
    except (RecursionError, MemoryError, OverflowError, Warning) as error:
        raise _corrupt(where, "its header names an absurd dtype") from error
    if dtype.subdtype is not None:
        # NumPy writes such axes into the shape.
        raise _corrupt(where, f"its header names arrays in an array: {descr!r:.80}")
    return dtype


def _check_size(header: NpyHeader, member_size: int, where: str) -> None:
    if header.dtype.hasobject:
        return
    available = member_size - header.n_bytes
    if header.data_bytes != available:
        reason = (
            f"its header declares {header.shape} of {header.dtype.name}, which is"
            f" {header.data_bytes} bytes, but {available} are stored"
        )
        raise _corrupt(where, reason)
    if header.dtype.itemsize == 0 and header.n_items > 0:
        raise _corrupt(where, f"its values have no bytes ({header.dtype.str})")
    # NumPy multiplies the lengths that are not zero.
    if math.prod(length for length in header.shape if length) * header.dtype.itemsize > 2**62:
        raise _corrupt(where, f"its header declares the impossible shape {header.shape}")


def _corrupt(where: str, reason: str) -> CorruptFileError:
    msg = f"{where} cannot be read: {reason}. Download or copy the file again."
    return CorruptFileError(msg, where=where, found=reason, fix="download or copy the file again")

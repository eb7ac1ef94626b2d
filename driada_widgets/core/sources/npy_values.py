"""Fill arrays from the bytes of a ``.npy`` member, without a second copy in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core import machine
from driada_widgets.core.errors import CorruptFileError, FileTooLargeError
from driada_widgets.core.sources.npy import parse_header
from driada_widgets.core.sources.objects import read_objects

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from driada_widgets.core.sources.npy import NpyHeader
    from driada_widgets.core.sources.zip_member import MemberReader

__all__ = ["read_array", "to_native"]

# Bytes that are turned from Fortran to C order at once.
_BLOCK = 2**22
# The last code of a character in Unicode.
_LAST = 0x10FFFF


def read_array(
    reader: MemberReader, member_size: int, *, name: str, where: str
) -> NDArray[np.generic]:
    """Read a whole member and check its CRC-32.

    Parameters
    ----------
    reader
        At the start of the member.
    member_size
        Bytes of the member as declared.
    name
        Name of the array.
    where
        How to name it in a message.

    Returns
    -------
    array
        C-contiguous, in the machine's byte order.
    """
    header = parse_header(reader.read, member_size=member_size, where=where)
    if header.dtype.hasobject:
        return read_objects(reader, header, member_size, name=name, where=where)
    array = _allocate(header, where)
    if array.size:
        if header.fortran_order and array.ndim > 1:
            _fill_transposed(reader, array)
        else:
            reader.readinto(_bytes_of(array))
    reader.finish()
    array = to_native(array)
    if array.dtype.kind == "U" and array.size and array.reshape(-1).view(np.uint32).max() > _LAST:
        msg = f"{where} holds text that is none. Download or copy the file again."
        raise CorruptFileError(msg, where=where)
    return array


def to_native(array: NDArray[Any]) -> NDArray[Any]:
    """Give the array in the machine's byte order; simple dtypes are swapped in place."""
    if array.dtype.isnative:
        return array
    native = array.dtype.newbyteorder("=")
    if array.dtype.names is not None or array.dtype.subdtype is not None:
        return array.astype(native)
    return array.byteswap(inplace=True).view(native)


def _allocate(header: NpyHeader, where: str) -> NDArray[Any]:
    try:
        return np.empty(header.shape, header.dtype)
    except MemoryError as error:
        size = machine.format_bytes(header.data_bytes)
        msg = f"{where} needs {size} of memory, which is not free; close other programs."
        raise FileTooLargeError(msg, where=where, found=size) from error
    except ValueError as error:
        msg = f"{where} declares the impossible shape {header.shape}."
        raise CorruptFileError(msg, where=where) from error


def _bytes_of(array: NDArray[Any]) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


def _fill_transposed(reader: MemberReader, array: NDArray[Any]) -> None:
    """Fill from Fortran order: the file runs along the last axis of ``array`` slowest."""
    target = array.T
    slab = array.dtype.itemsize * (array.size // len(target))
    n_slabs = min(len(target), max(1, _BLOCK // slab))
    block = np.empty((n_slabs, *target.shape[1:]), array.dtype)
    for start in range(0, len(target), n_slabs):
        part = block[: len(target) - start]
        reader.readinto(_bytes_of(part))
        target[start : start + len(part)] = part

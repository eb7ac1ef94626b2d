"""Read one small ``.npy`` file of numbers; nothing is unpickled, nothing large is allocated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import (
    DataTypeError,
    FileTooLargeError,
    TruncatedFileError,
    UnsafeContentError,
)
from driada_widgets.core.machine import format_bytes
from driada_widgets.core.sources.npy import parse_header
from driada_widgets.core.sources.recognise import first_bytes, not_found, refusal

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["is_npy", "read_npy"]

_MAGIC = b"\x93NUMPY"


def is_npy(path: Path) -> bool:
    """Say whether a file starts as a ``.npy`` file does."""
    return first_bytes(path, len(_MAGIC)) == _MAGIC


def read_npy(path: Path, *, max_bytes: int) -> NDArray[Any]:
    """Read the array of a ``.npy`` file.

    Parameters
    ----------
    path
        A local file.
    max_bytes
        Largest file that is read.

    Returns
    -------
    array
        Numbers or booleans in the machine's byte order.

    Raises
    ------
    NotFoundError
        If there is no such file.
    DataFileError
        If the file is cut, damaged, too large, not an array, or holds Python objects.
    DataTypeError
        If it holds anything but numbers.
    """
    if not path.is_file():
        raise refusal(path, expected="NPY") if path.exists() else not_found(path)
    if not is_npy(path):
        raise refusal(path, expected="NPY")
    n_bytes = path.stat().st_size
    if n_bytes > max_bytes:
        size = format_bytes(n_bytes)
        msg = f"{path.name} has {size}; at most {format_bytes(max_bytes)} are read here."
        raise FileTooLargeError(msg, where=path.name, found=size)
    where = f"the array in {path.name}"
    with path.open("rb") as file:
        header = parse_header(file.read, member_size=n_bytes, where=where)
        if header.dtype.hasobject:
            msg = f"{where} holds Python objects; not opened. Save it as numbers or booleans."
            raise UnsafeContentError(msg, where=path.name, fix="save it as numbers or booleans")
        if header.dtype.kind not in "biuf":
            msg = f"{where} does not hold numbers but {header.dtype}."
            raise DataTypeError(msg, where=path.name, found=str(header.dtype), expected="numbers")
        content = file.read(header.data_bytes)
    if len(content) < header.data_bytes:
        msg = f"{path.name} is incomplete; download or copy it again."
        raise TruncatedFileError(msg, where=path.name)
    flat: NDArray[Any] = np.frombuffer(content, header.dtype)
    native = flat.astype(header.dtype.newbyteorder("="))
    if header.fortran_order:
        return np.ascontiguousarray(native.reshape(header.shape[::-1]).T)
    return native.reshape(header.shape)

"""Arrays of Python objects in an NPZ file: each is a pickle, and no pickle is run.

Stored metadata, and arrays that have to be numbers, are read through ``core.safe_pickle``, which
makes plain values only. Every other one is listed and not opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import (
    CorruptFileError,
    DataFileError,
    DataTypeError,
    UnsafeContentError,
)
from driada_widgets.core.report import Note
from driada_widgets.core.sources.base import ArrayInfo
from driada_widgets.core.sources.numeric_objects import PER_CELL_NAMES, to_numbers
from driada_widgets.core.sources.values import METADATA_NAMES, show_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.safe_pickle import Extractor
    from driada_widgets.core.sources.npy import NpyHeader
    from driada_widgets.core.sources.zip_member import MemberReader

__all__ = ["inspect_objects", "read_objects"]

# A recording of numbers kept as objects; reading them one by one takes a second for 8 MB.
_MAX_BYTES = 64 * 2**20
_MAX_BYTES_AT_INSPECTION = 8 * 2**20


def inspect_objects(
    reader: MemberReader, header: NpyHeader, member_size: int, *, name: str, where: str
) -> tuple[ArrayInfo, tuple[Note, ...]]:
    """Describe an array of objects, by its header unless it is metadata or has to be numbers.

    Parameters
    ----------
    reader
        After the header.
    header
        What the header says.
    member_size
        Bytes of the member as declared, header included.
    name
        Name of the array.
    where
        How to name it in a message.

    Returns
    -------
    info : ArrayInfo
        With the problem that stands against reading it, or what was read.
    notes : tuple of Note
        What of the metadata is not used.
    """
    error: DataFileError | DataTypeError
    try:
        if member_size > _MAX_BYTES_AT_INSPECTION:
            raise _refusal(where, "it is too large to be looked into")
        array, left_out = _read(reader, header, member_size, name=name, where=where)
    except (UnsafeContentError, DataTypeError) as caught:
        error = caught
    else:
        return _describe(array, name), _notes(name, left_out)
    info = ArrayInfo(
        name=name, shape=header.shape, dtype=header.dtype, problem=str(error), error=type(error)
    )
    return info, _notes_of_refusal(info)


def read_objects(
    reader: MemberReader, header: NpyHeader, member_size: int, *, name: str, where: str
) -> NDArray[Any]:
    """Read an array of objects as plain values or numbers.

    Returns
    -------
    array
        Metadata as one plain object in a 0-d array; any other array as numbers.

    Raises
    ------
    UnsafeContentError
        If anything but plain values would be needed to read it.
    DataTypeError
        If it does not hold numbers only; names the first cell that is none.
    """
    return _read(reader, header, member_size, name=name, where=where)[0]


def _read(
    reader: MemberReader, header: NpyHeader, member_size: int, *, name: str, where: str
) -> tuple[NDArray[Any], list[str]]:
    """Read the array; the list names parts of metadata that are no plain values."""
    is_expected = name in METADATA_NAMES or name.lower() in PER_CELL_NAMES
    if not is_expected or header.dtype.kind != "O" or member_size > _MAX_BYTES:
        raise _refusal(where)
    pickled = reader.read(member_size - header.n_bytes)
    reader.finish()
    items, left_out = _plain_items(pickled, header, name, where)
    if name not in METADATA_NAMES:
        return to_numbers(_boxed(items, header.shape), name=name), []
    if header.shape != ():
        msg = f"{where} is not one object but an array of shape {header.shape}."
        raise DataTypeError(msg, where=where)
    return _boxed(items, ()), left_out


def _plain_items(
    pickled: bytes, header: NpyHeader, name: str, where: str
) -> tuple[list[Any], list[str]]:
    """Give the values of a pickled array in C order; what is not plain is a `_NotPlain`."""
    from driada_widgets.core import safe_pickle

    try:
        opened = safe_pickle.load(pickled, where=where)
        root = opened.root
        if not isinstance(root, safe_pickle.standins.ArrayStub) or not isinstance(root.data, list):
            msg = f"{where} cannot be read: it declares Python objects and holds something else."
            raise CorruptFileError(msg, where=where)
        if len(root.data) != header.n_items or root.shape != header.shape:
            msg = f"{where} cannot be read: its header contradicts its contents."
            raise CorruptFileError(msg, where=where)
        items = [_plain(opened.extractor, item, name) for item in root.data]
        return items, opened.extractor.left_out
    except UnsafeContentError as error:
        raise _refusal(where, error.found or "") from error


def _plain(extractor: Extractor, item: object, name: str) -> Any:
    n_left_out = len(extractor.left_out)
    plain = extractor.plain(item, name)
    is_all = len(extractor.left_out) == n_left_out
    return plain if plain is not None or is_all else _NotPlain()


class _NotPlain:
    """Stands where the file has an object that is no plain value."""

    def __repr__(self) -> str:
        return "a Python object"


def _boxed(items: Sequence[Any], shape: tuple[int, ...]) -> NDArray[np.object_]:
    boxed = np.empty(len(items), dtype=object)
    for index, item in enumerate(items):
        boxed[index] = item
    return boxed.reshape(shape)


def _describe(array: NDArray[Any], name: str) -> ArrayInfo:
    if array.dtype.hasobject:
        return ArrayInfo(name=name, shape=(), dtype=array.dtype, value=array.item())
    shown = show_values(array.reshape(-1), array.size)
    return ArrayInfo(name=name, shape=array.shape, dtype=array.dtype, first_values=shown)


def _notes(name: str, left_out: list[str]) -> tuple[Note, ...]:
    if not left_out:
        return ()
    text = f"Parts of {name!r} are not plain values and are left out: {', '.join(left_out[:5])}."
    return (Note(id="metadata-left-out", level="warning", subject=name, text=text),)


def _notes_of_refusal(info: ArrayInfo) -> tuple[Note, ...]:
    """Say that metadata are not used; other arrays are refused where they are needed."""
    if info.name not in METADATA_NAMES or info.problem is None:
        return ()
    return (Note(id="metadata-unopened", level="warning", subject=info.name, text=info.problem),)


def _refusal(where: str, detail: str = "") -> UnsafeContentError:
    fix = "save it as numbers or text, metadata as JSON"
    reason = f" ({detail})" if detail else ""
    msg = (
        f"{where} holds Python objects; not opened, since that could run code{reason}. "
        f"Instead, {fix}."
    )
    return UnsafeContentError(msg, where=where, found="Python objects", fix=fix)

"""The one list of formats, and how the reader of a file is found.

First bytes decide; the suffix breaks ties. A file whose name promises another format than its bytes
are is read all the same, with a note in its inventory.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from driada_widgets.core.sources.archive import ArchiveReader
from driada_widgets.core.sources.base import Reader
from driada_widgets.core.sources.npz import NpzReader
from driada_widgets.core.sources.recognise import (
    empty_error,
    not_found,
    refusal,
    refusal_of_message,
)

if TYPE_CHECKING:
    from driada_widgets.core.errors import DataFileError

__all__ = ["find_reader", "readers", "register_reader"]

# An archive is an NPZ too, so it is asked first.
_BUILT_IN: tuple[Reader, ...] = (ArchiveReader(), NpzReader())

_registered: dict[str, Reader] = {reader.name: reader for reader in _BUILT_IN}


def readers() -> tuple[Reader, ...]:
    """Give the known readers in the order in which they are asked."""
    return tuple(_registered.values())


def register_reader(reader: Reader) -> None:
    """Teach the loader a format, or replace a reader by one with other limits.

    Parameters
    ----------
    reader
        An object with ``name``, ``suffixes``, ``sniff``, ``inspect`` and ``read``. One with a known
        name replaces the known one; others are asked before those that are known.

    Raises
    ------
    TypeError
        If the object is no reader.

    Examples
    --------
    >>> register_reader(NpzReader(inflate_limit=8 * 2**30))
    """
    # The annotation cannot keep callers from passing a class or something else.
    if isinstance(reader, type) or not isinstance(reader, Reader):
        msg = f"expected a reader (name, suffixes, sniff, inspect, read); got {reader!r}"
        raise TypeError(msg)
    if reader.name in _registered:
        _registered[reader.name] = reader
        return
    known = dict(_registered)
    _registered.clear()
    _registered.update({reader.name: reader, **known})


def find_reader(path: str | Path) -> Reader:
    """Find the reader of a file or folder.

    Parameters
    ----------
    path
        What to read.

    Returns
    -------
    Reader
        The first that knows the first bytes; among several, one that also knows the suffix.

    Raises
    ------
    NotFoundError
        If there is nothing at ``path``.
    TruncatedFileError
        If the file is empty or nearly so.
    NotThisFormatError
        If no reader knows it; the message says what it is and what can be read.
    """
    path = Path(path)
    if not path.exists():
        raise not_found(path)
    if path.is_file() and path.stat().st_size == 0:
        raise empty_error(path)
    if not path.is_file() and not path.is_dir():
        raise _unknown(path)
    message = refusal_of_message(path)
    if message is not None:
        raise message
    fitting = [reader for reader in readers() if reader.sniff(path)]
    if not fitting:
        raise _unknown(path)
    return next((reader for reader in fitting if _knows_suffix(reader, path)), fitting[0])


def _knows_suffix(reader: Reader, path: Path) -> bool:
    return path.name.lower().endswith(reader.suffixes)


def _unknown(path: Path) -> DataFileError:
    suffixes = {reader.name: ", ".join(reader.suffixes) for reader in readers()}
    return refusal(
        path, readable="; ".join(f"{name} ({endings})" for name, endings in suffixes.items())
    )

"""Open pickles without importing or running anything that they mention.

Three gates: the instructions are read before any of them is run (``opcodes``); the machine then
makes only inert stand-ins (``unpickler``); arrays and plain values are taken out of those within
the size of the file (``extract``). What a gate does not let through is shown, not opened.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from driada_widgets.core.errors import DataFileError
from driada_widgets.core.safe_pickle import standins
from driada_widgets.core.safe_pickle.content import compression_of, open_content
from driada_widgets.core.safe_pickle.extract import Extractor, can_hold
from driada_widgets.core.safe_pickle.limits import Limits
from driada_widgets.core.safe_pickle.names import OWN_CLASS, REFERENCE_CLASS
from driada_widgets.core.safe_pickle.opcodes import GlobalName, Walk, refuse_if_unfit, walk
from driada_widgets.core.safe_pickle.unpickler import unpickle

if TYPE_CHECKING:
    from typing import Literal

__all__ = [
    "Extractor",
    "GlobalName",
    "Limits",
    "Opened",
    "PickleCard",
    "can_hold",
    "check",
    "describe",
    "list_globals",
    "load",
    "standins",
]

_DEFAULT = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A pickle that all gates let through.

    Parameters
    ----------
    root
        What it holds, as a stand-in.
    extractor
        Turns stand-ins into arrays and plain values.
    names
        Names that it mentions, all of them allowed.
    n_bytes
        Size after decompression.
    """

    root: object
    extractor: Extractor
    names: tuple[GlobalName, ...]
    n_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PickleCard:
    """What can be said about a pickle before it is opened.

    Parameters
    ----------
    path
        The file.
    n_bytes
        Size of the file.
    mtime_ns
        Time of last change in nanoseconds since 1970.
    sha256
        Hex digest of the file.
    compression
        ``"gzip"``, ``"bz2"``, ``"xz"`` or empty.
    protocol
        Protocol of the pickle; 0 if it declares none.
    n_opcodes
        Instructions that could be read.
    names
        Names that it would import, in order of first mention.
    claims
        Who wrote it, by the class it mentions first. Only its record, checked when it is opened,
        proves that it was us.
    problem
        Why it is not opened, or ``None``.
    """

    path: Path
    n_bytes: int
    mtime_ns: int
    sha256: str
    compression: str
    protocol: int
    n_opcodes: int
    names: tuple[GlobalName, ...]
    claims: Literal["driada_widgets", "driada", "other"]
    problem: str | None


def load(
    source: str | Path | bytes, *, limits: Limits = _DEFAULT, where: str | None = None
) -> Opened:
    """Open a pickle as inert stand-ins; nothing is imported or run on its behalf.

    Parameters
    ----------
    source
        A file, plain or compressed with gzip, bz2 or xz, or the bytes of one.
    limits
        How much it may ask for.
    where
        Name of the file for messages; ``None``: its own.

    Returns
    -------
    Opened
        The stand-ins, and the way to take arrays and plain values out of them.

    Raises
    ------
    UnsafeContentError
        If it mentions a name that is not allowed, or asks for more than an experiment needs.
    CorruptFileError, TruncatedFileError
        If it contradicts itself or ends too early.
    FileTooLargeError
        If it would need more memory than is allowed.
    NotThisFormatError
        If it is plainly something else.
    NotFoundError, StorageError
        If the file cannot be read.
    """
    place, name = _place(source, where)
    with open_content(place, limits, name) as view:
        seen = walk(view, limits, name)
        refuse_if_unfit(seen, name)
        return Opened(
            root=unpickle(view, name),
            extractor=Extractor(n_bytes=len(view), limits=limits, where=name),
            names=seen.names,
            n_bytes=len(view),
        )


def check(source: str | Path | bytes, *, limits: Limits = _DEFAULT) -> None:
    """Raise what stands against opening a pickle, without opening it; errors as ``load``.

    Parameters
    ----------
    source
        A file, plain or compressed, or the bytes of one.
    limits
        How much it may ask for.
    """
    place, name = _place(source, None)
    with open_content(place, limits, name) as view:
        refuse_if_unfit(walk(view, limits, name), name)


def list_globals(
    source: str | Path | bytes, *, limits: Limits = _DEFAULT
) -> tuple[GlobalName, ...]:
    """List the names that a pickle would import; it is read, not opened.

    Parameters
    ----------
    source
        A file, plain or compressed, or the bytes of one.
    limits
        How much of it is read at most.

    Returns
    -------
    tuple of GlobalName
        In order of first mention, each with whether the allow-list has it. If the file is damaged
        these are the names up to there.
    """
    place, name = _place(source, None)
    with open_content(place, limits, name) as view:
        return walk(view, limits, name).names


def describe(path: str | Path, *, limits: Limits = _DEFAULT) -> PickleCard:
    """Say everything about a pickle that can be known without opening it.

    Parameters
    ----------
    path
        The file.
    limits
        How much of it is read at most.

    Raises
    ------
    NotFoundError, StorageError
        If the file cannot be read. Whatever else is wrong is told in the card.
    """
    path = Path(path)
    seen = Walk(names=(), protocol=0, n_opcodes=0, problem=None)
    problem: DataFileError | None = None
    try:
        with open_content(path, limits, path.name) as view:
            seen = walk(view, limits, path.name)
            refuse_if_unfit(seen, path.name)
    except DataFileError as error:
        problem = error
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        compression = compression_of(file.read(16))
    state = path.stat()
    return PickleCard(
        path=path,
        n_bytes=state.st_size,
        mtime_ns=state.st_mtime_ns,
        sha256=digest,
        compression=compression,
        protocol=seen.protocol,
        n_opcodes=seen.n_opcodes,
        names=seen.names,
        claims=_claims(seen),
        problem=None if problem is None else str(problem),
    )


def _place(source: str | Path | bytes, where: str | None) -> tuple[Path | bytes, str]:
    if isinstance(source, bytes):
        return source, where or "the pickle"
    path = Path(source)
    return path, where or path.name


def _claims(seen: Walk) -> Literal["driada_widgets", "driada", "other"]:
    first = (seen.names[0].module, seen.names[0].name) if seen.names else None
    if first == OWN_CLASS:
        return "driada_widgets"
    return "driada" if first == REFERENCE_CLASS else "other"

"""Which bytes a source was: name, size and time at once, the digest when it is needed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from driada_widgets.core.errors import DataFileError
from driada_widgets.core.sources.base import Fingerprint
from driada_widgets.core.sources.recognise import not_found

if TYPE_CHECKING:
    from pathlib import Path

    from driada_widgets.core.report import Progress

__all__ = ["complete", "take"]

_PIECE = 2**20


def take(path: Path) -> Fingerprint:
    """Give name, size and time of last change; the contents are not read.

    Parameters
    ----------
    path
        A file, or a folder: then the sizes of its files are added up and the latest change counts.

    Returns
    -------
    Fingerprint
        Without a digest.

    Raises
    ------
    NotFoundError
        If there is nothing at ``path``.
    """
    try:
        states = [file.stat() for file in _files(path)]
    except FileNotFoundError as error:
        raise not_found(path) from error
    return Fingerprint(
        name=path.name,
        size=sum(state.st_size for state in states),
        mtime_ns=max((state.st_mtime_ns for state in states), default=0),
    )


def complete(
    fingerprint: Fingerprint, path: Path, *, progress: Progress | None = None
) -> Fingerprint:
    """Add the SHA-256 of the contents.

    Parameters
    ----------
    fingerprint
        As ``take`` gave it.
    path
        The same file or folder.
    progress
        Told the bytes done.

    Returns
    -------
    Fingerprint
        With the digest; of a folder, it covers the relative names and contents of its files.

    Raises
    ------
    DataFileError
        If the contents changed since ``take``, or while they were read.
    """
    if fingerprint.sha256 is not None:
        return fingerprint
    if progress is not None:
        progress.begin("Hashing the source", fingerprint.size, unit="bytes")
    if path.is_dir():
        digest = hashlib.sha256()
        for file in _files(path):
            own = _digest(file, progress)
            digest.update(f"{file.relative_to(path).as_posix()}\0{own}\n".encode())
        sha256 = digest.hexdigest()
    else:
        sha256 = _digest(path, progress)
    if take(path) != fingerprint:
        msg = f"{path.name} changed while it was being read; load it again."
        raise DataFileError(msg, where=path.name, fix="load it again")
    return replace(fingerprint, sha256=sha256)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file())
    return [path]


def _digest(path: Path, progress: Progress | None) -> str:
    digest = hashlib.sha256()
    buffer = bytearray(_PIECE)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while n_read := file.readinto(view):
            digest.update(view[:n_read])
            if progress is not None:
                progress.advance(n_read)
    return digest.hexdigest()

"""Tell an archive from other files, and find its manifest from both ends of the file."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NoReturn

from driada_widgets.core.container.layout import (
    has_our_mark,
    manifest_digest_of,
    manifest_position,
)
from driada_widgets.core.container.rawfile import RawFile
from driada_widgets.core.errors import (
    ChecksumError,
    CorruptFileError,
    DataFileError,
    FileTooLargeError,
    NotFoundError,
    NotThisFormatError,
    TruncatedFileError,
)

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["is_archive", "read_manifest"]

_END_BYTES = 512  # holds the last directory record, the end records and the comment
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"


def is_archive(path: Path) -> bool:
    """Say whether a file is, or was before it was damaged, one of our archives.

    Parameters
    ----------
    path
        The file; its suffix does not matter.

    Returns
    -------
    bool
        True if it begins or ends as only our archives do.
    """
    try:
        raw = RawFile(path)
    except (DataFileError, NotFoundError):
        return False
    try:
        head, tail = _ends(raw)
    except DataFileError:
        return False
    finally:
        raw.close()
    return has_our_mark(head) or manifest_digest_of(tail) is not None


def read_manifest(raw: RawFile, max_bytes: int) -> bytes:
    """Read the manifest's text and compare it with its digest in the zip's comment.

    Raises
    ------
    TruncatedFileError, NotThisFormatError, CorruptFileError, ChecksumError, FileTooLargeError
        As `Archive.open` says.
    """
    head, tail = _ends(raw)
    digest = manifest_digest_of(tail)
    position = manifest_position(tail, raw.size)
    if digest is None or position is None:
        _explain(raw, head, tail)
    offset, n_bytes = position
    if n_bytes > max_bytes:
        msg = f"{raw.name} has a manifest of {n_bytes} bytes; the limit is {max_bytes}."
        raise FileTooLargeError(msg, where=raw.name)
    text = raw.read(offset, n_bytes)
    if hashlib.sha256(text).hexdigest() != digest:
        msg = (
            f"The manifest of {raw.name} is damaged: its bytes are not those that were written.\n"
            "Copy the file again, or build it again from its source."
        )
        raise ChecksumError(msg, where="manifest.json")
    return text


def _ends(raw: RawFile) -> tuple[bytes, bytes]:
    return raw.read(0, _END_BYTES), raw.read(max(0, raw.size - _END_BYTES), _END_BYTES)


def _explain(raw: RawFile, head: bytes, tail: bytes) -> NoReturn:
    """Say what a file is whose end is not the end of an archive."""
    name = raw.name
    if not head:
        msg = f"{name} is empty (0 bytes).\nDownload or copy it again."
        raise TruncatedFileError(msg, where=name)
    if manifest_digest_of(tail) is not None:
        msg = f"{name} is damaged: its zip index cannot be used.\nCopy it again."
        raise CorruptFileError(msg, where=name)
    is_zip = head[:4] == _ZIP[: len(head)]
    if is_zip and (has_our_mark(head) or _EMPTY_ZIP not in tail):
        msg = f"{name} is incomplete (zip index missing).\nDownload or copy it again."
        raise TruncatedFileError(msg, where=name)
    msg = (
        f"{name} is not an experiment saved by driada_widgets.\n"
        "If it is a recording, load it as data: give it as data_path, or open it in the panel."
    )
    raise NotThisFormatError(msg, where=name)

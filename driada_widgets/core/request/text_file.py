"""Text files that people write and share: read with a limit, written whole or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from driada_widgets.core.errors import NotFoundError, NotThisFormatError, StorageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_text_file", "write_text_file"]

_MOST_BYTES: Final = 1024**2  # a request of a thousand features has about 50 kB


def read_text_file(file: Path, noun: str, *, expected: str, hint: str = "") -> str:
    """Read a text file.

    Parameters
    ----------
    file
        The file.
    noun
        What it should be: ``"request"``.
    expected
        What such a file holds: ``"YAML text"``.
    hint
        What to do with a file that holds something else.

    Raises
    ------
    NotFoundError
        If there is no such file.
    NotThisFormatError
        If it is too large, or is not text.
    StorageError
        If it cannot be read.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except FileNotFoundError as error:
        msg = f"There is no {noun} {str(file)!r}. Check the name and the folder."
        raise NotFoundError(msg, where=str(file)) from error
    except OSError as error:
        msg = f"The {noun} {file.name} cannot be read: {error.strerror or error}."
        raise StorageError(msg, where=str(file)) from error
    if len(content) <= _MOST_BYTES:
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
    msg = f"{file.name} is not a {noun}: it is not {expected}. {hint}".strip()
    raise NotThisFormatError(msg, where=file.name, expected=expected)


def write_text_file(file: Path, text: str, noun: str) -> None:
    """Write a text file in one step: an old one of this name is there until the new one is whole.

    Raises
    ------
    StorageError
        If it cannot be written; an old file of this name is then still there.
    """
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        msg = f"The {noun} cannot be saved as {str(file)!r}: {error.strerror or error}."
        raise StorageError(msg, where=str(file)) from error

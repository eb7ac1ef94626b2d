"""Small files from a person's own computer: received in pieces, kept under a root."""

from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING

from driada_widgets.core.errors import FileTooLargeError, LoaderError, ParameterError, StorageError
from driada_widgets.core.experiment.naming import folder_name
from driada_widgets.core.machine import format_bytes
from driada_widgets.core.store.atomic import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FOLDER", "Upload", "safe_name", "upload_limit"]

UPLOAD_VARIABLE = "DRIADA_WIDGETS_UPLOAD_BYTES"
UPLOAD_BYTES = 64 * 2**20
"""Greatest upload where the variable says nothing, as in a notebook of one's own."""
FOLDER = "uploads"
_MOST_NAME_BYTES = 110  # folder_name allows 120; " (99)" and an ending must fit too
_MOST_COPIES = 99


def upload_limit() -> int:
    """Give the greatest size in bytes; 0 takes no uploads."""
    text = os.environ.get(UPLOAD_VARIABLE, "").strip()
    return int(text) if text.isdecimal() else UPLOAD_BYTES


def safe_name(name: str) -> str:
    """Make a file name that is one on every system, and no path.

    Parameters
    ----------
    name
        As the browser told it.

    Returns
    -------
    str
        The last part, in Unicode form NFC; what cannot stand in a name is ``_``.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join("_" if _is_odd(letter) else letter for letter in last).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        stem, ending = kept, ""
    room = _MOST_NAME_BYTES - len(ending[:20].encode()) - 1
    stem = stem.encode()[:room].decode(errors="ignore").strip(" .")
    made = f"{stem or 'recording'}{dot}{ending[:20]}"
    try:
        return folder_name(made)
    except LoaderError:
        return f"file_{made.replace('..', '__')}"  # such as the name of a device of Windows


def _is_odd(letter: str) -> bool:
    category = unicodedata.category(letter)
    return letter in '<>:"|?*%' or category in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


class Upload:
    """One file on its way.

    Parameters
    ----------
    name
        As the browser told it.
    n_bytes
        Size that the browser told.

    Raises
    ------
    FileTooLargeError
        If it is above the limit.
    """

    def __init__(self, name: str, n_bytes: int) -> None:
        limit = upload_limit()
        if n_bytes > limit:
            msg = (
                f"{name!r} has {format_bytes(n_bytes)}; uploads are taken up to "
                f"{format_bytes(limit)}.\nCopy it into a folder of this page and choose it there."
            )
            raise FileTooLargeError(msg, where=name, found=str(n_bytes), expected=str(limit))
        self.name = name
        self.n_bytes = n_bytes
        self._pieces: list[bytes] = []
        self._n_received = 0

    @property
    def n_received(self) -> int:
        """Bytes that have come."""
        return self._n_received

    @property
    def is_complete(self) -> bool:
        """Whether all bytes have come."""
        return self._n_received == self.n_bytes

    def receive(self, piece: bytes) -> None:
        """Take the next piece.

        Raises
        ------
        ParameterError
            If more comes than was told.
        """
        if not piece or self._n_received + len(piece) > self.n_bytes:
            msg = f"{self.name!r} changed while it was sent. Choose it again."
            raise ParameterError(msg, where=self.name)
        self._pieces.append(piece)
        self._n_received += len(piece)

    def keep(self, root: Path) -> Path:
        """Write the file into ``{root}/uploads``, whole or not at all.

        Parameters
        ----------
        root
            A folder that may be written.

        Returns
        -------
        Path
            Where it is. A name that is taken is not overwritten: the file gets ``name (2)``,
            unless the one that is there is the same.

        Raises
        ------
        ParameterError
            If not all of it has come.
        StorageError
            If it cannot be written.
        """
        if not self.is_complete:
            msg = f"Only {self._n_received:,} of {self.n_bytes:,} bytes of {self.name!r} came."
            raise ParameterError(msg, where=self.name, fix="choose it again")
        content = b"".join(self._pieces)
        folder = root.resolve() / FOLDER
        if not folder.resolve().is_relative_to(root.resolve()):
            msg = f"The folder {FOLDER!r} leads outside. Remove the link, or copy the file by hand."
            raise StorageError(msg, where=str(folder))
        target, is_there = _free_name(folder, safe_name(self.name), content)
        if not is_there:
            try:
                write_atomically(target, lambda file: file.write(content), needed=len(content))
            except BaseException:
                target.unlink(missing_ok=True)  # the empty file that held the name
                raise
        return target


def _free_name(folder: Path, name: str, content: bytes) -> tuple[Path, bool]:
    """Reserve a name that nothing has, or find the file that is the same already."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, f".{ending}") if dot else (name, "")
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, _MOST_COPIES + 1):
        path = folder / (f"{stem}{ending}" if number == 1 else f"{stem} ({number}){ending}")
        try:
            path.open("xb").close()
        except FileExistsError:
            if _holds(path, content):
                return path, True
            continue
        except OSError as error:
            msg = f"{path.name!r} cannot be written to {folder}: {error.strerror}."
            raise StorageError(msg, where=str(folder)) from error
        return path, False
    msg = f"There are {_MOST_COPIES} files named like {name!r} in {folder}. Give it another name."
    raise StorageError(msg, where=str(folder))


def _holds(path: Path, content: bytes) -> bool:
    try:
        is_same_size = path.is_file() and path.stat().st_size == len(content)
        return is_same_size and path.read_bytes() == content
    except OSError:
        return False

"""Say in plain words what a file is that no reader takes, from its first bytes."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from driada_widgets.core.errors import (
    DataFileError,
    NotFoundError,
    NotThisFormatError,
    TruncatedFileError,
)
from driada_widgets.core.report import Note

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "empty_error",
    "expected_format",
    "first_bytes",
    "not_found",
    "refusal",
    "refusal_of_message",
    "suffix_notes",
]

N_SNIFFED = 512
# A page keeps its title and its words about quotas well within this.
N_PAGE = 65_536
N_TITLE = 120
# Too short for the smallest header of any format.
N_TINY = 8

_HDF5, _TEXT = "an HDF5 file", "a text"
_TABLES = frozenset({"CSV", "TSV"})
_LABELS = {
    ".npz": "NPZ",
    ".mat": "MATLAB",
    ".h5": "HDF5",
    ".hdf5": "HDF5",
    ".nwb": "NWB",
    ".csv": "CSV",
    ".tsv": "TSV",
}

_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"MATLAB 5.0 MAT-file", "a MATLAB file (version 5)", "save its arrays as NPZ"),
    (b"MATLAB 7.3 MAT-file", "a MATLAB file (version 7.3)", "save its arrays as NPZ"),
    (b"\x89HDF\r\n\x1a\n", _HDF5, "save its arrays as NPZ"),
    (
        b"\x93NUMPY",
        "a single NumPy array (.npy)",
        "name it and its companions: numpy.savez('recording.npz', calcium=array, ...)",
    ),
    (b"version https://git-lfs", "a Git LFS pointer, not the data", "run: git lfs pull"),
    (b"\x1f\x8b", "a gzip file", "unpack it"),
    (b"BZh", "a bzip2 file", "unpack it"),
    (b"\xfd7zXZ\x00", "an xz file", "unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it"),
    (b"CDF", "a NetCDF file (version 3)", "save its arrays as NPZ"),
    (b"II*\x00", "a TIFF image", "extract the traces of the cells first"),
    (b"MM\x00*", "a TIFF image", "extract the traces of the cells first"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image", "choose the data file"),
    (b"\xff\xd8\xff", "a JPEG image", "choose the data file"),
    (b"%PDF-", "a PDF document", "choose the data file"),
    (b"SQLite format 3\x00", "an SQLite database", "choose the data file"),
    (b"\xd0\xcf\x11\xe0", "an old Microsoft Office document", "save its numbers as NPZ"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """What a file is, to finish the sentence "... is"; what it says; what to do about it."""

    kind: str
    says: str = ""
    fix: str = "choose a data file"


def first_bytes(path: Path, n_bytes: int = N_SNIFFED) -> bytes:
    """Give the first bytes of a file; nothing for a folder, or a pipe, which may never answer."""
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(n_bytes)


def expected_format(path: Path) -> str:
    """Say which format the suffix promises, such as ``"NPZ"``."""
    return _LABELS.get(path.suffix.lower(), "a format that can be read")


def not_found(path: Path) -> NotFoundError:
    """Give the error for a file that is not there."""
    fix = "look for it under another name, or connect the disk that holds it"
    return NotFoundError(f"Data file not found: {path}", where=str(path), fix=fix)


def suffix_notes(path: Path, label: str, suffixes: tuple[str, ...]) -> tuple[Note, ...]:
    """Say that a file's name promises another format than its bytes are; nothing if they agree.

    Parameters
    ----------
    path
        The file.
    label
        What it is, such as ``"an NPZ file"``.
    suffixes
        How names of this format end, in lower case.
    """
    if path.name.lower().endswith(suffixes):
        return ()
    named = f"ends with {path.suffix!r}" if path.suffix else "has no ending"
    text = f"{path.name} is {label}, although its name {named}."
    return (Note(id="suffix-mismatch", level="info", subject=path.name, text=text),)


def empty_error(path: Path) -> TruncatedFileError:
    """Give the error for a file without a byte."""
    msg = f"{path.name} is empty (0 bytes); download or copy it again."
    return TruncatedFileError(
        msg, where=path.name, found="0 bytes", fix="download or copy it again"
    )


def refusal_of_message(path: Path) -> NotThisFormatError | None:
    """Give the error for a server's page or message that was saved as data, or ``None``.

    Parameters
    ----------
    path
        A file.

    Returns
    -------
    NotThisFormatError or None
        Names the page's title or the message, which says why there is no data.
    """
    finding = _find_message(first_bytes(path, N_PAGE))
    return None if finding is None else _to_error(path, finding, expected_format(path))


def refusal(path: Path, *, expected: str | None = None, readable: str = "") -> DataFileError:
    """Give the error for a file that is not what its name or a reader expects.

    Parameters
    ----------
    path
        A file or folder that exists.
    expected
        Format that was expected, such as ``"NPZ"``; ``None``: by the suffix.
    readable
        What can be read, to end the message with.

    Returns
    -------
    DataFileError
        ``TruncatedFileError`` if too little or nothing but zeros is there, else
        ``NotThisFormatError``, which says what the file is.
    """
    expected = expected or expected_format(path)
    if path.is_dir():
        folder = _Finding(kind="a folder", fix="choose a file in it")
        return _to_error(path, folder, expected, readable)
    if not path.is_file():
        return _to_error(path, _Finding(kind="a device or a pipe"), expected, readable)
    head = first_bytes(path, N_PAGE)
    cut = _truncation(path, head)
    return cut or _to_error(path, _named(_find(head), expected_format(path)), expected, readable)


def _truncation(path: Path, head: bytes) -> TruncatedFileError | None:
    if not head:
        return empty_error(path)
    if len(head) < N_TINY:
        found = f"{len(head)} byte{'s' if len(head) > 1 else ''}"
    elif not head.strip(b"\0"):
        found = "its first bytes are all zero"
    else:
        return None
    msg = f"{path.name} is incomplete ({found}); download or copy it again."
    return TruncatedFileError(msg, where=path.name, found=found, fix="download or copy it again")


def _to_error(
    path: Path, finding: _Finding, expected: str, readable: str = ""
) -> NotThisFormatError:
    says = f"; {finding.says}" if finding.says else ""
    name = path.name or str(path)
    is_expected = expected in finding.kind.split()
    but = "which this version does not read" if is_expected else f"not {expected}"
    msg = f"{name} is {finding.kind}, {but}{says}; {finding.fix}."
    if readable:
        msg += f"\nWhat can be read: {readable}."
    return NotThisFormatError(
        msg, where=name, found=finding.kind, expected=expected, fix=finding.fix
    )


def _find(head: bytes) -> _Finding:
    message = _find_message(head)
    if message is not None:
        return message
    for signature, kind, fix in _SIGNATURES:
        if head.startswith(signature):
            return _Finding(kind=kind, fix=fix)
    if head.startswith(b"PK"):
        return _find_zip(head)
    if _is_pickle(head):
        return _Finding(kind="a Python pickle", fix="open it as a saved experiment")
    if head[4:8] == b"ftyp" or head.startswith(b"RIFF"):
        return _Finding(kind="a video or sound", fix="extract the traces of the cells first")
    return _find_text(head)


def _named(finding: _Finding, promised: str) -> _Finding:
    """Call text and HDF5 what the name of the file promises, where the bytes allow it."""
    if finding.kind == _TEXT and promised in _TABLES:
        return replace(finding, kind=f"a {promised} file", fix="save its numbers as NPZ")
    if finding.kind == _HDF5 and promised == "NWB":
        return replace(finding, kind="an NWB file (HDF5)")
    return finding


def _find_message(head: bytes) -> _Finding | None:
    """Recognise what a server sends instead of data: a page, a JSON or an XML error."""
    text = head.decode("utf-8", errors="replace").lstrip("\ufeff \t\r\n")
    start = text[:N_SNIFFED].lower()
    if start.startswith(("<!doctype html", "<html", "<head")):
        return _find_page(text)
    if re.match(r'\{\s*"error', start):
        return _Finding(
            kind="a JSON error message", says=_json_message(text), fix="download it again"
        )
    if start.startswith("<?xml") and "<error" in start:
        code = re.search(r"<code>([^<]*)</code>", text, re.IGNORECASE)
        says = f"error: {_one_line(code.group(1))}" if code else ""
        return _Finding(kind="an XML error message", says=says, fix="download it again")
    return None


def _find_page(text: str) -> _Finding:
    found = re.search(r"<title[^>]*>(.*?)</title", text, re.IGNORECASE | re.DOTALL)
    title = _one_line(html.unescape(found.group(1))) if found else ""
    says = f"title: {title}" if title else ""
    if "quota" in text.lower() or "too many users" in text.lower():
        return _Finding(kind="a web page", says=says, fix="try again in about 24 h")
    if "sign in" in title.lower() or "log in" in title.lower():
        return _Finding(kind="a web page", says=says, fix="sign in, then download it again")
    return _Finding(kind="a web page", says=says, fix="download the data file itself")


def _json_message(text: str) -> str:
    """Give the message of a JSON error body; the body may be cut."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    if not isinstance(message, str):
        found = re.search(r'"message"\s*:\s*"([^"]*)"', text)
        message = found.group(1) if found else ""
    return f"error: {_one_line(message)}" if message else ""


def _find_zip(head: bytes) -> _Finding:
    if b"[Content_Types].xml" in head[:N_SNIFFED]:
        return _Finding(kind="an Office document (Excel, Word)", fix="save its numbers as NPZ")
    return _Finding(kind="a ZIP archive without arrays", fix="unpack it, or choose a data file")


def _find_text(head: bytes) -> _Finding:
    if b"\0" in head[:N_SNIFFED]:
        return _Finding(kind="binary data of an unknown kind")
    try:
        head[:N_SNIFFED].decode("utf-8")
    except UnicodeDecodeError as error:
        # A character may be cut at the end of what was read.
        if error.start < len(head[:N_SNIFFED]) - 3:
            return _Finding(kind="binary data of an unknown kind")
    first_line = _one_line(head.decode("utf-8", errors="replace").lstrip().split("\n")[0])
    if first_line.startswith(("{", "[")):
        return _Finding(kind="a JSON text", fix="choose the data file beside it")
    return _Finding(kind=_TEXT, says=f"first line: {first_line[:60]!r}")


def _is_pickle(head: bytes) -> bool:
    # Protocol 2 and later: the opcode PROTO and the protocol's number.
    return len(head) > 2 and head[0] == 0x80 and 2 <= head[1] <= 5


def _one_line(text: str) -> str:
    """Join white space and drop what cannot be shown; the text comes from a stranger."""
    joined = " ".join(text.split())
    return "".join(char for char in joined if char.isprintable())[:N_TITLE]

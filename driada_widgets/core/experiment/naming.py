"""Session names: how one is made, how a lab file name is read, and which may name a folder."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Mapping
from numbers import Integral
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from driada_widgets.core.errors import MissingKeyError, ParameterError

__all__ = [
    "MAX_FOLDER_BYTES",
    "construct_session_name",
    "folder_name",
    "near_folder_name",
    "parse_iabs_filename",
]

MAX_FOLDER_BYTES = 120
"""Longest name of a folder in UTF-8 bytes; leaves room for prefixes and suffixes within 255."""

IABS_KEYS = ("track", "animal_id", "session")
IABS_TRACKS = frozenset({"HT", "RT", "FS", "FcOY", "STFP", "AP", "NOF", "Trace", "CC"})
NAMING_KEYS = ("experiment", "subject", "animal_id", "session", "date")
LONGEST_NAME_IN_PARTS = 4

# Device names that Windows refuses with any extension, and characters it refuses anywhere:
# "Naming Files, Paths, and Namespaces", Microsoft Learn.
WINDOWS_DEVICES = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE
)
WINDOWS_REFUSES = '<>:"|?*'


def construct_session_name(
    data_source: str, exp_params: Mapping[str, Any], allow_unknown: bool = True
) -> str:
    """Name a recording from its parameters.

    Parameters
    ----------
    data_source
        Lab or project. ``"IABS"`` needs ``track``, ``animal_id`` and ``session``.
    exp_params
        Parameters of the recording. Other sources use ``name`` as it is, else the first four
        present of ``experiment``, ``subject``, ``animal_id``, ``session``, ``date``, else the
        local time. Entries that form the name are texts or whole numbers.
    allow_unknown
        Whether IABS tracks other than the known ones are accepted.

    Returns
    -------
    str
        The name. It is not checked for use as a folder; see ``folder_name``.

    Raises
    ------
    MissingKeyError
        If entries that IABS needs are missing; the text names all of them.
    ParameterError
        If an entry that forms the name is neither text nor a whole number, or the track is
        unknown and not allowed.

    Examples
    --------
    >>> construct_session_name("IABS", {"track": "STFP", "animal_id": "M123", "session": 1})
    'STFP_M123_1'
    >>> construct_session_name("Lab", {"subject": "rat42", "experiment": "maze"})
    'maze_rat42'
    """
    _check_mapping(exp_params)
    if data_source == "IABS":
        return _iabs_name(exp_params, allow_unknown=allow_unknown)
    if "name" in exp_params:
        return _text_of("name", exp_params["name"])
    present = [key for key in NAMING_KEYS if key in exp_params][:LONGEST_NAME_IN_PARTS]
    if present:
        return "_".join(_text_of(key, exp_params[key]) for key in present)
    return f"{data_source}_{time.strftime('%Y%m%d_%H%M%S')}"


def _check_mapping(exp_params: object) -> None:
    if not isinstance(exp_params, Mapping):
        msg = f"exp_params must be a dictionary, got {type(exp_params).__name__}"
        raise TypeError(msg)


def _iabs_name(exp_params: Mapping[str, Any], *, allow_unknown: bool) -> str:
    missing = [key for key in IABS_KEYS if key not in exp_params]
    if missing:
        msg = (
            f"exp_params needs {', '.join(map(repr, missing))}: a recording of IABS is named by "
            f"{', '.join(IABS_KEYS)}."
        )
        raise MissingKeyError(msg, where=missing[0], expected=", ".join(IABS_KEYS))
    track, animal, session = (_text_of(key, exp_params[key]) for key in IABS_KEYS)
    if track not in IABS_TRACKS and not allow_unknown:
        msg = f"Unknown track: {track}!"
        raise ParameterError(msg, where="track", found=track, expected=", ".join(IABS_TRACKS))
    if track == "HT":
        return f"{animal}_HT{session}"
    if track == "RT":
        return f"RT_{animal}_{session}D"
    if track == "FS":
        return f"FS{animal}_{session}D"
    return f"{track}_{animal}_{session}"


def _text_of(key: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, bool) and isinstance(value, Integral):
        return str(int(value))
    msg = (
        f"exp_params[{key!r}] forms the name of the experiment and must be text or a whole "
        f"number, got {type(value).__name__}: {value!r}. Write it as text."
    )
    raise ParameterError(msg, where=key, found=repr(value), expected="str or int")


def parse_iabs_filename(filename: str | Path) -> dict[str, str | None] | None:
    """Read track, animal and session from the name of a lab file.

    Parameters
    ----------
    filename
        Such as ``"NOF_H01_1D syn data.npz"``; a path's folder does not count.

    Returns
    -------
    dict or None
        ``track``, ``animal_id`` and ``session`` in upper case and ``suffix`` (the rest, or
        ``None``); ``None`` if the name has fewer than three parts.

    Examples
    --------
    >>> parse_iabs_filename("nof_h01_1d syn data.npz")
    {'track': 'NOF', 'animal_id': 'H01', 'session': '1D', 'suffix': 'syn data'}
    """
    parts = Path(filename).stem.split("_")
    if len(parts) < 3:
        return None
    session, _, rest = parts[2].partition(" ")
    suffix = "_".join([rest, *parts[3:]] if " " in parts[2] else parts[3:])
    return {
        "track": parts[0].upper(),
        "animal_id": parts[1].upper(),
        "session": session.upper(),
        "suffix": suffix or None,
    }


def folder_name(name: str) -> str:
    """Check that a name may name a folder on every system, and give it in Unicode form NFC.

    Archives travel between computers, so what one system refuses is refused on all.

    Parameters
    ----------
    name
        Session name as text.

    Returns
    -------
    str
        The name, NFC-normalised.

    Raises
    ------
    ParameterError
        If the name could leave its folder or cannot be created somewhere.

    Examples
    --------
    >>> folder_name("NOF_H01_1D")
    'NOF_H01_1D'
    """
    _check_text(name)
    normal = unicodedata.normalize("NFC", name)
    complaint = _folder_complaint(normal)
    if complaint is None:
        return normal
    shown = repr(name if len(name) <= 80 else name[:77] + "...")
    fix = "give another name, for example exp_params={'name': ...}"
    msg = f"{shown} cannot name a folder: {complaint}. Choose another name."
    raise ParameterError(msg, where="name", found=shown, expected=complaint, fix=fix)


def near_folder_name(name: str) -> str:
    """Give the nearest name that may name a folder on every system.

    Parameters
    ----------
    name
        Any text, such as the name of a file.

    Returns
    -------
    str
        ``folder_name`` takes it as it is.

    Examples
    --------
    >>> near_folder_name("<img src=x>: a/b.")
    'img src=x a b'
    """
    text = unicodedata.normalize("NFC", name)
    if _escapes(unquote(text)):
        text = text.replace("%", " ")
    kept = "".join(" " if _is_refused(letter) else letter for letter in text)
    kept = " ".join(re.sub(r"\.{2,}", ".", kept).split())
    cut = kept.encode()[: MAX_FOLDER_BYTES - 1].decode(errors="ignore").strip(" .")
    return f"_{cut}" if WINDOWS_DEVICES.fullmatch(cut) else cut or "recording"


def _is_refused(letter: str) -> bool:
    refused = letter in WINDOWS_REFUSES or letter in "/\\"
    return refused or unicodedata.category(letter) in {"Cc", "Cs"}


def _escapes(text: str) -> bool:
    return any(bad in text for bad in ("/", "\\", "..", "\0"))


def _check_text(name: object) -> None:
    if not isinstance(name, str):
        msg = f"The name of an experiment must be text, got {type(name).__name__}: {name!r}."
        raise ParameterError(msg, where="name", found=repr(name), expected="str")


def _folder_complaint(name: str) -> str | None:
    decoded = unquote(name)
    size = len(name.encode("utf-8", errors="surrogatepass"))
    rules = (
        (not name.strip(), "name may not be empty"),
        (
            _escapes(name) or _escapes(decoded),
            "name may not contain / \\ .. or NUL",
        ),
        (name.endswith((".", " ")), "name may not end with a dot or a space"),
        (
            any(
                letter in WINDOWS_REFUSES or unicodedata.category(letter) == "Cc" for letter in name
            ),
            f"name may not contain control characters or any of {WINDOWS_REFUSES}",
        ),
        (
            any(unicodedata.category(letter) == "Cs" for letter in name),
            "name may not contain broken Unicode (lone surrogates)",
        ),
        (bool(WINDOWS_DEVICES.fullmatch(name)), "name may not be a device name of Windows"),
        (
            size > MAX_FOLDER_BYTES,
            f"name may have at most {MAX_FOLDER_BYTES} bytes in UTF-8, this one has {size}",
        ),
    )
    return next((complaint for broken, complaint in rules if broken), None)

"""A request as text: YAML and JSON, in memory and in files."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.paths import user_path
from driada_widgets.core.request.reading import SCHEMA_KEY, from_dict
from driada_widgets.core.request.text_file import read_text_file, write_text_file
from driada_widgets.core.request.writing import canonical, not_replayable, to_dict
from driada_widgets.core.request.yaml_form import read_yaml, write_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from driada_widgets.core.request.model import LoadRequest

__all__ = [
    "REQUEST_SUFFIXES",
    "canonical",
    "from_dict",
    "from_json",
    "from_yaml",
    "not_replayable",
    "read_request",
    "to_dict",
    "to_entries",
    "to_json",
    "to_yaml",
    "without_folders",
    "write_request",
]

REQUEST_SUFFIXES: Final = (".yaml", ".yml", ".json")
_OPEN_GROUPS: Final = frozenset({"source", "features"})
_FILES: Final = frozenset({"file", "folder", "saved"})
_NOTES: Final = {
    "source": "path is relative to this file",
    "features": "a feature that is not listed, and looks circular, is taken as linear",
    "bad_frames": "[100, 121] is frames 100 to 120; a number alone is one frame",
    "nan": "what is done with missing values: raise, bad_frames, interpolate or drop",
    "root": "relative to the folder in which the command runs",
}


def to_yaml(request: LoadRequest) -> str:
    """Write a request as YAML; what has its default is left out.

    Raises
    ------
    ParameterError
        If a value cannot be written down; the message names it and a way out.
    """
    tree = to_dict(request)
    notes = {name: note for name, note in _NOTES.items() if _holds(name, request)}
    missing = "".join(f"# Not replayable: {reason}\n" for reason in not_replayable(request))
    return missing + write_yaml(tree, open_groups=_OPEN_GROUPS, notes=notes)


def _holds(name: str, request: LoadRequest) -> bool:
    """Say whether the comment above a field is true of a request."""
    if name == "features":
        # Where some types only write down what was detected, the list was made complete.
        choices = (request.features or {}).values()
        return request.chooses_types and not any(choice.as_detected for choice in choices)
    path = request.root if name == "root" else request.source.path
    if name == "source" and request.source.kind not in _FILES:
        return False
    return name not in {"source", "root"} or (path is not None and not path.is_absolute())


def to_entries(request: LoadRequest) -> str:
    """Write only what differs from the defaults as YAML, a line a field, for messages."""
    tree = to_dict(request)
    del tree[SCHEMA_KEY]
    return write_yaml(tree, open_groups=frozenset(), notes={}, width=None)


def from_yaml(text: str) -> LoadRequest:
    """Read a request from YAML.

    Raises
    ------
    ParameterError
        If the text is not YAML, an entry is unknown (with the nearest match) or given twice, or a
        value is of the wrong kind. The message names the path of the entry and its line.
    """
    value, lines = read_yaml(text)
    return from_dict(_given(value), lines=lines)


def to_json(request: LoadRequest) -> str:
    """Write a request as JSON: the tree of ``to_dict``.

    Raises
    ------
    ParameterError
        If a value cannot be written down.
    """
    return json.dumps(to_dict(request), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str) -> LoadRequest:
    """Read a request from JSON.

    Raises
    ------
    ParameterError
        As ``from_yaml``; the line is named only where the text is not JSON at all.
    """
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        msg = f"This is not JSON that can be read (line {error.lineno}): {error.msg}."
        raise ParameterError(msg, where=f"line {error.lineno}") from error
    except RecursionError as error:
        msg = "This is not JSON that can be read: it is nested too deeply."
        raise ParameterError(msg) from error
    return from_dict(_given(value))


def _given(value: Any) -> Any:
    if value is None:
        msg = f"The request is empty. Its first line should be '{SCHEMA_KEY}: 1'."
        raise ParameterError(msg, found="nothing")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for key, value in pairs:
        if key in entries:
            msg = f"The entry {key!r} is given twice. Leave one out."
            raise ParameterError(msg, where=key, fix="leave one out")
        entries[key] = value
    return entries


def _refuse_constant(word: str) -> NoReturn:
    msg = f"The request holds {word}. Give a finite number, or leave the entry out."
    raise ParameterError(msg, found=word, expected="a finite number")


def read_request(path: str | Path) -> LoadRequest:
    """Read a request from a YAML or JSON file.

    Parameters
    ----------
    path
        The file; ``.json`` is read as JSON, anything else as YAML. A relative ``source.path`` and
        ``save.path`` in it are relative to its folder; ``~`` is the user's folder.

    Raises
    ------
    NotFoundError
        If there is no such file.
    NotThisFormatError
        If the file is too large, or is not text.
    ParameterError
        If the request has a mistake; the message names the file, the entry and its line.
    """
    file = Path(path)
    hint = "To load it as data, choose it as the data file."
    text = read_text_file(file, "request", expected="YAML or JSON text", hint=hint)
    try:
        request = from_json(text) if file.suffix.lower() == ".json" else from_yaml(text)
    except ParameterError as error:
        msg = f"{file.name}: {error.message}"
        raise ParameterError(
            msg, where=error.where, found=error.found, expected=error.expected, fix=error.fix
        ) from error
    return _with_paths(request, lambda inner: file.parent / user_path(inner))


def write_request(request: LoadRequest, path: str | Path) -> Path:
    """Write a request to a ``.yaml``, ``.yml`` or ``.json`` file, whole or not at all.

    Paths inside the folder of the file are written relative to it, others in full, so that the
    folder can be moved or shared.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ParameterError
        If the suffix is another, or a value cannot be written down.
    StorageError
        If the file cannot be written; an old file of this name is then still there.
    """
    file = Path(path)
    write = _WRITERS.get(file.suffix.lower())
    if write is None:
        msg = f"A request is saved as .yaml or .json; got {file.name!r}."
        raise ParameterError(msg, where=file.name, expected=".yaml, .yml or .json")
    folder = Path(os.path.abspath(file.parent))  # noqa: PTH100  # symbolic links stay as they are
    text = write(_with_paths(request, lambda inner: _relative(inner, folder)))
    write_text_file(file, text, "request")
    return file


def _with_paths(request: LoadRequest, turn: Callable[[Path], Path]) -> LoadRequest:
    """Turn the paths that belong to the file of a request; a demo's path is a name, not a path."""
    source, save = request.source, request.save
    if source.path is not None and source.kind in _FILES:
        source = replace(source, path=turn(source.path))
    if save is not None and save.path is not None:
        save = replace(save, path=turn(save.path))
    return replace(request, source=source, save=save)


def without_folders(request: LoadRequest, folders: Sequence[Path]) -> LoadRequest:
    """Give a request that names no place of this computer, for what is shown to others.

    Parameters
    ----------
    request
        Any request.
    folders
        What lies in one of these is written relative to it; of other full paths the name stays.
    """

    def place(path: Path) -> Path:
        for folder in folders:
            if path.is_relative_to(folder):
                return path.relative_to(folder)
        return Path(path.name) if path.is_absolute() else path

    return replace(_with_paths(request, place), root=place(request.root))


def _relative(path: Path, folder: Path) -> Path:
    full = Path(os.path.abspath(path))  # noqa: PTH100  # symbolic links stay as they are
    return full.relative_to(folder) if full.is_relative_to(folder) else full


_WRITERS: Final = {".yaml": to_yaml, ".yml": to_yaml, ".json": to_json}

"""A profile as YAML: read strictly, with the nearest match for a name that is not known."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from driada_widgets.core.errors import ParameterError, StorageError
from driada_widgets.core.request.model import LoadRequest
from driada_widgets.core.request.plain import describe, join_path, to_plain
from driada_widgets.core.request.profile import GROUPS, RECORDING, Profile, is_free
from driada_widgets.core.request.reading import SCHEMA_KEY, from_dict
from driada_widgets.core.request.text_file import read_text_file, write_text_file
from driada_widgets.core.request.writing import to_dict
from driada_widgets.core.request.yaml_form import read_yaml, write_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "PROFILE_SUFFIXES",
    "profile_from_yaml",
    "profile_to_yaml",
    "read_profile",
    "write_profile",
]

PROFILE_SUFFIXES: Final = (".yaml", ".yml")
_KEY: Final = "profile"
_SCHEMA: Final = 1
_ENTRIES: Final = (_KEY, "title", "request", "free", "choices", "answered")
_NOTES: Final = {
    "request": "locked for every recording, but for the fields listed under free",
    "free": "what is filled in for each recording",
    "choices": "what the fields offer; a pattern such as recordings/*.npz lists files",
    "answered": "questions of the check that were answered with: keep as it is",
}
_PARTS: Final = {
    "source": ("kind", "data_source", "path", "neural"),
    "save": ("path", "as"),
}

_Lines = Mapping[tuple[str | int, ...], int]


def profile_from_yaml(text: str) -> Profile:
    """Read a profile from YAML.

    Raises
    ------
    ParameterError
        If the text is not YAML, an entry is unknown (with the nearest match), a value is of the
        wrong kind, or the profile cannot serve more than one recording. The message names the
        entry and its line.
    """
    tree, lines = read_yaml(text)
    return _Reading(lines).profile(tree)


class _Reading:
    """One profile being read; knows the line of each entry."""

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines

    def profile(self, tree: Any) -> Profile:
        if not isinstance(tree, Mapping) or _KEY not in tree:
            msg = f"This is not a profile: its first line should be '{_KEY}: {_SCHEMA}'."
            raise ParameterError(msg, expected=f"{_KEY}: {_SCHEMA}")
        for key in tree:
            if key not in _ENTRIES:
                self._refuse((key,), "is not an entry of a profile.", _near(key, _ENTRIES))
        self._check_schema(tree[_KEY])
        return self._checked(
            Profile(
                title=self._text(tree.get("title"), ("title",)),
                request=self._request(tree.get("request")),
                free=self._free(tree.get("free")),
                choices=self._choices(tree.get("choices")),
                answered=self._texts(tree.get("answered"), ("answered",)),
            )
        )

    def _check_schema(self, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self._refuse_value((_KEY,), f"the number {_SCHEMA}", value)
        if value > _SCHEMA:
            self._refuse(
                (_KEY,), f"is {value}: a newer version wrote this.", "Update driada-widgets."
            )

    def _request(self, tree: Any) -> LoadRequest:
        if tree is None:
            return LoadRequest()
        inner = {path[1:]: line for path, line in self._lines.items() if path[:1] == ("request",)}
        return from_dict(tree, lines=inner)

    def _free(self, value: Any) -> tuple[str, ...]:
        names = self._texts(value, ("free",))
        for index, name in enumerate(names):
            self._check_field(name, ("free", index))
        return tuple(dict.fromkeys(names))

    def _check_field(self, name: str, path: tuple[str | int, ...]) -> None:
        """Refuse what names no field of a request, or a part of one that is free as a whole."""
        known = [each.name for each in fields(LoadRequest)]
        top, dot, key = name.partition(".")
        if top in _PARTS:
            names = [f"{top}.{part}" for part in _PARTS[top]]
            if dot and key not in _PARTS[top]:
                self._refuse(
                    path, f"is {name!r}, which is not a field of a request.", _near(name, names)
                )
        elif top not in known:
            listed = [f"{group}.{part}" for group in _PARTS for part in _PARTS[group]]
            hint = _near(name, (*known, *listed))
            self._refuse(path, f"is {name!r}, which is not a field of a request.", hint)
        elif dot and (top not in GROUPS or not key):
            self._refuse(path, f"is {name!r}: {top} is free as a whole.", f"Write {top!r}.")

    def _choices(self, value: Any) -> dict[str, tuple[str | float, ...] | str]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self._refuse_value(("choices",), "a group such as exp_params.animal_id: [m1]", value)
        return {name: self._offered(name, offered) for name, offered in value.items()}

    def _offered(self, name: str, value: Any) -> tuple[str | float, ...] | str:
        path = ("choices", name)
        self._check_field(name, path)
        if isinstance(value, str) and name == RECORDING:
            if "**" in value or not value.strip():
                fix = "Name its folder, such as recordings/*.npz or recordings/*/*.npz."
                self._refuse(path, "must name one folder.", fix)
            return value
        if not isinstance(value, list) or not value:
            self._refuse_value(path, "a list of values, such as [m1, m2]", value)
        return tuple(self._choice(item, (*path, at)) for at, item in enumerate(value))

    def _choice(self, value: Any, path: tuple[str | int, ...]) -> str | float:
        plain = to_plain(value, path)
        if isinstance(plain, bool) or not isinstance(plain, (str, int, float)):
            self._refuse_value(path, "a text or a number", value)
        return plain

    def _checked(self, profile: Profile) -> Profile:
        """Refuse what could not serve many recordings."""
        request = profile.request
        for name in profile.choices:
            if not is_free(profile, name):
                self._refuse(("choices", name), "is locked.", f"Add {name!r} to free.")
        if request.source.path is None and not is_free(profile, RECORDING):
            self._refuse(("free",), "names no recording.", f"Add {RECORDING!r} to it.")
        if request.source.kind == "memory":
            self._refuse(("request",), "is about arrays in memory.", "Save them to a file first.")
        if request.save is not None and request.save.path is not None:
            self._refuse(
                ("request",),
                "saves every recording as the same file.",
                "Leave save.path out; name the folder with root.",
            )
        return profile

    def _texts(self, value: Any, path: tuple[str | int, ...]) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list):
            self._refuse_value(path, "a list of names", value)
        return tuple(self._text(item, (*path, index)) for index, item in enumerate(value))

    def _text(self, value: Any, path: tuple[str | int, ...]) -> str:
        if not isinstance(value, str) or not value.strip():
            self._refuse_value(path, "a text", value)
        return str(to_plain(value, path))

    def _refuse(self, path: tuple[str | int, ...], what: str, fix: str) -> NoReturn:
        msg = f"{self._place(path)} {what} {fix}"
        raise ParameterError(msg, where=join_path(path), fix=fix)

    def _refuse_value(self, path: tuple[str | int, ...], expected: str, value: object) -> NoReturn:
        msg = f"{self._place(path)} must be {expected}; got {describe(value)}."
        raise ParameterError(msg, where=join_path(path), expected=expected, found=describe(value))

    def _place(self, path: tuple[str | int, ...]) -> str:
        line = self._lines.get(path)
        return join_path(path) if line is None else f"{join_path(path)} (line {line})"


def _near(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    return f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(known)}."


def profile_to_yaml(profile: Profile) -> str:
    """Write a profile as YAML; ``profile_from_yaml`` gives it back.

    Raises
    ------
    ParameterError
        If a value cannot be written down.
    """
    request = to_dict(profile.request)
    del request[SCHEMA_KEY]
    entries: dict[str, Any] = {_KEY: _SCHEMA, "title": profile.title, "request": request}
    entries["free"] = list(profile.free)
    if profile.choices:
        entries["choices"] = {
            name: offered if isinstance(offered, str) else list(offered)
            for name, offered in profile.choices.items()
        }
    if profile.answered:
        entries["answered"] = list(profile.answered)
    return write_yaml(entries, open_groups=frozenset({"request", "choices"}), notes=_NOTES)


def read_profile(path: str | Path) -> Profile:
    """Read a profile from a YAML file.

    Parameters
    ----------
    path
        The file; relative paths in it are relative to its folder, ``~`` is the user's folder.

    Raises
    ------
    NotFoundError
        If there is no such file.
    NotThisFormatError
        If it is too large, or is not text.
    StorageError
        If it cannot be read.
    ParameterError
        If it has a mistake; the message names the file, the entry and its line.
    """
    file = Path(path)
    try:
        profile = profile_from_yaml(read_text_file(file, "profile", expected="YAML text"))
    except ParameterError as error:
        msg = f"{file.name}: {error.message}"
        raise ParameterError(
            msg, where=error.where, found=error.found, expected=error.expected, fix=error.fix
        ) from error
    return replace(profile, folder=Path(os.path.abspath(file.parent)))  # noqa: PTH100  # links stay


def write_profile(profile: Profile, path: str | Path, *, replace_file: bool = False) -> Path:
    """Write a profile to a YAML file, whole or not at all.

    Parameters
    ----------
    profile
        Any profile; its paths are written as they are.
    path
        Name of the file, ``.yaml`` or ``.yml``.
    replace_file
        True replaces a file that is there already.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ParameterError
        If the suffix is another, or a value cannot be written down.
    StorageError
        If the file is there already, or cannot be written.
    """
    file = Path(path)
    if file.suffix.lower() not in PROFILE_SUFFIXES:
        msg = f"A profile is saved as .yaml; got {file.name!r}."
        raise ParameterError(msg, where=file.name, expected=".yaml or .yml")
    if file.exists() and not replace_file:
        msg = f"{file.name} is there already and is not overwritten. Choose another name."
        raise StorageError(msg, where=str(file), fix="choose another name, or tick Replace")
    write_text_file(file, profile_to_yaml(profile), "profile")
    return file

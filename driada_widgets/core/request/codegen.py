"""A request as the Python, or the command, that does the same; printed from what is executed."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final

from driada_widgets.core.request import frames
from driada_widgets.core.request.model import FeatureChoice, LoadRequest, SaveSpec
from driada_widgets.core.request.plain import to_plain, write_word
from driada_widgets.core.request.writing import not_replayable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["save_from_path", "to_code", "to_command", "to_options"]

_PROGRAM: Final = "driada-widgets"
_WIDTH: Final = 88
_INDENT: Final = "    "
_KINDS: Final = frozenset({"file", "folder", "saved", "demo"})  # told apart by the command itself
_Steps = tuple[str | int, ...]


def to_code(request: LoadRequest) -> str:
    """Print a request as Python that loads the same experiment.

    Parameters
    ----------
    request
        Any request.

    Returns
    -------
    str
        Complete code: its imports, the request with only what differs from the defaults, and
        ``result = run(request)``.

    Raises
    ------
    ParameterError
        If a value cannot be written down; the message names it and a way out.
    """
    used: set[str] = set()
    shown = _show(request, (), "", len("request = "), used)
    paths = "from pathlib import Path\n\n" if "Path" in used else ""
    names = ", ".join(sorted({*used, "run"} - {"Path"}))
    imports = f"from driada_widgets import {names}"
    if len(imports) > _WIDTH:
        imports = (
            f"from driada_widgets import (\n{_INDENT}{names.replace(', ', f',{chr(10)}    ')},\n)"
        )
    missing = "".join(f"# Not replayable: {reason}\n" for reason in not_replayable(request))
    return f"{paths}{imports}\n\n{missing}request = {shown}\nresult = run(request)\n"


def _show(value: Any, path: _Steps, indent: str, used_width: int, names: set[str]) -> str:
    """Print a value, on one line if it fits; collect the names that it needs."""
    opening, items, closing = _take_apart(value, path, names)
    if not items:
        return opening + closing
    inner = indent + _INDENT
    shown = [
        prefix + _show(item, step, inner, len(prefix) + 1, names) for prefix, item, step in items
    ]
    line = (
        f"{opening}{', '.join(shown)}{',' if opening == '(' and len(shown) == 1 else ''}{closing}"
    )
    if "\n" not in line and len(indent) + used_width + len(line) <= _WIDTH:
        return line
    body = "".join(f"{inner}{text},\n" for text in shown)
    return f"{opening}\n{body}{indent}{closing}"


_Items = list[tuple[str, Any, _Steps]]


def _take_apart(value: Any, path: _Steps, names: set[str]) -> tuple[str, _Items, str]:
    """Give how a value opens, its items as (prefix, value, path), and how it closes."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names.add(type(value).__name__)
        return f"{type(value).__name__}(", _fields(value, path), ")"
    if isinstance(value, PurePath):
        names.add("Path")
        return f"Path({_quoted(to_plain(value, path))})", [], ""
    if isinstance(value, Mapping):
        items = [
            (f"{_quoted(_name(key, path))}: ", item, (*path, key)) for key, item in value.items()
        ]
        return "{", items, "}"
    if isinstance(value, tuple):
        return "(", [("", item, (*path, index)) for index, item in enumerate(value)], ")"
    plain = to_plain(value, path)
    if isinstance(plain, list):
        return "[", [("", item, (*path, index)) for index, item in enumerate(plain)], "]"
    return _quoted(plain) if isinstance(plain, str) else repr(plain), [], ""


def _name(key: Any, path: _Steps) -> str:
    return str(next(iter(to_plain({key: None}, path))))


def _fields(part: Any, path: _Steps) -> _Items:
    """Give the fields of a part that differ from their defaults."""
    items: _Items = []
    for each in dataclasses.fields(part):
        value = getattr(part, each.name)
        if each.default_factory is not dataclasses.MISSING:
            default: Any = each.default_factory()
        else:
            default = each.default
        if default is dataclasses.MISSING or value != default:
            items.append((f"{each.name}=", value, (*path, each.name)))
    return items


def _quoted(text: str) -> str:
    """Print a text in double quotes where that needs no escapes of its own."""
    return f'"{text}"' if text.isprintable() and not set(text) & {'"', "\\"} else repr(text)


def to_command(request: LoadRequest | str | Path, *, file: str | Path = "request.yaml") -> str:
    """Give the command line that loads the same experiment, quoted for a POSIX shell.

    Parameters
    ----------
    request
        The file of a request, or a request.
    file
        Where the request will be saved; the command names it, with a comment, if options cannot
        say all of the request.
    """
    if isinstance(request, (str, Path)):
        return shlex.join([_PROGRAM, "run", _file_word(Path(request))])
    path = request.source.path
    options = to_options(request)
    if (
        path is None
        or options is None
        or request.source.kind not in {"file", "folder", "saved", "demo"}
    ):
        return f"{to_command(file)}  # save the request under this name first"
    word = f"demo:{path}" if request.source.kind == "demo" else _file_word(path)
    return f"{shlex.join([_PROGRAM, 'run', word])} {options}".rstrip()


def to_options(request: LoadRequest) -> str | None:
    """Give the options that a request needs beside its source; ``None`` if they cannot say it."""
    if _is_beyond_options(request):
        return None
    words: list[str] = []
    for option, value in _options(request):
        # A value that begins with a dash would be taken for an option.
        words += [f"{option}={value}"] if value.startswith("-") else [option, value]
    return shlex.join(words)


def _file_word(path: Path) -> str:
    return f"./{path}" if str(path).startswith("-") else str(path)


def _is_beyond_options(request: LoadRequest) -> bool:
    """Say whether a request holds more than the options of the command can say."""
    default = LoadRequest()
    names = ("aggregate_features", "nan", "transpose", "create_circular_2d", "seed")
    features, save = request.features, request.save
    return (
        any(getattr(request, name) != getattr(default, name) for name in names)
        or not request.source.as_saved
        or (features is not None and not (features and all(map(_is_type_only, features.values()))))
        or bool(request.spikes and request.spikes.options)
        or (save is not None and (save.path is None or save_from_path(save.path) != save))
        or any("=" in str(name) for name in (*request.exp_params, *request.static_features))
    )


def _is_type_only(choice: FeatureChoice) -> bool:
    bare = FeatureChoice(type=choice.type, period=choice.period)
    return choice == bare and bool(choice.type) and not set(choice.type or "") & set(":=")


def save_from_path(path: Path) -> SaveSpec:
    """Choose the format by the suffix: a pickle for ``.pickle`` and ``.pkl``, else an archive."""
    is_pickle = path.suffix.lower() in {".pickle", ".pkl"}
    return SaveSpec(path=path, format="pickle" if is_pickle else "archive")


def _options(request: LoadRequest) -> Iterator[tuple[str, str]]:
    default = LoadRequest()
    if request.source.data_source != default.source.data_source:
        yield "--source", request.source.data_source
    for key, value in request.exp_params.items():
        yield "--param", f"{key}={write_word(to_plain(value, ('exp_params', key)))}"
    for key, value in request.static_features.items():
        word = write_word(to_plain(value, ("static_features", key)))
        yield ("--fps", word) if key == "fps" else ("--static", f"{key}={word}")
    for name, choice in (request.features or {}).items():
        period = "" if choice.period is None else f":{choice.period!r}"
        yield "--type", f"{name}={choice.type}{period}"
    if request.bad_frames:
        yield "--bad", frames.to_text(frames.from_given(request.bad_frames))
    if request.source.neural is not None:
        yield "--neural", request.source.neural
    if request.spikes is not None:
        yield "--spikes", request.spikes.method
    if request.root != default.root:
        yield "--root", str(request.root)
    if request.save is not None:
        yield "--save", str(request.save.path)

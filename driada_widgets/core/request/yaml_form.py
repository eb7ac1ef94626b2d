"""YAML in and out, without its surprises.

Reading: names of entries stay the text that was typed (``on``, ``no``, ``1``); only ``true`` and
``false`` are yes and no; ``007`` and ``12_3`` stay text, and so do dates. Nothing is ever
constructed but plain values, and an entry given twice is refused.
Writing: what any YAML reader could take for something else is quoted.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.plain import FLOAT, INTEGER, join_path

if TYPE_CHECKING:
    import yaml

__all__ = ["read_yaml", "write_yaml"]

_Path = tuple[str | int, ...]
_MOST_VALUES = 200_000  # aliases can make a short file unfold without end
_TAG: Final = "tag:yaml.org,2002:"
_WIDTH = 92


def read_yaml(text: str) -> tuple[Any, dict[_Path, int]]:
    """Read one YAML document.

    Returns
    -------
    value
        Plain values; every name of an entry is a text.
    lines
        Line of each value, counted from 1.

    Raises
    ------
    ParameterError
        If the text is not YAML, an entry is given twice, or something else than plain values is
        asked for. The message names the line.
    """
    import yaml

    try:
        node = yaml.compose(text, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error) from error
    except (yaml.YAMLError, RecursionError) as error:
        msg = f"This is not YAML that can be read: {str(error).splitlines()[0]}"
        raise ParameterError(msg) from error
    reading = _Reading()
    return (None if node is None else reading.value(node, ())), reading.lines


def _not_yaml(error: yaml.MarkedYAMLError) -> ParameterError:
    line = "" if error.problem_mark is None else f" (line {error.problem_mark.line + 1})"
    msg = (
        f"This is not YAML that can be read{line}: {error.problem or error.context}. "
        f"Check the indentation (spaces, no tabs), the colons and the brackets there."
    )
    return ParameterError(msg, where=line.strip(" ()") or None)


class _Reading:
    """One document being turned into plain values."""

    def __init__(self) -> None:
        self.lines: dict[_Path, int] = {}
        self._n_values = 0
        self._open: set[int] = set()

    def value(self, node: yaml.Node, path: _Path) -> Any:
        """Give the plain value of a node."""
        import yaml

        self.lines[path] = node.start_mark.line + 1
        self._n_values += 1
        if id(node) in self._open or self._n_values > _MOST_VALUES:
            raise self._refuse(path, "repeats itself without end", "Write the entries out.")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        self._open.add(id(node))
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            value: Any = self._mapping(node, path)
        elif isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            value = [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        else:
            raise self._unknown_tag(node, path)
        self._open.discard(id(node))
        return value

    def _mapping(self, node: yaml.MappingNode, path: _Path) -> dict[str, Any]:
        import yaml

        entries: dict[str, Any] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == f"{_TAG}merge":
                raise self._refuse(
                    path, "has an entry whose name is not text", "Write plain names before colons."
                )
            if key.value in entries:
                self.lines[(*path, key.value)] = key.start_mark.line + 1
                raise self._refuse((*path, key.value), "is given twice", "Leave one out.")
            entries[key.value] = self.value(item, (*path, key.value))
            self.lines[(*path, key.value)] = key.start_mark.line + 1
        return entries

    def _scalar(self, node: yaml.ScalarNode, path: _Path) -> Any:
        text = node.value
        try:
            match node.tag.removeprefix(_TAG):
                case "str":
                    return text
                case "null":
                    return None
                case "bool":
                    return {"true": True, "false": False}[text.lower()]
                case "int":
                    return int(text)
                case "float":
                    return float(text.replace(".inf", "inf").replace(".nan", "nan"))
        except (ValueError, KeyError):
            raise self._refuse(path, f"is not a number: {text[:40]!r}", "Check it.") from None
        raise self._unknown_tag(node, path)

    def _unknown_tag(self, node: yaml.Node, path: _Path) -> ParameterError:
        return self._refuse(path, f"has the tag {node.tag!r}", "Write plain values without tags.")

    def _refuse(self, path: _Path, what: str, fix: str) -> ParameterError:
        name = join_path(path) or "The request"
        msg = f"{name} (line {self.lines[path]}) {what}. {fix}"
        return ParameterError(msg, where=name, fix=fix)


@lru_cache(maxsize=1)
def _loader() -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """Recognises the plain values of YAML 1.2, and nothing else."""

    # A copy: the table is shared by all loaders.
    Loader.yaml_implicit_resolvers = {}
    for kind, pattern, first in _PLAIN:
        Loader.add_implicit_resolver(f"{_TAG}{kind}", re.compile(f"(?:{pattern})\\Z"), first)
    return Loader


_PLAIN: Final = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", INTEGER.pattern, list("-+0123456789")),
    ("float", FLOAT.pattern, list("-+0123456789.")),
    ("merge", r"<<", ["<"]),
)


def write_yaml(
    entries: dict[str, Any],
    *,
    open_groups: frozenset[str],
    notes: dict[str, str],
    width: int | None = _WIDTH,
) -> str:
    """Write a request as YAML.

    Parameters
    ----------
    entries
        Top-level fields.
    open_groups
        Fields whose entries get a line each; others stay on one line while they are short.
    notes
        Comment to put above a field.
    width
        Longest line where words allow it; ``None``: no field is broken.
    """
    import yaml

    lines: list[str] = []
    for name, value in entries.items():
        if name in notes:
            lines.append(f"# {notes[name]}\n")
        shown = _Open(value) if name in open_groups and isinstance(value, dict) else value
        lines.append(
            yaml.dump(
                _Open({name: shown}),
                Dumper=_dumper(),
                sort_keys=False,
                allow_unicode=True,
                width=width or 10**9,
                default_flow_style=True,
            )
        )
    return "".join(lines)


class _Open(dict[str, Any]):
    """A mapping written with a line for each entry."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Written as they are, line breaks of Unicode would be folded into spaces.
    style = '"' if set(text) & {"\x85", "\u2028", "\u2029"} else None
    return dumper.represent_scalar(f"{_TAG}str", text, style=style)


@lru_cache(maxsize=1)
def _dumper() -> Any:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Quotes what this reader, or any YAML 1.1 reader, would take for another value."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    Dumper.yaml_implicit_resolvers = {
        first: list(rules) for first, rules in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }
    for kind, pattern, first in _PLAIN[2:4]:
        Dumper.add_implicit_resolver(f"{_TAG}{kind}", re.compile(f"(?:{pattern})\\Z"), first)
    Dumper.add_representer(str, _represent_text)
    Dumper.add_representer(
        _Open,
        lambda dumper, data: dumper.represent_mapping(
            f"{_TAG}map", data.items(), flow_style=not data
        ),
    )
    return Dumper

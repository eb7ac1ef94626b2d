"""Every name that a request and its source hold, and what stands for each."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from driada_widgets.core.resolve.neural import NEURAL_ALIASES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.sources.base import Inventory

__all__ = ["KNOWN_ARRAYS", "KNOWN_LABS", "KNOWN_PARAMETERS", "names_of"]

KNOWN_ARRAYS = frozenset(
    {*NEURAL_ALIASES, "spikes", "asp", "reconstructions", "sp", "_metadata", "_sync_info", "fps"}
)
"""Names that say nothing about anybody."""
KNOWN_LABS = frozenset({"MyLab", "Demo", "IABS"})
KNOWN_PARAMETERS = frozenset(
    {"name", "experiment", "subject", "animal_id", "session", "date", "track"}
)
_COMMON_PARTS = frozenset({"", "/", "\\", ".", "..", "tmp", "home", "Users", "data"})
_COMMON_WORDS = frozenset({"name", "names", "file", "files", "array", "arrays", "data", "none"})


def names_of(
    request: LoadRequest, inventory: Inventory | None, texts: Iterable[str]
) -> dict[str, str]:
    """List names, longest risk first: arrays and features, parameters, places.

    Parameters
    ----------
    request
        What was asked for.
    inventory
        What the source holds, or ``None``.
    texts
        Other names and paths.

    Returns
    -------
    dict
        Each name with what stands for it: ``<array 1>``, ``<name 1>`` or ``<path>``.
    """
    arrays = dict.fromkeys(name for name in _arrays(request, inventory) if name)
    shown = {
        name: f"<array {number}>"
        for number, name in enumerate((n for n in arrays if n not in KNOWN_ARRAYS), start=1)
    }
    others = dict.fromkeys(
        text
        for text in (*_values(request), *_stored(inventory), *_places(request, texts))
        if text not in shown and text.casefold() not in _COMMON_WORDS and not _is_number(text)
    )
    return shown | {text: f"<name {number}>" for number, text in enumerate(others, start=1)}


def _arrays(request: LoadRequest, inventory: Inventory | None) -> Iterator[str]:
    if inventory is not None:
        for info in inventory.arrays:
            yield info.name
            yield from info.dtype.names or ()
    for name, choice in (request.features or {}).items():
        yield name
        yield choice.rename or ""
    for spec in request.aggregate_features:
        yield spec.name
        yield from spec.of
    yield from request.nan.arrays
    yield from request.transpose
    yield request.source.neural or ""


def _values(request: LoadRequest) -> Iterator[str]:
    if request.source.data_source not in KNOWN_LABS:
        yield request.source.data_source
    for key, value in {**request.exp_params, **request.static_features}.items():
        if key not in KNOWN_PARAMETERS:
            yield str(key)
        yield from _texts(value)


def _stored(inventory: Inventory | None) -> Iterator[str]:
    if inventory is not None:
        yield from _texts(inventory.metadata)


def _texts(value: Any) -> Iterator[str]:
    """Give every text in a plain value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _places(request: LoadRequest, texts: Iterable[str]) -> Iterator[str]:
    """Give paths whole, their folders, and their names with and without endings."""
    paths = [request.source.path, request.root, request.save.path if request.save else None]
    for path in (*paths, *texts):
        if path is None or not str(path):
            continue
        pure = PurePath(str(path))
        yield str(path)
        for part in pure.parts:
            if part not in _COMMON_PARTS:
                yield part
                yield PurePath(part).stem


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "", 1).isdigit() and len(text) < 4


def numbered(names: Mapping[str, str], name: str) -> str:
    """Give what stands for a name; one that says nothing stays."""
    return names.get(name, name if name in KNOWN_ARRAYS else "<name>")

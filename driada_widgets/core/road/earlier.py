"""The experiment that was saved before under a name: what it is, beside what is asked for now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from driada_widgets.core.errors import LoaderError
from driada_widgets.core.request.model import FeatureChoice
from driada_widgets.core.request.writing import canonical
from driada_widgets.core.road.saved_source import recorded_request
from driada_widgets.core.road.saving import opened_as_saved
from driada_widgets.core.road.when import ago
from driada_widgets.core.store import cache
from driada_widgets.core.store.pickled import read_pickle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from driada_widgets.core.report import Note, Progress
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.road.results import LoadResult
    from driada_widgets.core.sources.base import Inventory

__all__ = ["Earlier", "find_earlier", "open_earlier"]

MAX_ARCHIVES = 20
"""Archives of one name that are looked at; each other request under the name has left one."""
Status = Literal["same", "options-differ", "source-changed", "unverified", "damaged"]
_BEST_FIRST: tuple[Status, ...] = (
    "same",
    "unverified",
    "options-differ",
    "source-changed",
    "damaged",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A saved experiment of the name that is asked for.

    Parameters
    ----------
    path
        The file.
    kind
        What it is.
    status
        ``"same"``: the same request on the same bytes; ``"options-differ"``; ``"source-changed"``:
        it was made from other bytes; ``"unverified"``: it does not say; ``"damaged"``.
    differing
        What was asked for otherwise, as fields of the request.
    words
        All that in one or two sentences, with its age.
    request
        What it was made by, with the source of now; ``None`` if it does not say.
    """

    path: Path
    kind: Literal["archive", "pickle"]
    status: Status
    differing: tuple[str, ...]
    words: str
    request: LoadRequest | None = None


def find_earlier(request: LoadRequest, name: str, inventory: Inventory) -> Earlier | None:
    """Find what was saved before: for this request, else under this name.

    Parameters
    ----------
    request
        What is asked for now, completed by what its source adds.
    name
        Name of the session.
    inventory
        The open source.

    Returns
    -------
    Earlier or None
        The one that is nearest to what is asked for; an archive before a pickle.
    """
    try:
        archive, pickle = (place(request.root, name) for place in _PLACES)
    except LoaderError:
        return None
    asked = request.save.path if request.save is not None else None
    archives = dict.fromkeys([*([asked] if asked else []), archive, *_kept(archive)])
    found = [
        _archive(path, request, inventory)
        for path in archives
        if path.is_file() and path.suffix.lower() not in (".pickle", ".pkl")
    ]
    best = _best(found)
    if best is not None and best.status == "same":
        return best
    pickles = dict.fromkeys([*([asked] if asked else []), pickle])
    found += [
        _pickle(path, request, inventory)
        for path in pickles
        if path.is_file() and path.suffix.lower() in (".pickle", ".pkl")
    ]
    return _best(found)


def open_earlier(
    earlier: Earlier, progress: Progress | None = None
) -> tuple[LoadResult | None, tuple[Note, ...]]:
    """Open an earlier experiment, verified from end to end.

    Returns
    -------
    result : LoadResult or None
        ``None`` if it is damaged: then it was renamed, and must be built again.
    notes : tuple of Note
        What became of a damaged file.
    """
    if earlier.kind == "archive":
        found = cache.open_cached(earlier.path, progress=progress)
        if found.experiment is None:
            return None, found.notes
        return opened_as_saved(found.experiment, earlier.path, found.notes), ()
    if progress is not None:
        progress.begin("Verifying")
    try:
        opened = read_pickle(earlier.path)
    except LoaderError as error:
        return None, (cache.quarantine(earlier.path, error),)
    return opened_as_saved(opened.experiment, earlier.path, opened.notes), ()


_PLACES = (cache.archive_path, cache.pickle_path)


def _kept(archive: Path) -> Iterator[Path]:
    """Give the other experiments that were saved under a name."""
    pattern = f"{_literally(archive.stem)}.*{archive.suffix}"
    return islice(archive.parent.glob(pattern), MAX_ARCHIVES)


def _literally(text: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in text)


def _best(found: list[Earlier]) -> Earlier | None:
    return min(found, key=lambda each: _BEST_FIRST.index(each.status), default=None)


def _archive(path: Path, request: LoadRequest, inventory: Inventory) -> Earlier:
    try:
        provenance = _provenance_of_archive(path)
    except LoaderError as error:
        return _damaged(path, "archive", error)
    return _compared(path, "archive", provenance, request, inventory)


def _provenance_of_archive(path: Path) -> dict[str, Any]:
    from driada_widgets.core.store.archive import manifest_of

    provenance = manifest_of(path)["experiment"].get("provenance")
    return provenance if isinstance(provenance, dict) else {}


def _pickle(path: Path, request: LoadRequest, inventory: Inventory) -> Earlier:
    state = path.stat()
    try:
        provenance = _provenance_of_pickle(path, state.st_size, state.st_mtime_ns)
    except LoaderError as error:
        return _damaged(path, "pickle", error)
    return _compared(path, "pickle", dict(provenance), request, inventory)


@lru_cache(maxsize=16)
def _provenance_of_pickle(path: Path, _size: int, _mtime_ns: int) -> Mapping[str, Any]:
    """Read a whole pickle for the few words that it remembers; once for each state of the file."""
    return read_pickle(path).experiment.provenance


def _compared(
    path: Path,
    kind: Literal["archive", "pickle"],
    provenance: dict[str, Any],
    request: LoadRequest,
    inventory: Inventory,
) -> Earlier:
    recorded = recorded_request(provenance)
    record = cache.Record.of(provenance)
    if recorded is not None:
        record = replace(record, request=canonical(_neutral(recorded)))
    wanted = cache.Record.wanted(_neutral(request), inventory.fingerprint)
    verdict = cache.compare(record, wanted, path=inventory.path)
    mine = None
    if recorded is not None:
        mine = replace(recorded, source=request.source, save=request.save, root=request.root)
    words = f"{path.name}, saved {ago(path.stat().st_mtime)}, {_words(verdict, request)}"
    return Earlier(
        path=path,
        kind=kind,
        status=verdict.status,
        differing=verdict.differing,
        words=words,
        request=mine,
    )


def _damaged(path: Path, kind: Literal["archive", "pickle"], error: LoaderError) -> Earlier:
    first = str(error).partition("\n")[0]
    words = f"{path.name}, saved {ago(path.stat().st_mtime)}, cannot be used: {first}"
    return Earlier(path=path, kind=kind, status="damaged", differing=(), words=words)


def _neutral(request: LoadRequest) -> LoadRequest:
    """Leave out a list of types that says nothing but what detection said."""
    listed = (request.features or {}).values()
    says_nothing = all(
        choice == FeatureChoice() or replace(choice, type=None, period=None) == _AS_DETECTED
        for choice in listed
    )
    return replace(request, features=None) if says_nothing else request


_AS_DETECTED = FeatureChoice(as_detected=True)


def _words(verdict: cache.Verdict, request: LoadRequest) -> str:
    source = request.source.path
    name = repr(source.name) if source is not None else "the data"
    others = ", ".join(verdict.differing)
    if verdict.status == "same":
        return f"was built by the same request from the same {name}."
    if verdict.status == "options-differ":
        return f"was built from the same {name} with other options: {others}."
    if verdict.status == "source-changed":
        more = f", and with other options: {others}" if others else ""
        return f"was built from other contents of {name}{more}."
    return "does not say what it was built from, so its options cannot be compared."

"""What a person should see before a saved experiment is opened; no array is used for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from driada_widgets.core.errors import LoaderError, NotFoundError
from driada_widgets.core.machine import format_bytes
from driada_widgets.core.road.saved_source import recorded_request
from driada_widgets.core.road.when import ago
from driada_widgets.core.sources import fingerprint
from driada_widgets.core.store.archive import manifest_of, open_archive
from driada_widgets.core.store.record import Record
from driada_widgets.core.store.trust import trust_card

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from driada_widgets.core.experiment.contents import FeatureContent
    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.safe_pickle import GlobalName

__all__ = ["SavedCard", "built_again", "look_at_saved", "with_contents"]

MAX_FEATURES = 30
"""Features that the card names; the rest is counted."""
_ARCHIVE_VERIFIED = (
    "Its members, sizes and manifest are as they were written. Each array is compared with its "
    "SHA-256 when its values are first used."
)
_ALLOW_LIST = (
    "It is opened only through the allow-list reader: nothing that the file names is imported or "
    "run. What the reader refuses is shown here and not opened."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCard:
    """What can be said about a saved experiment.

    Parameters
    ----------
    path
        The file.
    kind
        What it is; ``"unusable"`` if it is neither, or damaged.
    facts
        Pairs of a label and what is known, in words.
    trust
        Sentences about whether it can be believed, and how it is opened.
    names
        Names that a pickle would import.
    problem
        Why it is not opened; empty if it can be.
    request
        The request that it remembers, or ``None``.
    source
        The data file that it was made from, where it is now; ``None`` if it is not at hand.
    source_words
        One sentence about that.
    """

    path: Path
    kind: Literal["archive", "pickle", "unusable"]
    facts: tuple[tuple[str, str], ...]
    trust: tuple[str, ...] = ()
    names: tuple[GlobalName, ...] = ()
    problem: str = ""
    request: LoadRequest | None = None
    source: Path | None = None
    source_words: str = ""


def look_at_saved(path: Path, *, may_read: Callable[[Path], bool]) -> SavedCard:
    """Say what a saved experiment is, before it is opened.

    Parameters
    ----------
    path
        The file. A pickle is read to its end for its SHA-256; of an archive only the manifest.
    may_read
        Whether a path may be read; a recorded source outside is as good as gone.

    Raises
    ------
    NotFoundError
        If there is no such file.
    """
    if not path.is_file():
        msg = f"There is no saved experiment {path.name!r}."
        raise NotFoundError(msg, where=path.name, fix="choose another file")
    try:
        with path.open("rb") as file:
            is_zip = file.read(2) == b"PK"
        return _of_archive(path, may_read) if is_zip else _of_pickle(path)
    except LoaderError as error:
        return SavedCard(path=path, kind="unusable", facts=_file_facts(path), problem=str(error))


def with_contents(
    card: SavedCard, experiment: Experiment, *, may_read: Callable[[Path], bool]
) -> SavedCard:
    """Add what a pickle holds, once it is open."""
    if card.kind != "pickle":
        return card
    request = recorded_request(experiment.provenance)
    source = None if request is None else _place_of_source(request, card.path, may_read)
    held = _held(experiment, experiment.content_hash)
    return replace(
        card,
        facts=(*held, *(fact for fact in card.facts if fact not in held)),
        request=request,
        source=source,
        source_words=_about_source(request, source, Record.of(experiment.provenance)),
    )


def built_again(card: SavedCard, root: Path) -> LoadRequest | None:
    """Give the request that builds a saved experiment again from its data file.

    Parameters
    ----------
    card
        What is known about it.
    root
        Folder of experiments that the page saves into.

    Returns
    -------
    LoadRequest or None
        ``None`` if it does not remember its request, or its data file is not at hand.
    """
    if card.request is None or (card.source is None and card.request.source.kind != "demo"):
        return None
    source = replace(card.request.source, path=card.source or card.request.source.path)
    return replace(card.request, source=source, save=None, root=root)


def _of_archive(path: Path, may_read: Callable[[Path], bool]) -> SavedCard:
    manifest = manifest_of(path)
    experiment = open_archive(path)
    creator = manifest.get("creator") or {}
    request = recorded_request(experiment.provenance)
    source = None if request is None else _place_of_source(request, path, may_read)
    facts = (
        *_held(experiment, str(manifest.get("content_hash", "unknown"))),
        ("Written by", f"{creator.get('name', 'unknown')} {creator.get('version', '')}".strip()),
        *_file_facts(path),
    )
    return SavedCard(
        path=path,
        kind="archive",
        facts=facts,
        trust=(_ARCHIVE_VERIFIED,),
        request=request,
        source=source,
        source_words=_about_source(request, source, Record.of(experiment.provenance)),
    )


def _of_pickle(path: Path) -> SavedCard:
    known = trust_card(path)
    card = known.card
    claims = {"driada_widgets": "this package", "driada": "driada", "other": "something else"}
    packed = f", packed with {card.compression}" if card.compression else ""
    facts = (
        ("Format", f"pickle, protocol {card.protocol}{packed}"),
        *_file_facts(path),
        ("SHA-256", card.sha256),
        ("Says it is by", claims[card.claims]),
    )
    return SavedCard(
        path=path,
        kind="pickle",
        facts=facts,
        trust=(known.why, _ALLOW_LIST) if known.opens else (_ALLOW_LIST,),
        names=card.names,
        problem=card.problem or ("" if known.opens else known.why),
        source_words="Whether it remembers its request is seen when it is opened.",
    )


def _file_facts(path: Path) -> tuple[tuple[str, str], ...]:
    state = path.stat()
    return (("Size", format_bytes(state.st_size)), ("Saved", ago(state.st_mtime)))


def _held(experiment: Experiment, hash_: str) -> tuple[tuple[str, str], ...]:
    fps = experiment.static_features["fps"]
    return (
        ("Experiment", experiment.signature),
        ("Holds", f"{experiment.n_cells:,} neurons × {experiment.n_frames:,} frames at {fps:g} Hz"),
        ("Features", _features(experiment.contents.features)),
        ("Hash", hash_),
    )


def _features(features: Sequence[FeatureContent]) -> str:
    shown = [_feature(feature) for feature in features[:MAX_FEATURES]]
    more = len(features) - len(shown)
    return (", ".join(shown) + (f" and {more} more" if more else "")) or "none"


def _feature(feature: FeatureContent) -> str:
    info = feature.type_info
    word = "several components" if info is None else info.subtype or info.primary_type
    return f"{feature.name} ({word})"


def _place_of_source(
    request: LoadRequest, saved: Path, may_read: Callable[[Path], bool]
) -> Path | None:
    """Find the data file: where it was, beside the saved file, or beside its folder."""
    path = request.source.path
    if path is None or request.source.kind not in ("file", "folder"):
        return None
    places = [saved.parent / path.name, saved.parent.parent / path.name]
    if path.is_absolute():
        places.insert(0, path)
    return next((place for place in places if may_read(place) and place.exists()), None)


def _about_source(request: LoadRequest | None, source: Path | None, record: Record) -> str:
    if request is None:
        return "It does not remember what it was made from."
    kind, path = request.source.kind, request.source.path
    if kind == "demo":
        return "It was made from a built-in recording, and can be built again."
    if source is not None:
        now, then = fingerprint.take(source), record.source
        if then is not None and then.size != now.size:
            return f"Its data file {source.name!r} is at hand, but has changed since."
        return f"Its data file {source.name!r} is at hand: it can be built again."
    if path is None or kind not in ("file", "folder"):
        return "It was made from data that are in no file, so it cannot be built again here."
    return f"Its data file {path.name!r} is not at hand, so it cannot be built again here."

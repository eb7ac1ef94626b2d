"""What a saved experiment remembers about how it was made, and how that is compared."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from driada_widgets.core.container.npz import canonical_json
from driada_widgets.core.errors import LoaderError
from driada_widgets.core.request.model import LoadRequest
from driada_widgets.core.request.reading import from_dict
from driada_widgets.core.request.writing import canonical
from driada_widgets.core.sources import fingerprint
from driada_widgets.core.sources.base import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

__all__ = ["Record", "Verdict", "compare", "key_of"]

KEY_SCHEMA = 1
_PLACES = {"save", "root"}
_SOURCE_PLACES = {"source.kind", "source.path"}

Status = Literal["same", "source-changed", "options-differ", "unverified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What an experiment was made from.

    Parameters
    ----------
    request
        The part of the request that decides the experiment, in canonical form; ``None``: unknown.
    source
        Which bytes the source was; ``None``: unknown, or arrays in memory.
    """

    request: Mapping[str, Any] | None = None
    source: Fingerprint | None = None

    @classmethod
    def of(cls, provenance: Mapping[str, Any]) -> Record:
        """Take the record out of an experiment's provenance."""
        return cls(
            request=_canonical(provenance.get("request")),
            source=_fingerprint(provenance.get("source")),
        )

    @classmethod
    def wanted(cls, request: LoadRequest, source: Fingerprint | None) -> Record:
        """Give the record of what is asked for now."""
        return cls(request=canonical(request), source=source)

    @property
    def key(self) -> str | None:
        """The key that a file made from this has; ``None`` if the request is not known."""
        return None if self.request is None else key_of(self.request, self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a saved experiment is what is wanted.

    Parameters
    ----------
    status
        ``"same"``; ``"source-changed"``: other bytes; ``"options-differ"``: the same bytes, but
        made otherwise; ``"unverified"``: the file does not remember enough to tell.
    differing
        Fields of the request that differ, as dotted paths, whatever the status.
    """

    status: Status
    differing: tuple[str, ...] = ()


def key_of(request: LoadRequest | Mapping[str, Any], source: Fingerprint | None) -> str:
    """Give the key of an experiment: equal keys are equal bytes asked for equally.

    Parameters
    ----------
    request
        A request, or its written form; ``save`` and places do not count.
    source
        Which bytes; known by their digest if it is there, else by name, size and time.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    tree = canonical(request) if isinstance(request, LoadRequest) else _canonical(request)
    parts = {"schema": KEY_SCHEMA, "request": tree, "source": _bytes_of(source)}
    return hashlib.sha256(canonical_json(parts)).hexdigest()


def compare(
    record: Record,
    wanted: Record,
    *,
    path: Path | None = None,
    given: Collection[str] | None = None,
) -> Verdict:
    """Compare what an experiment was made from with what is wanted.

    Parameters
    ----------
    record
        Of the saved experiment.
    wanted
        Of the present request; its source is ``None`` if there is none, or it is out of reach:
        then the source counts as unchanged.
    path
        The wanted source, to be hashed where size and time do not settle it; ``None``: what they
        do not settle counts as changed.
    given
        Fields that the caller gave, as dotted paths such as ``"static_features.fps"``; only those
        are compared. ``None``: all.
    """
    if record.request is None:
        return Verdict(status="unverified")
    asked = record.request if wanted.request is None else wanted.request
    differing = tuple(
        field for field in _differences(record.request, asked) if _counts(field, given)
    )
    if wanted.source is not None and record.source is not None:
        if not _same_bytes(record.source, wanted.source, path):
            return Verdict(status="source-changed", differing=differing)
    elif wanted.source is not None and not differing:
        return Verdict(status="unverified")
    return Verdict(status="options-differ" if differing else "same", differing=differing)


def _same_bytes(old: Fingerprint, new: Fingerprint, path: Path | None) -> bool:
    if old.size != new.size:
        return False
    if old.mtime_ns == new.mtime_ns:
        return True
    if old.sha256 is None:
        return False
    if new.sha256 is None and path is not None:
        new = fingerprint.complete(new, path)
    return old.sha256 == new.sha256


def _differences(old: object, new: object, path: str = "") -> Iterator[str]:
    """Give the dotted paths of what differs; whole lists, single entries of mappings."""
    if path in _SOURCE_PLACES:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in sorted({*old, *new}):
            yield from _differences(old.get(name), new.get(name), f"{path}.{name}".lstrip("."))
    elif old != new:
        yield path


def _counts(field: str, given: Collection[str] | None) -> bool:
    return given is None or any(
        field == name or field.startswith(f"{name}.") or name.startswith(f"{field}.")
        for name in given
    )


def _canonical(request: Any) -> dict[str, Any] | None:
    """Give a written request in canonical form; one that cannot be read, without its places."""
    if not isinstance(request, Mapping):
        return None
    try:
        return canonical(from_dict(request))
    except (LoaderError, TypeError, ValueError, AttributeError):
        return {name: value for name, value in request.items() if name not in _PLACES}


def _fingerprint(source: Any) -> Fingerprint | None:
    try:
        return Fingerprint(
            name=str(source["name"]),
            size=int(source["size"]),
            mtime_ns=int(source["mtime_ns"]),
            sha256=source.get("sha256"),
        )
    except (TypeError, KeyError, ValueError, AttributeError):
        return None


def _bytes_of(source: Fingerprint | None) -> dict[str, Any] | None:
    if source is None:
        return None
    if source.sha256 is not None:
        return {"size": source.size, "sha256": source.sha256}
    return {"name": source.name, "size": source.size, "mtime_ns": source.mtime_ns}

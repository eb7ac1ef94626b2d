"""What the manifest of a saved experiment says, and which manifests can be read."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from typing import TYPE_CHECKING, Any

from driada_widgets.core.container.npz import canonical_json
from driada_widgets.core.errors import CorruptFileError, NotThisFormatError
from driada_widgets.core.experiment.events import EVENT_ARRAYS
from driada_widgets.core.experiment.hashing import content_hash
from driada_widgets.core.store.record import Record
from driada_widgets.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from driada_widgets.core.experiment.contents import Contents

__all__ = ["FORMAT", "SCHEMA", "NewerArchiveError", "axes_of", "describe", "readable"]

FORMAT = "driada_widgets experiment"
SCHEMA = 1
"""Changes whenever an older version would read a file wrongly."""

MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""For each older schema, what turns its manifest into one of the next schema."""

DERIVED = ("asp", "reconstructions", *EVENT_ARRAYS)
"""Arrays that were computed from calcium; everything else is stored as it was given, and so are
spikes unless they were reconstructed."""

_UNITS = {"fps": "Hz", "t_rise_sec": "s", "t_off_sec": "s"}


class NewerArchiveError(NotThisFormatError):
    """The file was written by a version that knows more; it is sound, but not for us."""


def describe(
    contents: Contents, meta: Mapping[str, Any], digests: Mapping[str, str]
) -> dict[str, Any]:
    """Give the manifest of an experiment, without the records of arrays.

    Parameters
    ----------
    contents
        What the experiment is made from.
    meta
        Its plain part, as ``to_parts`` gives it.
    digests
        SHA-256 of each array, by id.
    """
    record = Record.of(contents.provenance)
    return {
        "format": FORMAT,
        "schema": SCHEMA,
        "creator": {"name": "driada_widgets", "version": __version__},
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "content_hash": content_hash(contents, digests),
        "key": record.key,
        "request_hash": _digest(record.request),
        "experiment": dict(meta),
        "units": _units(contents),
        "derived": _derived(contents, digests),
        "internal": [name for name in EVENT_ARRAYS if name in digests],
    }


def axes_of(meta: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, list[str]]:
    """Name the axes of every array: cell, component, frame; those of events are no such table."""
    features = {entry["id"] for entry in meta["features"]}
    rows = {name: "component" if name in features else "cell" for name in shapes}
    tables = {name: [rows[name], "frame"][-len(shape) :] for name, shape in shapes.items()}
    return tables | {name: ["store", "row", "value"] for name in shapes if name in EVENT_ARRAYS}


def _derived(contents: Contents, digests: Mapping[str, str]) -> list[str]:
    """List the arrays that were computed from calcium."""
    names = DERIVED if contents.reconstruction is None else ("spikes", *DERIVED)
    return [name for name in names if name in digests]


def readable(manifest: dict[str, Any], path: Path) -> dict[str, Any]:
    """Give a manifest in the present schema.

    Parameters
    ----------
    manifest
        As it is in the file.
    path
        The file, for messages.

    Raises
    ------
    NotThisFormatError
        If it is not the manifest of an experiment.
    NewerArchiveError
        If a newer version wrote it.
    CorruptFileError
        If it says something impossible.
    """
    found, schema = manifest.get("format"), manifest.get("schema")
    if found != FORMAT:
        msg = f"{path.name} holds {found!r}, not an experiment saved by driada_widgets."
        raise NotThisFormatError(msg, where=path.name, found=repr(found), expected=FORMAT)
    if not isinstance(schema, int) or schema < 1 or not _has_parts(manifest):
        msg = f"{path.name} has no usable schema: {schema!r}.\nBuild it again from its source."
        raise CorruptFileError(msg, where=path.name)
    if schema > SCHEMA:
        msg = (
            f"{path.name} was written by a newer driada_widgets (schema {schema}; this version "
            f"reads up to {SCHEMA}).\nRun: pip install --upgrade driada-widgets"
        )
        raise NewerArchiveError(msg, where=path.name, fix="pip install --upgrade driada-widgets")
    while schema < SCHEMA:
        manifest = MIGRATIONS[schema](manifest)
        schema += 1
    return manifest


def _has_parts(manifest: Mapping[str, Any]) -> bool:
    return isinstance(manifest.get("experiment"), dict)


def _digest(value: object) -> str | None:
    return None if value is None else hashlib.sha256(canonical_json(value)).hexdigest()


def _units(contents: Contents) -> dict[str, Any]:
    """Give the units of constants and features; ``None`` where nobody said."""
    said = (contents.metadata or {}).get("units")
    told = said if isinstance(said, dict) else {}
    features = {
        feature.name: str(told[feature.name]) if feature.name in told else _angle_unit(feature)
        for feature in contents.features
    }
    constants = {name: unit for name, unit in _UNITS.items() if name in contents.static_features}
    return {**constants, "features": features}


def _angle_unit(feature: Any) -> str | None:
    period = None if feature.type_info is None else feature.type_info.circular_period
    if period is None:
        return None
    return next(
        (
            unit
            for turn, unit in ((2 * math.pi, "rad"), (360.0, "deg"))
            if math.isclose(period, turn, rel_tol=1e-3)
        ),
        None,
    )

"""Read a saved experiment as data: the arrays as they were given, under their own names.

What was decided about them (types, bad frames, policies) is not applied; ``open_experiment`` does
that.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from driada_widgets.core.container.npz import Archive, is_archive
from driada_widgets.core.report import Note
from driada_widgets.core.sources.base import ArrayInfo, Inventory
from driada_widgets.core.sources.fingerprint import take
from driada_widgets.core.sources.names import check_names
from driada_widgets.core.sources.recognise import not_found, refusal, suffix_notes
from driada_widgets.core.sources.values import N_SHOWN, N_SMALL, plain_value, show_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress

__all__ = ["ArchiveReader"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveReader:
    """Experiments that this package saved, opened as a source of arrays."""

    name: ClassVar[str] = "archive"
    suffixes: ClassVar[tuple[str, ...]] = (".npz",)

    def sniff(self, path: Path) -> bool:
        """Say whether the file begins or ends as only our archives do."""
        return path.is_file() and is_archive(path)

    def inspect(self, path: Path) -> Inventory:
        """List the arrays from the manifest.

        Parameters
        ----------
        path
            A local file.

        Returns
        -------
        Inventory
            Features under their names in the experiment; ``metadata`` has the frame rate that the
            experiment was built with, if it is not among the recording's own.

        Raises
        ------
        DataFileError
            If the file is cut, damaged, or no archive.
        """
        path = Path(path)
        with _opened(path) as archive:
            ids, notes = _ids_by_name(archive)
            arrays = tuple(_describe(archive, name, id_) for name, id_ in ids.items())
            metadata = _metadata_of(_experiment_of(archive.manifest))
        return Inventory(
            format=self.name,
            path=path,
            n_bytes=path.stat().st_size,
            arrays=arrays,
            metadata=metadata,
            fingerprint=take(path),
            notes=(*suffix_notes(path, "a saved experiment", self.suffixes), *notes),
        )

    def read(
        self, path: Path, names: Sequence[str], progress: Progress | None = None
    ) -> dict[str, NDArray[np.generic]]:
        """Read arrays into memory and compare each with its SHA-256.

        Parameters
        ----------
        path
            A local file.
        names
            Arrays to read, in the order of the result.
        progress
            Asked before each array whether to stop.

        Raises
        ------
        ChecksumError
            If an array is not what was written; it names the array and its rows.
        """
        with _opened(Path(path)) as archive:
            arrays = {}
            for name, id_ in _chosen(archive, names).items():
                if progress is not None:
                    progress.check()
                arrays[name] = archive.read(id_, level="full")
            return arrays

    def verify(self, path: Path, names: Sequence[str], progress: Progress | None = None) -> None:
        """Compare arrays with their SHA-256 in one walk through the file; nothing is kept.

        Raises
        ------
        ChecksumError
            If an array is not what was written; it names the array and its rows.
        """
        with _opened(Path(path)) as archive:
            ids = _chosen(archive, names)
            archive.verify("full", names=tuple(ids.values()), progress=progress)

    def map(self, path: Path, names: Sequence[str]) -> dict[str, NDArray[np.generic]]:
        """Show arrays through a read-only memory map; what is mapped is not verified."""
        with _opened(Path(path)) as archive:
            ids = _chosen(archive, names)
            return {name: archive.array(id_) for name, id_ in ids.items()}


@contextmanager
def _opened(path: Path) -> Iterator[Archive]:
    if not path.exists():
        raise not_found(path)
    if path.is_dir():
        raise refusal(path, expected="a saved experiment")
    with Archive.open(path) as archive:
        yield archive


def _chosen(archive: Archive, names: Sequence[str]) -> dict[str, str]:
    ids, _ = _ids_by_name(archive)
    check_names(names, tuple(ids), where=archive.path.name)
    return {name: ids[name] for name in names}


def _experiment_of(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the part of the manifest about the experiment, empty if another program wrote it."""
    experiment = manifest.get("experiment")
    return experiment if isinstance(experiment, dict) else {}


def _ids_by_name(archive: Archive) -> tuple[dict[str, str], tuple[Note, ...]]:
    """Give the ids of the arrays by the names that people know."""
    features = _experiment_of(archive.manifest).get("features")
    named: dict[str, str] = {}
    for entry in features if isinstance(features, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            named[str(entry.get("id"))] = entry["name"]
    # Stored with the experiment for its own use: no data of the recording.
    internal = archive.manifest.get("internal")
    hidden = internal if isinstance(internal, list) else []
    ids: dict[str, str] = {}
    for id_ in (name for name in archive.names if name not in hidden):
        name = named.get(id_, id_)
        ids[id_ if name in ids else name] = id_
    text = (
        f"{archive.path.name} is a saved experiment, opened as data: its arrays are as they were "
        "given, and the types and frames chosen for them are not applied. To have it as it was "
        "saved, open it as an experiment."
    )
    note = Note(id="archive-as-data", level="info", subject=archive.path.name, text=text)
    return ids, (note,)


def _describe(archive: Archive, name: str, id_: str) -> ArrayInfo:
    record = archive.records[id_]
    n_items = record.n_bytes // record.dtype.itemsize
    if n_items <= N_SMALL:
        values = archive.read(id_, level="full")
        value = plain_value(values)
    else:
        values = np.array(archive.array(id_).reshape(-1)[: N_SHOWN + 1])
        value = None
    return ArrayInfo(
        name=name,
        shape=record.shape,
        dtype=record.dtype,
        first_values=show_values(values.reshape(-1), n_items),
        value=value,
    )


def _metadata_of(experiment: Mapping[str, Any]) -> dict[str, Any]:
    """Give the recording's metadata, and the frame rate, which is part of the data too."""
    stored, constants = experiment.get("metadata"), experiment.get("static_features")
    metadata = _decoded(stored) if isinstance(stored, dict) else {}
    if isinstance(constants, dict) and "fps" in constants:
        metadata.setdefault("fps", _decoded(constants["fps"]))
    return metadata


def _decoded(value: Any) -> Any:
    """Turn the manifest's values back; NaN and infinity, which JSON lacks, stand in an object."""
    if isinstance(value, dict):
        if value.keys() == {"__float__"}:
            return float(value["__float__"])
        return {key: _decoded(item) for key, item in value.items()}
    return [_decoded(item) for item in value] if isinstance(value, list) else value

"""Pickles: written on request, and opened through ``safe_pickle`` only.

Ours hold the contents of an experiment as one dictionary, with the SHA-256 of every array and of
the plain part; driada's own are translated. Pickles without such a record - driada's, and those
that ``pickle.dump`` writes of our experiments - are opened and called unverified.
"""

from __future__ import annotations

import copyreg
import hashlib
import pickle
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import numpy as np

from driada_widgets.core import safe_pickle
from driada_widgets.core.container.npz import canonical_json
from driada_widgets.core.errors import (
    ChecksumError,
    CorruptFileError,
    DataFileError,
    LoaderError,
    StorageError,
)
from driada_widgets.core.experiment.assembled import STATE_FORMAT, STATE_SCHEMA
from driada_widgets.core.experiment.events import CellEvents, runs_of, with_events
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.experiment.hashing import array_digest
from driada_widgets.core.experiment.parts import from_parts
from driada_widgets.core.report import Note
from driada_widgets.core.safe_pickle.standins import ExperimentStub, OwnExperimentStub
from driada_widgets.core.store import pickled_apart
from driada_widgets.core.store.atomic import write_atomically
from driada_widgets.core.store.driada_pickle import translate
from driada_widgets.core.store.manifest import NewerArchiveError
from driada_widgets.core.store.streams import Counted, compressor
from driada_widgets.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.contents import Contents
    from driada_widgets.core.experiment.events import EventStore
    from driada_widgets.core.report import Progress
    from driada_widgets.core.store.driada_pickle import FoundEvent, FromDriada
    from driada_widgets.core.store.streams import Compression

__all__ = ["OpenedPickle", "open_pickle", "read_here", "read_pickle", "save_pickle"]

# What a file takes beside its arrays: a record of each, and the plain part, which is as long as its
# text at the most thrice (a short number takes more room than its digits).
_BYTES_PER_ARRAY = 1024
_BYTES_PER_LETTER = 3
_MISFITS = (ArithmeticError, AttributeError, LoaderError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPickle:
    """An experiment from a pickle, and what is known about it.

    Parameters
    ----------
    experiment
        The experiment.
    written_by
        Whose pickle it is.
    verified
        Whether its arrays and its plain part are those that were written, by their SHA-256.
    notes
        What a person should know.
    """

    experiment: Experiment
    written_by: Literal["driada_widgets", "driada"]
    verified: bool
    notes: tuple[Note, ...]


def save_pickle(
    experiment: Experiment,
    path: str | Path,
    *,
    compression: Compression | None = None,
    progress: Progress | None = None,
) -> Path:
    """Save an experiment as a pickle of Python's default protocol.

    Parameters
    ----------
    experiment
        What to save.
    path
        Name of the file; missing folders are made.
    compression
        ``None`` writes it as it is, as driada does. Compressed ones open just the same.
    progress
        Counts bytes, each once for its digest and once when it is written; raises if it was
        cancelled, and nothing is left behind.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    StorageError
        If it could not be saved; what was there before is unchanged.
    """
    path = Path(path)
    state = experiment.__getstate__()
    # A view each: an array that is held twice would be written once and read back twice.
    arrays = {name: np.asarray(array).view() for name, array in state["arrays"].items()}
    plain = {name: value for name, value in state.items() if name != "arrays"}
    beside = _BYTES_PER_ARRAY * (len(arrays) + 1) + _BYTES_PER_LETTER * len(repr(plain))
    needed = sum(array.nbytes for array in arrays.values()) + beside
    if progress is not None:
        progress.begin("Saving", total=2 * needed, unit="bytes")
    described = {name: _described(array, progress) for name, array in arrays.items()}
    record = {"version": __version__, **_record(state["meta"], described)}
    state |= {"arrays": arrays, "record": record}
    _check_readable(state, path)

    def write(file: BinaryIO) -> None:
        with compressor(file, compression) as target:
            counted = target if progress is None else Counted(target, progress)
            _OwnPickler(counted, state).dump(experiment)

    check = _check_names if compression is None else None
    write_atomically(path, write, check=check, needed=None if compression else needed)
    return path


def open_pickle(path: str | Path) -> Experiment:
    """Open an experiment that we or driada pickled; nothing in the file is run.

    Parameters
    ----------
    path
        The file, plain or compressed with gzip, bz2 or xz.

    Returns
    -------
    Experiment
        Of driada's pickles: with the processed trace as its calcium, said in ``provenance``.

    Raises
    ------
    NotFoundError, StorageError
        If the file cannot be read.
    UnsafeContentError
        If it would have to import or call something, or asks for more than it has.
    ChecksumError
        If it is ours and its values are not those that were written.
    CorruptFileError, TruncatedFileError
        If it holds something else than an experiment, contradicts itself, or ends too early.
    NotThisFormatError
        If it is no pickle, or a newer version wrote it.
    FileTooLargeError
        If it would need more memory than is free.
    """
    return read_pickle(path).experiment


def read_pickle(path: str | Path, *, limits: safe_pickle.Limits | None = None) -> OpenedPickle:
    """Open a pickled experiment and say what is known about it; errors as ``open_pickle``.

    Where the environment variable ``DRIADA_WIDGETS_PICKLES`` is ``apart``, as in the served page, a
    process of its own opens it within a time and a memory (see ``pickled_apart``).

    Parameters
    ----------
    path
        The file.
    limits
        How much it may ask for; ``None``: what experiments need.
    """
    path = Path(path)
    if pickled_apart.is_wished() and limits is None and path.is_file():
        return _read_apart(path)
    return read_here(path, limits=limits)


def _read_apart(path: Path) -> OpenedPickle:
    found = pickled_apart.receive(path)
    try:
        contents = from_parts(found.meta, found.arrays)
    except _MISFITS as error:
        _refuse(path.name, f"its contents do not fit together ({error})")
    return OpenedPickle(
        experiment=_assembled(contents, path.name),
        written_by=found.written_by,
        verified=found.verified,
        notes=found.notes,
    )


def read_here(path: Path, *, limits: safe_pickle.Limits | None = None) -> OpenedPickle:
    """Do what ``read_pickle`` does, in this process whatever is wished."""
    opened = safe_pickle.load(path, limits=limits or safe_pickle.Limits())
    root = opened.root
    if isinstance(root, OwnExperimentStub):
        return _open_own(root.fields, opened.extractor, path.name)
    if isinstance(root, ExperimentStub):
        return _open_driada(translate(root, opened.extractor), path.name)
    found = getattr(root, "label", type(root).__name__)
    msg = (
        f"{path.name} holds {'an' if found[:1] in 'aeiou' else 'a'} {found}, not an experiment. "
        "Choose another file, or build the experiment from its data."
    )
    raise CorruptFileError(msg, where=path.name, found=found, expected="an experiment")


# Writing.


class _OwnPickler(pickle.Pickler):
    """Writes an experiment with the state that is given, and nothing else specially."""

    def __init__(self, file: Any, state: Mapping[str, Any]) -> None:
        super().__init__(file, pickle.DEFAULT_PROTOCOL)
        self._state = state

    def reducer_override(self, obj: Any, /) -> Any:
        if isinstance(obj, Experiment):
            return copyreg.__newobj__, (Experiment,), self._state  # type: ignore[attr-defined]  # private to pickle
        return NotImplemented


def _record(meta: object, described: Mapping[str, Any]) -> dict[str, Any]:
    """Give what must be the same when the file is opened."""
    parts = {"meta": _digest(meta), "arrays": dict(described)}
    # Pickle writes equal names once, so that damage can change them in contents and record alike.
    return {**parts, "all": _digest(parts)}


def _digest(value: object) -> str:
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _described(array: NDArray[np.generic], progress: Progress | None = None) -> dict[str, Any]:
    return {
        "dtype": array.dtype.str,
        "shape": list(map(int, array.shape)),
        "sha256": array_digest(array, progress),
    }


def _check_readable(state: Mapping[str, Any], path: Path) -> None:
    """Refuse to write what our own reader would refuse: very deep metadata, odd numbers."""
    extractor = safe_pickle.Extractor(n_bytes=1 << 62, limits=safe_pickle.Limits(), where=path.name)
    try:
        extractor.plain([state["meta"], state["record"]], "metadata")
    except DataFileError as error:
        msg = f"{path.name} was not saved, since it could not be opened again: {error}"
        raise StorageError(msg, where=str(path), fix="save an archive instead") from error
    for name, array in state["arrays"].items():
        if not safe_pickle.can_hold(array.dtype):
            msg = (
                f"{path.name} was not saved: {name!r} has the dtype {array.dtype}, which pickles "
                "of experiments do not hold. Convert it, or save an archive instead."
            )
            raise StorageError(msg, where=str(path), fix="save an archive instead")


def _check_names(path: Path) -> None:
    """Read the file back as far as the first gate."""
    try:
        safe_pickle.check(path)
    except DataFileError as error:
        msg = f"The disk did not give back what was written: {error}"
        raise StorageError(msg, where=str(path), fix="save to another disk") from error


# Opening ours.


def _open_own(
    fields: Mapping[str, Any], extractor: safe_pickle.Extractor, where: str
) -> OpenedPickle:
    _check_form(fields, where)
    meta = extractor.plain(fields.get("meta"), "meta")
    stubs = fields.get("arrays")
    if not isinstance(meta, dict) or not isinstance(stubs, dict):
        _refuse(where, "it has no contents")
    arrays = {str(name): extractor.array(stub, str(name)) for name, stub in stubs.items()}
    record = extractor.plain(fields.get("record"), "record")
    digests = None if record is None else _verified(record, meta, arrays, where)
    experiment = _assembled(from_parts(meta, arrays), where, digests)
    notes = () if digests is not None else (_unverified(where, "it has no record of its values"),)
    return OpenedPickle(
        experiment=experiment,
        written_by="driada_widgets",
        verified=digests is not None,
        notes=notes,
    )


def _check_form(fields: Mapping[str, Any], where: str) -> None:
    format_, schema = fields.get("format"), fields.get("schema")
    if format_ != STATE_FORMAT or not isinstance(schema, int) or schema < 1:
        _refuse(where, f"its form is {format_!r} {schema!r}")
    if schema > STATE_SCHEMA:
        msg = (
            f"{where} was written by a newer driada_widgets (schema {schema}; this version reads "
            f"up to {STATE_SCHEMA}).\nRun: pip install --upgrade driada-widgets"
        )
        raise NewerArchiveError(msg, where=where, fix="pip install --upgrade driada-widgets")


def _verified(
    record: object, meta: dict[str, Any], arrays: Mapping[str, NDArray[np.generic]], where: str
) -> dict[str, str]:
    """Give the digests of the arrays if everything is as it was written."""
    known = record.get("arrays") if isinstance(record, dict) else None
    if not isinstance(record, dict) or not isinstance(known, dict):
        _refuse(where, "its record has another form")
    described = {name: _described(array) for name, array in arrays.items()}
    found = _record(meta, described)
    differing = [name for name in described | known if described.get(name) != known.get(name)]
    if differing:
        _mismatch(where, f"the values of {', '.join(map(repr, differing))} are others")
    if found["meta"] != record.get("meta"):
        _mismatch(where, "its parameters are others")
    if found["all"] != record.get("all"):
        _mismatch(where, "its names are others")
    return {name: entry["sha256"] for name, entry in described.items()}


def _mismatch(where: str, what: str) -> NoReturn:
    msg = (
        f"{where} is damaged: {what} than those that were written (SHA-256). Copy it again, or "
        "build the experiment from its data."
    )
    raise ChecksumError(msg, where=where, found=what, fix="copy it again")


def _refuse(where: str, what: str) -> NoReturn:
    msg = f"{where} is not an experiment of ours: {what}. Build the experiment from its data."
    raise CorruptFileError(msg, where=where, found=what, fix="build it from the data")


def _assembled(
    contents: Contents, where: str, digests: Mapping[str, str] | None = None
) -> Experiment:
    try:
        return Experiment.from_contents(contents, digests=digests)
    except _MISFITS as error:
        msg = f"{where} does not fit together: {error}\nBuild the experiment from its data."
        raise CorruptFileError(msg, where=where, found=str(error)) from error


def _unverified(where: str, why: str) -> Note:
    text = (
        f"{where} is unverified: {why}, so damage in it cannot be seen. Save the experiment as an "
        "archive to keep it."
    )
    return Note(id="unverified", level="info", subject=where, text=text)


# Opening driada's.


def _open_driada(found: FromDriada, where: str) -> OpenedPickle:
    notes = (_unverified(where, "driada's pickles have no checksums"), *found.notes)
    provenance = {
        **found.contents.provenance,
        "notes": [
            {"id": note.id, "level": note.level, "subject": note.subject, "text": note.text}
            for note in notes
        ],
        "from_pickle": where,
    }
    contents = replace(found.contents, provenance=provenance, events=_events_of(found))
    experiment = _assembled(contents, where)
    return OpenedPickle(experiment=experiment, written_by="driada", verified=False, notes=notes)


def _events_of(found: FromDriada) -> EventStore | None:
    """Give the events that the threshold method left, in the form that experiments keep."""
    cells = [
        CellEvents(
            cell=cell,
            threshold=_bounds(events) if events else None,
            regions=None if region is None else runs_of(np.asarray(region) > 0),
        )
        for cell, (events, region) in enumerate(zip(found.events, found.regions, strict=True))
    ]
    known = [one for one in cells if one.threshold is not None or one.regions is not None]
    return with_events(None, known)


def _bounds(events: tuple[FoundEvent, ...]) -> NDArray[np.int64]:
    return np.array([(int(event.start), int(event.end)) for event in events], dtype=np.int64)

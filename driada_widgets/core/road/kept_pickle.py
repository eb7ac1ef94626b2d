"""When the pickle of an earlier call is what is asked for now, and when it is built again.

A saved experiment remembers its request and which bytes its source was. Without such a record it
is opened as it is, and called unverified.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from driada_widgets.core.errors import DataFileError, LoaderError, ParameterError
from driada_widgets.core.report import Note
from driada_widgets.core.request.reading import from_dict
from driada_widgets.core.sources import fingerprint
from driada_widgets.core.sources.recognise import first_bytes
from driada_widgets.core.store import cache
from driada_widgets.core.store.manifest import NewerArchiveError
from driada_widgets.core.store.pickled import read_pickle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.request.model import LoadRequest

__all__ = ["Kept", "reuse"]

_PICKLES = frozenset({".pickle", ".pkl"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An earlier experiment, or where to build it from.

    Parameters
    ----------
    experiment
        ``None`` if it must be built.
    source
        The data file that it is built from then; ``None``: as the call says.
    notes
        Why.
    """

    experiment: Experiment | None = None
    source: Path | None = None
    notes: tuple[Note, ...] = field(default=())


def reuse(path: Path, request: LoadRequest, given: Mapping[str, str], usual: Path | None) -> Kept:
    """Open an earlier experiment if it is what is asked for.

    Parameters
    ----------
    path
        The pickle, which exists.
    request
        What is asked for now.
    given
        Arguments that the caller gave, with the request's field of each.
    usual
        Where the data file is if the call does not say; ``None``: nowhere.

    Returns
    -------
    Kept
        The experiment, or where to build it from.

    Raises
    ------
    DataFileError
        If the pickle is damaged and there is no source to build it from.
    ParameterError
        If other options are asked for and there is no source to build from, or the file is
        something else, by its name and its bytes: it stays where it is.
    """
    asked_source = request.source.path or usual
    source = asked_source if asked_source is not None and asked_source.exists() else None
    try:
        opened = read_pickle(path)
    except DataFileError as error:
        if source is None:
            raise _unusable(path, error) from error
        _refuse_something_else(path)
        return Kept(notes=(_set_aside(path, error),))
    experiment, notes = opened.experiment, (*opened.notes, *opened.experiment.notes)
    record = cache.Record.of(experiment.provenance)
    if source is None:
        source = _recorded_source(experiment.provenance)
    wanted = cache.Record.wanted(request, None if source is None else fingerprint.take(source))
    fields = {*given.values(), *(f"exp_params.{key}" for key in request.exp_params)}
    verdict = cache.compare(record, wanted, path=source, given=fields)
    if verdict.status == "unverified":
        return Kept(experiment=experiment, notes=(*notes, _unverified(path, given)))
    if verdict.status == "same":
        return Kept(experiment=experiment, notes=notes)
    if source is None:
        _refuse(path, verdict.differing, given)
    return Kept(source=source, notes=(_built_again(path, verdict),))


def _recorded_source(provenance: Mapping[str, Any]) -> Path | None:
    """Give the source that the experiment was made from, if it is still there."""
    request: Any = provenance.get("request")
    try:
        source = from_dict(request).source
    except (LoaderError, TypeError, ValueError, AttributeError):
        return None
    path = source.path
    if path is None or source.kind not in ("file", "folder", "iabs") or not path.exists():
        return None
    return path


def _set_aside(path: Path, error: DataFileError) -> Note:
    """Say what becomes of a file that cannot be used; one of a newer version is left alone."""
    if not isinstance(error, NewerArchiveError):
        return cache.quarantine(path, error)
    text = f"{error} It is built again."
    return Note(id="cache-newer", level="warning", subject=path.name, text=text)


def _refuse_something_else(path: Path) -> None:
    """Leave a recording alone that was given as the place of the pickle."""
    head = first_bytes(path, 1)
    if head in (b"", b"\x80") or path.suffix.lower() in _PICKLES:
        return
    msg = (
        f"{path.name!r} is no pickle of an experiment, by its name and by its bytes, and is left "
        "as it is. Give exp_path another name, such as one that ends with .pickle."
    )
    raise ParameterError(msg, where="exp_path", fix="give exp_path another name")


def _unusable(path: Path, error: DataFileError) -> DataFileError:
    msg = (
        f"{error}\n{path} cannot be used, and there is no data file to build the experiment from. "
        "Give data_path, or put a whole copy in its place."
    )
    return type(error)(msg, where=str(path), fix="give data_path")


def _refuse(path: Path, differing: tuple[str, ...], given: Mapping[str, str]) -> NoReturn:
    arguments = [name for name, field_ in given.items() if _concerns(field_, differing)]
    names = ", ".join(arguments or differing)
    msg = (
        f"{path.name} was saved with other options ({names}), and its data file is not at hand to "
        "build it again. Give data_path, or call without these options to open it as it was saved."
    )
    raise ParameterError(msg, where=names, fix="give data_path, or leave the options out")


def _concerns(field_: str, differing: tuple[str, ...]) -> bool:
    return any(each == field_ or each.startswith(f"{field_}.") for each in differing)


def _unverified(path: Path, given: Mapping[str, str]) -> Note:
    """Say that nothing is known about options; a warning if some were given, to no effect."""
    text = (
        f"{path.name} is unverified: it does not say what it was made from, so it was opened as it "
        "is and its options were not compared."
    )
    # That no spikes are to be found now is no reason to doubt those that are there.
    named = [name for name in given if name != "reconstruct_spikes"]
    if named:
        text += f" These had no effect: {', '.join(named)}. force_rebuild=True builds with them."
    level: Literal["info", "warning"] = "warning" if named else "info"
    return Note(id="options-unverified", level=level, subject=path.name, text=text)


def _built_again(path: Path, verdict: cache.Verdict) -> Note:
    if verdict.status == "source-changed":
        reason = "its data file changed since"
    else:
        reason = f"it was saved with other options ({', '.join(verdict.differing)})"
    text = f"{path.name} was not opened: {reason}. The experiment is built again."
    return Note(id="built-again", level="info", subject=path.name, text=text)

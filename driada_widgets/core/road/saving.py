"""Save an experiment, or open one that was saved: archives, pickles, and the cache rule."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from driada_widgets.core.errors import LoaderError, NotFoundError, StorageError
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.report import Note
from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.core.road.places import usual_place
from driada_widgets.core.road.results import LoadResult
from driada_widgets.core.road.targets import refuse_other_format, refuse_source, refuse_stranger
from driada_widgets.core.store import atomic, cache
from driada_widgets.core.store.archive import open_archive, save_archive
from driada_widgets.core.store.pickled import read_pickle, save_pickle

if TYPE_CHECKING:
    from pathlib import Path

    from driada_widgets.core.report import Progress
    from driada_widgets.core.request.model import LoadRequest, SaveFormat
    from driada_widgets.core.road.looking import Bench
    from driada_widgets.core.road.opening import Opened
    from driada_widgets.core.sources.base import Fingerprint

__all__ = [
    "check_place",
    "not_saved",
    "open_cached",
    "open_noting",
    "open_saved",
    "opened_as_saved",
    "save_as",
    "save_cached",
    "save_result",
]


def save_as(
    experiment: Experiment,
    path: Path,
    format_: SaveFormat,
    progress: Progress | None = None,
    *,
    over_strangers: bool = False,
) -> Path:
    """Save an experiment in a format.

    Parameters
    ----------
    experiment
        What to save.
    path
        The file; a saved experiment of that name is replaced.
    format_
        As what.
    progress
        Counts bytes; raises if it was cancelled.
    over_strangers
        True replaces also a file that is no saved experiment: it was seen to before.

    Raises
    ------
    TypeError
        If it is no experiment.
    ParameterError
        If the format cannot be written, or the place is the file that it is made from.
    StorageError
        If it cannot be written, or a file that is no saved experiment is there; an older file is
        still there.
    """
    # The annotation cannot keep callers from passing what they took for an experiment.
    given: object = experiment
    if not isinstance(given, Experiment):
        msg = f"expected an Experiment to save; got {type(given).__name__}"
        raise TypeError(msg)
    refuse_other_format(path, format_)
    refuse_source(path, experiment.provenance.get("source"))
    if not over_strangers:
        refuse_stranger(path)
    if format_ == "archive":
        return save_archive(experiment, path, progress=progress)
    return save_pickle(experiment, path, progress=progress)


def open_saved(path: Path, format_: SaveFormat | None) -> Experiment:
    """Open a saved experiment; as `open_noting`, without the notes."""
    return open_noting(path, format_)[0]


def open_noting(
    path: Path, format_: SaveFormat | None = None
) -> tuple[Experiment, tuple[Note, ...]]:
    """Open a saved experiment and say what is known about it.

    Parameters
    ----------
    path
        The file.
    format_
        What it must be; ``None``: its first bytes say what it is.

    Returns
    -------
    experiment : Experiment
        As it was saved.
    notes : tuple of Note
        What opening has to say: for a pickle without a record, that it is unverified.

    Raises
    ------
    NotFoundError
        If there is no such file.
    StorageError
        If it is a folder.
    DataFileError
        If it is damaged, or no saved experiment.
    """
    if not path.exists():
        msg = f"There is no saved experiment {path}."
        raise NotFoundError(msg, where=str(path))
    if not path.is_file():
        kind = "a folder" if path.is_dir() else "a device or a pipe"
        msg = f"{path.name or path} is {kind}, not a saved experiment; choose a file."
        raise StorageError(msg, where=str(path), fix="choose a file")
    if format_ is None:
        with path.open("rb") as file:
            format_ = "archive" if file.read(2) == b"PK" else "pickle"
    if format_ == "archive":
        return open_archive(path), ()
    opened = read_pickle(path)
    return opened.experiment, opened.notes


def save_result(
    result: LoadResult,
    request: LoadRequest,
    opened: Opened,
    *,
    progress: Progress | None = None,
) -> cache.Saved:
    """Save what was built where and as what the request says.

    Parameters
    ----------
    result
        What was built.
    request
        Its ``save`` says where; ``None`` is an archive at the usual place. What is there was seen
        before: `check_target`, or a question in the panel.
    opened
        The source, whose bytes the file remembers.
    progress
        Told about stages; asked whether to stop.

    Returns
    -------
    Saved
        The file. Another experiment of that name is kept under another one, with a note.

    Raises
    ------
    ParameterError
        If the place is the recording that it is made from.
    StorageError
        If it cannot be written; an older file is still there.
    """
    format_: SaveFormat = request.save.format if request.save is not None else "archive"
    experiment = result.experiment
    if result.plan is not None:  # one that was opened knows what it was made from
        experiment = _with_source(experiment, opened.fingerprint(progress))
    path = request.save.path if request.save is not None else None
    if path is None:
        path = usual_place(request, result.experiment.signature.removeprefix("Exp "))
    refuse_other_format(path, format_)
    if progress is not None:
        progress.begin("Saving")
    if format_ != "archive":
        saved = save_as(experiment, path, format_, progress, over_strangers=True)
        return cache.Saved(path=saved)
    if opened.experiment is None:  # a saved experiment is kept under another name
        refuse_source(path, experiment.provenance.get("source"))
    return cache.save_keeping_others(experiment, path, progress=progress)


def save_cached(opened: Opened, result: LoadResult, request: LoadRequest) -> cache.Saved:
    """Leave an archive at its usual place, for the next time the same is asked for."""
    return save_result(result, replace(request, save=None), opened)


def open_cached(
    bench: Bench, request: LoadRequest, progress: Progress | None = None
) -> tuple[LoadResult | None, tuple[Note, ...]]:
    """Open the archive that was made by the same request from the same bytes.

    Returns
    -------
    result : LoadResult or None
        ``None`` if there is no such archive, or it is damaged; then it must be built.
    notes : tuple of Note
        What became of a damaged archive.
    """
    planned = bench.plan(request)
    source = bench.inventory.fingerprint
    if not isinstance(planned, LoadPlan) or source is None:
        return None, ()
    path = _find(bench, planned.request, cache.archive_path(request.root, planned.name), source)
    if path is None:
        return None, ()
    found = cache.open_cached(path, progress=progress)
    if found.experiment is None:
        return None, found.notes
    result = opened_as_saved(found.experiment, path)
    return replace(result, notes=(*result.notes, *found.notes)), ()


def opened_as_saved(
    experiment: Experiment, path: Path | None, notes: tuple[Note, ...] = ()
) -> LoadResult:
    """Give a saved experiment as the result of a run, which says that nothing was built."""
    name = experiment.signature if path is None else path.name
    text = f"The experiment was opened as it was saved in {name}."
    note = Note(id="opened-as-saved", level="info", subject=name, text=text)
    return LoadResult(
        experiment=experiment,
        plan=None,
        notes=(note, *notes, *experiment.notes),
        ledger=(),
        saved_to=path,
    )


def _find(bench: Bench, request: LoadRequest, path: Path, source: Fingerprint) -> Path | None:
    """Find the archive of this request; a damaged file at its place is given too."""
    if not path.exists():
        return None
    wanted = cache.Record.wanted(request, source)
    try:
        record = cache.record_of_file(path)
    except LoaderError:
        return path
    if cache.compare(record, wanted, path=bench.inventory.path).status == "same":
        return path
    whole = bench.opened.fingerprint()
    return cache.find_archive(path, cache.key_of(request, whole))


def check_place(path: Path) -> Note | None:
    """See before building whether a file can be saved; if not, say that it will not be."""
    try:
        refuse_stranger(path)
        atomic.check_writable(path.parent)
    except StorageError as error:
        return not_saved(path, error)
    return None


def not_saved(path: Path, error: StorageError) -> Note:
    """Say that an experiment was built but not saved."""
    text = f"The experiment is built but was not saved as {path.name}: {error}"
    return Note(id="not-saved", level="warning", subject=path.name, text=text)


def _with_source(experiment: Experiment, source: Fingerprint | None) -> Experiment:
    """Write the digest of the source into what the experiment remembers."""
    provenance = dict(experiment.provenance)
    if source is None or provenance.get("source") == asdict(source):
        return experiment
    provenance["source"] = asdict(source)
    return Experiment.from_contents(replace(experiment.contents, provenance=provenance))

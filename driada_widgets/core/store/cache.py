"""Where a saved experiment lives, and what happens to the file that is there already."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from driada_widgets.core.container.npz import Archive
from driada_widgets.core.errors import DataFileError, LoaderError, NotFoundError
from driada_widgets.core.experiment.naming import folder_name
from driada_widgets.core.report import Note
from driada_widgets.core.store import disk
from driada_widgets.core.store.archive import (
    manifest_of,
    open_archive,
    save_archive,
    verify_archive,
)
from driada_widgets.core.store.atomic import check_writable, sweep
from driada_widgets.core.store.manifest import NewerArchiveError
from driada_widgets.core.store.record import Record, Verdict, compare, key_of

if TYPE_CHECKING:
    from driada_widgets.core.container.npz import Level
    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.report import Progress

__all__ = [
    "Opened",
    "Record",
    "Saved",
    "Verdict",
    "archive_path",
    "check_root",
    "compare",
    "find_archive",
    "key_of",
    "open_cached",
    "pickle_path",
    "quarantine",
    "record_of_file",
    "save_keeping_others",
]

_SHORT_KEY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """Where an experiment was saved, and what a person should know about it."""

    path: Path
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A saved experiment, or why there is none.

    Parameters
    ----------
    experiment
        ``None`` if the file cannot be used; it must be built again.
    notes
        What became of the file then.
    """

    experiment: Experiment | None
    notes: tuple[Note, ...] = ()


def archive_path(root: str | Path, name: str) -> Path:
    """Give the place of an experiment's archive, ``{root}/{name}/Exp {name}.npz``.

    Raises
    ------
    ParameterError
        If ``name`` cannot name a folder on every system.
    """
    return _place(root, name, ".npz")


def pickle_path(root: str | Path, name: str) -> Path:
    """Give the place of an experiment's pickle, ``{root}/{name}/Exp {name}.pickle``."""
    return _place(root, name, ".pickle")


def check_root(root: str | Path) -> None:
    """See before anything is built whether it can be saved; leaves nothing behind.

    Raises
    ------
    RootNotFolderError
        If ``root`` is a file.
    StorageError
        If nothing can be written there.
    """
    check_writable(Path(root))


def record_of_file(path: str | Path) -> Record:
    """Give what a saved archive remembers about how it was made; errors as `open_archive`."""
    return Record.of(manifest_of(path)["experiment"].get("provenance") or {})


def find_archive(path: Path, key: str) -> Path | None:
    """Find the archive with a key: under its own name, or kept beside it under its short key."""
    for candidate in (path, _kept_name(path, key[:_SHORT_KEY])):
        try:
            if manifest_of(candidate).get("key") == key:
                return candidate
        except LoaderError:
            continue
    return None


def save_keeping_others(
    experiment: Experiment, path: Path, *, progress: Progress | None = None
) -> Saved:
    """Save an experiment; a file of that name that is another experiment is kept.

    Parameters
    ----------
    experiment
        What to save.
    path
        Name of the archive.
    progress
        Counts bytes; raises if it was cancelled.

    Returns
    -------
    Saved
        With a note if another file was kept under another name.

    Raises
    ------
    StorageError
        If it could not be saved; everything is as it was.
    """
    label = _label_of_other(path, experiment)
    if label is None:
        return Saved(path=save_archive(experiment, path, progress=progress))
    kept = _kept_name(path, label)
    save_archive(experiment, path, progress=progress, keep_as=kept)
    text = (
        f"{path.name} was another experiment; it is kept as {kept.name}. "
        "Delete it if you do not need it."
    )
    note = Note(id="other-experiment-kept", level="info", subject=kept.name, text=text)
    return Saved(path=path, notes=(note,))


def open_cached(path: Path, *, level: Level = "full", progress: Progress | None = None) -> Opened:
    """Open a saved experiment whose source is at hand, so that damage costs nothing but time.

    Parameters
    ----------
    path
        The archive.
    level
        How it is verified before it is believed; see `verify_archive`.
    progress
        Counts bytes; raises if it was cancelled.

    Returns
    -------
    Opened
        A damaged file is renamed and noted; one of a newer version is left alone and noted; if
        there is none, there is neither experiment nor note.
    """
    sweep(path.parent)
    try:
        verify_archive(path, level, progress=progress)
        return Opened(experiment=open_archive(path))
    except NotFoundError:
        return Opened(experiment=None)
    except NewerArchiveError as error:
        note = Note(
            id="cache-newer", level="warning", subject=path.name, text=f"{error} It is built again."
        )
        return Opened(experiment=None, notes=(note,))
    except LoaderError as error:
        return Opened(experiment=None, notes=(quarantine(path, error),))


def quarantine(path: Path, error: LoaderError) -> Note:
    """Rename a saved file that cannot be used to ``*.corrupt-TIME``, and say so.

    Parameters
    ----------
    path
        The file.
    error
        What is wrong with it.

    Returns
    -------
    Note
        The one warning that a person gets. If even renaming fails, the file stays, and the note
        says that.
    """
    moved = path.with_name(f"{path.name}.corrupt-{_time_stamp()}")
    reason = str(error).partition("\n")[0].rstrip(".")
    try:
        disk.DISK.replace(path, moved)
        text = f"{reason}. It was renamed {moved.name}, and the experiment is built again."
    except OSError as failure:
        text = f"{reason}. It could not be renamed: {failure.strerror}."
    return Note(id="cache-damaged", level="warning", subject=path.name, text=text)


def _place(root: str | Path, name: str, suffix: str) -> Path:
    folder = folder_name(name)
    return Path(root) / folder / f"Exp {folder}{suffix}"


def _kept_name(path: Path, label: str) -> Path:
    return path.with_name(f"{path.stem}.{label}{path.suffix}")


def _label_of_other(path: Path, experiment: Experiment) -> str | None:
    """Give a label for the file at ``path`` if it is not the experiment that is being saved."""
    try:
        with Archive.open(path) as archive:
            manifest = archive.manifest
    except NotFoundError:
        return None
    except DataFileError:
        return f"other-{_time_stamp()}"
    key = Record.of(experiment.provenance).key
    if key is not None and manifest.get("key") == key:
        return None
    if key is None and manifest.get("content_hash") == experiment.content_hash:
        return None
    label = manifest.get("key") or manifest.get("content_hash")
    return label[:_SHORT_KEY] if isinstance(label, str) else f"other-{_time_stamp()}"


def _time_stamp() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%fZ")

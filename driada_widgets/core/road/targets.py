"""What is at the place where an experiment would be saved, before anything is written there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import (
    DataFileError,
    LoaderError,
    ParameterError,
    StorageError,
)
from driada_widgets.core.machine import format_bytes
from driada_widgets.core.road.when import ago
from driada_widgets.core.sources import fingerprint
from driada_widgets.core.sources.recognise import first_bytes
from driada_widgets.core.store.archive import manifest_of
from driada_widgets.core.store.manifest import NewerArchiveError
from driada_widgets.core.store.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.request.model import SaveFormat

__all__ = ["refuse_other_format", "refuse_source", "refuse_stranger", "what_is_there"]

_OTHER_FORMATS = frozenset(
    {".nwb", ".h5", ".hdf5", ".mat", ".zarr", ".npy", ".csv", ".tsv", ".xlsx", ".yaml", ".json"}
)


def what_is_there(
    path: Path, experiment: Experiment, format_: SaveFormat, source: Path | None
) -> str:
    """Say what is at a place, and what would become of it.

    Parameters
    ----------
    path
        Where the experiment would be saved.
    experiment
        What would be saved.
    format_
        As what: an archive keeps another experiment under another name, a pickle replaces it.
    source
        File that the experiment is made from.

    Returns
    -------
    str
        Two or three sentences; empty if nothing is there.

    Raises
    ------
    ParameterError
        If it is a folder, or the file that the experiment is made from.
    """
    if path.is_dir():
        msg = f"{path.name!r} is a folder. Type the name of a file in it."
        raise ParameterError(msg, where="save.path", fix="type the name of a file")
    if not path.exists():
        return ""
    if source is not None and source.exists() and path.samefile(source):
        raise _own_source(path)
    state = path.stat()
    there = f"{format_bytes(state.st_size)}, saved {ago(state.st_mtime)}"
    what, is_same = _what(path, experiment)
    if is_same:
        fate = "It is the same experiment by the same request, and is replaced."
    elif format_ == "archive":
        fate = "It is kept under another name beside the new one."
    else:
        fate = "It is replaced."
    return f"{path.name} is there already: {what}, {there}. {fate}"


def refuse_other_format(path: Path, format_: SaveFormat) -> None:
    """Keep an archive from being called what it is not; nobody could open it as that.

    Raises
    ------
    ParameterError
        If the format cannot be written, or the name of an archive ends as files of another do.
    """
    if format_ not in ("archive", "pickle"):
        msg = f"This version saves archives and pickles, not {format_!r}."
        raise ParameterError(msg, where="save", fix="save: {as: archive}")
    if format_ == "archive" and path.suffix.lower() in _OTHER_FORMATS:
        msg = (
            f"{path.name!r} is not the name of an archive: {path.suffix} is another format, which "
            "this version does not save.\nGive it the ending .npz, or .pickle for a pickle."
        )
        raise ParameterError(msg, where="save.path", expected=".npz", fix="let it end with .npz")


def refuse_source(path: Path, source: Mapping[str, Any] | None) -> None:
    """Keep a recording from being overwritten by the experiment that is made from it.

    Parameters
    ----------
    path
        Where the experiment would be saved.
    source
        What the experiment remembers of its source: size in bytes and time of last change.

    Raises
    ------
    ParameterError
        If the file at ``path`` is the source, as far as size and time tell.
    """
    if source is None:
        return
    # A folder of the path may be missing yet: "new/../recording.npz" is the recording then.
    path = Path(os.path.abspath(path))  # noqa: PTH100  # symbolic links stay as they are
    there = None
    with suppress(OSError):
        there = fingerprint.take(path) if path.is_file() else None
    if there is None:
        return
    if (there.size, there.mtime_ns) == (source.get("size"), source.get("mtime_ns")):
        raise _own_source(path)


def refuse_stranger(path: Path) -> None:
    """Keep a file that is no saved experiment from being replaced; nobody could bring it back.

    Parameters
    ----------
    path
        Where something would be saved without asking. An empty file is nothing to lose.

    Raises
    ------
    StorageError
        If another recording, or anything else, is there.
    """
    if not path.is_file() or path.stat().st_size == 0 or _is_experiment(path):
        return
    msg = (
        f"{path.name!r} is there already and is no saved experiment; it is not replaced.\n"
        "Choose another name, or move that file away."
    )
    raise StorageError(msg, where=str(path), fix="choose another name")


def _is_experiment(path: Path) -> bool:
    """Say whether a file is an archive of ours, or begins as pickled experiments do."""
    try:
        manifest_of(path)
    except NewerArchiveError:
        return True
    except (LoaderError, OSError):
        pass
    else:
        return True
    with suppress(OSError):
        head = first_bytes(path)
        return head[:1] == b"\x80" and b"driada" in head
    return False


def _own_source(path: Path) -> ParameterError:
    msg = (
        f"{path.name!r} is the file that the experiment is made from; it is not overwritten.\n"
        "Choose another name."
    )
    return ParameterError(msg, where="save.path", fix="choose another name")


def _what(path: Path, experiment: Experiment) -> tuple[str, bool]:
    """Say what a file is, and whether it is this experiment."""
    try:
        manifest = manifest_of(path)
    except DataFileError:
        return "a file that is no archive of ours", False
    except LoaderError:
        return "a file that cannot be read", False
    there = Record.of(manifest["experiment"].get("provenance") or {})
    is_same = (
        manifest.get("content_hash") == experiment.content_hash
        and there.request == Record.of(experiment.provenance).request
    )
    return f"the saved experiment {manifest['experiment'].get('signature')!r}", is_same

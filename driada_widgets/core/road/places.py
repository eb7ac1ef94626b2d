"""Where an experiment will be saved, and whether it can be, before anything is built."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.core.road.targets import refuse_other_format, refuse_source, refuse_stranger
from driada_widgets.core.store import atomic, cache

if TYPE_CHECKING:
    from pathlib import Path

    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.road.looking import Bench

__all__ = ["check_target", "usual_place"]


def usual_place(request: LoadRequest, name: str) -> Path:
    """Give the file that a session of this name is saved to if the request does not say."""
    is_pickle = request.save is not None and request.save.format == "pickle"
    place = cache.pickle_path if is_pickle else cache.archive_path
    return place(request.root, name)


def check_target(request: LoadRequest, bench: Bench) -> None:
    """See whether what is built can be saved; nothing is left behind.

    Raises
    ------
    ParameterError
        If the place is the file that the experiment is made from, or of another format.
    RootNotFolderError
        If the root, or a part of the path, is a file.
    StorageError
        If nothing can be written there, or a pickle would replace what is no saved experiment.
    """
    if request.save is None:
        return
    path = request.save.path
    if path is None:
        planned = bench.plan(request)
        path = usual_place(request, planned.name) if isinstance(planned, LoadPlan) else None
    if path is None:
        return
    refuse_other_format(path, request.save.format)
    source = bench.inventory.fingerprint
    is_kept = bench.opened.experiment is not None and request.save.format == "archive"
    if source is not None and not is_kept:
        refuse_source(path, asdict(source))
    if request.save.format == "pickle":  # an archive keeps what is there under another name
        refuse_stranger(path)
    atomic.check_target(path)

"""The road: a request becomes an experiment, and a file if it is saved.

``run`` is the steps in order, plus the cache rule, and nothing else. Nothing is printed or warned.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import LoaderError, StorageError
from driada_widgets.core.report import Issue
from driada_widgets.core.request.paths import user_path
from driada_widgets.core.road.looking import Bench
from driada_widgets.core.road.opening import open_source
from driada_widgets.core.road.places import check_target
from driada_widgets.core.road.results import CheckResult, LoadResult
from driada_widgets.core.road.saved_source import is_untouched
from driada_widgets.core.road.saving import (
    not_saved,
    open_cached,
    opened_as_saved,
    save_cached,
    save_result,
)
from driada_widgets.core.sources.registry import find_reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from driada_widgets.core.report import Note, Progress
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.road.opening import Opened
    from driada_widgets.core.sources.base import Inventory
    from driada_widgets.core.store.cache import Saved

__all__ = ["CheckResult", "LoadResult", "check", "inspect_file", "run"]


def inspect_file(path: str | Path) -> Inventory:
    """Say what a file holds; only its headers are read.

    Parameters
    ----------
    path
        A data file or folder.

    Returns
    -------
    Inventory
        Format, arrays with shapes and dtypes, stored metadata.

    Raises
    ------
    NotFoundError
        If there is no such file.
    DataFileError
        If no reader knows it, or it is damaged.
    """
    path = user_path(path)
    return find_reader(path).inspect(path)


def check(
    request: LoadRequest,
    *,
    data: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> CheckResult:
    """Say everything that a person should know before building.

    Parameters
    ----------
    request
        What is asked for.
    data
        Arrays in memory, for a request of kind ``"memory"``.
    progress
        Told about stages; asked whether to stop.

    Returns
    -------
    CheckResult
        ``ok``, or ``issues`` with their fixes.

    Raises
    ------
    LoaderError
        If the source cannot be read.
    """
    bench = Bench(open_source(request, data=data))
    return _with_target(bench.look(request, progress), bench)


def run(
    request: LoadRequest,
    *,
    data: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    rebuild: bool = False,
    cache: bool = False,
) -> LoadResult:
    """Turn a request into an experiment.

    Parameters
    ----------
    request
        What is asked for; with ``save`` set, the experiment is saved.
    data
        Arrays in memory, for a request of kind ``"memory"``.
    progress
        Told about stages; asked whether to stop.
    rebuild
        True ignores an experiment that was saved before.
    cache
        True opens the archive of the same request and the same source if there is one, and else
        leaves one at ``{root}/{name}/Exp {name}.npz``.

    Returns
    -------
    LoadResult
        The experiment with notes and ledger.

    Raises
    ------
    LoaderError
        If the source cannot be read, or the request or the values have a problem.
    LoadCancelledError
        If the progress was cancelled; nothing is left behind.
    """
    opened = open_source(request, data=data)
    if opened.experiment is not None and is_untouched(request, opened.experiment):
        check_target(request, Bench(opened))
        result = opened_as_saved(opened.experiment, opened.inventory.path, opened.inventory.notes)
    else:
        result = _built(opened, request, rebuild=rebuild, cache=cache, progress=progress)
    if request.save is None:
        return result
    return _with_saved(result, save_result(result, request, opened, progress=progress))


def _with_target(result: CheckResult, bench: Bench) -> CheckResult:
    """Add why the experiment could not be saved, which a run would tell before it builds."""
    try:
        check_target(result.request, bench)
    except LoaderError as error:
        text, _, fix = str(error).partition("\n")
        issue = Issue(
            id="save-target", field=error.where or "save", text=text, fix=fix, error=type(error)
        )
        return replace(result, issues=(*result.issues, issue))
    return result


def _built(
    opened: Opened,
    request: LoadRequest,
    *,
    rebuild: bool,
    cache: bool,
    progress: Progress | None,
) -> LoadResult:
    bench = Bench(opened)
    damage: tuple[Note, ...] = ()
    if cache and not rebuild:
        kept, damage = open_cached(bench, request, progress)
        if kept is not None:
            return kept
    check_target(request, bench)
    is_kept = cache or request.save is not None
    result = bench.build(request, with_digest=is_kept, progress=progress)
    result = replace(result, notes=(*damage, *result.notes))
    return _cached(result, request, opened) if cache else result


def _cached(result: LoadResult, request: LoadRequest, opened: Opened) -> LoadResult:
    """Leave an archive for the next time; where that fails, the experiment is still given."""
    try:
        return _with_saved(result, save_cached(opened, result, request))
    except StorageError as error:
        return replace(
            result,
            notes=(*result.notes, not_saved(Path(f"{result.experiment.signature}.npz"), error)),
        )


def _with_saved(result: LoadResult, saved: Saved) -> LoadResult:
    return replace(result, saved_to=saved.path, notes=(*result.notes, *saved.notes))

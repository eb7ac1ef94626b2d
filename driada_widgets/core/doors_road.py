"""What the loading functions do, without printing or warning: the cache rule, then the road."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driada_widgets.core.doors_request import check_mask_length, given_fields
from driada_widgets.core.doors_verbose import report_lines
from driada_widgets.core.errors import (
    NotFoundError,
    ParameterError,
    RootNotFolderError,
    StorageError,
)
from driada_widgets.core.experiment.naming import construct_session_name, folder_name
from driada_widgets.core.report import Note, raise_issues
from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.core.road.kept_pickle import reuse
from driada_widgets.core.road.looking import Bench
from driada_widgets.core.road.opening import iabs_path, nothing_downloaded, open_source
from driada_widgets.core.road.saving import (
    check_place,
    not_saved,
    open_cached,
    save_as,
    save_cached,
)
from driada_widgets.core.store import cache as cache_store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from driada_widgets.core.doors_request import Asked, Options
    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.road.results import LoadResult

__all__ = ["Loaded", "build_asked", "load_asked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """An experiment, and what its caller should be told."""

    experiment: Experiment
    notes: tuple[Note, ...]


def load_asked(
    asked: Asked,
    options: Options,
    *,
    exp_path: Path | None,
    rebuild: bool,
    reload: bool,
    save_to_pickle: bool,
    cache: bool,
    tell: Callable[[str], None],
) -> Loaded:
    """Load a saved experiment if it is what was asked for, else build it.

    Parameters
    ----------
    asked
        The request.
    options
        The arguments as they were given.
    exp_path
        Place of the pickle; ``None``: its usual place.
    rebuild
        Whether saved experiments are passed over.
    reload
        Whether a fresh download was asked for.
    save_to_pickle, cache
        What to leave behind.
    tell
        Prints a line, or does nothing.
    """
    request = asked.request
    name = construct_session_name(request.source.data_source, request.exp_params)
    folder_name(name)
    _make_root(request.root)
    pickle_path = exp_path or cache_store.pickle_path(request.root, name)
    _refuse_one_file(pickle_path, request.source.path)
    notes: tuple[Note, ...] = ()
    if pickle_path.exists() and not rebuild:
        given = given_fields(options, reconstruct_spikes="wavelet")
        usual = iabs_path(request) if request.source.kind == "iabs" else None
        kept = reuse(pickle_path, request, given, usual)
        notes = kept.notes
        if kept.experiment is not None:
            tell(f"Experiment {kept.experiment.signature} loaded from {pickle_path}\n")
            _tell_of_cache(notes, tell)
            return Loaded(experiment=kept.experiment, notes=notes)
        _tell_of_cache(notes, tell)
        if kept.source is not None and request.source.path is None:
            request = replace(request, source=replace(request.source, path=kept.source))
    request, found = _located(request, reload=reload, tell=tell)
    notes += found
    problem = check_place(pickle_path) if save_to_pickle else None
    loaded = build_asked(
        replace(asked, request=request),
        options,
        data=None,
        cache=cache,
        rebuild=rebuild,
        with_digest=save_to_pickle,
        tell=tell,
    )
    notes += loaded.notes
    if save_to_pickle:
        notes += _save(loaded.experiment, pickle_path, problem, tell)
    return Loaded(experiment=loaded.experiment, notes=notes)


def build_asked(
    asked: Asked,
    options: Options,
    *,
    data: Mapping[str, Any] | None,
    cache: bool,
    tell: Callable[[str], None],
    rebuild: bool = False,
    with_digest: bool = False,
) -> Loaded:
    """Build an experiment, or open its archive if that is wanted and there is one."""
    request = asked.request
    bench = Bench(open_source(request, data=data))
    damage: tuple[Note, ...] = ()
    if cache and not rebuild:
        kept, damage = open_cached(bench, request)
        if kept is not None:
            tell(f"Experiment {kept.experiment.signature} loaded from {kept.saved_to}\n")
            return Loaded(experiment=kept.experiment, notes=kept.notes)
    planned = bench.plan(request)
    if not isinstance(planned, LoadPlan):
        raise_issues(planned)
    check_mask_length(options.bad_frames, planned.n_frames)
    tell(f"Building experiment {planned.name}...")
    method = options.reconstruct_spikes
    result = bench.build(
        request,
        plan=planned,
        with_digest=with_digest or cache,
        spike_function=method if callable(method) else None,
    )
    for line in report_lines(result) if tell is print else ():
        tell(line)
    notes = (*asked.notes, *damage, *result.notes)
    if cache:
        notes += _cached(bench, result, request)
    return Loaded(experiment=result.experiment, notes=notes)


def _tell_of_cache(notes: tuple[Note, ...], tell: Callable[[str], None]) -> None:
    """Print why an earlier experiment was opened or not."""
    for note in notes:
        if note.id in ("built-again", "options-unverified", "unverified"):
            tell(note.text)


def _make_root(root: Path) -> None:
    """Make the root; where that is not allowed, only saving fails, and says so."""
    if root.is_file():
        msg = f"Root must be a folder! {root} is a file; choose another root."
        raise RootNotFolderError(msg, where=str(root), fix="choose another root")
    with suppress(OSError, ValueError):
        root.mkdir(parents=True, exist_ok=True)


def _refuse_one_file(saved: Path, recording: Path | None) -> None:
    """Keep a recording from being taken for a damaged saved experiment, and renamed."""
    if recording is None or not saved.exists() or not recording.exists():
        return
    if saved.samefile(recording):
        msg = (
            f"exp_path and data_path are the same file: {recording.name!r}. data_path is the "
            "recording, exp_path the place of the saved experiment: give two names."
        )
        raise ParameterError(msg, where="exp_path", fix="give two names")


def _located(
    request: LoadRequest, *, reload: bool, tell: Callable[[str], None]
) -> tuple[LoadRequest, tuple[Note, ...]]:
    """Find the data file, in the words of the contract."""
    source = request.source
    if source.kind != "iabs":
        if source.path is None:
            msg = (
                f"For data source '{source.data_source}', you must provide the 'data_path' "
                "parameter pointing to your NPZ data file."
            )
            raise ParameterError(msg, where="data_path")
        if not source.path.exists():
            msg = f"Data file not found: {source.path}"
            raise NotFoundError(msg, where=str(source.path))
        tell(f"Loading data from: {source.path}")
        return request, ()
    path = source.path
    if path is None:
        path = iabs_path(request)
        tell(f"Path to data: {path}")
    if not path.exists():
        tell("Failed to locate aligned data for experiment construction")
        raise nothing_downloaded(path)
    tell("Aligned data for experiment construction found successfully")
    located = replace(request, source=replace(source, path=path))
    return located, (_not_reloaded(path),) if reload else ()


def _not_reloaded(path: Path) -> Note:
    text = (
        f"force_reload was asked for, but this version does not download: {path.name} was loaded "
        "as it is on this computer."
    )
    return Note(id="not-reloaded", level="warning", subject="force_reload", text=text)


def _save(
    experiment: Experiment, path: Path, problem: Note | None, tell: Callable[[str], None]
) -> tuple[Note, ...]:
    """Save the pickle; where that fails, the experiment is still given, with a warning."""
    if problem is not None:
        return (problem,)
    try:
        save_as(experiment, path, "pickle")
    except StorageError as error:
        return (not_saved(path, error),)
    tell(f"Experiment {experiment.signature} saved to {path}\n")
    return ()


def _cached(bench: Bench, result: LoadResult, request: LoadRequest) -> tuple[Note, ...]:
    try:
        return save_cached(bench.opened, result, request).notes
    except StorageError as error:
        return (not_saved(Path(f"{result.experiment.signature}.npz"), error),)

"""The documented functions: the road under the contract's names, arguments and printed words.

They alone print, when ``verbose``, and warn.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from driada_widgets.core.doors_request import (
    NanArgument,
    Options,
    SpikesArgument,
    ask,
    check_mapping,
)
from driada_widgets.core.doors_road import build_asked, load_asked
from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.paths import user_path
from driada_widgets.core.road.saving import open_saved, save_as
from driada_widgets.core.sources import demo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.report import Note
    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = [
    "load_demo_experiment",
    "load_exp_from_aligned_data",
    "load_exp_from_pickle",
    "load_experiment",
    "open_experiment",
    "save_exp_to_pickle",
    "save_experiment",
]


def load_experiment(  # noqa: PLR0917 - the contract's signature
    data_source: str,
    exp_params: Mapping[str, Any],
    force_rebuild: bool = False,
    force_reload: bool = False,
    via_pydrive: bool = True,
    gauth: Any = None,
    root: str | Path = "DRIADA data",
    exp_path: str | Path | None = None,
    data_path: str | Path | None = None,
    force_continuous: Sequence[str] = [],
    feature_types: Mapping[str, str | TimeSeriesType] | None = None,
    bad_frames: Any = [],
    static_features: Mapping[str, Any] | None = None,
    reconstruct_spikes: SpikesArgument = "wavelet",
    save_to_pickle: bool = False,
    verbose: bool = True,
    router_source: Any = None,
    *,
    aggregate_features: Mapping[tuple[str, ...], str] | None = None,
    n_jobs: int = -1,
    create_circular_2d: bool = True,
    seed: int | None = None,
    nan: NanArgument = "raise",
    max_gap_sec: float = 0.5,
    rename: Mapping[str, str] | None = None,
    neural: str | None = None,
    transpose: Sequence[str] = (),
    cache: bool = False,
) -> tuple[Experiment, list[str] | None]:
    """Load the experiment that was saved before, or build it from a data file.

    Parameters
    ----------
    data_source
        Lab or project. ``"IABS"`` names sessions by ``track``, ``animal_id`` and ``session`` and
        looks for the data file at its usual place under ``root``.
    exp_params
        Metadata; some entries form the name of the session.
    force_rebuild
        True builds from the data file even if the experiment was saved before.
    force_reload
        As ``force_rebuild``; for ``"IABS"`` also asks for a fresh download.
    via_pydrive, gauth, router_source
        For downloads, which this version does not do.
    root
        Folder that holds one folder per experiment; it is made if it is missing.
    exp_path
        File of the saved experiment; ``None``: ``{root}/{name}/Exp {name}.pickle``.
    data_path
        Data file; needed unless ``data_source`` is ``"IABS"``.
    force_continuous
        Deprecated; use ``feature_types``.
    feature_types
        Type word per feature. It is also the list of circular features: one that is detected as
        circular and not listed becomes linear, with a warning.
    bad_frames
        Frames to remove: indices, half-open ranges ``(start, stop)``, or a boolean mask.
    static_features
        Constants: ``fps`` in Hz, ``t_rise_sec`` and ``t_off_sec`` in seconds, and others.
    reconstruct_spikes
        Deprecated load-time method; ``None`` or ``False`` for none.
    save_to_pickle
        Whether to save what was built.
    verbose
        Whether to print what happens.
    aggregate_features
        Names of one-dimensional features to the name of their combination.
    n_jobs
        Kept for compatibility; building needs no workers.
    create_circular_2d
        Whether circular features get a ``_2d`` companion (cos, sin).
    seed
        Seed of the tie-breaking noise; ``None`` adds none.
    nan
        What to do with NaN and infinite values: ``"raise"``, ``"bad_frames"``, ``"interpolate"``
        or ``"drop"``, for all arrays or as a dictionary by name.
    max_gap_sec
        Longest gap in seconds that ``"interpolate"`` fills.
    rename
        Names in the file to names in the experiment.
    neural
        Name of the array that is the neural data.
    transpose
        Names of arrays that are stored frames first.
    cache
        Whether to keep an archive of the experiment under ``root``, and to open it next time.

    Returns
    -------
    experiment : Experiment
        Loaded or built.
    load_log : None
        Nothing is downloaded, so there is no log.

    Raises
    ------
    ParameterError
        If an argument is wrong; it is a ``ValueError``.
    NotFoundError
        If there is no data file; it is a ``FileNotFoundError``.
    DataFileError
        If the data file cannot be used; it is a ``ValueError``.
    RootNotFolderError
        If ``root`` is a file; it is a ``ValueError`` and an ``OSError``.
    """
    del via_pydrive, gauth, router_source, n_jobs
    options = Options(
        force_continuous=force_continuous,
        feature_types=feature_types,
        bad_frames=bad_frames,
        static_features=static_features,
        reconstruct_spikes=reconstruct_spikes,
        aggregate_features=aggregate_features,
        create_circular_2d=create_circular_2d,
        seed=seed,
        nan=nan,
        max_gap_sec=max_gap_sec,
        rename=rename,
        neural=neural,
        transpose=transpose,
    )
    asked = ask(
        data_source,
        exp_params,
        options,
        kind="iabs" if data_source == "IABS" else "file",
        path=None if data_path is None else user_path(data_path),
        root=user_path(root),
    )
    loaded = load_asked(
        asked,
        options,
        exp_path=None if exp_path is None else user_path(exp_path),
        rebuild=force_rebuild or force_reload,
        reload=force_reload,
        save_to_pickle=save_to_pickle,
        cache=cache,
        tell=print if verbose else _say_nothing,
    )
    _emit(loaded.notes, verbose=verbose)
    return loaded.experiment, None


def load_exp_from_aligned_data(  # noqa: PLR0917 - the contract's signature
    data_source: str,
    exp_params: Mapping[str, Any],
    data: Mapping[str, Any],
    force_continuous: Sequence[str] = [],
    feature_types: Mapping[str, str | TimeSeriesType] | None = None,
    bad_frames: Any = [],
    static_features: Mapping[str, Any] | None = None,
    verbose: bool = True,
    reconstruct_spikes: SpikesArgument = None,
    aggregate_features: Mapping[tuple[str, ...], str] | None = None,
    n_jobs: int = -1,
    enable_parallelization: bool = True,
    create_circular_2d: bool = True,
    seed: int | None = None,
    *,
    nan: NanArgument = "raise",
    max_gap_sec: float = 0.5,
    rename: Mapping[str, str] | None = None,
    neural: str | None = None,
    transpose: Sequence[str] = (),
    cache: bool = False,
) -> Experiment:
    """Build an experiment from arrays in memory.

    Parameters
    ----------
    data_source
        Lab or project; ``"IABS"`` names sessions by ``track``, ``animal_id`` and ``session``.
    exp_params
        Metadata; some entries form the name of the session.
    data
        Arrays by name: neural data ``(n_cells, n_frames)`` under ``calcium`` or another known
        name in any case, optionally ``spikes``, ``asp`` and ``reconstructions`` of the same shape;
        everything else is a feature, ``(n_frames,)`` or ``(n_components, n_frames)``. Nothing in
        it is changed.
    force_continuous, feature_types, bad_frames, static_features, aggregate_features
        As for ``load_experiment``.
    verbose
        Whether to print what happens.
    reconstruct_spikes
        Deprecated load-time method; ``None`` or ``False`` for none.
    n_jobs, enable_parallelization
        Kept for compatibility; building needs no workers.
    create_circular_2d, seed, nan, max_gap_sec, rename, neural, transpose
        As for ``load_experiment``.
    cache
        Whether to leave an archive of the experiment in ``DRIADA data``.

    Returns
    -------
    Experiment
        With copies of the arrays.

    Raises
    ------
    TypeError
        If ``data`` or ``exp_params`` is no dictionary.
    LoaderError
        If data or arguments have a problem; all problems are named, and it is a ``ValueError``.
    """
    del n_jobs, enable_parallelization
    check_mapping("data", data)
    if not data:
        msg = "data dictionary cannot be empty"
        raise ParameterError(msg, where="data")
    options = Options(
        force_continuous=force_continuous,
        feature_types=feature_types,
        bad_frames=bad_frames,
        static_features=static_features,
        reconstruct_spikes=reconstruct_spikes,
        aggregate_features=aggregate_features,
        create_circular_2d=create_circular_2d,
        seed=seed,
        nan=nan,
        max_gap_sec=max_gap_sec,
        rename=rename,
        neural=neural,
        transpose=transpose,
    )
    asked = ask(data_source, exp_params, options, kind="memory")
    tell = print if verbose else _say_nothing
    loaded = build_asked(asked, options, data=data, cache=cache, tell=tell)
    _emit(loaded.notes, verbose=verbose)
    return loaded.experiment


def save_exp_to_pickle(exp: Experiment, path: str | Path, verbose: bool = True) -> None:
    """Save an experiment as a pickle, whole or not at all; missing folders are made.

    Parameters
    ----------
    exp
        The experiment.
    path
        Target file.
    verbose
        Whether to print where it was saved.

    Raises
    ------
    StorageError
        If it cannot be written, or what is there is no experiment; it is an ``OSError``.
    """
    save_as(exp, user_path(path), "pickle")
    if verbose:
        print(f"Experiment {exp.signature} saved to {path}\n")


def load_exp_from_pickle(path: str | Path, verbose: bool = True) -> Experiment:
    """Open a pickled experiment, ours or one of driada; no code in it is run.

    Parameters
    ----------
    path
        The file.
    verbose
        Whether to print what was loaded.

    Returns
    -------
    Experiment
        As it was saved.

    Raises
    ------
    NotFoundError
        If there is no such file.
    DataFileError
        If it is damaged, holds something else, or would have to run code.
    """
    experiment = open_saved(user_path(path), "pickle")
    if verbose:
        print(f"Experiment {experiment.signature} loaded from {path}\n")
    return experiment


def load_demo_experiment(name: str = "demo", verbose: bool = False) -> Experiment:
    """Load the simulated recording that comes with the package: 50 neurons, 10 000 frames.

    Parameters
    ----------
    name
        Name of the experiment; its signature is ``Exp {name}``.
    verbose
        Whether to print what happens.
    """
    recording = demo.demo_recordings()[0]
    options = Options(static_features=recording.static_features)
    asked = ask("MyLab", {"name": name}, options, kind="demo", path=user_path(recording.name))
    tell = print if verbose else _say_nothing
    loaded = build_asked(asked, options, data=None, cache=False, tell=tell)
    _emit(loaded.notes, verbose=verbose)
    return loaded.experiment


def save_experiment(exp: Experiment, path: str | Path) -> Path:
    """Save an experiment: a ``.pickle`` or ``.pkl`` is a pickle, anything else an archive.

    Parameters
    ----------
    exp
        The experiment.
    path
        Target file; missing folders are made.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    StorageError
        If it cannot be written, or what is there is no experiment; an older file is still there.
    """
    path = user_path(path)
    return save_as(exp, path, "pickle" if path.suffix in (".pickle", ".pkl") else "archive")


def open_experiment(path: str | Path) -> Experiment:
    """Open a saved experiment, an archive or a pickle; its contents say which.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Experiment
        From an archive, arrays are read when they are first needed.

    Raises
    ------
    NotFoundError
        If there is no such file.
    DataFileError
        If it is damaged, or no saved experiment.
    """
    return open_saved(user_path(path), None)


def _say_nothing(line: str) -> None:
    del line


def _emit(notes: Iterable[Note], *, verbose: bool) -> None:
    """Give each warning note once, as a warning at the line that called the door."""
    for note in {(note.category, note.text): note for note in notes}.values():
        if note.level == "warning" and (verbose or not note.verbose_only):
            kind = DeprecationWarning if note.category == "deprecation" else UserWarning
            warnings.warn(note.text, kind, stacklevel=3)

"""Saved experiments for tests."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.pipeline import run
from driada_widgets.core.request.codegen import save_from_path
from driada_widgets.core.request.model import LoadRequest, SourceSpec
from driada_widgets.core.store.archive import open_archive, save_archive
from driada_widgets.core.store.pickled import open_pickle, save_pickle

__all__ = ["DRIADA_PICKLE", "by_archive", "by_copy", "by_pickle", "by_plain_pickle", "saved"]

DRIADA_PICKLE = Path(__file__).parent / "goldens" / "driada_experiment.pickle"


def saved(recording: Path, name: str = "Exp mouse.npz") -> Path:
    """Build the recording without 61 bad frames, and save it beside itself."""
    path = recording.parent / name
    request = LoadRequest(
        source=SourceSpec(path=recording),
        exp_params={"name": "mouse"},
        static_features={"fps": 20.0},
        bad_frames=((120, 181),),
        save=save_from_path(path),
    )
    run(request)
    return path


def by_archive(experiment: Experiment, folder: Path) -> Experiment:
    """Save an experiment as an archive, and open it."""
    return open_archive(save_archive(experiment, folder / "a.npz"))


def by_pickle(experiment: Experiment, folder: Path) -> Experiment:
    """Save an experiment as a pickle of ours, and open it."""
    save_pickle(experiment, folder / "a.pickle")
    return open_pickle(folder / "a.pickle")


def by_plain_pickle(experiment: Experiment, folder: Path) -> Experiment:
    """Take an experiment through Python's own pickle."""
    del folder
    loaded: Experiment = pickle.loads(pickle.dumps(experiment))
    return loaded


def by_copy(experiment: Experiment, folder: Path) -> Experiment:
    """Copy an experiment with all that it holds."""
    del folder
    return copy.deepcopy(experiment)

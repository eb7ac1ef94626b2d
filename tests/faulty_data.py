"""The ways by which faulty data reach the road: from memory, from a file, by a request."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from driada_widgets import (
    Experiment,
    LoadRequest,
    SourceSpec,
    load_exp_from_aligned_data,
    load_experiment,
    run,
)

__all__ = ["WAYS", "Loaded", "Way", "digests_under"]


@dataclass(frozen=True)
class Loaded:
    """An experiment, and the texts of what was warned or noted as a warning."""

    experiment: Experiment
    warned: list[str]


Way = Callable[..., Loaded]


def from_memory(folder: Path, data: dict[str, Any], **options: Any) -> Loaded:
    """Load arrays in memory."""
    del folder
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        experiment = load_exp_from_aligned_data(
            "Lab", {"name": "n"}, data, verbose=False, **options
        )
    return Loaded(experiment, [str(each.message) for each in caught])


def from_file(folder: Path, data: dict[str, Any], **options: Any) -> Loaded:
    """Load an NPZ file by the documented function."""
    path = folder / "rec.npz"
    np.savez(path, **data)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        experiment, _ = load_experiment(
            "Lab",
            {"name": "n"},
            data_path=path,
            root=folder / "root",
            reconstruct_spikes=False,
            verbose=False,
            **options,
        )
    return Loaded(experiment, [str(each.message) for each in caught])


def by_request(folder: Path, data: dict[str, Any], **fields: Any) -> Loaded:
    """Run a request on an NPZ file; nothing is warned, so warnings are errors."""
    path = folder / "rec.npz"
    np.savez(path, **data)
    request = LoadRequest(
        source=SourceSpec(path=path), exp_params={"name": "n"}, root=folder / "root", **fields
    )
    result = run(request)
    notes = [note for note in result.notes if note.level == "warning" and not note.verbose_only]
    return Loaded(result.experiment, [note.text for note in notes])


WAYS: dict[str, Way] = {"memory": from_memory, "file": from_file, "request": by_request}


def digests_under(folder: Path) -> dict[str, str]:
    """Give every file under a folder with the digest of its contents."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }

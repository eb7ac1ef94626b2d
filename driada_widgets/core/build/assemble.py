"""Plan and arrays become an experiment; nothing is warned, printed or written."""

from __future__ import annotations

import platform
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.build.examine import examine
from driada_widgets.core.experiment.contents import Contents
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.experiment.notes import NO_SPIKES
from driada_widgets.core.report import raise_issues
from driada_widgets.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from driada_widgets.core.build.examine import Examination
    from driada_widgets.core.report import Note, Progress
    from driada_widgets.core.request.plan import LoadPlan, Role
    from driada_widgets.core.sources.base import Fingerprint

__all__ = ["ORIGINAL_INDEX", "build"]

ORIGINAL_INDEX = "original_cell_index"
"""Entry of the metadata that keeps the recorded rows of the neurons when some were left out."""


def build(
    arrays: Mapping[str, NDArray[np.generic]],
    plan: LoadPlan,
    *,
    examination: Examination | None = None,
    request: Mapping[str, Any] | None = None,
    fingerprint: Fingerprint | None = None,
    copy: bool = False,
    progress: Progress | None = None,
) -> tuple[Experiment, tuple[Note, ...]]:
    """Make the experiment that a plan describes.

    Parameters
    ----------
    arrays
        By name in the file, as stored.
    plan
        What was resolved.
    examination
        What is known about the values already; ``None``: they are looked at now.
    request
        The request as plain values, to be remembered.
    fingerprint
        Which bytes the source was, to be remembered.
    copy
        True if the arrays belong to someone else.
    progress
        Told about stages; asked whether to stop.

    Returns
    -------
    experiment : Experiment
        Its source arrays are those given (or their copies), read-only.
    notes : tuple of Note
        Everything that a person should know.

    Raises
    ------
    LoaderError
        If the values have problems that the request does not answer; all are named.
    """
    seen = examination or examine(arrays, plan, copy=copy, progress=progress)
    if seen.issues:
        raise_issues(seen.issues)
    if progress is not None:
        progress.begin("Building the experiment")
    contents = _contents(plan, seen, _provenance(seen.notes, request, fingerprint))
    experiment = Experiment.from_contents(contents)
    return experiment, (*seen.notes, *_notes_of(experiment, plan))


def _notes_of(experiment: Experiment, plan: LoadPlan) -> tuple[Note, ...]:
    """Give what the experiment says; that spikes asked for are not made is said by the plan."""
    if plan.request.spikes is None:
        return experiment.notes
    return tuple(note for note in experiment.notes if note.id != NO_SPIKES.id)


def _contents(plan: LoadPlan, seen: Examination, provenance: Mapping[str, Any]) -> Contents:
    calcium = next(item.name for item in plan.arrays if item.role == "calcium")
    return Contents(
        signature=plan.signature,
        calcium=seen.values.arrays[calcium],
        calcium_range=seen.calcium_range,
        kept_cells=seen.kept_cells,
        calcium_filled=seen.calcium_filled,
        bad_frames_mask=seen.bad_mask if seen.bad_mask.any() else None,
        features=seen.contents,
        spikes=_array(plan, seen, "spikes"),
        asp=_array(plan, seen, "asp"),
        reconstructions=_array(plan, seen, "reconstructions"),
        exp_params=dict(plan.request.exp_params),
        static_features=dict(plan.static_features),
        metadata=_metadata(plan, seen),
        create_circular_2d=plan.request.create_circular_2d,
        seed=plan.request.seed,
        provenance=provenance,
    )


def _array(plan: LoadPlan, seen: Examination, role: Role) -> NDArray[np.generic] | None:
    item = plan.array_of(role)
    if item is None or item.name in seen.left_out:
        return None
    return seen.values.arrays[item.name]


def _metadata(plan: LoadPlan, seen: Examination) -> dict[str, Any] | None:
    """Give the stored metadata; if neurons are left out, with their recorded rows."""
    if seen.kept_cells is None:
        return None if plan.metadata is None else dict(plan.metadata)
    metadata: dict[str, Any] = {**(plan.metadata or {}), ORIGINAL_INDEX: list(seen.kept_cells)}
    metrics = metadata.get("metrics_df")
    if isinstance(metrics, dict):
        metadata["metrics_df"] = {
            name: _rows(values, seen.kept_cells, plan.n_cells) for name, values in metrics.items()
        }
    return metadata


def _rows(values: Any, kept: tuple[int, ...], n_cells: int) -> Any:
    if not isinstance(values, list) or len(values) != n_cells:
        return values
    return [values[row] for row in kept]


def _provenance(
    notes: tuple[Note, ...], request: Mapping[str, Any] | None, fingerprint: Fingerprint | None
) -> dict[str, Any]:
    return {
        "request": None if request is None else dict(request),
        "source": None if fingerprint is None else asdict(fingerprint),
        "notes": [
            {"id": note.id, "level": note.level, "subject": note.subject, "text": note.text}
            for note in notes
        ],
        "versions": {
            "driada_widgets": __version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
    }

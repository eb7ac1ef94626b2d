"""What is said about the room that a saved experiment needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from driada_widgets import load_demo_experiment, load_exp_from_aligned_data
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.store import archive, atomic, pickled
from tests.samples import make_aligned


def small() -> Experiment:
    """Give one of 5 neurons and 1000 frames."""
    return load_exp_from_aligned_data("Lab", {"name": "n"}, make_aligned(), verbose=False)


def with_events() -> Experiment:
    """Give one with spikes, amplitudes, reconstructions and marked events."""
    experiment = load_demo_experiment()
    experiment.reconstruct_all_neurons("threshold", create_event_regions=True)
    return experiment


@pytest.mark.parametrize(
    ("module", "save"),
    [(archive, archive.save_archive), (pickled, pickled.save_pickle)],
    ids=["archive", "pickle"],
)
@pytest.mark.parametrize(
    "make", [small, load_demo_experiment, with_events], ids=["40 kB", "2 MB", "events"]
)
def test_room_is_neither_short_nor_far_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Any, module: Any, save: Any
) -> None:
    """A nearly full disk is not called too full for what fits."""
    told: list[int] = []

    def watched(*arguments: Any, needed: int, **more: Any) -> Any:
        told.append(needed)
        return atomic.write_atomically(*arguments, needed=needed, **more)

    monkeypatch.setattr(module, "write_atomically", watched)
    path = save(make(), tmp_path / "saved")

    n_bytes = path.stat().st_size
    assert n_bytes <= told[-1] <= 1.02 * n_bytes + 40_000

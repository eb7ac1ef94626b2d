"""What finding spikes adds to the estimate of a build."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from driada_widgets.core.pipeline import check
from driada_widgets.core.request.model import LoadRequest, SourceSpec, SpikeSpec
from driada_widgets.core.road.cost import Cost
from tests.samples import make_aligned


@pytest.fixture
def costs(tmp_path: Path) -> dict[str | None, Cost]:
    """Give the estimate of one recording by spike method; 5 neurons, 1000 frames, float64."""
    np.savez(tmp_path / "rec.npz", **make_aligned())
    source = SourceSpec(path=tmp_path / "rec.npz")
    methods = (None, "wavelet", "threshold", "matched", "oasis", "load-wavelet", "callable")
    found = {}
    for method in methods:
        spikes = None if method is None else SpikeSpec(method=method)
        cost = check(LoadRequest(source=source, spikes=spikes)).cost
        assert cost is not None
        found[method] = cost
    return found


def test_the_arrays_of_spikes_are_counted(costs: dict[str | None, Cost]) -> None:
    """Bytes for spikes, as much as calcium for amplitudes, and again for reconstructions."""
    plain = costs[None]
    more = {method: cost.memory_low - plain.memory_low for method, cost in costs.items()}

    assert more == {
        None: 0,
        "wavelet": 5_000 * 9,
        "threshold": 5_000 * 9,
        "matched": 5_000 * 17,
        "oasis": 5_000 * 17,
        "load-wavelet": 5_000,
        "callable": 5_000,
    }
    for method, cost in costs.items():
        assert cost.disk - plain.disk == more[method]
        assert cost.memory_high - plain.memory_high >= more[method]


def test_slower_methods_take_longer(costs: dict[str | None, Cost]) -> None:
    """The time of a function is not known and not counted."""
    seconds = {method: cost.seconds for method, cost in costs.items()}

    assert seconds[None] == pytest.approx(seconds["callable"])
    assert seconds[None] < seconds["threshold"] < seconds["wavelet"] < seconds["matched"]

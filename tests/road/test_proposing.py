"""Which arrays of a file are searched for bad frames, and as what."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from driada_widgets.core.pipeline import check
from driada_widgets.core.request.model import LoadRequest, SourceSpec
from driada_widgets.core.road.proposing import propose_frames
from tests.samples import make_aligned

REQUEST = LoadRequest(
    source=SourceSpec(kind="memory"),
    exp_params={"name": "test"},
    static_features={"fps": 20.0},
)


def proposed(**changes: Any) -> list[tuple[str, int, int]]:
    """List what is proposed for a small recording with changed arrays."""
    result = check(REQUEST, data=make_aligned(20) | changes)
    return [(p.kind, p.start, p.stop) for p in propose_frames(result).items]


def with_gap(at: int = 300) -> Any:
    """Give the time of each frame, with two frames lost before frame ``at``."""
    times = np.arange(1000) / 20.0
    times[at:] += 0.1
    return times


@pytest.mark.parametrize("name", ["time", "Time (s)", "frame_timestamps", "T", "t_ms"])
def test_clock_is_known_by_its_name(name: str) -> None:
    """An array named like a clock is looked at for frames that were lost."""
    assert proposed(**{name: with_gap()}) == [("gap", 299, 301)]


@pytest.mark.parametrize("name", ["distance", "trial_type", "timing_error"])
def test_other_names_are_no_clocks(name: str) -> None:
    """A distance that grows faster once is no clock, if detection does not take it for one."""
    steps = np.random.default_rng(0).gamma(20.0, size=1000)
    steps[300] *= 8

    assert proposed(**{name: np.cumsum(steps)}) == []


def test_missing_values_are_proposed_before_a_policy_is_chosen() -> None:
    """A check that ends in a problem still proposes the frames that make it."""
    calcium = make_aligned(20)["calcium"]
    calcium[3, 10:20] = np.nan
    speed = np.linspace(0, 1, 1000)
    speed[-5:] = np.nan

    assert proposed(calcium=calcium, speed=speed) == [
        ("missing", 10, 20),
        ("missing", 995, 1000),
    ]


def test_nothing_to_look_at() -> None:
    """Without a plan there is nothing to propose."""
    result = check(REQUEST, data={"speed": np.arange(10.0)})

    assert result.plan is None
    assert propose_frames(result).items == ()

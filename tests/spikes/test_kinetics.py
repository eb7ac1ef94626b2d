"""Rise and decay times from events whose times are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.spikes.kinetics import fit_kinetics, no_kinetics

FPS = 20.0
ONSETS = tuple(range(100, 2300, 200))
DEFAULTS: dict[str, Any] = {"fps": FPS, "default_t_rise_sec": 0.25, "default_t_off_sec": 2.0}


def trace_of(n_events: int = 11, decay_sec: float = 1.5) -> np.ndarray:
    """Give events that rise in a straight line for 0.3 s and decay exponentially."""
    trace = np.zeros(2400)
    for onset in ONSETS[:n_events]:
        rise = np.linspace(0, 1, 7)
        fall = np.exp(-np.arange(1, 150) / (decay_sec * FPS))
        trace[onset : onset + 156] += np.concatenate([rise, fall])
    return trace


def bounds(n_events: int = 11) -> tuple[np.ndarray, np.ndarray]:
    """Give first and last frames around the peaks."""
    starts = np.array(ONSETS[:n_events])
    return starts, starts + 20


def test_decay_is_that_of_the_events() -> None:
    """The slope of the logarithm is the decay time; everything was measured on every event."""
    result = fit_kinetics(trace_of(), *bounds(), **DEFAULTS)

    assert result["optimized"]
    assert result["t_off"] == pytest.approx(1.5, rel=1e-6)
    assert result["t_off_std"] == pytest.approx(0.0, abs=1e-9)
    assert result["t_rise"] == pytest.approx(0.3, rel=0.2)
    used = [result[f"n_events_{name}"] for name in ("used_rise", "used_off", "detected")]
    assert used == [11, 11, 11]
    assert "error" not in result


@pytest.mark.parametrize(
    ("n_events", "optimized", "error"),
    [
        (5, True, None),
        (4, False, "Insufficient successful measurements"),
        (0, False, "No events detected"),
    ],
)
def test_five_measurements_are_needed(n_events: int, optimized: bool, error: str | None) -> None:
    """With fewer the defaults stay, and the result says so."""
    result = fit_kinetics(trace_of(n_events), *bounds(n_events), **DEFAULTS)

    assert (result["optimized"], result.get("error")) == (optimized, error)
    if not optimized:
        assert (result["t_rise"], result["t_off"]) == (0.25, 2.0)
        assert result["used_defaults"] == {"t_rise": True, "t_off": True}


def test_one_time_may_be_measured_alone() -> None:
    """Events at the very start have a decay and no rise."""
    trace = np.exp(-np.arange(400) / 30.0)
    starts, ends = np.zeros(6, dtype=np.int64), np.full(6, 5)

    result = fit_kinetics(trace, starts, ends, **DEFAULTS)

    assert result["partially_optimized"]
    assert result["used_defaults"] == {"t_rise": True, "t_off": False}
    assert (result["t_rise"], result["t_off"]) == pytest.approx((0.25, 1.5))


@pytest.mark.parametrize(
    ("starts", "ends"),
    [([5, 9], [5, 9]), ([-3], [4]), ([2390], [2400])],
    ids=["one-frame", "before", "after"],
)
def test_events_that_do_not_count(starts: list[int], ends: list[int]) -> None:
    """Events of one frame, or beyond the trace, are no events to measure."""
    result = fit_kinetics(trace_of(), np.array(starts), np.array(ends), **DEFAULTS)

    assert result["error"] == "No valid event boundaries found"
    assert result["n_events_detected"] == len(starts)


@pytest.mark.parametrize("trace", [np.zeros(2400), np.full(2400, 3.0)], ids=["zero", "constant"])
def test_flat_traces_have_no_kinetics(trace: np.ndarray) -> None:
    """Nothing is divided by nothing."""
    assert not fit_kinetics(trace, *bounds(), **DEFAULTS)["optimized"]


def test_means_instead_of_medians() -> None:
    """The aggregation is a choice; another one is refused."""
    trace = trace_of()
    trace[1700:1900] = trace_of(decay_sec=5.0)[1700:1900]

    by_median = fit_kinetics(trace, *bounds(), **DEFAULTS)["t_off"]
    by_mean = fit_kinetics(trace, *bounds(), **DEFAULTS, aggregation="mean")["t_off"]

    assert by_median == pytest.approx(1.5, rel=1e-6)
    assert by_mean > 1.6
    with pytest.raises(ParameterError, match="aggregation must be"):
        fit_kinetics(trace, *bounds(), **{**DEFAULTS, "aggregation": "mode"})


def test_a_fit_that_could_not_be_made_has_the_same_entries() -> None:
    """Those who read the result need not ask whether there is one."""
    made = fit_kinetics(trace_of(), *bounds(), **DEFAULTS)

    assert set(no_kinetics("why", 0.25, 2.0)) == set(made) | {"error"}

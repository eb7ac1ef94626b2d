"""The options that a person is offered are those that the methods take."""

from __future__ import annotations

from typing import Any

import pytest

from driada_widgets.core.experiment.spike_methods import (
    CALLABLE,
    SPIKE_METHODS,
    check_spike_options,
)
from driada_widgets.core.spikes.options import OFFERED_METHODS, SpikeOption, spike_options

EVERY = [(method, option) for method in OFFERED_METHODS for option in spike_options(method)]


def test_every_method_but_a_function_is_offered() -> None:
    """A method that a request may name has options for a person."""
    assert set(OFFERED_METHODS) == set(SPIKE_METHODS) - {CALLABLE}


@pytest.mark.parametrize(
    ("method", "option"), EVERY, ids=[f"{method}-{option.name}" for method, option in EVERY]
)
def test_every_value_that_is_offered_is_taken(method: str, option: SpikeOption) -> None:
    """The default, the bounds and all choices pass the check of a request."""
    values: list[Any] = [value for value, _ in option.choices]
    values += [value for value in (option.default, option.low) if value is not None]
    if option.kind == "tick":
        values += [True, False]
    if option.high is not None and option.name != "t_rise_sec":
        values.append(option.high)

    for value in values:
        check_spike_options(method, {option.name: value}, fps=120.0)

    assert values
    assert option.label
    assert option.help.endswith(".")


def test_defaults_are_those_of_the_methods() -> None:
    """They are taken from where they are defined; a time that is measured has none."""
    defaults = {
        method: {option.name: option.default for option in spike_options(method)}
        for method in OFFERED_METHODS
    }

    assert defaults["wavelet"]["max_event_dur"] == 2.5
    assert defaults["wavelet"]["n_iter"] == 3
    assert defaults["threshold"]["n_mad"] == 4.0
    assert defaults["matched"] == {
        "min_snr": 3.0,
        "smallest_share": 0.2,
        "t_rise_sec": None,
        "t_off_sec": None,
        "create_event_regions": False,
    }
    assert defaults["load-threshold"]["min_spike_interval"] == 0.1

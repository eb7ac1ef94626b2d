"""Choosing how spikes are found: methods in two families, options, the recommendation."""

from __future__ import annotations

from pathlib import Path

import pytest

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.spike_methods import SPIKE_METHODS
from driada_widgets.core.request.model import SpikeSpec
from driada_widgets.core.spikes.options import OFFERED_METHODS, spike_options
from driada_widgets.panel.spike_choice import METHOD_WORDS, families, parse_option, spec_words
from driada_widgets.panel.state import PanelState
from tests.panels import opened_state, write_recording


@pytest.fixture
def state(tmp_path: Path) -> PanelState:
    """Give a state with an experiment built, and ``wavelet`` chosen."""
    made = opened_state(write_recording(tmp_path))
    made.build()
    made.set_spike_method("wavelet")
    return made


def test_every_method_of_a_request_is_offered_once() -> None:
    """Two families have all methods that are no function of code, each with words."""
    offered = [method for _, methods in families() for method in methods]

    assert sorted(offered) == sorted(OFFERED_METHODS) == sorted(METHOD_WORDS)
    assert set(SPIKE_METHODS) - set(offered) == {"callable"}


@pytest.mark.parametrize("method", OFFERED_METHODS)
def test_a_default_that_is_typed_is_not_written_down(method: str) -> None:
    """The value that a field shows as its default, typed, is the default; so is nothing."""
    for option in spike_options(method):
        if option.default is not None:
            assert parse_option(option, option.default) is None
        if option.kind in ("number", "whole"):
            assert parse_option(option, "  ") is None


def test_a_method_is_named_with_what_differs() -> None:
    """As the trial and the summary name it."""
    assert spec_words(SpikeSpec(method="oasis")) == "oasis"
    assert spec_words(SpikeSpec(method="wavelet", options={"sigma": 4.5})) == "wavelet, sigma = 4.5"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("n_iter", "two", "whole number"),
        ("n_iter", "2.5", "whole number"),
        ("n_iter", "1000", "from 1 to"),
        ("sigma", "-1", "from 0 to"),
        ("sigma", "nan", "a number"),
        ("no_such", "1", "no option"),
    ],
)
def test_wrong_options_are_refused(state: PanelState, name: str, text: str, words: str) -> None:
    """The message names the option and its bounds; nothing is set."""
    with pytest.raises(ParameterError, match=words):
        state.set_spike_option(name, text)

    assert state.spike_spec == SpikeSpec(method="wavelet")


def test_options_are_those_that_differ(state: PanelState) -> None:
    """Defaults are not written down; each method keeps its own; an empty field is the default."""
    state.set_spike_option("sigma", "4,5")
    state.set_spike_option("n_iter", "3")
    state.set_spike_option("create_event_regions", True)
    of_wavelet = state.spike_spec
    state.set_spike_method("threshold")
    of_threshold = state.spike_spec
    state.set_spike_method("wavelet")
    state.set_spike_option("sigma", "")

    assert of_wavelet.options == {"sigma": 4.5, "create_event_regions": True}
    assert of_threshold == SpikeSpec(method="threshold")
    assert state.spike_spec.options == {"create_event_regions": True}
    state.reset_spike_options()
    assert state.spike_spec.options == {}


def test_recommendation_is_chosen_until_another_is(tmp_path: Path) -> None:
    """The recommended method for the frame rate is the one that is set."""
    state = opened_state(write_recording(tmp_path))
    recommended = state.recommendation

    assert state.spike_method == recommended.method
    assert "20 Hz" in recommended.why
    state.set_indicator("GCaMP6s")
    assert "GCaMP6s" in state.recommendation.why
    state.set_indicator("something else")
    assert state.snapshot.spikes.indicator == ""


def test_missing_package_is_told(state: PanelState, monkeypatch: pytest.MonkeyPatch) -> None:
    """A method whose package is not installed can neither be tried nor used, and is not advised."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    state.set_spike_method("oasis")

    assert "driada-widgets[oasis]" in state.why_not_try
    assert "driada-widgets[oasis]" in state.why_not_find
    assert "oasis" not in state.recommendation.f1
    state.find_spikes()
    assert state.snapshot.request.spikes is None

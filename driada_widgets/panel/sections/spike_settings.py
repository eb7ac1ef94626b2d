"""Which method finds spikes, how, and which one measured best: the first part of Spikes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.core.experiment.spike_methods import LOAD_TIME_NAMES
from driada_widgets.core.spikes.options import spike_options
from driada_widgets.panel.binding import bind, escape
from driada_widgets.panel.grouped_choice import Choice, GroupedChoice
from driada_widgets.panel.sections.base import describe, html, row, set_html, show
from driada_widgets.panel.spike_choice import (
    METHOD_WORDS,
    families,
    shown_value,
    why_not_method,
)
from driada_widgets.panel.spike_view import INDICATORS

if TYPE_CHECKING:
    from driada_widgets.core.spikes.options import SpikeOption
    from driada_widgets.panel.binding import Binding
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot
    from driada_widgets.panel.state import PanelState

__all__ = ["SpikeSettings"]

PER_NEURON_NOTE = "It works neuron by neuron, and gives each event a frame and an amplitude."
LOAD_TIME_NOTE = (
    "It is what older scripts got from <code>reconstruct_spikes=</code> while loading: another "
    "algorithm than the one of that name that works neuron by neuron, and without amplitudes."
)


class SpikeSettings:
    """Indicator and advice, method, and the options of the method."""

    def __init__(self, section: Section) -> None:
        self._section = section
        state = section.state
        indicators = [("not known", ""), *((name, name) for name in INDICATORS)]
        self._indicator = section.choice(
            "Indicator", "dw-spikes-indicator", indicators, state.set_indicator
        )
        self._indicator.widget.layout.max_width = "24em"
        self._advice = html("", "dw-spikes-advice")
        self._take = section.button("Use it", "dw-spikes-recommended", self._take_advice)
        choice = GroupedChoice("Method", "dw-spikes-method", _choices())
        self._method = bind(
            choice, "value", state.set_spike_method, on_error=section.failed("Choose the method")
        )
        self._about = html("", "dw-hint")
        self._options = widgets.VBox()
        self._options.add_class("dw-spikes-options")
        self._defaults = section.button(
            "Default options", "dw-spikes-defaults", state.reset_spike_options
        )
        self._made: dict[str, _Options] = {}
        self.widget = widgets.VBox(
            [
                row(self._indicator.widget, self._advice, self._take),
                choice,
                self._about,
                self._options,
                row(self._defaults),
            ]
        )
        self.widget.add_class("dw-spikes-settings")

    def _take_advice(self) -> None:
        state = self._section.state
        state.set_spike_method(state.recommendation.method)

    def render(self, snapshot: Snapshot) -> None:
        """Show what is chosen."""
        state, is_fixed = self._section.state, snapshot.is_working
        method, advice = state.spike_method, state.recommendation
        self._indicator.show(snapshot.spikes.indicator, disabled=is_fixed)
        set_html(self._advice, escape(advice.why, limit=None))
        show(self._take, visible=method != advice.method)
        describe(self._take, f"Use {advice.method}")
        self._take.disabled = is_fixed
        self._method.show(method, disabled=is_fixed)
        set_html(self._about, _about(method))
        options = self._made.get(method)
        if options is None:
            options = self._made[method] = _Options(self._section, method)
        if self._options.children != options.children:
            self._options.children = options.children
        options.render(state, is_fixed=is_fixed)
        has_own = any(each[0] == method for each in snapshot.spikes.options)
        show(self._defaults, visible=has_own)
        self._defaults.disabled = is_fixed


class _Options:
    """The options of one method, each with its unit, its default and what it does."""

    def __init__(self, section: Section, method: str) -> None:
        self._fields = {
            option.name: (option, _field(section, option)) for option in spike_options(method)
        }
        self.children = tuple(_line(option, field) for option, field in self._fields.values())

    def render(self, state: PanelState, *, is_fixed: bool) -> None:
        """Show the values that are set."""
        told = state.spike_spec.options
        for name, (option, field) in self._fields.items():
            value = told.get(name)
            if option.kind in ("tick", "choice"):
                shown: Any = option.default if value is None else value
                field.show(bool(shown) if option.kind == "tick" else shown, disabled=is_fixed)
            else:
                field.show(shown_value(option, value), disabled=is_fixed)


def _field(section: Section, option: SpikeOption) -> Binding:
    css_class = f"dw-spikes-option-{option.name}"
    verb = partial(section.state.set_spike_option, option.name)
    if option.kind == "tick":
        return section.tick(option.label, css_class, verb)
    if option.kind == "choice":
        options = [(words, value) for value, words in option.choices]
        return section.choice(option.label, css_class, options, verb)
    default = "measured" if option.default is None else shown_value(option, option.default)
    made = section.text(option.label, css_class, verb, hint=default)
    made.widget.layout.min_width = made.widget.layout.width = "18em"
    return made


def _line(option: SpikeOption, field: Binding) -> Any:
    """Put a field beside its unit, its default and what it does."""
    said = [escape(option.unit)] if option.unit else []
    if option.kind in ("number", "whole"):
        known = option.default is not None
        said.append(f"default {shown_value(option, option.default)}" if known else "measured")
    head = " · ".join(said)
    about = html(f"<b>{head}</b> {escape(option.help, limit=None)}", "dw-hint")
    made = row(field.widget, about)
    made.add_class("dw-spikes-option")
    return made


def _choices() -> list[Choice]:
    return [
        Choice(
            value=method,
            text=f"{method}: {METHOD_WORDS[method]}",
            group=family,
            why_not=why_not_method(method),
        )
        for family, methods in families()
        for method in methods
    ]


def _about(method: str) -> str:
    missing = why_not_method(method)
    problem = f" <b>It {escape(missing, limit=None)}</b>" if missing else ""
    note = LOAD_TIME_NOTE if method in LOAD_TIME_NAMES else PER_NEURON_NOTE
    return f"<b>{escape(method)}</b> finds {METHOD_WORDS.get(method, 'spikes')}. {note}{problem}"

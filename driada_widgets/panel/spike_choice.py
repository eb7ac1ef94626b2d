"""What a person may choose about spikes: methods, in words, and values of their options; pure."""

from __future__ import annotations

import importlib.util
import math
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.spike_methods import LOAD_TIME_NAMES
from driada_widgets.core.spikes.options import OFFERED_METHODS, spike_options

if TYPE_CHECKING:
    from driada_widgets.core.request.model import SpikeSpec
    from driada_widgets.core.spikes.options import SpikeOption

__all__ = [
    "METHOD_WORDS",
    "families",
    "option_named",
    "option_words",
    "parse_option",
    "shown_value",
    "spec_words",
    "why_not_method",
]

METHOD_WORDS = {
    "matched": "transients with measured kinetics, one by one",
    "oasis": "deconvolution by OASIS",
    "wavelet": "ridges of a wavelet transform, as driada",
    "threshold": "runs above the noise, as driada",
    "load-wavelet": "wavelet ridges of the whole recording",
    "load-threshold": "steep rises of the smoothed trace",
}
"""What each method looks for."""
PER_NEURON_FAMILY = "Neuron by neuron, with amplitudes"
LOAD_TIME_FAMILY = "As older scripts did while loading"
_PACKAGES = {"oasis": ("oasis", "oasis")}
"""Package that a method needs, and the extra that brings it."""


def families() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Give the two families of methods: they share words, and are different algorithms."""
    per_neuron = [each for each in METHOD_WORDS if each not in LOAD_TIME_NAMES]
    offered = tuple(each for each in per_neuron if each in OFFERED_METHODS)
    return ((PER_NEURON_FAMILY, offered), (LOAD_TIME_FAMILY, tuple(LOAD_TIME_NAMES)))


def why_not_method(method: str) -> str:
    """Say why a method cannot be used here, or nothing."""
    package, extra = _PACKAGES.get(method, ("", ""))
    if package and importlib.util.find_spec(package) is None:
        return f'needs the package {package!r}: pip install "driada-widgets[{extra}]"'
    return ""


def option_named(method: str, name: str) -> SpikeOption:
    """Give an option of a method.

    Raises
    ------
    ParameterError
        If it has no such option.
    """
    for option in spike_options(method):
        if option.name == name:
            return option
    msg = f"The method {method!r} has no option {name!r}."
    raise ParameterError(msg, where=name)


def parse_option(option: SpikeOption, value: Any) -> Any:
    """Give what was typed or chosen as a value; ``None`` for the default.

    Raises
    ------
    ParameterError
        If it is no number, or outside its bounds.
    """
    if option.kind in ("tick", "choice"):
        return None if value == option.default else value
    text = str(value).strip()
    if not text:
        return None
    number = _number(text)
    is_whole = option.kind == "whole"
    fits = math.isfinite(number) and not (is_whole and number != round(number))
    low = -math.inf if option.low is None else option.low
    high = math.inf if option.high is None else option.high
    if not (fits and low <= number <= high):
        kind = "a whole number" if is_whole else "a number"
        unit = f" {option.unit}" if option.unit else ""
        msg = f"{option.label} must be {kind} from {low:g} to {high:g}{unit}; got {text!r}."
        raise ParameterError(msg, where=option.name, fix="type another, or nothing for the default")
    parsed = round(number) if is_whole else number
    return None if parsed == option.default else parsed


def shown_value(option: SpikeOption, value: Any) -> str:
    """Write a value of a number field; empty for ``None``."""
    return "" if value is None else f"{value:g}"


def spec_words(spec: SpikeSpec) -> str:
    """Name a method with what differs from its defaults: ``"wavelet, sigma = 4"``."""
    return ", ".join(filter(None, [spec.method, option_words(spec)]))


def option_words(spec: SpikeSpec) -> str:
    """Say what differs from the defaults of a method: ``"sigma = 4, n_iter = 2"``."""
    told = (
        f"{name} = {value:g}" if isinstance(value, float) else f"{name} = {value}"
        for name, value in spec.options.items()
    )
    return ", ".join(told)


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan

"""The handful of options of each spike method that a person may want, in plain words with units."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal

from driada_widgets.core.spikes.deconvolution import DeconvolutionParameters
from driada_widgets.core.spikes.load_time import THRESHOLD_PARAMETERS, WAVELET_PARAMETERS
from driada_widgets.core.spikes.parameters import (
    NeuronThresholdParameters,
    NeuronWaveletParameters,
    ReconstructionParameters,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["OFFERED_METHODS", "SpikeOption", "spike_options"]

OptionKind = Literal["number", "whole", "choice", "tick"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikeOption:
    """One option of a method.

    Parameters
    ----------
    name
        In a request and in Python.
    label
        For a person.
    unit
        Of the value, for a person; empty if it has none.
    default
        Value that is used if nothing is said; ``None``: measured, or not set.
    kind
        What the value is.
    choices
        Values and what they mean, for ``"choice"``.
    low, high
        Smallest and largest value that makes sense; ``None``: no bound.
    help
        One or two sentences: what happens if it is larger.
    """

    name: str
    label: str
    unit: str = ""
    default: float | int | bool | str | None = None
    kind: OptionKind = "number"
    choices: tuple[tuple[int | str, str], ...] = ()
    low: float | None = None
    high: float | None = None
    help: str = ""


_AMPLITUDES = SpikeOption(
    name="amplitude_method",
    label="Amplitudes",
    kind="choice",
    choices=(("deconvolution", "fitted together"), ("peak", "each peak by itself")),
    help="Transients that overlap are told apart only if they are fitted together.",
)
_SEARCHES = SpikeOption(
    name="n_iter",
    label="Searches",
    kind="whole",
    low=1,
    high=10,
    help="Each search looks at what the last left unexplained; more find weaker events.",
)
_KINETICS = SpikeOption(
    name="optimize_kinetics",
    label="Measure rise and decay of each neuron",
    default=True,
    kind="tick",
    help="From events that were found before; where there are none, the constants of the recording "
    "count.",
)
_REGIONS = SpikeOption(
    name="create_event_regions",
    label="Mark the frames of events too",
    kind="tick",
    help="Each neuron then also has a series that is 1 while an event lasts.",
)
_LONGEST = SpikeOption(
    name="max_event_dur",
    label="Longest event",
    unit="s",
    low=0.6,
    high=30,
    help="Raise it for slow indicators.",
)
_RIDGE_SCALES = SpikeOption(
    name="scale_length_thr",
    label="Shortest ridge",
    unit="of 50 scales",
    kind="whole",
    low=1,
    high=50,
    help="An event must be seen at this many neighbouring time scales; more finds fewer events.",
)
_RIDGE_HEIGHT = SpikeOption(
    name="max_ampl_thr",
    label="Weakest event",
    unit="of the trace's range",
    low=0,
    high=1,
    help="Raise it if noise is taken for events.",
)
_SMOOTHING = SpikeOption(
    name="sigma",
    label="Smoothing",
    unit="frames",
    low=0,
    high=100,
    help="Width of the Gaussian that smooths the trace first, at every frame rate.",
)

_OPTIONS: dict[str, tuple[SpikeOption, ...]] = {
    "wavelet": (_LONGEST, _RIDGE_SCALES, _RIDGE_HEIGHT, _SMOOTHING, _SEARCHES, _AMPLITUDES,
                _KINETICS, _REGIONS),
    "threshold": (
        SpikeOption(
            name="n_mad",
            label="Threshold",
            unit="deviations of the noise",
            low=0.5,
            high=20,
            help="Above the median of the trace; raise it if noise is taken for events.",
        ),
        SpikeOption(
            name="min_duration_frames",
            label="Shortest event",
            unit="frames",
            kind="whole",
            low=1,
            high=1000,
            help="Shorter runs above the threshold are left out.",
        ),
        SpikeOption(
            name="merge_gap_frames",
            label="Gap that is bridged",
            unit="frames",
            kind="whole",
            low=0,
            high=1000,
            help="Runs that are this far apart, or less, are one event.",
        ),
        _SEARCHES,
        _AMPLITUDES,
        _KINETICS,
        _REGIONS,
    ),
    "matched": (
        SpikeOption(
            name="min_snr",
            label="Weakest transient",
            unit="deviations of the noise",
            low=1,
            high=20,
            help="How far above the noise a transient must stand. Raise it for fewer, surer "
            "events; lower it to find more, of which more are false.",
        ),
        SpikeOption(
            name="smallest_share",
            label="Smallest amplitude",
            unit="of the median one",
            low=0,
            high=1,
            help="Smaller transients of a neuron are left out.",
        ),
        SpikeOption(
            name="t_rise_sec",
            label="Rise time",
            unit="s",
            low=0.001,
            high=5,
            help="Leave it empty to measure it on the recording.",
        ),
        SpikeOption(
            name="t_off_sec",
            label="Decay time",
            unit="s",
            low=0.01,
            high=30,
            help="Leave it empty to measure it on the recording.",
        ),
        _REGIONS,
    ),
    "oasis": (
        SpikeOption(
            name="order",
            label="Transients",
            kind="choice",
            choices=((2, "rise and decay"), (1, "rise at once")),
            help="Transients with a rise time measured better on every indicator.",
        ),
        SpikeOption(
            name="penalty",
            label="What is kept small",
            kind="choice",
            choices=((0, "number of spikes"), (1, "sum of amplitudes")),
            help="The package explains the trace by as little of it as the noise allows.",
        ),
        _REGIONS,
    ),
    "load-wavelet": (
        _RIDGE_SCALES,
        SpikeOption(
            name="max_scale_thr",
            label="Shortest time scale",
            unit="frames",
            low=0,
            high=100,
            help="Events that are strongest at shorter scales are left out.",
        ),
        _RIDGE_HEIGHT,
        SpikeOption(
            name="max_dur_thr",
            label="Longest event",
            unit="frames",
            kind="whole",
            low=1,
            high=10000,
            help="Raise it for slow indicators or high frame rates.",
        ),
        _SMOOTHING,
    ),
    "load-threshold": (
        SpikeOption(
            name="threshold_std",
            label="Threshold",
            unit="deviations of the slope",
            low=0.1,
            high=20,
            help="How steep a rise must be; raise it if noise is taken for spikes.",
        ),
        SpikeOption(
            name="smooth_sigma",
            label="Smoothing",
            unit="frames",
            low=0,
            high=100,
            help="Width of the Gaussian that smooths the trace first.",
        ),
        SpikeOption(
            name="min_spike_interval",
            label="Shortest interval",
            unit="s",
            low=0.01,
            high=60,
            help="Of spikes that are nearer only the steepest counts.",
        ),
    ),
}  # fmt: skip

OFFERED_METHODS = tuple(_OPTIONS)
"""Methods for which there are options; a function given in code is not among them."""


def spike_options(method: str) -> tuple[SpikeOption, ...]:
    """Give the options of a method that a person may want.

    Parameters
    ----------
    method
        One of ``OFFERED_METHODS``, as in a request.

    Raises
    ------
    KeyError
        If there is no such method.

    Examples
    --------
    >>> [option.name for option in spike_options("matched")][:2]
    ['min_snr', 'smallest_share']
    """
    defaults = _defaults(method)
    return tuple(_with_default(option, defaults) for option in _OPTIONS[method])


def _with_default(option: SpikeOption, defaults: Mapping[str, Any]) -> SpikeOption:
    return replace(option, default=defaults.get(option.name, option.default))


def _defaults(method: str) -> dict[str, Any]:
    """Give what is used where nothing is said, from where it is defined."""
    if method == "load-wavelet":
        return dict(WAVELET_PARAMETERS)
    if method == "load-threshold":
        return dict(THRESHOLD_PARAMETERS)
    kinds: tuple[Any, ...] = (DeconvolutionParameters,)
    if method == "wavelet":
        kinds = (ReconstructionParameters, NeuronWaveletParameters)
    elif method == "threshold":
        kinds = (ReconstructionParameters, NeuronThresholdParameters)
    return {
        field.name: field.default
        for kind in kinds
        for field in fields(kind)
        if field.default is not MISSING
    }

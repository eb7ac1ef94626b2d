"""The names under which a request asks for spikes, and what each takes.

Two families share the words of the field and are different algorithms. In a request the per-neuron
methods are ``wavelet``, ``threshold``, ``matched`` and ``oasis``; the load-time methods, which the
deprecated argument ``reconstruct_spikes=`` means by the first two words, are ``load-wavelet`` and
``load-threshold``.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.spikes.deconvolution import (
    DECONVOLUTION_METHODS,
    DeconvolutionParameters,
)
from driada_widgets.core.spikes.load_time import check_load_time
from driada_widgets.core.spikes.oasis import require_oasis
from driada_widgets.core.spikes.parameters import (
    DEFAULT_FPS,
    NeuronThresholdParameters,
    NeuronWaveletParameters,
    ReconstructionParameters,
    check_names,
)
from driada_widgets.core.spikes.wavelet import MorseWavelet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from driada_widgets.core.experiment.cell_work import KineticsFit

__all__ = [
    "CALLABLE",
    "DEFAULTS",
    "EXACT",
    "LOAD_TIME_NAMES",
    "PER_NEURON",
    "SPIKE_METHODS",
    "check_method",
    "check_spike_options",
    "per_neuron_parameters",
    "wavelet_of",
]

EXACT = ("wavelet", "threshold")
"""Per-neuron methods that give what driada gives."""

PER_NEURON = (*EXACT, *DECONVOLUTION_METHODS)
LOAD_TIME_NAMES = {"load-wavelet": "wavelet", "load-threshold": "threshold"}
"""Load-time methods by their names in a request, with their names as an argument."""

CALLABLE = "callable"
"""Stands for a function given in code; it works at load time too."""

SPIKE_METHODS = (*PER_NEURON, *LOAD_TIME_NAMES, CALLABLE)
"""Methods that a request may name."""

DEFAULTS = {"n_iter": 3, "optimize_kinetics": True, "hybrid_kinetics": True}

_COMMON = (
    "n_iter",
    "min_events_threshold",
    "adaptive_thresholds",
    "amplitude_method",
    "create_event_regions",
    "event_mask_expansion_sec",
)
_SHARED = ("wavelet", "rel_wvt_times")
_DETECTION = tuple(
    dict.fromkeys(
        field.name
        for kind in (NeuronWaveletParameters, NeuronThresholdParameters)
        for field in fields(kind)
        if field.name not in ("fps", *_COMMON)
    )
)


def check_method(method: str) -> None:
    """Refuse what is not one of ``PER_NEURON``, in driada's words.

    Raises
    ------
    NotImplementedError
        If the method is unknown.
    """
    if method not in PER_NEURON:
        available = ", ".join(repr(name) for name in PER_NEURON)
        msg = f"Method '{method}' not implemented. Available methods: {available}"
        raise NotImplementedError(msg)


def per_neuron_parameters(
    method: str, options: Mapping[str, Any], *, fps: float
) -> tuple[ReconstructionParameters | DeconvolutionParameters, KineticsFit]:
    """Give what the options of ``Experiment.reconstruct_all_neurons`` mean.

    Parameters
    ----------
    method
        One of ``PER_NEURON``.
    options
        By name.
    fps
        Frame rate in Hz.

    Returns
    -------
    parameters : ReconstructionParameters or DeconvolutionParameters
        How spikes are found.
    fit : str
        When kinetics are fitted.

    Raises
    ------
    NotImplementedError
        If the method is unknown.
    ParameterError
        If an option is unknown or cannot be.
    """
    check_method(method)
    own = {name: value for name, value in options.items() if name != "fps"}
    if method in DECONVOLUTION_METHODS:
        return DeconvolutionParameters.of(method, own, fps=fps), "no"
    known = (*DEFAULTS, *_COMMON, *_SHARED, *_DETECTION)
    check_names(own, tuple(dict.fromkeys(known)), f"the {method} method")
    parameters = ReconstructionParameters.of(
        method,
        {"fps": float(fps)} | {name: own[name] for name in _DETECTION if name in own},
        **{name: own[name] for name in _COMMON if name in own},
    )
    if not own.get("optimize_kinetics", True):
        return parameters, "no"
    return parameters, "before" if own.get("hybrid_kinetics", True) else "after"


def wavelet_of(value: Any) -> MorseWavelet | None:
    """Give a wavelet from itself or from its parameters, as a file holds them.

    Raises
    ------
    ParameterError
        If it is neither.
    """
    if value is None or isinstance(value, MorseWavelet):
        return value
    try:
        return MorseWavelet(**value)
    except TypeError as error:
        msg = (
            f"A wavelet is a MorseWavelet, or its gamma and beta; got {value!r}. Leave it out for "
            "the default one."
        )
        raise ParameterError(msg, where="wavelet", found=repr(value)) from error


def check_spike_options(method: str, options: Mapping[str, Any], *, fps: float | None) -> None:
    """Refuse options that are unknown or cannot be, and methods that need a package.

    Parameters
    ----------
    method
        One of ``SPIKE_METHODS``.
    options
        By name.
    fps
        Frame rate in Hz, as far as it is known.

    Raises
    ------
    ParameterError
        Names the option.
    MissingPackageError
        If the method needs a package that is not installed.
    """
    rate = fps if fps is not None and 0 < fps < float("inf") else DEFAULT_FPS
    if method in PER_NEURON:
        per_neuron_parameters(method, options, fps=rate)
        wavelet_of(options.get("wavelet"))
        if method == "oasis":
            require_oasis()
    elif method in LOAD_TIME_NAMES:
        check_load_time(LOAD_TIME_NAMES[method], fps=rate, params=options)

"""Constants of the field's defaults, and the parameters of each method as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from driada_widgets.core.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "DEFAULT_FPS",
    "NeuronThresholdParameters",
    "NeuronWaveletParameters",
    "ReconstructionParameters",
    "RidgeCriterion",
    "check_names",
    "check_numbers",
    "checked_rate",
]

DEFAULT_FPS = 20.0
DEFAULT_T_RISE_SEC = 0.25
DEFAULT_T_OFF_SEC = 2.0
SHORTEST_EVENT_SEC = 0.5
LONGEST_EVENT_SEC = 2.5
PEAK_ORDER_SEC = 0.5
SMOOTHING_SEC = 0.4
WAVELET_MASK_SEC = 5.0
THRESHOLD_MASK_SEC = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RidgeCriterion:
    """Which ridges are events.

    Parameters
    ----------
    fewest_scales
        Length of a ridge in scales, at least.
    smallest_scale
        Scale of its largest amplitude in frames, at least.
    smallest_amplitude
        Largest amplitude, at least; traces are scaled to [0, 1].
    longest
        Frames between its first and last position in time, at most.
    """

    fewest_scales: float
    smallest_scale: float
    smallest_amplitude: float
    longest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuronWaveletParameters:
    """Parameters of the per-neuron wavelet method.

    Parameters
    ----------
    fps
        Frame rate in Hz.
    min_event_dur, max_event_dur
        Shortest and longest event in seconds; only the longest bounds ridges.
    scale_length_thr
        Length of a ridge in scales, at least.
    max_scale_thr
        Scale of the ridge's largest amplitude in frames, at least.
    max_ampl_thr
        Largest amplitude of the ridge, at least; traces are scaled to [0, 1].
    sigma
        Width of the Gaussian that smooths the trace, in frames at every frame rate.
    """

    fps: float = DEFAULT_FPS
    min_event_dur: float = SHORTEST_EVENT_SEC
    max_event_dur: float = LONGEST_EVENT_SEC
    scale_length_thr: float = 15
    max_scale_thr: float = 6
    max_ampl_thr: float = 0.04
    sigma: float = 8

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        check_numbers({field.name: getattr(self, field.name) for field in fields(self)})
        checked_rate(self.fps)
        if self.min_event_dur >= self.max_event_dur:
            msg = (
                f"min_event_dur ({self.min_event_dur}) must be less than "
                f"max_event_dur ({self.max_event_dur})"
            )
            raise ParameterError(msg, where="min_event_dur", found=str(self.min_event_dur))

    @property
    def order(self) -> int:
        """Frames to each side over which a peak is the largest value."""
        return max(1, int(PEAK_ORDER_SEC * self.fps))

    @property
    def criterion(self) -> RidgeCriterion:
        """Which ridges are events."""
        return RidgeCriterion(
            fewest_scales=self.scale_length_thr,
            smallest_scale=self.max_scale_thr,
            smallest_amplitude=self.max_ampl_thr,
            longest=int(self.max_event_dur * self.fps),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuronThresholdParameters:
    """Parameters of the per-neuron threshold method.

    Parameters
    ----------
    fps
        Frame rate in Hz.
    threshold
        Level in the units of the trace; ``None``: from its noise.
    n_mad
        Level above the median, in median absolute deviations scaled to sigma.
    min_duration_frames
        Shorter runs are left out.
    merge_gap_frames
        Runs that are this many frames apart, or fewer, are one.
    use_scaled
        Whether the trace is scaled to [0, 1] first.
    event_mask_expansion_sec
        Seconds around events over which amplitudes are fitted.
    """

    fps: float = DEFAULT_FPS
    threshold: float | None = None
    n_mad: float = 4.0
    min_duration_frames: int = 3
    merge_gap_frames: int = 2
    use_scaled: bool = True
    event_mask_expansion_sec: float = THRESHOLD_MASK_SEC

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        numbers = {field.name: getattr(self, field.name) for field in fields(self)}
        del numbers["use_scaled"]
        if self.threshold is None:
            del numbers["threshold"]
        check_numbers(numbers)
        checked_rate(self.fps)


WAVELET_OPTIONS = tuple(field.name for field in fields(NeuronWaveletParameters))
THRESHOLD_OPTIONS = tuple(field.name for field in fields(NeuronThresholdParameters))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconstructionParameters:
    """How one neuron's spikes are reconstructed, whatever finds the events.

    Parameters
    ----------
    detection
        Parameters of the method that finds events.
    n_iter
        Searches: each looks at what the last left unexplained.
    min_events_threshold
        A search that finds fewer events adds nothing.
    adaptive_thresholds
        Whether later searches are more sensitive.
    amplitude_method
        ``"deconvolution"`` fits all transients together, ``"peak"`` measures each.
    create_event_regions
        Whether frames of events are marked too.
    event_mask_expansion_sec
        Seconds around events over which amplitudes are fitted.
    """

    detection: NeuronWaveletParameters | NeuronThresholdParameters
    n_iter: int = 3
    min_events_threshold: int = 2
    adaptive_thresholds: bool = False
    amplitude_method: str = "deconvolution"
    create_event_regions: bool = False
    event_mask_expansion_sec: float = WAVELET_MASK_SEC

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        names = ("n_iter", "min_events_threshold", "event_mask_expansion_sec")
        check_numbers({name: getattr(self, name) for name in names})
        if self.amplitude_method not in ("deconvolution", "peak"):
            msg = f"Unknown amplitude_method: {self.amplitude_method}"
            raise ParameterError(
                msg, where="amplitude_method", expected="'deconvolution' or 'peak'"
            )

    @property
    def method(self) -> str:
        """``"wavelet"`` or ``"threshold"``."""
        is_wavelet = isinstance(self.detection, NeuronWaveletParameters)
        return "wavelet" if is_wavelet else "threshold"

    @property
    def fps(self) -> float:
        """Frame rate in Hz."""
        return self.detection.fps

    @classmethod
    def of(cls, method: str, options: Mapping[str, Any], **common: Any) -> Self:
        """Make the parameters of a method from its options.

        Parameters
        ----------
        method
            ``"wavelet"`` or ``"threshold"``.
        options
            Parameters of the detection, by name; those of the other method change nothing.
        **common
            Fields of this class.

        Raises
        ------
        NotImplementedError
            If the method is unknown.
        ParameterError
            If an option is unknown, with the nearest name.
        """
        if method == "wavelet":
            own = {name: options[name] for name in WAVELET_OPTIONS if name in options}
            check_names(options, (*WAVELET_OPTIONS, *THRESHOLD_OPTIONS), "the wavelet method")
            return cls(detection=NeuronWaveletParameters(**own), **common)
        if method == "threshold":
            own = {name: options[name] for name in THRESHOLD_OPTIONS if name in options}
            check_names(options, (*THRESHOLD_OPTIONS, *WAVELET_OPTIONS), "the threshold method")
            detection = NeuronThresholdParameters(**own)
            common["event_mask_expansion_sec"] = detection.event_mask_expansion_sec
            return cls(detection=detection, **common)
        msg = f"Method '{method}' not implemented. Available methods: 'wavelet', 'threshold'"
        raise NotImplementedError(msg)


def checked_rate(fps: float) -> float:
    """Give a frame rate that is positive and finite.

    Raises
    ------
    ParameterError
        If it is not.
    """
    if not 0 < fps < float("inf"):
        msg = f"fps must be positive, got {fps}"
        raise ParameterError(msg, where="fps", found=str(fps), expected="a positive number of Hz")
    return float(fps)


def check_numbers(values: Mapping[str, Any]) -> None:
    """Refuse values that are no numbers, or below 0, or not finite.

    Raises
    ------
    ParameterError
        Names the first.
    """
    for name, value in values.items():
        is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if not is_number or not 0 <= value < float("inf"):
            msg = f"{name} must be a number of at least 0, got {value!r}"
            raise ParameterError(msg, where=name, found=repr(value))


def check_names(options: Mapping[str, Any], known: Sequence[str], of: str) -> None:
    """Refuse options that nobody would read, with the nearest name.

    Raises
    ------
    ParameterError
        Names the first unknown option.
    """
    import difflib

    for name in options:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f". It has: {', '.join(known)}"
            msg = f"{name!r} is no parameter of {of}{hint}"
            raise ParameterError(msg, where=name, expected=", ".join(known))

"""The methods ``matched`` and ``oasis`` for one neuron, in the form that the exact methods give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.spikes.matched import matched_events
from driada_widgets.core.spikes.oasis import oasis_events
from driada_widgets.core.spikes.parameters import check_names, check_numbers, checked_rate
from driada_widgets.core.spikes.pursuit import DEFAULT_RULES, Rules
from driada_widgets.core.spikes.reconstruct import CellSpikes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from driada_widgets.core.spikes.matched import Kinetics, Reconstruction

__all__ = [
    "DECONVOLUTION_METHODS",
    "DeconvolutionParameters",
    "as_cell_spikes",
    "deconvolved_cell",
    "times_in_frames",
]

DECONVOLUTION_METHODS = ("matched", "oasis")
"""Methods that place spikes by deconvolution; each estimates kinetics by itself."""

_OPTIONS = {
    "matched": ("t_rise_sec", "t_off_sec", "min_snr", "smallest_share", "create_event_regions"),
    "oasis": ("order", "penalty", "create_event_regions"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeconvolutionParameters:
    """Parameters of the methods ``matched`` and ``oasis``.

    Parameters
    ----------
    method
        ``"matched"`` or ``"oasis"``.
    fps
        Frame rate in Hz.
    t_rise_sec, t_off_sec
        Rise and decay time for ``matched``; ``None``: measured on the recording.
    min_snr
        What a transient must explain for ``matched``, in standard deviations of the noise.
    smallest_share
        ``matched`` leaves out amplitudes below this share of the neuron's median one.
    order, penalty
        Of ``oasis_events``.
    create_event_regions
        Whether frames of events are marked too.
    """

    method: str
    fps: float
    t_rise_sec: float | None = None
    t_off_sec: float | None = None
    min_snr: float = DEFAULT_RULES.keep_z
    smallest_share: float = DEFAULT_RULES.smallest_share
    order: int = 2
    penalty: int = 0
    create_event_regions: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        checked_rate(self.fps)
        check_numbers({"min_snr": self.min_snr, "smallest_share": self.smallest_share})
        _check_times(self.t_rise_sec, self.t_off_sec)
        for name, value, allowed in (
            ("order", self.order, (1, 2)),
            ("penalty", self.penalty, (0, 1)),
        ):
            if isinstance(value, bool) or value not in allowed:
                words = f"{allowed[0]} or {allowed[1]}"
                msg = f"{name} must be {words}, got {value!r}"
                raise ParameterError(msg, where=name, found=repr(value), expected=words)

    @classmethod
    def of(cls, method: str, options: Mapping[str, Any], *, fps: float) -> Self:
        """Make the parameters of a method from its options.

        Raises
        ------
        ParameterError
            If an option is unknown, with the nearest name, or cannot be.
        """
        check_names(options, _OPTIONS[method], f"the {method} method")
        return cls(method=method, fps=float(fps), **options)

    @property
    def rules(self) -> Rules:
        """When a transient counts, for ``matched``."""
        return Rules(take_z=self.min_snr, keep_z=self.min_snr, smallest_share=self.smallest_share)

    @property
    def needs_kinetics(self) -> bool:
        """Whether kinetics of the whole recording are needed."""
        return self.method == "matched" and (self.t_rise_sec is None or self.t_off_sec is None)


def _check_times(t_rise_sec: float | None, t_off_sec: float | None) -> None:
    given = {"t_rise_sec": t_rise_sec, "t_off_sec": t_off_sec}
    check_numbers({name: value for name, value in given.items() if value is not None})
    for name, value in given.items():
        if value == 0:
            msg = f"{name} must be positive, got {value}"
            raise ParameterError(msg, where=name, found=str(value))
    if t_rise_sec is not None and t_off_sec is not None and t_off_sec <= t_rise_sec:
        msg = f"t_off_sec ({t_off_sec:g}) must be greater than t_rise_sec ({t_rise_sec:g})"
        raise ParameterError(msg, where="t_off_sec", found=str(t_off_sec))


def deconvolved_cell(
    calcium: NDArray[Any],
    parameters: DeconvolutionParameters,
    *,
    kinetics: Kinetics | None = None,
    check: Callable[[], None] | None = None,
) -> tuple[CellSpikes, Kinetics]:
    """Find the spikes of one trace by deconvolution.

    Parameters
    ----------
    calcium
        Shape ``(n_frames,)``, as recorded: values below 0 tell the noise.
    parameters
        How.
    kinetics
        Of the recording (``matched.kinetics_of``), for ``matched``, whose decay a neuron may
        replace by its own; ``None``: of the trace. Times that the parameters give go before.
    check
        Called now and then; stops by raising.

    Returns
    -------
    spikes : CellSpikes
        Without spikes, and with a ``problem``, if nothing can be found in the trace.
    kinetics : Kinetics
        What was used.

    Raises
    ------
    MissingPackageError
        If the method needs a package that is not installed.
    """
    trace, fps = np.asarray(calcium, dtype=np.float64), parameters.fps
    if parameters.method == "oasis":
        found = oasis_events(trace, fps=fps, order=parameters.order, penalty=parameters.penalty)
    else:
        found = matched_events(
            trace,
            fps=fps,
            t_rise_sec=parameters.t_rise_sec,
            t_off_sec=parameters.t_off_sec,
            recording=kinetics,
            rules=parameters.rules,
            check=check,
        )
    return as_cell_spikes(found, fps=fps), found.kinetics


def times_in_frames(
    spikes: CellSpikes, kinetics: Kinetics, fps: float
) -> tuple[float, float] | tuple[None, None]:
    """Give rise and decay time for a neuron; none where there is nothing, or the rise is slower.

    OASIS may estimate such a process; neurons, as everywhere in the field, decay slower than they
    rise.
    """
    if spikes.problem or kinetics.t_rise_sec >= kinetics.t_off_sec:
        return None, None
    return kinetics.t_rise_sec * fps, kinetics.t_off_sec * fps


def as_cell_spikes(found: Reconstruction, *, fps: float) -> CellSpikes:
    """Give a reconstruction as the exact methods give theirs.

    An event lasts from its onset until its transient has decayed by ``e``, or the next one starts.
    """
    starts, n_frames = found.onset_frames, found.reconstruction.size
    lasts = max(1, round((found.kinetics.t_rise_sec + found.kinetics.t_off_sec) * fps))
    following = np.append(starts[1:], n_frames) if starts.size else starts
    return CellSpikes(
        frames=starts,
        heights=found.amplitudes,
        starts=starts,
        ends=np.minimum(starts + lasts, following),
        ridges=None,
        problem=found.notes[0] if found.noise == 0 and found.notes else "",
        reconstruction=found.reconstruction,
    )

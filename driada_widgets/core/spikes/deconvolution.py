"""The methods ``matched`` and ``oasis`` for one neuron, in the form that the exact methods give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.spikes.matched import matched_events
from driada_widgets.core.spikes.oasis import oasis_events
from driada_widgets.core.spikes.reconstruct import CellSpikes

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from driada_widgets.core.spikes.matched import Kinetics, Reconstruction

__all__ = ["DECONVOLUTION_METHODS", "as_cell_spikes", "deconvolved_cell"]

DECONVOLUTION_METHODS = ("matched", "oasis")
"""Methods that place spikes by deconvolution; each estimates kinetics by itself."""


def deconvolved_cell(
    calcium: NDArray[Any],
    method: str,
    *,
    fps: float,
    kinetics: Kinetics | None = None,
    check: Callable[[], None] | None = None,
) -> tuple[CellSpikes, Kinetics]:
    """Find the spikes of one trace by deconvolution.

    Parameters
    ----------
    calcium
        Shape ``(n_frames,)``, as recorded: values below 0 tell the noise.
    method
        ``"matched"`` or ``"oasis"``.
    fps
        Frame rate in Hz.
    kinetics
        Of the recording (``matched.kinetics_of``), for ``matched``; ``None``: of the trace.
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
    NotImplementedError
        If the method is unknown.
    MissingPackageError
        If the method needs a package that is not installed.
    """
    trace = np.asarray(calcium, dtype=np.float64)
    if method == "oasis":
        found = oasis_events(trace, fps=fps)
    elif method != "matched":
        msg = f"Method '{method}' not implemented. Available methods: 'matched', 'oasis'"
        raise NotImplementedError(msg)
    elif kinetics is None:
        found = matched_events(trace, fps=fps, check=check)
    else:
        found = matched_events(
            trace,
            fps=fps,
            t_rise_sec=kinetics.t_rise_sec,
            t_off_sec=kinetics.t_off_sec,
            growth=kinetics.growth,
            check=check,
        )
    return as_cell_spikes(found, fps=fps), found.kinetics


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
    )

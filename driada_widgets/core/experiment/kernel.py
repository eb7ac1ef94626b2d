"""Transients at the surface: one whose decay is so slow that it is cut gives a warning."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from driada_widgets.core.spikes import kernel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["convolved", "transient"]


def transient(t_rise: float, t_off: float) -> NDArray[np.float64]:
    """Give one transient of peak 1; see ``core.spikes.kernel.transient``.

    Parameters
    ----------
    t_rise, t_off
        Rise and decay time in frames.

    Returns
    -------
    ndarray
        Five decay times, at least 500 and at most 2000 frames.

    Warns
    -----
    UserWarning
        If it is cut at 2000 frames.
    """
    _warn_if_cut(t_off)
    return kernel.transient(t_rise, t_off)


def convolved(amplitudes: NDArray[Any], *, t_rise: float, t_off: float) -> NDArray[np.float64]:
    """Give the trace in which each amplitude starts a transient, shape as ``amplitudes``."""
    _warn_if_cut(t_off)
    return kernel.convolved(amplitudes, t_rise=t_rise, t_off=t_off)


def _warn_if_cut(t_off: float) -> None:
    note = kernel.cut_note(t_off)
    if note is not None:
        warnings.warn(note.text, UserWarning, stacklevel=3)

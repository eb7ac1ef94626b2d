"""The field's standard deconvolution as a method, from the package ``oasis-deconv``.

The package is an extra; this module gives it a trace without drift and takes back its answer.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.errors import require
from driada_widgets.core.spikes.drift import drift_of, noise_deviation
from driada_widgets.core.spikes.matched import Kinetics, Reconstruction, nothing_found
from driada_widgets.core.spikes.parameters import checked_rate
from driada_widgets.core.spikes.traces import problem_with, without_gaps

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

__all__ = ["oasis_events", "require_oasis"]

SMALLEST_SPIKE = 1e-9
UNSOLVED = "not one that OASIS can solve"
STEPPED_RISE_FRAMES = 0.1
"""An AR(1) transient rises at once; this is as short a rise time as traces are made with."""


def require_oasis() -> ModuleType:
    """Import the package, or say what to install.

    Raises
    ------
    MissingPackageError
        If the extra ``oasis`` is not installed.
    """
    return require("oasis.functions", "deconvolve by OASIS", "oasis")


def oasis_events(
    trace: NDArray[np.float64], *, fps: float, order: int = 2, penalty: int = 0
) -> Reconstruction:
    """Find spikes by OASIS [1]_.

    Parameters
    ----------
    trace
        Shape ``(n_frames,)``. Values that are not finite are bridged by straight lines.
    fps
        Frame rate in Hz.
    order
        Of the autoregressive process: 1 rises at once, 2 has a rise time.
    penalty
        1: the sum of spikes is as small as the noise allows; 0: their number.

    Returns
    -------
    Reconstruction
        Without spikes, and with a note, if the trace is constant, too short or not finite, or if
        the package finds no solution for it.

    Raises
    ------
    MissingPackageError
        If the extra ``oasis`` is not installed.
    ParameterError
        If ``fps`` is not positive.

    Notes
    -----
    Drift is taken from the trace first, as the method ``matched`` does, because the process has
    none; everything else is estimated by the package. Of its variants the default measured best
    (``benchmarks/RESULTS.md``).

    References
    ----------
    .. [1] Friedrich, Zhou and Paninski, *Fast online deconvolution of calcium imaging data*,
       PLoS Comput. Biol. 13 (2017), e1005423.
    """
    checked_rate(fps)
    functions = require_oasis()
    values = np.asarray(trace, dtype=np.float64)
    problem = problem_with(values)
    if problem:
        return nothing_found(values.size, problem)
    values, notes = without_gaps(values)
    baseline = drift_of(values, fps=fps)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = functions.deconvolve(
                values - baseline, tau_r=0 if order == 1 else None, penalty=penalty, b_nonneg=False
            )
    except (ArithmeticError, ValueError, IndexError, TypeError, np.linalg.LinAlgError):
        return nothing_found(values.size, UNSOLVED)
    spikes = np.asarray(found.s, dtype=np.float64)
    kinetics, height = _shape(np.ravel(found.g).astype(np.float64), fps)
    if kinetics is None or not np.isfinite(spikes).all():
        return nothing_found(values.size, UNSOLVED)
    frames = np.flatnonzero(spikes > SMALLEST_SPIKE * np.ptp(values)).astype(np.int64)
    return Reconstruction(
        onset_frames=frames,
        amplitudes=spikes[frames] * height,
        kinetics=kinetics,
        reconstruction=np.asarray(found.c, dtype=np.float64),
        baseline=baseline + float(found.b),
        noise=noise_deviation(values),
        notes=notes,
    )


def _shape(factors: NDArray[np.float64], fps: float) -> tuple[Kinetics | None, float]:
    """Give the kinetics of a process, and the height of its answer to one spike."""
    roots = np.sort(np.abs(np.roots(np.concatenate([[1.0], -factors]))))
    slow = float(roots[-1])
    if not 0 < slow < 1:
        return None, 0.0
    t_off_sec = -1 / (np.log(slow) * fps)
    t_rise_sec, height = STEPPED_RISE_FRAMES / fps, 1.0
    if factors.size == 2 and 0 < roots[0] < slow:
        fast_sec = -1 / (np.log(float(roots[0])) * fps)
        t_rise_sec = 1 / (1 / fast_sec - 1 / t_off_sec)
        steps = np.arange(1, 1 + max(2, int(5 * t_off_sec * fps)))
        height = float(((slow**steps - roots[0] ** steps) / (slow - roots[0])).max())
    kinetics = Kinetics(t_rise_sec=t_rise_sec, t_off_sec=t_off_sec, is_estimated=True)
    return kinetics, height

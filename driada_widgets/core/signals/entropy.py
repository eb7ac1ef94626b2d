"""Entropies of series, in bits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "approximate_entropy",
    "check_downsampling",
    "gaussian_entropy",
    "nearest_neighbour_entropy",
    "shannon_entropy",
]


def check_downsampling(ds: object, n_frames: int) -> None:
    """Refuse a factor that is not a positive whole number below the number of frames.

    Raises
    ------
    ParameterError
        If it is not.
    """
    if isinstance(ds, bool) or not isinstance(ds, (int, np.integer)) or ds <= 0:
        msg = f"Downsampling factor ds must be a positive integer, got {ds}"
        raise ParameterError(msg, where="ds", found=str(ds))
    if ds >= n_frames:
        msg = f"Downsampling factor ds={ds} must be less than data length={n_frames}"
        raise ParameterError(msg, where="ds", found=str(ds), expected=f"less than {n_frames}")


def shannon_entropy(*rows: NDArray[np.integer[Any]]) -> float:
    """Give the (joint) Shannon entropy of whole-number rows of equal length.

    Examples
    --------
    >>> import numpy as np
    >>> shannon_entropy(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    2.0
    """
    counts = np.unique(np.stack(rows), axis=1, return_counts=True)[1]
    shares = counts / counts.sum()
    return float(-np.sum(shares * np.log2(shares))) + 0.0


def nearest_neighbour_entropy(values: NDArray[Any], n_neighbours: int = 5) -> float:
    """Estimate the differential entropy of a row by Kozachenko and Leonenko's method [1]_.

    Parameters
    ----------
    values
        Shape ``(n_frames,)``.
    n_neighbours
        Neighbours that set the local scale.

    Returns
    -------
    float
        Bits; minus infinity if more than ``n_neighbours`` frames share a value everywhere.

    References
    ----------
    .. [1] A. Kraskov, H. Stoegbauer, P. Grassberger, *Estimating mutual information*,
       Phys. Rev. E 69, 2004, eq. 20.
    """
    from scipy.spatial import cKDTree
    from scipy.special import psi

    points = np.asarray(values, dtype=np.float64).reshape(-1, 1)
    distances = np.asarray(cKDTree(points).query(points, k=[n_neighbours + 1])[0])
    with np.errstate(divide="ignore"):
        mean_log = float(np.mean(np.log(distances[:, -1])))
    nats = float(psi(values.size) - psi(n_neighbours)) + math.log(2) + mean_log
    return nats / math.log(2)


def gaussian_entropy(rows: NDArray[Any]) -> float:
    """Give the differential entropy of a normal distribution with the covariance of the rows.

    Parameters
    ----------
    rows
        Shape ``(n_rows, n_frames)`` with more frames than rows.

    Returns
    -------
    float
        Bits: half of the binary logarithm of ``det(2 pi e covariance)``, corrected for the bias
        of a finite sample [1]_.

    References
    ----------
    .. [1] N. Misra, H. Singh, E. Demchuk, *Estimation of the entropy of a multivariate normal
       distribution*, J. Multivariate Anal. 92, 2005.
    """
    from scipy.special import psi

    n_rows, n_frames = rows.shape
    covariance = np.atleast_2d(np.cov(rows))
    log_determinant = float(np.linalg.slogdet(covariance)[1])
    degrees = np.asarray(n_frames - np.arange(1, n_rows + 1), dtype=np.float64)
    bias = float(np.sum(psi(degrees / 2))) - n_rows * math.log((n_frames - 1) / 2)
    nats = n_rows * math.log(2 * math.pi * math.e) + log_determinant - bias
    return float(0.5 * nats / math.log(2))


def approximate_entropy(values: NDArray[Any], m: int, r: float) -> float:
    """Give the approximate entropy ``phi(m) - phi(m + 1)`` of a row, in nats [1]_.

    Parameters
    ----------
    values
        Shape ``(n_frames,)``.
    m
        Length of the templates in frames.
    r
        Templates match if no frame differs by more than this.

    Returns
    -------
    float

    References
    ----------
    .. [1] S. M. Pincus, *Approximate entropy as a measure of system complexity*, PNAS 88, 1991.

    Examples
    --------
    >>> import numpy as np
    >>> round(approximate_entropy(np.tile([0.0, 1.0], 100), m=2, r=0.2), 3)
    0.0
    """
    values = np.asarray(values, dtype=np.float64)
    return _template_score(values, m, r) - _template_score(values, m + 1, r)


def _template_score(values: NDArray[np.float64], m: int, r: float) -> float:
    """Mean logarithm of the share of templates that match each template, itself included."""
    from scipy.spatial import cKDTree

    templates = np.lib.stride_tricks.sliding_window_view(values, m)
    tree = cKDTree(templates)
    matches = np.asarray(tree.query_ball_point(templates, r, p=np.inf, return_length=True))
    score: float = np.mean(np.log(matches / len(templates))).item()
    return score

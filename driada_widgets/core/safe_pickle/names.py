"""The allow-list: every name that a pickle may mention, and the stand-in that it becomes.

The list is the set of names found in real experiments (driada 1.2.2, protocols 2 to 5, fresh and
used) and in our own pickles. Names are compared whole: ``numpy`` does not allow
``numpy`` -> ``f2py.os.system``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from driada_widgets.core.safe_pickle import standins

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ALLOWED", "OWN_CLASS", "REFERENCE_CLASS", "is_allowed"]

Name = tuple[str, str]

OWN_CLASS: Final[Name] = ("driada_widgets.core.experiment.experiment", "Experiment")
REFERENCE_CLASS: Final[Name] = ("driada.experiment.exp_base", "Experiment")


def _numpy_names() -> dict[Name, Callable[..., Any]]:
    """Give NumPy's names as version 2 writes them, and as version 1 did."""
    names: dict[Name, Callable[..., Any]] = {
        ("numpy", "ndarray"): standins.ArrayStub,
        ("numpy", "dtype"): standins.DtypeStub,
        ("_codecs", "encode"): standins.latin_bytes,
    }
    for core in ("numpy._core", "numpy.core"):
        names[f"{core}.multiarray", "_reconstruct"] = standins.empty_array
        names[f"{core}.multiarray", "scalar"] = standins.scalar
        names[f"{core}.numeric", "_frombuffer"] = standins.array_from_buffer
    return names


ALLOWED: Final[dict[Name, Callable[..., Any]]] = {
    OWN_CLASS: standins.OwnExperimentStub,
    REFERENCE_CLASS: standins.ExperimentStub,
    ("driada.experiment.neuron", "Neuron"): standins.NeuronStub,
    ("driada.experiment.event_detection", "SimpleEvent"): standins.EventStub,
    ("driada.experiment.wavelet_ridge", "RidgeInfoContainer"): standins.RidgeStub,
    ("driada.information.info_base", "TimeSeries"): standins.SeriesStub,
    ("driada.information.info_base", "MultiTimeSeries"): standins.MultiSeriesStub,
    ("driada.information.time_series_types", "TimeSeriesType"): standins.TypeStub,
    ("sklearn.preprocessing._data", "MinMaxScaler"): standins.Opaque,
    ("sklearn.neighbors._kd_tree", "KDTree"): standins.Opaque,
    ("sklearn.neighbors._kd_tree", "newObj"): standins.opaque,
    ("sklearn.metrics._dist_metrics", "ChebyshevDistance64"): standins.Opaque,
    ("sklearn.metrics._dist_metrics", "newObj"): standins.opaque,
    **_numpy_names(),
}


def is_allowed(module: str, name: str) -> bool:
    """Whether a pickle may mention this name."""
    return (module, name) in ALLOWED

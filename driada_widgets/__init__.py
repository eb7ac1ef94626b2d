"""Load calcium-imaging experiments: choose, check, correct, build and save.

Importing this package loads NumPy and nothing heavier; each public name is imported when it is
first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from driada_widgets.version import __version__

if TYPE_CHECKING:
    from driada_widgets.core.doors import (
        load_demo_experiment,
        load_exp_from_aligned_data,
        load_exp_from_pickle,
        load_experiment,
        open_experiment,
        save_exp_to_pickle,
        save_experiment,
    )
    from driada_widgets.core.errors import LoaderError
    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.experiment.load_time_spikes import reconstruct_spikes
    from driada_widgets.core.experiment.naming import construct_session_name, parse_iabs_filename
    from driada_widgets.core.experiment.neuron import Neuron
    from driada_widgets.core.pipeline import check, inspect_file, run
    from driada_widgets.core.request.model import (
        AggregateSpec,
        FeatureChoice,
        LoadRequest,
        NanPolicies,
        NanPolicy,
        SaveSpec,
        SourceSpec,
        SpikeSpec,
    )
    from driada_widgets.core.signals.detect import analyze_time_series_type
    from driada_widgets.core.signals.multi import MultiTimeSeries
    from driada_widgets.core.signals.series import TimeSeries
    from driada_widgets.core.signals.transforms import aggregate_multiple_ts
    from driada_widgets.core.signals.types import TimeSeriesType
    from driada_widgets.core.sources.registry import register_reader
    from driada_widgets.core.spikes.events import extract_wvt_events
    from driada_widgets.panel.view import LoaderPanel, open_panel


_HOMES = {
    "driada_widgets.core.doors": (
        "load_demo_experiment",
        "load_exp_from_aligned_data",
        "load_exp_from_pickle",
        "load_experiment",
        "open_experiment",
        "save_exp_to_pickle",
        "save_experiment",
    ),
    "driada_widgets.core.errors": ("LoaderError",),
    "driada_widgets.core.experiment.experiment": ("Experiment",),
    "driada_widgets.core.experiment.load_time_spikes": ("reconstruct_spikes",),
    "driada_widgets.core.experiment.naming": ("construct_session_name", "parse_iabs_filename"),
    "driada_widgets.core.experiment.neuron": ("Neuron",),
    "driada_widgets.core.pipeline": ("check", "inspect_file", "run"),
    "driada_widgets.core.request.model": (
        "AggregateSpec",
        "FeatureChoice",
        "LoadRequest",
        "NanPolicies",
        "NanPolicy",
        "SaveSpec",
        "SourceSpec",
        "SpikeSpec",
    ),
    "driada_widgets.core.signals.detect": ("analyze_time_series_type",),
    "driada_widgets.core.signals.multi": ("MultiTimeSeries",),
    "driada_widgets.core.signals.series": ("TimeSeries",),
    "driada_widgets.core.signals.transforms": ("aggregate_multiple_ts",),
    "driada_widgets.core.signals.types": ("TimeSeriesType",),
    "driada_widgets.core.sources.registry": ("register_reader",),
    "driada_widgets.core.spikes.events": ("extract_wvt_events",),
    "driada_widgets.panel.view": ("LoaderPanel", "open_panel"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AggregateSpec",
    "Experiment",
    "FeatureChoice",
    "LoadRequest",
    "LoaderError",
    "LoaderPanel",
    "MultiTimeSeries",
    "NanPolicies",
    "NanPolicy",
    "Neuron",
    "SaveSpec",
    "SourceSpec",
    "SpikeSpec",
    "TimeSeries",
    "TimeSeriesType",
    "__version__",
    "aggregate_multiple_ts",
    "analyze_time_series_type",
    "check",
    "construct_session_name",
    "extract_wvt_events",
    "inspect_file",
    "load_demo_experiment",
    "load_exp_from_aligned_data",
    "load_exp_from_pickle",
    "load_experiment",
    "open_experiment",
    "open_panel",
    "parse_iabs_filename",
    "reconstruct_spikes",
    "register_reader",
    "run",
    "save_exp_to_pickle",
    "save_experiment",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

"""A request without names: its structure, its numbers, and the kinds of its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from driada_widgets.core.road.private_names import KNOWN_LABS, KNOWN_PARAMETERS, numbered
from driada_widgets.core.signals.types import TYPE_WORDS
from driada_widgets.core.sources.demo import demo_recordings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from driada_widgets.core.request.model import FeatureChoice, LoadRequest, NanPolicy

__all__ = ["anonymous_plan"]

_TIMES = frozenset({"fps", "t_rise_sec", "t_off_sec"})
_SUFFIXES = frozenset(
    {".npz", ".npy", ".mat", ".h5", ".hdf5", ".nwb", ".csv", ".tsv", ".xlsx", ".pickle", ".pkl"}
)
_METHODS = frozenset({"wavelet", "threshold", "matched", "oasis", "load-wavelet", "load-threshold"})


def anonymous_plan(request: LoadRequest, arrays: Mapping[str, str]) -> dict[str, Any]:
    """Write a request down without any name in it.

    Parameters
    ----------
    request
        Any request.
    arrays
        What stands for the name of each array.
    """
    source, save, spikes = request.source, request.save, request.spikes
    return {
        "source": {
            "kind": source.kind,
            "data_source": source.data_source if source.data_source in KNOWN_LABS else "<name>",
            "path": _path(source.path, is_demo=source.kind == "demo"),
            "neural": None if source.neural is None else numbered(arrays, source.neural),
            "as_saved": source.as_saved,
        },
        "exp_params": _values(request.exp_params, KNOWN_PARAMETERS, frozenset()),
        "static_features": _values(request.static_features, _TIMES, _TIMES),
        "features": None
        if request.features is None
        else [_choice(arrays, name, choice) for name, choice in request.features.items()],
        "aggregate_features": [
            {"of": [numbered(arrays, name) for name in spec.of], "as": numbered(arrays, spec.name)}
            for spec in request.aggregate_features
        ],
        "bad_frames": [
            list(item) if isinstance(item, tuple) else item for item in request.bad_frames
        ],
        "nan": {
            "default": _policy(request.nan.default),
            "arrays": [
                {"name": numbered(arrays, name), **_policy(policy)}
                for name, policy in request.nan.arrays.items()
            ],
        },
        "transpose": [numbered(arrays, name) for name in request.transpose],
        "create_circular_2d": request.create_circular_2d,
        "seed": request.seed,
        "spikes": None
        if spikes is None
        else {
            "method": spikes.method if spikes.method in _METHODS else "<name>",
            "options": [_kind(value) for value in spikes.options.values()],
        },
        "save": None if save is None else {"as": save.format, "path": _path(save.path)},
    }


def _choice(arrays: Mapping[str, str], name: str, choice: FeatureChoice) -> dict[str, Any]:
    return {
        "name": numbered(arrays, name),
        "use": choice.use,
        "type": choice.type if (choice.type or "").lower() in TYPE_WORDS else _kind(choice.type),
        "period": choice.period,
        "renamed": choice.rename is not None,
        "as_detected": choice.as_detected,
    }


def _values(
    given: Mapping[str, Any], known: frozenset[str], shown: frozenset[str]
) -> list[dict[str, Any]]:
    return [
        {
            "key": key if key in known else "<name>",
            "value": value if key in shown and isinstance(value, int | float) else _kind(value),
        }
        for key, value in given.items()
    ]


def _kind(value: Any) -> str:
    """Say what a value is, not what it says."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"text of {len(value)} characters"
    return type(value).__name__


def _policy(policy: NanPolicy) -> dict[str, Any]:
    return {"policy": policy.policy, "max_gap_sec": policy.max_gap_sec}


def _path(path: Path | None, *, is_demo: bool = False) -> str | None:
    """Give the ending of a path, if it is a known one; a built-in recording has its name."""
    if path is None:
        return None
    if is_demo and str(path) in {demo.name for demo in demo_recordings()}:
        return str(path)
    ending = path.suffix.lower()
    return f"<file>{ending if ending in _SUFFIXES else ''}"

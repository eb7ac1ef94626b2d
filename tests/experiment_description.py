"""Describe an experiment as the golden cases do (``tests/goldens/README.md``)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from driada_widgets import Experiment, MultiTimeSeries, TimeSeries, TimeSeriesType
from driada_widgets.core.signals.transforms import get_hash

__all__ = ["describe", "differences"]

RTOL = 1e-6


def describe(experiment: Experiment) -> dict[str, Any]:
    """Give everything that a golden case says about an experiment."""
    bad = experiment.bad_frames_mask if experiment.filtered_flag else np.zeros(0, dtype=bool)
    neurons = experiment.neurons
    return {
        "signature": experiment.signature,
        "n_cells": experiment.n_cells,
        "n_frames": experiment.n_frames,
        "static_features": dict(experiment.static_features),
        "metadata": experiment.metadata,
        "exp_identificators": dict(experiment.exp_identificators),
        "filtered_flag": experiment.filtered_flag,
        "features": {
            name: _feature(experiment, name, series)
            for name, series in experiment.dynamic_features.items()
        },
        "feature_order": list(experiment.dynamic_features),
        "bad_frames": np.flatnonzero(bad).tolist(),
        "calcium": {
            "shape": list(experiment.calcium.shape),
            "name": experiment.calcium.name,
            "n_valid_mask": int(experiment.calcium.shuffle_mask.sum()),
            "mean": float(experiment.calcium.data.mean()),
            "std": float(experiment.calcium.data.std()),
        },
        "spikes": {
            "shape": list(experiment.spikes.shape),
            "sum_per_cell": experiment.spikes.data.sum(axis=1).tolist(),
            "sp_is_none": [neuron.sp is None for neuron in neurons],
            "asp_is_none": [neuron.asp is None for neuron in neurons],
        },
        "neurons": {
            "cell_id": [neuron.cell_id for neuron in neurons],
            "ca_name": [neuron.ca.name for neuron in neurons],
            "t_rise": [neuron.t_rise for neuron in neurons],
            "t_off": [neuron.t_off for neuron in neurons],
            "default_t_rise": [neuron.default_t_rise for neuron in neurons],
            "default_t_off": [neuron.default_t_off for neuron in neurons],
        },
        "data_hash_modes": sorted(experiment._data_hashes),
    }


def _feature(
    experiment: Experiment, name: str, series: TimeSeries | MultiTimeSeries
) -> dict[str, Any]:
    valid = np.flatnonzero(series.shuffle_mask)
    told: dict[str, Any] = {
        "class": type(series).__name__,
        "discrete": bool(series.discrete),
        "shape": list(series.data.shape),
        "dtype": str(series.data.dtype),
        "name": series.name,
        "n_valid_mask": len(valid),
        "mask_first_last": [int(valid[0]), int(valid[-1])] if len(valid) else [],
        "is_attribute": getattr(experiment, name, None) is series,
    }
    if isinstance(series, MultiTimeSeries):
        told["component_names"] = [component.name for component in series.ts_list]
        told["component_types"] = [_type(component.type_info) for component in series.ts_list]
        return told
    told["type"] = _type(series.type_info)
    told["is_binary"] = bool(series.is_binary)
    if series.discrete:
        told["int_data_sha"] = get_hash(series.int_data)
    return told


def _type(type_info: TimeSeriesType) -> dict[str, Any]:
    return {
        "primary_type": type_info.primary_type,
        "subtype": type_info.subtype,
        "confidence": type_info.confidence,
        "is_circular": type_info.is_circular,
        "circular_period": type_info.circular_period,
        "periodicity": type_info.periodicity,
    }


def differences(expected: Any, actual: Any, path: str = "") -> list[str]:
    """Give the places where two descriptions differ; numbers may differ by rounding."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        keys = sorted({*expected, *actual})
        return [
            line
            for key in keys
            for line in differences(expected.get(key), actual.get(key), f"{path}.{key}")
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = enumerate(zip(expected, actual, strict=True))
        return [line for i, (one, two) in pairs for line in differences(one, two, f"{path}[{i}]")]
    if isinstance(expected, float | int) and isinstance(actual, float | int):
        same = math.isclose(expected, actual, rel_tol=RTOL, abs_tol=2e-8)
    else:
        same = expected == actual
    return [] if same else [f"{path}: expected {expected!r}, got {actual!r}"]

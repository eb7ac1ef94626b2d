"""Experiments of every kind that an archive must hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from driada_widgets.core.experiment.contents import Contents, FeatureContent, Filled, Kinetics
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.signals.types import TimeSeriesType
from tests.samples import make_aligned

__all__ = ["LINEAR", "contents_of", "experiments", "make_experiment"]

LINEAR = TimeSeriesType("continuous", "linear", metadata={"n_unique": 7, "odd": float("nan")})
CIRCULAR = TimeSeriesType("continuous", "circular", is_circular=True, circular_period=360.0)
BINARY = TimeSeriesType("discrete", "binary", confidence=0.5)


def contents_of(seed: int = 0, **changes: Any) -> Contents:
    """Give contents that use every field."""
    data = make_aligned(6, 700, seed)
    calcium = data["calcium"]
    bad = np.zeros(700, dtype=bool)
    bad[100:120] = True
    fields: dict[str, Any] = {
        "signature": "Exp a",
        "calcium": calcium,
        "calcium_range": np.stack([calcium.min(axis=1), calcium.max(axis=1)], axis=1),
        "kept_cells": (0, 1, 3, 4, 5),
        "calcium_filled": (Filled(row=1, ranges=((5, 8),)),),
        "bad_frames_mask": bad,
        "features": (
            FeatureContent(name="speed", data=data["speed"], type_info=LINEAR),
            FeatureContent(name="head direction (°)", data=data["hd"] * 57.3, type_info=CIRCULAR),
            FeatureContent(name="manifest", data=data["trial_type"], type_info=BINARY),
            FeatureContent(
                name="position",
                data=data["position"],
                component_names=("x", "y"),
                filled=(Filled(row=0, ranges=((30, 33),)),),
            ),
        ),
        "spikes": (calcium > 1).astype(np.int64),
        "asp": calcium.astype(np.float32),
        "reconstructions": calcium * 0.5,
        "exp_params": {"animal": "Мышь", "session": 1},
        "static_features": {"fps": 20.0, "t_rise_sec": 0.25, "t_off_sec": 2.0},
        "metadata": {"units": {"speed": "cm/s"}, "nested": [1, {"a": None}]},
        "kinetics": (Kinetics(cell=1, t_rise=5.0, t_off=None),),
        "provenance": {
            "request": {"driada_widgets": 1, "exp_params": {"animal": "Мышь"}},
            "source": {"name": "a.npz", "size": 10, "mtime_ns": 11, "sha256": "ab" * 32},
        },
    }
    return Contents(**{**fields, **changes})


def make_experiment(seed: int = 0, **changes: Any) -> Experiment:
    """Give an experiment of `contents_of`."""
    return Experiment.from_contents(contents_of(seed, **changes))


_DTYPES = st.sampled_from(["<f8", "<f4", ">f8", "<i2", "u1"])
_NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)


@st.composite
def _features(draw: st.DrawFn, n_frames: int) -> tuple[FeatureContent, ...]:
    names = draw(st.lists(_NAMES.map(lambda name: f"q {name}"), max_size=4, unique=True))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    features = []
    for name in names:
        if draw(st.booleans()):
            data = rng.normal(size=n_frames).astype(draw(_DTYPES))
            type_info = draw(st.sampled_from([LINEAR, CIRCULAR]))
            features.append(FeatureContent(name=name, data=data, type_info=type_info))
        else:
            data = rng.normal(size=(2, n_frames)).astype(draw(_DTYPES))
            features.append(FeatureContent(name=name, data=data, component_names=("a", "b")))
    return tuple(features)


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    """Give experiments of various sizes, dtypes, names and gaps."""
    n_cells, n_frames = draw(st.integers(1, 5)), draw(st.integers(60, 300))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    calcium = (rng.normal(size=(n_cells, n_frames)) * 20).astype(draw(_DTYPES))
    mask = rng.random(n_frames) < draw(st.sampled_from([0.0, 0.1]))
    return Experiment.from_contents(
        Contents(
            signature="Exp " + draw(_NAMES),
            calcium=calcium,
            bad_frames_mask=mask if mask.any() else None,
            kept_cells=draw(st.sampled_from([None, (n_cells - 1,)])),
            features=draw(_features(n_frames)),
            asp=draw(st.sampled_from([None, calcium * 2])),
            exp_params=draw(st.dictionaries(_NAMES, st.none() | st.integers() | _NAMES)),
            static_features={"fps": draw(st.floats(1, 60))},
            metadata=draw(st.none() | st.just({"a": [1.5, "x"], "b": {"c": float("inf")}})),
            seed=draw(st.none() | st.integers(0, 9)),
        )
    )

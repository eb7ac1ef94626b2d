from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.experiment import hashing
from driada_widgets.core.experiment.contents import Contents, Filled, Kinetics
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.experiment.hashing import array_digest, array_digests, content_hash
from driada_widgets.core.experiment.parts import from_parts, to_parts
from tests.recordings import CIRCULAR, LINEAR, make_contents, make_feature

N_FRAMES = 600
MASK = np.arange(N_FRAMES) < 5


def _contents(**changes: Any) -> Contents:
    rng = np.random.default_rng(0)
    given: dict[str, Any] = {
        "features": (
            make_feature("hd", type_info=CIRCULAR),
            make_feature("xy", data=rng.random((2, N_FRAMES)), type_info=None),
        ),
        "spikes": rng.random((3, N_FRAMES)) < 0.1,
        "asp": rng.random((3, N_FRAMES)),
        "exp_params": {"name": "a"},
        "metadata": {"metrics_df": {"t_rise": [0.1, 0.2, 0.3]}},
    }
    return make_contents(**(given | changes))


def _feature(**changes: Any) -> dict[str, Any]:
    features = _contents().features
    return {"features": (replace(features[0], **changes), features[1])}


FIRST = _contents()
DIFFERENT: dict[str, dict[str, Any]] = {
    "calcium": {"calcium": np.asarray(FIRST.calcium) + 1e-12},
    "precision": {"calcium": FIRST.calcium.astype("f4")},
    "spikes": {"spikes": None},
    "asp": {"asp": None},
    "reconstructions": {"reconstructions": FIRST.asp},
    "kept-cells": {"kept_cells": (0, 2)},
    "bad-frames": {"bad_frames_mask": MASK},
    "filled": {"calcium_filled": (Filled(row=0, ranges=((1, 2),)),)},
    "exp-params": {"exp_params": {"name": "b"}},
    "constants": {"static_features": {"fps": 21.0}},
    "metrics": {"metadata": {"metrics_df": {"t_rise": [0.1, 0.2, 0.4]}}},
    "kinetics": {"kinetics": (Kinetics(cell=0, t_rise=None, t_off=30.0),)},
    "companions": {"create_circular_2d": False},
    "seed": {"seed": 3},
    "no-features": {"features": ()},
    "feature-order": {"features": FIRST.features[::-1]},
    "feature-name": _feature(name="hd2"),
    "feature-data": _feature(data=np.zeros(N_FRAMES)),
    "feature-type": _feature(type_info=LINEAR),
    "feature-period": _feature(type_info=replace(CIRCULAR, circular_period=6.0)),
    "feature-filled": _feature(filled=(Filled(row=0, ranges=((1, 2),)),)),
    "feature-companion": _feature(companion=False),
    "feature-mask": _feature(shuffle_mask=~MASK),
    "component-types": {
        "features": (FIRST.features[0], replace(FIRST.features[1], component_types=(LINEAR,) * 2))
    },
}
SAME: dict[str, dict[str, Any]] = {
    "signature": {"signature": "Exp other"},
    "provenance": {"provenance": {"time": "now"}},
    "range": {"calcium_range": np.zeros((3, 2))},
    "other-metadata": {"metadata": {"metrics_df": {"t_rise": [0.1, 0.2, 0.3]}, "note": 1}},
    "ground-truth": {"ground_truth": {"a": 1}},
    "all-cells-kept": {"kept_cells": (0, 1, 2)},
    "no-frame-bad": {"bad_frames_mask": np.zeros(N_FRAMES, dtype=bool)},
    "byte-order": {"calcium": FIRST.calcium.astype(">f8")},
    "memory-order": {"calcium": np.asfortranarray(FIRST.calcium)},
    "whole-rate": {"static_features": {"t_rise_sec": 0.25, "t_off_sec": 2, "fps": 20}},
    "order-of-constants": {"static_features": {"fps": 20.0, "t_off_sec": 2.0, "t_rise_sec": 0.25}},
    "confidence": _feature(type_info=replace(CIRCULAR, confidence=0.5, metadata={"n": 1})),
    "seedless-scheme": {"seed_of": "experiment"},
    "whole-mask": _feature(shuffle_mask=np.ones(N_FRAMES, dtype=bool)),
}


@pytest.mark.parametrize("changes", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_what_later_computations_see_counts(changes: dict[str, Any]) -> None:
    """Any change that a later computation could see must change the hash."""
    assert content_hash(_contents(**changes)) != content_hash(FIRST)


@pytest.mark.parametrize("changes", SAME.values(), ids=SAME.keys())
def test_the_rest_does_not_count(changes: dict[str, Any]) -> None:
    """A change that no later computation sees must leave the hash."""
    assert content_hash(_contents(**changes)) == content_hash(FIRST)


def test_seeds_of_different_origin_differ() -> None:
    """The same number given to the loader and to the experiment gives different noise."""
    by_loader, by_experiment = (
        content_hash(_contents(seed=3, seed_of=origin)) for origin in ("loader", "experiment")
    )

    assert by_loader != by_experiment


def test_the_hash_is_what_the_documentation_says() -> None:
    """An independent reading of the documentation must give the same digits."""
    contents = make_contents(
        calcium=np.arange(1200, dtype="<f4").reshape(2, 600),
        bad_frames_mask=MASK,
        features=(make_feature("hd é", type_info=CIRCULAR),),
        static_features={"fps": 20, "gain": 0.1},
        exp_params={"b": 1, "a": "x"},
    )

    def sha(data: bytes) -> str:
        return hashlib.sha256(data).hexdigest()

    hd = contents.features[0].data
    text = (
        '{"asp":null,"calcium":{"data":"'
        + sha(contents.calcium.tobytes())
        + '","dtype":"<f4","shape":[2,600]},"circular_2d":true,"exp_params":{"a":"x","b":1},'
        '"features":[{"data":"'
        + sha(hd.tobytes())
        + '","dtype":"<f8","name":"hd é","period":6.283185307179586,"primary_type":"continuous",'
        '"shape":[600],"subtype":"circular"}],"frames":"'
        + sha(bytes([0] * 5 + [1] * 595))
        + '","kept_cells":null,"schema":1,"seed":null,"spikes":null,'
        '"static_features":{"fps":20.0,"gain":0.1}}'
    )
    assert json.loads(text)["schema"] == hashing.HASH_SCHEMA
    assert sha(text.encode("utf-8")) == content_hash(contents)


def test_hashes_survive_storage() -> None:
    """Contents taken apart and put together must have the same hash."""
    meta, arrays = to_parts(FIRST)

    assert content_hash(FIRST) == content_hash(from_parts(json.loads(json.dumps(meta)), arrays))


def test_known_digests_are_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Digests that are known must be taken as they are, so that no array is read twice."""
    known = array_digests(FIRST)
    assert sorted(known) == ["asp", "calcium", "hd", "spikes", "xy"]
    expected = content_hash(FIRST)

    def refuse(array: Any) -> str:
        raise AssertionError(array.shape)

    monkeypatch.setattr(hashing, "array_digest", refuse)
    assert expected == content_hash(FIRST, known)
    assert expected == Experiment.from_contents(FIRST, digests=known).content_hash


def test_an_experiment_hashes_its_arrays_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked a second time, an experiment must not read its arrays again."""
    experiment = Experiment.from_contents(FIRST)
    first = experiment.content_hash
    monkeypatch.setattr(hashing, "array_digest", None)

    assert experiment.content_hash == first == content_hash(FIRST, array_digests_of(experiment))


def array_digests_of(experiment: Experiment) -> dict[str, str]:
    """Give the digests that an experiment keeps."""
    return dict(experiment._digests)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4),
        np.arange(12.0).reshape(3, 4).T,
        np.arange(10)[::2],
        np.arange(6, dtype=">i2"),
        np.array([True, False]),
        np.empty((0, 5)),
        np.arange(3, dtype="f2"),
    ],
    ids=["plain", "transposed", "strided", "big-endian", "bool", "empty", "half"],
)
def test_digest_of_an_array(array: Any) -> None:
    """It must be that of the little-endian bytes in C order, whatever the memory looks like."""
    little = array.astype(array.dtype.newbyteorder("<"))

    assert hashlib.sha256(little.tobytes(order="C")).hexdigest() == array_digest(array)


def test_digests_do_not_depend_on_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large arrays are read in blocks, which must not show in the digest."""
    whole = array_digest(FIRST.calcium)
    monkeypatch.setattr(hashing, "BLOCK_BYTES", 5000)

    assert whole == array_digest(FIRST.calcium)


def test_same_data_is_told_by_name() -> None:
    """Equality is identity; a method of its own compares what experiments hold."""
    one, other = Experiment.from_contents(FIRST), Experiment.from_contents(_contents())
    different = Experiment.from_contents(_contents(seed=1))

    assert one != other
    assert (one.same_data_as(other), one.same_data_as(one)) == (True, True)
    assert not one.same_data_as(different)

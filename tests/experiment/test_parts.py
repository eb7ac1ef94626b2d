from __future__ import annotations

import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.errors import CorruptFileError
from driada_widgets.core.experiment.contents import Contents, FeatureContent, Filled, Kinetics
from driada_widgets.core.experiment.parts import RESERVED_IDS, feature_ids, from_parts, to_parts
from driada_widgets.core.experiment.plain import from_plain, to_plain
from driada_widgets.core.signals.types import TimeSeriesType
from tests.properties import examples
from tests.recordings import CIRCULAR, LINEAR, make_contents, make_feature, same_contents

TEXTS = st.text(max_size=12)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
MAPPINGS = st.dictionaries(TEXTS, PLAIN, max_size=3)
N_CELLS, N_FRAMES = 3, 40
MASKS = st.lists(st.booleans(), min_size=N_FRAMES, max_size=N_FRAMES).map(np.array)
GAPS = st.builds(
    lambda row, start, length: Filled(row=row, ranges=((start, start + length),)),
    st.integers(0, N_CELLS - 1),
    st.integers(0, 30),
    st.integers(1, 9),
)
TYPES = st.builds(
    TimeSeriesType,
    primary_type=st.sampled_from(["discrete", "continuous", "ambiguous"]),
    subtype=st.sampled_from([None, "binary", "linear", "circular"]),
    confidence=st.floats(0, 1.4),
    is_circular=st.booleans(),
    circular_period=st.sampled_from([None, 360, 2 * np.pi]),
    periodicity=st.none() | st.floats(0.1, 100),
    metadata=MAPPINGS,
)


def _array(dtype: str, *shape: int) -> Any:
    values = np.random.default_rng(len(dtype)).integers(0, 2, shape).astype(dtype)
    values.flags.writeable = False
    return values


@st.composite
def _features(draw: st.DrawFn) -> tuple[FeatureContent, ...]:
    names = draw(st.lists(TEXTS, max_size=4, unique=True))
    return tuple(
        FeatureContent(
            name=name,
            data=_array(draw(st.sampled_from(["f4", ">f8", "?", "u1"])), N_FRAMES),
            type_info=draw(TYPES),
            filled=tuple(draw(st.lists(GAPS, max_size=1))),
            aggregated=draw(st.booleans()),
            companion=draw(st.booleans()),
            shuffle_mask=draw(st.none() | MASKS),
        )
        if draw(st.booleans())
        else FeatureContent(
            name=name,
            data=_array("f8", 2, N_FRAMES),
            component_names=(f"{name}_a", f"{name}_b"),
            component_types=draw(st.none() | st.tuples(TYPES, TYPES)),
        )
        for name in names
    )


CONTENTS = st.builds(
    Contents,
    signature=TEXTS,
    calcium=st.sampled_from(["f4", "f8", ">i2"]).map(lambda dtype: _array(dtype, 3, N_FRAMES)),
    calcium_range=st.none() | st.just(np.array([[0.0, 1.0], [np.nan, 2.5], [-np.inf, 0.1]])),
    kept_cells=st.sampled_from([None, (0, 2), (0, 1, 2)]),
    calcium_filled=st.lists(GAPS, max_size=2).map(tuple),
    bad_frames_mask=st.none() | MASKS,
    features=_features(),
    spikes=st.none() | st.just(_array("?", 3, N_FRAMES)),
    asp=st.none() | st.just(_array("f4", 3, N_FRAMES)),
    reconstructions=st.none() | st.just(_array("f8", 3, N_FRAMES)),
    exp_params=MAPPINGS,
    static_features=MAPPINGS,
    metadata=st.none() | MAPPINGS,
    ground_truth=PLAIN,
    kinetics=st.sampled_from([(), (Kinetics(cell=1, t_rise=None, t_off=30.5),)]),
    create_circular_2d=st.booleans(),
    seed=st.none() | st.integers(0, 2**70),
    seed_of=st.sampled_from(["loader", "experiment"]),
    provenance=MAPPINGS,
)


def _equal(one: Contents, other: Contents) -> bool:
    """Compare contents; a range that is not known may be NaN on both sides."""
    known, again = one.calcium_range, other.calcium_range
    if known is None or again is None:
        return known is again and same_contents(one, other)
    bare = (replace(contents, calcium_range=None) for contents in (one, other))
    return np.array_equal(known, again, equal_nan=True) and same_contents(*bare)


@examples(50)
@given(CONTENTS)
def test_contents_survive_being_taken_apart(contents: Contents) -> None:
    """Contents must be equal after a way through strict JSON, with no array copied."""
    meta, arrays = to_parts(contents)
    again = from_parts(json.loads(json.dumps(meta, allow_nan=False)), arrays)

    assert _equal(contents, again)
    assert np.shares_memory(again.calcium, contents.calcium)
    assert not again.calcium.flags.writeable


@given(
    st.lists(TEXTS | st.sampled_from(["speed", "Speed", "f0001", "F0002", "calcium"]), unique=True)
)
def test_ids_are_safe_and_different(names: list[str]) -> None:
    """Ids must be plain, not reserved, and differ on systems that do not tell case apart."""
    ids = feature_ids(names)

    assert len({id_.lower() for id_ in ids}) == len(names)
    assert not {id_.lower() for id_ in ids} & RESERVED_IDS
    assert all(id_.isascii() and id_.isidentifier() for id_ in ids)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["speed", "x_1"], ("speed", "x_1")),
        (["speed", "Speed"], ("speed", "f0001")),
        (["head direction", "f0001", "2nd"], ("f0002", "f0001", "f0003")),
        (["Calcium", "SPIKES", "rates", "_metadata"], ("f0001", "f0002", "f0003", "f0004")),
        (["con", "Aux", "x" * 65, "скорость"], ("f0001", "f0002", "f0003", "f0004")),
    ],
)
def test_plain_names_stay_as_ids(names: list[str], expected: tuple[str, ...]) -> None:
    """Other tools must see a plain name; every other name gets a number."""
    assert expected == feature_ids(names)


def test_masks_are_stored_as_ranges() -> None:
    """Removed frames must be readable in the stored text."""
    bad = np.zeros(600, dtype=bool)
    bad[:3] = bad[100:102] = bad[599] = True
    meta, _ = to_parts(make_contents(bad_frames_mask=bad))

    assert meta["bad_frames"] == [[0, 3], [100, 102], [599, 600]]


def test_stored_names_are_verbatim() -> None:
    """The real name of a feature must be beside its id."""
    meta, arrays = to_parts(
        make_contents(features=(make_feature("head direction", type_info=CIRCULAR),))
    )

    assert (meta["features"][0]["id"], meta["features"][0]["name"]) == ("f0001", "head direction")
    assert list(arrays) == ["calcium", "f0001"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda meta, arrays: meta.pop("features"),
        lambda meta, arrays: meta.update(features=[{"id": "v"}]),
        lambda meta, arrays: meta.update(kinetics=5),
        lambda meta, arrays: meta.update(calcium_range=[[1, 2, 3]]),
        lambda meta, arrays: arrays.pop("calcium"),
        lambda meta, arrays: arrays.pop("v"),
    ],
    ids=["no-features", "feature", "kinetics", "range", "no-calcium", "no-feature"],
)
def test_incomplete_parts_are_refused(damage: Any) -> None:
    """Stored parts that lack something must be refused by one class, not half read."""
    meta, arrays = to_parts(make_contents(features=(make_feature("v", type_info=LINEAR),)))
    damage(meta, arrays)

    with pytest.raises(CorruptFileError, match="not complete or not of this form"):
        from_parts(meta, arrays)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.array([[1, 2]]), [[1, 2]]),
        (np.array([1.0, np.nan]), [1.0, {"__float__": "nan"}]),
        (np.array(["a", None], dtype=object), ["a", None]),
        (np.longdouble(0.25), 0.25),
        (np.datetime64("2026-01-02"), "2026-01-02"),
        (np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])[0], {"a": 1, "b": 2.0}),
        ((1, (2, "x")), [1, [2, "x"]]),
        pytest.param({"b", "a"}, ["a", "b"], id="set"),
        ({1: {None: -np.inf}}, {"1": {"None": {"__float__": "-inf"}}}),
        (b"abc", "abc"),
        (1 + 2j, [1.0, 2.0]),
        (PurePosixPath("a/b"), "a/b"),
        (range(3), [0, 1, 2]),
    ],
    ids=repr,
)
def test_values_become_plain(value: object, expected: object) -> None:
    """Values that JSON does not know must become ones that it does."""
    plain = to_plain(value)

    assert expected == plain
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain


@given(PLAIN)
def test_plain_values_come_back(value: object) -> None:
    """What was plain before must be the same after, infinity included."""
    assert value == from_plain(to_plain(value))

"""Changes to a request by field paths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.edit import apply_changes
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
from tests.properties import examples
from tests.request_strategies import names, requests

_AS_DETECTED = FeatureChoice(type="circular", period=360.0, as_detected=True)
_BEFORE = LoadRequest(
    static_features={"fps": 10.0, "t_off_sec": 2.0},
    features={"hd": _AS_DETECTED, "speed": FeatureChoice(type="linear")},
    bad_frames=((10, 20), 30),
    transpose=("calcium",),
    aggregate_features=(AggregateSpec(of=("x", "y"), name="position"),),
    nan=NanPolicies(arrays={"speed": NanPolicy(policy="interpolate", max_gap_sec=0.2)}),
)
_POSITION = AggregateSpec(of=("x", "z"), name="side")


@pytest.mark.parametrize(
    ("path", "value", "field", "expected"),
    [
        (("static_features", "fps"), 20.0, "static_features", {"fps": 20.0, "t_off_sec": 2.0}),
        (("static_features", "fps"), None, "static_features", {"t_off_sec": 2.0}),
        (("static_features",), None, "static_features", {}),
        (("transpose",), "speed", "transpose", ("calcium", "speed")),
        (("transpose",), "calcium", "transpose", ("calcium",)),
        (("transpose",), ["a", "b"], "transpose", ("calcium", "a", "b")),
        (("transpose", "calcium"), False, "transpose", ()),
        (("transpose", "a"), True, "transpose", ("calcium", "a")),
        (("bad_frames",), (20, 25), "bad_frames", ((10, 25), (30, 31))),
        (("bad_frames",), 31, "bad_frames", ((10, 20), (30, 32))),
        (("bad_frames",), [(1, 3), (5, 6)], "bad_frames", ((1, 3), (5, 6), (10, 20), (30, 31))),
        (("bad_frames",), ((1, 3), (5, 6)), "bad_frames", ((1, 3), (5, 6), (10, 20), (30, 31))),
        (("bad_frames",), None, "bad_frames", ()),
        (("aggregate_features",), _POSITION, "aggregate_features",
         (*_BEFORE.aggregate_features, _POSITION)),
        (("aggregate_features", "position"), None, "aggregate_features", ()),
        (("source", "neural"), "F", "source", SourceSpec(neural="F")),
        (("source", "path"), Path("a.npz"), "source", SourceSpec(path=Path("a.npz"))),
        (("source",), SourceSpec(kind="iabs"), "source", SourceSpec(kind="iabs")),
        (("nan", "default"), "drop", "nan",
         NanPolicies(default=NanPolicy(policy="drop"), arrays=_BEFORE.nan.arrays)),
        (("nan",), "drop", "nan", NanPolicies(default=NanPolicy(policy="drop"))),
        (("nan", "speed"), None, "nan", NanPolicies()),
        (("nan", "speed", "policy"), "drop", "nan",
         NanPolicies(arrays={"speed": NanPolicy(policy="drop", max_gap_sec=0.2)})),
        (("nan", "arrays", "speed"), NanPolicy(policy="drop"), "nan",
         NanPolicies(arrays={"speed": NanPolicy(policy="drop")})),
        (("nan", "arrays", "default"), "drop", "nan",
         NanPolicies(arrays={**_BEFORE.nan.arrays, "default": NanPolicy(policy="drop")})),
        (("spikes", "method"), "wavelet", "spikes", SpikeSpec(method="wavelet")),
        (("spikes",), SpikeSpec(method="a", options={"n": 1}), "spikes",
         SpikeSpec(method="a", options={"n": 1})),
        (("save", "format"), "pickle", "save", SaveSpec(format="pickle")),
        (("save",), SaveSpec(), "save", SaveSpec()),
        (("save",), None, "save", None),
        (("exp_params", "name"), "x", "exp_params", {"name": "x"}),
        (("create_circular_2d",), False, "create_circular_2d", False),
        (("seed",), 3, "seed", 3),
        (("root",), Path("x"), "root", Path("x")),
        (("features",), None, "features", None),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) and value
    and isinstance(value[0], str) else "",
)  # fmt: skip
def test_a_change_is_made(path: tuple[str, ...], value: Any, field: str, expected: Any) -> None:
    """A path and a value give a new request in which that field alone is another."""
    after = apply_changes(_BEFORE, [(path, value)])
    others = [name for name in LoadRequest.__slots__ if name != field]

    assert expected == getattr(after, field)
    assert all(getattr(_BEFORE, name) is getattr(after, name) for name in others)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (("type",), "linear", FeatureChoice(type="linear")),
        (("type",), "circular", _AS_DETECTED),
        (
            ("rename",),
            "a",
            FeatureChoice(type="circular", period=360.0, as_detected=True, rename="a"),
        ),
        (
            ("use",),
            False,
            FeatureChoice(type="circular", period=360.0, as_detected=True, use=False),
        ),
        (("period",), None, FeatureChoice(type="circular", as_detected=True)),
        ((), "linear", FeatureChoice(type="linear")),
        ((), FeatureChoice(use=False), FeatureChoice(use=False)),
    ],
    ids=["other-type", "same-type", "rename", "use", "period", "short", "choice"],
)
def test_a_chosen_type_forgets_what_was_detected(
    path: tuple[str, ...], value: Any, expected: FeatureChoice
) -> None:
    """The period of a circular feature does not outlive the choice of another type."""
    after = apply_changes(_BEFORE, [(("features", "hd", *path), value)])

    assert {"hd": expected, "speed": FeatureChoice(type="linear")} == after.features


def test_the_first_choice_starts_the_list() -> None:
    """A choice can be made where there was no list of features yet."""
    after = apply_changes(LoadRequest(), [(("features", "x y", "use"), False)])

    assert {"x y": FeatureChoice(use=False)} == after.features


def test_changes_are_made_in_order() -> None:
    """A later change sees the earlier ones."""
    changes = [(("features", "hd", "type"), "circular"), (("features", "hd", "period"), 360.0)]

    after = apply_changes(LoadRequest(), changes)

    assert {"hd": FeatureChoice(type="circular", period=360.0)} == after.features


@pytest.mark.parametrize(
    ("path", "value", "parts"),
    [
        (("sourse", "path"), "x", ["sourse.path", "'source'"]),
        ((), 1, ["An empty path"]),
        (("source", "pth"), "x", ["source.pth", "'path'"]),
        (("features", "hd", "typ"), "x", ["features.hd.typ", "'type'"]),
        (("features", "hd", "type"), 5, ["features.hd.type", "the number 5"]),
        (("seed", "x"), 5, ["seed must be a whole number"]),
        (("exp_params", "name", "x"), 5, ["exp_params.name.x"]),
        (("nan", "speed"), "interpolat", ["nan.speed", "'interpolate'"]),
        (("nan", "speed", "plicy"), "drop", ["nan.speed.plicy", "'policy'"]),
        (("bad_frames",), -1, ["-1"]),
        (("bad_frames",), True, ["True"]),
        (("bad_frames", "3"), True, ["bad_frames"]),
        (("aggregate_features", "x"), True, ["aggregate_features"]),
        (("transpose",), 5, ["transpose", "the number 5"]),
        (("spikes", "n_iter"), 5, ["spikes", "'method'"]),
        (("exp_params", "f"), len, ["exp_params.f", "built-in"]),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else "",
)
def test_a_change_that_makes_no_sense_is_refused(
    path: tuple[str, ...], value: Any, parts: list[str]
) -> None:
    """The message names the path, what was expected there, and the nearest field."""
    before = apply_changes(_BEFORE, [(("exp_params", "name"), "m")])

    with pytest.raises(ParameterError) as caught:
        apply_changes(before, [(path, value)])

    assert [part for part in parts if part not in str(caught.value)] == []


@examples(30)
@given(requests, names)
def test_a_choice_leaves_all_else_alone(request_: LoadRequest, name: str) -> None:
    """Leaving out one feature, whatever its name, changes that choice only."""
    after = apply_changes(request_, [(("features", name, "use"), False)])
    others = {key: choice for key, choice in (request_.features or {}).items() if key != name}

    assert after.features is not None
    assert not after.features[name].use
    assert others == {key: choice for key, choice in after.features.items() if key != name}
    assert request_.nan is after.nan

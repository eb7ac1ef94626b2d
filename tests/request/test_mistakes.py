"""Mistakes in written requests: what the message says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.model import FeatureChoice, LoadRequest, SpikeSpec
from driada_widgets.core.request.text import from_dict, from_json, from_yaml, to_yaml
from tests.properties import examples
from tests.request_strategies import requests


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("source:\n  path: a.npz\n  pth: 3", ["source.pth (line 3)", "'path'"]),
        ("sourse: {}", ["sourse", "'source'"]),
        ("features:\n  x y: {typ: linear}", ["features['x y'].typ (line 2)", "'type'"]),
        ("nan: {speed: {plicy: drop}}", ["nan.speed.plicy", "'policy'"]),
        ("nan: interpolat", ["nan", "interpolat", "'interpolate'"]),
        ("seed: true", ["seed", "whole number", "true"]),
        ("seed: -1", ["seed", "from 0 on", "-1"]),
        ("source: {path: 5}", ["source.path", "the number 5"]),
        ("source: a.npz", ["source", "a.npz"]),
        ("source: {kind: fil}", ["source.kind", "'file'"]),
        ("transpose: calcium", ["transpose", "list"]),
        ("bad_frames: 120-180", ["bad_frames", "[100, 121]"]),
        ("bad_frames: [1, 10.5]", ["bad_frames[1]", "10.5"]),
        ("bad_frames: [-1]", ["bad_frames[0]", "-1"]),
        ("bad_frames: [[1, 2, 3]]", ["bad_frames[0]", "3 numbers"]),
        ("aggregate_features: [{of: [x, y]}]", ["aggregate_features[0]", "'as'"]),
        ("spikes: {n_iter: 3}", ["spikes", "'method'"]),
        ("save: {as: zip}", ["save.as", "archive"]),
        ("exp_params: {weight: .nan}", ["exp_params.weight", "nan"]),
        ("create_circular_2d: maybe", ["create_circular_2d", "true or false"]),
        ("driada_widgets: 2", ["newer"]),
        ("driada_widgets: one", ["driada_widgets", "one"]),
        ("seed: 1\nseed: 2", ["seed (line 2)", "twice"]),
        ("a: [1", ["line 1", "YAML"]),
        ("a: 1\n---\nb: 2", ["line 2"]),
        ("nan:\n\tspeed: drop", ["line 2", "tabs"]),
        ("- 1", ["a group of entries", "a list"]),
        ("", ["empty"]),
        ("? [1]\n: 2", ["name"]),
        ("<<: {seed: 1}", ["name"]),
        ("x: !!python/object/apply:os.getcwd []", ["tag", "python"]),
        ("x: &a [*a]", ["without end"]),
        ("x: !!int y", ["not a number"]),
        ("[" * 600, ["YAML"]),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_mistake_is_named(text: str, parts: list[str]) -> None:
    """The message names the entry, its line where known, and the nearest word."""
    with pytest.raises(ParameterError) as caught:
        from_yaml(text)

    assert [part for part in parts if part not in str(caught.value)] == []


@examples(60)
@given(requests, st.data())
def test_a_spoilt_file_is_read_or_refused(request_: LoadRequest, data: st.DataObject) -> None:
    """A slip of the keyboard anywhere in a file gives a request or a message, never a crash."""
    text = to_yaml(request_)
    place = data.draw(st.integers(0, len(text)))
    slip = data.draw(st.sampled_from([*"{}[]:,#&*!|>'\"%@`-? \n\t0n~<\0\x85", "\ud800"]))
    n_lost = data.draw(st.integers(0, 20))
    spoilt = text[:place] + slip + text[place + n_lost :]

    try:
        read = from_yaml(spoilt)
    except ParameterError:
        return
    assert read == from_yaml(to_yaml(read))


def test_aliases_cannot_unfold_without_end() -> None:
    """A short file that unfolds to millions of values is refused quickly."""
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]

    with pytest.raises(ParameterError, match="without end"):
        from_yaml("\n".join(lines))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('{"seed": NaN}', "NaN"),
        ('{"seed": 1, "seed": 2}', "twice"),
        ('{"seed": ', "line 1"),
        ('{"exp_params": {"a": 1e999}}', "inf"),
        ("null", "empty"),
        ("[" * 100_000, "JSON"),
    ],
    ids=["nan", "twice", "cut", "overflow", "null", "deep"],
)
def test_a_mistake_in_json_is_named(text: str, part: str) -> None:
    """JSON that is not plain, finite and unambiguous is refused."""
    with pytest.raises(ParameterError, match=part):
        from_json(text)


@pytest.mark.parametrize(
    ("tree", "part"),
    [
        ({"features": {True: {}}}, "quotes"),
        ({"features": {1: {}, "1": {}}}, "two entries"),
        ({"exp_params": {"f": len}}, "built-in"),
        (5, "group of entries"),
    ],
    ids=["true-key", "twin-keys", "callable", "number"],
)
def test_a_tree_that_is_not_plain_is_refused(tree: Any, part: str) -> None:
    """Names that YAML has already changed, and values without a written form, are refused."""
    with pytest.raises(ParameterError, match=part):
        from_dict(tree)


@pytest.mark.parametrize(
    ("request_", "parts"),
    [
        (LoadRequest(spikes=SpikeSpec(method=len)), ["spikes.method", "built-in method"]),  # type: ignore[arg-type]  # what a caller may do
        (LoadRequest(exp_params={"x": float("inf")}), ["exp_params.x", "inf"]),
        (LoadRequest(exp_params={"x": {1, 2}}), ["exp_params.x", "list"]),
        (LoadRequest(exp_params={"x": object()}), ["exp_params.x", "file"]),
        (LoadRequest(features={"\ud800": FeatureChoice()}), ["features", "Rename"]),
    ],
    ids=["callable", "infinite", "set", "object", "surrogate"],
)
def test_what_cannot_be_written_is_named_with_a_way_out(
    request_: LoadRequest, parts: list[str]
) -> None:
    """Export says which part cannot be written and what can be done about it."""
    with pytest.raises(ParameterError) as caught:
        to_yaml(request_)

    assert [part for part in parts if part not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("text", "is_doubted"),
    [
        ('{"name": "dg", "fps": 10, "licence": "MIT"}', True),
        ('{"driada_widgets": 1, "fps": 10}', False),
    ],
    ids=["a file beside the data", "a request"],
)
def test_another_json_file_is_doubted(text: str, is_doubted: bool) -> None:
    """Who gives the description of a recording as a request is told what a request begins with."""
    with pytest.raises(ParameterError, match="is not a field of a request") as raised:
        from_json(text)

    assert ("Is it a request at all?" in str(raised.value)) == is_doubted

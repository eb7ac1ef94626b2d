"""Hypothesis strategies for requests and their parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

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

__all__ = ["frame_ranges", "names", "plain_values", "requests"]

# Names that YAML, JSON or Python could take for something else, and names that labs use.
_TRAPS = ["on", "no", "y", "true", "null", "~", "1", "1.5", "007", "1_000", "0x1F", "1e3", "12:30"]
_TRAPS += ["2024-05-01", ".inf", "nan", "=", "<<", "-", "?", "&", "*", "!", "|", "%", "@", "`", "#"]
_TRAPS += [
    "default",
    "arrays",
    "policy",
    "max_gap_sec",
    "method",
    "type",
    "name",
    "__class__",
    "hd",
]
_ODD = [
    "",
    "\x85",
    "\u2028 x",
    " ",
    "x y",
    "head direction (deg)",
    "a: b",
    "a #b",
    "\u0441\u043a\u043e\u0440",
    "\n",
]
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.one_of(st.sampled_from(_TRAPS + _ODD), _texts)
_floats = st.floats(allow_nan=False, allow_infinity=False)
_scalars = st.one_of(st.none(), st.booleans(), st.integers(), _floats, names)
plain_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=6,
)
_paths = st.lists(
    st.text("abc \u0434._-'\"#:", min_size=1, max_size=8).filter(lambda part: set(part) != {"."}),
    min_size=1,
    max_size=3,
).map(lambda parts: Path(*parts))


@st.composite
def frame_ranges(draw: st.DrawFn, *, last: int = 500) -> tuple[tuple[int, int], ...]:
    """Give half-open ranges in any order, which may touch, overlap or be empty."""
    edges = st.integers(0, last)
    pairs = draw(st.lists(st.tuples(edges, edges), max_size=8))
    return tuple((min(pair), max(pair)) for pair in pairs)


_sources = st.builds(
    SourceSpec,
    kind=st.sampled_from(["file", "folder", "saved", "iabs", "demo", "memory"]),
    data_source=names,
    path=st.none() | _paths,
    neural=st.none() | names,
    as_saved=st.booleans(),
)
_choices = st.builds(
    FeatureChoice,
    use=st.booleans(),
    type=st.none() | st.sampled_from(["linear", "circular", "c", "on"]),
    period=st.none() | st.floats(min_value=1e-6, max_value=1e6),
    rename=st.none() | names,
    as_detected=st.booleans(),
)
_policies = st.builds(
    NanPolicy,
    policy=st.sampled_from(["raise", "bad_frames", "interpolate", "drop"]),
    max_gap_sec=st.just(0.5) | st.floats(0.0, 100.0),
)
_options: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    names.filter(lambda name: name != "method"), plain_values, max_size=2
)
_frames = st.integers(0, 10**6)

requests = st.builds(
    LoadRequest,
    source=_sources,
    exp_params=st.dictionaries(names, plain_values, max_size=3),
    static_features=st.dictionaries(names, _scalars, max_size=3),
    features=st.none() | st.dictionaries(names, _choices, max_size=4),
    aggregate_features=st.lists(
        st.builds(AggregateSpec, of=st.lists(names, max_size=3).map(tuple), name=names), max_size=2
    ).map(tuple),
    bad_frames=st.lists(
        _frames | st.tuples(_frames, _frames).map(lambda pair: (min(pair), max(pair))), max_size=4
    ).map(tuple),
    nan=st.builds(
        NanPolicies, default=_policies, arrays=st.dictionaries(names, _policies, max_size=3)
    ),
    transpose=st.lists(names, max_size=2).map(tuple),
    create_circular_2d=st.booleans(),
    seed=st.none() | st.integers(0, 2**64),
    spikes=st.none() | st.builds(SpikeSpec, method=names, options=_options),
    save=st.none()
    | st.builds(
        SaveSpec,
        path=st.none() | _paths,
        format=st.sampled_from(["archive", "pickle"]),
    ),
    root=_paths,
)

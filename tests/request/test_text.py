"""Requests as YAML and JSON."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import yaml
from hypothesis import given

from driada_widgets.core.errors import (
    NotFoundError,
    NotThisFormatError,
    ParameterError,
    StorageError,
)
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
from driada_widgets.core.request.text import (
    canonical,
    from_json,
    from_yaml,
    not_replayable,
    read_request,
    to_dict,
    to_json,
    to_yaml,
    without_folders,
    write_request,
)
from tests.properties import examples
from tests.request_strategies import names, requests

_EXAMPLE = """\
driada_widgets: 1
source:
  kind: file
  data_source: MyLab
  path: recordings/dg_2-1_D1.npz
  neural: calcium
exp_params: {name: dg_2-1_D1}
static_features: {fps: 10.0, t_rise_sec: 0.25, t_off_sec: 2.0}
features:
  speed:    {type: linear}
  hd:       {type: circular, period: 6.283185307179586}
  x y:      {use: false}
  neurons:  {rename: neuron_count}
aggregate_features: [{of: [x, y], as: position}]
bad_frames: [[100, 120], 300]
nan: {default: raise, speed: interpolate}
transpose: []
create_circular_2d: true
seed: null
spikes: null
save: {path: null, as: archive}
root: DRIADA data
"""


@examples(60)
@given(requests)
def test_yaml_gives_the_request_back(request_: LoadRequest) -> None:
    """Writing a request as YAML and reading it changes nothing, whatever its names are."""
    assert request_ == from_yaml(to_yaml(request_))


@examples(40)
@given(requests)
def test_json_gives_the_request_back(request_: LoadRequest) -> None:
    """Writing a request as JSON and reading it changes nothing."""
    assert request_ == from_json(to_json(request_))


@examples(40)
@given(requests)
def test_any_yaml_reader_sees_the_same_tree(request_: LoadRequest) -> None:
    """What is written means the same to a plain YAML 1.1 reader, which takes ``on`` for true."""
    assert to_dict(request_) == yaml.safe_load(to_yaml(request_))


@examples(30)
@given(names)
def test_a_typed_name_stays_as_typed(name: str) -> None:
    """A feature keeps its name, even one that YAML takes for a number or a truth value."""
    request = LoadRequest(features={name: FeatureChoice(type="linear")})

    read = from_yaml(to_yaml(request))

    assert [name] == list(read.features or {})


@pytest.mark.parametrize("name", ["on", "no", "yes", "1", "007", "1.50", "2024-05-01", "true"])
def test_an_unquoted_name_stays_as_typed(name: str) -> None:
    """A person need not quote the name of a feature."""
    read = from_yaml(f"features:\n  {name}: {{type: linear}}\n")

    assert {name: FeatureChoice(type="linear")} == read.features


def test_the_documented_example_is_read() -> None:
    """The example of the specification means what it says."""
    read = from_yaml(_EXAMPLE)

    assert (
        LoadRequest(
            source=SourceSpec(path=Path("recordings/dg_2-1_D1.npz"), neural="calcium"),
            exp_params={"name": "dg_2-1_D1"},
            static_features={"fps": 10.0, "t_rise_sec": 0.25, "t_off_sec": 2.0},
            features={
                "speed": FeatureChoice(type="linear"),
                "hd": FeatureChoice(type="circular", period=2 * math.pi),
                "x y": FeatureChoice(use=False),
                "neurons": FeatureChoice(rename="neuron_count"),
            },
            aggregate_features=(AggregateSpec(of=("x", "y"), name="position"),),
            bad_frames=((100, 120), 300),
            nan=NanPolicies(arrays={"speed": NanPolicy(policy="interpolate")}),
            save=SaveSpec(),
        )
        == read
    )


def test_defaults_are_left_out() -> None:
    """Only the schema number stands in the YAML of a request without decisions."""
    assert to_yaml(LoadRequest()) == "driada_widgets: 1\n"


def test_written_yaml_is_pleasant_to_read() -> None:
    """One line a feature, flow form elsewhere, the order of the specification, short comments."""
    request = from_yaml(_EXAMPLE)

    assert to_yaml(request) == (
        "driada_widgets: 1\n"
        "# path is relative to this file\n"
        "source:\n"
        "  path: recordings/dg_2-1_D1.npz\n"
        "  neural: calcium\n"
        "exp_params: {name: dg_2-1_D1}\n"
        "static_features: {fps: 10.0, t_rise_sec: 0.25, t_off_sec: 2.0}\n"
        "# a feature that is not listed, and looks circular, is taken as linear\n"
        "features:\n"
        "  speed: {type: linear}\n"
        "  hd: {type: circular, period: 6.283185307179586}\n"
        "  x y: {use: false}\n"
        "  neurons: {rename: neuron_count}\n"
        "aggregate_features: [{of: [x, y], as: position}]\n"
        "# [100, 121] is frames 100 to 120; a number alone is one frame\n"
        "bad_frames: [[100, 120], 300]\n"
        "# what is done with missing values: raise, bad_frames, interpolate or drop\n"
        "nan: {speed: interpolate}\n"
        "save: {as: archive}\n"
    )


@pytest.mark.parametrize(
    ("features", "is_said"),
    [
        ({"hd": FeatureChoice(type="circular")}, True),
        ({"hd": FeatureChoice(rename="heading")}, False),
        ({"hd": FeatureChoice(use=False)}, False),
        (
            {
                "hd": FeatureChoice(type="linear"),
                "speed": FeatureChoice(type="linear", as_detected=True),
            },
            False,
        ),
    ],
    ids=["types", "renamed", "left out", "complete"],
)
def test_yaml_warns_of_unlisted_features_where_it_matters(
    features: dict[str, FeatureChoice], is_said: bool
) -> None:
    """Only types that a person chose make others linear, and only if the list is not complete."""
    text = to_yaml(LoadRequest(features=features))

    assert ("not listed" in text) is is_said


def test_yaml_of_a_demo_names_no_path() -> None:
    """The name of a built-in recording is relative to nothing."""
    demo = SourceSpec(kind="demo", path=Path("dg_2-1_D1"))

    assert "relative to" not in to_yaml(LoadRequest(source=demo))


@pytest.mark.parametrize(("root", "is_said"), [("out", True), ("/data/out", False)])
def test_yaml_says_what_a_folder_is_relative_to(root: str, is_said: bool) -> None:
    """A folder that is written in full is relative to nothing."""
    assert ("relative to" in to_yaml(LoadRequest(root=Path(root)))) is is_said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "features: {speed: linear}",
            LoadRequest(features={"speed": FeatureChoice(type="linear")}),
        ),
        ("nan: drop", LoadRequest(nan=NanPolicies(default=NanPolicy(policy="drop")))),
        ("spikes: wavelet", LoadRequest(spikes=SpikeSpec(method="wavelet"))),
        ("create_circular_2d: no", LoadRequest(create_circular_2d=False)),
        ("bad_frames: [11.0]", LoadRequest(bad_frames=(11,))),
        ("bad_frames:", LoadRequest()),
        ("features: {speed: }", LoadRequest(features={"speed": FeatureChoice()})),
        ("save: null", LoadRequest()),
        ("exp_params: {animal_id: 007}", LoadRequest(exp_params={"animal_id": "007"})),
        ("exp_params: {date: 2024-05-01}", LoadRequest(exp_params={"date": "2024-05-01"})),
        ("exp_params: {start: 12:30}", LoadRequest(exp_params={"start": "12:30"})),
        ("static_features: {depth: 1e3}", LoadRequest(static_features={"depth": 1000.0})),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_person_types_is_understood(text: str, expected: LoadRequest) -> None:
    """Short forms, empty fields and YAML's odd words mean what a person means by them."""
    assert expected == from_yaml(text)


def test_arrays_in_memory_are_said_to_be_not_replayable() -> None:
    """The YAML of arrays in memory says itself that it cannot be run again, and what to do."""
    request = LoadRequest(source=SourceSpec(kind="memory"))

    assert "# Not replayable: The arrays were in memory." in to_yaml(request)
    assert len(not_replayable(request)) == 1
    assert not_replayable(LoadRequest()) == ()


def test_paths_belong_to_the_file(tmp_path: Path) -> None:
    """Paths in a request file are relative to it, so a folder can be moved; ``root`` is not."""
    request = LoadRequest(
        source=SourceSpec(path=tmp_path / "data" / "a.npz"),
        save=SaveSpec(path=tmp_path.parent / "elsewhere.npz"),
        root=Path("results"),
    )

    file = write_request(request, tmp_path / "plan.yaml")
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "plan.yaml").write_bytes(file.read_bytes())

    assert "path: data/a.npz" in file.read_text(encoding="utf-8")
    assert request == read_request(file)
    assert moved / "data" / "a.npz" == read_request(moved / "plan.yaml").source.path
    assert sorted(path.name for path in tmp_path.iterdir()) == ["moved", "plan.yaml"]


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".json", ".JSON"])
def test_a_file_gives_the_request_back(tmp_path: Path, suffix: str) -> None:
    """The suffix decides the form, and each form is read back; a demo's name is not a path."""
    request = LoadRequest(
        source=SourceSpec(kind="demo", path=Path("mouse")),
        exp_params={"name": "\u043c\u044b\u0448\u044c"},
    )

    assert request == read_request(write_request(request, tmp_path / f"plan{suffix}"))


def test_a_home_folder_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``~`` in a path is the user's folder."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    file = tmp_path / "plan.yaml"
    file.write_text("source: {path: ~/a.npz}", encoding="utf-8")

    assert tmp_path / "home" / "a.npz" == read_request(file).source.path


def test_reading_names_the_file(tmp_path: Path) -> None:
    """A missing file, a data file, a folder and a file with a mistake are told apart."""
    with pytest.raises(NotFoundError, match=r"nothing\.yaml"):
        read_request(tmp_path / "nothing.yaml")
    (tmp_path / "data.yaml").write_bytes(b"PK\x03\x04\xff\xfe")
    with pytest.raises(NotThisFormatError, match=r"data\.yaml"):
        read_request(tmp_path / "data.yaml")
    with pytest.raises(StorageError, match="cannot be read"):
        read_request(tmp_path)
    (tmp_path / "plan.yaml").write_text("seed: x", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"plan\.yaml: seed"):
        read_request(tmp_path / "plan.yaml")


def test_writing_keeps_the_old_file_when_it_fails(tmp_path: Path) -> None:
    """A request that cannot be written leaves the folder as it was."""
    file = write_request(LoadRequest(seed=1), tmp_path / "plan.yaml")

    with pytest.raises(ParameterError):
        write_request(LoadRequest(exp_params={"x": float("nan")}), file)
    with pytest.raises(ParameterError, match=r"\.yaml or \.json"):
        write_request(LoadRequest(), tmp_path / "plan.txt")
    with pytest.raises(StorageError):
        write_request(LoadRequest(), tmp_path / "no folder" / "plan.yaml")

    assert LoadRequest(seed=1) == read_request(file)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.yaml"]


@examples(30)
@given(requests)
def test_the_canonical_form_is_plain_and_stable(request_: LoadRequest) -> None:
    """The canonical form survives JSON, and is the same for a request that was written down."""
    form = canonical(request_)

    assert form == json.loads(json.dumps(form, allow_nan=False))
    assert json.dumps(form) == json.dumps(canonical(from_yaml(to_yaml(request_))))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (LoadRequest(save=SaveSpec()), LoadRequest(), True),
        (LoadRequest(root=Path("x")), LoadRequest(), True),
        (
            LoadRequest(source=SourceSpec(path=Path("a/r.npz"))),
            LoadRequest(source=SourceSpec(path=Path("b/r.npz"))),
            True,
        ),
        (LoadRequest(bad_frames=((1, 3),)), LoadRequest(bad_frames=(2, 1)), True),
        (
            LoadRequest(static_features={"fps": 20}),
            LoadRequest(static_features={"fps": 20.0}),
            True,
        ),
        (
            LoadRequest(exp_params={"a": 1, "b": 2}),
            LoadRequest(exp_params={"b": 2, "a": 1}),
            True,
        ),
        (LoadRequest(seed=1), LoadRequest(), False),
        (LoadRequest(features={}), LoadRequest(), False),
        (LoadRequest(bad_frames=(1,)), LoadRequest(), False),
        (LoadRequest(exp_params={"a": 1}), LoadRequest(exp_params={"a": "1"}), False),
    ],
    ids=["save", "root", "folder", "frames", "fps", "order", "seed", "no-features", "bad", "type"],
)
def test_the_canonical_form_tells_experiments_apart(
    one: LoadRequest, other: LoadRequest, *, same: bool
) -> None:
    """What does not change the experiment is not in the canonical form; all else is."""
    assert same == (json.dumps(canonical(one)) == json.dumps(canonical(other)))


def test_a_shared_request_names_no_folder() -> None:
    """Inside the given folders places stay, elsewhere names; what is relative stays as it is."""
    request = LoadRequest(
        source=SourceSpec(path=Path("/lab/day 1/m.npz")),
        save=SaveSpec(path=Path("/store/out/m.pickle")),
        root=Path("/store/DRIADA data"),
    )

    shared = without_folders(request, [Path("/other"), Path("/lab")])

    assert shared.source.path == Path("day 1/m.npz")
    assert shared.save == SaveSpec(path=Path("m.pickle"))
    assert shared.root == Path("DRIADA data")
    assert without_folders(shared, [Path("/lab")]) == shared

"""Code and commands printed from a request."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request import model
from driada_widgets.core.request.codegen import to_code, to_command
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
from tests.request_strategies import requests

_DEMO = SourceSpec(kind="demo", path=Path("mouse"))
_FILE = SourceSpec(path=Path("a.npz"))


def execute(code: str) -> list[LoadRequest]:
    """Execute printed code against a package whose ``run`` only remembers its argument."""
    seen: list[LoadRequest] = []
    stub = ModuleType("driada_widgets")
    for name in model.__all__:
        setattr(stub, name, getattr(model, name))
    run: Callable[[LoadRequest], None] = seen.append
    vars(stub)["run"] = run
    real = sys.modules["driada_widgets"]
    sys.modules["driada_widgets"] = stub
    try:
        exec(compile(code, "printed", "exec"), {})
    finally:
        sys.modules["driada_widgets"] = real
    return seen


@examples(80)
@given(requests)
def test_printed_code_gives_the_request_back(request_: LoadRequest) -> None:
    """Executing what is printed runs exactly the request that it was printed from."""
    assert [request_] == execute(to_code(request_))


def test_only_what_differs_is_printed() -> None:
    """A request without decisions is one short line."""
    assert to_code(LoadRequest()) == (
        "from driada_widgets import LoadRequest, run\n\n"
        "request = LoadRequest()\n"
        "result = run(request)\n"
    )


def test_printed_code_looks_written_by_hand() -> None:
    """Short parts stay on a line, long ones get a line an entry, imports come first."""
    request = LoadRequest(
        source=SourceSpec(path=Path("recordings/a.npz")),
        exp_params={"name": 'the "first"', "session": 1},
        features={
            "speed": FeatureChoice(type="linear"),
            "head direction (deg)": FeatureChoice(
                type="circular", period=360.0, rename="hd", as_detected=True
            ),
        },
        bad_frames=((100, 120), 300),
        transpose=("calcium",),
    )

    assert to_code(request) == (
        "from pathlib import Path\n"
        "\n"
        "from driada_widgets import FeatureChoice, LoadRequest, SourceSpec, run\n"
        "\n"
        "request = LoadRequest(\n"
        '    source=SourceSpec(path=Path("recordings/a.npz")),\n'
        '    exp_params={"name": \'the "first"\', "session": 1},\n'
        "    features={\n"
        '        "speed": FeatureChoice(type="linear"),\n'
        '        "head direction (deg)": FeatureChoice(\n'
        '            type="circular",\n'
        "            period=360.0,\n"
        '            rename="hd",\n'
        "            as_detected=True,\n"
        "        ),\n"
        "    },\n"
        "    bad_frames=((100, 120), 300),\n"
        '    transpose=("calcium",),\n'
        ")\n"
        "result = run(request)\n"
    )


def test_printed_lines_fit_a_cell() -> None:
    """No line is longer than 88 characters where its parts allow it, imports included."""
    request = LoadRequest(
        source=SourceSpec(path=Path("a.npz")),
        features={f"feature_{i}": FeatureChoice(type="linear", as_detected=True) for i in range(9)},
        aggregate_features=(AggregateSpec(of=("x", "y"), name="position"),),
        bad_frames=tuple((10 * i, 10 * i + 3) for i in range(60)),
        nan=NanPolicies(default=NanPolicy(policy="drop")),
        spikes=SpikeSpec(method="wavelet"),
        save=SaveSpec(),
    )

    code = to_code(request)

    assert [line for line in code.splitlines() if len(line) > 88] == []
    assert [request] == execute(code)


@pytest.mark.parametrize("value", [len, float("nan"), {1, 2}], ids=["callable", "nan", "set"])
def test_what_cannot_be_printed_is_named(value: Any) -> None:
    """Export refuses a value that would not come back, and names it."""
    with pytest.raises(ParameterError, match=r"exp_params\.x"):
        to_code(LoadRequest(exp_params={"x": value}))


def test_code_for_arrays_in_memory_says_what_is_missing() -> None:
    """A person who copies the code learns that the arrays are not in it."""
    assert "# Not replayable:" in to_code(LoadRequest(source=SourceSpec(kind="memory")))


def test_the_command_of_a_file_is_quoted() -> None:
    """The command can be pasted into a shell whatever the file is called."""
    assert to_command("my plan's.yaml") == "driada-widgets run 'my plan'\"'\"'s.yaml'"
    assert to_command(LoadRequest(source=_DEMO)) == "driada-widgets run demo:mouse"
    assert to_command(Path("-x.yaml")) == "driada-widgets run ./-x.yaml"


def test_the_command_of_a_request_says_all_of_it() -> None:
    """Options say the source, names, constants, types, frames, neural data and places."""
    request = LoadRequest(
        source=SourceSpec(path=Path("a b.npz"), data_source="IABS", neural="F"),
        exp_params={"track": "HT", "session": 1, "animal_id": "007", "note": "1"},
        static_features={"fps": 20.0, "depth": 120},
        features={"hd": FeatureChoice(type="circular", period=360.0)},
        bad_frames=((120, 181), 300),
        spikes=SpikeSpec(method="wavelet"),
        save=SaveSpec(path=Path("out.pkl"), format="pickle"),
        root=Path("results"),
    )

    assert to_command(request) == (
        "driada-widgets run 'a b.npz' --source IABS --param track=HT --param session=1 "
        "--param animal_id=007 --param 'note=\"1\"' --fps 20.0 --static depth=120 "
        "--type hd=circular:360.0 --bad '120-180, 300' --neural F --spikes wavelet "
        "--root results --save out.pkl"
    )


@pytest.mark.parametrize(
    "request_",
    [
        LoadRequest(),
        LoadRequest(source=_FILE, seed=1),
        LoadRequest(source=_FILE, features={"x": FeatureChoice(use=False)}),
        LoadRequest(source=_FILE, features={}),
        LoadRequest(source=_FILE, nan=NanPolicies(default=NanPolicy(policy="drop"))),
        LoadRequest(source=_FILE, exp_params={"a=b": 1}),
        LoadRequest(source=_FILE, save=SaveSpec()),
        LoadRequest(source=_FILE, spikes=SpikeSpec(method="wavelet", options={"n_iter": 3})),
        LoadRequest(source=SourceSpec(kind="iabs", path=Path("x"))),
    ],
    ids=["no-file", "seed", "left-out", "none", "nan", "equals", "place", "spikes", "iabs"],
)
def test_what_options_cannot_say_needs_a_file(request_: LoadRequest) -> None:
    """The command never loads something else: it names the file to save the request to."""
    assert to_command(request_, file="a b.yaml") == (
        "driada-widgets run 'a b.yaml'  # save the request under this name first"
    )

"""The command line: answers, exit codes, and that options mean what a request means."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driada_widgets import cli
from driada_widgets.core.request.codegen import to_code, to_command
from driada_widgets.core.request.model import (
    FeatureChoice,
    LoadRequest,
    SaveSpec,
    SourceSpec,
    SpikeSpec,
)
from driada_widgets.core.request.text import canonical, write_request
from tests.properties import examples
from tests.request_strategies import frame_ranges, names, plain_values
from tests.samples import make_aligned
from tests.terminal import Terminal, save_recording

_FEATURES = ["speed", "hd", "trial_type", "position"]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Give a data file."""
    return save_recording(tmp_path)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Give a function that runs a command."""
    return Terminal(capsys)


def test_inspect_lists_arrays_with_their_roles(call: Terminal, recording: Path) -> None:
    """The JSON of a file has the documented entries, an array with role and reason each."""
    code, out, err = call("inspect", recording, "--json")
    tree = json.loads(out)

    assert (code, err) == (0, "")
    assert {"format", "path", "bytes", "arrays", "metadata", "suggestions"} == set(tree)
    assert tree["format"] == "npz"
    assert recording.stat().st_size == tree["bytes"]
    assert tree["arrays"][0] == {
        "name": "calcium",
        "shape": [5, 1000],
        "dtype": "float64",
        "role": "calcium",
        "why": "its name is known as neural data",
    }
    assert ["calcium", *_FEATURES] == [array["name"] for array in tree["arrays"]]


def test_inspect_suggests_what_to_do(call: Terminal, tmp_path: Path) -> None:
    """A frame rate that lies in the file is offered as the option that uses it."""
    np.savez(tmp_path / "a.npz", fps=30.0, **make_aligned())

    code, out, _ = call("inspect", tmp_path / "a.npz")

    assert code == 0
    assert "--fps 30.0" in out
    assert "5 x 1000" in out


def test_check_answers_as_documented(call: Terminal, recording: Path) -> None:
    """The JSON of a check has the documented entries, and says what each feature would be."""
    code, out, err = call("check", recording, "--fps", "20", "--json")
    tree = json.loads(out)

    assert (code, err) == (0, "")
    assert {"ok", "problems", "notes", "features", "ledger", "cost", "passed"} == set(tree)
    assert tree["ok"]
    assert set(_FEATURES) == set(tree["features"])
    assert {"type", "period", "detected", "confidence", "why"} == set(tree["features"]["hd"])
    assert tree["features"]["hd"]["type"] == "circular"
    assert {"memory_low", "memory_high", "seconds", "disk"} == set(tree["cost"])
    assert ["calcium", *_FEATURES] == [entry["name"] for entry in tree["ledger"]]


def test_check_says_what_passed(call: Terminal, recording: Path) -> None:
    """What was looked at and is in order is printed, the same for people and programs."""
    words = ["check", recording, "--param", "name=m1", "--fps", "20"]  # else the clock names it
    _, out, _ = call(*words)
    _, json_out, _ = call(*words, "--json")
    passed = json.loads(json_out)["passed"]

    printed = out.partition("\nPassed\n")[2].partition("\n\n")[0].splitlines()
    assert [f"  {sentence}" for sentence in passed] == printed
    assert "The frame rate is given: 20 Hz." in passed


def test_a_problem_is_no_passed_check(call: Terminal, tmp_path: Path) -> None:
    """A recording that cannot be built still says what its headers have in order."""
    np.savez(tmp_path / "turned.npz", calcium=make_aligned()["calcium"].T, speed=np.arange(1000.0))

    _, out, _ = call("check", tmp_path / "turned.npz", "--json")

    passed = json.loads(out)["passed"]
    assert "All 2 arrays of the source can be read." in passed
    assert not [sentence for sentence in passed if "Neurons come first" in sentence]


def test_check_says_what_is_wrong_and_what_to_do(call: Terminal, tmp_path: Path) -> None:
    """A problem is exit code 1; its text and the ways out are on stderr, in JSON or not."""
    data = make_aligned()
    np.savez(tmp_path / "turned.npz", calcium=data["calcium"].T, speed=data["speed"])

    code, out, err = call("check", tmp_path / "turned.npz")
    json_code, json_out, json_err = call("check", tmp_path / "turned.npz", "--json")
    tree = json.loads(json_out)

    assert (code, json_code) == (1, 1)
    assert "Not ready: 1 problem." in out
    assert "looks transposed" in err
    assert "in a request file, transpose: [calcium]" in err
    assert err == json_err
    assert not tree["ok"]
    assert {"id", "field", "text", "fix"} == set(tree["problems"][0])


def test_check_offers_options_for_what_options_can_say(call: Terminal, tmp_path: Path) -> None:
    """A way out that an option can say is given as that option."""
    np.savez(tmp_path / "a.npz", F=make_aligned()["calcium"])

    code, _, err = call("check", tmp_path / "a.npz")

    assert code == 1
    assert "--neural F" in err


@pytest.mark.parametrize("command", ["inspect", "check"])
@pytest.mark.parametrize("fps", [30.0, [30.0]], ids=str)
def test_a_rate_in_the_file_is_offered(
    call: Terminal, tmp_path: Path, command: str, fps: object
) -> None:
    """However the number was stored, the option that takes it is printed."""
    np.savez(tmp_path / "a.npz", fps=np.array(fps), **make_aligned())

    code, out, _ = call(command, tmp_path / "a.npz")

    assert code == 0
    assert "Use fps = 30 from file: --fps 30" in out


def test_run_builds_and_saves(call: Terminal, recording: Path, tmp_path: Path) -> None:
    """The JSON of a run has the documented entries, and the saved file is that experiment."""
    from driada_widgets import open_experiment

    target = tmp_path / "saved.npz"
    words = ["run", recording, "--param", "name=m1", "--fps", "20", "--bad", "120-180,300"]

    code, out, err = call(*words, "--save", target, "--json")
    tree = json.loads(out)
    saved = open_experiment(target)

    assert (code, err) == (0, "")
    assert {*("signature", "n_cells", "n_frames", "features", "hash", "saved_to", "notes")} == set(
        tree
    )
    assert (tree["signature"], tree["n_cells"], tree["n_frames"]) == ("Exp m1", 5, 1000 - 61 - 1)
    assert tree["features"]["hd"] == {"type": "circular", "discrete": False, "shape": [938]}
    assert tree["features"]["hd_2d"]["shape"] == [2, 938]
    assert str(target) == tree["saved_to"]
    assert tree["hash"] == saved.content_hash
    assert "hash" in call(*words, "--json")[1]


def test_bad_frames_given_twice_add_up(call: Terminal, recording: Path) -> None:
    """None of them is dropped without a word."""
    words = ["run", recording, "--param", "name=m1", "--fps", "20", "--json"]

    once = json.loads(call(*words, "--bad", "120-180,300")[1])
    twice = json.loads(call(*words, "--bad", "300", "--bad", "120-180")[1])

    assert twice["n_frames"] == 1000 - 61 - 1
    assert twice["hash"] == once["hash"]


def test_a_request_file_means_what_options_mean(
    call: Terminal, recording: Path, tmp_path: Path
) -> None:
    """Options beside a file, a request file and an override of it give the same experiment."""
    request = LoadRequest(
        source=SourceSpec(path=recording),
        exp_params={"name": "m1"},
        static_features={"fps": 20.0},
        features={name: FeatureChoice(type="linear") for name in ("speed", "hd")},
        bad_frames=((120, 181), 300),
    )
    plan = write_request(request, tmp_path / "plan.yaml")
    other = write_request(LoadRequest(source=request.source, bad_frames=(5,)), tmp_path / "b.json")
    options = shlex.split(to_command(request))[3:]

    answers = [
        json.loads(call("run", *words, "--json")[1])
        for words in ([recording, *options], [plan], [other, *options])
    ]

    assert [answers[0]["hash"]] * 3 == [answer["hash"] for answer in answers]
    assert answers[0]["features"]["hd"]["type"] == "linear"


_expressible = st.builds(
    LoadRequest,
    source=st.builds(
        SourceSpec, path=st.just(Path("a b.npz")), data_source=names, neural=st.none() | names
    ),
    exp_params=st.dictionaries(names.filter(lambda name: name and "=" not in name), plain_values),
    static_features=st.dictionaries(
        names.filter(lambda name: name and "=" not in name), plain_values, max_size=3
    ),
    features=st.none()
    | st.dictionaries(
        names.filter(bool),
        st.builds(
            FeatureChoice,
            type=st.sampled_from(["linear", "c"]),
            period=st.none() | st.floats(0.1, 1e6),
        ),
        min_size=1,
        max_size=3,
    ),
    bad_frames=frame_ranges(),
    spikes=st.none() | st.builds(SpikeSpec, method=names),
    save=st.none() | st.just(SaveSpec(path=Path("-o.pkl"), format="pickle")),
    root=st.sampled_from([Path("DRIADA data"), Path("-x y")]),
)


@examples(60)
@given(_expressible)
def test_a_printed_command_is_read_as_the_request(request_: LoadRequest) -> None:
    """The words of a printed command, taken by a shell, stand for the same experiment."""
    words = shlex.split(to_command(request_))

    read = cli.read_arguments(words[1:])

    assert canonical(request_) == canonical(read)
    assert request_.save == read.save
    assert request_.root == read.root


def test_code_prints_what_the_request_does(call: Terminal, tmp_path: Path) -> None:
    """The printed code is the code of the request, with its file."""
    request = LoadRequest(source=SourceSpec(path=tmp_path / "a.npz"), seed=3)
    plan = write_request(request, tmp_path / "plan.yaml")

    assert (0, to_code(request), "") == call("code", plan)
    assert {"code": to_code(request)} == json.loads(call("code", plan, "--json")[1])


@pytest.mark.parametrize("suffix", [".pickle", ".pkl"])
def test_convert_keeps_the_experiment(
    call: Terminal, recording: Path, tmp_path: Path, suffix: str
) -> None:
    """An archive becomes a pickle and an archive again, and stays the same experiment."""
    first, second, third = (tmp_path / name for name in ("a.npz", f"b{suffix}", "c.npz"))
    call("run", recording, "--param", "name=m1", "--fps", "20", "--save", first)

    answers = [
        json.loads(call("convert", source, target, "--json")[1])
        for source, target in ((first, second), (second, third))
    ]
    from driada_widgets import open_experiment

    hashes = {open_experiment(path).content_hash for path in (first, second, third)}

    assert {answer["hash"] for answer in answers} == hashes
    assert len(hashes) == 1
    assert [str(second), str(third)] == [answer["saved_to"] for answer in answers]


@pytest.mark.parametrize("name", ["saved.npz", "saved.bin", "saved.pickle"])
def test_a_saved_experiment_is_opened_as_it_was_saved(
    call: Terminal, recording: Path, tmp_path: Path, name: str
) -> None:
    """A saved experiment keeps its name, frames and types, whatever its file is called."""
    saved = tmp_path / name
    options = ["--param", "name=m1", "--fps", "20", "--bad", "5-9", "--type", "hd=linear"]
    built = json.loads(call("run", recording, *options, "--save", saved, "--json")[1])

    opened = json.loads(call("run", saved, "--json")[1])
    edited = json.loads(call("run", saved, "--bad", "5-14", "--json")[1])
    listed = json.loads(call("inspect", saved, "--json")[1])

    assert [built["hash"], built["signature"]] == [opened["hash"], opened["signature"]]
    assert [edited["n_frames"], edited["features"]["hd"]["type"]] == [990, "linear"]
    assert {"calcium", *_FEATURES} == {array["name"] for array in listed["arrays"]}


def test_convert_overwrites_nothing(call: Terminal, recording: Path, tmp_path: Path) -> None:
    """A file that is there already stays as it is, also when it is the source."""
    archive, other = tmp_path / "a.npz", tmp_path / "b.pickle"
    call("run", recording, "--fps", "20", "--save", archive)
    other.write_bytes(b"mine")

    assert call("convert", archive, other)[0] == 1
    assert call("convert", archive, archive)[0] == 1
    assert other.read_bytes() == b"mine"


def test_formats_come_from_the_registry(call: Terminal) -> None:
    """Every reader is listed; there is no second list."""
    from driada_widgets.core.sources.registry import readers

    code, out, _ = call("formats", "--json")
    tree = json.loads(out)

    assert code == 0
    assert [reader.name for reader in readers()] == [each["name"] for each in tree["read"]]
    assert [each["name"] for each in tree["write"]] == ["archive", "pickle"]
    assert "npz" in call("formats")[1]


@pytest.mark.parametrize(
    ("words", "expected", "ended"),
    [
        ([], (None, None, True, False, None, 0), 0),
        (
            [
                "--root",
                "data",
                "--port",
                "8901",
                "--no-browser",
                "--secret",
                "--profile",
                "rig.yaml",
            ],
            (Path("data"), 8901, False, True, Path("rig.yaml"), 0),
            0,
        ),
        (["--root", "x"], (Path("x"), None, True, False, None, 3), 1),
    ],
    ids=["plain", "all", "server-fails"],
)
def test_app_serves_the_panel(
    call: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    expected: tuple[Any, ...],
    ended: int,
) -> None:
    """The options of ``app`` reach the server, and its end is the command's."""
    from driada_widgets import app

    seen: list[tuple[Any, ...]] = []

    def serve(
        root: Path | None, port: int | None, *, browser: bool, secret: bool, profile: Path | None
    ) -> int:
        seen.append((root, port, browser, secret, profile))
        return int(expected[5])

    monkeypatch.setattr(app, "serve", serve)

    assert call("app", *words)[0] == ended
    assert [expected[:5]] == seen


def test_help_is_quick_and_lists_every_command() -> None:
    """Help needs no scientific package but numpy."""
    code = (
        "import sys\nfrom driada_widgets import cli\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'scipy', 'pandas', 'yaml', 'h5py', 'matplotlib', 'ipywidgets'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )

    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout

    assert out.rstrip().endswith("[]")
    assert [
        name
        for name in ("app", "inspect", "check", "run", "code", "convert", "formats")
        if f"    {name} " not in out
    ] == []

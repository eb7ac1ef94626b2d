"""The command ``batch``: what it prints, writes and returns."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import open_experiment
from driada_widgets.core.request.model import LoadRequest, SourceSpec
from driada_widgets.core.request.text import write_request
from tests.samples import make_aligned
from tests.terminal import Terminal


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Give a function that runs a command."""
    return Terminal(capsys)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Give the file of a plan, and two more sessions beside it."""
    for name in ("first", "m1", "m2"):
        np.savez(tmp_path / f"{name}.npz", **make_aligned(seed=len(name)))
    request = LoadRequest(
        source=SourceSpec(path=tmp_path / "first.npz"),
        exp_params={"name": "first"},
        static_features={"fps": 20.0},
        root=tmp_path / "root",
    )
    return write_request(request, tmp_path / "plan.yaml")


def test_sessions_are_built(call: Terminal, plan: Path) -> None:
    """The JSON names each session with its hash and its file; the table is written as CSV."""
    files = [plan.with_name("m1.npz"), plan.with_name("m2.npz")]
    table = plan.with_name("results.csv")

    code, out, err = call("batch", plan, *files, "--json", "--csv", table)
    tree = json.loads(out)

    assert (code, err) == (0, "")
    assert tree["ok"]
    assert tree["summary"] == "2 sessions: 2 built and saved."
    assert [each["session"] for each in tree["sessions"]] == ["m1", "m2"]
    for each in tree["sessions"]:
        assert open_experiment(each["saved_to"]).content_hash == each["hash"]
    assert table.read_text(encoding="utf-8-sig").splitlines()[0].startswith("file,session,status")


def test_check_only_builds_nothing(call: Terminal, plan: Path) -> None:
    """Every file is ready, and nothing is written."""
    code, out, _ = call("batch", plan, plan.with_name("m1.npz"), "--check-only")

    assert code == 0
    assert "1 session: 1 ready." in out
    assert not plan.with_name("root").exists()


def test_problem_of_one_file_is_told_and_the_others_are_built(call: Terminal, plan: Path) -> None:
    """Exit code 1, the problem on stderr with the file's name, the rest done."""
    broken = plan.with_name("broken.npz")
    broken.write_bytes(b"")

    code, out, err = call("batch", plan, broken, plan.with_name("m1.npz"))

    assert code == 1
    assert "broken.npz: " in err
    assert "is empty" in err
    assert "1 built and saved, " not in err
    assert "2 sessions: 1 with problems, 1 built and saved." in out


def test_options_name_and_place_the_sessions(call: Terminal, plan: Path) -> None:
    """The pattern and the root of the command win over the plan's."""
    root = plan.with_name("elsewhere")

    code, out, _ = call(
        *("batch", plan, plan.with_name("m1.npz")),
        *("--name", "s{number:02}", "--root", root, "--json"),
    )

    assert code == 0
    assert json.loads(out)["sessions"][0]["saved_to"] == str(root / "s01" / "Exp s01.npz")


def test_interrupt_keeps_what_is_done(
    call: Terminal, plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl+C in the second session: the first stays saved, and the table says how all stand."""
    from driada_widgets.core import batch

    real, calls = vars(batch)["run"], []

    def run(*args: Any, **options: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            signal.raise_signal(signal.SIGINT)
        return real(*args, **options)

    monkeypatch.setattr(batch, "run", run)
    before = signal.getsignal(signal.SIGINT)

    code, out, _ = call("batch", plan, plan.with_name("m1.npz"), plan.with_name("m2.npz"), "--json")
    tree = json.loads(out)

    assert code == 1
    assert [each["status"] for each in tree["sessions"]] == ["done", "cancelled"]
    assert len(list(plan.with_name("root").rglob("*.npz"))) == 1
    assert signal.getsignal(signal.SIGINT) == before


def test_unusable_pattern_is_a_problem(call: Terminal, plan: Path) -> None:
    """Nothing is read when the names could not be made."""
    code, _, err = call("batch", plan, plan.with_name("m1.npz"), "--name", "{animal}")

    assert code == 1
    assert "The pattern '{animal}' cannot be used." in err


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("m1.npz", "'m1.npz' is one of the files to read"),
        ("plan.yaml", "'plan.yaml' is one of the files to read"),
        ("other.npz", "'other.npz' is not the name of a table"),
        ("folder.csv", "folder.csv"),
    ],
)
def test_table_never_takes_the_place_of_data(
    call: Terminal, plan: Path, table: str, why: str
) -> None:
    """A slip such as ``--csv *.npz`` costs no recording, and nothing is built before it is told."""
    plan.with_name("other.npz").write_bytes(b"another recording")
    plan.with_name("folder.csv").mkdir()
    before = {path: path.read_bytes() for path in plan.parent.iterdir() if path.is_file()}

    code, _, err = call("batch", plan, plan.with_name("m1.npz"), "--csv", plan.with_name(table))

    assert code == 1
    assert why in err
    assert before == {path: path.read_bytes() for path in plan.parent.iterdir() if path.is_file()}
    assert not plan.with_name("root").exists()

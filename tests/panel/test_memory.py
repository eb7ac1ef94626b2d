"""The state folder: where it is, who may read it, what is kept, and what is thrown away."""

from __future__ import annotations

import json
import os
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from driada_widgets.core.request.model import LoadRequest, SourceSpec
from driada_widgets.panel import memory as memory_module
from driada_widgets.panel.memory import KeptPlan, Memory, state_folder
from tests.properties import examples
from tests.request_strategies import requests


def plan(name: str = "mouse12", **changes: Any) -> KeptPlan:
    """Give a plan of a file."""
    given_: dict[str, Any] = {
        "request": LoadRequest(source=SourceSpec(path=Path("/lab/mouse12.npz"))),
        "name": name,
        "step": "check",
        "answered": frozenset({"square"}),
        "was_opened": True,
        "was_checked": True,
        "stamp": (1234, 567),
    }
    return KeptPlan(**{**given_, **changes})


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        pytest.param({"DRIADA_WIDGETS_STATE": "/x"}, "linux", "/x", id="named"),
        pytest.param({"XDG_STATE_HOME": "/s"}, "linux", "/s/driada_widgets", id="xdg"),
        pytest.param(
            {"XDG_STATE_HOME": "s"}, "linux", "/people/a/.local/state/driada_widgets", id="relative"
        ),
        pytest.param({}, "linux", "/people/a/.local/state/driada_widgets", id="linux"),
        pytest.param(
            {}, "darwin", "/people/a/Library/Application Support/driada_widgets", id="macos"
        ),
        pytest.param({"LOCALAPPDATA": "/l"}, "win32", "/l/driada_widgets", id="windows"),
        pytest.param({}, "win32", "/people/a/AppData/Local/driada_widgets", id="windows-bare"),
    ],
)
def test_state_is_where_the_platform_keeps_it(
    environment: dict[str, str],
    platform: str,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """People, and their backups, look for it there."""
    monkeypatch.setenv("HOME", "/people/a")

    assert state_folder(environment, platform) == Path(expected)


def test_a_plan_comes_back_equal(tmp_path: Path) -> None:
    """Request, step, answers and the stamp of the source survive the process."""
    Memory(tmp_path).keep(plan())

    assert Memory(tmp_path).plans() == (plan(),)


@examples(25)
@given(request=requests)
def test_any_request_comes_back_equal(
    request: LoadRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Nothing that can be typed is lost on the way."""
    folder = tmp_path_factory.mktemp("state")
    Memory(folder).keep(plan(request=request))

    assert Memory(folder).plans()[0].request == request


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    """Names of animals and paths are the user's own; only files of ours are there."""
    folder = tmp_path / "state"
    memory = Memory(folder)
    memory.keep(plan())
    memory.remember("file", Path("/lab/a.npz"))

    modes = {p.name.split("-")[0]: stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()}

    assert modes == {"plan": 0o600, "recents.json": 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_two_panels_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """Each has a file of its own; the newest comes first, and one's own is not offered."""
    one, other = Memory(tmp_path), Memory(tmp_path)
    one.keep(plan("one"))
    other.keep(plan("other"))
    one.keep(plan("one again"))
    age(tmp_path, "one again", 10)

    assert [each.name for each in Memory(tmp_path).plans()] == ["other", "one again"]
    assert [each.name for each in one.plans()] == ["other"]


def age(folder: Path, name: str, seconds: float) -> None:
    """Make the plan of a name older."""
    for file in folder.glob("plan-*.json"):
        if json.loads(file.read_text())["name"] == name:
            then = time.time() - seconds
            os.utime(file, (then, then))


def test_old_and_surplus_plans_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a month, or when there are too many, the oldest go; other files stay."""
    monkeypatch.setattr(memory_module, "MAX_PLANS", 3)
    for number in range(5):
        Memory(tmp_path).keep(plan(str(number)))
        age(tmp_path, str(number), 100 * (5 - number))
    age(tmp_path, "4", 31 * 24 * 3600)
    (tmp_path / "note.txt").touch()
    (tmp_path / ".plan-1.json.ab.tmp").touch()
    os.utime(tmp_path / ".plan-1.json.ab.tmp", (0, 0))

    Memory(tmp_path).sweep()

    assert [each.name for each in Memory(tmp_path).plans()] == ["3", "2", "1"]
    assert (tmp_path / "note.txt").exists()
    assert list(tmp_path.glob(".*.tmp")) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\x00",
        b"[1]",
        b"null",
        b'{"plan": 2}',
        b'{"plan": 1, "step": "elsewhere"}',
        b"[" * 100_000,
    ],
    ids=["empty", "bytes", "list", "null", "newer", "step", "deep"],
)
def test_damaged_files_are_passed_over(tmp_path: Path, content: bytes) -> None:
    """A file that a crash or another version left never stops the panel."""
    Memory(tmp_path).keep(plan())
    (tmp_path / "plan-broken.json").write_bytes(content)
    (tmp_path / "recents.json").write_bytes(content)

    assert [each.name for each in Memory(tmp_path).plans()] == ["mouse12"]
    assert Memory(tmp_path).recents() == ()


def test_a_write_that_fails_leaves_the_plan_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk costs the last edit, not the plan; no half file is left."""
    memory = Memory(tmp_path)
    memory.keep(plan("before"))

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        memory.keep(plan("after"))

    assert [each.name for each in Memory(tmp_path).plans()] == ["before"]
    assert len(list(tmp_path.iterdir())) == 1


def test_ten_recent_sources_are_kept(tmp_path: Path) -> None:
    """The newest is first; a source opened again moves up instead of standing twice."""
    memory = Memory(tmp_path)
    for number in range(12):
        memory.remember("file", Path(f"/lab/{number}.npz"))
    memory.remember("saved", Path("/lab/5.npz"))

    recents = Memory(tmp_path).recents()

    assert len(recents) == 10
    assert [(each.kind, each.path.name) for each in recents[:3]] == [
        ("saved", "5.npz"),
        ("file", "11.npz"),
        ("file", "10.npz"),
    ]

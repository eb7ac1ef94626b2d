"""Running a request in a fresh process: the same hash, another one, a problem, a cancel."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from driada_widgets.core.errors import LoadCancelledError, LoaderError, ParameterError
from driada_widgets.core.pipeline import run
from driada_widgets.core.report import Progress
from driada_widgets.core.request.model import FeatureChoice, LoadRequest, SaveSpec, SourceSpec
from driada_widgets.core.road.replay import replay
from tests.promptness import promptly
from tests.samples import make_aligned


@pytest.fixture
def request_(tmp_path: Path) -> LoadRequest:
    """Ask for something with edits, and for saving it."""
    np.savez(tmp_path / "rec – 1.npz", **make_aligned())
    return LoadRequest(
        source=SourceSpec(path=tmp_path / "rec – 1.npz"),
        exp_params={"name": "ü mouse"},
        static_features={"fps": 20.0},
        features={"hd": FeatureChoice(type="linear"), "speed": FeatureChoice(rename="v")},
        bad_frames=((3, 9),),
        save=SaveSpec(path=tmp_path / "not-written.npz"),
        root=tmp_path / "root",
    )


def program(folder: Path, line: str) -> str:
    """Give a program that stands for Python."""
    script = folder / "stand-in"
    script.write_text(f"#!/bin/sh\n{line}\n")
    script.chmod(0o755)
    return str(script)


def test_same_request_gives_the_same_hash(
    request_: LoadRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From another folder, with modules of Python's names beside it, and without saving."""
    (tmp_path / "yaml.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    source = replace(request_.source, path=Path("rec – 1.npz"))
    expected = run(replace(request_, save=None)).experiment.content_hash
    before = sorted(tmp_path.iterdir())

    found = replay(replace(request_, source=source), expected)

    assert found.verified
    assert found.words.count(expected) == 2
    assert sorted(tmp_path.iterdir()) == before


def test_changed_data_give_another_hash(request_: LoadRequest) -> None:
    """Both hashes are told, and what may be the reason."""
    expected = run(replace(request_, save=None)).experiment.content_hash
    assert request_.source.path is not None
    np.savez(request_.source.path, **make_aligned(seed=1))

    found = replay(request_, expected)

    assert not found.verified
    assert expected in found.words
    assert found.found in found.words
    assert "may have changed" in found.words


def test_problem_in_the_process_is_told_in_its_words(request_: LoadRequest) -> None:
    """A file that is gone is said as the command line says it."""
    assert request_.source.path is not None
    request_.source.path.unlink()

    with pytest.raises(LoaderError, match=r"fresh process: Data file not found: .*rec – 1\.npz"):
        replay(request_, "0" * 64)


def test_arrays_in_memory_cannot_be_replayed() -> None:
    """No process is started for what it could not have."""
    with pytest.raises(ParameterError, match="in memory"):
        replay(LoadRequest(source=SourceSpec(kind="memory")), "0" * 64)


def test_process_that_ends_without_an_answer_is_told(
    request_: LoadRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Python that does not work is no crash of ours."""
    monkeypatch.setattr("sys.executable", program(tmp_path, "exit 3"))

    with pytest.raises(LoaderError, match="it printed nothing"):
        replay(request_, "0" * 64)


def test_cancel_ends_the_process_at_once(
    request_: LoadRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within three tenths of a second, however long it would have run."""
    pid = tmp_path / "pid"
    monkeypatch.setattr("sys.executable", program(tmp_path, f"echo $$ > {pid}; exec sleep 60"))

    def attempt(_number: int) -> float:
        progress, pressed = Progress(), []
        pid.unlink(missing_ok=True)

        def press() -> None:
            while not pid.exists():
                time.sleep(0.01)
            pressed.append(time.monotonic())
            progress.cancel()

        threading.Thread(target=press).start()
        with pytest.raises(LoadCancelledError):
            replay(request_, "0" * 64, progress)
        return time.monotonic() - pressed[0]

    promptly(attempt)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)

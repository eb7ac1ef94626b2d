"""What the command line does when something is wrong."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.samples import make_aligned
from tests.terminal import Terminal, save_recording


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Give a data file."""
    return save_recording(tmp_path)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Give a function that runs a command."""
    return Terminal(capsys)


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (["inspect", "nothing.npz"], 1, "nothing.npz"),
        (["check", "nothing.npz"], 1, "nothing.npz"),
        (["run", "nothing.yaml"], 1, "nothing.yaml"),
        (["code", "nothing.yaml"], 1, "nothing.yaml"),
        (["convert", "nothing.npz", "out.pickle"], 1, "nothing.npz"),
        (["convert", "a.npz", "out.mat"], 1, "out.mat"),
        (["run", "{file}", "--bad", "5-x"], 1, "'5-x'"),
        (["run", "{file}", "--bad", "1s-2s"], 1, "frame rate is not known"),
        (["run", "{file}", "--fps", "nan"], 1, "fps"),
        (["run", "{file}", "--neural", "calcum"], 1, "'calcium'"),
        (["run", "{file}", "--param", "name=../x"], 1, "name"),
        (["run", "demo:nothing"], 1, "nothing"),
        ([], 2, "COMMAND"),
        (["fly"], 2, "fly"),
        (["run"], 2, "FILE"),
        (["run", "{file}", "--fps", "fast"], 2, "--fps"),
        (["run", "{file}", "--param", "name"], 2, "KEY=VALUE"),
        (["run", "{file}", "--type", "hd"], 2, "FEATURE=TYPE"),
        (["run", "{file}", "--type", "hd=circular:x"], 2, "FEATURE=TYPE"),
        (["check", "{file}", "--save", "x.npz"], 2, "--save"),
        (["run", "{file}", "--neu", "x"], 2, "--neu"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_failure_has_a_code_a_text_and_an_object(
    call: Terminal, recording: Path, words: list[str], code: int, part: str
) -> None:
    """1 for the data or the request, 2 for usage; the text on stderr; one object with --json."""
    filled = [word.format(file=recording) for word in words]

    plain_code, _, plain_err = call(*filled)
    json_code, json_out, json_err = call(*filled, "--json")

    assert [code, code] == [plain_code, json_code]
    assert part in plain_err
    assert part in json_err
    assert not json.loads(json_out)["ok"]
    assert sorted(path.name for path in recording.parent.iterdir()) == [recording.name]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError("2 GB"), PermissionError("no")])
def test_an_interruption_is_told(
    call: Terminal, monkeypatch: pytest.MonkeyPatch, recording: Path, error: BaseException
) -> None:
    """Ctrl+C, a full memory and a file without permission end with a text, not a traceback."""
    from driada_widgets.core import pipeline

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(pipeline, "run", fail)
    code, out, err = call("run", recording, "--json")

    assert code == 1
    assert type(error).__name__ == json.loads(out)["error"]["class"]
    assert err


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            PermissionError(errno.EACCES, "Permission denied", "m1.npz"),
            "'m1.npz' cannot be used: Permission denied. Ask for the right to read it, or copy it",
        ),
        (OSError(errno.EIO, "Input/output error", "m1.npz"), "'m1.npz' cannot be used: Input/out"),
        (OSError(errno.EMFILE, "Too many open files"), "The file cannot be used: Too many open"),
    ],
    ids=["permission", "broken disk", "no name"],
)
def test_errors_of_the_system_are_sentences(
    call: Terminal, monkeypatch: pytest.MonkeyPatch, recording: Path, error: OSError, text: str
) -> None:
    """No number of an error is shown to a biologist."""
    from driada_widgets.core import pipeline

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(pipeline, "run", fail)
    code, _, err = call("run", recording)

    assert code == 1
    assert err.startswith(text)
    assert "Errno" not in err


def test_names_cannot_drive_the_terminal(call: Terminal, tmp_path: Path) -> None:
    """A name with control characters is shown by their codes."""
    np.savez(tmp_path / "a.npz", **{**make_aligned(), "\x1b[2Jspeed": np.arange(1000) % 7})

    code, out, _ = call("inspect", tmp_path / "a.npz")

    assert code == 0
    assert "\x1b" not in out
    assert "\\x1b[2Jspeed" in out


def test_a_poor_terminal_is_enough(tmp_path: Path) -> None:
    """A terminal without the letters of a name, or one that closes, is no error."""
    np.savez(tmp_path / "a.npz", **{**make_aligned(), "\u0441\u043a\u043e\u0440": np.arange(1000)})
    command = [sys.executable, "-m", "driada_widgets.cli", "inspect", str(tmp_path / "a.npz")]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path.cwd())}

    shown = subprocess.run(command, capture_output=True, env=environment, check=False)
    reader, writer = os.pipe()
    os.close(reader)
    closed = subprocess.run(
        command, stdout=writer, stderr=subprocess.PIPE, env=environment, check=False
    )
    os.close(writer)

    assert (shown.returncode, shown.stderr) == (0, b"")
    assert b"\\u0441" in shown.stdout
    assert (closed.returncode, closed.stderr) == (0, b"")

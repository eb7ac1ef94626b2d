"""How Ctrl+C ends a command: at a safe point, and what is said about files is true."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from driada_widgets.core.report import Progress
from driada_widgets.terminal_progress import cancelled_by_interrupt
from tests.terminal import Terminal, save_recording


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Give a function that runs a command."""
    return Terminal(capsys)


def test_first_interrupt_cancels_and_second_raises() -> None:
    """The worker stops where it is safe; who presses again is not kept waiting."""
    before = signal.getsignal(signal.SIGINT)

    with cancelled_by_interrupt(Progress()) as progress:
        signal.raise_signal(signal.SIGINT)
        assert progress.cancelled
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.parametrize("is_saved", [False, True], ids=["before saving", "after saving"])
def test_what_is_said_about_the_file_is_true(
    call: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_saved: bool
) -> None:
    """Stopped in time, nothing is there; stopped too late, the answer says where it was saved."""
    from driada_widgets.core import pipeline

    real, target = vars(pipeline)["save_result"], tmp_path / "saved.npz"

    def save(*args: Any, **options: Any) -> Any:
        if is_saved:
            saved = real(*args, **options)
            signal.raise_signal(signal.SIGINT)
            return saved
        signal.raise_signal(signal.SIGINT)
        return real(*args, **options)

    monkeypatch.setattr(pipeline, "save_result", save)

    code, out, err = call("run", save_recording(tmp_path), "--save", target)

    assert (code == 0) == is_saved
    assert target.exists() == is_saved
    assert (f"Saved  {target}" in out) == is_saved
    assert ("nothing was left behind" in err) != is_saved

"""Numbers in words for people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from driada_widgets.core.words import count_of, duration
from tests.terminal import Terminal


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(7.5, "7.5 s"), (59.9, "59.9 s"), (60.0, "1.0 min"), (1787.15, "29.8 min")],
)
def test_short_recordings_are_told_in_seconds(seconds: float, said: str) -> None:
    """0.1 min says little about 7.5 s."""
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 neurons"), (1, "1 neuron"), (2000, "2,000 neurons")]
)
def test_one_is_one(number: int, said: str) -> None:
    """One neuron is not many."""
    assert count_of(number, "neuron") == said


def test_one_neuron_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A recording of one neuron is spoken of as that, by check and run."""
    np.savez(tmp_path / "one.npz", calcium=np.random.default_rng(0).random((1, 150)))
    call = Terminal(capsys)

    said = [call(command, tmp_path / "one.npz")[1] for command in ("check", "run")]

    assert "1 neuron, 150 frames, 20 Hz (default), 7.5 s" in said[0]
    assert "1 neuron, 150 frames" in said[1]
    assert "1 neurons" not in "".join(said)

"""Run the command line as a terminal does, without a process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from driada_widgets import cli
from tests.samples import make_aligned

__all__ = ["Terminal", "save_recording"]


def save_recording(folder: Path) -> Path:
    """Give a data file written by numpy: 5 cells, 1000 frames, four features."""
    file = folder / "mouse 1.npz"
    np.savez(file, **make_aligned())
    return file


class Terminal:
    """Runs commands; what they print is taken from ``capsys``."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: object) -> tuple[int, str, str]:
        """Give the exit code, stdout and stderr of one command."""
        try:
            code = cli.main([str(word) for word in words])
        except SystemExit as ended:
            code = int(ended.code or 0)
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err

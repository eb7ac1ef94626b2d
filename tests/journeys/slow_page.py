"""The panel on a disk that is slow as long as a file named ``slow`` lies in its folder."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from driada_widgets.app import panel
from driada_widgets.core.road import opening

__all__ = ["slow_panel"]

PIECES = 2000
PIECE_SEC = 0.01


def slow_panel() -> Any:
    """Give the panel; every array that is read takes 20 seconds while the disk is slow."""
    made = panel()
    really_read = opening.Opened._read_one

    def read_slowly(opened: opening.Opened, name: str, progress: Any) -> Any:
        for _ in range(PIECES if Path("slow").exists() else 0):
            time.sleep(PIECE_SEC)
            progress.count_bytes(1000)
        return really_read(opened, name, progress)

    opening.Opened._read_one = read_slowly  # type: ignore[assignment,method-assign]  # this page only
    return made

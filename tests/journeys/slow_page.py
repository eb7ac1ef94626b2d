"""The panel where reading, or building, is slow as long as a file says so.

A file named ``slow`` in the panel's folder makes the disk slow, ``slow-build`` the whole build.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from driada_widgets.app import panel
from driada_widgets.core.road import opening
from driada_widgets.core.workbench import Workbench

__all__ = ["slow_panel"]

PIECES = 2000
PIECE_SEC = 0.01


def slow_panel() -> Any:
    """Give the panel; what is slow takes 20 seconds more."""
    made = panel()
    really_read, really_build = opening.Opened._read_one, Workbench.build

    def read_slowly(opened: opening.Opened, name: str, progress: Any) -> Any:
        for _ in range(PIECES if Path("slow").exists() else 0):
            time.sleep(PIECE_SEC)
            progress.count_bytes(1000)
        return really_read(opened, name, progress)

    def build_slowly(bench: Workbench, request: Any, progress: Any = None) -> Any:
        if Path("slow-build").exists():
            progress.begin("Waiting for the disk", PIECES)
            for _ in range(PIECES):
                time.sleep(PIECE_SEC)
                progress.advance()
        return really_build(bench, request, progress)

    # For this page only.
    opening.Opened._read_one = read_slowly  # type: ignore[assignment,method-assign]
    Workbench.build = build_slowly  # type: ignore[assignment,method-assign]
    return made

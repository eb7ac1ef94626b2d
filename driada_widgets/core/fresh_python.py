"""How a fresh Python process runs a module of this package."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["command", "environment"]

_PACKAGE = Path(__file__).parents[2]


def command(module: str, *arguments: str) -> list[str]:
    """Give the words that run a module, such as ``"driada_widgets.cli"``."""
    # -P: a module that lies in the current folder is not taken for one of Python's.
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """Give this process's environment, in which a checkout that is not installed is found too."""
    known = os.environ.get("PYTHONPATH")
    paths = os.pathsep.join([str(_PACKAGE), *([known] if known else [])])
    return {**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"}

"""The panel's scripts and styles for the browser, from the files of the package."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["join_scripts", "read_script"]

_FOLDER = Path(__file__).parent / "js"


def read_script(name: str) -> str:
    """Give the text of a script or style."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def join_scripts(names: Sequence[str]) -> str:
    """Join modules into one: the files import each other by name, a page can load only one."""
    lines = "\n".join(map(read_script, names))
    return re.sub(r"^(import .*\n|export (?!default))", "", lines, flags=re.MULTILINE)

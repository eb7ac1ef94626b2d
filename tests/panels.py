"""Panels for tests: everything runs at once, on small files with a known answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from driada_widgets.core.request.model import LoadRequest
from driada_widgets.core.workbench import Workbench
from driada_widgets.panel.jobs import InlineRunner
from driada_widgets.panel.roots import Roots
from driada_widgets.panel.state import PanelState
from driada_widgets.panel.view import LoaderPanel
from tests.samples import make_aligned

__all__ = [
    "check_file",
    "checked_panel",
    "make_panel",
    "make_state",
    "open_file",
    "opened_panel",
    "opened_state",
    "write_recording",
]


def write_recording(folder: Path, name: str = "mouse.npz", **changes: Any) -> Path:
    """Write a recording with the given arrays changed or added; ``None`` leaves one out."""
    data = {**make_aligned(), **changes}
    path = folder / name
    with path.open("wb") as file:  # a file object: the name is kept as it is
        np.savez(file, **{key: value for key, value in data.items() if value is not None})
    return path


def make_state(root: Path) -> PanelState:
    """Give a state that may read ``root`` and does its work at once."""
    return PanelState(Workbench(), InlineRunner(), Roots([root]), LoadRequest(root=root / "out"))


def open_file(state: PanelState, path: Path) -> None:
    """Choose a file, and open it."""
    state.choose_kind("file")
    state.choose_file(str(path))
    state.open()


def check_file(state: PanelState, path: Path) -> None:
    """Open a file, say that it has 20 frames a second, and check it."""
    open_file(state, path)
    state.set_static("fps", "20")
    state.check()


def opened_state(path: Path) -> PanelState:
    """Give a state with a file opened and checked."""
    state = make_state(path.parent)
    check_file(state, path)
    return state


def make_panel(root: Path) -> LoaderPanel:
    """Give a panel that may read ``root`` and does its work at once."""
    return LoaderPanel(LoadRequest(root=root / "out"), roots=[root], runner=InlineRunner())


def opened_panel(root: Path, **changes: Any) -> LoaderPanel:
    """Give a panel with a recording opened; ``changes`` as for ``write_recording``."""
    panel = make_panel(root)
    open_file(panel.state, write_recording(root, **changes))
    return panel


def checked_panel(root: Path, **changes: Any) -> LoaderPanel:
    """Give a panel with a recording checked at 20 frames a second."""
    panel = make_panel(root)
    check_file(panel.state, write_recording(root, **changes))
    return panel

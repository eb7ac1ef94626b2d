"""The recordings that come with the package."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from driada_widgets.core.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DemoRecording", "demo_path", "demo_recordings"]

_DATA = Path(__file__).parents[2] / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRecording:
    """One built-in recording.

    Parameters
    ----------
    name
        What to ask for it by.
    path
        Its file.
    title
        One line for a list.
    origin
        Where it comes from, with its licence.
    static_features
        Constants that the file does not hold, ``fps`` in Hz.
    """

    name: str
    path: Path
    title: str
    origin: str
    static_features: Mapping[str, float] = field(default_factory=dict)


def demo_recordings() -> tuple[DemoRecording, ...]:
    """List the built-in recordings; the first is the default."""
    return (
        DemoRecording(
            name="demo",
            path=_DATA / "demo.npz",
            title="Simulated: a mouse in a box, 50 cells, 10,000 frames at 20 Hz",
            origin="Made by driada_widgets.data.make_demo; what each cell codes is known.",
            static_features={"fps": 20.0},
        ),
        DemoRecording(
            name="dg_2-1_D1",
            path=_DATA / "dg_mouse2-1_day1" / "dg_2-1_D1.npz",
            title="Recorded: dentate gyrus in fear conditioning, 43 cells, 3,596 frames at 10 Hz",
            origin="github.com/vporubsky/CaGraph, (c) 2021 Veronica Porubsky, MIT licence.",
            static_features={"fps": 10.0},
        ),
    )


def demo_path(name: str = "demo") -> Path:
    """Give the file of a built-in recording.

    Parameters
    ----------
    name
        Name of the recording.

    Returns
    -------
    Path
        Its file; do not write to it.

    Raises
    ------
    ParameterError
        If there is no recording of that name; the message lists those that there are.
    """
    known = {recording.name: recording.path for recording in demo_recordings()}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    msg = f"There is no demo recording {name!r}{hint} There are: {', '.join(map(repr, known))}."
    raise ParameterError(msg, where="source.path", found=name, expected=", ".join(known))

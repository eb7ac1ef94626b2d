"""What ``?`` says about each step: six lines, and the page that says more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from driada_widgets.panel.snapshot import StepName

__all__ = ["HELP", "help_link"]

_DOCS: Final = "https://github.com/iabs-neuro/driada_widgets/blob/HEAD/docs"
_PAGES: Final[dict[StepName, str]] = {
    "source": "opening.md",
    "map": "request.md",
    "check": "bad-frames.md",
    "build": "spikes.md",
    "save": "profiles.md",
}
HELP: Final[dict[StepName, tuple[str, ...]]] = {
    "source": (
        "Choose a demo, a data file, or an experiment that was saved before.",
        "Files are those of the computer on which the panel runs; type, paste or pick a path.",
        "Choosing reads the headers only: names, shapes and sizes, however large the file is.",
        "A saved experiment shows first how far it can be believed; no code in it is run.",
        "A plan that you left is offered at the top, with its step, marks and answers.",
        "Open goes on to Map. Another file begins anew; Undo brings the choice back.",
    ),
    "map": (
        "Give the experiment a name; its folder and its file are called the same.",
        "Check the frame rate and the rise and decay times: defaults are marked.",
        "Each array has a part: neural data, feature, constant, or left out.",
        "Numbers that the file holds, such as fps, are offered beside their field.",
        "A matrix that lies the other way is turned with one press, and the proof is shown.",
        "More has what is rarely needed: missing values, combinations of features, the seed.",
    ),
    "check": (
        "Check data reads what is needed; problems must be mended before anything is built.",
        "Questions can be answered with Keep as it is; Undo asks again.",
        "Each feature has a type, how sure it is, and why; choose another in its row.",
        "Pictures share one clock: drag to move, wheel to zoom, B to mark bad frames.",
        "Bad frames are marked by drag, typed, pasted, loaded, or accepted where proposed.",
        "Every change is checked again at once, and all can be undone.",
    ),
    "build": (
        "What it takes is an estimate; it turns red where it will not fit, with what helps.",
        "If the same experiment was saved before, it can be opened instead of built.",
        "Cancel stops at once and leaves nothing behind.",
        "The summary names neurons, frames, features by type, and the hash.",
        "Equal hashes mean equal experiments, on every computer.",
        "Spikes are found in a step of their own; try a method on a few neurons first.",
    ),
    "save": (
        "The archive is the safe choice: checksums, and it opens at once whatever its size.",
        "A pickle is for older scripts; send the archive to other people.",
        "The plan as YAML, Python or a command line builds the same again, anywhere.",
        "Verify by replay runs it in a fresh process and compares the hashes.",
        "The same plan can be applied to more sessions, each checked before any is built.",
        "A profile turns this plan into a page with a few fields for everyday work.",
    ),
}
"""Six lines a step."""


def help_link(step: StepName) -> str:
    """Give the address of the page about a step."""
    return f"{_DOCS}/{_PAGES[step]}"

"""The file picker: what it lists, and what a browser may ask of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from driada_widgets.panel.picker import FilePicker
from driada_widgets.panel.roots import Roots
from tests.widgets import _receive, gesture, unexpected

HOSTILE = "<img src=x onerror=alert(1)>.npz"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a folder of a lab."""
    made = tmp_path / "lab"
    (made / "day 1").mkdir(parents=True)
    for name in ("a.npz", "b.npz", HOSTILE, "x" * 200 + ".npz", "notes.txt", "day 1/c.npz"):
        (made / name).write_bytes(b"12")
    return made


class Chosen:
    """A picker and what it was asked for."""

    def __init__(self, roots: Roots) -> None:
        self.chosen: list[str] = []
        self.opened: list[str] = []
        self.errors: list[str] = []
        self.picker = FilePicker(
            roots,
            [".npz"],
            on_choose=lambda path: self.chosen.append(Path(path).name),
            on_open=lambda path: self.opened.append(Path(path).name),
            on_error=lambda error: self.errors.append(str(error)),
        )

    @property
    def names(self) -> list[str]:
        """Names on screen."""
        return [entry["name"] for entry in self.picker.entries]

    def do(self, event: str, name: str, **changes: Any) -> None:
        """Do something with a line that is on screen."""
        said = {"event": event, "index": self.names.index(name), "listed": self.picker.listed}
        gesture(self.picker, {**said, **changes})


def test_choosing_and_opening_are_two_gestures(root: Path) -> None:
    """A click chooses, Enter or a double click opens; folders are entered by the latter only."""
    shown = Chosen(Roots([root]))

    shown.do("choose", "a.npz")
    shown.do("choose", "day 1")
    shown.do("open", "b.npz")
    shown.do("open", "day 1")

    assert (shown.chosen, shown.opened) == (["a.npz"], ["b.npz"])
    assert (shown.picker.place, shown.names) == ("lab/day 1", ["c.npz"])


def test_going_up_comes_back_to_the_folder_that_was_left(root: Path) -> None:
    """The line of the folder one comes from is the active one; above the root there is no way."""
    shown = Chosen(Roots([root]))
    shown.do("open", "day 1")

    gesture(shown.picker, {"event": "up"})
    place, active = shown.picker.place, shown.names[shown.picker.active]
    gesture(shown.picker, {"event": "up"})

    assert (place, active) == ("lab", "day 1")
    assert (shown.picker.place, shown.picker.can_go_up) == ("lab", False)


def test_filter_says_what_it_hides(root: Path) -> None:
    """Other formats are counted, and shown when asked for."""
    shown = Chosen(Roots([root]))
    before = shown.picker.summary

    _receive(shown.picker, {"method": "update", "state": {"show_all": True}, "buffer_paths": []})

    assert before == "4 files, 1 of other formats hidden"
    assert shown.picker.summary == "5 files"
    assert "notes.txt" in shown.names


def test_part_of_a_name_narrows_the_list(root: Path) -> None:
    """What is typed into the search box is looked for in every name; another folder begins anew."""
    shown = Chosen(Roots([root]))
    _receive(shown.picker, {"method": "update", "state": {"part": "DAY"}, "buffer_paths": []})
    narrowed = shown.names

    shown.do("open", "day 1")

    assert narrowed == ["day 1"]
    assert (shown.picker.part, shown.names) == ("", ["c.npz"])


def test_line_of_an_older_list_opens_nothing(root: Path) -> None:
    """A click that crossed with a new listing must not open what stands there now."""
    shown = Chosen(Roots([root]))

    shown.do("open", "a.npz", listed=shown.picker.listed - 1)
    shown.do("open", "a.npz", index=999)

    assert (shown.opened, shown.errors) == ([], [])


def test_link_outside_is_refused_in_words(root: Path) -> None:
    """It is listed as such, and the list stays where it is."""
    (root / "out").symlink_to(root.parent)
    shown = Chosen(Roots([root]))
    line = shown.picker.entries[shown.names.index("out")]

    shown.do("open", "out")

    assert line["note"] == "leads outside"
    assert "outside the folders" in shown.errors[0]
    assert shown.picker.place == "lab"


def test_long_names_are_cut_and_kept_whole_beside_it(root: Path) -> None:
    """A name of 200 letters leaves room for its neighbours; the tooltip has it all."""
    shown = Chosen(Roots([root]))
    line = next(entry for entry in shown.picker.entries if "whole" in entry)

    assert len(line["name"]) == 90
    assert line["whole"] == "x" * 200 + ".npz"
    assert HOSTILE in shown.names


def test_several_roots_are_listed_and_returned_to(root: Path, tmp_path: Path) -> None:
    """With two roots the way up leads to their list."""
    other = tmp_path / "other"
    other.mkdir()
    shown = Chosen(Roots([root, other]))
    roots = shown.names

    shown.do("open", str(other))
    inside = shown.picker.place
    gesture(shown.picker, {"event": "up"})

    assert roots == [str(root), str(other)]
    assert inside == "other"
    assert shown.names == roots


def test_folder_is_read_again_when_asked(root: Path) -> None:
    """A file that came meanwhile appears."""
    shown = Chosen(Roots([root]))
    (root / "new.npz").touch()

    gesture(shown.picker, {"event": "read"})

    assert "new.npz" in shown.names


def test_without_a_verb_for_opening_a_file_is_chosen(root: Path) -> None:
    """Where there is nothing to go on to, Enter chooses."""
    chosen: list[str] = []
    picker = FilePicker(Roots([root]), [".npz"], on_choose=chosen.append, on_error=unexpected)
    names = [entry["name"] for entry in picker.entries]

    said = {"event": "open", "index": names.index("a.npz"), "listed": picker.listed}
    gesture(picker, said)

    assert chosen == [str(root / "a.npz")]

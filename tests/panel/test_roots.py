"""Which files the page may see."""

from __future__ import annotations

from pathlib import Path

import pytest

from driada_widgets.core.errors import NotFoundError, ParameterError
from driada_widgets.panel.roots import MAX_ENTRIES, Roots, narrowed


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a root with a folder and three files, and a neighbour whose name begins alike."""
    made = tmp_path / "lab"
    (made / "day 1").mkdir(parents=True)
    for name in ("b.npz", "A.npz", "notes.txt", ".hidden"):
        (made / name).write_bytes(b"12")
    (tmp_path / "lab-secret").mkdir()
    (tmp_path / "lab-secret" / "x.npz").write_bytes(b"1")
    return made


@pytest.mark.parametrize(
    "text",
    ["A.npz", "  A.npz ", '"A.npz"', "\u201cA.npz\u201d", " 'A.npz' ", "day 1/../A.npz", "A\\.npz"],
)
def test_typed_paths_are_found_in_the_root(root: Path, text: str) -> None:
    """Quotes and blanks that come with pasting do not matter."""
    assert Roots([root]).resolve(text) == root / "A.npz"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("file://{root}/day%201/x%25.npz", "x%.npz"),
        ("file://localhost{root}/day%201/x%25.npz", "x%.npz"),
        ("{root}/day\\ 1/x%.npz", "x%.npz"),
        ("day 1/ends with blank ", "ends with blank "),
    ],
    ids=["address", "address-with-host", "terminal", "literal"],
)
def test_pasted_paths_are_found(root: Path, text: str, name: str) -> None:
    """What browsers and terminals write into a path is undone; a file that has it is found too."""
    (root / "day 1" / name).touch()

    assert Roots([root]).resolve(text.format(root=root)) == root / "day 1" / name


def test_home_is_found(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tilde is the person's own folder."""
    monkeypatch.setenv("HOME", str(root))

    assert Roots([root]).resolve("~/A.npz") == root / "A.npz"
    assert Roots([root]).resolve("~nobody-of-that-name/A.npz").is_relative_to(root)


@pytest.mark.parametrize("text", ["new", " new ", "'new'", "new\u2019"])
def test_path_that_is_not_there_is_read_without_quotes(root: Path, text: str) -> None:
    """A file to be saved gets the name that was meant."""
    assert Roots([root]).resolve(text) == root / "new"


def test_absolute_path_inside_is_found(root: Path) -> None:
    """A pasted absolute path or file address inside the root is as good as a relative one."""
    roots = Roots([root])

    assert roots.resolve(str(root / "A.npz")) == root / "A.npz"
    assert roots.resolve(f"file://{root / 'A.npz'}") == root / "A.npz"


@pytest.mark.parametrize(
    "text",
    [
        *("../lab-secret/x.npz", "/etc/passwd", "'/etc/passwd'", "file:///etc/passwd", "", " "),
        *("day 1/../../lab-secret/x.npz", "file:///etc/pass%77d", "a\0b", "\ud800"),
    ],
)
def test_paths_outside_are_refused(root: Path, text: str) -> None:
    """Containment is asked after resolving; a name that begins alike is not inside."""
    with pytest.raises(ParameterError):
        Roots([root]).resolve(text)


def test_links_that_lead_outside_are_refused(root: Path) -> None:
    """A symbolic link is what it points to."""
    (root / "link").symlink_to(root.parent / "lab-secret")

    with pytest.raises(ParameterError, match="outside"):
        Roots([root]).resolve("link/x.npz")


def test_links_in_a_circle_are_an_answer(root: Path) -> None:
    """Links that lead to each other are listed as such, and refused when they are typed."""
    (root / "there").symlink_to(root / "back")
    (root / "back").symlink_to(root / "there")
    (root / "gone.npz").symlink_to(root / "nowhere")
    (root / "out").symlink_to(root.parent / "lab-secret")
    (root / "in.npz").symlink_to(root / "A.npz")

    listed = {entry.name: entry.why_not for entry in Roots([root]).list(root).entries}

    assert {name: listed[name] for name in ("there", "gone.npz", "out", "in.npz")} == {
        "there": "leads nowhere",
        "gone.npz": "leads nowhere",
        "out": "leads outside",
        "in.npz": "",
    }
    with pytest.raises(ParameterError):
        Roots([root]).resolve("there")


def test_part_of_a_name_narrows_a_listing(root: Path) -> None:
    """In a folder of thousands a few letters find a file, in any case."""
    roots = Roots([root])

    found = narrowed(root, roots.entries(root), [".npz"], " a")

    assert [entry.name for entry in found.entries] == ["day 1", "A.npz"]
    assert (found.n_files, found.n_hidden) == (1, 0)


def test_folder_of_another_account_is_an_answer(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that may not be read is named, with the reason."""

    def refuse(_folder: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("driada_widgets.panel.roots.os.scandir", refuse)

    with pytest.raises(NotFoundError, match=r"'lab' cannot be read: Permission denied"):
        Roots([root]).list(root)


def test_listing_shows_folders_first_and_counts_what_it_hides(root: Path) -> None:
    """The filter hides other formats and says how many; dot files are not counted."""
    listing = Roots([root]).list(root, [".npz"])

    assert [entry.name for entry in listing.entries] == ["day 1", "A.npz", "b.npz"]
    assert listing.n_hidden == 1


def test_long_listing_is_cut_and_says_so(root: Path) -> None:
    """Ten thousand entries are not sent to a browser."""
    folder = root / "many"
    folder.mkdir()
    for number in range(MAX_ENTRIES + 5):
        (folder / f"{number}.npz").touch()

    listing = Roots([root]).list(folder)

    assert (len(listing.entries), listing.n_more) == (MAX_ENTRIES, 5)


def test_listing_outside_or_of_a_file_is_refused(root: Path) -> None:
    """What cannot be listed is an error in words."""
    with pytest.raises(ParameterError):
        Roots([root]).list(root.parent)
    with pytest.raises(NotFoundError, match=r"A\.npz"):
        Roots([root]).list(root / "A.npz")


def test_without_roots_every_folder_is_open(root: Path) -> None:
    """In a notebook the owner can read every file anyway."""
    assert Roots().resolve(str(root / "A.npz")) == root / "A.npz"

"""Which files the page may see."""

from __future__ import annotations

from pathlib import Path

import pytest

from driada_widgets.core.errors import NotFoundError, ParameterError
from driada_widgets.panel.roots import MAX_ENTRIES, Roots


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


@pytest.mark.parametrize("text", ["A.npz", "  A.npz ", '"A.npz"', "day 1/../A.npz"])
def test_typed_paths_are_found_in_the_root(root: Path, text: str) -> None:
    """Quotes and blanks that come with pasting do not matter."""
    assert Roots([root]).resolve(text) == root / "A.npz"


def test_absolute_path_inside_is_found(root: Path) -> None:
    """A pasted absolute path or file address inside the root is as good as a relative one."""
    roots = Roots([root])

    assert roots.resolve(str(root / "A.npz")) == root / "A.npz"
    assert roots.resolve(f"file://{root / 'A.npz'}") == root / "A.npz"


@pytest.mark.parametrize(
    "text", ["../lab-secret/x.npz", "/etc/passwd", "day 1/../../lab-secret/x.npz", "", " ", "a\0b"]
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

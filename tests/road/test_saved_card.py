"""What a person sees of a saved experiment before it is opened, and what can be done with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from driada_widgets.core.errors import NotFoundError
from driada_widgets.core.pipeline import run
from driada_widgets.core.road.saved_card import SavedCard, built_again, look_at_saved
from driada_widgets.core.road.when import ago
from tests.hostile import ATTACKS
from tests.samples import make_aligned
from tests.saved import DRIADA_PICKLE, saved


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Give a data file in the folder of a lab."""
    np.savez(tmp_path / "mouse.npz", **make_aligned())
    return tmp_path / "mouse.npz"


def card_of(path: Path) -> SavedCard:
    """Look at a file; everything may be read."""
    return look_at_saved(path, may_read=lambda _: True)


def test_archive_tells_what_it_is(recording: Path) -> None:
    """Its name, sizes, features with types, hash, and that it is verified when it is used."""
    card = card_of(saved(recording))
    facts = dict(card.facts)

    assert (card.kind, card.problem) == ("archive", "")
    assert facts["Experiment"] == "Exp mouse"
    assert facts["Holds"] == "5 neurons × 939 frames at 20 Hz"
    assert "hd (circular)" in facts["Features"]
    assert "position (several components)" in facts["Features"]
    assert len(facts["Hash"]) == 64
    assert "just now" in facts["Saved"]
    assert "SHA-256 when its values are first used" in card.trust[0]


def test_archive_gives_the_request_that_builds_it_again(recording: Path, tmp_path: Path) -> None:
    """The request of the card, run, has the hash that the card shows."""
    card = card_of(saved(recording))
    again = built_again(card, tmp_path / "elsewhere")

    assert again is not None
    assert card.source == recording
    assert card.source_words == "Its data file 'mouse.npz' is at hand: it can be built again."
    assert (again.save, again.root) == (None, tmp_path / "elsewhere")
    assert run(again).experiment.content_hash == dict(card.facts)["Hash"]


def test_data_file_that_was_moved_with_the_saved_one_is_found(recording: Path) -> None:
    """Who moves a folder finds its recordings in it."""
    path = saved(recording)
    moved = recording.parent / "moved"
    moved.mkdir()
    recording.rename(moved / recording.name)
    path.rename(moved / path.name)

    assert card_of(moved / path.name).source == moved / recording.name


def test_data_file_that_is_gone_or_may_not_be_read_is_said(recording: Path) -> None:
    """Nothing is offered that would not work, and nothing is told about other folders."""
    path = saved(recording)
    forbidden = look_at_saved(path, may_read=lambda place: place != recording)
    recording.unlink()
    gone = card_of(path)

    assert forbidden.source is None
    assert gone.source is None
    assert gone.source_words == forbidden.source_words
    assert "not at hand" in gone.source_words
    assert built_again(gone, Path()) is None


def test_data_file_that_changed_is_said(recording: Path) -> None:
    """Another recording under the same name is not taken for the old one."""
    path = saved(recording)
    np.savez(recording, **make_aligned(n_cells=6))

    assert "has changed since" in card_of(path).source_words


def test_own_pickle_is_trusted_by_its_record(recording: Path) -> None:
    """Path, size, age, digest and names are shown, and that every value is as it was written."""
    card = card_of(saved(recording, "Exp mouse.pickle"))

    assert (card.kind, card.problem) == ("pickle", "")
    assert {"Format", "Size", "Saved", "SHA-256", "Says it is by"} == set(dict(card.facts))
    assert card.trust[0] == "We wrote it, and every value is as it was written."
    assert all(name.allowed for name in card.names)


def test_pickle_of_driada_opens_unverified() -> None:
    """Its card says that damage cannot be seen."""
    card = card_of(DRIADA_PICKLE)

    assert card.problem == ""
    assert "driada wrote it" in card.trust[0]
    assert "allow-list reader" in card.trust[1]


@pytest.mark.parametrize("attack", ATTACKS[:3], ids=lambda attack: attack.name)
def test_hostile_pickle_is_shown_and_not_opened(attack: object, tmp_path: Path) -> None:
    """The name that it would import is listed as refused, and nothing ran."""
    marker, path = tmp_path / "marker", tmp_path / "evil.pickle"
    path.write_bytes(attack.make(marker))  # type: ignore[attr-defined]  # an Attack of the table

    card = card_of(path)

    assert card.problem
    assert not all(name.allowed for name in card.names)
    assert not marker.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PK\x03\x04 cut", "evil.npz"), (b"", "evil.npz"), (b"hello", "evil.npz")],
    ids=["a damaged zip", "an empty file", "text"],
)
def test_anything_else_is_a_problem_in_words(content: bytes, said: str, tmp_path: Path) -> None:
    """A file that is no saved experiment is not opened, and the card says why."""
    path = tmp_path / "evil.npz"
    path.write_bytes(content)

    assert said in card_of(path).problem


def test_data_file_is_no_saved_experiment(recording: Path) -> None:
    """A plain NPZ is told apart by its missing manifest."""
    card = card_of(recording)

    assert card.kind == "unusable"
    assert "mouse.npz" in card.problem


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    """A path that leads nowhere is said at once."""
    with pytest.raises(NotFoundError, match=r"no saved experiment 'none\.npz'"):
        card_of(tmp_path / "none.npz")


@pytest.mark.parametrize(
    ("passed", "words"),
    [(5, "just now"), (61, "1 minute ago"), (7300, "2 hours ago"), (200_000, "2 days ago")],
    ids=str,
)
def test_ages_in_words(passed: float, words: str) -> None:
    """The largest unit that fits, in whole numbers."""
    assert ago(1e9, now=1e9 + passed).startswith(words)

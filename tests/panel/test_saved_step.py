"""A saved experiment in step Source: what it is, how far it is believed, and what it leads to."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from driada_widgets import open_experiment
from driada_widgets.core.request.model import LoadRequest, SourceSpec
from driada_widgets.core.workbench import Workbench
from driada_widgets.panel.jobs import Worker
from driada_widgets.panel.roots import Roots
from driada_widgets.panel.state import PanelState
from tests.hostile import ATTACKS
from tests.panels import make_panel, write_recording
from tests.saved import DRIADA_PICKLE, saved
from tests.widgets import choose, click, find, text_of, type_into


def choose_saved(root: Path, path: Path) -> Any:
    """Give a panel in which a saved experiment is chosen, and not yet opened."""
    panel = make_panel(root)
    choose(find(panel, "dw-source-kind"), "Saved experiment")
    type_into(find(panel, "dw-source-path"), str(path))
    return panel


def card_of(panel: Any) -> str:
    """Give the text of the card."""
    return text_of(find(panel, "dw-saved-card"))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Give an experiment without 61 bad frames, saved beside its recording."""
    return saved(write_recording(tmp_path))


def test_archive_is_described_before_it_is_opened(tmp_path: Path, archive: Path) -> None:
    """Its name, sizes, features, hash, how it is verified, and that its data file is at hand."""
    panel = choose_saved(tmp_path, archive)
    card = card_of(panel)

    for text in (
        *("Exp mouse", "5 neurons × 939 frames at 20 Hz", "hd (circular)"),
        *(open_experiment(archive).content_hash, "when its values are first used"),
        "is at hand: it can be built again",
    ):
        assert text in card
    assert panel.state.snapshot.inventory is None
    assert not find(panel, "dw-source-open").disabled


def test_opened_experiment_is_seen_summarised_and_shared(tmp_path: Path, archive: Path) -> None:
    """*Open* leads to its traces; its summary, saving and sharing are there without a build."""
    panel = choose_saved(tmp_path, archive)
    state = panel.state

    click(find(panel, "dw-source-open"))
    opened = state.snapshot
    calcium = state.workbench.calcium
    click(find(panel, "dw-step-build"))
    summary = text_of(find(panel, "dw-summary"))
    click(find(panel, "dw-step-save"))
    type_into(find(panel, "dw-save-path"), str(tmp_path / "copy.pickle"))
    choose(find(panel, "dw-save-format"), "Pickle (for older scripts)")
    click(find(panel, "dw-save"))
    click(find(panel, "dw-replay"))

    assert opened.step == "check"
    assert calcium is not None
    assert calcium.shape == (5, 1000)
    assert (opened.is_built, opened.is_checked, opened.why_not_build) == (True, True, "")
    assert opened.session_name == "mouse"
    assert "Opened as it was saved in Exp mouse.npz" in summary
    copy = open_experiment(tmp_path / "copy.pickle")
    assert copy.content_hash == opened.summary.hash
    assert state.snapshot.work.replayed.verified


def test_its_decisions_are_shown_and_can_be_changed(tmp_path: Path, archive: Path) -> None:
    """Bad frames, rate and types are those it was saved with; an edit builds another one."""
    panel = choose_saved(tmp_path, archive)
    state = panel.state
    click(find(panel, "dw-source-open"))
    ranges, rate = state.bad_ranges, state.fps
    state.remove_bad(0)
    state.build()

    assert ranges == ((120, 181),)
    assert rate == 20.0
    assert state.result.plan is not None
    assert state.experiment.n_frames == 1000
    assert state.experiment.signature == "Exp mouse"


def test_undone_edit_is_the_experiment_as_it_was_saved(tmp_path: Path, archive: Path) -> None:
    """Then nothing is built: it is opened."""
    state = choose_saved(tmp_path, archive).state
    state.open()
    state.mark_bad(0, 10)
    state.undo()
    state.build()

    assert state.result.plan is None
    assert state.snapshot.summary.opened


def test_another_saved_experiment_is_opened_as_it_was_saved(tmp_path: Path, archive: Path) -> None:
    """Nothing of the one before is asked of it."""
    state = choose_saved(tmp_path, archive).state
    state.open()
    other = archive.with_name("other.pickle")
    other.write_bytes(DRIADA_PICKLE.read_bytes())

    state.choose_file(str(other))
    chosen = state.snapshot.request
    state.open()

    assert chosen == LoadRequest(source=SourceSpec(kind="saved", path=other), root=chosen.root)
    assert state.result.plan is None
    assert state.snapshot.session_name == "golden_shared"


def test_it_is_built_again_from_its_own_request(tmp_path: Path, archive: Path) -> None:
    """From its data file, by one button; the hash is the one it was saved with."""
    panel = choose_saved(tmp_path, archive)
    state = panel.state

    click(find(panel, "dw-rebuild"))
    checked = state.snapshot
    state.choose_cache("build")
    state.build()

    assert checked.request.source.kind == "file"
    assert checked.request.source.path == tmp_path / "mouse.npz"
    assert checked.step == "check"
    assert state.result.plan is not None
    assert state.snapshot.summary.hash == open_experiment(archive).content_hash


def test_without_its_data_file_it_can_still_be_used(tmp_path: Path, archive: Path) -> None:
    """Nothing is offered that would not work."""
    (tmp_path / "mouse.npz").unlink()
    panel = choose_saved(tmp_path, archive)

    assert "is not at hand" in card_of(panel)
    assert find(panel, "dw-rebuild").layout.display == "none"
    click(find(panel, "dw-source-open"))
    assert panel.state.snapshot.is_built


def test_data_file_outside_the_roots_is_not_offered(tmp_path: Path) -> None:
    """A recorded path must not lead a page out of its folders."""
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    path = saved(write_recording(outside))
    moved = path.rename(inside / path.name)

    panel = choose_saved(inside, moved)

    assert "is not at hand" in card_of(panel)


def test_own_pickle_is_trusted(tmp_path: Path) -> None:
    """Size, age, SHA-256, the names that it would import, and that it is as we wrote it."""
    path = saved(write_recording(tmp_path), "Exp mouse.pickle")
    panel = choose_saved(tmp_path, path)
    card = card_of(panel)
    click(find(panel, "dw-source-open"))

    for text in (
        *("SHA-256", "just now", "We wrote it"),
        *("names that the file would import, 0 of them refused", "allow-list reader"),
    ):
        assert text in card
    assert panel.state.snapshot.is_built
    panel.state.go("source")
    assert "5 neurons × 939 frames" in card_of(panel)
    assert "is at hand: it can be built again" in card_of(panel)


def test_pickle_of_driada_is_opened_unverified(tmp_path: Path) -> None:
    """The card and the notes say so, and what its calcium is."""
    path = tmp_path / "Exp old.pickle"
    path.write_bytes(DRIADA_PICKLE.read_bytes())
    panel = choose_saved(tmp_path, path)
    before = card_of(panel)
    click(find(panel, "dw-source-open"))
    state = panel.state
    state.go("source")
    after = text_of(find(panel, "dw-saved-notes"))

    assert "driada wrote it. It has no checksums" in before
    assert state.snapshot.is_built
    assert "is unverified" in after
    assert {"unverified", "calcium-processed"} <= {note.id for note in state.snapshot.check.notes}


@pytest.mark.parametrize("attack", ATTACKS[:2], ids=lambda attack: attack.name)
def test_hostile_pickle_is_shown_and_cannot_be_opened(attack: Any, tmp_path: Path) -> None:
    """The refused name is on screen, *Open* is disabled, nothing ran."""
    marker, path = tmp_path / "marker", tmp_path / "evil.pickle"
    path.write_bytes(attack.make(marker))
    panel = choose_saved(tmp_path, path)

    assert "It is not opened." in card_of(panel)
    assert "refused: not on the list" in card_of(panel)
    assert find(panel, "dw-source-open").disabled
    assert not marker.exists()


def test_data_file_is_no_saved_experiment(tmp_path: Path) -> None:
    """The card says what it is instead, as text even if its name is markup."""
    path = write_recording(tmp_path, "<img src=x onerror=alert(1)>.npz")
    panel = choose_saved(tmp_path, path)

    assert "It is not opened." in card_of(panel)
    assert "<img" not in card_of(panel)


def test_resumed_experiment_has_its_card(tmp_path: Path, archive: Path) -> None:
    """What was left with a saved experiment open is taken up with what is known about it."""
    state = choose_saved(tmp_path, archive).state
    state.open()
    state.keep_now()
    panel = make_panel(tmp_path)

    panel.state.resume()
    panel.state.go("source")
    card = card_of(panel)
    panel.state.build()

    assert "5 neurons × 939 frames" in card
    assert panel.state.snapshot.summary is not None
    assert panel.state.snapshot.summary.opened


def test_opening_does_not_block_the_page(tmp_path: Path) -> None:
    """A pickle is read in the worker: the handler returns at once, and can be cancelled."""
    path = saved(write_recording(tmp_path), "Exp mouse.pickle")

    async def go() -> None:
        state = PanelState(Workbench(), Worker(), Roots([tmp_path]), LoadRequest(root=tmp_path))
        state.choose_kind("saved")
        state.choose_file(str(path))
        state.open()
        assert state.snapshot.job.kind == "look"
        assert state.snapshot.inventory is None
        started = time.monotonic()
        while not (state.snapshot.is_checked and state.snapshot.is_built):
            assert time.monotonic() - started < 60
            await asyncio.sleep(0.005)

    asyncio.run(go())

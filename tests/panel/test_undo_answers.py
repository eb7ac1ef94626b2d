"""Answers to questions and proposals are edits: named, undone, made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.panel.announce import announcement
from driada_widgets.panel.history import MAX_EDITS
from driada_widgets.panel.state import PanelState
from tests.panels import opened_panel, opened_state, write_recording
from tests.widgets import click, find, find_all


def square() -> dict[str, Any]:
    """Give neural data whose shape does not tell neurons from frames."""
    others = dict.fromkeys(("hd", "trial_type", "position"))
    calcium = np.abs(np.random.default_rng(0).normal(size=(400, 400)))
    return {**others, "calcium": calcium, "speed": np.arange(400.0)}


@pytest.fixture
def asked(tmp_path: Path) -> PanelState:
    """Give a panel that asks whether a square array is neurons × frames."""
    return opened_state(write_recording(tmp_path, **square()))


@pytest.fixture
def proposed(tmp_path: Path) -> PanelState:
    """Give a panel that proposes frozen frames as bad."""
    calcium = np.abs(np.random.default_rng(0).normal(size=(20, 1000)))
    calcium[:, 500:503] = calcium[:, 499:500]
    return opened_state(write_recording(tmp_path, calcium=calcium))


def questions(state: PanelState) -> list[str]:
    """List the ids of what is asked."""
    return [note.id for note in state.snapshot.questions]


def test_undo_brings_a_question_back(asked: PanelState) -> None:
    """Keeping it as it is can be taken back and made again, by name."""
    before = questions(asked)

    asked.keep_as_is(before[0])
    kept = (questions(asked), asked.snapshot.undo)
    asked.undo()
    undone = (questions(asked), asked.snapshot.redo)
    asked.redo()

    assert before == ["orientation-square"]
    assert kept == ([], "keep calcium as it is")
    assert undone == (before, "keep calcium as it is")
    assert questions(asked) == []


def test_an_answer_reads_nothing_again(asked: PanelState) -> None:
    """The request is the same, so what was checked stays checked."""
    checked = asked.snapshot.check

    asked.keep_as_is("orientation-square")
    asked.undo()

    assert asked.snapshot.check is checked
    assert asked.snapshot.is_checked


def test_an_answer_given_before_an_edit_outlives_its_undo(asked: PanelState) -> None:
    """Each undo takes back one thing, the last one first."""
    asked.keep_as_is("orientation-square")
    asked.mark_bad(10, 20)

    asked.undo()

    assert asked.bad_ranges == ()
    assert questions(asked) == []
    assert asked.snapshot.undo == "keep calcium as it is"


def test_answering_twice_is_one_edit(asked: PanelState) -> None:
    """A second press changes nothing, so there is nothing more to undo."""
    asked.keep_as_is("orientation-square")
    asked.keep_as_is("orientation-square")

    asked.undo()

    assert questions(asked) == ["orientation-square"]


def test_undo_brings_a_rejected_proposal_back(proposed: PanelState) -> None:
    """Rejecting is an edit by name; undone, the proposal is open, also after opening again."""
    before = proposed.snapshot.proposals

    proposed.reject_proposal(0)
    rejected = (proposed.snapshot.proposals, proposed.snapshot.undo)
    proposed.undo()
    undone = (proposed.snapshot.proposals, proposed.snapshot.redo)
    proposed.open()
    proposed.check()

    assert rejected == (before[1:], "reject frozen 500-502")
    assert undone == (before, "reject frozen 500-502")
    assert proposed.snapshot.proposals == before


def test_proposing_again_can_be_undone(proposed: PanelState) -> None:
    """All rejections come back with one undo."""
    proposed.reject_proposal(0)
    proposed.restore_rejected()
    restored = (proposed.snapshot.n_rejected, proposed.snapshot.undo)

    proposed.undo()

    assert restored == (0, "propose rejected frames again")
    assert proposed.snapshot.n_rejected == 1


def test_answers_belong_to_their_source(proposed: PanelState, tmp_path: Path) -> None:
    """Another file begins without answers; undone, those of the first file hold again."""
    proposed.reject_proposal(0)
    rejected = proposed.snapshot.answered

    proposed.choose_file(str(write_recording(tmp_path, "other.npz")))
    between = proposed.snapshot.answered
    proposed.undo()

    assert between == frozenset()
    assert proposed.snapshot.answered == rejected


def test_undo_of_an_answer_is_said(asked: PanelState) -> None:
    """Who does not see the panel hears what was undone."""
    asked.keep_as_is("orientation-square")
    before = asked.snapshot

    asked.undo()

    assert announcement(before, asked.snapshot) == "Undone: keep calcium as it is."


def test_buttons_of_the_page(tmp_path: Path) -> None:
    """In the page the button names what it takes back, and the question is on screen again."""
    panel = opened_panel(tmp_path, **square())
    click(find(panel, "dw-keep"))
    n_asked = len(find_all(panel, "dw-keep"))
    undo = find(panel, "dw-undo")
    said = undo.description

    click(undo)

    assert (n_asked, said) == (0, "Undo: keep calcium as it is")
    assert len(find_all(panel, "dw-keep")) == 1


def test_answers_are_kept_like_edits(asked: PanelState) -> None:
    """The stack of edits stays as short with answers as without."""
    for _ in range(MAX_EDITS):
        asked.keep_as_is("orientation-square")
        asked._edit_answers("ask again", frozenset())

    assert len(asked._history.past) == MAX_EDITS

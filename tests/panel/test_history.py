"""Undo and redo over frozen decisions."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.request.model import LoadRequest
from driada_widgets.panel.history import MAX_EDITS, Decisions, History

FIRST = Decisions(request=LoadRequest(exp_params={"name": "first"}))
SECOND = Decisions(request=LoadRequest(exp_params={"name": "second"}), answered=frozenset({"yes"}))


def test_undo_then_redo_comes_back() -> None:
    """Redo is the exact reverse of undo, names included."""
    history = History().record("rename", FIRST)

    undone, decisions = history.undo(SECOND)
    redone, again = undone.redo(decisions)

    assert decisions == FIRST
    assert (undone.undo_name, undone.redo_name) == ("", "rename")
    assert again == SECOND
    assert redone == history


def test_undo_without_edits_changes_nothing() -> None:
    """There is nothing before the first edit."""
    assert History().undo(FIRST) == (History(), FIRST)
    assert History().redo(FIRST) == (History(), FIRST)


def test_a_new_edit_forgets_what_was_undone() -> None:
    """After an undo and another edit, redo must not bring back the other branch."""
    undone, decisions = History().record("rename", FIRST).undo(SECOND)

    assert undone.record("seed", decisions).redo_name == ""


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=2 * MAX_EDITS, unique=True))
def test_undoing_everything_visits_every_decision_backwards(seeds: list[int]) -> None:
    """However many edits there are, undo walks back through those that are kept."""
    decided = [Decisions(request=replace(FIRST.request, seed=seed)) for seed in seeds]
    history = History()
    for before in decided[:-1]:
        history = history.record("edit", before)

    current, seen = decided[-1], []
    while history.undo_name:
        history, current = history.undo(current)
        seen.append(current)

    assert seen == list(reversed(decided[:-1]))[:MAX_EDITS]

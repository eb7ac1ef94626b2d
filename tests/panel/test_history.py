"""Undo and redo over frozen requests."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.request.model import LoadRequest
from driada_widgets.panel.history import MAX_EDITS, History

FIRST = LoadRequest(exp_params={"name": "first"})
SECOND = LoadRequest(exp_params={"name": "second"})


def test_undo_then_redo_comes_back() -> None:
    """Redo is the exact reverse of undo, names included."""
    history = History().record("rename", FIRST)

    undone, request = history.undo(SECOND)
    redone, again = undone.redo(request)

    assert request == FIRST
    assert (undone.undo_name, undone.redo_name) == ("", "rename")
    assert again == SECOND
    assert redone == history


def test_undo_without_edits_changes_nothing() -> None:
    """There is nothing before the first edit."""
    assert History().undo(FIRST) == (History(), FIRST)
    assert History().redo(FIRST) == (History(), FIRST)


def test_a_new_edit_forgets_what_was_undone() -> None:
    """After an undo and another edit, redo must not bring back the other branch."""
    undone, request = History().record("rename", FIRST).undo(SECOND)

    assert undone.record("seed", request).redo_name == ""


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=2 * MAX_EDITS, unique=True))
def test_undoing_everything_visits_every_request_backwards(seeds: list[int]) -> None:
    """However many edits there are, undo walks back through those that are kept."""
    requests = [replace(FIRST, seed=seed) for seed in seeds]
    history = History()
    for before in requests[:-1]:
        history = history.record("edit", before)

    current, seen = requests[-1], []
    while history.undo_name:
        history, current = history.undo(current)
        seen.append(current)

    assert seen == list(reversed(requests[:-1]))[:MAX_EDITS]

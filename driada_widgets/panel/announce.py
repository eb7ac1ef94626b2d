"""What a screen reader hears when the panel's state changes: one sentence, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.panel.binding import plain
from driada_widgets.panel.snapshot import STEPS

if TYPE_CHECKING:
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["announcement"]


def announcement(before: Snapshot, after: Snapshot) -> str:
    """Say what happened between two snapshots.

    Parameters
    ----------
    before, after
        The snapshot that was shown last, and the new one.

    Returns
    -------
    str
        Plain text; an error alone, else what was edited and what came of it; empty if nothing
        needs saying.
    """
    error = _error(before, after)
    if error:
        return error
    events = (_edited, _moved, _checked, _built, _tried, _saved, _stopped)
    return " ".join(said for event in events if (said := event(before, after)))


def _error(before: Snapshot, after: Snapshot) -> str:
    if after.error is None or after.error == before.error:
        return ""
    said = f"{after.error.what} did not work. {after.error.cause} {after.error.fix}"
    return plain(said.strip(), limit=None)


def _saved(before: Snapshot, after: Snapshot) -> str:
    return plain(after.saved, limit=None) if after.saved != before.saved else ""


def _built(before: Snapshot, after: Snapshot) -> str:
    summary = after.summary
    if summary is None or summary == before.summary:
        return ""
    spikes = f"Spikes: {plain(summary.spikes)}." if summary.spikes else ""
    if _edited(before, after):  # undone or made again: it was built before
        return spikes or "It has no spikes."
    n_features = sum(len(names) for _, names in summary.features_by_type)
    said = (
        f"Built {plain(summary.signature)}: {summary.n_cells:,} neurons, "
        f"{summary.n_frames:,} frames, {n_features} features. {spikes}"
    )
    return said.strip()


def _tried(before: Snapshot, after: Snapshot) -> str:
    """Say what trying a spike method gave."""
    spikes = after.spikes
    if not spikes.tried or spikes.tried is before.spikes.tried:
        return ""
    n_events = sum(row.n_events for row in spikes.tried)
    named = plain(spikes.tried_with)
    part = f", on {plain(spikes.tried_on)}" if spikes.tried_on else ""
    return f"Tried {named} on {len(spikes.tried)} neurons{part}: {n_events:,} events."


def _checked(before: Snapshot, after: Snapshot) -> str:
    """Give the verdict; after an edit, which is always checked again, only another one."""
    if after.check is None or after.check is before.check:
        return ""
    said = _verdict(after)
    is_same = before.is_checked and before.request == after.request
    is_asked_for = before.check is None or is_same
    return said if is_asked_for or said != _verdict(before) else ""


def _verdict(snapshot: Snapshot) -> str:
    check = snapshot.check
    verdict = "not ready" if snapshot.n_to_do else "ready to build"
    counts = f"{len(check.issues) if check else 0} problems, {len(snapshot.questions)} questions"
    return f"Checked: {verdict}. {counts}, {len(check.notes) if check else 0} notes."


def _stopped(before: Snapshot, after: Snapshot) -> str:
    """Say why a long call ended without a result: its last line of the log."""
    ended = before.is_busy and not after.is_busy and after.revision == before.revision
    if not ended or not after.log or after.log == before.log or after.saved != before.saved:
        return ""
    return plain(after.log[-1].partition(" ")[2], limit=None)


def _edited(before: Snapshot, after: Snapshot) -> str:
    if (before.request, before.answered) == (after.request, after.answered):
        return ""
    if before.undo and after.redo == before.undo and after.undo != before.undo:
        return f"Undone: {plain(before.undo)}."
    if before.redo and after.undo == before.redo and after.redo != before.redo:
        return f"Made again: {plain(before.redo)}."
    return ""


def _moved(before: Snapshot, after: Snapshot) -> str:
    if before.step == after.step:
        return ""
    names = [name for name, _ in STEPS]
    at = names.index(after.step)
    return f"Step {at + 1} of {len(STEPS)}: {STEPS[at][1]}."

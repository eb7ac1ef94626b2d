"""The verbs about proposed bad frames: looked for, accepted, rejected, looked at in turn."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from driada_widgets.core.request import frames
from driada_widgets.core.signals.proposals import Proposals
from driada_widgets.panel.bad_verbs import BadVerbs
from driada_widgets.panel.run_verbs import RunVerbs
from driada_widgets.panel.snapshot import REJECTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from driada_widgets.core.pipeline import CheckResult
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.signals.proposals import Proposal
    from driada_widgets.core.sources.base import Inventory
    from driada_widgets.panel.jobs import Runner
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["ProposalVerbs"]

SURROUNDINGS = 4.0
"""What is shown around frames that are looked at, in their own lengths on either side."""
LEAST_SHOWN_SEC = 5.0
"""Shortest stretch that is shown on either side."""
FIRST_PICTURE_SEC = 0.6
"""How long the search waits, so that it does not take the processor from the first picture."""


class ProposalVerbs(BadVerbs, RunVerbs):
    """Looks for bad frames in a job of its own, so that no check and no build waits for it.

    A rejected proposal stays rejected for its recording, also when the plan is resumed: it is
    kept among the answers. Accepting and rejecting are edits: undone, the proposal is open again.
    """

    _found = Proposals()
    _found_in: object = None
    _rejected: Mapping[object, frozenset[str]] = MappingProxyType({})
    _scout: Runner | None = None
    _open: tuple[object, tuple[Proposal, ...]] = (None, ())

    # --- looking ---

    def _opened(self, inventory: Inventory, request: LoadRequest) -> None:
        self._forget()
        super()._opened(inventory, request)
        self._change(
            answered=self.snapshot.answered
            | self._rejected.get(_recording(self.snapshot), frozenset())
        )

    def _checked(self, request: LoadRequest, result: CheckResult) -> None:
        super()._checked(request, result)
        self._search(result)

    def _forget(self) -> None:
        if self._scout is not None:
            self._scout.close()
        self._found, self._found_in = Proposals(), None

    def _search(self, check: CheckResult) -> None:
        """Look at the arrays, unless these were looked at already."""
        from driada_widgets.core.road.proposing import propose_frames

        if check.plan is None or self.workbench.calcium is None:
            return
        arrays = tuple((item.name, item.role, item.transpose) for item in check.plan.arrays)
        key = (_recording(self.snapshot), arrays, check.plan.static_features["fps"])
        if key == self._found_in:
            return
        self._forget()
        self._found_in = key
        if self._scout is None:
            self._scout = self._runner.beside()
        self._change(is_searching=True)
        self._scout.start(
            lambda progress: propose_frames(check, progress),
            on_done=self._searched,
            on_error=self._not_searched,
            delay_sec=FIRST_PICTURE_SEC,
        )

    def _searched(self, found: Proposals) -> None:
        self._found = found
        n_found = len(self._found.items)
        self._change(
            is_searching=False,
            log=self._logged(f"looked for bad frames: {n_found or 'nothing'} proposed"),
        )

    def _not_searched(self, error: Exception) -> None:
        self._found_in = None
        self._change(is_searching=False)
        self.show_error("check", "Look for bad frames", error)

    # --- what is open ---

    def _derived(self, snapshot: Snapshot) -> Snapshot:
        rejected = _rejections(snapshot)
        bad = snapshot.request.bad_frames
        key = (self._found, bad, rejected)
        if self._open[0] != key:
            self._open = (key, self._still_open(bad, rejected))
        proposals = self._open[1]
        reviewed = snapshot.reviewed
        if reviewed is not None:
            reviewed = min(reviewed, len(proposals) - 1) if proposals else None
        return super()._derived(
            replace(
                snapshot,
                proposals=proposals,
                n_more_proposals=sum(self._found.n_more.values()),
                n_rejected=len(rejected),
                reviewed=reviewed,
            )
        )

    def _still_open(
        self, bad: tuple[tuple[int, int] | int, ...], rejected: frozenset[str]
    ) -> tuple[Proposal, ...]:
        marked = frames.from_given(bad)
        return tuple(
            item
            for item in self._found.items
            if _rejection(item) not in rejected
            and not any(start <= item.start and item.stop <= stop for start, stop in marked)
        )

    # --- the user's verbs ---

    def accept_proposal(self, index: int) -> None:
        """Mark the frames of one proposal as bad."""
        if 0 <= index < len(self.snapshot.proposals):
            item = self.snapshot.proposals[index]
            text = frames.to_text([(item.start, item.stop)])
            self._set_bad(
                f"accept {item.kind} {text}", frames.add(self.bad_ranges, item.start, item.stop)
            )
            self._look_at_reviewed()

    def accept_all_proposals(self) -> None:
        """Mark the frames of all open proposals as bad, as one edit."""
        items = self.snapshot.proposals
        if items:
            spans = [(item.start, item.stop) for item in items]
            name = f"accept {len(items)} proposal{'s' if len(items) > 1 else ''}"
            self._set_bad(name, frames.merge([*self.bad_ranges, *spans]))

    def reject_proposal(self, index: int) -> None:
        """Leave the frames of one proposal as they are, and do not propose them again."""
        if 0 <= index < len(self.snapshot.proposals):
            item = self.snapshot.proposals[index]
            text = frames.to_text([(item.start, item.stop)])
            answered = self.snapshot.answered | {_rejection(item)}
            self._edit_answers(f"reject {item.kind} {text}", answered)
            self._look_at_reviewed()

    def restore_rejected(self) -> None:
        """Propose again what was rejected in this recording."""
        self._edit_answers("propose rejected frames again", self.snapshot.answered_notes)

    def _answer(self, answered: frozenset[str]) -> None:
        super()._answer(answered)
        recording, rejected = _recording(self.snapshot), _rejections(self.snapshot)
        self._rejected = {**self._rejected, recording: rejected}

    def review_next(self, by: int = 1) -> None:
        """Look at the next open proposal, or the one before; after the last comes the first."""
        n_open = len(self.snapshot.proposals)
        if n_open:
            now = self.snapshot.reviewed
            self.review((0 if by > 0 else n_open - 1) if now is None else (now + by) % n_open)

    def review(self, index: int) -> None:
        """Look at one open proposal."""
        if 0 <= index < len(self.snapshot.proposals):
            self._change(reviewed=index)
            self._look_at_reviewed()

    def end_review(self) -> None:
        """Stop looking at proposals in turn."""
        self._change(reviewed=None)

    def _look_at_reviewed(self) -> None:
        if self.snapshot.reviewed is not None:
            item = self.snapshot.proposals[self.snapshot.reviewed]
            self.look_at(item.start, item.stop)

    def look_at_bad(self, index: int) -> None:
        """Select one range of bad frames and bring it into view."""
        if 0 <= index < len(self.bad_ranges):
            self.select_bad(index)
            self.look_at(*self.bad_ranges[index])

    def look_at(self, start_frame: int, stop_frame: int) -> None:
        """Bring frames into view, with something around them."""
        least = LEAST_SHOWN_SEC * (self.fps or 1.0)
        around = int(max(least, SURROUNDINGS * (stop_frame - start_frame)))
        start, stop = max(0, start_frame - around), stop_frame + around
        if self.n_frames:
            stop = min(stop, self.n_frames)
        nth = self.snapshot.look_at[2] + 1
        window = replace(self.snapshot.window, start=start, stop=stop)
        self._change(look_at=(start, stop, nth), window=window)


def _recording(snapshot: Snapshot) -> object:
    inventory = snapshot.inventory
    return (inventory.path, inventory.fingerprint) if inventory is not None else None


def _rejection(item: Proposal) -> str:
    return f"{REJECTED}{item.kind} {item.start}-{item.stop}"


def _rejections(snapshot: Snapshot) -> frozenset[str]:
    return snapshot.answered - snapshot.answered_notes

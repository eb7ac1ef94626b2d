"""Proposed bad frames: what was found and why, accepted or rejected one by one or all."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import ipywidgets as widgets

from driada_widgets.core.request import frames
from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import html, row, set_html, show

if TYPE_CHECKING:
    from driada_widgets.core.signals.proposals import Kind, Proposal
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["Proposals"]

MAX_LISTED = 20
"""Proposals on screen at once; *Review* goes through all of them."""
WORDS: dict[Kind, tuple[str, str]] = {
    "missing": ("run of missing values", "runs of missing values"),
    "saturation": ("saturation", "saturations"),
    "frozen": ("frozen run", "frozen runs"),
    "jump": ("jump", "jumps"),
    "gap": ("gap in the clock", "gaps in the clock"),
}


class Proposals:
    """A line a proposal, a bar to go through them in turn, and *Accept all*."""

    def __init__(self, section: Section) -> None:
        self._section = section
        state = section.state
        self._total = html("")
        self._review = section.button("Review", "dw-review", state.review_next)
        self._back = section.button(
            "Previous", "dw-review-back", lambda: state.review_next(-1), tooltip="Previous proposal"
        )
        self._end = section.button(
            "End review", "dw-review-end", state.end_review, tooltip="Stop reviewing proposals"
        )
        self._all = section.button("Accept all", "dw-accept-all", state.accept_all_proposals)
        self._again = section.button(
            "Propose rejected again", "dw-rejected", state.restore_rejected
        )
        self._list = widgets.VBox()
        self._lines: list[_Line] = []
        self._shown: object = None
        bar = row(self._total, self._again, self._end, self._back, self._review, self._all)
        self.widget = widgets.VBox([bar, self._list])
        self.widget.add_class("dw-proposals")

    def render(self, snapshot: Snapshot) -> None:
        """Show the proposals of a snapshot."""
        fps = self._section.state.fps
        items, at = snapshot.proposals, snapshot.reviewed
        check = snapshot.check
        show(self.widget, visible=check is not None and check.plan is not None)
        others = (snapshot.is_searching, snapshot.n_rejected, snapshot.n_more_proposals)
        key = (items, at, fps, *others)
        if key == self._shown:
            return
        self._shown = key
        set_html(self._total, _total(snapshot))
        # One button stays under the pointer and keeps the focus: Review, then Next.
        self._review.description = "Review" if at is None else "Next"
        self._review.tooltip = "Look at the proposals in turn" if at is None else "Next proposal"
        show(self._review, visible=bool(items))
        for button in (self._back, self._end):
            show(button, visible=at is not None)
        show(self._all, visible=bool(items))
        show(self._again, visible=snapshot.n_rejected > 0)
        self._again.description = f"Propose {snapshot.n_rejected} rejected again"
        first = _first_listed(len(items), at)
        listed = items[first : first + MAX_LISTED]
        while len(self._lines) < len(listed):
            self._lines.append(_Line(self._section))
        for place, (line, item) in enumerate(zip(self._lines, listed, strict=False), start=first):
            line.render(place, item, fps, is_reviewed=place == at)
        shown = tuple(line.widget for line in self._lines[: len(listed)])
        if self._list.children != shown:
            self._list.children = shown


def _first_listed(n_items: int, at: int | None) -> int:
    """Keep the reviewed proposal on the list."""
    return 0 if at is None else max(0, min(at - MAX_LISTED // 2, n_items - MAX_LISTED))


def _total(snapshot: Snapshot) -> str:
    items = snapshot.proposals
    if snapshot.is_searching:
        return "Looking for frames that may be bad…"
    if not items:
        return "No open proposals of bad frames."
    counts = Counter(item.kind for item in items)
    kinds = ", ".join(f"{n:,} {WORDS[kind][n > 1]}" for kind, n in counts.items())
    said = f"{len(items):,} proposal{'s' if len(items) > 1 else ''} of bad frames: {kinds}."
    if snapshot.n_more_proposals:
        said += f" {snapshot.n_more_proposals:,} shorter ones are not listed."
    if snapshot.reviewed is not None:
        return f"<b>Proposal {snapshot.reviewed + 1:,} of {len(items):,}.</b> {said}"
    more = f" The first {MAX_LISTED} are listed." if len(items) > MAX_LISTED else ""
    return said + more


class _Line:
    """One proposal: where, what and why; *Show*, *Accept*, *Reject*."""

    def __init__(self, section: Section) -> None:
        state = section.state
        self._place = 0
        self._text = html()
        self._show = section.button("Show", "dw-proposal-show", lambda: state.review(self._place))
        self._accept = section.button(
            "Accept", "dw-proposal-accept", lambda: state.accept_proposal(self._place)
        )
        self._reject = section.button(
            "Reject", "dw-proposal-reject", lambda: state.reject_proposal(self._place)
        )
        self.widget = row(self._text, self._show, self._accept, self._reject)
        self.widget.add_class("dw-proposal")

    def render(self, place: int, item: Proposal, fps: float | None, *, is_reviewed: bool) -> None:
        """Show a proposal at its place among all."""
        self._place = place
        where = frames.to_text([(item.start, item.stop)], fps=fps)
        kind = WORDS[item.kind][0].capitalize()
        set_html(self._text, f"<b>{escape(where)}</b> {kind}: {escape(item.reason, limit=300)}")
        self._show.tooltip = f"Show {where} in the traces"
        self._accept.tooltip = f"Accept: mark {where} as bad"
        self._reject.tooltip = f"Reject: leave {where} as it is"
        (self.widget.add_class if is_reviewed else self.widget.remove_class)("dw-selected")

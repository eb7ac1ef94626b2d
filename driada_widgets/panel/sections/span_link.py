"""Joins the spans of the trace picture to the state: marks go out, ranges and proposals come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.panel.trace_rows import Proposal

if TYPE_CHECKING:
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot
    from driada_widgets.panel.traces import TraceView

__all__ = ["SpanLink"]


class SpanLink:
    """Bad frames and proposals of one trace picture.

    Parameters
    ----------
    section
        The step it belongs to.
    view
        The picture.
    """

    def __init__(self, section: Section, view: TraceView) -> None:
        self._state = state = section.state
        self._view = view
        self._looked = state.snapshot.look_at
        self._proposals: object = None
        view.on_mark(state.mark_bad)
        view.on_resize_span(state.resize_bad)
        view.on_remove(state.remove_bad)
        view.on_select(state.select_bad)
        view.on_proposal(state.review)

    def render(self, snapshot: Snapshot) -> None:
        """Show the spans of a snapshot, and bring into view what is to be looked at."""
        proposals = None
        if self._proposals is not snapshot.proposals:
            self._proposals = snapshot.proposals
            proposals = [
                Proposal(start=item.start, stop=item.stop, reason=item.reason)
                for item in snapshot.proposals
            ]
        bad, selected = self._state.bad_ranges, snapshot.selected_bad
        self._view.show_spans(bad=bad, selected=selected, proposals=proposals)
        if snapshot.look_at != self._looked:
            self._looked = snapshot.look_at
            self._view.go_to(*snapshot.look_at[:2])

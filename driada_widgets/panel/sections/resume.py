"""The offer to take up a plan that was left, and the sources that were opened before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets

from driada_widgets.panel.binding import escape, plain
from driada_widgets.panel.sections.base import Section, html, row, set_html, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.panel.snapshot import Offer, Snapshot, StepName

__all__ = ["RecentsView", "ResumeView"]

STAYS = "Either way the plan stays on this computer for a month."
NO_RECENT = -1


class ResumeView(Section):
    """Stands above the first screen while there is a plan to take up; then says what came of it."""

    step: ClassVar[StepName] = "source"

    def build(self) -> Sequence[Any]:
        """Make the widgets."""
        self._at = 0
        self._sentence = html("", "dw-resume-text")
        self._others = self.choice("Another plan", "dw-resume-choice", [], self._choose)
        self._others.widget.style = {"description_width": "8em"}
        self._resume = self.button("Resume", "dw-resume-go", self._do_resume)
        anew = self.button("Start anew", "dw-resume-new", self.state.start_anew)
        self._why = html("", "dw-hint")
        self._offer = widgets.VBox(
            [
                self._sentence,
                row(self._resume, anew, self._why),
                self._others.widget,
                html(STAYS, "dw-hint"),
            ]
        )
        self._offer.add_class("dw-resume")
        self._offer.add_class("dw-card")
        self._notice = html("", "dw-notice")
        dismiss = self.button("Dismiss", "dw-notice-dismiss", self.state.dismiss_notice)
        self._noticed = row(self._notice, dismiss)
        return [self._offer, self._noticed]

    def _choose(self, index: Any) -> None:
        self._at = int(index)
        self.render(self.state.snapshot)

    def _do_resume(self) -> None:
        self.state.resume(self._at)

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        offers = snapshot.offers
        is_offered = bool(offers) and snapshot.step == "source" and snapshot.inventory is None
        show(self.widget, visible=is_offered or bool(snapshot.notice))
        show(self._offer, visible=is_offered)
        show(self._noticed, visible=bool(snapshot.notice))
        set_html(self._notice, escape(snapshot.notice, limit=None))
        if not is_offered:
            return
        self._at = min(self._at, len(offers) - 1)
        offer = offers[self._at]
        set_html(self._sentence, f"<b>Resume {_words(offer)}</b>")
        self._resume.disabled = bool(offer.why_not) or snapshot.is_busy
        set_html(self._why, escape(offer.why_not, limit=None))
        labels = tuple((plain(_label(each)), index) for index, each in enumerate(offers))
        self._others.show(self._at, options=labels)
        show(self._others.widget, visible=len(offers) > 1)


def _words(offer: Offer) -> str:
    return f"“{escape(offer.name, limit=80)}”, step {offer.step}, saved {escape(offer.saved)}"


def _label(offer: Offer) -> str:
    return f"{plain(offer.name, limit=60)}, step {offer.step}, saved {offer.saved}"


class RecentsView:
    """A drop-down of the sources that were opened last.

    Parameters
    ----------
    section
        The step it belongs to.
    """

    def __init__(self, section: Section) -> None:
        self._section = section
        self._choice = section.choice("Recent", "dw-recents", [], self._choose)
        self.widget = self._choice.widget
        show(self.widget, visible=False)

    def _choose(self, index: Any) -> None:
        if index is not None and int(index) != NO_RECENT:
            self._section.state.choose_recent(int(index))

    def render(self, snapshot: Snapshot) -> None:
        """Show the recent sources of a snapshot, none of them chosen."""
        recents = snapshot.recents
        path = snapshot.request.source.path
        at = next((i for i, each in enumerate(recents) if each.path == path), NO_RECENT)
        listed = [(plain(each.shown), index) for index, each in enumerate(recents)]
        self._choice.show(at, options=(("choose one that was opened before", NO_RECENT), *listed))
        show(self.widget, visible=bool(recents))

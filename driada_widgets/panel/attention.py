"""Keeps a person where they are: focus, what is said aloud, what comes into view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets

from driada_widgets.panel.announce import announcement
from driada_widgets.panel.page_part import PagePart
from driada_widgets.panel.scripts import read_script

if TYPE_CHECKING:
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["Attention"]

_PAUSE = "\u00a0"  # makes a sentence that is said again another text


class Attention(PagePart):
    """An unseen child of the widget with the class ``dw-panel``.

    In the page it keeps the focus when the control that has it is disabled, hidden or removed,
    begins each step at its top, brings errors into view, marks required fields that were left,
    and has the region whose text screen readers speak.

    Attributes
    ----------
    said
        The latest sentence.
    """

    _esm = read_script("attention.js")

    said = traitlets.Unicode("").tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.add_class("dw-attention")
        self._shown: Snapshot | None = None

    def render(self, snapshot: Snapshot) -> None:
        """Say what a new snapshot brings."""
        before, self._shown = self._shown, snapshot
        text = announcement(before, snapshot) if before is not None else ""
        if text:
            self.said = f"{text}{_PAUSE}" if text == self.said else text

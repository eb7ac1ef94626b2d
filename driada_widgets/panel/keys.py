"""What ``?`` opens: the step in six lines, and the keys, in the words of the trace picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets

from driada_widgets.panel.help_lines import HELP, help_link
from driada_widgets.panel.page_part import HAS_SCRIPTS, PagePart
from driada_widgets.panel.scripts import join_scripts, read_script
from driada_widgets.panel.snapshot import STEPS

if TYPE_CHECKING:
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["KeyHelp"]


class KeyHelp(PagePart):
    """A dialog above the page, whatever is scrolled to; invisible until it is asked for."""

    _esm = join_scripts(("keys.js", "help.js"))
    _css = read_script("help.css")

    asked = traitlets.Int(0).tag(sync=True)
    title = traitlets.Unicode("").tag(sync=True)
    lines = traitlets.List(traitlets.Unicode()).tag(sync=True)
    link = traitlets.Unicode("").tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.add_class("dw-key-help")
        if not HAS_SCRIPTS:
            from driada_widgets.panel.stock.files import telling

            self.children = telling(self)

    def render(self, snapshot: Snapshot) -> None:
        """Speak about the step on screen."""
        titles = dict(STEPS)
        step = snapshot.step
        self.title, self.link = f"Help: {titles[step]}", help_link(step)
        self.lines = list(HELP[step])

    def toggle(self) -> None:
        """Open the list, or close it."""
        self.asked += 1

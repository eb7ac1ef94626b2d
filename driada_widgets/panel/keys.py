"""The list of keys that ``?`` opens; its words are those of the trace picture's own list."""

from __future__ import annotations

import traitlets

from driada_widgets.panel.page_part import HAS_SCRIPTS, PagePart
from driada_widgets.panel.scripts import join_scripts, read_script

__all__ = ["KeyHelp"]


class KeyHelp(PagePart):
    """A dialog above the page, whatever is scrolled to; invisible until it is asked for."""

    _esm = join_scripts(("keys.js", "help.js"))
    _css = read_script("help.css")

    asked = traitlets.Int(0).tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.add_class("dw-key-help")
        if not HAS_SCRIPTS:
            from driada_widgets.panel.stock.files import telling

            self.children = telling(self)

    def toggle(self) -> None:
        """Open the list, or close it."""
        self.asked += 1

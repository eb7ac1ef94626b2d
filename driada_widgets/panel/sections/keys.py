"""The list of keys that ``?`` opens; its words are those of the trace picture's own list."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets as widgets

from driada_widgets.panel.binding import escape, guarded
from driada_widgets.panel.sections.base import html, show

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KeyHelp", "key_words"]

_TABLE = Path(__file__).parents[1] / "js" / "keys.js"
TITLES = {
    "panel": "Anywhere in the panel",
    "picture": "In the traces, while they have the focus (click them, or reach them by Tab)",
    "files": "In the list of files",
}


@cache
def key_words() -> dict[str, dict[str, tuple[str, str]]]:
    """Give every key with its meaning, by where it acts and by its name."""
    text = _TABLE.read_text(encoding="utf-8")
    groups = json.loads(text[text.index("{") : text.rindex("}") + 1])
    return {
        where: {name: (key, meaning) for name, (key, meaning) in keys.items()}
        for where, keys in groups.items()
    }


class KeyHelp:
    """A box that is hidden until it is asked for.

    Parameters
    ----------
    on_error
        Gets what a handler raises.
    """

    def __init__(self, on_error: Callable[[Exception], object]) -> None:
        close = widgets.Button(
            description="Close",
            tooltip="Hide the list of keys",
            layout=widgets.Layout(width="auto"),
        )
        close.on_click(guarded(lambda _button: self.toggle(), on_error))
        self.button = widgets.Button(
            description="Keys (?)",
            tooltip="Show or hide the list of keys",
            layout=widgets.Layout(width="auto"),
        )
        self.button.add_class("dw-help")
        self.button.on_click(guarded(lambda _button: self.toggle(), on_error))
        self._list = html()
        self.widget = widgets.VBox([self._list, close])
        self.widget.add_class("dw-keys")
        show(self.widget, visible=False)

    def toggle(self) -> None:
        """Show the list, or hide it."""
        is_hidden = self.widget.layout.display == "none"
        if is_hidden:
            self._list.value = _markup()
        show(self.widget, visible=is_hidden)


def _markup() -> str:
    parts = ['<div role="region" aria-label="Keys" aria-live="polite"><h3>Keys</h3>']
    for where, keys in key_words().items():
        rows = "".join(
            f"<div><dt>{escape(key)}</dt><dd>{escape(meaning)}</dd></div>"
            for key, meaning in keys.values()
        )
        parts.append(f"<h4>{escape(TITLES[where])}</h4><dl>{rows}</dl>")
    return f"{''.join(parts)}</div>"

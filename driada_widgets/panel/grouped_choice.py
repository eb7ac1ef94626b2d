"""A drop-down whose options stand in groups, and may be there without being of use, with why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from driada_widgets.panel.binding import plain
from driada_widgets.panel.page_part import HAS_SCRIPTS, PagePart

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Choice", "GroupedChoice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option: its value, its text, its group, and why it cannot be chosen, if it cannot."""

    value: str
    text: str
    group: str
    why_not: str = ""


class GroupedChoice(PagePart):
    """A native drop-down with groups; bind its ``value``, which the verb must look at.

    Parameters
    ----------
    label
        Text beside it.
    css_class
        Stable name.
    choices
        In order; neighbours of one group stand under its name.
    """

    _esm = Path(__file__).parent / "js" / "choice.js"

    description = traitlets.Unicode("").tag(sync=True)
    tooltip = traitlets.Unicode("").tag(sync=True)
    value = traitlets.Unicode("").tag(sync=True)
    choices = traitlets.List(traitlets.Dict()).tag(sync=True)
    disabled = traitlets.Bool(default_value=False).tag(sync=True)

    def __init__(self, label: str, css_class: str, choices: Sequence[Choice]) -> None:
        described = [
            {
                "value": choice.value,
                "text": plain(choice.text),
                "group": plain(choice.group),
                "why_not": plain(choice.why_not),
            }
            for choice in choices
        ]
        super().__init__(description=label, choices=described, value=described[0]["value"])
        self.add_class("dw-grouped-choice")
        self.add_class(css_class)
        if not HAS_SCRIPTS:
            self.children = [_stock(self)]


def _stock(part: Any) -> Any:
    """Give a stock drop-down with the same value, the group before each text."""
    import ipywidgets as widgets

    options = []
    for each in part.choices:
        why_not = f" – {each['why_not']}" if each["why_not"] else ""
        options.append((f"{each['group']}: {each['text']}{why_not}", each["value"]))
    made = widgets.Dropdown(
        description=part.description,
        options=options,
        value=part.value,
        style={"description_width": "11em"},
        layout=widgets.Layout(width="auto"),
    )
    traitlets.link((part, "value"), (made, "value"))
    traitlets.link((part, "disabled"), (made, "disabled"))
    return made

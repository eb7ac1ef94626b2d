"""Rows of a name and a value that a person can add and remove."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.panel.binding import css_names, focus_if_refused, plain
from driada_widgets.panel.sections.base import fields, row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from driada_widgets.panel.binding import Binding
    from driada_widgets.panel.sections.base import Section

__all__ = ["PairRows"]


class PairRows:
    """One text field a pair, *Remove* beside it, and a line that adds one more.

    Parameters
    ----------
    section
        The step it belongs to.
    noun
        What a pair is called: ``"entry"``.
    prefix
        Begin of the CSS class of each field.
    on_set, on_add, on_remove
        What a change, *Add* and *Remove* mean.
    hint
        What the empty name field says.
    """

    def __init__(
        self,
        section: Section,
        noun: str,
        prefix: str,
        *,
        on_set: Callable[[str, str], object],
        on_add: Callable[[str, str], object],
        on_remove: Callable[[str], object],
        hint: str,
    ) -> None:
        self._section, self._prefix = section, prefix
        self._on_set, self._on_add, self._on_remove = on_set, on_add, on_remove
        self._fields: dict[str, tuple[Binding, Any]] = {}
        self._rows = fields()
        self._name = _field(f"Another {noun}", hint, f"{prefix}new-name")
        self._value = _field("its value", "", f"{prefix}new-value", width="6em")
        add = section.button(f"Add {noun}", f"{prefix}new-add", self._add)
        self.widget = widgets.VBox([self._rows, row(self._name, self._value, add)])
        self.widget.add_class("dw-pairs")

    def _add(self) -> None:
        with focus_if_refused(self._name):
            self._on_add(self._name.value, self._value.value)
        self._name.value = self._value.value = ""

    def render(self, pairs: Mapping[str, str]) -> None:
        """Show pairs; the fields of those that were there stay."""
        if list(pairs) != list(self._fields):
            classes = css_names(pairs, self._prefix)
            self._fields = {
                name: self._fields.get(name) or self._line(name, classes[name]) for name in pairs
            }
            self._rows.children = [line for _, line in self._fields.values()]
        for name, text in pairs.items():
            self._fields[name][0].show(text)

    def _line(self, name: str, css_class: str) -> tuple[Binding, Any]:
        shown = plain(name, limit=40)
        binding = self._section.text(shown, css_class, lambda text: self._on_set(name, text))
        remove = self._section.button(
            "Remove",
            f"{self._prefix}remove",
            lambda: self._on_remove(name),
            tooltip=f"Remove {shown}",
        )
        return binding, row(binding.widget, remove)


def _field(label: str, hint: str, css_class: str, *, width: str = "11em") -> Any:
    made = widgets.Text(
        description=label,
        placeholder=hint,
        continuous_update=False,  # a click must not overtake what was typed
        style={"description_width": width},
        layout=widgets.Layout(width="auto", flex="1 1 14em"),
    )
    made.add_class(css_class)
    return made

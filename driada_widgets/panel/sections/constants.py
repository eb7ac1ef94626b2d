"""Constants of the recording: each with where it is from, and the way back to what was detected."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from driada_widgets.core.resolve.constants import resolve_constants
from driada_widgets.core.resolve.findings import Findings
from driada_widgets.panel.binding import escape
from driada_widgets.panel.sections.base import card, html, row, set_html, show
from driada_widgets.panel.sections.pairs import PairRows

if TYPE_CHECKING:
    from driada_widgets.core.resolve.constants import Constants
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["ConstantsCard"]

KNOWN = (
    ("fps", "Frame rate (Hz)", "dw-fps"),
    ("t_rise_sec", "Rise time (s)", "dw-t-rise"),
    ("t_off_sec", "Decay time (s)", "dw-t-off"),
)
ORIGINS = {"given": "set by you", "file": "from the file", "default": "default: please check"}
BACK = {"file": "from the file", "default": "the default"}


class ConstantsCard:
    """Frame rate and kinetics, further constants, and what the file offers.

    Parameters
    ----------
    section
        Step *Map*.
    """

    def __init__(self, section: Section) -> None:
        self._lines = {key: _Line(section, key, label, css) for key, label, css in KNOWN}
        self._problems = html("", "dw-wrong")
        state = section.state
        self._others = PairRows(
            section,
            "constant",
            "dw-static-",
            on_set=state.set_constant,
            on_add=state.add_constant,
            on_remove=lambda key: state.set_constant(key, ""),
            hint="a name, such as depth_um",
        )
        self.widget = card(
            "Constants",
            *(line.widget for line in self._lines.values()),
            self._problems,
            self._others.widget,
        )

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        inventory = snapshot.inventory
        found = Findings()
        constants = resolve_constants(snapshot.request, inventory, found) if inventory else None
        for line in self._lines.values():
            line.render(snapshot, constants)
        texts = [escape(f"{i.text} {i.fix}".strip(), limit=None) for i in found.issues]
        set_html(self._problems, "<br>".join(texts))
        given = snapshot.request.static_features
        self._others.render({k: _text(v) for k, v in given.items() if k not in self._lines})


class _Line:
    """One of the three constants that every experiment has."""

    def __init__(self, section: Section, key: str, label: str, css_class: str) -> None:
        state = section.state
        self._key = key
        self._field = section.text(label, css_class, lambda text: state.set_static(key, text))
        self._field.widget.layout.flex = "0 1 24em"
        self._origin = html("", "dw-origin")
        self._back = section.button("Back", f"{css_class}-back", lambda: state.set_static(key, ""))
        self._offer = section.button("Use", f"{css_class}-offer", self._take)
        self._offered = ""
        self._state: Any = state
        self.widget = row(self._field.widget, self._origin, self._back, self._offer)
        self.widget.add_class("dw-constant")

    def _take(self) -> None:
        self._state.set_part(self._offered, "constant")

    def render(self, snapshot: Snapshot, constants: Constants | None) -> None:
        given = snapshot.request.static_features.get(self._key)
        used = constants.values[self._key] if constants else given
        self._field.show(_text(used))
        origin = constants.origin[self._key] if constants else ""
        css = f"dw-origin-{origin}"
        set_html(self._origin, f'<span class="{css}">{ORIGINS[origin]}</span>' if origin else "")
        self._render_back(snapshot, is_given=given is not None)
        self._render_offer(snapshot, used if origin != "default" else None)

    def _render_back(self, snapshot: Snapshot, *, is_given: bool) -> None:
        """Offer what would hold without the person's value."""
        show(self._back, visible=is_given and snapshot.inventory is not None)
        if not is_given or snapshot.inventory is None:
            return
        rest = {k: v for k, v in snapshot.request.static_features.items() if k != self._key}
        undecided = replace(snapshot.request, static_features=rest)
        found = resolve_constants(undecided, snapshot.inventory, Findings())
        label = f"Back to {found.values[self._key]:g}, {BACK[found.origin[self._key]]}"
        if self._back.description != label:
            self._back.description = label
            self._back.tooltip = f"{label}: {self._key}"

    def _render_offer(self, snapshot: Snapshot, chosen: object) -> None:
        """Offer a single number of the file that is called like the constant.

        It is offered beside a default that is equal too: then nobody has to guess any more.
        """
        arrays = snapshot.inventory.arrays if snapshot.inventory else ()
        numbers = {info.name: info.number for info in arrays}
        named = next((n for n in numbers if n.lower() == self._key and numbers[n]), "")
        value = numbers.get(named)
        self._offered = named
        is_offered = value is not None and value > 0 and value != chosen
        show(self._offer, visible=is_offered)
        if is_offered:
            self._offer.description = f"Use {value:g} from the file"
            self._offer.tooltip = f"{self._offer.description}: {self._key}"


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return "" if value is None else str(value)

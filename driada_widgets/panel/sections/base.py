"""What the five steps share: guarded handlers, escaped text, labelled fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets

from driada_widgets.panel.binding import Binding, bind, escape, guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from driada_widgets.panel.snapshot import Snapshot, StepName
    from driada_widgets.panel.state import PanelState

__all__ = [
    "Section",
    "bullet_list",
    "card",
    "describe",
    "fields",
    "html",
    "row",
    "set_html",
    "show",
]


class Section:
    """One step: its widgets, and how they show a snapshot.

    Parameters
    ----------
    state
        The panel's state, whose verbs the widgets call.
    """

    step: ClassVar[StepName]
    action: Any = None
    """The step's own filled button, if it has one; it stands in the bar until the step is done."""

    def __init__(self, state: PanelState) -> None:
        self.state = state
        self.widget: Any = widgets.VBox(self.build())
        self.widget.add_class("dw-section")

    def build(self) -> Sequence[Any]:
        """Make the widgets, top to bottom."""
        raise NotImplementedError

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        raise NotImplementedError

    def is_done(self, snapshot: Snapshot) -> bool:
        """Say whether the step's own button gives way to *Next*."""
        del snapshot
        return False

    def why_not(self, snapshot: Snapshot) -> str:
        """Say why the filled button of the bar cannot be pressed; empty: it can."""
        return "" if snapshot.inventory is not None else "Open a source first (step 1)."

    def hint(self, snapshot: Snapshot) -> str:
        """Say what should be known before the filled button of the bar is pressed."""
        del snapshot
        return ""

    def leave(self, snapshot: Snapshot) -> bool:
        """Say whether *Next* may leave the step; if not, show what is missing."""
        del snapshot
        return True

    def failed(self, what: str) -> Callable[[Exception], None]:
        """Give a handler that shows an exception in this step."""
        return lambda error: self.state.show_error(self.step, what, error)

    def button(
        self,
        label: str,
        css_class: str,
        verb: Callable[[], object],
        *,
        primary: bool = False,
        tooltip: str = "",
        what: str = "",
    ) -> Any:
        """Make a button whose verb cannot fail in silence.

        ``what`` names the verb in the error box; empty: the label does.
        """
        made = widgets.Button(
            description=label,
            tooltip=tooltip or label,
            button_style="primary" if primary else "",
            layout=widgets.Layout(width="auto"),
        )
        if css_class:
            made.add_class(css_class)
        made.on_click(guarded(lambda _button: verb(), self.failed(what or label)))
        return made

    def text(
        self,
        label: str,
        css_class: str,
        verb: Callable[[str], object],
        *,
        hint: str = "",
        what: str = "",
    ) -> Binding:
        """Make a labelled text box that calls its verb on Enter or when it is left.

        ``what`` names the verb in the error box; empty: *Set* and the label.
        """
        made = widgets.Text(
            description=label,
            placeholder=hint,
            continuous_update=False,
            style={"description_width": "11em"},
            layout=widgets.Layout(width="auto", min_width="22em", flex="1 1 auto"),
        )
        made.add_class(css_class)
        named = what or f"Set {label[:1].lower()}{label[1:]}"
        return bind(made, "value", verb, on_error=self.failed(named))

    def choice(
        self, label: str, css_class: str, options: Sequence[Any], verb: Callable[[Any], object]
    ) -> Binding:
        """Make a labelled drop-down."""
        made = widgets.Dropdown(
            description=label,
            options=options,
            style={"description_width": "11em" if label else "0"},
            layout=widgets.Layout(width="auto", min_width="10em"),
        )
        made.add_class(css_class)
        return bind(made, "value", verb, on_error=self.failed(label))

    def tick(self, label: str, css_class: str, verb: Callable[[bool], object]) -> Binding:
        """Make a check box."""
        made = widgets.Checkbox(
            description=label, indent=False, layout=widgets.Layout(width="auto")
        )
        made.add_class(css_class)
        return bind(made, "value", verb, on_error=self.failed(label))


def html(markup: str = "", *css_classes: str) -> Any:
    """Make a piece of HTML; whatever comes from a file must be escaped by the caller."""
    made = widgets.HTML(markup)
    for css_class in css_classes:
        made.add_class(css_class)
    return made


def set_html(widget: Any, markup: str) -> None:
    """Show other HTML; equal HTML is not sent, empty HTML takes no room."""
    if widget.value != markup:
        widget.value = markup
    show(widget, visible=bool(markup))


def show(widget: Any, *, visible: bool) -> None:
    """Show or hide a widget."""
    display = None if visible else "none"
    if widget.layout.display != display:
        widget.layout.display = display


def describe(button: Any, text: str) -> None:
    """Write another text on a button; an equal one is not sent."""
    if button.description != text:
        button.description = text


def row(*children: Any) -> Any:
    """Put widgets side by side; they wrap where the page is narrow."""
    made = widgets.HBox(children)
    made.add_class("dw-row")
    return made


def fields(*children: Any) -> Any:
    """Put labelled fields into columns where there is room."""
    made = widgets.Box(children)
    made.add_class("dw-fields")
    return made


def card(title: str, *children: Any) -> Any:
    """Put widgets into a titled box."""
    made = widgets.VBox([html(f"<h3>{escape(title)}</h3>", "dw-card-title"), *children])
    made.add_class("dw-card")
    return made


def bullet_list(lines: Sequence[str], css_class: str = "") -> str:
    """Give an HTML list of lines that are already HTML; empty if there are none."""
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f'<ul class="{css_class}">{items}</ul>' if items else ""

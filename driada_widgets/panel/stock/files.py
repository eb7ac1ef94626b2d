"""Choosing and getting files, and copying texts, by stock controls."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.core.errors import FileTooLargeError
from driada_widgets.core.machine import format_bytes
from driada_widgets.panel.binding import bind, escape, guarded
from driada_widgets.panel.page_part import log_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from driada_widgets.panel.download import DownloadButton
    from driada_widgets.panel.handover import CopyButton
    from driada_widgets.panel.keys import KeyHelp
    from driada_widgets.panel.picker import FilePicker

__all__ = ["copying", "downloading", "picking", "stock_button", "telling"]

LIST_ROWS = 10


def stock_button(label: str, verb: Callable[[], object]) -> Any:
    """Make a button."""
    made = widgets.Button(description=label, tooltip=label, layout={"width": "auto"})
    made.on_click(guarded(lambda _button: verb(), log_error))
    return made


def picking(part: FilePicker) -> list[Any]:
    """List a folder, with buttons to open what is chosen in it and to go up."""
    place, summary = widgets.HTML(), widgets.HTML()
    wide = {"width": "100%", "max_width": "60em"}
    lines = widgets.Select(rows=LIST_ROWS, description="Files", layout=wide)
    name = widgets.Text(description="Contains", continuous_update=False)
    every = widgets.Checkbox(description="files of every format", indent=False)

    def tell(event: str) -> None:
        if lines.index is not None:
            part.tell({"event": event, "index": lines.index, "listed": part.listed})

    def choose(index: int | None) -> None:
        if index is not None and not part.entries[index]["folder"]:
            tell("choose")

    chosen = bind(lines, "index", choose, on_error=log_error)
    narrowed = bind(name, "value", lambda text: part.set_trait("part", text), on_error=log_error)
    bind(every, "value", lambda value: part.set_trait("show_all", value), on_error=log_error)
    up = stock_button("Up one folder", lambda: part.tell({"event": "up"}))

    def show(_change: object = None) -> None:
        with chosen.quiet():
            lines.options = [_line(entry) for entry in part.entries]
            lines.index = part.active if part.active and part.entries else None
        narrowed.show(part.part)
        place.value, summary.value = escape(part.place, limit=None), escape(part.summary)
        up.disabled = not part.can_go_up

    part.observe(show, names="listed")
    show()
    again = stock_button("Read again", lambda: part.tell({"event": "read"}))
    take = stock_button("Open what is marked", lambda: tell("open"))
    bar = widgets.HBox([up, take, again, name, every])
    bar.add_class("dw-row")
    return [place, bar, lines, summary]


def _line(entry: dict[str, Any]) -> str:
    note = f"  ({entry['note']})" if entry.get("note") else ""
    return f"{entry['name']}{'/' if entry['folder'] else ''}{note}"


def copying(part: CopyButton) -> list[Any]:
    """Show the text to be copied by hand."""
    area = widgets.Textarea(rows=6, layout={"width": "100%", "display": "none"})

    def toggle() -> None:
        area.value = part.text
        area.layout.display = "none" if area.layout.display is None else None

    def show(_change: object = None) -> None:
        area.value = part.text
        button.disabled = not part.text

    button = stock_button(part.description, toggle)
    button.tooltip = f"{part.description}: shows the text, mark it and copy it"
    part.observe(show, names="text")
    show()
    return [button, area]


def downloading(part: DownloadButton, most_bytes: int = 1 << 25) -> list[Any]:
    """Make the file when asked, and show a link that saves it."""
    link = widgets.HTML()

    def hear(message: dict[str, Any], buffers: Sequence[bytes]) -> None:
        if message.get("event") != "file":
            return
        content, name = bytes(buffers[0]), escape(str(message["name"]), limit=None)
        if len(content) > most_bytes:
            msg = (
                f"{message['name']} has {format_bytes(len(content))}, too much for a link. "
                "Install anywidget to download it."
            )
            raise FileTooLargeError(msg, where=str(message["name"]))
        address = f"data:{message['type']};base64,{base64.b64encode(content).decode('ascii')}"
        link.value = f'<a download="{name}" href="{address}">Save {name}</a>'

    button = stock_button(part.description, lambda: part.tell({"event": "wanted"}))

    def show(_change: object = None) -> None:
        button.description, button.tooltip = part.description, part.tooltip
        button.disabled = part.disabled

    part.hear(hear)
    part.observe(show, names=["description", "tooltip", "disabled"])
    show()
    return [button, link]


def telling(part: KeyHelp) -> list[Any]:
    """Show the lines about the step, and say that there are no keys."""
    words = widgets.HTML()
    words.layout.display = "none"

    def write(_change: object = None) -> None:
        lines = "".join(f"<li>{escape(line, limit=None)}</li>" for line in part.lines)
        words.value = (
            f"<b>{escape(part.title)}</b><ul>{lines}</ul>"
            "<p>Keys of the panel's own need the package anywidget.</p>"
        )

    def toggle(_change: object) -> None:
        words.layout.display = None if words.layout.display else "none"

    part.observe(toggle, names="asked")
    part.observe(write, names="lines")
    write()
    return [words]

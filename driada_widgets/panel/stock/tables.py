"""Tables as HTML, with stock controls for what is done in them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.panel.binding import Binding, bind, escape
from driada_widgets.panel.page_part import log_error
from driada_widgets.panel.stock.files import stock_button

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.panel.array_table import ArrayTable
    from driada_widgets.panel.table import DataTable

__all__ = ["ArrayControls", "sorting"]


def sorting(part: DataTable) -> list[Any]:
    """Show a table, with a button a column to sort by and a list to select a row."""
    table = widgets.HTML()
    buttons = {
        column["key"]: stock_button(
            column["title"], partial(part.tell, {"event": "sort", "key": column["key"]})
        )
        for column in part.columns
    }
    row = widgets.Dropdown(description="Select", options=[("none", None)])

    def choose(number: int | None) -> None:
        wanted = part.selected if number is None else number
        if wanted is not None:
            part.tell({"event": "select", "id": wanted})  # the selected one again: none is

    chosen = bind(row, "value", choose, on_error=log_error)

    def show(_change: object = None) -> None:
        heads = [column["title"] for column in part.columns]
        chosen_rows = {at for at, each in enumerate(part.rows) if each["id"] == part.selected}
        table.value = _html(heads, [each["cells"] for each in part.rows], chosen_rows)
        for column in part.columns:
            button = buttons[column["key"]]
            mark = (" ▾" if part.descending else " ▴") if column["key"] == part.sort_key else ""
            button.description = f"{column['title']}{mark}"
            button.tooltip = column["hint"] or f"Sort by {column['title']}"
        options = [("none", None), *((each["name"], each["id"]) for each in part.rows)]
        known = [number for _, number in options]
        chosen.show(part.selected if part.selected in known else None, options=options)

    part.observe(show, names=["rows", "sort_key", "descending", "selected"])
    show()
    bar = widgets.HBox([widgets.Label("Sort by"), *buttons.values(), row])
    bar.add_class("dw-row")
    return [bar, table]


class ArrayControls:
    """The arrays of a file as a table, and what can be decided about one of them.

    Parameters
    ----------
    part
        What the controls stand in for.
    """

    def __init__(self, part: ArrayTable) -> None:
        self._part = part
        self._at = 0
        self._table = widgets.HTML()
        self._array = self._bound(widgets.Dropdown(description="Array"), "index", self._go_to)
        self._fields = {
            "part": self._field("part", widgets.Dropdown(description="Part")),
            "transposed": self._field(
                "transposed", widgets.Checkbox(description="stored frames first (transpose it)")
            ),
            "name": self._field("name", _text("Name in the experiment")),
            "nan": self._field(
                "nan", widgets.Dropdown(description="NaN and infinite", options=part.policies)
            ),
            "period": self._field("period", _text("Period")),
        }
        for field in (self._array, *self._fields.values()):
            field.widget.style.description_width = "11em"
            field.widget.layout.width = "34em"
        part.observe(lambda _change: self._show(), names=["rows", "locked", "disabled", "refused"])
        self._show()

    @property
    def widgets(self) -> list[Any]:
        """Table and controls, from top to bottom."""
        return [self._table, self._array.widget, *(each.widget for each in self._fields.values())]

    def _bound(self, widget: Any, trait: str, verb: Any) -> Binding:
        return bind(widget, trait, verb, on_error=log_error)

    def _field(self, what: str, widget: Any) -> Binding:
        def tell(value: object) -> None:
            self._part.tell({"row": self._at, "what": what, "value": value})

        return self._bound(widget, "value", tell)

    def _go_to(self, index: int | None) -> None:
        self._at = index or 0
        self._show()

    def _show(self) -> None:
        rows = self._part.rows
        heads = ["Array", "Shape", "Type", "First values", "Part", "Why"]
        self._table.value = _html(heads, [_cells(row) for row in rows], {self._at})
        self._at = min(self._at, max(0, len(rows) - 1))
        names = [row["name"] for row in rows]
        self._array.show(self._at if rows else None, options=names)
        row = rows[self._at] if rows else None
        values = {"name": "newName"}
        for what, field in self._fields.items():
            value = row[values.get(what, what)] if row else None
            field.widget.layout.display = "none" if value is None else None
            others: dict[str, Any] = {"disabled": self._part.disabled or what in self._part.locked}
            if what == "part" and row:
                others["options"] = [tuple(each) for each in row["parts"]]
            if value is not None:
                field.show(value, **others)


def _cells(row: dict[str, Any]) -> list[str]:
    part = next(text for text, value in row["parts"] if value == row["part"])
    return [row["name"], row["shape"], row["dtype"], row["values"], part, row["why"]]


def _text(label: str) -> Any:
    return widgets.Text(description=label, continuous_update=False)


def _html(heads: Sequence[str], rows: Sequence[Sequence[str]], marked: set[int]) -> str:
    """Give a table of texts."""
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    lines = []
    for at, cells in enumerate(rows):
        shown = "".join(f"<td>{escape(text, limit=None)}</td>" for text in cells)
        lines.append(f"<tr{' class=dw-stock-marked' if at in marked else ''}>{shown}</tr>")
    return f'<table class="dw-stock-table"><tr>{head}</tr>{"".join(lines)}</table>'

"""A table that a person sorts by its heads and selects in by its rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from driada_widgets.panel.binding import guarded, plain
from driada_widgets.panel.page_part import HAS_SCRIPTS, PagePart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Column", "DataTable", "Row"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its key for sorting, its head, what it means, and whether it holds numbers."""

    key: str
    title: str
    hint: str = ""
    numeric: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its number, its texts, and its name for screen readers."""

    id: int
    cells: tuple[str, ...]
    name: str


class DataTable(PagePart):
    """One page of rows; it holds texts only and sorts nothing itself.

    Parameters
    ----------
    columns
        From left to right.
    label
        What the table shows, for screen readers.
    on_sort
        Gets the key of the column whose head was pressed.
    on_select
        Gets the number of the row that was pressed.
    on_error
        Gets what a callback raises.
    """

    _esm = Path(__file__).parent / "js" / "table.js"

    columns = traitlets.List(traitlets.Dict()).tag(sync=True)
    rows = traitlets.List(traitlets.Dict()).tag(sync=True)
    sort_key = traitlets.Unicode("").tag(sync=True)
    descending = traitlets.Bool(default_value=False).tag(sync=True)
    selected = traitlets.Int(None, allow_none=True).tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        label: str,
        on_sort: Callable[[str], object],
        on_select: Callable[[int], object],
        on_error: Callable[[Exception], object],
    ) -> None:
        described = [
            {
                "key": column.key,
                "title": column.title,
                "hint": column.hint,
                "numeric": column.numeric,
            }
            for column in columns
        ]
        super().__init__(columns=described, label=label)
        self._keys = [column.key for column in columns]
        self._on_sort = on_sort
        self._on_select = on_select
        self.on_msg(guarded(self._receive, on_error))
        if not HAS_SCRIPTS:
            from driada_widgets.panel.stock.tables import sorting

            self.children = sorting(self)

    def retitle(self, titles: Mapping[str, str]) -> None:
        """Give columns other heads, by their keys; equal ones are not sent."""
        self.columns = [
            {**column, "title": titles.get(column["key"], column["title"])}
            for column in self.columns
        ]

    def show(
        self, rows: Sequence[Row], *, sort_key: str, descending: bool, selected: int | None
    ) -> None:
        """Show a page, as one message; what is equal is not sent.

        Parameters
        ----------
        rows
            Of this page, in their order.
        sort_key, descending
            What the table is sorted by.
        selected
            Number of the selected row, whether it is on this page or not.
        """
        with self.hold_sync():
            self.rows = [
                {
                    "id": row.id,
                    "cells": [plain(cell, limit=60) for cell in row.cells],
                    "name": plain(row.name),
                }
                for row in rows
            ]
            self.sort_key, self.descending, self.selected = sort_key, descending, selected

    def _receive(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        """Take a press; one that means a column or a row that is not shown is dropped."""
        event = message.get("event")
        if event == "sort" and message.get("key") in self._keys:
            self._on_sort(str(message["key"]))
        elif event == "select" and any(row["id"] == message.get("id") for row in self.rows):
            self._on_select(int(message["id"]))

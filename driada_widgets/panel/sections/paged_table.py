"""Rows of neurons in pages: sorted by their heads, selected by a press, taken along as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import ipywidgets as widgets

from driada_widgets.panel.download import DownloadButton, file_name
from driada_widgets.panel.picture_verbs import ROWS_PER_PAGE
from driada_widgets.panel.sections.base import html, row, set_html
from driada_widgets.panel.table import DataTable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.table import Column, Row

__all__ = ["PagedTable", "TableView"]


class TableView(Protocol):
    """Which page of a table is shown, and in what order; a part of the snapshot."""

    @property
    def quality_revision(self) -> int:
        """Grows when the rows are others."""

    @property
    def sort_column(self) -> str:
        """Key of the column."""

    @property
    def sort_descending(self) -> bool:
        """Whether the greatest comes first."""

    @property
    def page(self) -> int:
        """Counted from 0; the last one if there are fewer."""


class PagedTable:
    """A table of neurons; a press on a row selects its neuron in every picture.

    Parameters
    ----------
    section
        The step.
    columns
        From left to right.
    name
        Stable name; the buttons' begin with it.
    label
        What the table shows, for screen readers.
    on_sort
        Gets the key of a column.
    on_turn
        Gets 1 or -1.
    file
        What the file is called after the name of the session.
    make_csv
        Gives the file's contents.
    meaning
        What the columns mean, under the table.
    """

    def __init__(
        self,
        section: Section,
        columns: Sequence[Column],
        *,
        name: str,
        label: str,
        on_sort: Callable[[str], object],
        on_turn: Callable[[int], object],
        file: str,
        make_csv: Callable[[], bytes],
        meaning: str,
    ) -> None:
        self._section = section
        self.table = DataTable(
            columns,
            label=label,
            on_sort=on_sort,
            on_select=self._select,
            on_error=section.failed("Use the table"),
        )
        self._back = section.button("Page before", f"{name}-back", lambda: on_turn(-1))
        self._on = section.button("Page after", f"{name}-on", lambda: on_turn(1))
        self._at = html("", "dw-hint")
        download = DownloadButton(
            "Download table (CSV)",
            f"{name}-csv",
            lambda: (
                file_name(f"{section.state.snapshot.session_name} {file}", ".csv"),
                make_csv(),
            ),
            on_error=section.failed("Download the table"),
        )
        self._counts = html("")
        pages = row(self._back, self._on, self._at, download)
        self.widget: Any = widgets.VBox([self._counts, self.table, pages, html(meaning, "dw-hint")])
        self._shown: object = None

    def _select(self, cell: int) -> None:
        state = self._section.state
        state.select_cell(None if state.snapshot.pictures.cell == cell else cell)

    def is_news(self, view: TableView, *made_of: object) -> bool:
        """Say whether the table would look different now; it is taken for shown then.

        Parameters
        ----------
        view
            Order and page.
        *made_of
            What the rows are written from, beside what ``view`` tells.
        """
        cell = self._section.state.snapshot.pictures.cell
        order = (view.quality_revision, view.sort_column, view.sort_descending, view.page)
        before, self._shown = self._shown, (*order, cell, *made_of)
        return self._shown != before

    def show(
        self,
        view: TableView,
        n_rows: int,
        rows_of: Callable[[slice], Sequence[Row]],
        *,
        counts: str,
    ) -> None:
        """Show a page.

        Parameters
        ----------
        view
            Order and page.
        n_rows
            Rows of all pages.
        rows_of
            Gives the rows at some places of the order.
        counts
            What stands above, as HTML.
        """
        n_pages = max(1, -(-n_rows // ROWS_PER_PAGE))
        page = min(view.page, n_pages - 1)
        self.table.show(
            rows_of(slice(page * ROWS_PER_PAGE, (page + 1) * ROWS_PER_PAGE)),
            sort_key=view.sort_column,
            descending=view.sort_descending,
            selected=self._section.state.snapshot.pictures.cell,
        )
        self._back.disabled, self._on.disabled = page == 0, page + 1 == n_pages
        set_html(self._at, f"Page {page + 1:,} of {n_pages:,}")
        set_html(self._counts, counts)

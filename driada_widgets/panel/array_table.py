"""The table of step Map: one row an array, drawn by the page, with a control per decision."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from driada_widgets.panel.binding import guarded, plain
from driada_widgets.panel.page_part import HAS_SCRIPTS, PagePart

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from driada_widgets.panel.parts import ArrayRow

__all__ = ["ArrayTable"]

_SCRIPT = Path(__file__).parent / "js" / "arrays.js"


class ArrayTable(PagePart):
    """Shows rows and hands on what was chosen in them.

    One widget for any number of arrays: hundreds of rows of widgets take seconds to appear. The
    browser sends the position of a row that it was shown, never a name.

    Parameters
    ----------
    policies
        Words and values of the policies for NaN; the first, of no value, is that of all arrays.
    on_change
        Gets the name of the array, what was changed (``"part"``, ``"transposed"``, ``"name"``,
        ``"nan"`` or ``"period"``), and its new value.
    on_error
        Gets what ``on_change`` raises.
    """

    _esm = _SCRIPT.read_text(encoding="utf-8")

    rows = traitlets.List(traitlets.Dict()).tag(sync=True)
    policies: traitlets.List[list[str]] = traitlets.List().tag(sync=True)
    locked = traitlets.List(traitlets.Unicode()).tag(sync=True)
    disabled = traitlets.Bool(default_value=False).tag(sync=True)
    refused = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        policies: Sequence[tuple[str, str]],
        *,
        on_change: Callable[[str, str, Any], object],
        on_error: Callable[[Exception], object],
    ) -> None:
        super().__init__(policies=[list(each) for each in policies])
        self.add_class("dw-arrays")
        self._names: tuple[str, ...] = ()
        self._on_change = on_change
        self._on_error = on_error
        self.on_msg(guarded(self._receive, self._failed))
        if not HAS_SCRIPTS:
            from driada_widgets.panel.stock.tables import ArrayControls

            self.children = ArrayControls(self).widgets

    def show(
        self, rows: Sequence[ArrayRow], *, locked: Collection[str] = (), disabled: bool = False
    ) -> None:
        """Show rows; equal ones are not sent.

        Parameters
        ----------
        rows
            One per array.
        locked
            What may not be changed: ``"part"``, ``"transposed"``, ``"name"``, ``"nan"``,
            ``"period"``.
        disabled
            Whether nothing may be changed.
        """
        self._names = tuple(row.name for row in rows)
        with self.hold_sync():
            self.rows = [_shown(row) for row in rows]
            self.locked = sorted(locked)
            self.disabled = disabled

    def _failed(self, error: Exception) -> None:
        self.refused += 1  # the page shows what holds in place of what was refused
        self._on_error(error)

    def _receive(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        index, what, value = int(message["row"]), message["what"], message["value"]
        if not 0 <= index < len(self._names) or self.disabled or what in self.locked:
            return
        if what in ("name", "period") or value in self._offered(index, what):
            self._on_change(self._names[index], what, str(value))
        elif what == "transposed":
            self._on_change(self._names[index], what, bool(value))

    def _offered(self, index: int, what: str) -> set[str]:
        """Give the values that the page offers in a drop-down."""
        found = {"part": self.rows[index]["parts"], "nan": self.policies}.get(what, [])
        return {value for _, value in found}


def _shown(row: ArrayRow) -> dict[str, Any]:
    """Give what the page shows of a row; texts are plain, never markup."""
    name = plain(row.name, limit=60)
    shape = " × ".join(f"{length:,}" for length in row.info.shape) or "one value"
    shown: dict[str, Any] = {
        "name": name,
        "shape": shape,
        "dtype": plain(row.info.dtype, limit=40),
        "values": plain(row.info.first_values, limit=60),
        "why": plain(row.why, limit=None),
        "problem": row.has_problem,
        "part": row.part,
        "parts": [list(each) for each in row.parts],
        "transposed": row.transposed,
        "turned": row.is_turned,
        "newName": row.new_name,
        "nan": row.nan,
        "period": row.period,
    }
    return shown if name == row.name else {**shown, "whole": plain(row.name, limit=None)}

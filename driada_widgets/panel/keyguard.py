"""Keeps the panel's keys from the notebook around it, and tells the page's theme."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import traitlets

from driada_widgets.panel.binding import guarded
from driada_widgets.panel.page_part import PagePart

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KeyGuard", "PanelKey"]

_LOG = logging.getLogger("driada_widgets.panel")
_SCRIPT = Path(__file__).parent / "js" / "guard.js"

PanelKey = Literal["undo", "redo", "help"]
"""Ctrl/Cmd+Z; Ctrl/Cmd+Shift+Z or Ctrl/Cmd+Y; ``?``. Not while text is typed into a field."""


class KeyGuard(PagePart):
    """An invisible child of the widget with the class ``dw-panel``.

    In the page it stops keys without a modifier, and undo and redo, at that widget: JupyterLab
    would insert or delete cells on them. Other combinations with Ctrl, Alt or Cmd pass.

    Parameters
    ----------
    on_error
        Gets what a callback raises. Without it, errors are logged.

    Attributes
    ----------
    dark
        Whether the page around the panel is dark; the widget in the page then also has the
        class ``dw-dark``.
    """

    _esm = _SCRIPT.read_text(encoding="utf-8")

    dark = traitlets.Bool(default_value=False).tag(sync=True)

    def __init__(self, on_error: Callable[[Exception], object] | None = None) -> None:
        super().__init__()
        self.layout.display = "none"
        self._on_error = on_error or _log_error
        self._callbacks: dict[str, list[Callable[[], None]]] = {}
        self.on_msg(guarded(self._receive, self._on_error))

    def on_key(self, key: PanelKey, callback: Callable[[], object]) -> None:
        """Call back when the key was pressed anywhere in the panel."""
        self._callbacks.setdefault(key, []).append(guarded(callback, self._on_error))

    def on_dark(self, callback: Callable[[bool], object]) -> None:
        """Call ``callback(is_dark)`` when the theme of the page is not what it was."""
        self.observe(guarded(lambda change: callback(change["new"]), self._on_error), names="dark")

    def _receive(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        for callback in self._callbacks.get(str(message.get("key")), ()):
            callback()


def _log_error(error: Exception) -> None:
    _LOG.error("A key of the panel failed.", exc_info=error)

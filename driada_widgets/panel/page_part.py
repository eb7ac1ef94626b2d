"""What every part with a script of its own stands on: anywidget, or stock controls without it.

Without anywidget no script of ours comes into the page. Each part is then a box of stock controls
that get the same traits and messages as its script, and tell it the same.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import traitlets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["HAS_SCRIPTS", "WITHOUT_SCRIPTS", "PagePart", "StockPart", "log_error"]

_LOG = logging.getLogger("driada_widgets.panel")


class StockPart(widgets.VBox):
    """A part without a script; its children stand for the page."""

    _hears: Callable[[dict[str, Any], Sequence[bytes]], object] | None = None

    @traitlets.default("keys")
    def _keys_of_a_box(self) -> list[str]:
        """Send nothing that only a script would need."""
        names = [str(name) for name in widgets.VBox.class_trait_names(sync=True)]
        return [name for name in names if name != "tooltip"]  # the page fails on that of a box

    def tell(self, message: dict[str, Any], buffers: Sequence[bytes] = ()) -> None:
        """Send a message to the part, as its script does."""
        self._handle_custom_msg(message, buffers)

    def hear(self, listener: Callable[[dict[str, Any], Sequence[bytes]], object]) -> None:
        """Let the controls get what the part sends to its script."""
        self._hears = listener

    def send(self, content: dict[str, Any], buffers: Sequence[bytes] | None = None) -> None:
        """Hand a message to the controls."""
        if self._hears is not None:
            self._hears(content, buffers or ())


PagePart: Any = StockPart
try:
    import anywidget
except ImportError:
    HAS_SCRIPTS = False
else:
    HAS_SCRIPTS = True
    PagePart = anywidget.AnyWidget

WITHOUT_SCRIPTS = (
    "The package anywidget is not installed, so this page has plain controls: the traces are a "
    "still picture, bad frames are typed, texts are copied by hand, files cannot be uploaded, and "
    "the panel has no keys of its own. Run: pip install anywidget"
)
"""Shown at the top of the panel where no script of ours comes into the page."""


def log_error(error: Exception) -> None:
    """Log what a stock control raises; what its part raises is shown in the step already."""
    _LOG.error("A control failed.", exc_info=error)

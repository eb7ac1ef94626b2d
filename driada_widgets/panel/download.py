"""A button that hands a file to the browser. Scripts injected into HTML do not run in Voila."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from driada_widgets.panel.binding import guarded, plain
from driada_widgets.panel.page_part import HAS_SCRIPTS, PagePart

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DownloadButton", "file_name"]

_UNSAFE = re.compile(r"[^\w .()+-]+")
MAX_NAME = 80


class DownloadButton(PagePart):
    """A button whose file is made when it is pressed.

    Parameters
    ----------
    label
        Text of the button, verb first: ``"Download table (CSV)"``.
    css_class
        Stable name.
    make
        Gives the file's name and its contents. It should be quick: the panel waits for it.
    on_error
        Gets what ``make`` raises.
    media_type
        Of the contents.
    """

    _esm = Path(__file__).parent / "js" / "download.js"

    description = traitlets.Unicode("").tag(sync=True)
    tooltip = traitlets.Unicode("").tag(sync=True)
    disabled = traitlets.Bool(default_value=False).tag(sync=True)

    def __init__(
        self,
        label: str,
        css_class: str,
        make: Callable[[], tuple[str, bytes]],
        *,
        on_error: Callable[[Exception], object],
        media_type: str = "text/csv",
    ) -> None:
        super().__init__(description=label, tooltip=label)
        if css_class:
            self.add_class(css_class)
        self._make = make
        self._media_type = media_type
        self.on_msg(guarded(self._receive, on_error))
        if not HAS_SCRIPTS:
            from driada_widgets.panel.stock.files import downloading

            self.children = downloading(self)

    def _receive(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        if message.get("event") == "wanted" and not self.disabled:
            name, content = self._make()
            self.send({"event": "file", "name": name, "type": self._media_type}, buffers=[content])


def file_name(stem: str, suffix: str) -> str:
    """Make a file name that every system takes from any text.

    Examples
    --------
    >>> file_name('mouse/7: "best"', ".csv")
    'mouse 7 best.csv'
    """
    cleaned = _UNSAFE.sub(" ", plain(stem, limit=None)).strip(" .")
    return f"{' '.join(cleaned.split())[:MAX_NAME] or 'recording'}{suffix}"

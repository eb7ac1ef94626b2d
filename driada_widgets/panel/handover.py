"""Buttons that hand things out: text to the clipboard, a file that takes time to make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from driada_widgets.panel.download import DownloadButton
from driada_widgets.panel.page_part import HAS_SCRIPTS, PagePart
from driada_widgets.panel.scripts import read_script

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CopyButton", "LaterDownload"]


class CopyButton(PagePart):
    """A button that copies a text, in a notebook and in a page served without encryption.

    The copying is done by the page; Python only keeps the text current.

    Parameters
    ----------
    label
        Text of the button, verb first: ``"Copy code"``.
    css_class
        Stable name.

    Attributes
    ----------
    text
        What is copied; empty disables the button.
    """

    _esm = read_script("copy.js")

    description = traitlets.Unicode("").tag(sync=True)
    tooltip = traitlets.Unicode("").tag(sync=True)
    text = traitlets.Unicode("").tag(sync=True)

    def __init__(self, label: str, css_class: str) -> None:
        super().__init__(description=label, tooltip=label)
        self.add_class(css_class)
        if not HAS_SCRIPTS:
            from driada_widgets.panel.stock.files import copying

            self.children = copying(self)

    def show(self, text: str) -> None:
        """Copy this text from now on; an equal one is not sent."""
        if self.text != text:
            self.text = text


class LaterDownload(DownloadButton):
    """A button whose file is made by a long call, and handed out when it is there.

    Parameters
    ----------
    label
        Text of the button.
    css_class
        Stable name.
    ask
        Begins to make the file; it gets the function that hands it out: its arguments are the
        file's name and its contents.
    on_error
        Gets what ``ask`` raises.
    media_type
        Of the contents.
    """

    def __init__(
        self,
        label: str,
        css_class: str,
        ask: Callable[[Callable[[str, bytes], object]], object],
        *,
        on_error: Callable[[Exception], object],
        media_type: str,
    ) -> None:
        super().__init__(
            label, css_class, lambda: ("", b""), on_error=on_error, media_type=media_type
        )
        self._ask = ask

    def hand_out(self, name: str, content: bytes) -> None:
        """Give the file to the pages that wait for it."""
        self.send({"event": "file", "name": name, "type": self._media_type}, buffers=[content])

    def _receive(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        if message.get("event") == "wanted" and not self.disabled:
            self._ask(self.hand_out)

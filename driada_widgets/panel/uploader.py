"""The control that sends a small file from the person's own computer to this one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from driada_widgets.core.errors import ParameterError
from driada_widgets.panel.binding import guarded
from driada_widgets.panel.page_part import PagePart
from driada_widgets.panel.uploads import Upload, upload_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Uploader"]

_SCRIPT = Path(__file__).parent / "js" / "upload.js"


class Uploader(PagePart):
    """Receives a file in pieces and hands it over when it is whole.

    Nothing of the file is in the widget's state, so that a notebook does not save it.

    Parameters
    ----------
    suffixes
        File endings to offer.
    on_upload
        Gets the complete upload.
    on_error
        Gets what goes wrong.
    """

    _esm = _SCRIPT.read_text(encoding="utf-8")

    limit = traitlets.Int(0).tag(sync=True)
    accept = traitlets.Unicode("").tag(sync=True)
    disabled = traitlets.Bool(default_value=False).tag(sync=True)

    def __init__(
        self,
        suffixes: Sequence[str],
        *,
        on_upload: Callable[[Upload], object],
        on_error: Callable[[Exception], object],
    ) -> None:
        super().__init__(limit=upload_limit(), accept=",".join(suffixes))
        self.add_class("dw-upload")
        self._on_upload = on_upload
        self._on_error = on_error
        self._upload: Upload | None = None
        self.on_msg(guarded(self._receive, self._failed))

    def _failed(self, error: Exception) -> None:
        self._upload = None
        self.send({"said": ""})
        self._on_error(error)

    def _receive(self, _widget: object, message: dict[str, Any], buffers: Any) -> None:
        event = message.get("event")
        if event == "begin":
            self._upload = Upload(str(message["name"]), int(message["size"]))
        elif event == "unreadable":
            msg = "The browser could not read the file. Is it still there?"
            raise ParameterError(msg, where="upload", fix="choose it again")
        elif event == "piece" and self._upload is not None:
            self._upload.receive(bytes(buffers[0]))
        self._go_on()

    def _go_on(self) -> None:
        upload = self._upload
        if upload is None:
            return
        if not upload.is_complete:
            self.send({"ask": upload.n_received})
            return
        self._upload = None
        self.send({"said": "100 %"})
        self._on_upload(upload)

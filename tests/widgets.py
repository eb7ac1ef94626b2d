"""A panel without a kernel: what Python sends is recorded, what a browser sends is said here."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from comm.base_comm import BaseComm

from driada_widgets.panel.binding import find, find_all

__all__ = [
    "KeptRecords",
    "RecordingComm",
    "choose",
    "click",
    "find",
    "find_all",
    "gesture",
    "handed_out",
    "sent_updates",
    "text_of",
    "tick",
    "type_into",
    "unexpected",
]


class RecordingComm(BaseComm):
    """A comm with nobody at the other end; ``sent`` keeps every message with its buffers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.sent: list[dict[str, Any]] = []
        super().__init__(*args, **kwargs)

    def publish_msg(self, msg_type: str, data: Any = None, *_: Any, **keys: Any) -> None:
        """Keep the message."""
        self.sent.append({"type": msg_type, "data": data, "buffers": keys.get("buffers")})


class KeptRecords(logging.Handler):
    """Keeps what was logged: widgets turn an exception in a handler into a warning."""

    def __init__(self) -> None:
        super().__init__(level=logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the text, and the exception if there is one."""
        error = record.exc_info[1] if record.exc_info else None
        self.texts.append(f"{record.getMessage()} {error!r}" if error else record.getMessage())


def unexpected(error: Exception) -> None:
    """Stand where errors are shown, in a test that expects none."""
    pytest.fail(repr(error))


def sent_updates(widget: Any) -> list[dict[str, Any]]:
    """List the states that were sent to the browser, oldest first."""
    return [
        message["data"]["state"]
        for message in widget.comm.sent
        if message["data"] and message["data"].get("method") == "update"
    ]


def gesture(widget: Any, content: dict[str, Any]) -> None:
    """Send a custom message, as a browser does."""
    _receive(widget, {"method": "custom", "content": content})


def click(widget: Any) -> None:
    """Press a button; one that is disabled cannot be pressed."""
    assert not widget.disabled, f"{widget.description!r} is disabled"
    gesture(widget, {"event": "click"})


def type_into(widget: Any, text: str) -> None:
    """Type into a text field and leave it."""
    _change(widget, {"value": text})


def tick(widget: Any, *, value: bool = True) -> None:
    """Set a check box."""
    _change(widget, {"value": value})


def choose(widget: Any, label: str) -> None:
    """Choose an option of a drop-down or a group of radio buttons by its text."""
    labels = list(widget._options_labels)
    assert label in labels, f"{label!r} is not offered; there are {labels}"
    _change(widget, {"index": labels.index(label)})


def handed_out(button: Any) -> tuple[str, bytes]:
    """Press a download button, and give the file that the page gets."""
    gesture(button, {"event": "wanted"})
    sent = [m for m in button.comm.sent if m["data"].get("method") == "custom"]
    return sent[-1]["data"]["content"]["name"], bytes(sent[-1]["buffers"][0])


def text_of(root: Any) -> str:
    """Give all text at or under a widget: values of HTML and descriptions of controls."""
    parts = [str(getattr(root, name, "")) for name in ("description", "value")]
    parts += [text_of(child) for child in getattr(root, "children", ())]
    return "\n".join(part for part in parts if part)


def _change(widget: Any, state: dict[str, Any]) -> None:
    assert not getattr(widget, "disabled", False), "a disabled field cannot be changed"
    _receive(widget, {"method": "update", "state": state, "buffer_paths": []})


def _receive(widget: Any, data: dict[str, Any]) -> None:
    content = {"comm_id": widget.comm.comm_id, "data": data}
    widget._handle_msg({"content": content, "buffers": []})

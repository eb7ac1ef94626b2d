"""Settings that Voila runs as it starts: no message may stop the server.

Voila looks into every binary message of a kernel for its type, and takes each to be in the newer
of Jupyter's two protocols. A page whose first connection fails, as on a slow network or a busy
server, comes back in the older one. There the first eight bytes are no count of offsets, and Voila
would go through some 10**17 of them, with all its memory, while every other page waits.

Jupyter pings pages every ``ws_ping_interval`` milliseconds, and at each ping drops those whose last
answer is older than ``ws_ping_timeout``: with one number for both it would drop every page. Tornado
reads the same two as seconds of its own pings, and warns of the numbers that Jupyter needs.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

kernel_websocket_handler: Any = import_module("voila.tornado.kernel_websocket_handler")
_read_header: Any = getattr(kernel_websocket_handler, "read_header_from_binary_message", None)


def read_header(message: bytes) -> dict[str, Any] | None:
    """Read the header of a message of the newer protocol; of others, give ``None``."""
    n_offsets = int.from_bytes(message[:8], "little")
    found: dict[str, Any] | None = _read_header(message) if 8 * n_offsets < len(message) else None
    return found


if _read_header is not None:
    kernel_websocket_handler.read_header_from_binary_message = read_header

logging.getLogger("tornado.general").addFilter(
    lambda record: "websocket_ping_timeout" not in record.getMessage()
)

"""Where a long command is, on one line of the terminal, and how Ctrl+C ends it."""

from __future__ import annotations

import signal
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from driada_widgets.core.report import Progress

__all__ = ["cancelled_by_interrupt", "shown_progress"]

PAUSE_SEC = 0.1
"""The line is written again after this time at the earliest."""


def shown_progress(*, quiet: bool) -> Progress:
    """Give a progress that shows the stages on one line of a terminal.

    Parameters
    ----------
    quiet
        True shows nothing. Files and pipes get nothing either.
    """
    from driada_widgets.core.report import Progress

    if quiet or not sys.stderr.isatty():
        return Progress()
    last = [0.0]

    def show(progress: Progress) -> None:
        now = time.monotonic()
        if now - last[0] < PAUSE_SEC and progress.done != progress.total:
            return
        last[0] = now
        sys.stderr.write(f"\r\x1b[K{progress.stage} {progress.counts}")
        sys.stderr.flush()

    return Progress(listener=show)


@contextmanager
def cancelled_by_interrupt(progress: Progress) -> Iterator[Progress]:
    """Let Ctrl+C stop at the next safe point, so that what is told about files is true.

    A second Ctrl+C raises ``KeyboardInterrupt`` at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield progress
        return

    def interrupt(*_: object) -> None:
        if progress.cancelled:
            raise KeyboardInterrupt
        progress.cancel()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield progress
    finally:
        signal.signal(signal.SIGINT, before)

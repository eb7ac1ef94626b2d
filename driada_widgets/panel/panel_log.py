"""What happened in one panel, as log records: a logger of its own, and a handler that keeps lines.

The logger stands below ``driada_widgets`` without being registered: it ends with its panel, and no
two panels share one. A handler that somebody puts on ``driada_widgets`` gets the same records.
"""

from __future__ import annotations

import itertools
import logging
from collections import deque
from typing import Final

from driada_widgets.shown_text import plain

__all__ = ["MAX_LOG_LINES", "LineKeeper", "PanelLog"]

MAX_LOG_LINES: Final = 200
"""Lines of the log that are kept; older ones are dropped."""
_ROOT: Final = "driada_widgets"
_numbers = itertools.count(1)


class LineKeeper(logging.Handler):
    """Keeps the latest records as lines with the time of day; touches no widget.

    Parameters
    ----------
    most
        Number of lines that are kept.
    """

    def __init__(self, most: int = MAX_LOG_LINES) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
        self._kept: deque[str] = deque(maxlen=most)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record, from whatever thread it comes."""
        self._kept.append(self.format(record))

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines, oldest first."""
        self.acquire()
        try:
            return tuple(self._kept)
        finally:
            self.release()


class PanelLog:
    """The log of one panel: what is told to its logger becomes the lines that it shows."""

    def __init__(self) -> None:
        self._keeper = LineKeeper()
        # made, not got: a registered logger would outlive its panel
        self.logger = logging.Logger(f"{_ROOT}.panel.{next(_numbers)}")
        self.logger.parent = logging.getLogger(_ROOT)
        self.logger.addHandler(self._keeper)

    @property
    def lines(self) -> tuple[str, ...]:
        """The latest lines, oldest first."""
        return self._keeper.lines

    def add(self, text: str, level: int = logging.INFO) -> tuple[str, ...]:
        """Log what happened, in one line without invisible characters, and give all lines.

        ``logging.disable`` does not hush it: the panel shows its lines whatever others log.
        """
        line = plain(text, limit=None)
        record = self.logger.makeRecord(self.logger.name, level, __file__, 0, line, (), None)
        self.logger.handle(record)
        return self.lines

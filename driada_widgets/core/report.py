"""What a load has to say: notes, issues, the ledger, and progress that can be cancelled."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NoReturn

from driada_widgets.core.errors import LoadCancelledError, LoaderError, ParameterError
from driada_widgets.core.machine import format_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Fix", "Issue", "LedgerEntry", "Note", "Progress", "raise_issues"]

PACE_SEC = 1.0
"""A stage must have run so long before its pace says anything about the time that is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One click that mends the request.

    Parameters
    ----------
    label
        Text of the button, verb first: ``"Transpose calcium"``.
    changes
        Pairs of a field path in the request and its new value, for example
        ``((("static_features", "fps"), 20.0),)``. A path into a tuple field such as
        ``("transpose",)`` names the value to add.
    """

    label: str
    changes: tuple[tuple[tuple[str, ...], object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the data made us do, or what a person should know.

    Parameters
    ----------
    id
        Stable short name, such as ``"scalar-ignored"``.
    level
        ``"warning"`` if it may change results, else ``"info"``.
    subject
        Array, feature or field concerned; may be empty.
    text
        One or two sentences.
    category
        Class of the warning that the door functions give.
    verbose_only
        True if the doors give it as a warning only when ``verbose``.
    asks
        True if the panel waits for an answer before it builds.
    fixes
        What a click can do about it.
    """

    id: str
    level: Literal["info", "warning"]
    subject: str
    text: str
    category: Literal["user", "deprecation"] = "user"
    verbose_only: bool = False
    asks: bool = False
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What the request, or the data under it, gets wrong; nothing is built until it is answered.

    Parameters
    ----------
    id
        Stable short name, such as ``"calcium-not-2d"``.
    field
        Field of the request, or array, concerned.
    text
        What is wrong: expected and found.
    fix
        What to do about it, in words.
    error
        Class that the doors raise.
    fixes
        What a click can do about it.
    """

    id: str
    field: str
    text: str
    fix: str = ""
    error: type[LoaderError] = ParameterError
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """What became of one array of the file."""

    name: str
    fate: Literal["used", "changed", "dropped"]
    why: str


def raise_issues(issues: Sequence[Issue]) -> NoReturn:
    """Raise all issues as one error, of the class of the first.

    Parameters
    ----------
    issues
        At least one.

    Raises
    ------
    LoaderError
        Always; its text holds every issue, the first one first.
    """
    first = issues[0]
    paragraphs = [f"{issue.text}\n{issue.fix}".strip() for issue in issues]
    raise first.error("\n\n".join(paragraphs), where=first.field, fix=first.fix or None)


@dataclass(slots=True)
class Progress:
    """Where a long call is; written by the worker, read by whoever shows it.

    It is a plain object: no callback reaches a widget from a worker thread.

    Parameters
    ----------
    listener
        Called with the progress after each change, in the worker's thread. The terminal uses it.
    """

    listener: Callable[[Progress], None] | None = None
    stage: str = ""
    done: int = 0
    total: int | None = None
    unit: Literal["", "bytes"] = ""
    started: float = field(default_factory=time.monotonic)
    stage_started: float = field(default_factory=time.monotonic)
    _cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def cancelled(self) -> bool:
        """Whether *Cancel* was pressed."""
        return self._cancelled.is_set()

    def say(self, stage: str) -> None:
        """Name what is being done now; the counts go on."""
        self.stage = stage
        self._changed()

    def within(self, listener: Callable[[Progress], None] | None = None) -> Progress:
        """Give the progress of a part of this call, which is cancelled with it."""
        return Progress(listener=listener, _cancelled=self._cancelled)

    def cancel(self) -> None:
        """Ask the worker to stop at its next safe point."""
        self._cancelled.set()

    @property
    def left_sec(self) -> float | None:
        """Seconds that the stage will still take, as far as its pace tells; ``None``: unknown."""
        elapsed_sec = time.monotonic() - self.stage_started
        if not self.total or not self.done or elapsed_sec < PACE_SEC:
            return None
        return elapsed_sec * max(0, self.total - self.done) / self.done

    @property
    def counts(self) -> str:
        """What is done of the stage, in words: ``"412 of 1,000"``; empty if unknown."""
        if not self.total:
            return ""
        if self.unit == "bytes":
            return f"{format_bytes(self.done)} of {format_bytes(self.total)}"
        return f"{self.done:,} of {self.total:,}"

    def begin(self, stage: str, total: int | None = None, unit: Literal["", "bytes"] = "") -> None:
        """Enter a stage of ``total`` steps or bytes (``None``: unknown)."""
        self.stage, self.done, self.total, self.unit = stage, 0, total, unit
        self.stage_started = time.monotonic()
        self._changed()

    def advance(self, steps: int = 1) -> None:
        """Count steps done in this stage."""
        self.done += steps
        self._changed()

    def move_to(self, done: int) -> None:
        """Say how much of this stage is done in all."""
        self.done = done
        self._changed()

    def count_bytes(self, n_bytes: int) -> None:
        """Count bytes that were read, where the stage counts bytes; stop here if cancelled."""
        if self.unit == "bytes":
            self.done += n_bytes
            self._changed()
        else:
            self.check()

    def check(self) -> None:
        """Stop here if *Cancel* was pressed.

        Raises
        ------
        LoadCancelledError
            If the call was cancelled.
        """
        if self._cancelled.is_set():
            msg = "Cancelled: nothing was changed and nothing was left behind."
            raise LoadCancelledError(msg)

    def _changed(self) -> None:
        if self.listener is not None:
            self.listener(self)
        self.check()

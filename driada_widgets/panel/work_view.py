"""What steps Build and Save & share show, as frozen values: part of the snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from driada_widgets.core.batch import BatchRow
    from driada_widgets.core.road.earlier import Earlier
    from driada_widgets.core.road.fit import Fit
    from driada_widgets.core.road.saved_card import SavedCard

__all__ = ["BatchView", "CacheChoice", "Replayed", "WorkView"]

CacheChoice = Literal["use", "build"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What running the request in a fresh process gave.

    Parameters
    ----------
    verified
        Whether both hashes are the same.
    words
        One sentence about it, with both hashes.
    """

    verified: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """The same plan for more sessions.

    Parameters
    ----------
    files
        What was typed: paths and patterns, one a line.
    pattern
        How the sessions are named.
    keeps_bad_frames
        Whether the bad frames of this recording are removed from the others too.
    allows_missing
        Whether sessions that lack features of the plan are built too.
    rows
        One a file, with how it stands.
    words
        One sentence about the whole.
    """

    files: str = ""
    pattern: str = "{stem}"
    keeps_bad_frames: bool = False
    allows_missing: bool = False
    rows: tuple[BatchRow, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkView:
    """What goes on around the built experiment.

    Parameters
    ----------
    fit
        What a build takes beside what the machine has; ``None`` before a check.
    earlier
        The experiment that was saved before for this request or under its name, or ``None``.
    cache_choice
        Whether it is used, or everything is built again.
    card
        What is known about the chosen saved experiment, or ``None``.
    replaces
        What is at the place where the experiment would be saved: a question that waits for a
        second press; empty if there is none.
    plan_replaces
        The same question for the request as a file.
    handed
        The last thing that was handed out, in one sentence.
    replayed
        The last replay, or ``None``.
    batch
        The same plan for more sessions.
    """

    fit: Fit | None = None
    earlier: Earlier | None = None
    cache_choice: CacheChoice = "build"
    card: SavedCard | None = None
    replaces: str = ""
    plan_replaces: str = ""
    handed: str = ""
    replayed: Replayed | None = None
    batch: BatchView = BatchView()

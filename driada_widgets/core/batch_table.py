"""The sessions of a batch as a table: plain values, CSV, and one sentence about the whole."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.core.batch import BatchRow

__all__ = ["HEAD", "STATUS_WORDS", "as_csv", "as_tree", "is_settled", "summary"]

HEAD = (
    "file",
    "session",
    "status",
    "problems",
    "missing",
    "notes",
    "n_cells",
    "n_frames",
    "hash",
    "saved_to",
    "seconds",
)
STATUS_WORDS = {
    "waiting": "not checked",
    "working": "working",
    "ready": "ready",
    "problems": "with problems",
    "done": "built and saved",
    "failed": "failed",
    "cancelled": "cancelled, not built",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_tree(rows: Sequence[BatchRow]) -> list[dict[str, Any]]:
    """Give one mapping a session, of JSON-plain values."""
    return [
        {
            "file": str(row.path),
            "session": row.name,
            "status": row.status,
            "problems": list(row.problems),
            "missing": list(row.missing),
            "notes": row.n_notes,
            "n_cells": row.n_cells,
            "n_frames": row.n_frames,
            "hash": row.hash or None,
            "saved_to": None if row.saved_to is None else str(row.saved_to),
            "seconds": round(row.seconds, 3),
        }
        for row in rows
    ]


def as_csv(rows: Sequence[BatchRow]) -> str:
    """Give the table as CSV with a heading, a line a session.

    Texts that a spreadsheet would take for a formula get an apostrophe before them.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    for entry in as_tree(rows):
        writer.writerow([_cell(entry[name]) for name in HEAD])
    return text.getvalue()


def is_settled(rows: Sequence[BatchRow]) -> bool:
    """Say whether every session is built and saved."""
    return all(row.status == "done" for row in rows)


def summary(rows: Sequence[BatchRow]) -> str:
    """Say how the sessions stand: ``"3 sessions: 2 ready, 1 with problems."``."""
    counts = {
        words: sum(row.status == status for row in rows) for status, words in STATUS_WORDS.items()
    }
    said = ", ".join(f"{number:,} {words}" for words, number in counts.items() if number)
    return f"{len(rows):,} session{'' if len(rows) == 1 else 's'}: {said or 'none'}."


def _cell(value: Any) -> str:
    if isinstance(value, list):
        value = "; ".join(value)
    text = "" if value is None else str(value)
    is_text = not isinstance(value, (int, float))
    return f"'{text}" if is_text and text.startswith(_FORMULA) else text

"""What a person should see before a pickle is opened, and whether we wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from driada_widgets.core import safe_pickle
from driada_widgets.core.errors import DataFileError
from driada_widgets.core.store.pickled import read_pickle

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["TrustCard", "trust_card"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustCard:
    """What a person should see before a pickle is opened.

    Parameters
    ----------
    card
        Size, age, digest, and the names that the file would import.
    ours
        Whether this package wrote the file: its record was there and all of it matched.
    why
        One sentence about that.
    opens
        Whether the reader lets it through, as far as that is known before it is opened.
    """

    card: safe_pickle.PickleCard
    ours: bool
    why: str
    opens: bool


def trust_card(path: str | Path) -> TrustCard:
    """Say what can be known about a pickle; it is opened only if it claims to be ours.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    NotFoundError, StorageError
        If the file cannot be read. Whatever else is wrong is told in the card.
    """
    card = safe_pickle.describe(path)
    if card.problem is not None:
        return TrustCard(card=card, ours=False, why="It is not opened.", opens=False)
    if card.claims == "driada":
        why = "driada wrote it. It has no checksums: damage cannot be seen."
        return TrustCard(card=card, ours=False, why=why, opens=True)
    try:
        opened = read_pickle(path)
    except DataFileError as error:
        return TrustCard(card=card, ours=False, why=str(error), opens=False)
    if not opened.verified:
        why = "It holds an experiment of ours, but no record of what was written."
        return TrustCard(card=card, ours=False, why=why, opens=True)
    why = "We wrote it, and every value is as it was written."
    return TrustCard(card=card, ours=True, why=why, opens=True)

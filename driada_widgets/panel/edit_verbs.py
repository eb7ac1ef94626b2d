"""The user's verbs that edit the request: each is named, and each can be undone."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.edit import apply_changes
from driada_widgets.panel import edits
from driada_widgets.panel.bad_verbs import BadVerbs
from driada_widgets.panel.feature_verbs import FeatureVerbs

if TYPE_CHECKING:
    from driada_widgets.core.report import Fix
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["EditVerbs"]


class EditVerbs(FeatureVerbs, BadVerbs):
    """Map and Check: what the arrays are, what they mean, and which frames are bad."""

    # --- Map ---

    def set_data_source(self, name: str) -> None:
        """Name the lab or project; ``IABS`` switches naming."""
        source = replace(self.snapshot.request.source, data_source=name.strip() or "MyLab")
        self._edit(f"data source {name}", replace(self.snapshot.request, source=source))

    def set_param(self, key: str, value: str) -> None:
        """Set one entry of ``exp_params``; an empty value removes it."""
        self._edit(f"{key} = {value}", edits.set_param(self.snapshot.request, key, value))

    def set_static(self, key: str, text: str) -> None:
        """Set one constant from what was typed; empty goes back to the default.

        Raises
        ------
        ParameterError
            If the text is not a positive number.
        """
        value = _positive(key, text) if text.strip() else None
        self._edit(f"{key} = {text}", edits.set_static(self.snapshot.request, key, value))

    def set_neural(self, name: str | None) -> None:
        """Say which array is the neural data; ``None``: the first of the known names."""
        source = replace(self.snapshot.request.source, neural=name)
        self._edit(f"neural data {name}", replace(self.snapshot.request, source=source))

    def set_transposed(self, name: str, *, transposed: bool) -> None:
        """Say whether an array is stored frames first."""
        verb = "transpose" if transposed else "do not transpose"
        request = edits.set_transposed(self.snapshot.request, name, transposed=transposed)
        self._edit(f"{verb} {name}", request)

    def set_create_circular_2d(self, *, create: bool) -> None:
        """Say whether circular features get a ``_2d`` companion."""
        request = replace(self.snapshot.request, create_circular_2d=create)
        self._edit("2-D copies of circular features", request)

    def set_seed(self, text: str) -> None:
        """Set the seed of the tie-breaking noise from what was typed; empty: no noise.

        Raises
        ------
        ParameterError
            If the text is not a whole number of at least 0.
        """
        cleaned = text.strip()
        if cleaned and not cleaned.isdecimal():
            msg = f"The seed must be a whole number of at least 0; got {text!r}."
            raise ParameterError(msg, where="seed")
        seed = int(cleaned) if cleaned else None
        self._edit(f"seed {text}", replace(self.snapshot.request, seed=seed))

    # --- answers ---

    def apply_fix(self, fix: Fix) -> None:
        """Do what a fix button says."""
        self._edit(fix.label, apply_changes(self.snapshot.request, fix.changes))

    def keep_as_is(self, note_id: str) -> None:
        """Answer a question with "keep it as it is"."""
        name = f"keep {_subject(self.snapshot, note_id)} as it is"
        self._edit_answers(name, self.snapshot.answered | {note_id})


def _subject(snapshot: Snapshot, note_id: str) -> str:
    """Give the array that a question is about."""
    sources = (snapshot.check, snapshot.resolved)
    notes = [note for found in sources for note in getattr(found, "notes", ())]
    return next((note.subject for note in notes if note.id == note_id), note_id)


def _positive(key: str, text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        msg = f"{key} must be a number above 0; got {text!r}."
        raise ParameterError(msg, where=key, fix="type a number, such as 20 or 0.5")
    return value

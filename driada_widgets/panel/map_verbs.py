"""The user's verbs of step Map beyond single fields: parts of arrays, names with values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.model import LoadRequest
from driada_widgets.panel import edits, map_edits
from driada_widgets.panel.feature_verbs import FeatureVerbs
from driada_widgets.panel.parts import constant_key

if TYPE_CHECKING:
    from collections.abc import Container

    from driada_widgets.core.request.model import PolicyName
    from driada_widgets.panel.parts import PartName

__all__ = ["MapVerbs"]

PART_WORDS = {"neural": "as neural data", "use": "as suggested", "constant": "as a constant"}


class MapVerbs(FeatureVerbs):
    """Map: which array plays which part, and everything that is a name with a value."""

    def set_part(self, name: str, part: PartName) -> None:
        """Say what an array of the file is used as.

        Raises
        ------
        ParameterError
            If it cannot be used so.
        """
        request = self.snapshot.request
        number = None
        if self.snapshot.inventory is not None:
            number = constant_key(self.snapshot.inventory, name)
        if part == "constant" and number is None:
            msg = f"{name!r} is not a single number."
            raise ParameterError(msg, where=name, fix="choose another part for it")
        if number is not None and part in ("constant", "out"):
            key, value = number
            changed = edits.set_static(request, key, value if part == "constant" else None)
        else:
            changed = map_edits.set_part(request, name, part)
        verb = f"use {name} {PART_WORDS[part]}" if part in PART_WORDS else f"leave out {name}"
        self._edit(verb, changed)

    def set_nan_of(self, name: str | None, policy: PolicyName | None) -> None:
        """Choose what happens to NaN in one array (``None``: all others); ``None``: as others."""
        changed = map_edits.set_nan_of(self.snapshot.request, name, policy)
        self._edit(f"NaN in {name or 'all arrays'}: {policy or 'as in all'}", changed)

    def set_max_gap(self, text: str) -> None:
        """Choose the longest gap, in seconds, that straight lines fill.

        Raises
        ------
        ParameterError
            If the text is not a number above 0.
        """
        seconds = map_edits.positive("The longest gap", text, "nan.max_gap_sec")
        self._edit(
            f"longest gap {seconds:g} s", map_edits.set_max_gap(self.snapshot.request, seconds)
        )

    def set_period(self, name: str, text: str) -> None:
        """Say after how much a circular feature comes round, in the units of its values.

        Raises
        ------
        ParameterError
            If the text is not a number above 0.
        """
        period = map_edits.positive("The period", text, name)
        request = edits.set_feature_type(self.snapshot.request, self._features(), name, "circular")
        listed = dict(request.features or {})
        listed[name] = replace(listed[name], type="circular", period=period, as_detected=False)
        self._edit(f"period of {name}: {period:g}", replace(request, features=listed))

    # --- names with values ---

    def add_param(self, key: str, value: str) -> None:
        """Add an entry to ``exp_params``.

        Raises
        ------
        ParameterError
            If there is no name, no value, or an entry of that name.
        """
        taken = self.snapshot.request.exp_params
        named = _new_name(key, value, taken, "exp_params")
        self._edit(f"add {named}", edits.set_param(self.snapshot.request, named, value.strip()))

    def remove_param(self, key: str) -> None:
        """Take an entry out of ``exp_params``."""
        self._edit(f"remove {key}", edits.set_param(self.snapshot.request, key, ""))

    def set_constant(self, key: str, text: str) -> None:
        """Set one more constant of the recording: a number where it is one, else text."""
        value = map_edits.number_or_text(text) if text.strip() else None
        self._edit(f"{key} = {text}", edits.set_static(self.snapshot.request, key, value))

    def add_constant(self, key: str, text: str) -> None:
        """Add a constant of the recording.

        Raises
        ------
        ParameterError
            If there is no name, no value, or a constant of that name.
        """
        taken = {"fps", "t_rise_sec", "t_off_sec", *self.snapshot.request.static_features}
        self.set_constant(_new_name(key, text, taken, "static_features"), text)

    def set_root(self, text: str) -> None:
        """Say which folder holds the experiments; empty: the usual one.

        Raises
        ------
        ParameterError
            If it is outside the folders that may be used.
        """
        root = self.roots.resolve(text) if text.strip() else LoadRequest().root
        self._edit(f"experiments in {root.name}", replace(self.snapshot.request, root=root))


def _new_name(key: str, value: str, taken: Container[str], where: str) -> str:
    named = key.strip()
    if not named or not value.strip():
        missing = "name" if not named else "value"
        msg = f"Type a name and a value; the {missing} is missing."
        raise ParameterError(msg, where=where, fix=f"type the {missing}")
    if named in taken:
        msg = f"{named!r} is there already."
        raise ParameterError(msg, where=where, fix="change its value, or type another name")
    return named

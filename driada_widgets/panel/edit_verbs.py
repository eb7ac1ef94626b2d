"""The user's verbs that edit the request: each is named, and each can be undone."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request import frames
from driada_widgets.core.request.edit import apply_changes
from driada_widgets.panel import edits
from driada_widgets.panel.state_base import StateBase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.core.build.examine import FeatureReport
    from driada_widgets.core.report import Fix
    from driada_widgets.core.request.model import PolicyName

__all__ = ["EditVerbs"]


class EditVerbs(StateBase):
    """Map and Check: what the arrays are, and which frames are bad."""

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

    # --- features ---

    def set_feature_type(self, feature: str, type_: str | None) -> None:
        """Choose the type of a feature by its name in the file; ``None``: as detected."""
        request = edits.set_feature_type(
            self.snapshot.request, self._features(), feature, type_ or None
        )
        self._edit(f"{feature} is {type_ or 'as detected'}", request)

    def use_feature(self, feature: str, *, use: bool) -> None:
        """Take an array of the file as a feature, or leave it out."""
        request = edits.use_feature(self.snapshot.request, self._features(), feature, use=use)
        self._edit(f"{'use' if use else 'leave out'} {feature}", request)

    def rename_feature(self, feature: str, new_name: str) -> None:
        """Give a feature another name in the experiment."""
        request = edits.rename_feature(
            self.snapshot.request, self._features(), feature, new_name.strip()
        )
        self._edit(f"rename {feature}", request)

    def set_nan(self, name: str | None, policy: PolicyName) -> None:
        """Choose what happens to NaN and infinite values of one array, or of all others."""
        request = edits.set_nan(self.snapshot.request, name, policy)
        self._edit(f"NaN in {name or 'all arrays'}: {policy}", request)

    def add_aggregate(self, of: Sequence[str], name: str) -> None:
        """Combine one-dimensional features into one.

        Raises
        ------
        ParameterError
            If there are fewer than two components, or no name.
        """
        if len(of) < 2 or not name.strip():
            msg = "Choose at least two features and type a name for their combination."
            raise ParameterError(msg, where="aggregate_features")
        request = edits.add_aggregate(self.snapshot.request, of, name.strip())
        self._edit(f"combine {', '.join(of)} as {name}", request)

    def remove_aggregate(self, name: str) -> None:
        """Take a combination back."""
        request = edits.remove_aggregate(self.snapshot.request, name)
        self._edit(f"do not combine {name}", request)

    # --- bad frames ---

    def mark_bad(self, start_frame: int, stop_frame: int) -> None:
        """Mark the half-open range ``[start_frame, stop_frame)`` as bad; overlaps merge."""
        n_frames = self.n_frames
        start = max(0, min(start_frame, stop_frame))
        stop = max(start_frame, stop_frame)
        stop = min(stop, n_frames) if n_frames else stop
        if stop > start:
            self._set_bad(f"mark {start}–{stop - 1}", frames.add(self.bad_ranges, start, stop))

    def add_bad_text(self, text: str) -> None:
        """Mark what was typed: ``120-180, 300`` (both ends included) or ``6.0s-9.0s``.

        Raises
        ------
        ParameterError
            If the text cannot be read, or names frames that the recording does not have.
        """
        typed = frames.parse(text, fps=self.fps)
        n_frames = self.n_frames
        beyond = [stop for _, stop in typed if n_frames and stop > n_frames]
        if beyond:
            msg = (
                f"The recording has frames 0 to {n_frames - 1}; {max(beyond) - 1} is past its end."
            )
            raise ParameterError(msg, where="bad_frames")
        merged = frames.merge([*self.bad_ranges, *typed])
        self._set_bad(f"mark {frames.to_text(typed)}", merged)

    def remove_bad(self, index: int) -> None:
        """Take one range of bad frames back."""
        if 0 <= index < len(self.bad_ranges):
            start, stop = self.bad_ranges[index]
            kept = [r for i, r in enumerate(self.bad_ranges) if i != index]
            self._set_bad(f"unmark {start}–{stop - 1}", frames.merge(kept))

    def resize_bad(self, index: int, start_frame: int, stop_frame: int) -> None:
        """Move the edges of one range."""
        if 0 <= index < len(self.bad_ranges):
            others = [r for i, r in enumerate(self.bad_ranges) if i != index]
            stop = min(stop_frame, self.n_frames) if self.n_frames else stop_frame
            start = max(0, start_frame)
            if stop > start:
                merged = frames.merge([*others, (start, stop)])
                self._set_bad(f"resize {start}–{stop - 1}", merged)

    def select_bad(self, index: int | None) -> None:
        """Select one range of bad frames, or none."""
        self._change(selected_bad=index)

    def _set_bad(self, name: str, ranges: frames.Ranges) -> None:
        request = replace(self.snapshot.request, bad_frames=tuple(ranges))
        with self._lock:
            self._change(selected_bad=None)
            self._edit(name, request)

    # --- answers ---

    def apply_fix(self, fix: Fix) -> None:
        """Do what a fix button says."""
        self._edit(fix.label, apply_changes(self.snapshot.request, fix.changes))

    def keep_as_is(self, note_id: str) -> None:
        """Answer a question with "keep it as it is"."""
        self._change(answered=self.snapshot.answered | {note_id})

    # --- what the verbs rest on ---

    @property
    def bad_ranges(self) -> frames.Ranges:
        """Bad frames of the request as sorted, merged, half-open ranges."""
        return frames.from_given(self.snapshot.request.bad_frames)

    @property
    def n_frames(self) -> int:
        """Frames of the recording, or 0 while they are not known."""
        plan = self.snapshot.check.plan if self.snapshot.check else None
        return plan.n_frames if plan else 0

    @property
    def fps(self) -> float | None:
        """Frame rate in Hz that the plan uses, or ``None`` while it is not known."""
        plan = self.snapshot.check.plan if self.snapshot.check else None
        value: Any = plan.static_features.get("fps") if plan else None
        return float(value) if value else None

    def _features(self) -> tuple[FeatureReport, ...]:
        return self.snapshot.check.features if self.snapshot.check else ()


def _positive(key: str, text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        msg = f"{key} must be a number above 0; got {text!r}."
        raise ParameterError(msg, where=key)
    return value

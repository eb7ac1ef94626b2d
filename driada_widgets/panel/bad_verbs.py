"""The user's verbs about bad frames: by drag, typed, pasted or from a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request import frames
from driada_widgets.panel.state_base import StateBase

__all__ = ["BadVerbs"]


class BadVerbs(StateBase):
    """Which frames are removed; ranges are half-open, sorted and merged."""

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

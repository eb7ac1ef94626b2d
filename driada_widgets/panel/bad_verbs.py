"""The user's verbs about bad frames: by drag, typed, pasted or from a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request import frames
from driada_widgets.core.request.frame_table import read_pasted
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
        """Mark what was typed or pasted: ``120-180, 300``, ``6.0s-9.0s`` or rows of a spreadsheet.

        Raises
        ------
        ParameterError
            If the text cannot be read, names no frame, or frames that the recording does not have.
        """
        typed = read_pasted(text, fps=self.fps, n_frames=self.n_frames or None).ranges
        if text.strip() and not typed:
            msg = "There is no frame in what was typed. Type frames, such as 120-180, 300."
            raise ParameterError(msg, where="bad_frames", fix="type frames, such as 120-180")
        n_frames = self.n_frames
        beyond = [stop for _, stop in typed if n_frames and stop > n_frames]
        if beyond:
            msg = (
                f"The recording has frames 0 to {n_frames - 1}; {max(beyond) - 1} is past its end."
            )
            raise ParameterError(msg, where="bad_frames")
        merged = frames.merge([*self.bad_ranges, *typed])
        self._set_bad(f"mark {_named(typed)}", merged)

    def load_bad(self, path: str) -> str:
        """Mark the frames that a file names; what lies past the end is left to the check.

        Parameters
        ----------
        path
            What was typed, pasted or picked: a ``.npy`` file of frames or a mask, or a table.

        Returns
        -------
        str
            What was read and how it was understood, for a person to check.

        Raises
        ------
        LoaderError
            If the path leads outside the folders that may be read, or the file names no frames.
        """
        from driada_widgets.core.road.frame_file import read_frame_file

        file = self.roots.resolve(path)
        found = read_frame_file(file, fps=self.fps, n_frames=self.n_frames or None)
        if not found.ranges:
            msg = f"{file.name} names no frames ({found.said})."
            raise ParameterError(msg, where=file.name, fix="choose another file")
        merged = frames.merge([*self.bad_ranges, *found.ranges])
        self._set_bad(f"load bad frames from {file.name}", merged)
        n_read = frames.count(found.ranges)
        line = f"{file.name}: {n_read:,} bad frames in {len(found.ranges):,} ranges ({found.said})"
        self._change(log=self._logged(line))
        return line

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
            self._change(selected_bad=None, error=None)  # also where it changes nothing
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


def _named(ranges: frames.Ranges) -> str:
    """Name ranges in a few words, for *Undo*."""
    if len(ranges) > 2:
        return f"{frames.count(ranges):,} frames in {len(ranges):,} ranges"
    return frames.to_text(ranges)

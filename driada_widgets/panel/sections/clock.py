"""Moving in time where a picture has no gestures: the window that all pictures share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.panel.sections.base import row

if TYPE_CHECKING:
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["Clock", "window_words"]

PAN_SHARE = 0.5


class Clock:
    """Earlier, later, closer, wider; and the unit of time."""

    def __init__(self, section: Section) -> None:
        self._section = section
        state = section.state
        self._earlier = section.button(
            "Earlier",
            "dw-window-earlier",
            lambda: state.pan(-PAN_SHARE),
            tooltip="Go back by half a window",
        )
        self._later = section.button(
            "Later",
            "dw-window-later",
            lambda: state.pan(PAN_SHARE),
            tooltip="Go on by half a window",
        )
        closer = section.button("Zoom in", "dw-window-in", lambda: state.zoom(0.5))
        self._wider = section.button("Zoom out", "dw-window-out", lambda: state.zoom(2.0))
        self._whole = section.button("Whole recording", "dw-window-all", state.show_all_frames)
        self._unit = section.button("Time in frames", "dw-window-unit", self._turn_unit)
        self.widget = row(self._earlier, self._later, closer, self._wider, self._whole, self._unit)

    def _turn_unit(self) -> None:
        state = self._section.state
        state.set_unit("frames" if state.snapshot.window.unit == "s" else "s")

    def render(self, snapshot: Snapshot) -> None:
        """Show the window of a snapshot."""
        state, window = self._section.state, snapshot.window
        self._earlier.disabled = window.start <= 0
        self._later.disabled = window.stop >= state.n_frames
        is_whole = self._earlier.disabled and self._later.disabled
        self._wider.disabled = self._whole.disabled = is_whole
        in_seconds = window.unit == "s" and state.fps is not None
        label = f"Time in {'frames' if in_seconds else 'seconds'}"
        if self._unit.description != label:
            self._unit.description = self._unit.tooltip = label
        self._unit.disabled = state.fps is None


def window_words(start: int, stop: int, fps: float | None) -> str:
    """Say which frames are seen, both ends included, and when they are."""
    frames = f"Frames {start:,} to {max(start, stop - 1):,}"
    return f"{frames} ({start / fps:,.1f} to {stop / fps:,.1f} s)" if fps else frames

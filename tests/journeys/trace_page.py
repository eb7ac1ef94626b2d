"""A page with nothing but the trace picture, over a recording that is easy to recognise."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets
import numpy as np

from driada_widgets.panel.columns import min_max_columns
from driada_widgets.panel.keyguard import KeyGuard
from driada_widgets.panel.overlays import CellOverlay, TraceOverlay, overlay_rows
from driada_widgets.panel.style import stylesheet
from driada_widgets.panel.trace_rows import FeatureRow, Proposal
from driada_widgets.panel.traces import TraceView

N_CELLS = 60
N_FRAMES = 100_000
N_SHOWN = 20
FPS = 20.0


class TracePage:
    """Keeps bad ranges as the panel does, and writes them into a label that a test can read."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.rows = rng.normal(0.0, 0.1, (N_CELLS, N_FRAMES)).astype(np.float32)
        self.rows[:, ::997] += 2.0
        self.speed = np.sin(np.arange(N_FRAMES, dtype=np.float32) / 300.0)[np.newaxis]
        found = CellOverlay(event_frames=np.arange(0, N_FRAMES, 997), reconstruction=self.rows[0])
        self.overlay = TraceOverlay(cells={0: found}, title="made here")
        self.bad: list[tuple[int, int]] = [(120, 180)]
        self.first = 0
        self.log = widgets.HTML()
        self.log.add_class("seen")
        self.view = TraceView(on_error=lambda error: self.say(f"error {error!r}"))
        self.view.on_window(self.draw)
        self.view.on_mark(lambda start, stop: self.change([*self.bad, (start, stop)]))
        self.view.on_resize_span(self.resize)
        self.view.on_remove(lambda index: self.change(self.bad[:index] + self.bad[index + 1 :]))
        self.view.on_scroll(self.scroll)
        self.guard = KeyGuard()
        self.guard.on_key("undo", lambda: self.say("undo"))
        self.guard.on_key("help", lambda: self.say("help"))
        self.draw(0, N_FRAMES, 1000)
        hint = Proposal(start=20_000, stop=23_000, reason="population jump")
        self.view.show_spans(bad=self.bad, proposals=[hint])
        self.view.go_to(0, 4000)

    def widget(self) -> Any:
        """Give what the page shows."""
        field = widgets.Text(description="Field")
        other = widgets.Button(description="Other")
        root = widgets.VBox([stylesheet(), self.guard, self.view, self.log, field, other])
        root.add_class("dw-panel")
        return root

    def draw(self, start: int, stop: int, n_columns: int) -> None:
        """Show a window of the shown neurons."""
        cells = range(self.first, self.first + N_SHOWN)
        speed = FeatureRow(
            name="speed",
            units="cm/s",
            columns=min_max_columns(self.speed, start, stop, n_columns)[0],
        )
        self.view.show(
            [f"n{cell}" for cell in cells],
            min_max_columns(self.rows, start, stop, n_columns, cells=cells),
            start,
            stop,
            n_frames=N_FRAMES,
            fps=FPS,
            units="ΔF/F",
            n_total=N_CELLS,
            features=[speed],
            overlay=overlay_rows(self.overlay, cells, start, stop, n_columns),
        )

    def resize(self, index: int, start: int, stop: int) -> None:
        """Move an edge of a range."""
        self.change([*self.bad[:index], (start, stop), *self.bad[index + 1 :]])

    def scroll(self, rows: int) -> None:
        """Show other neurons in the same window."""
        self.first = min(N_CELLS - N_SHOWN, max(0, self.first + rows))
        if self.view.wish is not None:
            self.draw(*self.view.wish)

    def change(self, ranges: list[tuple[int, int]]) -> None:
        """Take new ranges; those that touch become one."""
        merged: list[tuple[int, int]] = []
        for start, stop in sorted(ranges):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
            else:
                merged.append((start, stop))
        self.bad = merged
        self.view.show_spans(bad=merged)
        self.say(", ".join(f"{start}-{stop}" for start, stop in merged))

    def say(self, text: str) -> None:
        """Write into the label."""
        self.log.value = text

"""The trace picture as an image, with typed *From* and *To*."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import numpy as np

from driada_widgets.core.request import frames
from driada_widgets.panel.binding import guarded
from driada_widgets.panel.drawing import Drawing
from driada_widgets.panel.jobs import Worker
from driada_widgets.panel.page_part import log_error
from driada_widgets.panel.stock.files import stock_button

if TYPE_CHECKING:
    from collections.abc import Callable

    from driada_widgets.core.report import Progress
    from driada_widgets.panel.traces import TraceView
    from driada_widgets.plots import Lane

__all__ = ["TraceControls"]

WIDTH = 900
N_COLUMNS = 1600
LOOK = ("rev", "bad", "proposals", "selected", "marked", "time_unit")


class TraceControls:
    """Draws what the picture holds, and asks it for other frames.

    Parameters
    ----------
    part
        What the controls stand in for.
    on_error
        Shows what a control raises, such as a time that cannot be read.
    """

    def __init__(self, part: TraceView, on_error: Callable[[Exception], object]) -> None:
        self._part = part
        self._n_wishes = 0
        self._drawing = Drawing("dw-traces-image", Worker(), on_error=on_error)
        self._first, self._last = (
            widgets.Text(description=label, placeholder="120 or 6.0s", layout={"width": "14em"})
            for label in ("From", "To")
        )
        for field, name in ((self._first, "from"), (self._last, "to")):
            field.add_class(f"dw-traces-{name}")
        go = stock_button("Show frames", guarded(self._go, on_error))
        go.add_class("dw-traces-go")
        self._bar = widgets.HBox([self._first, self._last, go])
        self._bar.add_class("dw-row")
        part.observe(guarded(lambda _change: self._ask(), log_error), names="jump")
        part.observe(guarded(lambda _change: self._draw(), on_error), names=list(LOOK))

    @property
    def widgets(self) -> list[Any]:
        """Fields and picture."""
        return [self._bar, self._drawing.widget]

    def _go(self) -> None:
        """Show the frames that were typed."""
        text = f"{self._first.value.strip()}-{self._last.value.strip()}"
        (span,) = frames.parse(text, fps=self._part.fps)
        (seen,), _ = frames.clip([span], self._part.n_frames)
        self._tell("view", seen)
        self._ask()

    def _ask(self) -> None:
        """Ask for the frames that are to be seen, if other ones are held."""
        start, stop = self._part.window
        part = self._part
        held = min(part.n_frames, part.start + part.step * part.n_columns)
        if stop > start and not (start == part.start and 0 <= held - stop < part.step):
            self._tell("window", (start, stop))

    def _tell(self, event: str, seen: tuple[int, int]) -> None:
        self._n_wishes += 1
        wish = {"id": self._n_wishes, "start": seen[0], "stop": seen[1], "columns": N_COLUMNS}
        self._part.tell({"event": event, "view": list(seen), **wish})

    def _draw(self) -> None:
        part = self._part
        if not part.rev:
            return
        lanes = _lanes(part)
        options: dict[str, Any] = {
            "first": part.start,
            "step": part.step,
            "window": (part.start, min(part.n_frames, part.start + part.step * part.n_columns)),
            "fps": part.fps,
            "unit": part.time_unit,
            "units": part.units,
            "bad": [tuple(span) for span in part.bad],
            "proposals": [(each["start"], each["stop"]) for each in part.proposals],
            "title": _words(part),
        }

        def work(progress: Progress) -> bytes:
            from driada_widgets import plots

            progress.check()
            page = plots.Page(width=WIDTH, height=plots.lanes_height(lanes))
            return plots.to_png(plots.draw_lanes(lanes, page=page, **options), page, is_last=True)

        wish = tuple(str(part.trait_values()[name]) for name in LOOK)
        self._drawing.draw(wish, work, width=WIDTH, description=options["title"])


def _words(part: TraceView) -> str:
    """Say what is seen, and what is drawn over it."""
    often = "every frame" if part.step == 1 else f"1 of {part.step:,} frames per column (min–max)"
    words = f"{len(part.labels):,} of {part.n_total:,} neurons · {often}"
    if part.denoised:
        words += " · denoised"
    n_events = sum(part.event_counts)
    if part.event_counts:
        words += f" · {n_events:,} {'event' if n_events == 1 else 'events'}"
    return f"{words} · {part.over_title}" if part.over_title else words


def _lanes(part: TraceView) -> list[Lane]:
    from driada_widgets.plots import Lane

    names = [*part.labels, *(each["name"] for each in part.features)]
    rows = np.frombuffer(part.block, dtype="<f4").reshape(len(names), 2, part.n_columns)
    over = np.frombuffer(part.over_block, dtype="<f4").reshape(-1, 2, part.n_columns)
    lines = dict(zip(part.over_places, over, strict=True))
    ends = np.cumsum([0, *part.event_counts])
    events = np.frombuffer(part.event_block, dtype="<i4")
    n_traces = len(part.labels)
    return [
        Lane(
            name=name,
            columns=rows[at],
            low=part.ranges[at][0],
            high=part.ranges[at][1],
            is_trace=at < n_traces,
            is_marked=at == part.marked,
            over=lines.get(at),
            events=events[ends[at] : ends[at + 1]] if at < len(part.event_counts) else events[:0],
        )
        for at, name in enumerate(names)
    ]

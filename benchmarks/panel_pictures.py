"""How fast the heatmap is drawn, and how much memory looking at a recording takes.

``python -m benchmarks.panel_pictures [ROUNDS]``. It looks at 1000 neurons x 100 000 frames of
float32 (400 MB) with the whole panel, without a browser. The yardstick of the heatmap is one
maximum of the whole array in memory and one ``imshow`` of what it gives, as a PNG.
"""

from __future__ import annotations

import io
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.panel_pages import N_CELLS, write_recording
from benchmarks.timing import Row, call_of, keep_state_in, measure, print_rows, stopwatch

if TYPE_CHECKING:
    from driada_widgets.panel.view import LoaderPanel

N_COLUMNS = 1200
SMAPS = Path("/proc/self/smaps_rollup")
EVERY_SEC = 0.005


def pool_and_imshow(path: str) -> float:
    """Pool all neurons to columns, and draw them with matplotlib's defaults."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from driada_widgets.plots import max_pool

    def draw(pooled: Any) -> None:
        figure = Figure(figsize=(9, 4.2))
        FigureCanvasAgg(figure)
        figure.add_subplot().imshow(pooled, aspect="auto", interpolation="nearest")
        figure.savefig(io.BytesIO(), format="png")

    with np.load(path) as file:
        calcium = file["calcium"]
    draw(np.zeros((2, 8)))  # matplotlib reads its fonts
    with stopwatch() as watch:
        draw(max_pool(calcium, N_COLUMNS))
    return watch.seconds


def checked_panel(path: str) -> LoaderPanel:
    """Open the panel on the file, with its data checked and its traces drawn."""
    from driada_widgets.panel.jobs import InlineRunner
    from driada_widgets.panel.view import LoaderPanel

    panel = LoaderPanel(roots=[Path(path).parent], runner=InlineRunner())
    panel.state.choose_kind("file")
    panel.state.choose_file(path)
    panel.state.open()
    panel.state.check()
    return panel


def first_heatmap(path: str) -> float:
    """Show the heatmap of all neurons for the first time."""
    panel = checked_panel(path)
    with stopwatch() as watch:
        panel.state.show_picture("heatmap")
    return watch.seconds


def panned_heatmap(path: str) -> float:
    """Move on by half a window of half the recording."""
    panel = checked_panel(path)
    panel.state.show_picture("heatmap")
    panel.state.zoom(0.5)
    with stopwatch() as watch:
        panel.state.pan(0.5)
    return watch.seconds


def anonymous_mb() -> float:
    """Give the memory of this process that is no file's, in MB."""
    for line in SMAPS.read_text(encoding="ascii").splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) * 1024 / 1e6
    msg = f"{SMAPS} has no line on anonymous memory."
    raise RuntimeError(msg)


class Peak:
    """The greatest anonymous memory while a block runs, beyond that at its start."""

    def __enter__(self) -> Peak:
        self.start = anonymous_mb()
        self.greatest = self.start
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def extra(self) -> float:
        """Give the greatest so far, in MB."""
        return self.greatest - self.start

    def _watch(self) -> None:
        while not self._ended.is_set():
            self.greatest = max(self.greatest, anonymous_mb())
            time.sleep(EVERY_SEC)


def look_at_everything(path: str) -> float:
    """Show every picture of the recording; give the greatest memory beyond the panel's own."""
    from driada_widgets.panel.view import LoaderPanel

    LoaderPanel()  # everything that its first screen imports
    with Peak() as peak:
        state = checked_panel(path).state
        state.show_picture("heatmap")
        for factor in (0.5, 0.5, 0.25):
            state.zoom(factor)
            state.pan(0.5)
        state.show_picture("trajectory")
        state.set_path("x", "y")
        state.set_colour_by("cell")
        state.show_picture("quality")
        state.set_order("feature:head_direction")
        state.mark_bad(1000, 2000)
        state.show_picture("traces")
    return peak.extra


def main(rounds: int) -> int:
    """Measure, print, and give 1 if something does not hold."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.npz"
        keep_state_in(path.parent)
        write_recording(path, N_CELLS)
        found = measure(
            {
                "yardstick": call_of(pool_and_imshow, path),
                "first": call_of(first_heatmap, path),
                "panned": call_of(panned_heatmap, path),
            },
            rounds=rounds,
        )
        memory = measure({"memory": call_of(look_at_everything, path)}, rounds=3)["memory"]
    yardstick = 1e3 * found["yardstick"]
    rows = [
        Row(
            what="heatmap of all neurons, first / one max-pool and one imshow",
            measured=1e3 * found["first"],
            yardstick=yardstick,
            must=1.5,
        ),
        Row(
            what="heatmap after a pan / one max-pool and one imshow",
            measured=1e3 * found["panned"],
            yardstick=yardstick,
            must=0.5,
        ),
        Row(
            what="greatest anonymous memory while every picture was looked at",
            measured=memory,
            must=100.0,
            unit="MB",
        ),
    ]
    holds = print_rows("Pictures of 1000 neurons x 100 000 frames", rows)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))

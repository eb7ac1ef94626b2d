"""Pages that the panel is compared with, and the recording that all of them show.

The notebooks of `benchmarks.panel` import this module in their kernels.
"""

from __future__ import annotations

import io
import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets as widgets
import numpy as np
import traitlets

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BareCanvas", "bare_page", "canvas_page", "picture_page", "write_recording"]

FOLDER_VARIABLE = "DRIADA_BENCHMARK_FOLDER"
N_CELLS, N_FRAMES = 1000, 100_000
N_SMALL = 25
N_SHOWN = 20
N_FEATURE_ROWS = 6
N_COLUMNS = 900
WINDOW = 6250
"""Frames seen at once in the pictures that are compared: a sixteenth of the recording."""


def write_recording(path: Path, n_cells: int) -> None:
    """Write neurons and six features of 100 000 frames, float32, one array after the other."""
    rng = np.random.default_rng(0)
    angle = np.cumsum(rng.normal(0.0, 0.3, N_FRAMES)) % (2 * np.pi)
    calcium = rng.standard_normal((n_cells, N_FRAMES), dtype=np.float32)
    calcium *= 0.1
    calcium[:, ::997] += 2.0
    np.savez(
        path,
        calcium=calcium,
        head_direction=angle.astype(np.float32),
        speed=np.abs(np.cumsum(rng.normal(size=N_FRAMES))).astype(np.float32),
        x=np.cumsum(rng.normal(size=N_FRAMES)).astype(np.float32),
        y=np.cumsum(rng.normal(size=N_FRAMES)).astype(np.float32),
        trial=(np.arange(N_FRAMES) // 250 % 2).astype(np.int32),
        lick=(rng.random(N_FRAMES) < 0.05).astype(np.int32),
    )


# --- yardsticks -----------------------------------------------------------------------------------


def _button(label: str, css_class: str) -> Any:
    made = widgets.Button(description=label)
    made.add_class(css_class)
    return made


def bare_page() -> Any:
    """Give one button."""
    return _button("Bare", "bare-button")


class BareCanvas(anywidget.AnyWidget):
    """A canvas that draws lines from bytes, and asks for the next ones when it is clicked."""

    _esm = """
    function render({ model, el }) {
      const canvas = document.createElement("canvas");
      canvas.className = "bare-canvas";
      canvas.width = 900; canvas.height = 700;
      canvas.addEventListener("click", () => model.send({ event: "next" }));
      el.append(canvas);
      const draw = () => {
        const bytes = model.get("block");
        const from = bytes.byteOffset;
        const values = new Float32Array(bytes.buffer.slice(from, from + bytes.byteLength));
        const ctx = canvas.getContext("2d");
        const rows = model.get("n_rows");
        const n = values.length / rows;
        ctx.clearRect(0, 0, canvas.width, canvas.height);
        ctx.beginPath();
        for (let row = 0; row < rows; row += 1) {
          const zero = (row + 0.7) * canvas.height / rows;
          for (let i = 0; i < n; i += 1) {
            const x = i * canvas.width / n, y = zero - 10 * values[row * n + i];
            if (i) ctx.lineTo(x, y); else ctx.moveTo(x, y);
          }
        }
        ctx.stroke();
        canvas.dataset.rev = model.get("rev");
      };
      model.on("change:rev", draw);
      draw();
    }
    export default { render };
    """
    rev = traitlets.Int(0).tag(sync=True)
    n_rows = traitlets.Int(1).tag(sync=True)
    block = traitlets.Bytes(b"").tag(sync=True)

    def __init__(self, blocks: list[bytes], n_rows: int) -> None:
        super().__init__(block=blocks[0], n_rows=n_rows, rev=1)
        self._blocks = blocks
        self.on_msg(self._next)

    def _next(self, *_message: object) -> None:
        with self.hold_sync():
            self.block = self._blocks[self.rev % len(self._blocks)]
            self.rev += 1


def canvas_page(n_bytes: int) -> Any:
    """Give a button that shows a canvas with lines of so many bytes; nothing is computed."""
    n_rows = N_SHOWN + N_FEATURE_ROWS
    rng = np.random.default_rng(0)
    shape = (n_rows, max(2, n_bytes // 4 // n_rows))
    blocks = [rng.standard_normal(shape, dtype=np.float32).tobytes() for _ in range(4)]
    box = widgets.VBox()
    show = _button("Show", "bare-show")
    show.on_click(lambda _: setattr(box, "children", (BareCanvas(blocks, n_rows),)))
    return widgets.VBox([show, box])


def picture_page() -> Any:
    """Give a button that draws the next window of the same traces as a PNG, by matplotlib."""
    from driada_widgets.core.sources.npz import NpzReader

    path = Path(os.environ[FOLDER_VARIABLE]) / "large.npz"
    names = ["calcium", "head_direction", "speed", "x", "y", "trial", "lick"]
    arrays = NpzReader().map(path, names)
    image = widgets.Image(format="png")
    image.add_class("png-picture")
    following = _button("Next", "png-next")
    starts = itertools.cycle(range(0, N_FRAMES - WINDOW, WINDOW))

    def draw(_button: object) -> None:
        image.value = _png(arrays, next(starts))

    following.on_click(draw)
    image.value = _png(arrays, next(starts))
    return widgets.VBox([following, image])


def _png(arrays: Any, start: int) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from driada_widgets.panel.columns import min_max_columns

    stop = start + WINDOW
    cells = min_max_columns(arrays["calcium"], start, stop, N_COLUMNS, cells=range(N_SHOWN))
    features = [arrays[name][np.newaxis] for name in list(arrays)[1:]]
    rows: list[NDArray[np.float32]] = [
        *cells,
        *(min_max_columns(each, start, stop, N_COLUMNS)[0] for each in features),
    ]
    figure = Figure(figsize=(9, 7), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.08, 0.06, 0.9, 0.92))
    at = np.repeat(np.linspace(start / 20, stop / 20, rows[0].shape[1]), 2)
    for place, row in enumerate(rows):
        span = max(1e-9, float(row.max() - row.min()))
        axes.plot(at, row.T.ravel() / span - place, lw=0.7)
    axes.set_xlabel("time, s")
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()

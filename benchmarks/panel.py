"""How fast the panel is in a browser, beside pages that do as little as can be done.

``python -m benchmarks.panel [ROUNDS]``. It shows 1000 neurons x 100 000 frames of float32 (400 MB),
written to a temporary folder. Yardsticks, in the same run: the *bare page* is one button in Voila;
the *bare canvas* draws as many bytes as a picture of the panel, sent by the same kind of widget,
computed beforehand, with nothing around it; *read* is ``np.load`` of the file with a warm cache.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import panel_browser as browse
from benchmarks.panel_pages import FOLDER_VARIABLE, N_CELLS, N_SMALL, write_recording
from benchmarks.timing import (
    ROOT,
    Row,
    call_of,
    keep_state_in,
    measure,
    print_rows,
    stopwatch,
)
from tests.journeys.servers import jupyterlab, voila, write_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PANEL = "from driada_widgets.app import panel\npanel()"
PAGES = "from benchmarks import panel_pages\npanel_pages."
KEYS = ("End", "+", "Home", "-")
"""Each needs frames that the page does not hold."""
N_PICTURES = 20
HEADERS_SEC, FIRST_TRACES_SEC = 0.3, 1.5
WORDS = ("count", "timeline")
"""Types that are chosen in turn."""
FIRST_OF = {"panel": "dw-source-open", "canvas": "bare-show", "png": "png-picture"}
SHAPES = {"small": f"{N_SMALL} × 100,000", "large": f"{N_CELLS:,} × 100,000"}


def read(path: str) -> float:
    """Read all arrays of the file."""
    with stopwatch() as watch, np.load(path) as file:
        for name in file.files:
            file[name]
    return watch.seconds


def cold(chromium: Browser, folder: Path, rounds: int) -> list[Row]:
    """Compare the first widget of the panel with one button, each from a server of its own."""
    pages = {
        "bare": (write_notebook(folder / "bare.ipynb", f"{PAGES}bare_page()"), ".bare-button"),
        "panel": (write_notebook(folder / "panel.ipynb", PANEL), ".dw-source-open"),
    }
    seen: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(rounds):
        for name, (notebook, css) in pages.items():
            with voila(notebook, folder) as address:
                seen[name].append(browse.first_widget(chromium, address, css))
    return [_row("first widget in Voila, cold / bare page", seen["panel"], seen["bare"], 1.8)]


def headers(page: Page, folder: Path, rounds: int) -> list[Row]:
    """Choose a file of 10 MB and one of 400 MB in turn; the latter is chosen in the end."""
    seen: dict[str, list[float]] = {name: [] for name in SHAPES}
    first = browse.headers(page, folder / "large.npz", SHAPES["large"])
    for _ in range(2 * rounds + 1):
        for name, shape in SHAPES.items():
            seen[name].append(browse.headers(page, folder / f"{name}.npz", shape))
    large, small = (statistics.median(seen[name]) for name in ("large", "small"))
    must = 1000 * HEADERS_SEC
    return [
        Row(
            what="file chosen -> headers of 400 MB, first in its page",
            measured=1000 * first,
            must=must,
        ),
        Row(what="file chosen -> headers of 400 MB", measured=1000 * large, must=must),
        _row("file chosen -> headers, 400 MB / 10 MB", [large], [small], 1.2),
    ]


class Tabs:
    """The panel, the bare canvas and the PNG, side by side in one host."""

    def __init__(self, panel: Page, canvas: Page, png: Page) -> None:
        self.panel, self.canvas, self.png = panel, canvas, png

    def pictures(self, *, with_overrides: bool = False) -> dict[str, list[float]]:
        """Time pictures of all three in turn; overrides too, in the weather of the pans."""
        seen: dict[str, list[float]] = {"panel": [], "override": [], "canvas": [], "png": []}
        for _ in range(2):  # nothing is measured until each has been used
            browse.next_canvas(self.canvas)
            browse.next_png(self.png)
        for at in range(N_PICTURES):
            if at % len(KEYS) == 0:
                self.panel.bring_to_front()
                seen["panel"] += [browse.next_picture(self.panel, key) for key in KEYS]
                if with_overrides:
                    seen["override"] += [browse.override(self.panel, "speed", to) for to in WORDS]
                self.canvas.bring_to_front()
                seen["canvas"] += [browse.next_canvas(self.canvas) for _ in KEYS]
            if at % len(KEYS) < 2:
                self.png.bring_to_front()
                seen["png"].append(browse.next_png(self.png))
        return seen


def rows_of_pictures(host: str, seen: dict[str, list[float]]) -> list[Row]:
    """Compare pictures."""
    return [
        _row(f"pan or zoom in {host} / bare canvas", seen["panel"], seen["canvas"], 1.6),
        _row(f"pan or zoom in {host} / PNG", seen["panel"], seen["png"], 1 / 1.8),
    ]


def in_voila(chromium: Browser, folder: Path, rounds: int) -> tuple[list[Row], int]:
    """Measure the panel in Voila; give the bytes of one picture too."""
    large = folder / "large.npz"
    with ExitStack() as stack:
        page = browse.open_tab(chromium)
        frames = browse.Frames(page)
        page.goto(stack.enter_context(voila(folder / "panel.ipynb", folder)))
        page.locator(".dw-source-open").wait_for(state="visible")
        kernel = browse.only_kernel()
        after_imports = browse.anonymous_memory(kernel)
        rows = headers(page, folder, rounds)
        browse.open_chosen(page)
        read_sec = measure({"read": call_of(read, large)}, rounds=3)["read"]
        first = browse.check(page)
        browse.zoom_to_window(page)
        mark = len(frames.sizes)
        for key in KEYS:
            browse.next_picture(page, key)
        n_bytes = frames.typical(mark)
        yardsticks = _yardsticks(folder, stack, n_bytes)
        canvas, png = (_tab(chromium, *each) for each in yardsticks.items())
        first_canvas = browse.show_canvas(canvas)
        allowed = max(FIRST_TRACES_SEC, 2 * read_sec + first_canvas)
        rows.append(_row("Check data -> traces / what it may take", [first], [allowed], 1.0))
        seen = Tabs(page, canvas, png).pictures(with_overrides=True)
        rows += rows_of_pictures("Voila", seen)
        what = "type override -> report and picture / pan"
        rows.append(_row(what, seen["override"], seen["panel"], 3))
        page.bring_to_front()
        rows.append(_work_of_a_pan(page, kernel))
        used = (browse.anonymous_memory(kernel) - after_imports) / 1e6
        what = "memory of the kernel beyond that after imports"
        rows.append(Row(what=what, measured=used, must=100.0, unit="MB"))
        for tab in (page, canvas, png):
            tab.context.close()
    return rows, n_bytes


def _work_of_a_pan(page: Page, kernel: int) -> Row:
    before = browse.processor_time(kernel)
    keys = KEYS * (N_PICTURES // len(KEYS))
    for key in keys:
        browse.next_picture(page, key)
    busy = (browse.processor_time(kernel) - before) / len(keys)
    return Row(what="processor time of the kernel for a pan", measured=1000 * busy)


def _yardsticks(folder: Path, stack: ExitStack, n_bytes: int) -> dict[str, str]:
    calls = {"canvas": f"canvas_page({n_bytes})", "png": "picture_page()"}
    notebooks = {
        name: write_notebook(folder / f"{name}.ipynb", f"{PAGES}{call}")
        for name, call in calls.items()
    }
    return {
        name: stack.enter_context(voila(notebook, folder)) for name, notebook in notebooks.items()
    }


def _tab(chromium: Browser, name: str, address: str) -> Page:
    page = browse.open_tab(chromium)
    page.goto(address)
    page.locator(f".{FIRST_OF[name]}").first.wait_for(state="visible")
    return page


def in_lab(chromium: Browser, folder: Path) -> list[Row]:
    """Measure pictures in JupyterLab; the notebooks are those of Voila."""
    with jupyterlab(folder) as address:
        tabs = {name: browse.open_tab(chromium) for name in ("panel", "canvas", "png")}
        for name, page in tabs.items():
            browse.run_in_lab(page, address, f"{name}.ipynb")
            page.locator(f".{FIRST_OF[name]}").first.wait_for(state="visible")
        browse.headers(tabs["panel"], folder / "large.npz", SHAPES["large"])
        browse.open_chosen(tabs["panel"])
        browse.check(tabs["panel"])
        browse.zoom_to_window(tabs["panel"])
        browse.show_canvas(tabs["canvas"])
        seen = Tabs(tabs["panel"], tabs["canvas"], tabs["png"]).pictures()
        for page in tabs.values():
            page.context.close()
    return rows_of_pictures("JupyterLab", seen)


def _row(what: str, seconds: list[float], yardstick: list[float], must: float) -> Row:
    measured, compared = (1000 * statistics.median(each) for each in (seconds, yardstick))
    return Row(what=what, measured=measured, yardstick=compared, must=must)


def main(rounds: int) -> int:
    """Measure, print, and give 1 if a target was missed."""
    os.environ["PYTHONPATH"] = str(ROOT)
    with tempfile.TemporaryDirectory(prefix="driada-benchmark-") as name, browse.browser() as used:
        folder = Path(name)
        os.environ[FOLDER_VARIABLE] = name
        keep_state_in(folder)
        write_recording(folder / "large.npz", N_CELLS)
        write_recording(folder / "small.npz", N_SMALL)
        rows = cold(used, folder, rounds)
        seen, n_bytes = in_voila(used, folder, rounds)
        rows += [*seen, *in_lab(used, folder)]
    title = f"The panel; a picture is {n_bytes / 1000:.0f} kB; load average {busy_with()}"
    return int(not print_rows(title, rows))


def busy_with() -> str:
    """Say how many processes wanted a core in the last one and five minutes."""
    return " and ".join(f"{load:.1f}" for load in os.getloadavg()[:2])


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))

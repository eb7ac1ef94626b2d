"""How fast *Try on 5 neurons* answers in a browser, from the press to the table.

``python -m benchmarks.panel_trials [ROUNDS]``. It tries every method in Voila on the real recording
that is built in, and on 500 neurons x 40 000 frames at 20 Hz (160 MB), written to a temporary
folder. Each round begins with a page of its own, so that the first trial is one; it is pressed when
a person has had time to see the summary, and, to be looked at only, in the moment it appears.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import panel_browser as browse
from benchmarks.panel import PANEL, busy_with
from benchmarks.spikes import FPS, make_calcium
from benchmarks.timing import Row, keep_state_in, print_rows
from tests.journeys import steps
from tests.journeys.servers import voila, write_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

REAL = "dg_2-1_D1"
N_CELLS, N_FRAMES = 500, 40_000
FIRST, OTHERS = "matched", ("wavelet", "threshold", "oasis", "load-wavelet", "load-threshold")
AT_ONCE = f"{FIRST}, pressed in the moment it is built"
LOOKING_SEC = 2.0
"""From the summary to the first press: below it stands what the methods are, to be read."""
MOST_SEC = 1.0
"""Longest time from the press to the table."""


def write_recording(path: Path) -> None:
    """Write calcium and one feature."""
    speed = np.random.default_rng(1).random(N_FRAMES)
    np.savez(path, calcium=make_calcium(N_CELLS, N_FRAMES), speed=speed)


def built(chromium: Browser, address: str, recording: Path | None) -> Page:
    """Open a tab, and build the experiment of a recording; ``None``: of the real one."""
    page = browse.open_tab(chromium)
    page.goto(address)
    page.wait_for_selector(".dw-panel")
    if recording is None:
        steps.open_demo(page, REAL)
    else:
        steps.open_path(page, recording)
        rate = page.locator(".dw-fps input").first
        rate.fill(f"{FPS:g}")
        rate.press("Enter")
    steps.check(page)
    steps.build(page)
    page.locator("button.dw-spikes-try").wait_for(state="visible")
    return page


def choose(page: Page, method: str) -> None:
    """Choose a method, and wait until the page is at rest."""
    page.locator(".dw-spikes-method select").select_option(method)
    page.wait_for_timeout(1000)


def press(page: Page) -> float:
    """Press *Try on 5 neurons*, and give the seconds to the table with what it found."""
    seconds = page.evaluate(
        """() => {
          const button = seen("button.dw-spikes-try");
          let pressed = false;
          return timed(
            () => button.click(),
            () => {
              const found = seen(".dw-spikes-tried");
              pressed ||= button.disabled;
              return pressed && !button.disabled
                && found?.querySelectorAll("tbody tr").length === 5;
            });
        }"""
    )
    return float(seconds) / 1000


def trials(
    chromium: Browser, address: str, recording: Path | None, rounds: int
) -> dict[str, list[float]]:
    """Try every method, once a round, and the first one twice more."""
    has_oasis = importlib.util.find_spec("oasis") is not None
    others = [name for name in OTHERS if has_oasis or name != "oasis"]
    seen: dict[str, list[float]] = {}

    def keep(name: str, page: Page) -> None:
        seen.setdefault(name, []).append(press(page))

    for _ in range(rounds):
        page = built(chromium, address, recording)
        page.wait_for_timeout(1000 * LOOKING_SEC)
        keep(f"{FIRST}, first", page)
        page.wait_for_timeout(1000)
        keep(f"{FIRST}, again", page)
        for method in others:
            choose(page, method)
            keep(method, page)
        page.context.close()
        page = built(chromium, address, recording)
        keep(AT_ONCE, page)
        page.context.close()
    return seen


def rows_of(recording: str, seen: dict[str, list[float]]) -> list[Row]:
    """Compare each with what it may take."""
    return [
        Row(
            what=f"{recording}: {name}",
            measured=1000 * statistics.median(seconds),
            must=None if name == AT_ONCE else 1000 * MOST_SEC,
        )
        for name, seconds in seen.items()
    ]


def main(rounds: int) -> int:
    """Measure, print, and give 1 if a target was missed."""
    with tempfile.TemporaryDirectory(prefix="driada-benchmark-") as name, browse.browser() as used:
        folder = Path(name)
        keep_state_in(folder)
        path = folder / "synthetic.npz"
        write_recording(path)
        notebook = write_notebook(folder / "panel.ipynb", PANEL)
        with voila(notebook, folder) as address:
            rows = rows_of("real", trials(used, address, None, rounds))
            rows += rows_of("synthetic", trials(used, address, path, rounds))
    title = f"Try on 5 neurons, press to table; load average {busy_with()}"
    return int(not print_rows(title, rows))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))

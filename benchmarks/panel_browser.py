"""A browser for the measurements: pages are timed by their own clock, from event to change."""

from __future__ import annotations

import os
import shutil
import statistics
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from playwright.sync_api import sync_playwright

from tests.journeys.conftest import FLAGS, KERNEL_IS_IDLE, MAC, NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Page, WebSocket

__all__ = [
    "Frames",
    "anonymous_memory",
    "browser",
    "check",
    "first_widget",
    "headers",
    "next_canvas",
    "next_picture",
    "next_png",
    "only_kernel",
    "open_chosen",
    "open_tab",
    "override",
    "processor_time",
    "run_in_lab",
    "show_canvas",
    "zoom_to_window",
]

WAIT_MS = 60_000
STEADY = """
window.timed = (act, done) => new Promise((resolve, reject) => {
  const fail = setTimeout(() => reject(new Error(`not seen: ${done}`)), 30000);
  const look = () => {
    if (!done()) return;
    watcher.disconnect();
    clearTimeout(fail);
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
  };
  const watcher = new MutationObserver(look);
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  watcher.observe(document, all);
  const start = performance.now();
  act();
});
window.traces = () => document.querySelector(".dw-traces[data-rev], .dw-traces [data-rev]");
window.press = (on, key) => on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
window.seen = (css) =>
  [...document.querySelectorAll(css)].find((each) => each.offsetParent !== null);
"""
"""``timed`` gives milliseconds from an action to the frame after a condition is fulfilled."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Start the Chromium of the machine."""
    named = os.environ.get("CHROMIUM")
    found = next(filter(None, map(shutil.which, [*([named] if named else []), *NAMES])), MAC)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()


def open_tab(chromium: Browser) -> Page:
    """Open an empty tab of a person who was never here, as large as a notebook's pane."""
    page = chromium.new_context(viewport={"width": 1100, "height": 950}).new_page()
    page.add_init_script(STEADY)
    page.set_default_timeout(WAIT_MS)
    return page


def first_widget(chromium: Browser, address: str, css: str) -> float:
    """Give the seconds from the address to a widget that is seen."""
    page = open_tab(chromium)
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(css).first.wait_for(state="visible")
    seconds = time.perf_counter() - start
    page.context.close()
    return seconds


def run_in_lab(page: Page, address: str, notebook: str) -> None:
    """Open a notebook in JupyterLab and run its cells."""
    page.goto(f"{address}/lab/tree/{notebook}?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_function(KERNEL_IS_IDLE)
    page.evaluate("() => void window.jupyterapp.commands.execute('notebook:run-all-cells')")


# --- the panel ------------------------------------------------------------------------------------


def headers(page: Page, path: Path, shape: str) -> float:
    """Choose a file, and give the seconds to its headers on screen."""
    page.locator(".dw-step-source").click()
    page.locator(".dw-source-kind").get_by_label("File on this computer or server").check()
    field = page.locator(".dw-source-path input")
    field.fill(str(path))
    page.wait_for_timeout(300)
    seconds = page.evaluate(
        """(shape) => timed(
          () => seen(".dw-source-path input").dispatchEvent(new Event("change", { bubbles: true })),
          () => seen(".dw-preview")?.textContent.includes(shape))""",
        shape,
    )
    return float(seconds) / 1000


def open_chosen(page: Page) -> None:
    """Open what was chosen, and wait for step *Map*."""
    page.locator("button.dw-source-open").click()
    page.locator(".dw-fps").wait_for(state="visible")


def check(page: Page) -> float:
    """Give the seconds from *Check data* to the first traces."""
    page.locator(".dw-step-check").click()
    page.locator("button.dw-check").wait_for(state="visible")
    page.wait_for_timeout(300)
    seconds = page.evaluate(
        """() => timed(
          () => seen("button.dw-check").click(),
          () => traces()?.dataset.fresh === "true")"""
    )
    return float(seconds) / 1000


def zoom_to_window(page: Page, times: int = 4) -> None:
    """Zoom in, so that a pan has somewhere to go, once nothing runs beside it any more."""
    page.wait_for_function(
        "() => document.querySelector('.dw-log').textContent.includes('looked for bad frames')"
    )
    for _ in range(times):
        page.evaluate("() => press(traces(), '+')")
        page.wait_for_timeout(500)


def next_picture(page: Page, key: str) -> float:
    """Press a key in the traces; give the seconds to the picture that Python sent for it."""
    seconds = page.evaluate(
        """(key) => {
          const root = traces();
          const { asked, answered, rev } = root.dataset;
          return timed(
            () => press(root, key),
            () => root.dataset.asked !== asked && root.dataset.answered === root.dataset.asked
              && root.dataset.fresh === "true" && root.dataset.rev !== rev);
        }""",
        key,
    )
    return float(seconds) / 1000


def override(page: Page, feature: str, word: str) -> float:
    """Choose the type of a feature, at rest; give the seconds until report and picture are new."""
    page.wait_for_timeout(300)
    seconds = page.evaluate(
        """([feature, word]) => {
          const root = traces();
          const choose = seen(`.dw-feature-${feature} select`);
          const { rev } = root.dataset;
          const [step, plan, log] = [".dw-step-check", ".dw-plan", ".dw-log"].map(
            (css) => document.querySelector(css));
          const { textContent: before } = log;
          return timed(
            () => {
              choose.value = word;
              choose.dispatchEvent(new Event("change", { bubbles: true }));
            },
            () => log.textContent !== before && /^[0-9:]+ checked: /.test(log.textContent)
              && !step.textContent.includes("working") && root.dataset.rev !== rev
              && plan.textContent.includes(word));
        }""",
        [feature, word],
    )
    return float(seconds) / 1000


# --- yardsticks -----------------------------------------------------------------------------------


def show_canvas(page: Page) -> float:
    """Give the seconds from a click to the first picture of the bare canvas."""
    page.locator("button.bare-show").wait_for(state="visible")
    page.wait_for_timeout(300)
    seconds = page.evaluate(
        """() => timed(
          () => seen("button.bare-show").click(),
          () => document.querySelector(".bare-canvas[data-rev]"))"""
    )
    return float(seconds) / 1000


def next_canvas(page: Page) -> float:
    """Give the seconds from a click to the next picture of the bare canvas."""
    seconds = page.evaluate(
        """() => {
          const canvas = document.querySelector(".bare-canvas");
          const { rev } = canvas.dataset;
          return timed(() => canvas.click(), () => canvas.dataset.rev !== rev);
        }"""
    )
    return float(seconds) / 1000


def next_png(page: Page) -> float:
    """Give the seconds from a click to the next PNG, loaded."""
    seconds = page.evaluate(
        """() => {
          const page = document.body.dataset;
          page.loaded = "";
          document.addEventListener("load", (event) => {
            if (event.target.tagName === "IMG") page.loaded = "yes";
          }, { capture: true, once: true });
          return timed(() => seen("button.png-next").click(), () => page.loaded === "yes");
        }"""
    )
    return float(seconds) / 1000


# --- what else is looked at -----------------------------------------------------------------------


class Frames:
    """Sizes of the messages that a page gets from its kernel."""

    def __init__(self, page: Page) -> None:
        self.sizes: list[int] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: self.sizes.append(len(data)))

    def typical(self, since: int) -> int:
        """Give the size of a message with a picture, of those after the first ``since``."""
        late: Sequence[int] = self.sizes[since:]
        return int(statistics.median([size for size in late if size > max(late) / 2]))


def only_kernel() -> int:
    """Give the process id of the one kernel that runs under this process."""
    kernels = [
        child.pid
        for child in psutil.Process().children(recursive=True)
        if any("ipykernel_launcher" in part for part in _command(child))
    ]
    if len(kernels) != 1:
        msg = f"Expected one kernel, found {len(kernels)}."
        raise RuntimeError(msg)
    return int(kernels[0])


def anonymous_memory(process_id: int) -> float:
    """Give the bytes that a process holds for itself; maps of files are not counted."""
    status = Path(f"/proc/{process_id}/status").read_text(encoding="utf-8")
    line = next(each for each in status.splitlines() if each.startswith("RssAnon"))
    return float(line.split()[1]) * 1024


def processor_time(process_id: int) -> float:
    """Give the seconds that a process has kept a core busy."""
    times = psutil.Process(process_id).cpu_times()
    return float(times.user + times.system)


def _command(process: Any) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []

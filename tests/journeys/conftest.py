"""The browser of the journeys: which one, what it may ask for, and what it saw."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import ConsoleMessage, Page, expect

from driada_widgets.core.sources.demo import demo_path
from tests.journeys.places import NOTEBOOK, PLACES, ShowPanel, showing
from tests.journeys.servers import jupyterlab, voila
from tests.journeys.steps import PATIENCE_SEC

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The indicator in the toolbar says "idle" before there is a kernel.
KERNEL_IS_IDLE = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  const kernel = context?.session?.kernel;
  return context?.isReady && kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""
N_COLOURS = 128
"""Colours of a picture that is kept; more cannot be told apart."""
LAB_NOISE = ("Canceled future", "Failed to load resource")
PATIENCE_MS = 1000 * PATIENCE_SEC
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Use the Chromium of the machine; nothing is downloaded."""
    named = os.environ.get("CHROMIUM")
    found = next(filter(None, map(shutil.which, [*([named] if named else []), *NAMES])), MAC)
    return {"executable_path": found, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """Show as much as a notebook's pane does."""
    return {"viewport": {"width": 1100, "height": 950}}


@pytest.fixture(autouse=True)
def stays_on_the_machine(page: Page) -> Iterator[list[str]]:
    """Fail if any request leaves the machine, or the page raises an error."""
    page.set_default_timeout(PATIENCE_MS)
    outside: list[str] = []
    errors: list[str] = []

    def look(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob", "about"} and parts.hostname != "127.0.0.1":
            outside.append(url)

    def keep(text: str) -> None:
        if not any(noise in text for noise in LAB_NOISE):
            errors.append(text)

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            keep(message.text)

    page.on("request", lambda request: look(request.url))
    page.on("websocket", lambda socket: look(socket.url))
    page.on("pageerror", lambda error: keep(str(error)))
    page.on("console", listen)
    yield errors
    assert outside == []
    assert errors == []


@pytest.fixture
def screenshot(page: Page, tmp_path: Path) -> Callable[[str], Path]:
    """Take a picture by name: into the folder named by ``SCREENSHOTS``, else a temporary one."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    def take(name: str) -> Path:
        path = folder / f"{name}.png"
        page.screenshot(path=path)
        if "SCREENSHOTS" in os.environ:  # it is kept: with a palette it is a third of the size
            with Image.open(path) as taken:
                small = taken.convert("RGB").quantize(N_COLOURS, dither=Image.Dither.NONE)
            small.save(path, optimize=True)
        return path

    return take


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Run one JupyterLab for all journeys; give its address and its folder."""
    folder = tmp_path_factory.mktemp("lab")
    with jupyterlab(folder) as address:
        yield address, folder


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a lab with the real recording in it."""
    folder = tmp_path_factory.mktemp("recordings")
    shutil.copy(demo_path("dg_2-1_D1"), folder / "dg_2-1_D1.npz")
    return folder


@pytest.fixture(scope="module")
def address(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the panel's notebook over the folder, as the application does."""
    copied = tmp_path_factory.mktemp("served") / "panel.ipynb"
    shutil.copy(NOTEBOOK, copied)
    with voila(copied, root) as found:
        yield found


@pytest.fixture(params=PLACES)
def show_panel(page: Page, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ShowPanel]:
    """Show the panel: each test that asks for this runs in Voila and in JupyterLab."""

    def fixture(name: str) -> Callable[[], Any]:
        return lambda: request.getfixturevalue(name)

    folder = tmp_path / f"{request.param}-{tmp_path.name}"
    folder.mkdir()
    with showing(request.param, page, folder, fixture("lab"), fixture("open_in_lab")) as show:
        yield show


@pytest.fixture
def open_in_lab(page: Page, lab: tuple[str, Path]) -> Callable[[Path], None]:
    """Open a notebook of the lab's folder and run its cells."""
    address, folder = lab

    def open_notebook(notebook: Path) -> None:
        page.goto(f"{address}/lab/tree/{notebook.relative_to(folder)}?reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_function(KERNEL_IS_IDLE)
        page.evaluate("() => void window.jupyterapp.commands.execute('notebook:run-all-cells')")

    return open_notebook

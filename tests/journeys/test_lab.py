"""The panel inside JupyterLab: the road, a drag, undo, a build; no key reaches the notebook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.broken_files import write_plain
from tests.journeys import steps
from tests.journeys.servers import write_notebook
from tests.journeys.test_traces import drag, drawn

CODE = "from driada_widgets import open_panel\npanel = open_panel({path!r})\npanel"
CELL_KEYS = ("a", "b", "d", "d", "x", "v", "m", "y", "z", "Shift+m", "0", "0")
"""Keys that in JupyterLab insert, delete, cut, merge or convert cells, or restart the kernel."""
CONTROLS = (
    ".dw-rail button",
    ".dw-source-kind input",
    ".dw-source-path input",
    ".dw-picker-list",
    ".dw-picker-filter input",
    ".dw-upload input",
    ".dw-neural select, .dw-array select",
    ".dw-array-more",
    ".dw-aggregate-of select",
    ".dw-circular-2d input",
    ".dw-feature-use input",
    ".dw-feature-type select",
    ".dw-report summary",
    ".dw-bad-text input",
    ".dw-view-traces",
    ".dw-traces button",
    ".dw-next",
)
"""One control of each sort, where it is in the steps."""


@pytest.fixture
def panel(page: Page, lab: tuple[str, Path], open_in_lab: Callable[[Path], None]) -> Locator:
    """Open a recording in the panel in a notebook, at step Map."""
    page.set_viewport_size({"width": 1600, "height": 1000})
    path = write_plain(lab[1] / "mouse.npz")
    open_in_lab(write_notebook(lab[1] / "panel.ipynb", CODE.format(path=str(path))))
    found = page.locator(".dw-panel")
    expect(found).to_be_visible()
    expect(found).to_have_attribute("data-guarded", "true")
    return found


def press_on_every_control(page: Page, tried: set[str]) -> None:
    """Focus one control of each sort on screen, and press what would change the notebook."""
    for selector in CONTROLS:
        found = page.locator(selector).locator("visible=true")
        if selector in tried or found.count() == 0 or found.first.is_disabled():
            continue
        tried.add(selector)
        found.first.focus()
        for key in CELL_KEYS:
            page.keyboard.press(key)
        typed = found.first.evaluate("node => node.tagName === 'INPUT' && node.type === 'text'")
        if typed:
            for _ in CELL_KEYS:
                page.keyboard.press("Backspace")


def cells(page: Page) -> list[str]:
    """Give the kind and text of every cell of the notebook."""
    script = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells.map(
        (cell) => `${cell.cell_type}: ${cell.source}`)"""
    return list(page.evaluate(script))


def test_road_in_a_notebook(page: Page, panel: Locator, screenshot: Callable[[str], Path]) -> None:
    """Check, override, drag, undo and build; the notebook's cells stay as they were."""
    before = cells(page)
    tried: set[str] = set()
    press_on_every_control(page, tried)
    steps.shown(page, "dw-step-source").click()
    expect(page.locator(".dw-picker-list")).to_be_visible()
    press_on_every_control(page, tried)

    steps.check(page)
    expect(page.locator(".dw-feature-type select").first).to_be_enabled()
    press_on_every_control(page, tried)
    steps.choose_type(page, "trial_type", "categorical")
    picture = drawn(page)
    picture.focus()
    marking = picture.get_by_role("button", name="Mark bad")
    if marking.get_attribute("aria-pressed") != "true":
        page.keyboard.press("b")
    drag(page, picture, 300, 400)
    listed = steps.shown(page, "dw-bad-list")
    expect(listed).to_contain_text("Remove")
    page.locator(".dw-view-traces").focus()
    page.keyboard.press("Control+z")
    expect(listed).not_to_contain_text("Remove")
    page.keyboard.press("Control+Shift+z")
    expect(listed).to_contain_text("Remove")
    steps.build(page)
    screenshot("lab-build")

    assert cells(page) == before
    assert {*CONTROLS} - tried == set()
    assert page.locator(".jp-Dialog").count() == 0


def test_dark_theme(page: Page, panel: Locator, screenshot: Callable[[str], Path]) -> None:
    """The panel follows the theme: dark paper, light letters, in every box."""
    page.evaluate(
        "() => window.jupyterapp.commands.execute("
        "'apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    expect(page.locator(".dw-panel.dw-dark")).to_have_count(1)
    too_light = """root => [...root.querySelectorAll("input, select, textarea, pre, .dw-card")]
          .filter((node) => node.getClientRects().length)
          .map((node) => getComputedStyle(node).backgroundColor.match(/[\\d.]+/g).map(Number))
          .filter(([red, green, blue, alpha = 1]) => alpha > 0 && red + green + blue > 480)"""

    steps.until(page, lambda: panel.evaluate(too_light), [])
    assert screenshot("lab-dark").stat().st_size > 20_000

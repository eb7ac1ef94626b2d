"""The trace picture inside JupyterLab, whose own keys must not act on the notebook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys import steps
from tests.journeys.servers import write_notebook
from tests.journeys.test_traces import CODE, DARK, corner, drag, drawn, shows


@pytest.fixture
def picture(page: Page, lab: tuple[str, Path], open_in_lab: Callable[[Path], None]) -> Locator:
    """Open the page of the picture in JupyterLab."""
    open_in_lab(write_notebook(lab[1] / "traces.ipynb", CODE))
    return drawn(page)


def test_keys_stay_in_the_panel(
    page: Page, picture: Locator, screenshot: Callable[[str], Path]
) -> None:
    """Keys that insert, delete or undo cells act on the panel or on nothing."""
    cells = page.locator(".jp-Notebook .jp-Cell")
    seen = page.locator(".seen")
    before = cells.count()

    picture.focus()
    for key in ("a", "b", "d", "d", "x", "z", "m", "Enter", "Escape", "ArrowUp", "Shift+Enter"):
        page.keyboard.press(key)
    expect(picture.get_by_role("button", name="Mark bad")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Control+z")
    expect(seen).to_have_text("undo")
    page.keyboard.press("?")
    expect(seen).to_have_text("help")
    for button in ("Zoom in", "Other"):
        page.locator(".dw-panel").get_by_role("button", name=button).focus()
        for key in ("a", "b", "d", "d", "Control+Shift+z"):
            page.keyboard.press(key)
    field = page.locator(".dw-panel input[type=text]")
    field.click()
    page.keyboard.type("abdd?")
    page.keyboard.press("Control+z")

    assert cells.count() == before
    expect(page.locator(".dw-panel")).to_be_visible()
    assert screenshot("traces-in-lab").stat().st_size > 20_000


def test_moving_and_marking(page: Page, picture: Locator) -> None:
    """Windows come and marks go in JupyterLab as in Voila."""
    picture.focus()
    page.keyboard.press("End")
    shows(picture, 96_000, 100_000)
    page.keyboard.press("b")
    drag(page, picture, 99_000, 100_500)
    expect(page.locator(".seen")).to_contain_text("-100000")


def test_dark_theme_is_followed(
    page: Page, picture: Locator, screenshot: Callable[[str], Path]
) -> None:
    """A change of the theme redraws the picture and is told to Python."""
    page.evaluate(
        "() => window.jupyterapp.commands.execute("
        "'apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    expect(page.locator(".dw-panel.dw-dark")).to_have_count(1)

    steps.until(page, lambda: max(corner(picture)) < DARK, True)
    assert screenshot("traces-in-lab-dark").stat().st_size > 20_000

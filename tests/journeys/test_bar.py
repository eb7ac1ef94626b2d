"""The bottom bar in Voila and in JupyterLab: in view, and one press does one thing."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.broken_files import write_plain
from tests.journeys import steps
from tests.journeys.places import ShowPanel

SCROLLED = """(share) => {
  let node = document.querySelector(".dw-panel").parentElement;
  while (!(node.scrollHeight > node.clientHeight && getComputedStyle(node).overflowY === "auto"))
    node = node.parentElement;
  node.scrollTop = share * (node.scrollHeight - node.clientHeight);
}"""


def is_in_view(page: Page) -> None:
    """Scroll through the step: the whole bar is seen at its top, in its middle and at its end."""
    for share in (0, 0.4, 0.8):
        page.evaluate(SCROLLED, share)
        for part in ("dw-log-toggle", "dw-log", "dw-primary"):
            expect(steps.shown(page, part)).to_be_in_viewport(ratio=0.99)
            expect(steps.shown(page, "dw-primary").locator("button")).to_have_count(1)


def double_press(page: Page, name: str) -> None:
    """Press twice at the same place, as fast as hands can."""
    steps.press(page, name)
    page.mouse.down()
    page.mouse.up()


@pytest.mark.parametrize("width", [900, pytest.param(1600, marks=pytest.mark.slow)])
def test_bar_is_in_view_and_one_press_is_one_step(
    page: Page, show_panel: ShowPanel, tmp_path: Path, width: int
) -> None:
    """Wherever a step is scrolled; the second press of a double one is lost, by mouse and key."""
    root = tmp_path / "bar"
    root.mkdir()
    write_plain(root / "mouse.npz")
    page.set_viewport_size({"width": width, "height": 800})
    voice, onward = page.locator(".dw-voice"), page.locator(".dw-next")
    show_panel(root)
    expect(onward).to_be_disabled()
    expect(steps.shown(page, "dw-why")).to_have_text("Open a source first.")
    steps.open_path(page, root / "mouse.npz")
    expect(steps.shown(page, "dw-fps")).to_be_visible()
    is_in_view(page)

    double_press(page, "dw-next")
    expect(voice).to_contain_text("Step 3 of 5: Check.")
    expect(page.locator(".dw-check")).to_be_focused()
    expect(steps.shown(page, "dw-report")).to_be_hidden()

    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(voice).to_contain_text("Checked: ready to build.")
    expect(onward).to_be_focused()
    expect(onward).to_have_text("Next: Build")
    is_in_view(page)

    toggle = steps.shown(page, "dw-log-toggle")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    expect(steps.shown(page, "dw-log")).to_contain_text("read the headers of mouse.npz")
    is_in_view(page)

"""Where the focus goes when the line that has it is gone, and how equal buttons are told apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.servers import voila, write_notebook
from tests.panels import write_recording
from tests.samples import make_aligned

PANEL = "from driada_widgets.app import panel\npanel()"
NAMES = """() => [...document.querySelectorAll(".dw-panel button")]
  .filter((button) => button.getClientRects().length)
  .map((button) => button.getAttribute("aria-label") ?? button.textContent.trim())"""


def spoilt(folder: Path) -> Path:
    """Write a recording with two runs of frozen frames, which are proposed."""
    data = make_aligned(20)
    for start in (300, 500):
        data["calcium"][:, start : start + 4] = data["calcium"][:, start : start + 1]
    return write_recording(folder, **data)


def press_last(page: Page, name: str, left: int) -> None:
    """Press the last of the buttons of this kind by key; so many lines are left then."""
    buttons = page.locator(f".{name}")
    buttons.last.focus()
    page.keyboard.press("Enter")
    expect(buttons).to_have_count(left)


def test_focus_stays_with_the_lines(page: Page, tmp_path: Path) -> None:
    """The same button of the neighbouring line has it next; after the last line, a control nearby.

    Each of the buttons that stand in every line has a name of its own.
    """
    root, served = tmp_path / "data", tmp_path / "served"
    root.mkdir()
    served.mkdir()
    notebook = write_notebook(served / "panel.ipynb", PANEL)
    with voila(notebook, root) as address:
        page.goto(address)
        page.wait_for_selector(".dw-panel")
        steps.open_path(page, spoilt(root))
        expect(steps.shown(page, "dw-fps")).to_be_visible()
        steps.check(page)
        expect(page.locator(".dw-proposal")).to_have_count(2)
        accept = page.get_by_role("button", name="Accept: mark 301-303 (15.05-15.15 s) as bad")
        expect(accept).to_be_visible()
        names = page.evaluate(NAMES)

        press_last(page, "dw-proposal-accept", left=1)
        expect(page.locator(".dw-proposal-accept")).to_be_focused()
        press_last(page, "dw-proposal-accept", left=0)
        expect(page.locator(".dw-bad-text input")).to_be_focused()
        press_last(page, "dw-bad-remove", left=1)
        expect(page.locator(".dw-bad-remove")).to_be_focused()
        press_last(page, "dw-bad-remove", left=0)
        expect(page.locator(".dw-bad-text input")).to_be_focused()

    values, counts = np.unique(names, return_counts=True)
    assert values[counts > 1].tolist() == []
    assert "Go back to the detected type of speed" in names


def test_an_error_is_seen_where_the_page_is_scrolled(page: Page, tmp_path: Path) -> None:
    """On a small screen the button is far below the place of errors; the box comes into view."""
    root, served = tmp_path / "data", tmp_path / "served"
    root.mkdir()
    served.mkdir()
    (root / "one.npy").write_bytes(b"no array")
    page.set_viewport_size({"width": 1280, "height": 500})
    with voila(write_notebook(served / "panel.ipynb", PANEL), root) as address:
        page.goto(address)
        page.wait_for_selector(".dw-panel")
        steps.open_path(page, root / "one.npy")

        expect(steps.shown(page, "dw-error")).to_be_in_viewport(ratio=0.9)

"""The whole road by the keyboard alone; the focus is always seen, and every control has a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from driada_widgets import open_experiment
from tests.broken_files import write_plain
from tests.journeys import steps
from tests.journeys.places import ShowPanel

MOST_TABS = 150
SEEN = """() => {
  const now = document.activeElement;
  if (!now || now === document.body || !now.closest(".dw-panel")) return true;
  if (now.matches(".dw-panel")) return true; // for a moment, until what was focused is there again
  const label = now.closest(".dw-upload-choose");
  const shown = [now, ...(label ? [label] : [])].map((node) => getComputedStyle(node));
  return shown.some((style) => style.outlineStyle !== "none" || style.boxShadow !== "none");
}"""
COVERED = """() => {
  const now = document.activeElement;
  const bar = document.querySelector(".dw-bar");
  if (!bar || !now.closest(".dw-panel > :not(.dw-bar)")) return false;
  const [box, edge] = [now.getBoundingClientRect(), bar.getBoundingClientRect()];
  return box.bottom > edge.top + 1 && box.height < edge.top;
}"""
NAMELESS = """() => [...document.querySelectorAll(
    ".dw-panel button, .dw-panel input, .dw-panel select, .dw-panel textarea, .dw-panel [role]")]
  .filter((node) => node.getClientRects().length && !node.matches("[role=cell], [role=row]"))
  .filter((node) => !["status", "rowgroup", "presentation"].includes(node.getAttribute("role")))
  .filter((node) => ![node.getAttribute("aria-label"), node.title, node.textContent,
    ...[...(node.labels ?? [])].map((label) => label.textContent)].some((text) => text?.trim()))
  .map((node) => node.outerHTML.slice(0, 200))"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give the folder of a lab with a recording in a folder of its own."""
    folder = tmp_path / "keys"
    (folder / "day 1").mkdir(parents=True)
    write_plain(folder / "day 1" / "mouse.npz")
    return folder


class Keys:
    """A person without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.unseen: list[str] = []
        self.covered: list[str] = []

    def press(self, *keys: str) -> None:
        """Press keys one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def to(self, selector: str, key: str = "Tab") -> None:
        """Press Tab until the focus is there, once it is on screen."""
        expect(self.page.locator(selector).first).to_be_visible()
        for _ in range(MOST_TABS):
            if self.page.evaluate(f"document.activeElement?.matches({selector!r}) ?? false"):
                return
            self.page.keyboard.press(key)
            for script, wanted, wrong in (
                (SEEN, True, self.unseen),
                (COVERED, False, self.covered),
            ):
                if self.page.evaluate(script) is not wanted:
                    html = "document.activeElement.outerHTML.slice(0, 160)"
                    wrong.append(self.page.evaluate(html))
        pytest.fail(f"{selector} is not reached by {key}")

    def named(self) -> None:
        """Check that every control on screen has a name."""
        assert self.page.evaluate(NAMELESS) == []


def choose_a_file(keys: Keys) -> None:
    """Walk the list of files: into a folder, out, in again, and open what is in it."""
    page = keys.page
    listed = page.locator(".dw-picker-list")
    keys.to(".dw-source-kind input")
    keys.press("ArrowDown")
    expect(listed).to_contain_text("day 1/")
    keys.named()
    keys.to(".dw-picker-list")
    for key, expected in (("Enter", "mouse.npz"), ("Backspace", "day 1/"), ("Enter", "mouse.npz")):
        keys.press(key)
        expect(listed).to_contain_text(expected)
    keys.press("m", "Space")
    expect(steps.shown(page, "dw-preview")).to_contain_text("5 neurons × 1,000 frames")
    keys.press("Enter")
    expect(page.locator(".dw-voice")).to_contain_text("Step 2 of 5: Map")


def map_the_arrays(keys: Keys) -> None:
    """Set the frame rate, leave an array out, take that back, look at the options of another."""
    plan = steps.shown(keys.page, "dw-plan")
    keys.to(".dw-fps input")
    keys.press("Control+a", "1", "0", "Enter")
    expect(plan).to_contain_text("fps: 10.0")
    keys.to("select[aria-label='Part of speed']")
    keys.press("ArrowDown")
    expect(plan).to_contain_text("use: false")
    keys.press("Control+z")
    expect(plan).not_to_contain_text("use: false")
    keys.to("button[aria-label='Options of position']")
    keys.press("Enter")
    keys.named()


def check_and_mark(keys: Keys) -> None:
    """Check, override a type, mark frames, undo and redo."""
    page = keys.page
    voice, bad = page.locator(".dw-voice"), steps.shown(page, "dw-bad-list")
    expect(page.locator(".dw-check")).to_be_focused()
    keys.press("Enter")
    expect(voice).to_contain_text("Checked: ready to build.")
    expect(page.locator(".dw-next")).to_be_focused()
    keys.to(".dw-feature-trial_type .dw-feature-type select", "Shift+Tab")
    keys.press("ArrowDown")
    expect(steps.shown(page, "dw-code")).to_contain_text('FeatureChoice(type="categorical")')
    keys.to(".dw-bad-text input")
    page.keyboard.type("10-19")
    keys.to(".dw-bad-add")
    keys.press("Enter")
    expect(bad).to_contain_text("10-19")
    keys.press("Control+z")
    expect(voice).to_contain_text("Undone: mark 10-19")
    keys.press("Control+Shift+z")
    expect(bad).to_contain_text("10-19")
    keys.named()


def build_and_save(keys: Keys) -> None:
    """Build, go on, type a path, save."""
    voice = keys.page.locator(".dw-voice")
    expect(keys.page.locator(".dw-build")).to_be_focused()
    keys.press("Enter")
    expect(voice).to_contain_text("Built Exp mouse: 5 neurons, 990 frames")
    keys.named()
    expect(keys.page.locator(".dw-next")).to_be_focused()
    keys.press("Enter")
    expect(keys.page.locator(".dw-save")).to_be_focused()
    keys.to(".dw-save-path input", "Shift+Tab")
    keys.page.keyboard.type("saved.npz")
    keys.to(".dw-save")
    keys.press("Enter")
    expect(voice).to_contain_text("Saved to")
    keys.named()


def test_whole_road_by_keyboard(
    page: Page, show_panel: ShowPanel, root: Path, screenshot: Callable[[str], Path]
) -> None:
    """Choose, name, check, override, mark, undo, build and save without a mouse, at 900 pixels."""
    keys = Keys(page)
    page.set_viewport_size({"width": 900, "height": 1000})
    show_panel(root)
    page.locator(".dw-source-kind input").first.focus()

    choose_a_file(keys)
    map_the_arrays(keys)
    screenshot("keyboard-map")
    keys.to(".dw-next")
    keys.press("Enter")
    check_and_mark(keys)
    screenshot("keyboard-check")
    keys.to(".dw-next")
    keys.press("Enter")
    build_and_save(keys)
    screenshot("keyboard-save")

    assert open_experiment(root / "saved.npz").n_frames == 990
    assert keys.unseen == []
    assert keys.covered == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

"""What a person does in the panel, in words; journeys are made of these."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

__all__ = [
    "add_bad_frames",
    "build",
    "check",
    "check_recording",
    "choose_type",
    "open_demo",
    "open_path",
    "picture_number",
    "press",
    "save",
    "shown",
    "until",
]

PATIENCE_SEC = 60.0
"""How long a journey waits for what must come; a slow machine is no failure."""


def until(page: Page, read: Callable[[], object], wanted: object) -> None:
    """Look again and again, until what is read is as wanted."""
    end = time.monotonic() + PATIENCE_SEC
    while (found := read()) != wanted and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert found == wanted


def shown(page: Page, name: str) -> Locator:
    """Give what is on screen under a stable name."""
    return page.locator(f".{name}").first


def press(page: Page, name: str) -> None:
    """Press the filled button of the bottom bar, once it takes presses."""
    button = shown(page, name)
    expect(button).to_have_css("pointer-events", "auto")
    button.click()


def open_demo(page: Page, name: str) -> None:
    """Choose a built-in recording by its name, and open it."""
    shown(page, "dw-source-kind").get_by_label("Demo recording").check()
    page.locator(".dw-source-demo select").select_option(label=_demo_title(name))
    shown(page, "dw-source-open").click()
    expect(shown(page, "dw-fps")).to_be_visible()


def open_path(page: Page, path: Path) -> None:
    """Type the path of a file, and open it."""
    shown(page, "dw-source-kind").get_by_label("File on this computer or server").check()
    field = page.locator(".dw-source-path input")
    field.fill(str(path))
    field.press("Enter")
    shown(page, "dw-source-open").click()


def check(page: Page) -> None:
    """Go to step Check, press the button, and wait for the first picture."""
    shown(page, "dw-step-check").click()
    press(page, "dw-check")
    expect(page.locator(".dw-traces[data-rev], .dw-traces [data-rev]").first).to_be_visible()
    expect(shown(page, "dw-report")).to_contain_text("neurons")


def choose_type(page: Page, feature: str, word: str) -> None:
    """Override the type of a feature, and wait until it was checked again."""
    page.locator(f".dw-feature-{feature} select").select_option(word)
    expect(shown(page, "dw-step-check")).to_contain_text("ok")
    expect(page.locator(f".dw-feature-{feature} select")).to_have_value(word)


def add_bad_frames(page: Page, text: str) -> None:
    """Type bad frames, and add them."""
    page.locator(".dw-bad-text input").fill(text)
    shown(page, "dw-bad-add").click()
    expect(page.locator(".dw-bad-text input")).to_have_value("")


def build(page: Page) -> str:
    """Build, and give the hash that the summary shows."""
    shown(page, "dw-step-build").click()
    press(page, "dw-build")
    summary = shown(page, "dw-summary")
    expect(summary).to_contain_text("Hash")
    expect(shown(page, "dw-next")).to_have_text("Next: Save & share")
    return summary.locator("code").inner_text().strip()


def save(page: Page, path: Path) -> None:
    """Type where to save, save, and wait for the sentence that says so."""
    shown(page, "dw-step-save").click()
    field = page.locator(".dw-save-path input")
    field.fill(str(path))
    field.press("Enter")
    press(page, "dw-save")
    expect(shown(page, "dw-saved")).to_contain_text("Saved to")


def check_recording(page: Page, recording: str, animal: str, session: str) -> None:
    """Fill in a technician's three fields, and press the one button."""
    page.locator(".dw-source-path select").select_option(recording)
    page.locator(".dw-param-animal_id select").select_option(animal)
    page.locator(".dw-param-session input").fill(session)
    page.locator(".dw-param-session input").press("Enter")
    shown(page, "dw-check").click()
    expect(shown(page, "dw-light")).to_contain_text("proposed")


def picture_number(page: Page) -> int:
    """Give how many pictures the trace canvas has drawn."""
    found = page.locator(".dw-traces[data-rev], .dw-traces [data-rev]").first
    return int(found.get_attribute("data-rev") or 0)


def _demo_title(name: str) -> str:
    from driada_widgets.core.sources.demo import demo_recordings

    return next(demo.title for demo in demo_recordings() if demo.name == name)

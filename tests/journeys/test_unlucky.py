"""The unlucky person: every kind of broken file in one page, which answers each time and lives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.broken_files import HOSTILE_NAMES, Broken, write_broken, write_plain
from tests.hostile import ATTACKS
from tests.journeys import steps
from tests.journeys.places import ShowPanel


def type_path(page: Page, path: Path) -> None:
    """Type the path of a file, as it lies under the root."""
    steps.shown(page, "dw-step-source").click()
    field = page.locator(".dw-source-path input")
    field.fill(path.name)
    field.press("Enter")


def meets(page: Page, broken: Broken) -> None:
    """Go with a file until the panel says what is wrong with it."""
    type_path(page, broken.path)
    if broken.where == "choose":
        expect(steps.shown(page, "dw-error")).to_contain_text(broken.says)
        return
    expect(steps.shown(page, "dw-preview")).to_contain_text(broken.path.name)
    steps.shown(page, "dw-source-open").click()
    if broken.where == "map":
        expect(steps.shown(page, "dw-findings")).to_contain_text(broken.says)
        return
    expect(page.locator(".dw-step-map.dw-now")).to_be_visible()
    steps.shown(page, "dw-step-check").click()
    steps.press(page, "dw-check")
    expect(steps.shown(page, "dw-error")).to_contain_text(broken.says)


def test_broken_files_are_answers(page: Page, show_panel: ShowPanel, tmp_path: Path) -> None:
    """Each file gets its message as text, nothing runs, and a good file opens in the same page."""
    root = tmp_path / "unlucky"
    root.mkdir()
    marker = root / "marker"
    show_panel(root)
    steps.shown(page, "dw-source-kind").get_by_label("File on this computer or server").check()

    for broken in write_broken(root, marker):
        meets(page, broken)
    error = steps.shown(page, "dw-error")
    (root / "empty.npz").touch()
    type_path(page, root / "empty.npz")
    for word in ("did not work", "Where:", "Likely cause:", "What to do:"):
        expect(error).to_contain_text(word)
    expect(page.locator(".dw-source-path input")).to_have_value("empty.npz")
    page.locator(".dw-source-path input").fill("/etc/passwd")
    page.locator(".dw-source-path input").press("Enter")
    expect(error).to_contain_text("outside the folders that this page may read")
    expect(page.locator(".dw-source-path input")).to_have_value("/etc/passwd")

    (root / "hostile.pickle").write_bytes(ATTACKS[0].make(marker))
    steps.shown(page, "dw-source-kind").get_by_label("Saved experiment").check()
    type_path(page, root / "hostile.pickle")
    expect(steps.shown(page, "dw-work")).to_contain_text("which could run any code")

    steps.open_path(page, write_plain(root / "good.npz"))
    steps.check(page)
    assert not marker.exists()
    assert page.locator(".dw-panel img[src=x]").count() == 0


def test_hostile_names_are_text(page: Page, address: str, root: Path) -> None:
    """Markup, reordering and long names are shown as they are, in the list, preview and report."""
    for name in HOSTILE_NAMES:
        write_plain(root / f"{name}.npz", **{name: np.arange(1000.0)})
    page.on("dialog", lambda _dialog: pytest.fail("a name was run"))
    page.goto(address)
    page.wait_for_selector(".dw-panel")
    steps.shown(page, "dw-source-kind").get_by_label("File on this computer or server").check()
    listed = page.locator(".dw-picker-list")

    expect(listed).to_contain_text(HOSTILE_NAMES[0])
    expect(listed).to_contain_text("\\u202egpj")
    listed.get_by_role("option", name=f"{HOSTILE_NAMES[0]}.npz").dblclick()
    expect(steps.shown(page, "dw-arrays")).to_contain_text(HOSTILE_NAMES[0])
    expect(steps.shown(page, "dw-session-name")).to_contain_text("cannot name a folder")
    page.locator(".dw-param-name input").fill("a good name")
    page.locator(".dw-param-name input").press("Enter")
    steps.check(page)
    expect(steps.shown(page, "dw-report")).to_contain_text(HOSTILE_NAMES[0])

    assert page.locator(".dw-panel img[src=x]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

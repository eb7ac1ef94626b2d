"""Bad frames in a browser: dragged, undone by keys, resized, removed, proposed, and built."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys import steps
from tests.journeys.test_traces import drag, drawn, point, shows
from tests.samples import make_aligned

N_FRAMES = 2000
NEAR = 6
"""Frames by which a drag may miss: a pixel is two to three frames, and the browser rounds."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a recording in which ten frames jump."""
    folder = tmp_path_factory.mktemp("bad")
    data = make_aligned(20, N_FRAMES)
    data["calcium"][:, 1200:1210] += np.linspace(5, 20, 20)[:, np.newaxis]
    np.savez(folder / "mouse.npz", **data)
    return folder


def marked(page: Page) -> list[tuple[int, int]]:
    """Give the listed ranges, both ends included."""
    texts = page.locator(".dw-bad-list .dw-row .widget-html").all_inner_texts()
    ends = [text.split(" ")[0].split("-") for text in texts if text.strip()]
    return [(int(pair[0]), int(pair[-1])) for pair in ends]


def lists(page: Page, *expected: tuple[int, int]) -> None:
    """Wait until as many ranges are listed as expected, and near to these."""
    wanted = pytest.approx([end for pair in expected for end in pair], abs=NEAR)
    steps.until(page, lambda: [end for pair in marked(page) for end in pair], wanted)


def to_check(page: Page, address: str, root: Path) -> Locator:
    """Open the recording, check it, and give the picture of its traces."""
    page.goto(address)
    page.wait_for_selector(".dw-panel")
    steps.open_path(page, root / "mouse.npz")
    steps.check(page)
    return drawn(page)


def test_bad_frames(
    page: Page, address: str, root: Path, screenshot: Callable[[str], Path]
) -> None:
    """What is dragged, undone, resized, removed and accepted is what is listed and built."""
    picture = to_check(page, address, root)
    undo = page.locator(".dw-undo")
    picture.focus()
    page.keyboard.press("b")
    drag(page, picture, 300, 500)
    lists(page, (300, 499))
    page.keyboard.press("Control+z")
    lists(page)
    expect(page.locator(".dw-redo")).to_contain_text("Redo: mark ")
    page.keyboard.press("Control+Shift+z")
    lists(page, (300, 499))

    drag(page, picture, marked(page)[0][1] + 1, 700)
    lists(page, (300, 699))
    expect(undo).to_contain_text("Undo: resize ")
    page.mouse.click(*point(picture, 600))
    page.keyboard.press("Delete")
    lists(page)

    expect(page.locator(".dw-proposals")).to_contain_text("1 proposal of bad frames: 1 jump.")
    page.locator(".dw-review").click()
    expect(picture).not_to_have_attribute("data-window", f"0,{N_FRAMES}")
    screenshot("bad-frames")
    page.locator(".dw-proposal-accept").first.click()
    expect(undo).to_have_text("Undo: accept jump 1200-1209")

    picture.focus()
    page.keyboard.press("0")
    shows(picture, 0, N_FRAMES)
    drag(page, picture, N_FRAMES - 100, N_FRAMES + 300)
    lists(page, (1200, 1209), (N_FRAMES - 100, N_FRAMES - 1))
    ranges = marked(page)
    assert ranges[1][1] == N_FRAMES - 1

    steps.build(page)
    n_left = N_FRAMES - sum(last - first + 1 for first, last in ranges)
    expect(steps.shown(page, "dw-summary")).to_contain_text(f"20 neurons × {n_left:,} frames")

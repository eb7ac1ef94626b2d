"""The trace picture in a real browser: drawing, moving, marking, keys, themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys import steps
from tests.journeys.servers import voila, write_notebook

CODE = "from tests.journeys.trace_page import TracePage\npage = TracePage()\npage.widget()"
N_FRAMES = 100_000
DARK = 80
"""Colours below are dark, of 255."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the page of the picture with Voila."""
    folder = tmp_path_factory.mktemp("traces")
    with voila(write_notebook(folder / "traces.ipynb", CODE), folder) as served:
        yield served


@pytest.fixture
def picture(page: Page, address: str) -> Locator:
    """Open the page and wait until the traces are drawn."""
    page.goto(address)
    return drawn(page)


def drawn(page: Page) -> Locator:
    """Wait until the picture shows what it asked for."""
    page.wait_for_selector('.dw-traces[data-fresh="true"]')
    return page.locator(".dw-traces")


def window(picture: Locator) -> tuple[int, int]:
    """Give the frames that are seen."""
    start, stop = str(picture.get_attribute("data-window")).split(",")
    return int(start), int(stop)


def corner(picture: Locator) -> list[int]:
    """Give red, green and blue of the paper."""
    found: list[int] = picture.locator(".dw-traces-back").evaluate(
        "canvas => Array.from(canvas.getContext('2d').getImageData(2, 2, 1, 1).data.slice(0, 3))"
    )
    return found


def shows(picture: Locator, start: int, stop: int) -> None:
    """Wait until exactly these frames are seen, freshly drawn."""
    expect(picture).to_have_attribute("data-window", f"{start},{stop}")
    expect(picture).to_have_attribute("data-fresh", "true")


def point(picture: Locator, frame: float) -> tuple[float, float]:
    """Give the place on the page of a frame, in the middle of the picture."""
    left, width = map(float, str(picture.get_attribute("data-plot")).split(","))
    start, stop = window(picture)
    box = picture.locator(".dw-traces-top").bounding_box()
    assert box is not None
    return box["x"] + left + (frame - start) / (stop - start) * width, box["y"] + box["height"] / 2


def drag(page: Page, picture: Locator, start: float, stop: float) -> None:
    """Drag from one frame to another; frames outside are beyond the picture's edge."""
    picture.locator(".dw-traces-top").hover()  # waits until nothing moves it any more
    begin, middle, end = (point(picture, frame) for frame in (start, (start + stop) / 2, stop))
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move(*middle)
    page.mouse.move(*end)
    page.mouse.up()


def test_first_picture(picture: Locator, screenshot: Callable[[str], Path]) -> None:
    """The picture says how much it shows, with units, and tells a screen reader."""
    expect(picture).to_contain_text("20 of 60 neurons · 1 of ")
    expect(picture).to_contain_text("frames per pixel (min–max)")
    expect(picture.locator(".dw-traces-legend")).to_contain_text("101 events of these neurons")
    expect(picture).to_have_attribute("role", "application")
    assert "frames 0–4" in str(picture.get_attribute("aria-label"))
    assert int(str(picture.get_attribute("data-rev"))) >= 1
    assert screenshot("traces-light").stat().st_size > 20_000
    for _ in range(4):
        picture.press("]")
    expect(picture.locator(".dw-traces-showing")).to_contain_text("great peaks are cut")
    for _ in range(6):
        picture.press("[")
    expect(picture.locator(".dw-traces-showing")).not_to_contain_text("great peaks are cut")


def test_moving_by_keys_wheel_drag_and_buttons(page: Page, picture: Locator) -> None:
    """Every way of moving gives the window it promises, and never leaves the recording."""
    picture.focus()
    page.keyboard.press("ArrowRight")
    shows(picture, 800, 4800)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    shows(picture, 0, 4000)
    page.keyboard.press("-")
    shows(picture, 0, 8000)
    page.keyboard.press("End")
    shows(picture, N_FRAMES - 8000, N_FRAMES)
    page.keyboard.press("0")
    shows(picture, 0, N_FRAMES)
    expect(picture).to_contain_text("frames per pixel")
    for _ in range(9):
        page.keyboard.press("+")
    expect(picture).to_contain_text("every frame")
    before = window(picture)
    drag(page, picture, before[0] + 20.0, before[0] + 120.0)
    assert window(picture)[0] == pytest.approx(before[0] - 100, abs=2)
    picture.get_by_role("button", name="Zoom out").click()
    assert window(picture)[1] - window(picture)[0] == pytest.approx(390, abs=2)
    out = window(picture)
    page.mouse.move(*point(picture, sum(out) / 2))
    page.mouse.wheel(0, -400)
    expect(picture).not_to_have_attribute("data-window", f"{out[0]},{out[1]}")
    assert window(picture)[1] - window(picture)[0] == pytest.approx(390 * 1.0015**-400, abs=2)
    page.keyboard.press("T")
    expect(picture.get_by_role("button", name="Time axis")).to_have_text("Time in frames (T)")


def test_wheel_without_focus_leaves_the_page_alone(page: Page, picture: Locator) -> None:
    """Scrolling the page over the picture does not zoom it, but says how to."""
    page.mouse.move(*point(picture, 2000))
    page.mouse.wheel(0, 300)

    expect(picture.locator(".dw-traces-readout")).to_contain_text("Click the picture first")
    assert window(picture) == (0, 4000)


def test_marking_by_drag(page: Page, picture: Locator, screenshot: Callable[[str], Path]) -> None:
    """A drag marks, an edge resizes, a click selects, Delete removes; what touches is merged."""
    seen = page.locator(".seen")
    picture.focus()
    page.keyboard.press("b")
    expect(picture.get_by_role("button", name="Mark bad")).to_have_attribute("aria-pressed", "true")
    drag(page, picture, 1000, 1500)
    expect(seen).to_contain_text("120-180, ")
    start, stop = map(int, seen.inner_text().split(", ")[1].split("-"))
    assert start == pytest.approx(1000, abs=6)
    assert stop == pytest.approx(1500, abs=6)
    drag(page, picture, stop, 2500)
    expect(seen).not_to_contain_text(f"{start}-{stop}")
    resized = int(seen.inner_text().split("-")[-1])
    assert resized == pytest.approx(2500, abs=6)
    drag(page, picture, 2000, 3000)
    expect(seen).not_to_contain_text(f"{start}-{resized}")
    assert seen.inner_text().startswith(f"120-180, {start}-")
    assert screenshot("traces-marking").stat().st_size > 20_000
    page.mouse.click(*point(picture, 2700))
    page.keyboard.press("Delete")
    expect(seen).to_have_text("120-180")


def test_first_and_last_frame_can_be_marked(page: Page, picture: Locator) -> None:
    """A drag past either end takes the end, not the frame before it."""
    seen = page.locator(".seen")
    picture.focus()
    page.keyboard.press("b")
    drag(page, picture, 50, -400)
    expect(seen).to_contain_text("0-")
    page.keyboard.press("End")
    shows(picture, N_FRAMES - 4000, N_FRAMES)
    drag(page, picture, N_FRAMES - 100, N_FRAMES + 200)
    expect(seen).to_contain_text(f"-{N_FRAMES}")


def test_marking_by_keyboard_alone(page: Page, picture: Locator) -> None:
    """Everything that a drag does, keys do: mark, select the next, remove."""
    seen = page.locator(".seen")
    picture.focus()
    for _ in range(6):
        page.keyboard.press("+")
    shows(picture, 1969, 2031)
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(seen).to_have_text("120-180, 2000-2005")
    page.keyboard.press("n")
    page.keyboard.press("n")
    expect(picture.locator(".dw-traces-live")).to_contain_text("frames 2\u202f000–2\u202f004")
    page.keyboard.press("Delete")
    expect(seen).to_have_text("120-180")


def test_cursor_needs_no_round_trip(page: Page, picture: Locator) -> None:
    """The read-out gives frame, seconds and value of the row under the pointer."""
    x, y = point(picture, 1500)
    page.mouse.move(x, y)

    read_out = picture.locator(".dw-traces-readout")
    expect(read_out).to_contain_text("frame 1\u202f50")
    expect(read_out).to_contain_text(" s · n")
    expect(read_out).to_contain_text("ΔF/F")


def test_dark_theme(page: Page, address: str, screenshot: Callable[[str], Path]) -> None:
    """In a dark page the picture is dark and its lines are light."""
    page.goto(f"{address}?theme=dark")
    picture = drawn(page)

    expect(page.locator(".dw-panel.dw-dark")).to_have_count(1)
    steps.until(page, lambda: max(corner(picture)) < DARK, True)
    assert screenshot("traces-dark").stat().st_size > 20_000

"""From a build that is cancelled to a report that others open: steps Build and Save & share."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from driada_widgets import open_experiment
from driada_widgets.core.request.text import from_yaml
from tests.journeys import steps
from tests.journeys.servers import voila, write_notebook
from tests.samples import make_aligned

CODE = "from tests.journeys.slow_page import slow_panel\nslow_panel()"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give the folder of a lab: a recording of 10 MB, and two smaller ones of the same kind."""
    rng = np.random.default_rng(0)
    calcium = rng.random((100, 25_000), dtype=np.float32)
    folder = tmp_path / "lab"
    (folder / "more").mkdir(parents=True)
    np.savez(folder / "mouse.npz", **{**make_aligned(2, 25_000), "calcium": calcium})
    for name in ("m1", "m2"):
        np.savez(folder / "more" / f"{name}.npz", **make_aligned())
    return folder


@pytest.fixture
def address(root: Path, tmp_path: Path) -> Iterator[str]:
    """Serve a panel whose disk can be slow."""
    with voila(write_notebook(tmp_path / "panel.ipynb", CODE), root) as found:
        yield found


def downloaded(page: Page, name: str) -> tuple[str, bytes]:
    """Press a download button, and give the file that the browser got."""
    with page.expect_download() as waiting:
        page.locator(f".{name} button").click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def way_there_and_back(page: Page) -> float:
    """Give the seconds from a click to what the kernel answers: to Save and back to Build."""
    pressed = time.monotonic()
    for step, seen in (("save", "dw-save-path"), ("build", "dw-cancel")):
        steps.shown(page, f"dw-step-{step}").click()
        expect(steps.shown(page, seen)).to_be_visible()
    return time.monotonic() - pressed


def test_cancelled_built_saved_replayed_and_shared(
    page: Page, address: str, root: Path, screenshot: Callable[[str], Path]
) -> None:
    """A slow build stops at once; the next one is saved, verified, reported and repeated."""
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.goto(address)
    page.wait_for_selector(".dw-panel")
    steps.open_path(page, root / "mouse.npz")
    page.locator(".dw-fps input").fill("20")
    page.locator(".dw-fps input").press("Enter")
    steps.check(page)
    expect(steps.shown(page, "dw-step-check")).to_contain_text("ok")

    (root / "slow").touch()
    steps.shown(page, "dw-step-build").click()
    expect(steps.shown(page, "dw-cost")).to_contain_text("free")
    before = sorted(root.rglob("*"))
    steps.press(page, "dw-build")
    expect(steps.shown(page, "dw-stage")).to_contain_text("1/5 Reading arrays")
    expect(steps.shown(page, "dw-stage")).to_contain_text("left")
    screenshot("building")
    way_sec = way_there_and_back(page)
    pressed = time.monotonic()
    steps.shown(page, "dw-cancel").click()
    expect(steps.shown(page, "dw-progress")).to_be_hidden()
    took_sec = time.monotonic() - pressed
    assert took_sec < 0.7 + 3 * way_sec  # the work itself stops within 0.3 s
    assert sorted(root.rglob("*")) == before
    (root / "slow").unlink()

    hash_ = steps.build(page)
    steps.save(page, root / "Exp mouse.npz")
    steps.shown(page, "dw-replay").click()
    replayed = steps.shown(page, "dw-replayed")
    expect(replayed).to_contain_text("Replay verified")
    assert replayed.inner_text().count(hash_) == 2
    assert open_experiment(root / "Exp mouse.npz").content_hash == hash_
    screenshot("shared")

    steps.press(page, "dw-save")
    expect(steps.shown(page, "dw-save-question")).to_contain_text("is there already")
    page.get_by_role("button", name="Keep the file").click()
    expect(steps.shown(page, "dw-save-question")).to_be_hidden()

    hand_out(page, root, hash_)
    apply_to_more(page, root)
    screenshot("more-sessions")


def hand_out(page: Page, root: Path, hash_: str) -> None:
    """Copy and download: the text is the one on screen, the files are what they say."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".dw-copy-code button").click()
    expect(page.locator(".dw-copy-code button")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == steps.shown(page, "dw-code").inner_text().strip()

    name, plan = downloaded(page, "dw-plan-download")
    assert name == "mouse.yaml"
    assert from_yaml(plan.decode()).source.path == root / "mouse.npz"

    name, bundle = downloaded(page, "dw-support")
    with zipfile.ZipFile(io.BytesIO(bundle)) as file:
        texts = "".join(file.read(each).decode() for each in file.namelist())
    assert "mouse" not in texts
    assert str(root) not in texts

    name, content = downloaded(page, "dw-report-download")
    assert name == "mouse report.html"
    report = root / "report.html"
    report.write_bytes(content)
    asked: list[str] = []
    other = page.context.new_page()
    other.on("request", lambda request: asked.append(request.url))
    other.goto(report.as_uri())
    assert other.locator("h1").inner_text() == "Exp mouse"
    assert hash_ in other.locator("body").inner_text()
    assert other.evaluate("[...document.images].every(image => image.naturalWidth > 300)")
    assert [url[:5] for url in asked if not url.startswith("data:")] == ["file:"]
    other.close()


def apply_to_more(page: Page, root: Path) -> None:
    """Two more sessions are checked, then built and saved; the table is handed out."""
    files = page.locator(".dw-batch-files textarea")
    files.fill("more/*.npz")
    files.blur()
    expect(steps.shown(page, "dw-batch-check")).to_be_enabled()
    steps.shown(page, "dw-batch-check").click()
    expect(steps.shown(page, "dw-batch-words")).to_contain_text("2 sessions: 2 ready.")
    steps.shown(page, "dw-batch-build").click()
    expect(steps.shown(page, "dw-batch-words")).to_contain_text("2 sessions: 2 built and saved.")
    rows = json.loads(downloaded(page, "dw-batch-json")[1])
    for row in rows:
        assert open_experiment(root / row["saved_to"]).content_hash == row["hash"]

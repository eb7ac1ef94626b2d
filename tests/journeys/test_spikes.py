"""From a real recording to a raster, and to a saved experiment with spikes that a script opens."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.scripts import run_plan, run_python

SCRIPT = """
import sys
from driada_widgets import open_experiment
experiment = open_experiment(sys.argv[1])
print(experiment.n_cells, int((experiment.asp > 0).sum()), experiment.content_hash)
"""


def top_of(page: Page, name: str) -> float:
    """Give how far below the top of the window a part of the page is, in pixels."""
    box = steps.shown(page, name).bounding_box()
    return box["y"] if box else float("inf")


def test_recording_becomes_an_experiment_with_spikes(
    page: Page, address: str, root: Path, screenshot: Callable[[str], Path]
) -> None:
    """Tried, found, undone, found again, seen, saved; script and command line have the same."""
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.goto(address)
    page.wait_for_selector(".dw-panel")
    steps.open_demo(page, "dg_2-1_D1")
    steps.check(page)
    bare = steps.build(page)
    said = steps.shown(page, "dw-spikes-said")
    expect(said).to_contain_text("no spikes")

    page.locator(".dw-spikes-method select").select_option("wavelet")
    expect(steps.shown(page, "dw-spikes-settings")).to_contain_text("Longest event")
    steps.shown(page, "dw-spikes-try").click()
    tried = steps.shown(page, "dw-spikes-tried")
    expect(tried.locator("tbody tr")).to_have_count(5)
    expect(said).to_contain_text("no spikes")
    screenshot("spikes-tried")
    steps.shown(page, "dw-spikes-look").click()
    expect(page.locator(".dw-traces").first).to_contain_text("events of these neurons")
    steps.until(page, lambda: top_of(page, "dw-view-traces") < 200, wanted=True)
    screenshot("spikes-over-traces")

    steps.shown(page, "dw-step-build").click()
    steps.shown(page, "dw-spikes-run").click()
    expect(said).to_contain_text("events, found by wavelet")
    expect(steps.shown(page, "dw-plan")).to_contain_text("wavelet")
    summary = steps.shown(page, "dw-summary")
    found = summary.locator("code").inner_text().strip()
    steps.shown(page, "dw-undo").click()
    expect(summary.locator("code")).to_have_text(bare)
    expect(said).to_contain_text("no spikes")
    steps.shown(page, "dw-redo").click()
    expect(summary.locator("code")).to_have_text(found)

    raster = page.locator("img.dw-raster")
    expect(raster).to_be_visible()
    page.wait_for_selector(".dw-listening", state="attached")
    raster.click(position={"x": 300, "y": 60})
    expect(page.locator(".dw-cell input").first).to_have_value(re.compile(r"\d+"))
    steps.shown(page, "dw-view-spike-quality").click()
    expect(page.locator(".dw-spikes-quality tbody tr").first).to_be_visible()
    screenshot("spikes-found")

    steps.save(page, root / "with spikes.npz")
    n_cells, n_spikes, opened = run_python("-c", SCRIPT, "with spikes.npz", folder=root).split()
    answer = run_plan(page, root)

    assert (int(n_cells), opened) == (43, found)
    assert int(n_spikes) > 43
    assert answer["hash"] == found
    assert found != bare

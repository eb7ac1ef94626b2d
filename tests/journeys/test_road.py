"""The road of a person: a real recording, opened in the browser, becomes a saved experiment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from driada_widgets import open_experiment
from tests.journeys import steps
from tests.journeys.scripts import run_plan, run_python


def test_recording_becomes_a_saved_experiment(
    page: Page, address: str, root: Path, screenshot: Callable[[str], Path]
) -> None:
    """Panel, script, command line and printed code give one experiment with one hash."""
    saved = root / "Exp journey.npz"
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.goto(address)
    page.wait_for_selector(".dw-panel")
    screenshot("source")
    steps.open_path(page, root / "dg_2-1_D1.npz")
    page.locator(".dw-fps input").fill("10")
    page.locator(".dw-fps input").press("Enter")
    expect(steps.shown(page, "dw-plan")).to_contain_text("fps: 10.0")
    screenshot("map")

    steps.check(page)
    steps.choose_type(page, "freezing", "categorical")
    expect(steps.shown(page, "dw-code")).to_contain_text(
        '"freezing": FeatureChoice(type="categorical")'
    )
    steps.choose_type(page, "freezing", "binary")
    expect(steps.shown(page, "dw-code")).not_to_contain_text("categorical")
    steps.add_bad_frames(page, "120-180, 300")
    expect(steps.shown(page, "dw-bad-list")).to_contain_text("120")
    expect(page.locator(".dw-bad-list .dw-row")).to_have_count(2)
    screenshot("check")

    shown_hash = steps.build(page)
    expect(steps.shown(page, "dw-summary")).to_contain_text("43 neurons × 3,534 frames")
    screenshot("build")
    steps.save(page, saved)
    screenshot("save")
    code = steps.shown(page, "dw-code").inner_text()

    experiment = open_experiment(saved)
    answer = run_plan(page, root)
    code += "\nprint(result.experiment.content_hash)"
    replayed = run_python("-c", code, folder=root).splitlines()[-1]

    assert (experiment.n_cells, experiment.n_frames) == (43, 3534)
    assert experiment.static_features["fps"] == 10.0
    assert experiment.content_hash == shown_hash
    assert answer["hash"] == shown_hash
    assert replayed == shown_hash


def test_broken_file_is_an_answer_not_an_end(page: Page, address: str, root: Path) -> None:
    """A file with a hostile name and no data gives a message, as text, and the panel goes on."""
    broken = root / "<img src=x onerror=alert(1)>.npz"
    broken.write_bytes(b"")
    page.goto(address)
    page.wait_for_selector(".dw-panel")

    steps.open_path(page, broken)

    expect(steps.shown(page, "dw-error")).to_contain_text("is empty (0 bytes)")
    assert page.locator(".dw-panel img").count() == 0
    steps.open_demo(page, "demo")
    expect(steps.shown(page, "dw-step-source")).to_contain_text("ok")

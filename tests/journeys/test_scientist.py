"""A scientist's afternoon with a real recording, in Voila and in JupyterLab."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Page, expect

from driada_widgets import open_experiment
from driada_widgets.core.sources.demo import demo_path
from tests.journeys import steps
from tests.journeys.places import ShowPanel
from tests.journeys.scripts import run_plan
from tests.journeys.test_bad_frames import lists, marked
from tests.journeys.test_share import CODE
from tests.journeys.test_traces import drag, drawn


def test_override_drag_undo_build_cancel_build_save_replay(
    page: Page, show_panel: ShowPanel, tmp_path: Path
) -> None:
    """What was seen is what is built, saved, opened by a script and replayed in a fresh process."""
    root = tmp_path / "lab"
    root.mkdir()
    shutil.copy(demo_path("dg_2-1_D1"), root / "dg_2-1_D1.npz")
    page.set_viewport_size({"width": 1600, "height": 1000})
    show_panel(root, code=CODE)
    steps.open_path(page, root / "dg_2-1_D1.npz")
    page.locator(".dw-fps input").fill("10")
    page.locator(".dw-fps input").press("Enter")
    expect(steps.shown(page, "dw-plan")).to_contain_text("fps: 10.0")
    steps.check(page)
    steps.choose_type(page, "freezing", "categorical")

    picture = drawn(page)
    picture.focus()
    page.keyboard.press("b")
    drag(page, picture, 1000, 1200)
    lists(page, (1000, 1199))
    drag(page, picture, 2000, 2100)
    lists(page, (1000, 1199), (2000, 2099))
    page.keyboard.press("Control+z")
    lists(page, (1000, 1199))
    first, last = marked(page)[0]

    (root / "slow-build").touch()
    steps.shown(page, "dw-step-build").click()
    steps.press(page, "dw-build")
    expect(steps.shown(page, "dw-stage")).to_contain_text("Waiting for the disk")
    steps.shown(page, "dw-cancel").click()
    expect(steps.shown(page, "dw-progress")).to_be_hidden()
    expect(steps.shown(page, "dw-summary")).not_to_contain_text("Hash")
    (root / "slow-build").unlink()

    hash_ = steps.build(page)
    n_left = 3596 - (last - first + 1)
    expect(steps.shown(page, "dw-summary")).to_contain_text(f"43 neurons × {n_left:,} frames")
    steps.save(page, root / "Exp day 1.npz")
    steps.shown(page, "dw-replay").click()
    expect(steps.shown(page, "dw-replayed")).to_contain_text("Replay verified")

    saved = open_experiment(root / "Exp day 1.npz")
    assert saved.n_frames == n_left
    assert saved.content_hash == hash_
    assert run_plan(page, root)["hash"] == hash_

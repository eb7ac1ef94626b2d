"""A technician answers where the questions stand, and the keyboard goes on from there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.servers import voila, write_notebook
from tests.panels import write_recording

PANEL = "from driada_widgets.app import panel\npanel()"
PROFILE = """\
profile: 1
title: Treadmill room
request: {source: {data_source: MyLab}, static_features: {fps: 20.0}}
free: [source.path, exp_params.animal_id, exp_params.session, nan]
choices: {source.path: recordings/*.npz, exp_params.animal_id: [m1, m2]}
"""


def lab(folder: Path) -> Path:
    """Make a folder with a profile and a recording with NaN whose shape proves nothing."""
    others = dict.fromkeys(("hd", "trial_type", "position"))
    speed = np.sin(np.arange(400.0))
    speed[5:9] = np.nan
    calcium = np.abs(np.random.default_rng(0).normal(size=(400, 400)))
    (folder / "recordings").mkdir(parents=True)
    write_recording(folder / "recordings", "a.npz", calcium=calcium, speed=speed, **others)
    (folder / "rig.yaml").write_text(PROFILE, encoding="utf-8")
    return folder


def test_questions_are_answered_by_key(page: Page, tmp_path: Path) -> None:
    """Mend the problem, keep what is asked about, undo that: the focus stays near."""
    root = lab(tmp_path / "lab")
    notebook = write_notebook(tmp_path / "panel.ipynb", PANEL)
    light = steps.shown(page, "dw-light")
    with voila(notebook, root, root / "rig.yaml") as address:
        page.goto(address)
        page.wait_for_selector(".dw-technician")
        page.locator(".dw-source-path select").select_option("recordings/a.npz")
        page.locator(".dw-param-animal_id select").select_option("m1")
        page.locator(".dw-param-session input").fill("s1")
        page.locator(".dw-param-session input").press("Enter")
        steps.shown(page, "dw-check").click()
        expect(light).to_contain_text("Not ready: 1 problem.")

        page.get_by_role("button", name="Interpolate gaps").press("Enter")
        expect(light).to_contain_text("Not ready yet: 1 question.")
        page.locator(".dw-keep").press("Enter")
        expect(light).to_contain_text("Ready: 400 neurons")
        expect(page.locator(".dw-build")).to_be_focused()
        page.locator(".dw-undo-answer").press("Enter")
        expect(light).to_contain_text("Not ready yet: 1 question.")
        expect(page.locator(".dw-undo-answer")).to_be_focused()

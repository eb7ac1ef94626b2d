"""A technician's three fields and two buttons, and a scientist whose page was loaded again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from driada_widgets import open_experiment
from driada_widgets.core.request.profile import filled
from driada_widgets.core.request.profile_text import read_profile
from driada_widgets.core.request.text import write_request
from driada_widgets.core.sources.demo import demo_path
from tests.journeys import steps
from tests.journeys.places import ShowPanel
from tests.journeys.scripts import run_request

PROFILE = """\
profile: 1
title: Treadmill room
request:
  static_features: {fps: 10.0}
  features: {freezing: {type: categorical}}
free: [source.path, exp_params.animal_id, exp_params.session, bad_frames]
choices:
  source.path: recordings/*.npz
  exp_params.animal_id: [m1, m2]
"""


@pytest.fixture
def rig(tmp_path: Path) -> Path:
    """Give the folder of a rig: a profile, and the real recording."""
    folder = tmp_path / "rig"
    (folder / "recordings").mkdir(parents=True)
    shutil.copy(demo_path("dg_2-1_D1"), folder / "recordings" / "dg_2-1_D1.npz")
    (folder / "rig.yaml").write_text(PROFILE, encoding="utf-8")
    return folder


def test_three_fields_and_two_buttons_save_an_experiment(
    page: Page, show_panel: ShowPanel, rig: Path, screenshot: Callable[[str], Path]
) -> None:
    """The command line builds the same experiment from the profile's request."""
    show_panel(rig, profile=rig / "rig.yaml")
    steps.check_recording(page, "recordings/dg_2-1_D1.npz", "m1", "day 1")
    expect(steps.shown(page, "dw-light")).to_contain_text("Ready: 43 neurons")
    assert steps.picture_number(page) > 0
    for hidden in (".dw-code", ".dw-plan", ".dw-log", ".dw-rail"):
        assert page.locator(hidden).count() == 0
    screenshot("technician")
    steps.shown(page, "dw-build").click()
    expect(steps.shown(page, "dw-saved")).to_contain_text("Exp m1_day 1.npz")

    saved = open_experiment(rig / "DRIADA data" / "m1_day 1" / "Exp m1_day 1.npz")
    values = {
        "source.path": "recordings/dg_2-1_D1.npz",
        "exp_params.animal_id": "m1",
        "exp_params.session": "day 1",
    }
    write_request(filled(read_profile(rig / "rig.yaml"), values), rig / "request.yaml")

    assert run_request(rig)["hash"] == saved.content_hash


def kept(folder: Path) -> str:
    """Give what the panel has written down for later, a moment after the last edit."""
    files = folder.rglob("plan-*.json")
    return "".join(file.read_text(encoding="utf-8") for file in files)


def test_a_reloaded_page_comes_back(
    page: Page, show_panel: ShowPanel, rig: Path, tmp_path: Path
) -> None:
    """The same step and the same marks, in a new panel."""
    show_panel(rig)
    steps.open_path(page, rig / "recordings" / "dg_2-1_D1.npz")
    steps.check(page)
    steps.add_bad_frames(page, "120-180")
    expect(page.locator(".dw-bad-list")).to_contain_text("120")
    expect(steps.shown(page, "dw-plan")).to_contain_text("120")
    plan = steps.shown(page, "dw-plan").inner_text()
    steps.until(page, lambda: "bad_frames" in kept(tmp_path), True)

    show_panel(rig)
    steps.shown(page, "dw-resume-go").click()
    expect(steps.shown(page, "dw-notice")).to_contain_text("Resumed")

    expect(steps.shown(page, "dw-step-check")).to_contain_text("ok")
    expect(page.locator(".dw-bad-list")).to_contain_text("120")
    steps.until(page, lambda: steps.shown(page, "dw-plan").inner_text(), plan)

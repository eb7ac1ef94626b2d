"""A small screen at 200 %: half the room, and still nothing beyond the edge."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.journeys import steps

BEYOND = """() => [...document.querySelectorAll(".dw-panel *")]
  .filter((node) => node.getClientRects().length)
  .filter((node) => node.getBoundingClientRect().right > window.innerWidth + 1)
  .map((node) => node.outerHTML.slice(0, 160))"""
LEFT_OVER = """() => document.querySelector(".dw-main").clientWidth
  - document.querySelector(".dw-body").offsetWidth"""


def test_steps_fit_a_small_screen_at_twice_the_size(page: Page, address: str) -> None:
    """Steps stand on top, and each takes the whole width, no more and no less."""
    page.set_viewport_size({"width": 640, "height": 400})
    beyond, left_over = {}, {}
    page.goto(address)
    page.wait_for_selector(".dw-panel")
    steps.open_demo(page, "dg_2-1_D1")
    steps.check(page)
    page.wait_for_selector('.dw-traces[data-fresh="true"]')
    for step in ("source", "map", "build", "save", "check"):
        steps.shown(page, f"dw-step-{step}").click()
        page.wait_for_selector(f".dw-step-{step}.dw-now")
        page.wait_for_function("() => !document.querySelector('.dw-panel.dw-busy')")
        beyond[step], left_over[step] = page.evaluate(BEYOND), page.evaluate(LEFT_OVER)

    assert beyond == {step: [] for step in beyond}
    assert left_over == dict.fromkeys(left_over, 0)

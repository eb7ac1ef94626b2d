"""Every step in light and dark, narrow and wide: nothing is cut, faint or beyond the edge.

The pictures of ``docs/steps.md`` are made here: ``SCREENSHOTS=docs/images/steps pytest
tests/journeys/test_looks.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps

WIDTHS = (900, 1600)
HEIGHT = 1000
LEAST_CONTRAST = 4.5
"""Of text and paper: Web Content Accessibility Guidelines 2.1, criterion 1.4.3, level AA."""

BEYOND = """() => [...document.querySelectorAll(".dw-panel *")]
  .filter((node) => node.getClientRects().length && !node.closest(".dw-scrolls, svg, canvas"))
  .filter((node) => node.getBoundingClientRect().right > window.innerWidth + 1)
  .filter((node) => !scrolledAbove(node))
  .map((node) => node.outerHTML.slice(0, 160));
function scrolledAbove(node) {
  for (let above = node.parentElement; above; above = above.parentElement) {
    if (["auto", "scroll", "hidden"].includes(getComputedStyle(above).overflowX)) return true;
  }
  return false;
}"""
CUT = """() => [...document.querySelectorAll(
    ".dw-panel button, .dw-panel label, .dw-panel th, .dw-panel td, .dw-panel summary")]
  .filter((node) => node.getClientRects().length && node.textContent.trim())
  .filter((node) => getComputedStyle(node).overflowX !== "visible" && node.clientWidth > 1)
  .filter((node) => node.scrollWidth > node.clientWidth + 1 && !node.title)
  .map((node) => node.outerHTML.slice(0, 160))"""
UNFIT = """() => [...document.querySelectorAll("img.dw-drawing")]
  .filter((node) => node.getClientRects().length)
  .map((node) => [node.naturalWidth / window.devicePixelRatio, node.clientWidth, room(node)])
  .filter(([drawn, seen, most]) => drawn > most + 1 || Math.min(drawn, seen) < 0.9 * most);
function room(node) {
  let box = node.parentElement;
  while (!box.matches(".dw-card")) box = box.parentElement;
  const style = getComputedStyle(box);
  return box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
}"""
FILLED = """() => [...document.querySelectorAll(".dw-panel button.mod-primary:enabled")]
  .filter((node) => node.getClientRects().length).slice(1).map((node) => node.outerHTML)"""
FAINT = """(least) => {
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((value) => value / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const over = (top, under) => {
    const alpha = top[3] ?? 1;
    return [0, 1, 2].map((i) => alpha * top[i] + (1 - alpha) * under[i]);
  };
  const paper = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if ((colour[3] ?? 1) > 0) layers.push(colour);
      if ((colour[3] ?? 1) === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const left = ":disabled, .jupyter-widgets-disabled, [aria-disabled=true]";
  return [...document.querySelectorAll(".dw-panel *")]
    .filter((node) => [...node.childNodes].some((each) => each.nodeType === 3 && each.data.trim()))
    .filter((node) => node.getClientRects().length && !node.matches("style"))
    .filter((node) => !node.closest(left))
    .map((node) => {
      const under = paper(node);
      const pair = [light(over(parts(getComputedStyle(node).color), under)), light(under)];
      const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
      return [contrast, node.outerHTML.slice(0, 160)];
    })
    .filter(([contrast]) => contrast < least);
}"""

LOOKED_FOR = (("beyond", BEYOND), ("cut", CUT), ("faint", FAINT), ("second filled", FILLED))


class Looks:
    """Looks at a page from near and far, and remembers what is wrong with it."""

    def __init__(self, page: Page, theme: str, screenshot: Callable[[str], Path]) -> None:
        self.page = page
        self.theme = theme
        self.screenshot = screenshot
        self.wrong: list[str] = []

    def at(self, step: str, part: str = "") -> None:
        """Look at the step on screen, from its top or from a part of it on."""
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            steps.shown(self.page, f"dw-step-{step}").hover()  # waits until nothing moves
            top = steps.shown(self.page, part or "dw-header")
            top.evaluate("node => node.scrollIntoView()")
            steps.until(self.page, lambda: self.page.evaluate(UNFIT), [])
            for what, script in LOOKED_FOR:
                found = self.page.evaluate(script, LEAST_CONTRAST)
                self.wrong += [f"{step} {width} {what}: {each}" for each in found]
            self.screenshot(f"{part.removeprefix('dw-view-') or step}-{self.theme}-{width}")


def find_spikes(page: Page) -> None:
    """Find spikes by the method that the panel recommends, and wait for the raster."""
    page.locator(".dw-spikes-method select").select_option("matched")
    steps.shown(page, "dw-spikes-run").click()
    expect(steps.shown(page, "dw-spikes-said")).to_contain_text("events, found by matched")
    expect(page.locator("img.dw-raster")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_step_looks_right(
    page: Page, address: str, root: Path, theme: str, screenshot: Callable[[str], Path]
) -> None:
    """From the source to a saved experiment, at 900 and 1600 pixels."""
    looks = Looks(page, theme, screenshot)
    page.goto(f"{address}?theme={theme}")
    page.wait_for_selector(".dw-panel")
    expect(page.locator(".dw-panel.dw-dark")).to_have_count(int(theme == "dark"))
    steps.shown(page, "dw-source-kind").get_by_label("File on this computer or server").check()
    page.locator(".dw-source-path input").fill("dg_2-1_D1.npz")
    page.locator(".dw-source-path input").press("Enter")
    expect(steps.shown(page, "dw-preview")).to_contain_text("43 neurons")
    looks.at("source")
    steps.shown(page, "dw-source-open").click()
    page.locator(".dw-fps input").fill("10")
    page.locator(".dw-fps input").press("Enter")
    expect(steps.shown(page, "dw-plan")).to_contain_text("fps: 10.0")
    looks.at("map")
    steps.check(page)
    steps.add_bad_frames(page, "120-180, 300")
    expect(page.locator(".dw-bad-list .dw-row")).to_have_count(2)
    looks.at("check")
    looks.at("check", "dw-view-traces")
    for name in ("heatmap", "quality"):
        steps.shown(page, f"dw-view-{name}").click()
        expect(steps.shown(page, f"dw-{name}")).to_be_visible()
        looks.at("check", f"dw-view-{name}")
    steps.build(page)
    looks.at("build")
    find_spikes(page)
    looks.at("build", "dw-view-raster")
    steps.save(page, root / f"Exp {theme}.npz")
    looks.at("save")

    assert looks.wrong == []

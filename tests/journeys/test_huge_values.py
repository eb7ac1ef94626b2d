"""Values beyond what a picture can show."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.journeys import steps
from tests.journeys.servers import voila, write_notebook
from tests.panels import write_recording
from tests.samples import make_aligned

N_FRAMES = 20_000
"""More than a picture has pixels: each shows the least and the greatest of some frames."""
PANEL = "from driada_widgets.app import panel\npanel()"
BLUE_ABOVE = """() => [...document.querySelectorAll(".dw-traces canvas")].map((canvas) => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height / 3).data;
  let n = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    n += pixels[i + 3] > 0 && pixels[i + 2] > pixels[i] + 60;
  }
  return n;
})"""


def test_a_feature_with_huge_values_stays_in_its_own_row(page: Page, tmp_path: Path) -> None:
    """Fill values such as 1e300 leave a gap; no line runs over the neurons above."""
    root, served = tmp_path / "data", tmp_path / "served"
    root.mkdir()
    served.mkdir()
    data = make_aligned(5, N_FRAMES)
    data["speed"][::700] = 1e300
    data["speed"][300::700] = -1e300
    recording = write_recording(root, **data)
    with voila(write_notebook(served / "panel.ipynb", PANEL), root) as address:
        page.goto(address)
        page.wait_for_selector(".dw-panel")
        steps.open_path(page, recording)
        steps.check(page)
        page.wait_for_selector('.dw-traces[data-fresh="true"]')
        counts = page.evaluate(BLUE_ABOVE)

    assert len(counts) > 0
    assert max(counts) == 0

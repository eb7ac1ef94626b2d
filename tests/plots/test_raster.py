"""The raster: no event disappears, rows are in their place, and a press finds its neuron."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from driada_widgets.plots import Page, Theme, draw_raster, image_shape, plot_raster, row_at, to_png
from driada_widgets.plots.page import accent
from driada_widgets.plots.raster import CHOSEN, EVENT, _to_pixels
from driada_widgets.plots.rows import image_box, rgb

PAGE = Page(width=600, height=300)


def pixels_of(has_event: NDArray[np.bool_], page: Page = PAGE, **options: Any) -> NDArray[np.uint8]:
    """Draw ticks of 1000 frames, and give the pixels of the image."""
    given: dict[str, Any] = {"window": (0, 1000), "fps": 20.0, "rates": has_event.sum(axis=1) / 50}
    figure = draw_raster(has_event, page=page, **{**given, **options})
    image = np.asarray(Image.open(io.BytesIO(to_png(figure, page))).convert("RGB"))
    left, top, width, height = (page.pixels(each) for each in image_box(page))
    return image[top : top + height, left : left + width]


@pytest.mark.parametrize("n_cells", [1, 7, 43, 299, 5000], ids=lambda n: f"{n} neurons")
def test_no_event_disappears(n_cells: int) -> None:
    """A single event of any neuron is a tick in its column, however many neurons there are."""
    n_rows, n_columns = image_shape(PAGE)
    for cell in (0, n_cells // 2, n_cells - 1):
        has_event = np.zeros((n_cells, n_columns), dtype=np.bool_)
        has_event[cell, 123] = True

        ticks = _to_pixels(has_event, n_rows, None)

        assert ticks.shape == (n_rows, n_columns)
        assert np.flatnonzero(ticks.any(axis=0)).tolist() == [123]
        row = int(np.flatnonzero(ticks[:, 123]).mean())
        assert row / n_rows == pytest.approx((cell + 0.5) / n_cells, abs=2 / n_rows)


def test_the_selected_neuron_has_its_own_colour() -> None:
    """Its ticks are marked also where it shares a row of pixels with others."""
    has_event = np.zeros((5000, 10), dtype=np.bool_)
    has_event[:, 3] = True

    ticks = _to_pixels(has_event, 100, 2500)

    assert ticks[50, 3] == CHOSEN
    assert ticks[20, 3] == EVENT


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ticks_are_seen_on_either_ground(theme: Theme) -> None:
    """Ticks have the ink of the theme, those of the selected neuron its accent."""
    page = Page(width=600, height=300, theme=theme)
    has_event = np.zeros((10, image_shape(page)[1]), dtype=np.bool_)
    has_event[[2, 7], [100, 200]] = True

    image = pixels_of(has_event, page, marked=(7, "7"))

    height = len(image)
    assert image[int(2.5 * height / 10), 100].tolist() == pytest.approx(rgb(page.ink), abs=8)
    chosen = rgb(accent(theme))
    assert image[int(7.5 * height / 10), 200].tolist() == pytest.approx(chosen, abs=8)
    assert image[int(5.5 * height / 10), 150].tolist() == pytest.approx(rgb(page.ground), abs=8)


def test_bad_frames_are_hatched() -> None:
    """They are not empty ground: nothing was looked for there."""
    has_event = np.zeros((10, image_shape(PAGE)[1]), dtype=np.bool_)
    n_columns = has_event.shape[1]

    image = pixels_of(has_event, bad=[(500, 600)])

    bad = image[:, int(0.52 * n_columns) : int(0.58 * n_columns)].reshape(-1, 3)
    assert len(np.unique(bad, axis=0)) > 1
    assert (image[5:-5, 5 : int(0.45 * n_columns)] == rgb(PAGE.ground)).all()


@pytest.mark.parametrize(
    ("place", "expected"),
    [((0.5, 0.5), 5), ((0.5, 0.03), 0), ((0.05, 0.5), None), ((0.5, 0.99), None)],
    ids=["middle", "top", "beside", "below"],
)
def test_a_press_finds_its_row(place: tuple[float, float], expected: int | None) -> None:
    """A place on the page is a row of the image, or none."""
    page = Page(width=1000, height=500)

    assert row_at(page, 10, *place) == expected


def test_a_raster_from_an_array_has_axes_in_seconds() -> None:
    """Anything that is not 0 is an event; the rate of each neuron stands beside it."""
    events = np.zeros((3, 1000))
    events[1, [10, 500]] = 0.25

    axes, rates = plot_raster(events, fps=20.0).axes

    assert axes.get_xlabel() == "Time (s)"
    assert rates.get_xlabel() == "Events/s"
    assert [text.get_text() for text in rates.get_xticklabels()] == ["0", "0.04"]

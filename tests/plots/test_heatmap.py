"""The heatmap: nothing disappears by pooling, bad frames are hatched, rows are in their place."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from driada_widgets.plots import (
    FeatureBand,
    Page,
    draw_heatmap,
    image_shape,
    max_pool,
    plot_heatmap,
    row_scales,
    to_png,
    to_shades,
)
from driada_widgets.plots.heatmap import _band, _paint
from driada_widgets.plots.pixels import fit
from driada_widgets.plots.pooling import LEVELS
from driada_widgets.plots.rows import bad_columns

PAGE = Page(width=600, height=400)


def draw(shades: NDArray[np.uint8], **options: Any) -> Any:
    """Draw shades of a recording of 1000 frames at 20 Hz."""
    given: dict[str, Any] = {"page": PAGE, "window": (0, 1000), "fps": 20.0}
    return draw_heatmap(shades, n_cells=len(shades), **{**given, **options})


@pytest.mark.parametrize("n_columns", [1, 7, 99, 100, 500])
def test_pooling_keeps_the_maximum_of_every_run(rng: np.random.Generator, n_columns: int) -> None:
    """Each column is the greatest value of its frames; the last one may hold fewer."""
    rows = rng.standard_normal((3, 101)).astype(np.float32)

    pooled = max_pool(rows, n_columns)

    step = -(-101 // n_columns)
    expected = [[row[first : first + step].max() for first in range(0, 101, step)] for row in rows]
    np.testing.assert_array_equal(pooled, np.array(expected))
    assert pooled.shape[1] <= n_columns


def test_rows_are_scaled_to_their_own_percentiles(rng: np.random.Generator) -> None:
    """A row that is a hundred times as large looks the same; outliers do not take the scale."""
    row = rng.standard_normal(1000).astype(np.float32)
    rows = np.stack([row, 100 * row + 5, np.where(np.arange(1000) == 7, 1e9, row)])

    scales = row_scales(rows)
    shades = to_shades(rows, scales)

    low, high = np.percentile(row, (1, 99))
    assert scales[0] == pytest.approx((low, high), abs=0.1)
    assert (np.abs(shades[0].astype(int) - shades[1]) <= 1).all()
    assert scales[2] == pytest.approx(scales[0], abs=0.1)
    assert (shades[0].min(), shades[0].max()) == (0, LEVELS - 1)


def test_rows_without_a_range_are_dark() -> None:
    """Constant rows, NaN and infinite values are drawn, not warned about."""
    rows = np.array([[2.0, 2.0, 2.0], [np.nan] * 3, [0.0, np.nan, 1.0]])

    shades = to_shades(rows, row_scales(rows))

    assert shades.tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, LEVELS - 1]]


def test_pooling_shows_nan_only_where_nothing_else_is() -> None:
    """One missing frame hides nothing."""
    rows = np.array([[1.0, np.nan, np.nan, np.nan, 5.0]])

    np.testing.assert_array_equal(max_pool(rows, 3), [[1.0, np.nan, 5.0]])


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("n_features", [0, 3])
def test_shape_is_that_of_the_image_on_the_page(ratio: float, n_features: int) -> None:
    """Shades of this shape are drawn one to a pixel."""
    page = Page(width=700, height=420, ratio=ratio)
    shape = image_shape(page, n_features)
    bands = [band(shape[1]) for _ in range(n_features)]

    figure = draw(np.zeros(shape, np.uint8), page=page, features=bands)

    box = figure.axes[0].get_window_extent()
    assert (round(box.height), round(box.width)) == pytest.approx(shape, abs=1)


def band(n_columns: int, **changes: Any) -> FeatureBand:
    """Give a feature that rises from 0 to 1."""
    rising = np.linspace(0, 1, n_columns, dtype=np.float32)
    given: dict[str, Any] = {"name": "speed", "low": 0.0, "high": 1.0}
    return FeatureBand(**{"columns": np.stack([rising, rising]), **given, **changes})


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        pytest.param([(0, 100)], [0], id="one-column"),
        pytest.param([(100, 101)], [1], id="one-frame"),
        pytest.param([(950, 1000)], [9], id="last"),
        pytest.param([(150, 250), (400, 401)], [1, 2, 4], id="several"),
        pytest.param([(-50, 0), (1000, 2000)], [], id="outside"),
    ],
)
def test_bad_frames_touch_their_columns(bad: list[tuple[int, int]], expected: list[int]) -> None:
    """Every column with a bad frame in it is marked, and no other."""
    assert np.flatnonzero(bad_columns(bad, (0, 1000), 10)).tolist() == expected


@pytest.mark.parametrize("page", [PAGE, Page(theme="dark")], ids=["light", "dark"])
def test_bad_columns_fade_and_are_hatched(page: Page) -> None:
    """Other columns keep their colour to the bit; the colours of bad ones are others."""
    shades = np.tile(np.arange(50, dtype=np.uint8), (20, 1))
    is_bad = np.zeros(50, dtype=bool)
    is_bad[20:30] = True

    plain, hatched = _paint(shades, np.zeros(50, dtype=bool), page), _paint(shades, is_bad, page)

    same = (plain == hatched).all(axis=2)
    assert same[:, ~is_bad].all()
    assert not same[:, is_bad].any()


def test_axes_say_what_rows_and_colours_are() -> None:
    """Rows have the label of their order, the colour bar says how each row is scaled."""
    figure = draw(np.zeros((50, 80), np.uint8), row_label="Neuron, by SNR")

    texts = [text.get_text() for text in figure.texts]
    assert figure.axes[0].get_ylabel() == "Neuron, by SNR"
    assert texts[:3] == ["0", "0.5", "1"]
    assert "percentile of each row" in texts[-1]
    assert figure.axes[0].get_xlabel() == "Time (s)"


def test_features_share_the_time_axis() -> None:
    """The lowest axes have the time; its limits are those of the image."""
    figure = draw(np.zeros((50, 80), np.uint8), features=[band(80), band(80, name="hd")])

    image, bands = figure.axes[:2]
    assert (image.get_xlabel(), bands.get_xlabel()) == ("", "Time (s)")
    assert image.get_xlim() == bands.get_xlim() == (0, 1000)
    assert [label.get_text() for label in bands.get_yticklabels()] == ["speed", "hd"]


def test_band_is_a_line_without_gaps() -> None:
    """Neighbouring columns touch, however steep the step; a missing column is a gap."""
    values = np.array([0, 1, 0, np.nan, 1], dtype=np.float32)

    inked = _band(band(5, columns=np.stack([values, values])), 34, PAGE)

    assert inked[:, 3].sum() == 0
    touching = [bool((inked[:, i] & inked[:, i + 1]).any()) for i in (0, 1)]
    assert touching == [True, True]
    assert inked[:17, 4].any()
    assert not inked[17:, 4].any()


def test_marked_neuron_is_named_at_its_row() -> None:
    """The selected neuron has its name beside its row."""
    figure = draw(np.zeros((50, 80), np.uint8), marked=(10, "17"))

    (mark,) = figure.axes[0].texts
    assert mark.get_text() == "17 ▸"
    assert mark.xy[1] == pytest.approx(1 - 10.5 / 50)


def test_rows_follow_the_order() -> None:
    """The first row of the order is at the top."""
    calcium = np.zeros((3, 400))
    calcium[2, ::2] = 1.0
    calcium[2, 300:] = 0.0

    figure = plot_heatmap(calcium, fps=20.0, order=[2, 0, 1])

    box = figure.axes[0].get_window_extent()
    drawn = np.asarray(Image.open(io.BytesIO(to_png(figure, Page()))).convert("RGB"), dtype=int)
    rows = [drawn.shape[0] - round(box.y0 + box.height * (1 - part)) for part in (0.16, 0.5, 0.84)]
    columns = slice(round(box.x0) + 5, round(box.x0 + 0.7 * box.width))
    brightness = [drawn[row, columns].sum() for row in rows]
    assert brightness[0] > 2 * brightness[1]
    assert brightness[1] == brightness[2]


@pytest.mark.parametrize("size", [(5, 8), (3, 4), (10, 16), (6, 9)], ids=str)
def test_image_is_fitted_to_its_pixels(size: tuple[int, int]) -> None:
    """Rows and columns are repeated or left out, never mixed."""
    image = np.arange(40, dtype=np.uint8).reshape(5, 8)

    fitted = fit(image, *size)

    assert fitted.shape == size
    assert fitted[0, 0] == image[0, 0]
    assert (np.diff(fitted.astype(int), axis=0) >= 0).all()
    assert set(fitted.ravel()) <= set(image.ravel())


@pytest.mark.parametrize("n_cells", [1, 3, 5000])
def test_any_number_of_neurons_can_be_drawn(n_cells: int) -> None:
    """From one neuron to thousands, also where all values are equal or missing."""
    shades = np.full((min(n_cells, 300), 100), LEVELS - 1, dtype=np.uint8)

    assert to_png(draw_heatmap(shades, page=PAGE, window=(5, 6), fps=None, n_cells=n_cells), PAGE)
    assert to_png(plot_heatmap(np.full((2, 30), np.nan), fps=20.0), PAGE)

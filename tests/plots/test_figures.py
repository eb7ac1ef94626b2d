"""Figures from arrays: what is on them, in which units, in both themes."""

from __future__ import annotations

import gc
import io
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.backends import backend_agg
from numpy.typing import NDArray
from PIL import Image

from driada_widgets.plots import (
    Page,
    Theme,
    plot_features,
    plot_heatmap,
    plot_traces,
    plot_trajectory,
    plot_type_evidence,
    to_png,
)
from driada_widgets.plots.evidence import find_wraps
from driada_widgets.plots.page import INK, label_text, new_figure, time_axis, value_text
from driada_widgets.plots.trajectory import MAX_POINTS
from tests.samples import make_aligned

DATA = make_aligned(n_cells=12)
HOSTILE = ["$\\frac{$", "cost in $", "日本語", "שלום", "a\u202eb\n", "x" * 200]
FIGURES: dict[str, Callable[..., Any]] = {
    "traces": lambda **options: plot_traces(DATA["calcium"], fps=20.0, **options),
    "heatmap": lambda **options: plot_heatmap(DATA["calcium"], fps=20.0, **options),
    "features": lambda **options: plot_features({"speed": DATA["speed"]}, fps=20.0, **options),
    "trajectory": lambda **options: plot_trajectory(DATA["position"], fps=20.0, **options),
    "evidence": lambda **options: plot_type_evidence(
        DATA["speed"], name="speed", fps=20.0, **options
    ),
}


def labels(figure: Any) -> list[tuple[str, str]]:
    """Give the labels of all axes that have ticks."""
    return [
        (axes.get_xlabel(), axes.get_ylabel())
        for axes in figure.axes
        if len(axes.get_xticks()) and axes.xaxis.get_tick_params().get("labelbottom", True)
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", list(FIGURES))
def test_every_axis_has_a_unit_and_the_theme(name: str, theme: Theme) -> None:
    """Labels say what is shown and in which unit; ground and ink are the theme's."""
    figure = FIGURES[name](theme=theme)

    texts = [text for pair in labels(figure) for text in pair if text]
    assert any("Time (s)" in text or "a.u." in text for text in texts)
    assert image_of(figure, Page(theme=theme)).getpixel((1, 1)) == rgb(INK[theme][0])
    for axes in figure.axes:
        assert axes.xaxis.label.get_color() == INK[theme][1]


def image_of(figure: Any, page: Page) -> Image.Image:
    """Draw a figure as the panel does."""
    image = Image.open(io.BytesIO(to_png(figure, page)))
    assert image.mode == "P"
    return image.convert("RGB")


def rgb(colour: str) -> tuple[int, ...]:
    """Give the parts of a colour."""
    return tuple(bytes.fromhex(colour[1:]))


@pytest.mark.parametrize(("ratio", "size"), [(1.0, (640, 400)), (2.0, (1280, 800))])
def test_png_has_the_pixels_of_the_page(ratio: float, size: tuple[int, int]) -> None:
    """A page of CSS pixels on a fine screen has more pixels, not larger text."""
    page = Page(width=640, height=400, ratio=ratio)

    assert image_of(new_figure(page), page).size == size


def test_last_use_empties_the_figure() -> None:
    """What nobody needs any more is taken apart; else it can be drawn again."""
    figure = FIGURES["heatmap"]()
    first = to_png(figure, Page())

    assert to_png(figure, Page(), is_last=True) == first
    assert figure.axes == []


@pytest.mark.parametrize("name", list(FIGURES))
def test_last_use_frees_canvas_and_images(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pixels of a picture and of its canvas go at once, without a search for circles."""
    large: list[weakref.ref[Any]] = []

    agg: Any = backend_agg  # its renderer has no types
    make = agg.RendererAgg

    def watched(*size: float) -> Any:
        renderer = make(*size)
        large.append(weakref.ref(renderer._renderer))
        return renderer

    monkeypatch.setattr(agg, "RendererAgg", watched)
    figure = FIGURES[name]()
    large += [
        weakref.ref(part._image) for part in figure.findobj(lambda each: hasattr(each, "_image"))
    ]
    gc.collect()
    gc.disable()
    try:
        to_png(figure, Page(), is_last=True)
        left = [each() for each in large]
    finally:
        gc.enable()

    assert left
    assert left == [None] * len(left)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_names_of_files_are_drawn_as_text(text: str) -> None:
    """No name is a formula, raises, warns of a missing glyph, or runs out of its place."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = plot_type_evidence(DATA["speed"], name=text, fps=20.0)
        to_png(figure, Page())

    assert len(label_text(text).replace(r"\$", "$")) <= 22


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(np.arange(25) % 10, [10, 20], id="sawtooth"),
        pytest.param((-np.arange(25)) % 10, [1, 11, 21], id="backwards"),
        pytest.param(np.arange(25), [], id="rising"),
        pytest.param(np.full(25, 3.0), [], id="constant"),
        pytest.param(np.array([9.0, np.nan, 0.0, 9.0, 0.0]), [3, 4], id="gap"),
        pytest.param(np.full(5, np.nan), [], id="nothing"),
    ],
)
def test_wraps(values: NDArray[Any], expected: list[int]) -> None:
    """A wrap is the frame after a step of most of the range, in either direction."""
    assert find_wraps(values).tolist() == expected


def test_evidence_of_an_angle_shows_its_wraps() -> None:
    """The second picture is around wraps, which are counted and marked."""
    figure = plot_type_evidence(DATA["hd"], name="hd", fps=20.0, circular=True)

    n_wraps = len(find_wraps(DATA["hd"]))
    assert n_wraps > 0
    assert figure.axes[1].get_title(loc="left").startswith(f"{n_wraps} wraps")


def test_evidence_shows_both_ends_of_a_long_series() -> None:
    """A long series shows its first and its last frames; a short one all of them."""
    long = plot_type_evidence(DATA["speed"], name="speed", fps=20.0)
    short = plot_type_evidence(DATA["speed"][:300], name="speed", fps=None)

    titles = [axes.get_title(loc="left") for axes in (*long.axes[1:], *short.axes[1:])]
    assert titles == ["First 200 frames", "Last 200 frames", "All 300 frames"]
    assert short.axes[1].get_xlabel() == "Time (frames)"


def test_evidence_of_few_values_names_each() -> None:
    """Up to ten distinct values have a bar and a name each."""
    figure = plot_type_evidence(DATA["trial_type"], name="trial_type", fps=20.0)

    ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert ticks == ["0", "1"]
    assert figure.axes[0].get_title(loc="left") == "2 distinct values in 1\u202f000 frames"


@pytest.mark.parametrize(
    "values",
    [np.empty(0), np.full(50, np.nan), np.zeros(50), np.array([1.0]), np.arange(50) > 20],
    ids=["empty", "nan", "constant", "one-frame", "boolean"],
)
def test_evidence_of_odd_features(values: NDArray[Any]) -> None:
    """Whatever a file holds can be drawn."""
    assert to_png(plot_type_evidence(values, name="odd", fps=20.0), Page())


def test_trajectory_keeps_the_most_active_frames(rng: np.random.Generator) -> None:
    """Thinning a long path leaves out frames, but never an event, and stays drawable."""
    n_frames = 5 * MAX_POINTS + 7
    activity = rng.random(n_frames)
    activity[777] = 50.0
    path = rng.standard_normal((2, n_frames))

    figure = plot_trajectory(path, fps=20.0, colour_by=activity, label="Neuron 3")

    points = np.asarray(figure.axes[0].collections[0].get_offsets())
    assert len(points) <= MAX_POINTS
    assert points[-1].tolist() == path[:, 777].tolist()


def test_trajectory_leaves_out_bad_frames() -> None:
    """Frames that are not kept, or have no place, are not drawn."""
    path = DATA["position"].copy()
    path[0, 5] = np.nan
    kept = np.ones(path.shape[1], dtype=bool)
    kept[100:200] = False

    figure = plot_trajectory(path, fps=20.0, kept=kept, names=("x", "speed"), equal=False)

    points = np.asarray(figure.axes[0].collections[0].get_offsets())
    assert len(points) == path.shape[1] - 101
    assert labels(figure)[0] == ("x, a.u. (unit unknown)", "speed, a.u. (unit unknown)")


def test_trajectory_of_nothing() -> None:
    """Where no frame is left there is an empty picture, not an error."""
    path = DATA["position"]

    figure = plot_trajectory(path, fps=20.0, kept=np.zeros(path.shape[1], dtype=bool))

    assert to_png(figure, Page())


@pytest.mark.parametrize(
    ("window", "fps", "unit", "first", "last"),
    [
        pytest.param((0, 2000), 20.0, "s", "0", "100", id="seconds"),
        pytest.param((0, 2000), 20.0, "frames", "0", "2\u202f000", id="frames"),
        pytest.param((0, 2000), None, "s", "0", "2\u202f000", id="unknown-rate"),
        pytest.param((100, 110), 20.0, "s", "5.0", "5.5", id="half-a-second"),
        pytest.param((7, 8), 20.0, "frames", "7", "8", id="one-frame"),
    ],
)
def test_time_axis(
    window: tuple[int, int], fps: float | None, unit: Any, first: str, last: str
) -> None:
    """Ticks are in the unit that the label names, with as many decimals as they need."""
    figure = new_figure(Page())
    axes = figure.add_subplot()

    time_axis(axes, *window, fps=fps, unit=unit)

    ticks = [label.get_text() for label in axes.get_xticklabels()]
    assert (ticks[0], ticks[-1]) == (first, last)
    is_seconds = unit == "s" and fps is not None
    assert axes.get_xlabel() == ("Time (s)" if is_seconds else "Time (frames)")


@pytest.mark.parametrize(
    ("value", "value_range", "expected"),
    [(1e-6, 5.0, "0"), (-2.5, 5.0, "−2.5"), (12345.6, 2e4, "12\u202f346"), (1e-6, 2e-6, "1e−06")],
)
def test_value_text(value: float, value_range: float, expected: str) -> None:
    """Values are as exact as the picture, with a real minus."""
    assert value_text(value, value_range) == expected

"""What all figures share: their size and theme, the time axis, and their way into a PNG."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from driada_widgets.plots.pixels import fill_box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = [
    "CMAP",
    "INK",
    "PALETTE",
    "UNKNOWN_UNIT",
    "Box",
    "Page",
    "Theme",
    "TimeUnit",
    "accent",
    "add_axes",
    "bad_colour",
    "colour_bar",
    "label_text",
    "mark_bad",
    "new_figure",
    "number",
    "set_title",
    "style_axes",
    "time_axis",
    "to_png",
    "value_text",
    "warm_up",
]

Theme = Literal["light", "dark"]
TimeUnit = Literal["s", "frames"]
Box = tuple[float, float, float, float]
"""Left, top, width and height in CSS pixels."""

CMAP = "cividis"
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442")
INK: dict[Theme, tuple[str, str, str]] = {
    "light": ("#ffffff", "#222222", "#bdbdbd"),
    "dark": ("#111111", "#e0e0e0", "#616161"),
}
"""Ground, ink, and the faint ink of spines, as Jupyter's own themes have them."""
UNKNOWN_UNIT = "a.u. (unit unknown)"
DPI = 100
FONT_PT = 9.0
CHARACTER_PX = 8
"""Width of a digit of that font."""
THIN_SPACE = "\u202f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """How large a picture is on a screen, and on what ground.

    Parameters
    ----------
    width, height
        In CSS pixels.
    ratio
        Pixels of the screen for each CSS pixel.
    theme
        Light or dark ground.
    """

    width: int = 900
    height: int = 420
    ratio: float = 1.0
    theme: Theme = "light"

    @property
    def ground(self) -> str:
        """Colour behind everything."""
        return INK[self.theme][0]

    @property
    def ink(self) -> str:
        """Colour of text."""
        return INK[self.theme][1]

    @property
    def faint(self) -> str:
        """Colour of lines that only guide the eye."""
        return INK[self.theme][2]

    def pixels(self, css_pixels: float) -> int:
        """Give screen pixels, at least one."""
        return max(1, round(css_pixels * self.ratio))


def accent(theme: Theme) -> str:
    """Give the colour of what is selected, and of features."""
    return PALETTE[0] if theme == "light" else PALETTE[4]


def bad_colour(theme: Theme) -> str:
    """Give the colour of bad frames."""
    return "#D98C00" if theme == "light" else PALETTE[5]


def label_text(text: str, limit: int = 22) -> str:
    """Make a name from a file safe to draw: short, no formula, only what the font has."""
    shown = text if len(text) <= limit else f"{text[: limit - 1]}…"
    known = _glyphs()
    return "".join(
        "\\$" if each == "$" else each if each.isprintable() and ord(each) in known else "□"
        for each in shown
    )


@functools.cache
def _glyphs() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


def number(value: float, decimals: int = 0) -> str:
    """Write a number with a thin space between thousands."""
    return f"{value:,.{decimals}f}".replace(",", THIN_SPACE)


def new_figure(page: Page) -> Figure:
    """Make an empty figure of a page's size, without pyplot."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    size = (page.width / DPI, page.height / DPI)
    figure = Figure(figsize=size, dpi=DPI * page.ratio, facecolor=page.ground)
    FigureCanvasAgg(figure)
    return figure


def add_axes(figure: Figure, page: Page, box: Box) -> Axes:
    """Add axes at a place in CSS pixels, counted from the upper left corner."""
    axes = figure.add_axes(_share(page, box))
    style_axes(axes, page)
    return axes


def _share(page: Page, box: Box) -> tuple[float, float, float, float]:
    """Turn a box into left, bottom, width and height as shares of the page."""
    left, top, width, height = box
    return (
        left / page.width,
        1 - (top + height) / page.height,
        width / page.width,
        height / page.height,
    )


def style_axes(axes: Axes, page: Page) -> None:
    """Give axes the colours and the font of the page."""
    axes.set_facecolor(page.ground)
    axes.tick_params(colors=page.ink, labelsize=FONT_PT, length=3, color=page.faint)
    for part in (axes.xaxis.label, axes.yaxis.label, axes.title):
        part.set_color(page.ink)
        part.set_fontsize(FONT_PT)
    axes.spines[["left", "bottom"]].set_color(page.faint)
    axes.spines[["top", "right"]].set_visible(False)


def set_title(axes: Axes, page: Page, text: str) -> None:
    """Write a small line above axes, from their left edge."""
    axes.set_title(text, loc="left", fontsize=FONT_PT, color=page.ink, pad=8)


def value_text(value: float, value_range: float) -> str:
    """Write a value of a row as exactly as a picture shows it."""
    if abs(value) < value_range / 1000:
        return "0"
    text = number(value) if abs(value) >= 1000 else f"{value:.3g}"
    return text.replace("-", "−")


def time_axis(
    axes: Axes, start: int, stop: int, *, fps: float | None, unit: TimeUnit, n_ticks: int = 9
) -> None:
    """Label the x axis, whose data are frames, in seconds or frames.

    Parameters
    ----------
    axes
        Its x values are frames.
    start, stop
        Frames that are seen, half-open.
    fps
        Frame rate in Hz; ``None``: unknown, then frames are shown.
    unit
        Seconds or frames.
    n_ticks
        Greatest number of ticks.
    """
    from matplotlib.ticker import MaxNLocator

    axes.set_xlim(start, max(stop, start + 1))
    per_unit = fps if unit == "s" and fps else 1.0
    is_frames = per_unit == 1.0 and not (unit == "s" and fps)
    places = MaxNLocator(n_ticks, steps=[1, 2, 2.5, 5, 10], integer=is_frames).tick_values(
        start / per_unit, max(stop, start + 1) / per_unit
    )
    inside = [place for place in places if start <= place * per_unit <= max(stop, start + 1)]
    step = float(places[1] - places[0])
    decimals = max(0, min(6, -int(np.floor(np.log10(step) + 1e-9)))) if step < 1 else 0
    if step < 10 and abs(step - round(step)) > 1e-9:
        decimals = max(decimals, 1)
    axes.set_xticks(
        [place * per_unit for place in inside], [number(place, decimals) for place in inside]
    )
    axes.set_xlabel("Time (frames)" if is_frames else "Time (s)")


def mark_bad(
    axes: Axes, bad: Sequence[tuple[int, int]], page: Page, *, start: int, stop: int
) -> None:
    """Hatch ranges of bad frames on axes whose x values are frames, as one artist."""
    seen = [(first, last) for first, last in bad if last > start and first < stop]
    if not seen:
        return
    axes.broken_barh(
        [(first, last - first) for first, last in seen],
        (0, 1),
        transform=axes.get_xaxis_transform(),
        facecolor="none",
        edgecolor=bad_colour(page.theme),
        hatch="///",
        linewidth=0.8,
        zorder=3,
    )


def colour_bar(
    figure: Figure,
    page: Page,
    box: Box,
    ticks: Sequence[tuple[float, str]],
    label: str,
) -> None:
    """Draw a colour bar from 0 to 1 at a place in CSS pixels; much faster than matplotlib's."""
    from matplotlib import colormaps

    left, bottom, width, height = _share(page, box)
    shades = colormaps[CMAP](np.linspace(1, 0, 128))[:, np.newaxis]
    fill_box(figure, (left, bottom, width, height), np.round(255 * shades).astype(np.uint8))
    words: dict[str, Any] = {"color": page.ink, "fontsize": FONT_PT, "va": "center"}
    for place, text in ticks:
        figure.text(left + width + 5 / page.width, bottom + place * height, text, **words)
    widest = max(len(text) for _, text in ticks)
    beside = left + width + (9 + CHARACTER_PX * widest) / page.width
    figure.text(beside, bottom + height / 2, label, rotation=90, ha="left", **words)


def to_png(figure: Figure, page: Page, *, is_last: bool = False) -> bytes:
    """Draw a figure into a small PNG, fast.

    The picture is reduced to the few hundred colours that these figures use: its file is a
    fifth as large as a full one, and written in a sixth of the time.

    Parameters
    ----------
    figure
        Of this module's making.
    page
        Tells the theme.
    is_last
        Whether nobody needs the figure any more. It is then taken apart: figures refer to
        themselves in circles, and their images would wait until Python looks for circles, which
        stops everything for a tenth of a second.

    Returns
    -------
    bytes
        A PNG with a palette.
    """
    from matplotlib.backends import backend_agg
    from PIL import Image

    width, height = (round(size * figure.dpi) for size in figure.get_size_inches())
    agg: Any = backend_agg  # its renderer has no types
    renderer = agg.RendererAgg(width, height, figure.dpi)
    figure.draw(renderer)
    colours, nearest = _palette(page.theme)
    pixels = np.asarray(renderer.buffer_rgba())
    red, green, blue = (pixels[..., part].astype(np.uint16) >> 3 for part in range(3))
    small = Image.fromarray(nearest[red << 10 | green << 5 | blue], mode="P")
    small.putpalette(colours.tobytes())
    out = io.BytesIO()
    run_length = 3  # zlib's strategy for long runs of equal bytes, as rows of these pictures have
    small.save(out, "png", compress_level=1, compress_type=run_length)
    if is_last:
        del pixels
        _break_circles(figure, renderer)
    return out.getvalue()


def _break_circles(figure: Figure, renderer: object) -> None:
    """Free what a figure that was drawn holds, now: its images, and the canvas behind its texts."""
    parts = figure.findobj(include_self=False)
    figure.clear()
    for part in (*parts, renderer):
        vars(part).clear()


def warm_up(page: Page) -> None:
    """Read fonts and palettes now, so that the first picture does not wait for them."""
    figure = new_figure(page)
    time_axis(add_axes(figure, page, (0, 0, page.width, page.height)), 0, 1, fps=1.0, unit="s")
    to_png(figure, page)
    _glyphs()


@functools.cache
def _palette(theme: Theme) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Give 256 colours, and the nearest of them to each colour of 5 bits a part.

    They are cividis, the inks, and what lies between them and the ground.
    """
    from matplotlib import colormaps
    from matplotlib.colors import to_rgb

    ground = np.array(to_rgb(INK[theme][0]))
    shades = colormaps[CMAP](np.linspace(0, 1, 96))[:, :3]
    parts = [shades, _ramp(ground, to_rgb(INK[theme][1]), 48)]
    parts += [_ramp(ground, to_rgb(name), 16) for name in (*PALETTE[:2], *PALETTE[4:6])]
    parts.append(_ramp(ground, to_rgb(bad_colour(theme)), 16))
    parts.append(0.45 * shades[::4] + 0.55 * ground)  # what shines through bad frames
    colours = np.concatenate(parts)[:256]
    padded = np.concatenate([colours, np.repeat(ground[np.newaxis], 256 - len(colours), axis=0)])
    levels = np.linspace(0, 1, 32, dtype=np.float32)
    red, green, blue = (levels[:, np.newaxis] - padded.T.astype(np.float32)[:, np.newaxis]) ** 2
    rest = green[:, np.newaxis] + blue
    nearest = np.concatenate([(rest + part).argmin(axis=2).ravel() for part in red])
    return np.round(255 * padded).astype(np.uint8), nearest.astype(np.uint8)


def _ramp(start: NDArray[np.float64], stop: Sequence[float], n: int) -> NDArray[np.float64]:
    shares = np.linspace(0, 1, n)[:, np.newaxis]
    between: NDArray[np.float64] = (1 - shares) * start + shares * np.asarray(stop)
    return between

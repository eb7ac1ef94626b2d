"""The trajectory: a path of two features, coloured by time or by the selected neuron."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets
import numpy as np

from driada_widgets.panel.binding import escape, plain
from driada_widgets.panel.drawing import Drawing
from driada_widgets.panel.feature_parts import feature_parts, part_named, planes
from driada_widgets.panel.sections.base import html, row, set_html, show
from driada_widgets.panel.sections.clock import window_words
from driada_widgets.panel.sections.heatmap import page_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress
    from driada_widgets.panel.picture_view import PictureView
    from driada_widgets.panel.ruler import Ruler
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot
    from driada_widgets.panel.state import PanelState
    from driada_widgets.plots import Page

__all__ = ["Trajectory", "usual_path"]

PAIR = ""
"""Choice of *two features* in the list of paths."""
MAX_WIDTH, HEIGHT = 820, 560


def usual_path(state: PanelState) -> tuple[str, str]:
    """Give the path that is shown before anybody chose: a plane, else ``x`` and ``y``, else two."""
    known = planes(state)
    if known:
        return next(iter(known)), ""
    names = [part.name for part in feature_parts(state) if not part.discrete]
    lowered = {name.lower(): name for name in names}
    if {"x", "y"} <= lowered.keys():
        return lowered["x"], lowered["y"]
    return (names[0], names[1]) if len(names) > 1 else ("", "")


class Trajectory:
    """A path, and what colours it."""

    def __init__(self, section: Section, ruler: Ruler) -> None:
        self._section = section
        self._ruler = ruler
        state = section.state
        self._path = section.choice("Path", "dw-path", [], self._choose)
        self._x = section.choice("X", "dw-path-x", [], lambda name: self._pair(name, None))
        self._y = section.choice("Y", "dw-path-y", [], lambda name: self._pair(None, name))
        self._colour = section.choice("Colour", "dw-path-colour", [], state.set_colour_by)
        for binding, width in ((self._path, "4em"), (self._x, "2em"), (self._y, "2em")):
            binding.widget.style.description_width = width
        self._colour.widget.style.description_width = "4em"
        failed = section.failed("Draw the trajectory")
        self._drawing = Drawing("dw-trajectory", state.new_runner(), on_error=failed)
        self._words = html("", "dw-hint")
        controls = [self._path, self._x, self._y, self._colour]
        self._controls = row(*(binding.widget for binding in controls))
        self.widget = widgets.VBox([self._controls, self._drawing.widget, self._words])

    def _choose(self, name: str) -> None:
        state = self._section.state
        if name != PAIR:
            state.set_path(name)
            return
        names = [part.name for part in feature_parts(state)]
        state.set_path(*names[:2])

    def _pair(self, x: str | None, y: str | None) -> None:
        now = _path_of(self._section.state)
        self._section.state.set_path(x or now[0], y or now[1])

    def render(self, snapshot: Snapshot) -> None:
        """Show the path of a snapshot."""
        state = self._section.state
        path, pictures = _path_of(state), snapshot.pictures
        show(self._controls, visible=bool(path[0]))
        if not path[0]:
            self._drawing.forget()
            set_html(self._words, "A path needs a feature of two components, or two features.")
            return
        self._show_controls(state, path, pictures)
        position = _position(state, path)
        if position is None:
            return
        words = _described(state, snapshot, path)
        set_html(self._words, escape(words, limit=None))
        window = snapshot.window
        width = min(MAX_WIDTH, self._ruler.width or MAX_WIDTH)
        page = page_of(snapshot, self._ruler, HEIGHT)
        page = type(page)(width=width, height=HEIGHT, ratio=page.ratio, theme=page.theme)
        by_cell = pictures.colour_by == "cell"
        wish = (
            *(path, _origins(state, path), window.start, window.stop, page, state.fps),
            *(state.bad_ranges, pictures.cell if by_cell else "time"),
        )
        work = _work(state, snapshot, page, path, position)
        self._drawing.draw(wish, work, width=page.width, description=words)

    def _show_controls(
        self, state: PanelState, path: tuple[str, str], pictures: PictureView
    ) -> None:
        parts = tuple((plain(part.name, limit=40), part.name) for part in feature_parts(state))
        options = [(plain(name, limit=40), name) for name in planes(state)]
        if len(parts) > 1:
            options.append(("two features", PAIR))
        is_pair = bool(path[1])
        self._path.show(PAIR if is_pair else path[0], options=tuple(options))
        for binding, name in ((self._x, path[0]), (self._y, path[1])):
            show(binding.widget, visible=is_pair)
            if is_pair:
                binding.show(name, options=parts)
        cell = pictures.cell
        of_cell = "activity of a neuron" if cell is None else f"activity of neuron {cell}"
        self._colour.show(pictures.colour_by, options=(("time", "time"), (of_cell, "cell")))


def _path_of(state: PanelState) -> tuple[str, str]:
    """Give the chosen path if it is still there, else the usual one."""
    x, y = state.snapshot.pictures.path_x, state.snapshot.pictures.path_y
    is_there = (part_named(state, x) and part_named(state, y)) if y else x in planes(state)
    return (x, y) if x and is_there else usual_path(state)


def _position(
    state: PanelState, path: tuple[str, str]
) -> tuple[NDArray[np.generic], NDArray[np.generic]] | None:
    if not path[1]:
        plane = planes(state).get(path[0])
        return None if plane is None else (plane[0], plane[1])
    parts = [part_named(state, name) for name in path]
    found = [part.values for part in parts if part is not None]
    return (found[0], found[1]) if len(found) == 2 else None


def _origins(state: PanelState, path: tuple[str, str]) -> tuple[int, ...]:
    """Tell the arrays that a path is made of."""
    if not path[1]:
        return (id(planes(state).get(path[0])),)
    return tuple(part.origin for part in feature_parts(state) if part.name in path)


def _work(
    state: PanelState,
    snapshot: Snapshot,
    page: Page,
    path: tuple[str, str],
    position: tuple[NDArray[np.generic], NDArray[np.generic]],
) -> Callable[[Progress], bytes]:
    from driada_widgets.core.request import frames

    start, stop = snapshot.window.start, snapshot.window.stop or state.n_frames
    kept = ~frames.to_mask(state.bad_ranges, state.n_frames)[start:stop]
    cell, calcium = snapshot.pictures.cell, state.workbench.calcium
    is_plane = not path[1]
    names = (f"{path[0]}[0]", f"{path[0]}[1]") if is_plane else path
    fps = state.fps

    def work(progress: Progress) -> bytes:
        from driada_widgets import plots

        colour_by, label = None, "Time (s)" if fps else "Time (frames)"
        if snapshot.pictures.colour_by == "cell" and cell is not None and calcium is not None:
            colour_by = np.array(calcium[cell, start:stop])
            label = f"Neuron {cell}, {plots.UNKNOWN_UNIT}"
        progress.check()
        figure = plots.plot_trajectory(
            np.stack([part[start:stop] for part in position]),
            fps=fps or 1.0,
            colour_by=colour_by,
            label=label,
            names=(plain(names[0]), plain(names[1])),
            kept=kept,
            start=start,
            equal=is_plane,
            page=page,
        )
        progress.check()
        return plots.to_png(figure, page, is_last=True)

    return work


def _described(state: PanelState, snapshot: Snapshot, path: tuple[str, str]) -> str:
    pictures, window = snapshot.pictures, snapshot.window
    what = " and ".join(plain(name, limit=40) for name in path if name)
    by = "time"
    if pictures.colour_by == "cell" and pictures.cell is not None:
        by = f"the activity of neuron {pictures.cell}, the most active frames on top"
    seen = window_words(window.start, window.stop, state.fps)
    return f"Path of {what}, coloured by {by}. {seen}, without bad frames."

"""The linked pictures of step Check: four buttons, the navigator, one picture at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.panel.page_part import HAS_SCRIPTS
from driada_widgets.panel.ruler import Ruler
from driada_widgets.panel.sections.base import html, row, set_html, show
from driada_widgets.panel.sections.clock import Clock
from driada_widgets.panel.sections.navigator import Navigator
from driada_widgets.panel.sections.pictures import TracePicture

if TYPE_CHECKING:
    from driada_widgets.core.report import Progress
    from driada_widgets.panel.picture_view import PictureName
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["Views"]

PICTURES: tuple[tuple[PictureName, str], ...] = (
    ("traces", "Traces"),
    ("heatmap", "Heatmap"),
    ("trajectory", "Trajectory"),
    ("quality", "Quality"),
)
TIMED = frozenset({"heatmap", "trajectory", *(() if HAS_SCRIPTS else ("traces",))})
"""Pictures that need buttons to move in time; the traces have their own, quality has no time."""
WARM_UP_SEC = 1.0
"""After so long the traces are on screen, and the first heatmap need not wait for matplotlib."""


class Views:
    """Shows one picture of the recording; all have the same neurons, window and bad frames."""

    def __init__(self, section: Section) -> None:
        self._section = section
        self._buttons = {name: self._button(name, title) for name, title in PICTURES}
        self._ruler = Ruler(self._resized, on_error=section.failed("Measure the page"))
        self._navigator = Navigator(section)
        self._clock = Clock(section)
        self._pictures: dict[PictureName, Any] = {"traces": TracePicture(section)}
        self._warmer = section.state.new_runner()
        self._is_warm = False
        self._gone = html("", "dw-problem")
        self._place = widgets.VBox([self._pictures["traces"].widget])
        bar = row(*self._buttons.values())
        bar.add_class("dw-views")
        self._all = widgets.VBox(
            [bar, self._navigator.widget, self._clock.widget, self._ruler, self._place]
        )
        self.widget = widgets.VBox([self._gone, self._all])

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return all(part.layout.display == "none" for part in (self._all, self._gone))

    def _button(self, name: PictureName, title: str) -> Any:
        return self._section.button(
            title, f"dw-view-{name}", lambda: self._section.state.show_picture(name)
        )

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot; a picture's module is imported when it is first shown."""
        is_there = self._section.state.workbench.calcium is not None
        has_plan = snapshot.check is not None and snapshot.check.plan is not None
        set_html(self._gone, _WRITTEN_OVER if has_plan and not is_there else "")
        show(self._all, visible=is_there)
        if not is_there:
            return
        shown = snapshot.pictures.shown
        for name, button in self._buttons.items():
            (button.add_class if name == shown else button.remove_class)("dw-now")
            button.tooltip = f"{button.description}: on screen" if name == shown else ""
        self._warm_up()
        self._seek(snapshot.spikes.n_looks)
        self._navigator.render(snapshot)
        if shown in TIMED:
            self._clock.render(snapshot)
        show(self._clock.widget, visible=shown in TIMED)
        picture = self._pictures.get(shown)
        if picture is None:
            picture = self._pictures[shown] = _make(shown, self._section, self._ruler)
        if self._place.children != (picture.widget,):
            self._place.children = (picture.widget,)
        picture.render(snapshot)

    def _warm_up(self) -> None:
        """Import what draws pictures, beside everything else; a failure shows when one is drawn."""
        if not self._is_warm:
            self._is_warm = True
            self._warmer.start(
                _import_plots,
                on_done=lambda _: None,
                on_error=lambda _: None,
                delay_sec=WARM_UP_SEC,
            )

    def _seek(self, n_looks: int) -> None:
        """Let the page bring the pictures into view, once each time that they were asked for."""
        for turn in range(2):
            is_it = n_looks > 0 and n_looks % 2 == turn
            mark = f"dw-sought-{turn}"
            (self.widget.add_class if is_it else self.widget.remove_class)(mark)

    def _resized(self) -> None:
        self.render(self._section.state.snapshot)


_WRITTEN_OVER = (
    "The file was written over while it was open, so it is not shown any more. Check the data "
    "again."
)


def _import_plots(progress: Progress) -> None:
    from driada_widgets import plots

    progress.check()
    plots.warm_up(plots.Page(width=100, height=100))


def _make(name: PictureName, section: Section, ruler: Ruler) -> Any:
    if name == "heatmap":
        from driada_widgets.panel.sections.heatmap import Heatmap

        return Heatmap(section, ruler)
    if name == "trajectory":
        from driada_widgets.panel.sections.trajectory import Trajectory

        return Trajectory(section, ruler)
    from driada_widgets.panel.sections.quality import QualityTable

    return QualityTable(section)

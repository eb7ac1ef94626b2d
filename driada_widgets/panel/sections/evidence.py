"""The small plot behind a feature's type, opened by a button in its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import ipywidgets as widgets

from driada_widgets.panel.binding import plain
from driada_widgets.panel.drawing import Drawing
from driada_widgets.panel.sections.base import show

if TYPE_CHECKING:
    from driada_widgets.core.build.examine import FeatureReport
    from driada_widgets.core.report import Progress
    from driada_widgets.panel.sections.base import Section

__all__ = ["Evidence"]

WIDTH, HEIGHT = 760, 210
LABELS = ("Show values", "Hide values")


class Evidence:
    """How often each value occurs, and how the series begins and ends, or wraps.

    Parameters
    ----------
    section
        The step it belongs to.
    name
        Of the array, for those who hear the button.
    """

    def __init__(self, section: Section, name: str) -> None:
        self._section = section
        self._is_open = False
        self._report: FeatureReport | None = None
        self._name = plain(name, limit=60)
        self.button = section.button(
            LABELS[0],
            "dw-evidence-show",
            self._turn,
            tooltip=self._tooltip(LABELS[0]),
        )
        self._drawing = Drawing(
            "dw-evidence",
            section.state.new_runner(),
            on_error=section.failed("Draw the values"),
        )
        self.widget: Any = widgets.VBox([self._drawing.widget])
        self.widget.layout.display = "none"

    def _tooltip(self, label: str) -> str:
        return f"{label} of {self._name} that its type rests on"

    def _turn(self) -> None:
        self._is_open = not self._is_open
        self._draw()

    def render(self, report: FeatureReport | None) -> None:
        """Show the values of a feature that is used; others, and planes, have no such button."""
        self._report = report
        is_possible = report is not None and len(report.shape) == 1 and bool(report.source)
        show(self.button, visible=is_possible)
        self._is_open = self._is_open and is_possible
        self._draw()

    def _draw(self) -> None:
        label = LABELS[self._is_open]
        if self.button.description != label:
            self.button.description = label
            self.button.tooltip = self._tooltip(label)
        show(self.widget, visible=self._is_open)
        state, report = self._section.state, self._report
        values = state.workbench.feature(report.source) if report and self._is_open else None
        if report is None or values is None:
            return
        info = report.type_info
        circular, fps = bool(info and info.is_circular), state.fps
        theme: Literal["light", "dark"] = "dark" if state.snapshot.pictures.dark else "light"
        name = plain(report.name, limit=60)

        def work(progress: Progress) -> bytes:
            from driada_widgets import plots

            progress.check()
            page = plots.Page(width=WIDTH, height=HEIGHT, theme=theme)
            figure = plots.plot_type_evidence(
                values, name=name, fps=fps, circular=circular, page=page
            )
            return plots.to_png(figure, page, is_last=True)

        described = f"Values of {name}: {plain(report.why, limit=200)}"
        self._drawing.draw(
            (id(values), circular, fps, theme, name), work, width=WIDTH, description=described
        )

"""A picture that is drawn in a worker: the latest wish wins, an equal one is not drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import traitlets

from driada_widgets.panel.binding import plain
from driada_widgets.panel.presses import Presses

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from driada_widgets.core.report import Progress
    from driada_widgets.panel.jobs import Runner

__all__ = ["Drawing"]


class _Picture(widgets.Image):
    """An image with a name for screen readers.

    The page turns a tooltip into a title only for widgets that have a description, and fails on
    others; an empty one is enough.
    """

    description = traitlets.Unicode("").tag(sync=True)


class Drawing:
    """A PNG and the worker that draws it.

    Parameters
    ----------
    css_class
        Stable name of the picture.
    runner
        Draws; it is this picture's own.
    on_error
        Gets what drawing raises.
    on_press
        Gets where the picture is pressed, as shares of its width and height.
    """

    def __init__(
        self,
        css_class: str,
        runner: Runner,
        *,
        on_error: Callable[[Exception], object],
        on_press: Callable[[float, float], object] | None = None,
    ) -> None:
        self._runner = runner
        self._on_error = on_error
        self._wish: Hashable = None
        self._image: Any = _Picture(format="png", layout={"display": "none"})
        self._image.add_class("dw-drawing")
        self._image.add_class(css_class)
        # Each change of an image widget, even of its classes, makes the page read it again.
        self.widget = widgets.VBox([self._image])
        if on_press is not None:
            self.widget.add_class("dw-pressable")
            self.widget.children = [self._image, Presses(on_press, on_error=on_error)]

    def draw(
        self,
        wish: Hashable,
        work: Callable[[Progress], bytes],
        *,
        width: int,
        description: str,
    ) -> None:
        """Draw, unless the same was asked for last.

        Parameters
        ----------
        wish
            Everything that the picture depends on.
        work
            Gives the PNG; runs in the worker and touches no widget.
        width
            Of the picture, in CSS pixels.
        description
            What is to be seen, for those who cannot see it and for the pointer.
        """
        if wish == self._wish:
            return
        self._wish = wish
        self.widget.add_class("dw-redrawing")
        self._runner.start(
            work,
            on_done=lambda content: self._show(content, width, description),
            on_error=self._failed,
        )

    def forget(self) -> None:
        """Hide the picture, and draw whatever is asked for next."""
        self._runner.close()
        self._wish = None
        self._image.layout.display = "none"

    def _show(self, content: bytes, width: int, description: str) -> None:
        with self._image.hold_sync():
            self._image.value = content
            self._image.tooltip = plain(description, limit=300)
        self._image.layout.width = f"{width}px"
        self._image.layout.display = None
        self.widget.remove_class("dw-redrawing")

    def _failed(self, error: Exception) -> None:
        self.widget.remove_class("dw-redrawing")
        self._on_error(error)

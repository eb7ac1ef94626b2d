"""How wide the pictures are on the page, for those that are drawn here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import traitlets

from driada_widgets.panel.binding import guarded
from driada_widgets.panel.page_part import PagePart

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Ruler"]


class Ruler(PagePart):
    """An invisible line across the page.

    Parameters
    ----------
    on_change
        Called without arguments when the page is wider or narrower than before, or finer.
    on_error
        Gets what ``on_change`` raises.

    Attributes
    ----------
    width
        In CSS pixels; 0 while the page has not told.
    ratio
        Pixels of the screen for each CSS pixel.
    """

    _esm = Path(__file__).parent / "js" / "ruler.js"

    width = traitlets.Int(0).tag(sync=True)
    ratio = traitlets.Float(1.0).tag(sync=True)

    def __init__(
        self, on_change: Callable[[], object], *, on_error: Callable[[Exception], object]
    ) -> None:
        super().__init__()
        self.layout.width = "100%"
        self.layout.height = "0px"
        self.layout.margin = "0"
        self.observe(guarded(lambda _change: on_change(), on_error), names=["width", "ratio"])

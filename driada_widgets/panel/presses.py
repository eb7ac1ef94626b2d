"""Where a drawn picture is pressed: an unseen neighbour of the picture that tells Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from driada_widgets.panel.binding import guarded
from driada_widgets.panel.page_part import PagePart

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Presses"]


class Presses(PagePart):
    """Hears presses on the picture beside it, in the same box with the class ``dw-pressable``.

    Without scripts in the page nothing is heard; the controls around a picture do the same.

    Parameters
    ----------
    on_press
        Gets the place from the left and from the top, as shares of the picture.
    on_error
        Gets what ``on_press`` raises.
    """

    _esm = Path(__file__).parent / "js" / "presses.js"

    def __init__(
        self,
        on_press: Callable[[float, float], object],
        *,
        on_error: Callable[[Exception], object],
    ) -> None:
        super().__init__()
        self.layout.height = "0px"
        self.layout.margin = "0"
        self._on_press = on_press
        self.on_msg(guarded(self._receive, on_error))

    def _receive(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        """Take a press; a place that is none is dropped."""
        place = (message.get("x"), message.get("y"))
        if message.get("event") == "press" and all(_is_share(each) for each in place):
            self._on_press(*map(float, place))  # type: ignore[arg-type] # shares, as just seen


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1

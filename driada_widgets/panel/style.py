"""The panel's style sheet, as a widget: it is there in Voila and in a notebook, from no server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipywidgets

__all__ = ["stylesheet"]

_SHEET = Path(__file__).parent / "panel.css"


def stylesheet() -> Any:
    """Make the invisible widget that brings the panel's style.

    Returns
    -------
    ipywidgets.HTML
        To be a child of the widget with the class ``dw-panel``, before all that is seen.
    """
    sheet = _SHEET.read_text(encoding="utf-8")
    return ipywidgets.HTML(f"<style>{sheet}</style>", layout={"display": "none"})

"""The panel's style sheet, as a widget: it is there in Voila and in a notebook, from no server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipywidgets

__all__ = ["stylesheet"]

_HERE = Path(__file__).parent


def stylesheet() -> Any:
    """Make the invisible widget that brings the panel's style.

    Returns
    -------
    ipywidgets.HTML
        To be a child of the widget with the class ``dw-panel``, before all that is seen.
    """
    files = [_HERE / "panel.css", *sorted((_HERE / "css").glob("*.css"))]
    sheet = "".join(file.read_text(encoding="utf-8") for file in files)
    return ipywidgets.HTML(f"<style>{sheet}</style>", layout={"display": "none"})

"""Where a person meets the panel: a page that Voila serves, or a notebook in JupyterLab."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal, Protocol

from playwright.sync_api import Page

from driada_widgets.app import PROFILE_VARIABLE, ROOT_VARIABLE
from driada_widgets.panel.memory import STATE_VARIABLE
from tests.journeys.servers import voila, write_notebook

__all__ = ["NOTEBOOK", "PLACES", "Place", "ShowPanel", "showing"]

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "panel.ipynb"
PANEL = "from driada_widgets.app import panel\npanel()"

Place = Literal["voila", "lab"]
PLACES: tuple[Place, ...] = ("voila", "lab")


class ShowPanel(Protocol):
    """Shows the panel over a folder, until the test ends; shown again, it is a new panel."""

    def __call__(self, root: Path, *, profile: Path | None = None, code: str = "") -> None:
        """Show it; ``code`` makes the panel in place of the usual cell."""
        ...


@contextmanager
def showing(
    place: Place,
    page: Page,
    folder: Path,
    lab: Callable[[], tuple[str, Path]],
    open_in_lab: Callable[[], Callable[[Path], None]],
) -> Iterator[ShowPanel]:
    """Give what shows the panel in a place; ``folder`` is for files that nobody looks at."""

    def in_voila(root: Path, *, profile: Path | None = None, code: str = "") -> None:
        notebook = folder / "panel.ipynb"
        if notebook.exists():
            page.reload()
        else:
            write_notebook(notebook, code) if code else shutil.copy(NOTEBOOK, notebook)
            page.goto(servers.enter_context(voila(notebook, root, profile)))
        page.wait_for_selector(".dw-panel, .dw-technician")

    def in_lab(root: Path, *, profile: Path | None = None, code: str = "") -> None:
        known = {
            ROOT_VARIABLE: str(root),
            PROFILE_VARIABLE: str(profile or ""),
            STATE_VARIABLE: str(folder / "state"),
        }
        first = f"import os\nos.environ.update({known!r})\nos.chdir({str(root)!r})\n"
        notebook = lab()[1] / f"{folder.name}.ipynb"
        open_in_lab()(write_notebook(notebook, first + (code or PANEL)))
        page.wait_for_selector(".dw-panel, .dw-technician")

    with ExitStack() as servers:
        yield in_voila if place == "voila" else in_lab

"""The user's verbs around the work: choose and open a source, look around in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driada_widgets.core.request.model import LoadRequest, SourceSpec
from driada_widgets.panel import edits
from driada_widgets.panel.batch_verbs import BatchVerbs
from driada_widgets.panel.share_verbs import ShareVerbs
from driada_widgets.panel.snapshot import Window
from driada_widgets.panel.work_view import WorkView

if TYPE_CHECKING:
    from driada_widgets.core.request.model import SourceKind
    from driada_widgets.core.sources.base import Inventory
    from driada_widgets.panel.snapshot import TimeUnit

__all__ = ["RunVerbs"]

FILE_KINDS = frozenset({"file", "saved"})
"""Kinds of source that a path on this machine leads to."""


class RunVerbs(ShareVerbs, BatchVerbs):
    """Source: what is opened; and what is looked at."""

    # --- source ---

    def choose_kind(self, kind: SourceKind) -> None:
        """Choose what kind of source to open.

        A path stays where the other kind is a file too: it is then looked at as such.
        """
        data_source = {"demo": "Demo", "iabs": "IABS"}.get(kind, "MyLab")
        before = self.snapshot.request.source
        path = before.path if {kind, before.kind} <= FILE_KINDS else None
        source = SourceSpec(kind=kind, path=path, data_source=data_source)
        self._edit(f"source: {kind}", LoadRequest(source=source, root=self.snapshot.request.root))

    def choose_file(self, path: str) -> None:
        """Choose the file or demo to open; nothing is read yet.

        Another file begins a new request: types, bad frames and constants belong to one recording.

        Parameters
        ----------
        path
            What was typed, pasted or picked; for a demo, its name.

        Raises
        ------
        ParameterError
            If the path leads outside the folders that may be read.
        """
        source = self.snapshot.request.source
        found = Path(path) if source.kind == "demo" else self.roots.resolve(path)
        if found == source.path:
            return
        fresh = LoadRequest(
            source=replace(source, path=found, neural=None, as_saved=True),
            root=self.snapshot.request.root,
        )
        self._edit(f"choose {found.name}", fresh)

    def open(self) -> None:
        """Read the headers of the chosen source, and go on to *Map*."""
        try:
            inventory = self.workbench.open(self.snapshot.request)
        except Exception as error:  # noqa: BLE001 - shown in the step
            self._change(inventory=None, check=None, revision=self.snapshot.revision + 1)
            self.show_error("source", "Open the source", error)
            return
        self._opened(inventory, self.snapshot.request)

    def _opened(self, inventory: Inventory, request: LoadRequest) -> None:
        is_named = bool(request.exp_params) or request.source.kind == "saved"
        if not is_named and request.source.path is not None:
            request = edits.set_param(request, "name", request.source.path.stem)
        self._history = type(self._history)()
        self.result = None
        self._change(
            request=request,
            inventory=inventory,
            work=WorkView(),
            step="map",
            **self._emptied,
            log=self._logged(
                f"read the headers of {_shown(request)}: {len(inventory.arrays)} arrays"
            ),
        )

    @property
    def _emptied(self) -> dict[str, Any]:
        """Give the changes after which nothing is shown that belongs to another source."""
        return {
            "check": None,
            "is_checked": False,
            "is_built": False,
            "summary": None,
            "saved": "",
            "error": None,
            "answered": frozenset(),
            "window": Window(unit=self.snapshot.window.unit),
            "revision": self.snapshot.revision + 1,
        }

    # --- looking around ---

    def set_window(self, start: int, stop: int) -> None:
        """Show the frames ``[start, stop)`` in the trace picture."""
        self._change(window=replace(self.snapshot.window, start=start, stop=stop))

    def set_first_cell(self, first_cell: int) -> None:
        """Show neurons from ``first_cell`` on in the trace picture."""
        self._change(window=replace(self.snapshot.window, first_cell=max(0, first_cell)))

    def set_unit(self, unit: TimeUnit) -> None:
        """Show time in seconds or frames."""
        self._change(window=replace(self.snapshot.window, unit=unit))


def _shown(request: LoadRequest) -> str:
    path = request.source.path
    return path.name if path is not None else request.source.kind

"""What follows from choosing a source: its headers are shown, and the one before is put away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.panel.run_verbs import RunVerbs
from driada_widgets.panel.snapshot import JobView

if TYPE_CHECKING:
    from pathlib import Path

    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.sources.base import Inventory
    from driada_widgets.panel.uploads import Upload

__all__ = ["SourceVerbs"]

PREVIEWED_KINDS = frozenset({"file", "folder", "demo"})


class SourceVerbs(RunVerbs):
    """Source: what is chosen is looked at; what was open is open again when it is chosen again."""

    _opened_inventory: Inventory | None = None
    _opened_from: tuple[str, Path | None] | None = None

    def take_upload(self, upload: Upload) -> None:
        """Keep an uploaded file under the first root, and open it like any other.

        Raises
        ------
        LoaderError
            If it is too large, incomplete, or cannot be written.
        """
        path = upload.keep(self.roots.folders[0])
        if self.snapshot.request.source.kind == "demo":
            self.choose_kind("file")
        self.choose_file(str(path))
        self._change(log=self._logged(f"uploaded {self.roots.shown(path)}"))
        self.open()

    def _replaced(self, request: LoadRequest) -> None:
        """Another source: nothing that was read, checked or asked belongs to it."""
        if _source_of(request) == _source_of(self.snapshot.request):
            super()._replaced(request)
            return
        is_back = self._opened_from == _source_of(request)
        self._runner.close()
        preview, error = _headers_of(request)
        self._change(
            request=request,
            inventory=self._opened_inventory if is_back else None,
            preview=preview,
            job=JobView(),
            **self._emptied,
        )
        if error is not None:
            self.show_error("source", f"Read the headers of {_name(request)}", error)

    def _opened(self, inventory: Inventory, request: LoadRequest) -> None:
        self._opened_from = _source_of(request)
        self._opened_inventory = inventory
        super()._opened(inventory, request)
        self._change(preview=inventory)


def _headers_of(request: LoadRequest) -> tuple[Inventory | None, Exception | None]:
    """Read the headers of a source, and nothing else."""
    from driada_widgets.core.road.opening import open_source

    source = request.source
    if source.kind not in PREVIEWED_KINDS or (source.path is None and source.kind != "demo"):
        return None, None
    try:
        return open_source(request).inventory, None
    except Exception as error:  # noqa: BLE001 - shown in the step
        return None, error


def _source_of(request: LoadRequest) -> tuple[str, Path | None]:
    return request.source.kind, request.source.path


def _name(request: LoadRequest) -> str:
    path = request.source.path
    return path.name if path is not None else "the recording"

"""The file picker: one folder's listing, by mouse or keyboard, inside the roots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from driada_widgets.panel.binding import guarded, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from driada_widgets.panel.roots import Roots

__all__ = ["FilePicker"]


class FilePicker(anywidget.AnyWidget):
    """List a folder of the machine that runs the kernel; a choice is handed to a callback.

    The browser only ever sends the position of a line that it was shown, never a path.

    Parameters
    ----------
    roots
        Folders that may be listed.
    suffixes
        File endings that the filter shows.
    on_choose
        Gets the path of the chosen file.
    on_error
        Gets what a handler raises.
    """

    _esm = Path(__file__).parent / "js" / "picker.js"
    _css = Path(__file__).parent / "js" / "picker.css"

    place = traitlets.Unicode("").tag(sync=True)
    entries = traitlets.List(traitlets.Dict()).tag(sync=True)
    summary = traitlets.Unicode("").tag(sync=True)
    show_all = traitlets.Bool(default_value=False).tag(sync=True)
    can_go_up = traitlets.Bool(default_value=False).tag(sync=True)

    def __init__(
        self,
        roots: Roots,
        suffixes: Sequence[str],
        *,
        on_choose: Callable[[str], object],
        on_error: Callable[[Exception], object],
    ) -> None:
        super().__init__()
        self.add_class("dw-picker")
        self._roots = roots
        self._suffixes = tuple(suffixes)
        self._on_choose = on_choose
        self._folder: Path | None = None
        self.on_msg(guarded(self._receive, on_error))
        self.observe(guarded(lambda _change: self.refresh(), on_error), names="show_all")
        guarded(self.open_folder, on_error)(None)

    def open_folder(self, folder: Path | None) -> None:
        """List a folder; ``None`` lists the roots, or the only root's content.

        Raises
        ------
        LoaderError
            If the folder may not or cannot be read.
        """
        roots = self._roots.folders
        if folder is None and len(roots) == 1:
            folder = roots[0]
        if folder is None:
            lines = [{"name": str(root), "folder": True, "size": ""} for root in roots]
            self._show(None, lines, "folders of this page")
            return
        listing = self._roots.list(folder, () if self.show_all else self._suffixes)
        lines = [
            {"name": entry.name, "folder": entry.is_folder, "size": _size(entry.n_bytes)}
            for entry in listing.entries
        ]
        said = [f"{sum(not entry.is_folder for entry in listing.entries)} files"]
        if listing.n_hidden:
            said.append(f"{listing.n_hidden} of other formats hidden")
        if listing.n_more:
            said.append(f"{listing.n_more} more not listed: type the path")
        self._show(listing.folder, lines, ", ".join(said))

    def refresh(self) -> None:
        """List the same folder again."""
        self.open_folder(self._folder)

    def _show(self, folder: Path | None, lines: list[dict[str, Any]], summary: str) -> None:
        parent = folder.parent if folder is not None else None
        with self.hold_sync():
            self._folder = folder
            self._names = [line["name"] for line in lines]
            self.place = plain(self._roots.shown(folder), limit=None) if folder else ""
            self.entries = [{**line, "name": plain(line["name"], limit=90)} for line in lines]
            self.summary = summary
            self.can_go_up = (
                parent is not None and parent != folder and self._roots.allows(parent)
            ) or (folder is not None and len(self._roots.folders) > 1)

    def _receive(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        event = message.get("event")
        if event == "up" and self.can_go_up and self._folder is not None:
            parent = self._folder.parent
            self.open_folder(parent if self._roots.allows(parent) else None)
        elif event == "open" and 0 <= int(message["index"]) < len(self._names):
            name = self._names[int(message["index"])]
            path = Path(name) if self._folder is None else self._folder / name
            if self.entries[int(message["index"])]["folder"]:
                self.open_folder(path)
            else:
                self._on_choose(str(path))


def _size(n_bytes: int) -> str:
    """Write a size in SI units; folders have none."""
    if n_bytes == 0:
        return ""
    size = float(n_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"

"""The file picker: one folder's listing, by mouse or keyboard, inside the roots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from driada_widgets.core.machine import format_bytes
from driada_widgets.panel.binding import guarded, plain
from driada_widgets.panel.page_part import HAS_SCRIPTS, PagePart
from driada_widgets.panel.roots import Entry, narrowed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from driada_widgets.panel.roots import Listing, Roots

__all__ = ["FilePicker"]


class FilePicker(PagePart):
    """List a folder of the machine that runs the kernel; a choice is handed to a callback.

    The browser only ever sends the position of a line that it was shown, never a path.

    Parameters
    ----------
    roots
        Folders that may be listed.
    suffixes
        File endings that the filter shows.
    on_choose
        Gets the path of a file that was clicked on.
    on_error
        Gets what a handler raises.
    on_open
        Gets the path of a file on which Enter was pressed, or which was clicked on twice;
        ``None``: such a file is chosen.
    """

    _esm = Path(__file__).parent / "js" / "picker.js"
    _css = Path(__file__).parent / "js" / "picker.css"

    place = traitlets.Unicode("").tag(sync=True)
    entries = traitlets.List(traitlets.Dict()).tag(sync=True)
    summary = traitlets.Unicode("").tag(sync=True)
    part = traitlets.Unicode("").tag(sync=True)
    show_all = traitlets.Bool(default_value=False).tag(sync=True)
    can_go_up = traitlets.Bool(default_value=False).tag(sync=True)
    active = traitlets.Int(0).tag(sync=True)
    listed = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        roots: Roots,
        suffixes: Sequence[str],
        *,
        on_choose: Callable[[str], object],
        on_error: Callable[[Exception], object],
        on_open: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__()
        self.add_class("dw-picker")
        self._roots = roots
        self._suffixes = tuple(suffixes)
        self._on_choose = on_choose
        self._on_open = on_open or on_choose
        self._folder: Path | None = None
        self._found: tuple[Entry, ...] = ()
        self._shown: tuple[Entry, ...] = ()
        self.on_msg(guarded(self._receive, on_error))
        self.observe(guarded(lambda _change: self._narrow(), on_error), names=["show_all", "part"])
        guarded(self.open_folder, on_error)(None)
        if not HAS_SCRIPTS:
            from driada_widgets.panel.stock.files import picking

            self.children = picking(self)

    def open_folder(self, folder: Path | None, *, at: str = "") -> None:
        """List a folder; ``None`` lists the roots, or the only root's content.

        Parameters
        ----------
        folder
            A folder inside the roots.
        at
            Name of the entry to begin at.

        Raises
        ------
        LoaderError
            If the folder may not or cannot be read; the listing is then as it was.
        """
        roots = self._roots.folders
        if folder is None and len(roots) == 1:
            folder = roots[0]
        if folder is None:
            found = tuple(Entry(name=str(root), is_folder=True) for root in roots)
        else:
            folder = folder.resolve()
            found = self._roots.entries(folder)
        with self.hold_sync():
            self._folder, self._found = folder, found
            self.part = ""
            self._narrow(at=at)

    def _narrow(self, *, at: str = "") -> None:
        """Show what fits the filters."""
        folder = self._folder
        place = folder or Path()
        suffixes = () if self.show_all else self._suffixes
        listing = narrowed(place, self._found, suffixes, self.part)
        self._shown = listing.entries
        names = [entry.name for entry in self._shown]
        with self.hold_sync():
            self.place = plain(self._place_of(folder), limit=None) if folder else ""
            self.entries = [_line(entry) for entry in self._shown]
            self.summary = _summary(listing) if folder else "Folders of this page"
            self.can_go_up = folder is not None and (
                self._roots.allows(folder.parent) or len(self._roots.folders) > 1
            )
            self.can_go_up = self.can_go_up and folder != Path(place.anchor)
            self.active = names.index(at) if at in names else 0
            self.listed += 1

    def _place_of(self, folder: Path) -> str:
        """Name a folder by its root and what is below it."""
        for root in self._roots.folders:
            if folder.is_relative_to(root):
                below = folder.relative_to(root).parts
                return "/".join([root.name or str(root), *below])
        return str(folder)

    def _receive(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        event = message.get("event")
        if event == "up":
            self._go_up()
        elif event == "read":
            self.open_folder(self._folder)
        elif message.get("listed") == self.listed:  # a line of the list that is on screen
            index = int(message["index"])
            if 0 <= index < len(self._shown):
                self._take(self._shown[index], is_opened=event == "open")

    def _go_up(self) -> None:
        if self.can_go_up and self._folder is not None:
            parent = self._folder.parent
            here = self._folder.name
            self.open_folder(parent if self._roots.allows(parent) else None, at=here)

    def _take(self, entry: Entry, *, is_opened: bool) -> None:
        path = Path(entry.name) if self._folder is None else self._folder / entry.name
        if not entry.is_folder:
            (self._on_open if is_opened else self._on_choose)(str(path))
        elif is_opened:
            self.open_folder(path)


def _line(entry: Entry) -> dict[str, Any]:
    """Give what the browser shows of an entry; names are text, never markup."""
    shown = plain(entry.name, limit=90)
    line: dict[str, Any] = {"name": shown, "folder": entry.is_folder}
    if shown != entry.name:
        line["whole"] = plain(entry.name, limit=None)
    if entry.why_not:
        line["note"] = entry.why_not
    elif not entry.is_folder:
        line["note"] = format_bytes(entry.n_bytes)
    return line


def _summary(listing: Listing) -> str:
    """Say how many files there are, and what is not shown."""
    said = [_count(listing.n_files, "file")]
    if listing.n_hidden:
        said.append(f"{listing.n_hidden:,} of other formats hidden")
    if listing.n_more:
        said.append(f"{listing.n_more:,} more not listed: type a part of the name")
    return ", ".join(said)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

"""Find and open the source of a request: a file, a demo, a saved experiment, or arrays in memory.

Nothing is downloaded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import NotFoundError, ParameterError
from driada_widgets.core.experiment.naming import construct_session_name, folder_name
from driada_widgets.core.request.model import LoadRequest, SourceSpec
from driada_widgets.core.road.mapped import large_enough
from driada_widgets.core.road.saved_source import (
    arrays_in,
    inventory_in,
    with_saved_choices,
)
from driada_widgets.core.road.saving import open_noting
from driada_widgets.core.sources import demo, fingerprint, memory
from driada_widgets.core.sources.base import MappingReader
from driada_widgets.core.sources.recognise import not_found
from driada_widgets.core.sources.registry import find_reader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.report import Progress
    from driada_widgets.core.sources.base import Fingerprint, Inventory, Reader

__all__ = ["Opened", "completed", "iabs_path", "locate", "nothing_downloaded", "open_source"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A source whose headers were read.

    Parameters
    ----------
    request
        The request that the source was opened for.
    inventory
        What the source holds.
    reader
        Reads its arrays; ``None`` for arrays in memory.
    data
        Arrays in memory; ``None`` for a file.
    experiment
        The saved experiment that ``data`` is taken from, or ``None``.
    """

    request: LoadRequest
    inventory: Inventory
    reader: Reader | None = None
    data: Mapping[str, Any] | None = None
    experiment: Experiment | None = None

    @property
    def is_borrowed(self) -> bool:
        """Whether the arrays belong to someone else, so that the experiment needs copies."""
        return self.data is not None and self.experiment is None

    def fingerprint(self, progress: Progress | None = None) -> Fingerprint | None:
        """Say which bytes the source is, with their SHA-256; ``None`` in memory."""
        known, path = self.inventory.fingerprint, self.inventory.path
        if known is None or path is None:
            return known
        return fingerprint.complete(known, path, progress=progress)

    def read(
        self, names: Sequence[str], progress: Progress | None = None
    ) -> dict[str, NDArray[np.generic]]:
        """Give arrays by name: read from the file, or views of those in memory."""
        if self.data is not None:
            return memory.arrays_of(self.data, names, copy=False)
        arrays: dict[str, NDArray[np.generic]] = {}
        if self.reader is None or self.inventory.path is None:
            return arrays
        ends = self._ends(names)
        if progress is not None and names:
            progress.begin("Reading arrays", total=ends[names[-1]], unit="bytes")
        for name in names:
            arrays.update(self._read_one(name, progress))
            if progress is not None:
                progress.move_to(ends[name])  # a reader may count its bytes, or not
        return arrays

    def look(
        self, names: Sequence[str], progress: Progress | None = None
    ) -> dict[str, NDArray[np.generic]]:
        """Give arrays by name to look at: large ones stay in the file, the rest is read.

        All are verified, also those in the file; the views of these are read-only.
        """
        large = large_enough(self.reader, self.inventory, names)
        arrays = self.read([name for name in names if name not in large], progress)
        if large and isinstance(self.reader, MappingReader) and self.inventory.path is not None:
            if progress is not None:
                total = self._ends(large)[large[-1]]
                progress.begin("Checking the file", total=total, unit="bytes")
            self.reader.verify(self.inventory.path, large, progress)
            arrays.update(self.reader.map(self.inventory.path, large))
        return arrays

    def _ends(self, names: Sequence[str]) -> dict[str, int]:
        """Give the bytes of all arrays up to and with each name."""
        sizes = {info.name: info.n_bytes for info in self.inventory.arrays}
        return dict(zip(names, accumulate(sizes.get(name, 0) for name in names), strict=True))

    def _read_one(self, name: str, progress: Progress | None) -> dict[str, NDArray[np.generic]]:
        if self.reader is None or self.inventory.path is None:
            return {}
        if isinstance(self.reader, MappingReader):
            return self.reader.read(self.inventory.path, [name], progress)
        return self.reader.read(self.inventory.path, [name])


def open_source(request: LoadRequest, *, data: Mapping[str, Any] | None = None) -> Opened:
    """Read the headers of a request's source.

    Parameters
    ----------
    request
        Says where the data are.
    data
        The arrays of a request of kind ``"memory"``.

    Returns
    -------
    Opened
        Arrays are not read yet.

    Raises
    ------
    NotFoundError
        If there is no such file.
    DataFileError
        If it cannot be read.
    ParameterError
        If the request does not say where the data are.
    TypeError
        If it is no request.
    """
    given: object = request
    if not isinstance(given, LoadRequest) or not isinstance(request.source, SourceSpec):
        msg = f"expected a LoadRequest with a SourceSpec; got {given!r}"
        raise TypeError(msg)
    if request.source.kind == "memory":
        if data is None:
            msg = "The arrays of this request are in memory: give them as data={'calcium': …}."
            raise ParameterError(msg, where="source.kind", fix="give data=")
        return Opened(request=request, inventory=memory.inventory_of(data), data=data)
    path = locate(request)
    if request.source.kind == "saved":
        return _open_saved(request, path)
    reader = find_reader(path)
    inventory = reader.inspect(path)
    return Opened(request=request, inventory=inventory, reader=reader)


def locate(request: LoadRequest) -> Path:
    """Give the local file or folder of a request.

    Raises
    ------
    NotFoundError
        If there is none; for ``IABS`` the text says that nothing was downloaded.
    ParameterError
        If the request does not name one.
    """
    source = request.source
    if source.kind == "demo":
        return demo.demo_path(str(source.path or "demo"))
    if source.kind == "iabs":
        return _existing_iabs_path(request)
    if source.path is None:
        msg = f"The request does not say which {source.kind} to load: source.path is missing."
        raise ParameterError(msg, where="source.path", fix="choose a file")
    if not source.path.exists():
        raise not_found(source.path)
    return source.path


def iabs_path(request: LoadRequest) -> Path:
    """Give the place where the lab's layout keeps the aligned data of a session."""
    name = construct_session_name(request.source.data_source, dict(request.exp_params))
    folder = folder_name(name)
    return Path(request.root) / folder / "Aligned data" / f"{folder} syn data.npz"


def _existing_iabs_path(request: LoadRequest) -> Path:
    path = request.source.path or iabs_path(request)
    if not path.exists():
        raise nothing_downloaded(path)
    return path


def nothing_downloaded(path: Path) -> NotFoundError:
    """Give the error for a session of the lab whose data file is not on this computer."""
    msg = (
        f"There is no data file {path.name!r} on this computer, and nothing was downloaded: "
        "downloads from the lab's cloud are not in this version.\n"
        f"Put the file at {path}, or give its place with data_path=."
    )
    return NotFoundError(msg, where=str(path), fix="give data_path")


def _open_saved(request: LoadRequest, path: Path) -> Opened:
    experiment, notes = open_noting(path)
    data = arrays_in(experiment)
    return Opened(
        request=request,
        inventory=inventory_in(experiment, path, data, notes),
        data=data,
        experiment=experiment,
    )


def completed(request: LoadRequest, experiment: Experiment | None = None) -> LoadRequest:
    """Add what the source itself says; what was given wins.

    Parameters
    ----------
    request
        Of any kind.
    experiment
        The saved experiment that is the source, or ``None``.

    Returns
    -------
    LoadRequest
        For a demo with the constants that its file does not hold, for a saved experiment with
        what was decided when it was saved, else as it is.
    """
    if experiment is not None:
        return with_saved_choices(request, experiment)
    if request.source.kind != "demo":
        return request
    name = str(request.source.path or "demo")
    known = next(each for each in demo.demo_recordings() if each.name == name)
    constants = {**known.static_features, **request.static_features}
    return replace(request, static_features=constants)

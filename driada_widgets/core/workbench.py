"""One source kept open while a person works on its request: what the panel stands on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.assembled import know_hash
from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.core.resolve import resolve
from driada_widgets.core.road.earlier import find_earlier, open_earlier
from driada_widgets.core.road.looking import Bench
from driada_widgets.core.road.opening import completed, open_source
from driada_widgets.core.road.saved_source import all_choices, is_untouched
from driada_widgets.core.road.saving import opened_as_saved, save_result
from driada_widgets.core.sources import fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.report import Issue, Progress
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.road.earlier import Earlier
    from driada_widgets.core.road.results import CheckResult, LoadResult
    from driada_widgets.core.sources.base import Inventory

__all__ = ["Workbench"]


class Workbench:
    """A source, its arrays, and what was found out about them.

    Arrays are read once and types are detected once, so that a request that changes in one word
    is checked again in milliseconds. Large arrays stay in their file until something is built.
    It holds no widget and no figure.

    Parameters
    ----------
    data
        Arrays in memory, for requests of kind ``"memory"``.
    """

    def __init__(self, *, data: Mapping[str, Any] | None = None) -> None:
        self._data = data
        self._bench: Bench | None = None
        self._source: tuple[object, ...] | None = None
        self._last: CheckResult | None = None

    @property
    def inventory(self) -> Inventory | None:
        """What the open source holds; ``None`` if none is open."""
        return None if self._bench is None else self._bench.inventory

    @property
    def calcium(self) -> NDArray[np.generic] | None:
        """Neural data of the last check, ``(n_cells, n_frames)``, read-only; ``None`` without.

        Also ``None`` if the file was written over since: check again.
        """
        item = self._last.plan.array_of("calcium") if self._last and self._last.plan else None
        return None if item is None else self.feature(item.name)

    def feature(self, source: str) -> NDArray[np.generic] | None:
        """Give a feature of the last check by its name in the file, over all frames, read-only.

        Shape ``(n_frames,)`` or ``(n_components, n_frames)``; ``None`` if it was not used, or the
        file was written over since.
        """
        if self._bench is None or self._last is None or self._last.examination is None:
            return None
        array = self._last.examination.values.arrays.get(source)
        return array if array is None or self._bench.is_safe(array) else None

    def combined(self, name: str) -> NDArray[np.generic] | None:
        """Give a feature that combines others by its name, ``(n_components, n_frames)``."""
        if self._last is None or self._last.examination is None:
            return None
        contents = self._last.examination.contents
        return next((each.data for each in contents if each.name == name), None)

    def open(self, request: LoadRequest) -> Inventory:
        """Read the headers of a request's source; a source that is open already is kept.

        Raises
        ------
        LoaderError
            If there is no source, or it cannot be read.
        """
        return self._bench_of(request).inventory

    @property
    def experiment(self) -> Experiment | None:
        """The saved experiment that is the open source; ``None`` if it is something else."""
        return None if self._bench is None else self._bench.opened.experiment

    def resolve(self, request: LoadRequest, inventory: Inventory) -> LoadPlan | tuple[Issue, ...]:
        """Let a request meet the headers of the open source; pure, nothing is read.

        Constants that the source itself adds, as a demo and a saved experiment do, count as
        those of the file.
        """
        planned = resolve(completed(request, self.experiment), inventory)
        if not isinstance(planned, LoadPlan):
            return planned
        saved = {} if self.experiment is None else self.experiment.static_features
        origin: dict[str, Any] = {
            name: "file"
            if where == "given" and request.static_features.get(name) in (None, saved.get(name))
            else where
            for name, where in planned.static_origin.items()
        }
        return replace(planned, static_origin=origin)

    def completed(self, request: LoadRequest) -> LoadRequest:
        """Give a request that says everything which a saved experiment already decides."""
        saved = self._bench_of(request).opened.experiment
        if saved is None or not is_untouched(request, saved):
            return request
        return all_choices(request, saved)

    def is_untouched(self, request: LoadRequest) -> bool:
        """Say whether a request asks for nothing but the saved experiment that is open."""
        return self.experiment is not None and is_untouched(request, self.experiment)

    def check(self, request: LoadRequest, progress: Progress | None = None) -> CheckResult:
        """Say everything that a person should know before building.

        Raises
        ------
        LoaderError
            If the source cannot be read.
        LoadCancelledError
            If the progress was cancelled.
        """
        bench = self._bench_of(request)
        self._last = bench.look(request, progress)
        return self._last

    def build(self, request: LoadRequest, progress: Progress | None = None) -> LoadResult:
        """Build the experiment from the arrays in memory.

        Raises
        ------
        LoaderError
            If the request or the values have a problem; all are named.
        LoadCancelledError
            If the progress was cancelled.
        """
        bench = self._bench_of(request)
        experiment = bench.opened.experiment
        if experiment is not None and is_untouched(request, experiment):
            know_hash(experiment, progress)
            return opened_as_saved(experiment, bench.inventory.path, bench.inventory.notes)
        result = bench.build(request, progress=progress)
        know_hash(result.experiment, progress)
        return result

    def find_earlier(self, request: LoadRequest) -> Earlier | None:
        """Find the experiment that was saved before for this request, or under its name."""
        bench = self._bench_of(request)
        planned = bench.plan(request)
        if bench.opened.experiment is not None or not isinstance(planned, LoadPlan):
            return None
        return find_earlier(planned.request, planned.name, bench.inventory)

    def reuse(
        self, earlier: Earlier, request: LoadRequest, progress: Progress | None = None
    ) -> LoadResult:
        """Open an earlier experiment; one that turns out to be damaged is built again.

        Raises
        ------
        LoaderError, LoadCancelledError
            As ``build``.
        """
        result, damage = open_earlier(earlier, progress)
        if result is None:
            result = self.build(request, progress)
            return replace(result, notes=(*damage, *result.notes))
        know_hash(result.experiment, progress)
        return result

    def save(
        self, result: LoadResult, request: LoadRequest, progress: Progress | None = None
    ) -> Path:
        """Save an experiment where and as what the request says.

        Raises
        ------
        ParameterError
            If no source is open, or the place is the recording itself.
        StorageError
            If it cannot be written; an older file of that name is then still there.
        """
        if self._bench is None:
            msg = "Open a source and build an experiment first."
            raise ParameterError(msg, where="save")
        return save_result(result, request, self._bench.opened, progress=progress).path

    def _bench_of(self, request: LoadRequest) -> Bench:
        """Give the open source, opened again if it is another or changed."""
        source = self._identity(request)
        if self._bench is None or self._source != source:
            self._last = None
            self._bench = Bench(open_source(request, data=self._data), maps=True)
            self._source = self._identity(request)
        return self._bench

    def _identity(self, request: LoadRequest) -> tuple[object, ...]:
        source = request.source
        named = (source.kind, source.path)
        if source.kind == "iabs":
            return (*named, source.data_source, *sorted(map(str, request.exp_params.items())))
        if source.kind in ("file", "folder", "saved") and source.path is not None:
            is_there = source.path.exists()
            return (*named, fingerprint.take(source.path) if is_there else None)
        return named

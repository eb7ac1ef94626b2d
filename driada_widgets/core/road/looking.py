"""Look at an open source through a request, and build from what was seen.

One ``Bench`` keeps a source open: arrays are read or mapped once, and types are detected once, so
that a request that changes in one word is looked at again in milliseconds.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driada_widgets.core.build.assemble import build
from driada_widgets.core.build.examine import Detections, examine
from driada_widgets.core.build.features import is_garbage
from driada_widgets.core.build.reconstruct import reconstruct
from driada_widgets.core.errors import ParameterError
from driada_widgets.core.report import raise_issues
from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.core.request.writing import to_dict
from driada_widgets.core.resolve import resolve
from driada_widgets.core.road.cost import estimate
from driada_widgets.core.road.mapped import Watch, fits, is_mapped, stays_note
from driada_widgets.core.road.opening import completed
from driada_widgets.core.road.results import CheckResult, LoadResult

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from driada_widgets.core.build.examine import Examination
    from driada_widgets.core.report import Issue, Note, Progress
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.road.opening import Opened
    from driada_widgets.core.sources.base import Inventory

__all__ = ["Bench"]


class Bench:
    """A source that stays open while a person changes the request.

    Parameters
    ----------
    opened
        The source, its headers read.
    maps
        Whether large arrays stay in the file until something is built from them. A caller that
        only builds reads them once, straight into memory.
    """

    def __init__(self, opened: Opened, *, maps: bool = False) -> None:
        self.opened = opened
        self._maps = maps
        self._watch: Watch | None = None
        self._arrays: dict[str, NDArray[np.generic]] = {}
        self._detections = Detections()

    @property
    def inventory(self) -> Inventory:
        """What the source holds."""
        return self.opened.inventory

    def plan(
        self, request: LoadRequest, progress: Progress | None = None
    ) -> LoadPlan | tuple[Issue, ...]:
        """Resolve a request; arrays of another length count as constant if they are."""
        request = completed(request, self.opened.experiment)
        planned = resolve(request, self.inventory)
        if isinstance(planned, LoadPlan) or all(each.id != "feature-length" for each in planned):
            return planned
        odd = [
            name
            for issue in planned
            if issue.id == "feature-length"
            for fix in issue.fixes
            for (_, name, _), _ in fix.changes
        ]
        constant = {name for name in odd if is_garbage(self.arrays([name], progress)[name])}
        if not constant:
            return planned
        # An array of no length is dropped as constant or empty, which these are.
        arrays = tuple(
            replace(info, shape=(0,)) if info.name in constant else info
            for info in self.inventory.arrays
        )
        return resolve(request, replace(self.inventory, arrays=arrays))

    def arrays(
        self, names: list[str] | tuple[str, ...], progress: Progress | None = None
    ) -> dict[str, NDArray[np.generic]]:
        """Give arrays as stored; each is read, or mapped, once."""
        missing = [name for name in names if name not in self._arrays]
        if missing and self._maps:
            path = self.inventory.path
            if self._watch is None and path is not None and path.exists():
                self._watch = Watch.of(path)
            self._arrays.update(self.opened.look(missing, progress))
        elif missing:
            self._arrays.update(self.opened.read(missing, progress))
        return {name: self._arrays[name] for name in names}

    def is_safe(self, array: NDArray[np.generic]) -> bool:
        """Say whether an array may be touched: a file that was cut under its map may not."""
        return self._watch is None or not is_mapped(array) or not self._watch.is_changed

    def look(self, request: LoadRequest, progress: Progress | None = None) -> CheckResult:
        """Say everything that a person should know before building."""
        planned, refused = self._plan_to_show(request, progress)
        if planned is None:
            return CheckResult(
                request=request,
                inventory=self.inventory,
                plan=None,
                issues=refused,
                notes=self.inventory.notes,
                ledger=(),
                features=(),
                cost=None,
            )
        seen = self.examine(planned, progress)
        notes = seen.notes
        if not refused and not seen.issues:
            # An experiment is lazy: making one touches no values, and it knows its own notes.
            notes = build(self._arrays, planned, examination=seen)[1]
        return CheckResult(
            request=request,
            inventory=self.inventory,
            plan=planned,
            issues=(*refused, *seen.issues),
            notes=notes,
            ledger=seen.ledger,
            features=seen.features,
            cost=estimate(planned, self.inventory),
            examination=seen,
        )

    def _plan_to_show(
        self, request: LoadRequest, progress: Progress | None
    ) -> tuple[LoadPlan | None, tuple[Issue, ...]]:
        """Resolve a request; marks that leave nothing to build do not hide the recording."""
        planned = self.plan(request, progress)
        if isinstance(planned, LoadPlan):
            return planned, ()
        if any(issue.field != "bad_frames" for issue in planned):
            return None, planned
        unmarked = self.plan(replace(request, bad_frames=()), progress)
        return (unmarked if isinstance(unmarked, LoadPlan) else None), planned

    def examine(self, plan: LoadPlan, progress: Progress | None = None) -> Examination:
        """Look at the values that a plan uses."""
        return examine(
            self.arrays(plan.names_to_read, progress),
            plan,
            detections=self._detections,
            copy=self.opened.is_borrowed,
            progress=progress,
        )

    def build(
        self,
        request: LoadRequest,
        *,
        plan: LoadPlan | None = None,
        with_digest: bool = False,
        spike_function: Callable[..., Any] | None = None,
        progress: Progress | None = None,
    ) -> LoadResult:
        """Build the experiment, and find its spikes if they are asked for.

        Parameters
        ----------
        request
            What is asked for.
        plan
            What was resolved, if it was.
        with_digest
            Whether the experiment remembers the SHA-256 of its source, which takes reading it once
            more; what is saved should.
        spike_function
            Method of a request whose spikes are found by a function of the caller's.
        progress
            Told about stages; asked whether to stop.

        Raises
        ------
        LoaderError
            If the request or the values have a problem; all are named.
        """
        planned = plan or self.plan(request, progress)
        if not isinstance(planned, LoadPlan):
            raise_issues(planned)
        kept = self._read_in(planned, progress)
        seen = self.examine(planned, progress)
        known = self.inventory.fingerprint
        experiment, notes = build(
            self._arrays,
            planned,
            examination=seen,
            request=_written(planned.request),
            fingerprint=self.opened.fingerprint(progress) if with_digest else known,
            progress=progress,
        )
        experiment, more = reconstruct(
            experiment, planned, function=spike_function, progress=progress
        )
        return LoadResult(
            experiment=experiment,
            plan=planned,
            notes=(*notes, *more, *kept),
            ledger=seen.ledger,
            features=seen.features,
        )

    def _read_in(self, plan: LoadPlan, progress: Progress | None) -> list[Note]:
        """Read what is still in the file, so that the experiment does not depend on it."""
        path = self.inventory.path
        if not self._maps or path is None:
            return []
        arrays = self.arrays(plan.names_to_read, progress)
        turned = {item.name for item in plan.arrays if item.transpose}
        mapped = {
            name: array
            for name, array in arrays.items()
            # What lies otherwise in the file is copied in any case.
            if is_mapped(array) and array.flags.c_contiguous and name not in turned
        }
        readable = [name for name, array in mapped.items() if fits(array)]
        if readable:
            self._arrays.update(self.opened.read(readable, progress))
            self._detections.values.clear()  # they are views of the file
        return [
            stays_note(name, array, path) for name, array in mapped.items() if name not in readable
        ]


def _written(request: LoadRequest) -> dict[str, Any] | None:
    """Give the request as plain values; ``None`` if a part of it cannot be written down.

    Its source is named in full: whoever opens what is saved works in another folder.
    """
    source = request.source
    if source.path is not None and source.kind != "demo":
        full = Path(os.path.abspath(source.path))  # noqa: PTH100  # symbolic links stay as they are
        request = replace(request, source=replace(source, path=full))
    try:
        return to_dict(request)
    except ParameterError:
        return None

"""The user's verbs that make something happen: open, check, build, cancel, save, look around."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import LoaderError
from driada_widgets.core.request.model import LoadRequest, SaveSpec, SourceSpec
from driada_widgets.panel import edits
from driada_widgets.panel.snapshot import JobView, Summary, Window
from driada_widgets.panel.state_base import StateBase

if TYPE_CHECKING:
    from collections.abc import Callable

    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.pipeline import CheckResult, LoadResult
    from driada_widgets.core.report import Progress
    from driada_widgets.core.request.model import SaveFormat, SourceKind
    from driada_widgets.core.sources.base import Inventory
    from driada_widgets.panel.snapshot import StepName, TimeUnit

__all__ = ["RunVerbs"]


class RunVerbs(StateBase):
    """Source, Check, Build and Save: what goes through the core."""

    result: LoadResult | None = None

    @property
    def experiment(self) -> Experiment | None:
        """The experiment that was built last, or ``None``."""
        return self.result.experiment if self.result else None

    def go(self, step: StepName) -> None:
        """Show a step."""
        self._change(step=step)

    # --- source ---

    def choose_kind(self, kind: SourceKind) -> None:
        """Choose what kind of source to open; its path is chosen anew."""
        data_source = {"demo": "Demo", "iabs": "IABS"}.get(kind, "MyLab")
        source = SourceSpec(kind=kind, data_source=data_source)
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
            source=replace(source, path=found, neural=None), root=self.snapshot.request.root
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
            check=None,
            is_checked=False,
            is_built=False,
            summary=None,
            saved="",
            error=None,
            answered=frozenset(),
            window=Window(unit=self.snapshot.window.unit),
            step="map",
            revision=self.snapshot.revision + 1,
            log=self._logged(
                f"read the headers of {_shown(request)}: {len(inventory.arrays)} arrays"
            ),
        )

    # --- check ---

    def check(self) -> None:
        """Read what is needed and report on it, then show step *Check*."""
        self._change(step="check", error=None)
        self._recheck()

    def _recheck(self) -> None:
        request = self.snapshot.request
        self._start(
            "check",
            "Check the data",
            lambda progress: self.workbench.check(request, progress=progress),
            lambda result: self._checked(request, result),
        )

    def _checked(self, request: LoadRequest, result: CheckResult) -> None:
        window = self.snapshot.window
        n_frames = result.plan.n_frames if result.plan else 0
        if window.stop == 0 or window.stop > n_frames:
            window = replace(window, start=0, stop=n_frames)
        self._change(
            check=result,
            is_checked=request == self.snapshot.request,
            window=window,
            revision=self.snapshot.revision + 1,
            job=JobView(),
            log=self._logged(f"checked: {len(result.issues)} problems, {len(result.notes)} notes"),
        )

    # --- build ---

    def build(self) -> None:
        """Build the experiment from what was checked."""
        reason = self.snapshot.why_not_build
        if reason:
            return
        check = self.snapshot.check
        request = edits.complete(self.snapshot.request, check.features if check else ())
        self._change(request=request, step="build", error=None, summary=None)
        started = time.monotonic()
        self._start(
            "build",
            "Build the experiment",
            lambda progress: self.workbench.build(request, progress=progress),
            lambda result: self._built(request, result, time.monotonic() - started),
        )

    def _built(self, request: LoadRequest, result: LoadResult, seconds: float) -> None:
        self.result = result
        summary = _summarise(result, seconds)
        self._change(
            summary=summary,
            is_built=request == self.snapshot.request,
            is_checked=request == self.snapshot.request,
            revision=self.snapshot.revision + 1,
            job=JobView(),
            log=self._logged(f"built {summary.signature}: hash {summary.hash[:12]}"),
        )

    # --- save ---

    def set_save(self, path: str, format_: SaveFormat) -> None:
        """Say where to save and as what; an empty path is the usual place."""
        target = self.roots.resolve(path) if path.strip() else None
        save = SaveSpec(path=target, format=format_)
        self._change(request=replace(self.snapshot.request, save=save), saved="")

    def usual_save_path(self) -> Path | None:
        """Give the place for an experiment that was given none; ``None`` while it has no name."""
        from driada_widgets.core.store.cache import archive_path, pickle_path

        request = self.snapshot.request
        is_pickle = request.save is not None and request.save.format == "pickle"
        try:
            return (pickle_path if is_pickle else archive_path)(
                request.root, self.snapshot.session_name
            )
        except LoaderError:
            return None

    def save(self) -> None:
        """Save the experiment that was built."""
        result, request = self.result, self.snapshot.request
        if result is None:
            return
        request = replace(request, save=request.save or SaveSpec())
        self._change(request=request, error=None)
        self._start(
            "save",
            "Save the experiment",
            lambda progress: self.workbench.save(result, request, progress=progress),
            self._saved,
        )

    def _saved(self, path: Path) -> None:
        size = path.stat().st_size / 1e6
        sentence = f"Saved to {path} ({size:,.1f} MB)."
        self._change(saved=sentence, job=JobView(), log=self._logged(sentence))

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

    # --- long calls ---

    def cancel(self) -> None:
        """Stop the long call at its next safe point."""
        if self.snapshot.is_busy:
            self._change(job=replace(self.snapshot.job, cancelling=True))
            self._runner.cancel()

    def _start(
        self,
        kind: Any,
        what: str,
        work: Callable[[Progress], Any],
        on_done: Callable[[Any], None],
    ) -> None:
        step: StepName = kind
        started = time.monotonic()
        self._change(job=JobView(kind=kind, stage=what))

        def on_progress(progress: Progress) -> None:
            if self.snapshot.job.kind == kind:
                view = replace(
                    self.snapshot.job,
                    stage=progress.stage or what,
                    done=progress.done,
                    total=progress.total,
                    elapsed_sec=time.monotonic() - started,
                    cancelling=progress.cancelled,
                )
                self._change(job=view)

        def on_error(error: Exception) -> None:
            self._change(job=JobView())
            self.show_error(step, what, error)

        def on_cancelled() -> None:
            line = f"{what}: cancelled, nothing was left behind"
            self._change(job=JobView(), log=self._logged(line))

        self._runner.start(
            work,
            on_done=on_done,
            on_error=on_error,
            on_progress=on_progress,
            on_cancelled=on_cancelled,
        )


def _shown(request: LoadRequest) -> str:
    path = request.source.path
    return path.name if path is not None else request.source.kind


def _summarise(result: LoadResult, seconds: float) -> Summary:
    from driada_widgets.core.signals.series import TimeSeries

    experiment = result.experiment
    by_type: dict[str, list[str]] = {}
    for name, series in experiment.dynamic_features.items():
        if isinstance(series, TimeSeries):
            word = edits.type_word(series.type_info)
        else:
            word = f"{len(series.data)}-D"
        by_type.setdefault(word, []).append(name)
    return Summary(
        signature=experiment.signature,
        n_cells=experiment.n_cells,
        n_frames=experiment.n_frames,
        features_by_type=tuple((word, tuple(names)) for word, names in by_type.items()),
        hash=experiment.content_hash,
        n_notes=len(result.notes),
        seconds=seconds,
    )

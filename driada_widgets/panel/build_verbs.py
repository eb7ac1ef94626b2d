"""The verbs of step Build: what it takes, what was saved before, and the build itself."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from driada_widgets.core.errors import LoaderError
from driada_widgets.core.road.fit import compare_with_machine
from driada_widgets.core.road.when import ago
from driada_widgets.panel import edits
from driada_widgets.panel.check_verbs import CheckVerbs
from driada_widgets.panel.snapshot import JobView, Summary

if TYPE_CHECKING:
    from pathlib import Path

    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.pipeline import CheckResult, LoadResult
    from driada_widgets.core.report import Progress
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.road.earlier import Earlier
    from driada_widgets.core.road.fit import Fit
    from driada_widgets.panel.jobs import Runner
    from driada_widgets.panel.snapshot import StepName
    from driada_widgets.panel.work_view import CacheChoice

__all__ = ["BuildVerbs", "summarise"]

MAX_WARNINGS = 50
"""Warnings that a summary repeats; all of them are in the report of step Check."""


class BuildVerbs(CheckVerbs):
    """Build: from the data file, or from what was saved before."""

    result: LoadResult | None = None
    _looked_for: LoadRequest | None = None
    _finder: Runner | None = None

    @property
    def experiment(self) -> Experiment | None:
        """The experiment that was built last, or ``None``."""
        return self.result.experiment if self.result else None

    def go(self, step: StepName) -> None:
        """Show a step; on the way to Build, compare with the machine and with what is saved."""
        if step != "build":
            self._change(step=step)
            return
        self._change(step=step, work=replace(self.snapshot.work, fit=self._fit()))
        self._look_for_earlier()

    def _look_for_earlier(self) -> None:
        """Find what was saved before, in a job of its own: no build waits for it."""
        shown = self.snapshot
        if shown.is_busy or not shown.is_checked or shown.n_to_do:
            return
        request = self._completed(shown.request)
        if request == self._looked_for:
            return
        if self._finder is None:
            self._finder = self._runner.beside()
        self._finder.start(
            lambda _: self.workbench.find_earlier(request),
            on_done=lambda earlier: self._found_earlier(request, earlier),
            on_error=lambda error: self.show_error("build", "Look for a saved experiment", error),
        )

    def choose_cache(self, choice: CacheChoice) -> None:
        """Say whether the saved experiment is used, or everything is built again."""
        self._set_work(cache_choice=choice)

    def build(self) -> None:
        """Build the experiment from what was checked, or open the one that was saved before."""
        if self.snapshot.why_not_build:
            return
        work = self.snapshot.work
        earlier = work.earlier if work.cache_choice == "use" else None
        request = self._completed(self.snapshot.request)
        if earlier is not None and earlier.status == "options-differ" and earlier.request:
            # What is shown, printed and saved is what the opened experiment was made by.
            request = earlier.request
            self._edit(f"use the options of {earlier.path.name}", request)
        self._change(request=request, step="build", error=None, summary=None, saved="")
        self._set_work(replaces="", replayed=None, handed="")
        started = time.monotonic()
        self._start(
            "build",
            "Build the experiment" if earlier is None else "Open the saved experiment",
            lambda progress: self._result(request, earlier, progress),
            lambda result: self._built(request, result, time.monotonic() - started),
        )

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

    def _result(
        self, request: LoadRequest, earlier: Earlier | None, progress: Progress
    ) -> LoadResult:
        if earlier is None:
            return self.workbench.build(request, progress=progress)
        return self.workbench.reuse(earlier, request, progress)

    def _built(self, request: LoadRequest, result: LoadResult, seconds: float) -> None:
        self.result = result
        summary = summarise(result, seconds)
        self._looked_for = None  # a damaged file may have been renamed
        self._change(
            summary=summary,
            is_built=request == self.snapshot.request,
            saved=summary.opened,
            revision=self.snapshot.revision + 1,
            job=JobView(),
            log=self._logged(
                f"{'opened' if summary.opened else 'built'} {summary.signature}: "
                f"hash {summary.hash[:12]}"
            ),
        )
        if not self.snapshot.is_checked:
            self._recheck()

    def _checked(self, request: LoadRequest, result: CheckResult) -> None:
        super()._checked(request, result)
        self._set_work(fit=self._fit())
        if self.snapshot.step == "build":
            self._look_for_earlier()

    def _found_earlier(self, request: LoadRequest, earlier: Earlier | None) -> None:
        self._looked_for = request
        choice: CacheChoice = "use" if earlier and earlier.status == "same" else "build"
        self._set_work(earlier=earlier, cache_choice=choice)

    def _replaced(self, request: LoadRequest) -> None:
        self._looked_for = None
        if self._finder is not None:
            self._finder.close()
        super()._replaced(request)
        self._set_work(earlier=None, cache_choice="build", replaces="", replayed=None)

    def _completed(self, request: LoadRequest) -> LoadRequest:
        """Write down every type; a saved experiment that is opened as it is says all already."""
        check = self.snapshot.check
        if request.source.kind == "saved" and self.workbench.is_untouched(request):
            return request
        return edits.complete(request, check.features if check else ())

    def _fit(self) -> Fit | None:
        check = self.snapshot.check
        if check is None or check.cost is None or check.plan is None:
            return None
        save = self.snapshot.request.save
        usual = self.usual_save_path() or self.snapshot.request.root
        target = save.path if save is not None and save.path is not None else usual
        return compare_with_machine(check.cost, check.plan, check.inventory, target)


def summarise(result: LoadResult, seconds: float) -> Summary:
    """Say what was built, or opened as it was saved."""
    from driada_widgets.core.signals.series import TimeSeries
    from driada_widgets.panel.spike_count import spikes_in

    experiment = result.experiment
    by_type: dict[str, list[str]] = {}
    for name, series in experiment.dynamic_features.items():
        if isinstance(series, TimeSeries):
            word = edits.type_word(series.type_info)
        else:
            word = f"{len(series.data)}-D"
        by_type.setdefault(word, []).append(name)
    warnings = [note.text for note in result.notes if note.level == "warning"]
    return Summary(
        signature=experiment.signature,
        n_cells=experiment.n_cells,
        n_frames=experiment.n_frames,
        features_by_type=tuple((word, tuple(names)) for word, names in by_type.items()),
        hash=experiment.content_hash,
        n_notes=len(result.notes),
        seconds=seconds,
        warnings=tuple(warnings[:MAX_WARNINGS]),
        opened=_opened(result),
        spikes=spikes_in(result),
    )


def _opened(result: LoadResult) -> str:
    path = result.saved_to
    if result.plan is not None or path is None:
        return ""
    when = f", saved {ago(path.stat().st_mtime)}" if path.exists() else ""
    return f"Opened as it was saved in {path.name}{when}."

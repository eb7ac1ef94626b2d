"""The user's verbs about spikes: choose a method, try it, find the spikes of all neurons, undo."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.model import SpikeSpec
from driada_widgets.panel.kept_results import Kept, KeptResults, same_but_spikes
from driada_widgets.panel.picture_view import TRIED_ORDER
from driada_widgets.panel.profile_verbs import ProfileVerbs
from driada_widgets.panel.snapshot import JobView
from driada_widgets.panel.spike_picture_verbs import SpikePictureVerbs
from driada_widgets.panel.spike_view import INDICATORS, SpikeView

if TYPE_CHECKING:
    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.experiment.trial_memory import TrialMemory
    from driada_widgets.core.pipeline import LoadResult
    from driada_widgets.core.report import Progress
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.road.cost import Cost
    from driada_widgets.core.sources.base import Fingerprint, Inventory
    from driada_widgets.core.spikes.recommend import Recommendation
    from driada_widgets.panel.jobs import Runner
    from driada_widgets.panel.snapshot import Summary

__all__ = ["SpikeVerbs"]

N_TRIED = 5
"""Neurons on which a method is tried."""

PREPARE_SEC = 0.1
"""After so long what brought the experiment is on screen, and a trial can be made ready."""


class SpikeVerbs(SpikePictureVerbs, ProfileVerbs):
    """Build: spikes of the experiment that was built; in the request, so that scripts have them."""

    _trier: Runner | None = None
    _preparer: Runner | None = None
    _prepared: tuple[Experiment | None, str] | None = None
    _trials: TrialMemory | None = None
    _results: KeptResults | None = None
    _built_from: LoadRequest | None = None

    # --- choosing ---

    def set_spike_method(self, method: str) -> None:
        """Choose a method; what was set for the others is kept.

        Raises
        ------
        ParameterError
            If there is no such method.
        """
        from driada_widgets.core.spikes.options import OFFERED_METHODS

        if method not in OFFERED_METHODS:
            msg = f"There is no spike method {method!r}."
            raise ParameterError(msg, where="method", fix="choose one of the list")
        self._set_spikes(method=method)

    def set_spike_option(self, name: str, value: Any) -> None:
        """Set an option of the chosen method from what was typed; empty: its default.

        Raises
        ------
        ParameterError
            If it is no number, or outside its bounds.
        """
        from driada_widgets.panel.spike_choice import option_named, parse_option

        method = self.spike_method
        parsed = parse_option(option_named(method, name), value)
        others = tuple(each for each in self.snapshot.spikes.options if each[:2] != (method, name))
        added = () if parsed is None else ((method, name, parsed),)
        self._set_spikes(options=(*others, *added))

    def reset_spike_options(self) -> None:
        """Set all options of the chosen method to their defaults."""
        method = self.spike_method
        kept = tuple(each for each in self.snapshot.spikes.options if each[0] != method)
        self._set_spikes(options=kept)

    def set_indicator(self, indicator: str) -> None:
        """Say what the neurons were labelled with, for the recommendation; empty: not known."""
        self._set_spikes(indicator=indicator if indicator in INDICATORS else "")

    @property
    def spike_method(self) -> str:
        """The method that is chosen, or recommended."""
        return self.snapshot.spikes.method or self.recommendation.method

    @property
    def spike_spec(self) -> SpikeSpec:
        """The method and its options as they are set."""
        from driada_widgets.core.spikes.options import spike_options

        method = self.spike_method
        told = {name: value for of, name, value in self.snapshot.spikes.options if of == method}
        names = [option.name for option in spike_options(method)]
        named = [*(name for name in names if name in told), *(n for n in told if n not in names)]
        return SpikeSpec(method=method, options={name: told[name] for name in named})

    @property
    def recommendation(self) -> Recommendation:
        """The method that measured best at this frame rate with this indicator."""
        from driada_widgets.core.spikes.recommend import recommended
        from driada_widgets.panel.spike_choice import why_not_method

        indicator = self.snapshot.spikes.indicator or None
        return recommended(indicator, self.fps or 0.0, has_oasis=not why_not_method("oasis"))

    # --- trying ---

    @property
    def why_not_try(self) -> str:
        """Why the method cannot be tried, or empty if it can."""
        from driada_widgets.panel.spike_choice import why_not_method

        missing = why_not_method(self.spike_method)
        if missing:
            return f"This method {missing}"
        if self.experiment is None:
            return "Build the experiment first."
        if self.snapshot.is_working:
            return "Something is running."
        built = self._built_from
        if built is None or not same_but_spikes(built, self.snapshot.request):
            return "The request has changed since the experiment was built: build it again first."
        return ""

    def try_spikes(self) -> None:
        """Find the spikes of a few neurons, and draw them over their traces; nothing is kept."""
        experiment, spec = self.experiment, self.spike_spec
        if experiment is None or self.why_not_try:
            return
        from driada_widgets.core.experiment.spike_trial import try_spikes

        memory = self._trial_memory()
        self._trier = self._trier or self.new_runner()
        self._set_spikes(trying=True)
        self._trier.start(
            lambda progress: try_spikes(
                experiment, spec, n_cells=N_TRIED, memory=memory, progress=progress
            ),
            on_done=lambda trials: self._tried(experiment, spec, trials),
            on_error=self._not_tried,
            on_cancelled=lambda: self._set_spikes(trying=False),
        )

    def prepare_trial(self) -> None:
        """Do what a trial needs, beside everything else; a failure shows in the trial.

        While nothing can be tried, libraries are imported; what was being measured stops. Nothing
        is told of it: a trial that is asked for meanwhile takes over what is measured. It makes way
        for what the person waits for, and comes after it.
        """
        self._preparer = self._preparer or self.new_runner()
        if not self._preparer.leaves_free:
            return
        if self.snapshot.is_working:
            self._preparer.close()
            self._prepared = None
            return
        experiment = None if self.why_not_try else self.experiment
        method = "" if experiment is None else self.spike_method
        before = self._prepared
        if before is not None and before[0] is experiment and before[1] == method:
            return
        self._prepared = (experiment, method)
        spec, memory = self.spike_spec, self._trial_memory()
        self._preparer.start(
            lambda progress: _prepare(experiment, spec, memory, progress),
            on_done=lambda _: None,
            on_error=lambda _: None,
            delay_sec=PREPARE_SEC,
        )

    def _trial_memory(self) -> TrialMemory:
        from driada_widgets.core.experiment.trial_memory import TrialMemory

        self._trials = self._trials or TrialMemory()
        return self._trials

    def stop_trying(self) -> None:
        """Stop the trial; what was tried before stays."""
        if self._trier is not None:
            self._trier.cancel()

    def _tried(self, experiment: Experiment, spec: SpikeSpec, trials: Any) -> None:
        from driada_widgets.panel.overlays import TraceOverlay, recorded_cell, to_recording_frames
        from driada_widgets.panel.spike_choice import spec_words
        from driada_widgets.panel.spike_rows import part_words, rows_of

        words, part = spec_words(spec), part_words(trials, experiment.n_frames)
        cells = {
            recorded_cell(experiment, trial.cell): to_recording_frames(experiment, trial)
            for trial in trials
        }
        with self._lock, self._as_one():
            self._set_spikes(
                trying=False,
                tried=rows_of(experiment, trials),
                tried_with=words,
                tried_on=part,
                tried_spec=spec,
            )
            title = f"{words}: tried{f' on {part}' if part else ''}, not kept"
            self.show_overlay(TraceOverlay(cells=cells, title=title))
            if self.snapshot.pictures.order == TRIED_ORDER:
                self._prepare_picture()

    def _not_tried(self, error: Exception) -> None:
        self._set_spikes(trying=False)
        self.show_error("build", "Try the method", error)

    # --- all neurons ---

    @property
    def why_not_find(self) -> str:
        """Why the spikes of all neurons cannot be found, or empty if they can."""
        from driada_widgets.panel.spike_choice import why_not_method

        missing = why_not_method(self.spike_method)
        if missing:
            return f"This method {missing}"
        shown = self.snapshot
        if shown.is_built and shown.request.spikes == self.spike_spec:
            return "The experiment has these spikes already."
        return shown.why_not_build

    @property
    def spikes_cost(self) -> Cost | None:
        """What building with these spikes takes; ``None`` before a check."""
        from driada_widgets.core.road.cost import estimate

        check = self.snapshot.check
        if check is None or check.plan is None:
            return None
        asked = replace(check.plan.request, spikes=self.spike_spec)
        return estimate(replace(check.plan, request=asked), check.inventory)

    def find_spikes(self) -> None:
        """Find the spikes of all neurons; if it is cancelled, what was there stays."""
        if not self.why_not_find:
            spec = self.spike_spec
            self._build_with(spec, f"spikes by {spec.method}", "Find the spikes")

    def remove_spikes(self) -> None:
        """Go back to the experiment without the spikes that were asked for."""
        if not self.snapshot.why_not_build:
            self._build_with(None, "remove spikes", "Remove the spikes")

    def _build_with(self, spec: SpikeSpec | None, name: str, what: str) -> None:
        base = self._completed(self.snapshot.request)
        request = replace(base, spikes=spec)
        self._refuse_locked(base, request)
        kept = self._kept_of(request)
        if kept is not None:
            self._ask_for(name, base, request)
            return
        self._change(step="build", error=None)
        started = time.monotonic()
        self._start(
            "spikes",
            what,
            lambda progress: self.workbench.build(request, progress=progress),
            lambda result: self._found_spikes(name, base, result, time.monotonic() - started, spec),
        )

    def _found_spikes(
        self,
        name: str,
        base: LoadRequest,
        result: LoadResult,
        seconds: float,
        spec: SpikeSpec | None,
    ) -> None:
        with self._lock, self._as_one():
            self._change(job=JobView())
            base = replace(base, save=self.snapshot.request.save)
            request = replace(base, spikes=spec)
            self._ask_for(name, base, request)
            self._built(request, result, seconds)

    def _ask_for(self, name: str, base: LoadRequest, request: LoadRequest) -> None:
        """Put spikes into the request, as one edit with a name."""
        with self._lock, self._as_one():
            self._change(request=base)
            self._edit(name, request)

    # --- what is kept ---

    def _set_spikes(self, **changes: Any) -> None:
        with self._lock:
            self._change(spikes=replace(self.snapshot.spikes, **changes))

    def _fingerprint(self) -> Fingerprint | None:
        inventory = self.workbench.inventory
        return None if inventory is None else inventory.fingerprint

    def _kept_of(self, request: LoadRequest) -> Kept | None:
        return self._results.find(request, self._fingerprint()) if self._results else None

    def _built(self, request: LoadRequest, result: LoadResult, seconds: float) -> None:
        with self._lock, self._as_one():
            self._built_from = request
            super()._built(request, result, seconds)
            if self.snapshot.summary is not None:
                self._keep_result(request, result, self.snapshot.summary)
                self._spikes_changed()

    def _keep_result(self, request: LoadRequest, result: LoadResult, summary: Summary) -> None:
        self._results = self._results or KeptResults()
        taken = self._fingerprint()
        self._results.keep(Kept(request=request, fingerprint=taken, result=result, summary=summary))

    def _replaced(self, request: LoadRequest) -> None:
        """Give back the experiment of this request if it was built lately: undo is at once."""
        before = self.snapshot.request
        super()._replaced(request)
        if request.spikes is not None and request.spikes != before.spikes:
            self._choose_as(request.spikes)
        kept = self._kept_of(request)
        if kept is None or self.result is None or self.snapshot.inventory is None:
            return
        self.result, self._built_from = kept.result, request
        self._change(summary=kept.summary, is_built=True)
        self._spikes_changed()

    def _choose_as(self, spec: SpikeSpec) -> None:
        """Show the method and the options of a request."""
        from driada_widgets.core.spikes.options import OFFERED_METHODS

        if spec.method not in OFFERED_METHODS:
            return
        others = tuple(each for each in self.snapshot.spikes.options if each[0] != spec.method)
        own = tuple((spec.method, name, value) for name, value in spec.options.items())
        self._set_spikes(method=spec.method, options=(*others, *own))

    def _opened(self, inventory: Inventory, request: LoadRequest) -> None:
        for runner in (self._trier, self._preparer):
            if runner is not None:
                runner.close()
        self._results = self._built_from = self._trials = self._prepared = None
        with self._lock, self._as_one():
            indicator = self.snapshot.spikes.indicator
            self._change(spikes=SpikeView(indicator=indicator))
            super()._opened(inventory, request)
            if request.spikes is not None:
                self._choose_as(request.spikes)


def _prepare(
    experiment: Experiment | None, spec: SpikeSpec, memory: TrialMemory, progress: Progress
) -> None:
    from driada_widgets.core.experiment.cell_search import load_packages
    from driada_widgets.core.experiment.spike_trial import prepare_trial

    if experiment is None:
        load_packages(progress)
    else:
        prepare_trial(experiment, spec, memory, progress=progress)

"""The step of the road that finds spikes, by whichever family of methods the plan names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.experiment.load_time_spikes import with_load_time_spikes
from driada_widgets.core.experiment.spike_methods import LOAD_TIME_NAMES, PER_NEURON
from driada_widgets.core.spikes.workers import number_of_workers

if TYPE_CHECKING:
    from collections.abc import Callable

    from driada_widgets.core.report import Note, Progress
    from driada_widgets.core.request.plan import LoadPlan

__all__ = ["reconstruct"]


def reconstruct(
    experiment: Experiment,
    plan: LoadPlan,
    *,
    function: Callable[..., Any] | None = None,
    progress: Progress | None = None,
) -> tuple[Experiment, tuple[Note, ...]]:
    """Find the spikes that a plan asks for.

    Parameters
    ----------
    experiment
        As it was built.
    plan
        Its request says how; without ``spikes`` nothing is done.
    function
        The method of a request that names ``callable``.
    progress
        Told about every neuron; asked whether to stop.

    Returns
    -------
    experiment : Experiment
        With spikes; per-neuron methods put them on the experiment given.
    notes : tuple of Note
        What a person should know about them.

    Raises
    ------
    ParameterError
        If the method is a function, and it is not given.
    LoadCancelledError
        If the progress was cancelled.
    """
    asked = plan.spikes
    if asked is None:
        return experiment, ()
    if asked.method in PER_NEURON:
        notes = experiment.find_spikes(
            asked.method, asked.options, is_asked=True, progress=progress
        )
        return experiment, notes
    contents = with_load_time_spikes(
        experiment.contents,
        LOAD_TIME_NAMES.get(asked.method) or _given(function),
        params=asked.options,
        n_workers=number_of_workers(-1, experiment.n_cells),
        progress=progress,
    )
    return Experiment.from_contents(contents), ()


def _given(function: Callable[..., Any] | None) -> Callable[..., Any]:
    if function is None:
        msg = (
            "The spike method of this request is a function of the code that made it, which no "
            "file holds. Give the function as reconstruct_spikes=, or choose another method."
        )
        raise ParameterError(msg, where="spikes", fix="choose another method")
    return function

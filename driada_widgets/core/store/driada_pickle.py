"""What driada's own pickles hold, as the contents of an experiment.

It works on the inert stand-ins of ``safe_pickle``: driada is neither needed nor imported. Only
what the person put in is taken; scaled copies, ranks, entropies and search trees are derived again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from driada_widgets.core.experiment.contents import Contents, Kinetics
from driada_widgets.core.report import Note
from driada_widgets.core.safe_pickle.standins import (
    ArrayStub,
    EventStub,
    MultiSeriesStub,
    NeuronStub,
    SeriesStub,
)
from driada_widgets.core.store.driada_features import FeatureTaker, refuse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from driada_widgets.core.safe_pickle import Extractor
    from driada_widgets.core.safe_pickle.standins import ExperimentStub

__all__ = ["FoundEvent", "FromDriada", "translate"]

_NEEDED = ("signature", "calcium", "neurons", "dynamic_features")
_CONSTANTS = ("t_rise_sec", "t_off_sec", "fps")
_MAX_FRAME = 1 << 53  # beyond it floats skip whole frames


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEvent:
    """An event that driada found by threshold, in frames."""

    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FromDriada:
    """What a pickle of driada holds.

    Parameters
    ----------
    contents
        What the experiment is made from. Calcium is driada's processed trace, without the frames
        that were removed: the pickle does not hold the recording as it was given.
    events
        For each neuron, the events found by threshold; may be empty.
    regions
        For each neuron, 1 in frames of events, shape ``(n_frames,)``, or ``None``.
    notes
        What a person should know about it.
    """

    contents: Contents
    events: tuple[tuple[FoundEvent, ...], ...]
    regions: tuple[NDArray[np.generic] | None, ...]
    notes: tuple[Note, ...]


def translate(experiment: ExperimentStub, extractor: Extractor) -> FromDriada:
    """Translate an experiment of driada.

    Parameters
    ----------
    experiment
        Stand-in of the experiment.
    extractor
        What takes arrays and plain values out of the file's stand-ins.

    Raises
    ------
    CorruptFileError
        If parts are missing or do not fit together.
    UnsafeContentError
        If it would hand out more than it has.
    """
    return _Translator(experiment, extractor).translate()


class _Translator:
    def __init__(self, experiment: ExperimentStub, extractor: Extractor) -> None:
        self.fields = experiment.fields
        self.extractor = extractor
        self.notes: list[Note] = []
        self.n_cells = 0
        self.n_frames = 0

    def translate(self) -> FromDriada:
        missing = [name for name in _NEEDED if name not in self.fields]
        if missing:
            self._refuse(f"the experiment has no {', '.join(map(repr, missing))}")
        calcium = self._calcium()
        self.n_cells, self.n_frames = calcium.shape
        neurons = self._neurons()
        taker = FeatureTaker(self.extractor, self.n_frames)
        contents = Contents(
            signature=self._signature(),
            calcium=calcium,
            features=taker.take(self.fields["dynamic_features"]),
            spikes=self._spikes(neurons),
            asp=self._stacked(neurons, "asp", "amplitude spikes"),
            reconstructions=self._stacked(neurons, "_reconstructed", "reconstructions"),
            exp_params=self._dictionary("exp_identificators"),
            static_features=self._constants(),
            metadata=self._dictionary("metadata") or None,
            ground_truth=self.extractor.plain(self.fields.get("ground_truth"), "ground_truth"),
            kinetics=self._kinetics(neurons),
        )
        events = tuple(self._events(neuron) for neuron in neurons)
        regions = tuple(self._regions(neuron) for neuron in neurons)
        facts = self._facts(events)
        self.notes += taker.notes
        self._note_the_trace()
        self._note_what_was_left_out()
        return FromDriada(
            contents=replace(contents, provenance={"origin": "driada pickle", "driada": facts}),
            events=events,
            regions=regions,
            notes=tuple(self.notes),
        )

    # Arrays.

    def _calcium(self) -> NDArray[np.generic]:
        calcium = self._matrix(self.fields["calcium"], "calcium")
        if calcium.dtype.kind not in "fiu" or not calcium.size:
            self._refuse(f"calcium of shape {calcium.shape} has the dtype {calcium.dtype}")
        if not np.isfinite(calcium.min()) or not np.isfinite(calcium.max()):
            self._refuse("calcium holds NaN or infinite values, which driada never writes")
        return calcium

    def _matrix(self, value: object, what: str) -> NDArray[np.generic]:
        data = value.fields.get("data") if isinstance(value, MultiSeriesStub) else value
        array = self.extractor.array(data, what)
        if array.ndim != 2:
            self._refuse(f"{what!r} has the shape {array.shape}, not (n_cells, n_frames)")
        return array

    def _neurons(self) -> list[NeuronStub]:
        neurons = self.fields["neurons"]
        if not isinstance(neurons, list) or len(neurons) != self.n_cells:
            self._refuse(f"calcium has {self.n_cells} cells and the list of neurons does not")
        if not all(isinstance(neuron, NeuronStub) for neuron in neurons):
            self._refuse("the list of neurons holds something else")
        return neurons

    def _spikes(self, neurons: list[NeuronStub]) -> NDArray[np.generic] | None:
        # Without spikes driada fills in rows of zeros and leaves the neurons empty.
        if all(neuron.fields.get("sp") is None for neuron in neurons):
            return None
        return self._per_cell(self._matrix(self.fields.get("spikes"), "spikes"), "spikes")

    def _per_cell(self, array: NDArray[np.generic], what: str) -> NDArray[np.generic]:
        if array.shape != (self.n_cells, self.n_frames) or array.dtype.kind not in "fiub":
            self._refuse(
                f"{what} are {array.dtype} {array.shape} beside calcium of shape "
                f"{(self.n_cells, self.n_frames)}"
            )
        return array

    def _stacked(
        self, neurons: list[NeuronStub], attribute: str, what: str
    ) -> NDArray[np.generic] | None:
        """Stack what each neuron keeps as a series of its own; nothing if not all of them do."""
        values = [neuron.fields.get(attribute) for neuron in neurons]
        n_given = sum(value is not None for value in values)
        if n_given == 0:
            return None
        if n_given < self.n_cells:
            text = f"{n_given} of {self.n_cells} neurons have {what}; they are left out."
            self._note("partly-given", attribute.strip("_"), text, warning=True)
            return None
        rows = [self._row(value, what) for value in values]
        return self._per_cell(np.stack(rows), what)

    def _row(self, value: object, what: str) -> NDArray[np.generic]:
        data = value.fields.get("data") if isinstance(value, SeriesStub) else value
        row = self.extractor.array(data, what)
        if row.shape != (self.n_frames,):
            self._refuse(f"{what} of one neuron have the shape {row.shape}")
        return row

    # Plain values.

    def _signature(self) -> str:
        signature = self.extractor.plain(self.fields["signature"], "signature")
        if not isinstance(signature, str):
            self._refuse("the signature is not text")
        return signature

    def _dictionary(self, name: str) -> dict[str, Any]:
        value = self.extractor.plain(self.fields.get(name), name)
        return value if isinstance(value, dict) else {}

    def _constants(self) -> dict[str, Any]:
        constants = self._dictionary("static_features")
        for name in _CONSTANTS:
            value = self.extractor.plain(self.fields.get(name), name)
            if value is not None:
                constants.setdefault(name, value)
        return constants

    def _kinetics(self, neurons: list[NeuronStub]) -> tuple[Kinetics, ...]:
        found = []
        for cell, neuron in enumerate(neurons):
            rise, decay = (self._time(neuron, name) for name in ("_t_rise", "_t_off"))
            if rise is not None or decay is not None:
                found.append(Kinetics(cell=cell, t_rise=rise, t_off=decay))
        return tuple(found)

    def _time(self, neuron: NeuronStub, name: str) -> float | None:
        value = self.extractor.plain(neuron.fields.get(name), name)
        return float(value) if _is_number(value) and value > 0 else None

    def _facts(self, events: tuple[tuple[FoundEvent, ...], ...]) -> dict[str, Any]:
        """Give what only driada knows, to be kept with the experiment."""
        method = self.extractor.plain(
            self.fields.get("spike_reconstruction_method"), "spike_reconstruction_method"
        )
        facts = {
            "removed_frames": self._removed_frames(),
            "spike_reconstruction_method": method if isinstance(method, str) else None,
            "threshold_events": [[[one.start, one.end] for one in found] for found in events],
        }
        return {
            name: value
            for name, value in facts.items()
            if value is not None and (name != "threshold_events" or any(events))
        }

    def _events(self, neuron: NeuronStub) -> tuple[FoundEvent, ...]:
        stubs = neuron.fields.get("threshold_events")
        if not isinstance(stubs, list) or not all(isinstance(stub, EventStub) for stub in stubs):
            return ()
        found = [self.extractor.plain(stub.fields, "threshold_events") for stub in stubs]
        return tuple(
            FoundEvent(start=float(event["start"]), end=float(event["end"]))
            for event in found
            if _is_number(event.get("start")) and _is_number(event.get("end"))
        )

    def _regions(self, neuron: NeuronStub) -> NDArray[np.generic] | None:
        series = neuron.fields.get("events")
        return self._row(series, "events") if isinstance(series, SeriesStub) else None

    def _removed_frames(self) -> dict[str, Any] | None:
        mask_stub = self.fields.get("bad_frames_mask")
        if not self.fields.get("filtered_flag") or not isinstance(mask_stub, ArrayStub):
            return None
        mask = self.extractor.array(mask_stub, "bad_frames_mask")
        n_kept = mask.size - np.count_nonzero(mask)
        if mask.ndim != 1 or mask.dtype != bool or n_kept != self.n_frames:
            self._refuse("the mask of removed frames does not fit the frames that are left")
        edges = np.flatnonzero(np.diff(np.r_[False, mask, False].astype(np.int8)))
        ranges = [[int(start), int(stop)] for start, stop in edges.reshape(-1, 2)]
        n_removed = mask.size - self.n_frames
        text = (
            f"{n_removed} of {mask.size} frames were removed before this pickle was made; it does "
            "not hold them."
        )
        self._note("frames-removed-before", "bad_frames", text)
        return {"n_recorded": int(mask.size), "ranges": ranges}

    # What is said.

    def _note_the_trace(self) -> None:
        text = (
            "Calcium in this pickle is driada's processed trace (values below 0 set to 0, noise "
            "up to 1e-8 added), not the recording as it was given."
        )
        self._note("calcium-processed", "calcium", text)

    def _note_what_was_left_out(self) -> None:
        left_out = self.extractor.left_out
        if left_out:
            names = ", ".join(left_out[:5]) + (" and others" if len(left_out) > 5 else "")
            text = f"{names} cannot be kept as plain values and was left out."
            self._note("metadata-left-out", "metadata", text, warning=True)

    def _note(self, name: str, subject: str, text: str, *, warning: bool = False) -> None:
        note = Note(id=name, level="warning" if warning else "info", subject=subject, text=text)
        self.notes.append(note)

    def _refuse(self, what: str) -> NoReturn:
        refuse(self.extractor.where, what)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) < _MAX_FRAME  # not NaN either

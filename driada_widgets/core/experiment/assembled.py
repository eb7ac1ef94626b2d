"""An experiment assembled from its contents: series, names, hash, pickling."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import CorruptFileError
from driada_widgets.core.experiment import attributes
from driada_widgets.core.experiment.checks import (
    check_constants,
    check_contents,
    rate_of,
    seconds_of,
)
from driada_widgets.core.experiment.contents import Kinetics
from driada_widgets.core.experiment.derive import DerivedArrays, read_only
from driada_widgets.core.experiment.feature_edits import edited_features, is_edited
from driada_widgets.core.experiment.hashing import array_digests, content_hash
from driada_widgets.core.experiment.lazy_list import LazyList
from driada_widgets.core.experiment.limits import DEFAULT_T_OFF_SEC, DEFAULT_T_RISE_SEC
from driada_widgets.core.experiment.load_time_spikes import FAMILY, load_time_metadata
from driada_widgets.core.experiment.neuron_maker import NeuronMaker
from driada_widgets.core.experiment.notes import metrics_of_cells, recording_notes
from driada_widgets.core.experiment.parts import NEURON_ARRAYS, from_parts, to_parts
from driada_widgets.core.experiment.present import (
    add_companions,
    calcium_series,
    feature_series,
    spike_series,
    with_types,
)
from driada_widgets.core.experiment.queries import ExperimentQueries
from driada_widgets.core.experiment.spike_contents import SPIKE_IDS, with_found_spikes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.contents import Contents
    from driada_widgets.core.report import Note, Progress

__all__ = ["AssembledExperiment", "know_hash"]

STATE_FORMAT = "driada_widgets"
STATE_SCHEMA = 1


class AssembledExperiment(ExperimentQueries):
    """An experiment and what it was made from; ``Experiment`` says how people make one."""

    def _set_up(
        self,
        contents: Contents,
        *,
        digests: Mapping[str, str] | None = None,
        verbose: bool = True,
        n_jobs: int = -1,
        enable_parallelization: bool = True,
    ) -> None:
        check_contents(contents)
        contents = _with_own_dictionaries(contents)
        self._contents = contents
        self._derived = self._spike_arrays = DerivedArrays(contents)
        self._digests = dict(digests or {})
        self._hashes = {}
        self._has_spikes = contents.spikes is not None
        self.verbose, self._n_jobs = verbose, n_jobs
        self._enable_parallelization = enable_parallelization
        self._set_facts()
        notes = [*self._set_series(), *self._attach_names()]
        self._notes: tuple[Note, ...] = tuple(notes)

    def _set_facts(self) -> None:
        contents, derived = self._contents, self._derived
        self.signature = contents.signature
        self.exp_identificators: dict[str, Any] = dict(contents.exp_params)
        self.static_features: dict[str, Any] = dict(contents.static_features)
        self.metadata: Any = contents.metadata
        self.ground_truth = contents.ground_truth
        self.n_cells, self.n_frames = derived.n_cells, derived.n_frames
        bad = contents.bad_frames_mask
        self.filtered_flag = derived.is_trimmed
        self.bad_frames_mask = (
            np.zeros(contents.calcium.shape[1], dtype=bool) if bad is None else bad
        )
        told = contents.reconstruction
        if told is not None and told["family"] == FAMILY:
            self.spike_reconstruction_method = told["method"]
        self.stats_tables: dict[str, Any] = {}
        self.significance_tables: dict[str, Any] = {}
        self.selectivity_tables_initialized = False
        self.embeddings: dict[str, dict[str, Any]] = {"calcium": {}, "spikes": {}}
        self._rdm_cache: dict[Any, Any] = {}

    def _set_series(self) -> list[Note]:
        contents, derived = self._contents, self._derived
        fps = rate_of(contents.static_features)
        t_rise_sec = seconds_of(contents.static_features, "t_rise_sec", DEFAULT_T_RISE_SEC)
        t_off_sec = seconds_of(contents.static_features, "t_off_sec", DEFAULT_T_OFF_SEC)
        metrics, note = metrics_of_cells(contents.metadata, self.n_cells, derived.kept_cells)
        maker = self._maker = NeuronMaker(
            contents,
            derived,
            default_kinetics=(t_rise_sec * fps, t_off_sec * fps),
            fps=contents.static_features["fps"],
            metrics=metrics,
        )
        self.neurons = LazyList(self.n_cells, maker)
        self.calcium = calcium_series(derived, self.neurons, maker.calcium_edge)
        self.spikes = spike_series(derived, self.neurons, has_spikes=self._has_spikes)
        self.dynamic_features = {
            feature.name: feature_series(derived, feature, fps) for feature in contents.features
        }
        notes = [] if note is None else [note]
        notes += recording_notes(contents, derived, fps=fps, t_off_sec=t_off_sec)
        if contents.create_circular_2d:
            notes += add_companions(self.dynamic_features, contents.features, self.n_frames, fps)
        self._shown = dict(self.dynamic_features)
        return notes

    def _attach_names(self) -> list[Note]:
        return [
            *attributes.attach_params(self, self.exp_identificators),
            *attributes.attach_features(self, self.dynamic_features),
            *attributes.attach_constants(self, self.static_features, self.dynamic_features),
        ]

    @property
    def contents(self) -> Contents:
        """What the experiment is made from, with everything that was changed since.

        Raises
        ------
        ParameterError, DataShapeError, DataTypeError, DataValueError
            All are ``ValueError``: something was set by hand that no experiment can hold.
        """
        self._keep_spikes_of_neurons()
        self._keep_edited_features()
        held = self._contents
        metadata = self.__dict__.get("metadata")
        is_usable = metadata is None or isinstance(metadata, dict)
        kinetics = {kinetics.cell: kinetics for kinetics in held.kinetics}
        for cell, neuron in self.neurons.made.items():
            if neuron.kinetics_were_set:
                kinetics[cell] = Kinetics(cell=cell, t_rise=neuron.t_rise, t_off=neuron.t_off)
        constants = attributes.constants_now(self, self.static_features, held.static_features)
        check_constants(constants)
        return replace(
            held,
            signature=self.signature,
            exp_params=self.exp_identificators,
            static_features=constants,
            metadata=metadata if is_usable else held.metadata,
            kinetics=tuple(kinetics[cell] for cell in sorted(kinetics)),
        )

    @property
    def calcium_source(self) -> NDArray[np.generic]:
        """Calcium as given: all recorded neurons and frames, read-only."""
        return read_only(np.asarray(self._contents.calcium))

    @property
    def asp(self) -> NDArray[Any] | None:
        """Amplitude spikes, shape ``(n_cells, n_frames)``, read-only, or ``None``."""
        self._keep_spikes_of_neurons()
        return self._spike_arrays.asp

    @property
    def reconstructions(self) -> NDArray[Any] | None:
        """Reconstructed calcium, shape ``(n_cells, n_frames)``, read-only, or ``None``."""
        self._keep_spikes_of_neurons()
        return self._spike_arrays.reconstructions

    @property
    def _reconstruction_metadata(self) -> dict[str, Any]:
        """What a load-time method told about the spikes that it found."""
        metadata = load_time_metadata(self._contents, self.n_cells)
        if metadata is None:
            msg = "'Experiment' object has no attribute '_reconstruction_metadata'"
            raise AttributeError(msg)
        return metadata

    def _keep_spikes_of_neurons(self) -> None:
        """Take what was found on single neurons into the contents."""
        made = self.neurons.made
        events = [
            neuron.event_record(cell) for cell, neuron in made.items() if neuron.has_own_events
        ]
        if not events:
            return
        found = {
            cell: neuron.new_spikes
            for cell, neuron in made.items()
            if neuron.new_spikes is not None
        }
        contents = with_found_spikes(self._contents, found, events)
        # No request tells what was done to single neurons.
        provenance = {**contents.provenance, "request": None}
        self._hold(replace(contents, provenance=provenance))
        for neuron in made.values():
            neuron.new_spikes, neuron.has_own_events = None, False

    def _keep_edited_features(self) -> None:
        """Take what was put into or taken out of ``dynamic_features`` into the contents."""
        shown, now = self._shown, self.dynamic_features
        if not is_edited(shown, now):
            return
        features = edited_features(
            self._contents.features,
            shown=shown,
            now=now,
            kept_frames=self._derived.kept_frames,
            n_frames=self.n_frames,
            n_recorded=self._contents.calcium.shape[1],
        )
        self._contents = replace(self._contents, features=features)
        self._digests = {id_: self._digests[id_] for id_ in NEURON_ARRAYS if id_ in self._digests}
        self._hashes.clear()
        self._shown = dict(now)

    def _hold(self, contents: Contents) -> None:
        """Hold contents with other spikes; calcium and features are not touched."""
        self._contents = contents
        self._spike_arrays = DerivedArrays(contents)
        self._maker.renew(contents, self._spike_arrays)
        self._digests = {id_: self._digests[id_] for id_ in self._digests if id_ not in SPIKE_IDS}

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Request, source fingerprint, notes and versions; stored with the experiment."""
        self._keep_spikes_of_neurons()
        return self._contents.provenance

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a person should know about this experiment."""
        return self._notes

    @property
    def content_hash(self) -> str:
        """Hash of everything that later computations depend on, 64 hexadecimal digits."""
        contents = self.contents
        self._digests = array_digests(contents, self._digests)
        return content_hash(contents, self._digests)

    def same_data_as(self, other: AssembledExperiment) -> bool:
        """Whether every later computation would give the same on another experiment."""
        return self is other or self.content_hash == other.content_hash

    def __repr__(self) -> str:
        """Name the experiment, its size and its features."""
        names = ", ".join(self.dynamic_features) or "none"
        return (
            f"<Experiment {self.signature!r}: {self.n_cells} neurons, {self.n_frames} frames at "
            f"{self.static_features['fps']:g} Hz, features: {names}>"
        )

    def __getstate__(self) -> dict[str, Any]:
        """Give the contents as plain values and arrays."""
        meta, arrays = to_parts(self.contents)
        return {"format": STATE_FORMAT, "schema": STATE_SCHEMA, "meta": meta, "arrays": arrays}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Make the experiment of stored contents."""
        if state.get("format") != STATE_FORMAT or state.get("schema") != STATE_SCHEMA:
            msg = (
                f"This pickle holds an experiment of form {state.get('format')!r} "
                f"{state.get('schema')!r}; this version reads {STATE_FORMAT!r} {STATE_SCHEMA}. "
                "Build it again from its source."
            )
            raise CorruptFileError(msg, found=repr(state.get("schema")), expected=str(STATE_SCHEMA))
        self._set_up(from_parts(state["meta"], state["arrays"]))


def know_hash(experiment: AssembledExperiment, progress: Progress | None = None) -> None:
    """Digest the arrays of an experiment now, so that its hash is at hand when it is asked for.

    Parameters
    ----------
    experiment
        Remembers the digests.
    progress
        Told about the bytes; asked whether to stop.
    """
    known = experiment._digests  # noqa: SLF001 - own module
    experiment._digests = array_digests(experiment.contents, known, progress)  # noqa: SLF001


def _with_own_dictionaries(contents: Contents) -> Contents:
    metadata = contents.metadata
    return replace(
        contents,
        exp_params=dict(contents.exp_params),
        static_features=dict(contents.static_features),
        metadata=None if metadata is None else dict(metadata),
        provenance=dict(contents.provenance),
        features=with_types(contents.features),
    )

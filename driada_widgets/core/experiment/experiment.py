"""A recording with its neurons, features and constants: consistent by construction."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from driada_widgets.core.experiment import arguments, attributes, feature_edits
from driada_widgets.core.experiment.checks import check_contents, rate_of
from driada_widgets.core.experiment.contents import Contents
from driada_widgets.core.experiment.experiment_spikes import ExperimentSpikes
from driada_widgets.core.experiment.load_time_spikes import overridden, with_load_time_spikes
from driada_widgets.core.experiment.neuron import KINETICS_NOT_FITTED
from driada_widgets.core.experiment.notes import looks_transposed
from driada_widgets.core.experiment.parts import NEURON_ARRAYS
from driada_widgets.core.experiment.present import feature_series, trimmed
from driada_widgets.core.report import Note
from driada_widgets.core.signals.transforms import get_circular_2d_name
from driada_widgets.core.spikes.workers import number_of_workers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from driada_widgets.core.experiment.contents import FeatureContent
    from driada_widgets.core.experiment.present import Feature

__all__ = ["Experiment"]


class Experiment(ExperimentSpikes):
    """A recording with its neurons, features and constants.

    Nothing is computed before it is asked for: neurons are made when they are indexed, arrays
    when their values are read.

    Parameters
    ----------
    signature
        Title.
    calcium
        Traces, shape ``(n_cells, n_frames)``, finite. They are kept as given; what analyses see
        has negative values at 0.
    spikes
        Same shape, or ``None``.
    exp_identificators
        Metadata; entries become attributes unless the experiment has one of that name.
    static_features
        Constants; ``fps`` in Hz is needed, ``t_rise_sec`` and ``t_off_sec`` have defaults.
    dynamic_features
        Series or arrays by name, of shape ``(n_frames,)`` or ``(n_components, n_frames)``.
    ground_truth
        Truth of a simulated recording, or ``None``.
    reconstruct_spikes
        Load-time method: ``"wavelet"``, ``"threshold"`` or a function
        ``(calcium, fps, params) -> (MultiTimeSeries, dict)``; its spikes replace those given.
        ``None`` or ``False``: none, which is what the loading functions choose. For the better
        per-neuron methods call ``reconstruct_all_neurons`` afterwards.
    bad_frames_mask
        True for frames to remove, shape ``(n_frames,)``.
    spike_kwargs
        Parameters of the load-time method.
    verbose
        Whether notes that only explain what was not given are warned of too.
    create_circular_2d
        Whether circular features get a (cos, sin) companion ``{name}_2d``.
    seed
        Seed of noise below 1e-8 that breaks ties in calcium; ``None`` adds none.
    n_jobs, enable_parallelization
        Kept for analyses.
    asp, reconstructions
        Amplitude spikes and reconstructed calcium, same shape as ``calcium``, or ``None``.
    metadata
        Stored metadata; its ``metrics_df`` holds one list a measure, one item a neuron.
    optimize_kinetics
        There are no per-neuron events yet, so True gives one warning.
    **unknown
        Ignored, with a note.

    Attributes
    ----------
    calcium, spikes
        Series of all neurons. Without spikes the latter is zeros.
    neurons
        The neurons; a list that makes each when it is first indexed.
    n_cells, n_frames
        After bad frames are removed.
    dynamic_features
        Series by name; companions last.
    static_features, exp_identificators, metadata, ground_truth
        As given; dictionaries are copies.
    filtered_flag, bad_frames_mask
        Whether frames were removed, and which of the recorded ones.

    Raises
    ------
    DataShapeError, DataTypeError, DataValueError, ParameterError
        All are ``ValueError``: arrays that do not fit together, values that are not finite, a
        frame rate that is missing.
    TypeError
        If a feature is no series and no array.

    Warns
    -----
    UserWarning
        Every note of level ``"warning"``, once.

    Notes
    -----
    Two experiments are equal only if they are the same object; ``same_data_as`` compares what
    they hold. Saved files and copies hold ``contents``: a constant that was set by hand
    (``experiment.fps = 30.0``) is in it; attributes that were added and results of analyses are
    not.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> experiment = Experiment(
    ...     "Exp demo", rng.random((5, 1000)), None, {}, {"fps": 20.0},
    ...     {"speed": rng.random(1000)}, reconstruct_spikes=None, verbose=False,
    ... )
    >>> experiment
    <Experiment 'Exp demo': 5 neurons, 1000 frames at 20 Hz, features: speed>
    """

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Tell type checkers that features and constants are attributes, known at run time."""

    def __init__(  # noqa: PLR0917 - the reference's signature
        self,
        signature: str,
        calcium: ArrayLike | None,
        spikes: ArrayLike | None,
        exp_identificators: Mapping[str, Any] | None,
        static_features: Mapping[str, Any] | None,
        dynamic_features: Mapping[str, Any],
        ground_truth: Any = None,
        *,
        reconstruct_spikes: Any = "wavelet",
        bad_frames_mask: ArrayLike | None = None,
        spike_kwargs: Mapping[str, Any] | None = None,
        verbose: bool = True,
        create_circular_2d: bool = True,
        seed: int | None = None,
        n_jobs: int = -1,
        enable_parallelization: bool = False,
        asp: ArrayLike | None = None,
        reconstructions: ArrayLike | None = None,
        metadata: Mapping[str, Any] | None = None,
        optimize_kinetics: bool = False,
        **unknown: Any,
    ) -> None:
        method = arguments.checked_method(reconstruct_spikes)
        source = arguments.given_calcium(calcium)
        features = arguments.check_dynamic_features(dynamic_features)
        mask = None if bad_frames_mask is None else arguments.kept_array(bad_frames_mask)
        contents = Contents(
            signature=signature,
            calcium=source,
            calcium_range=arguments.range_of_rows(source),
            bad_frames_mask=mask,
            features=tuple(
                arguments.feature_content(name, value, keep_mask=mask is None or not mask.any())
                for name, value in features.items()
            ),
            spikes=arguments.given_rows("spikes", spikes),
            asp=arguments.given_rows("asp", asp),
            reconstructions=arguments.given_rows("reconstructions", reconstructions),
            exp_params=exp_identificators or {},
            static_features=static_features or {},
            metadata=metadata,
            ground_truth=ground_truth,
            create_circular_2d=create_circular_2d,
            seed=seed,
            seed_of="experiment",
        )
        check_contents(contents)
        notes = [] if method is None or contents.spikes is None else [_overridden(method)]
        if method is not None:
            contents = with_load_time_spikes(
                contents,
                method,
                params=spike_kwargs,
                n_workers=number_of_workers(n_jobs, source.shape[0])
                if enable_parallelization
                else 1,
            )
        self._set_up(
            contents,
            verbose=verbose,
            n_jobs=n_jobs,
            enable_parallelization=enable_parallelization,
        )
        self._add_constructor_notes(notes, optimize_kinetics, unknown)
        self._warn_of_notes()

    @classmethod
    def from_contents(
        cls,
        contents: Contents,
        *,
        digests: Mapping[str, str] | None = None,
        verbose: bool = True,
        n_jobs: int = -1,
        enable_parallelization: bool = True,
    ) -> Self:
        """Make an experiment; no calcium is read, and nothing is warned.

        Parameters
        ----------
        contents
            What it is made from.
        digests
            Known SHA-256 digests of its arrays, by id (see ``hashing.content_hash``).
        verbose, n_jobs, enable_parallelization
            Kept for analyses.

        Returns
        -------
        Experiment
            What a person should know is in its ``notes``.

        Raises
        ------
        DataShapeError, DataTypeError, ParameterError
            If the contents do not fit together.
        """
        experiment = cls.__new__(cls)
        experiment._set_up(  # noqa: SLF001 - own class
            contents,
            digests=digests,
            verbose=verbose,
            n_jobs=n_jobs,
            enable_parallelization=enable_parallelization,
        )
        return experiment

    def _add_constructor_notes(
        self, notes: list[Note], optimize_kinetics: bool, unknown: Mapping[str, Any]
    ) -> None:
        transposed = looks_transposed(*self._contents.calcium.shape)
        notes = [*self._notes, *notes, *([] if transposed is None else [transposed])]
        if optimize_kinetics:
            text = KINETICS_NOT_FITTED
            notes.append(Note(id="kinetics-default", level="warning", subject="", text=text))
        for name in unknown:
            text = f"Experiment has no argument {name!r}; it is ignored."
            notes.append(Note(id="argument-unknown", level="info", subject=name, text=text))
        self._notes = tuple(notes)

    def _warn_of_notes(self) -> None:
        for note in self._notes:
            if note.level == "warning" and (self.verbose or not note.verbose_only):
                warnings.warn(note.text, UserWarning, stacklevel=3)

    def add_feature(self, name: str, data: Any, ts_type: Any = None, **ts_kwargs: Any) -> None:
        """Add a feature, or replace one.

        Parameters
        ----------
        name
            Name; not one of the protected attributes.
        data
            A series, or values of shape ``(n_frames,)`` or ``(n_components, n_frames)``.
        ts_type
            Type of one-dimensional values; ``None``: detected. A circular feature that is added
            gets no (cos, sin) companion.
        **ts_kwargs
            Further arguments of ``TimeSeries`` for one-dimensional values.

        Raises
        ------
        TypeError
            If the name is no text.
        ParameterError, DataShapeError, DataTypeError, DataValueError
            All are ``ValueError``: a protected name, values of another length or that are not
            finite.

        Warns
        -----
        UserWarning
            Always: results of earlier analyses do not know the feature.
        """
        feature_edits.check_name(name)
        given = arguments.feature_content(name, data, ts_type, **ts_kwargs)
        feature_edits.check_added(given, self.n_frames)
        notes = self._take_feature(replace(given, companion=False))
        self._notes += notes
        msg = (
            f"Feature '{name}' added after initialization. Cached INTENSE stats will not reflect "
            "this feature; re-run analysis if needed."
        )
        for text in (msg, *(note.text for note in notes)):
            warnings.warn(text, UserWarning, stacklevel=2)

    def _take_feature(self, given: FeatureContent) -> tuple[Note, ...]:
        self._keep_edited_features()
        derived, name = self._derived, given.name
        n_recorded = self._contents.calcium.shape[1]
        feature = arguments.spread_over_frames(given, derived.kept_frames, n_recorded)
        features = {
            one.name: replace(one, companion=False)
            if get_circular_2d_name(one.name) == name
            else one
            for one in self._contents.features
        }
        old = features.get(name)
        features[name] = feature
        self._contents = replace(self._contents, features=tuple(features.values()))
        is_known = name in self.dynamic_features
        self.dynamic_features[name] = feature_series(
            derived, feature, rate_of(self.static_features)
        )
        self._hashes.clear()
        self._digests = {id_: self._digests[id_] for id_ in NEURON_ARRAYS if id_ in self._digests}
        notes: list[Note] = []
        companion = get_circular_2d_name(name)
        if old is not None and companion not in features and companion in self.dynamic_features:
            del self.dynamic_features[companion]
            self.__dict__.pop(companion, None)
            notes.append(attributes.companion_removed(companion, name))
        self._shown = dict(self.dynamic_features)
        found = attributes.attach_features(self, {name: self.dynamic_features[name]})
        return (*notes, *(note for note in found if not is_known))

    def _trim_data(
        self,
        calcium: NDArray[Any],
        spikes: NDArray[Any] | None,
        dynamic_features: Mapping[str, Feature],
        bad_frames_mask: NDArray[np.bool_],
        force_filter: bool = False,
    ) -> tuple[NDArray[Any], NDArray[Any] | None, dict[str, Feature]]:
        """Give arrays and series without the frames of a mask; the experiment stays as it is."""
        if self._derived.is_trimmed and not force_filter:
            msg = (
                "Data is already filtered, if you want to force filtering it again, "
                'set "force_filter = True"'
            )
            raise AttributeError(msg)
        keep = np.flatnonzero(~np.asarray(bad_frames_mask, dtype=bool))
        return (
            np.take(calcium, keep, axis=1),
            None if spikes is None else np.take(spikes, keep, axis=1),
            {name: trimmed(series, keep) for name, series in dynamic_features.items()},
        )


def _overridden(method: object) -> Note:
    return Note(id="spikes-overridden", level="warning", subject="spikes", text=overridden(method))

"""What an experiment is made from: the arrays as given, and every decision about them.

``Experiment.from_contents`` derives everything else; the archive and the pickle store exactly this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from driada_widgets.core.experiment.events import EventStore
    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = ["Contents", "FeatureContent", "Filled", "Kinetics"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Half-open frame ranges of one row that are filled by straight lines between their ends."""

    row: int
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinetics:
    """Rise and decay times that were set on one neuron, in frames; ``None``: the default."""

    cell: int
    t_rise: float | None
    t_off: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureContent:
    """One feature over all recorded frames.

    Parameters
    ----------
    name
        Name in the experiment.
    data
        As given, shape ``(n_frames,)`` or ``(n_components, n_frames)``, untrimmed, read-only.
    type_info
        Type of a one-dimensional feature; ``None`` for a multi-dimensional one.
    component_names
        Names of the components of a multi-dimensional feature.
    component_types
        Types of the components where a person chose them; ``None``: continuous, as detected.
    filled
        Gaps that are filled when the experiment is made.
    aggregated
        Whether the feature combines others; with a seed it then gets tie-breaking noise, which
        ``data`` already holds.
    companion
        Whether the feature gets a ``_2d`` companion if it is circular; features that were added
        to a finished experiment do not.
    shuffle_mask
        Frames at which a shuffled copy may start, shape ``(n_frames,)``, untrimmed; ``None``:
        all. The experiment takes its edges off.
    """

    name: str
    data: NDArray[np.generic]
    type_info: TimeSeriesType | None = None
    component_names: tuple[str, ...] = ()
    component_types: tuple[TimeSeriesType, ...] | None = None
    filled: tuple[Filled, ...] = ()
    aggregated: bool = False
    companion: bool = True
    shuffle_mask: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Everything that an experiment is made from.

    Parameters
    ----------
    signature
        Title, ``Exp {name}``.
    calcium
        As given: ``(n_cells_recorded, n_frames_recorded)``, cells first, untrimmed, read-only.
    calcium_range
        Smallest and largest value of each row, shape ``(n_cells_recorded, 2)``, or ``None`` if
        not known yet.
    kept_cells
        Rows of ``calcium`` that are neurons of the experiment; ``None``: all.
    calcium_filled
        Gaps of ``calcium`` that are filled when the experiment is made.
    bad_frames_mask
        True for removed frames, shape ``(n_frames_recorded,)``; ``None``: none removed.
    features
        In order: aggregates first, then the file's order. ``_2d`` companions are derived.
    spikes, asp, reconstructions
        Per-neuron arrays as given, same shape as ``calcium``, or ``None``.
    exp_params
        Metadata; some entries form the name.
    static_features
        Constants: ``fps`` in Hz, ``t_rise_sec`` and ``t_off_sec`` in seconds, and others.
    metadata
        Stored metadata of the recording, or ``None``.
    ground_truth
        Truth of a simulated recording, or ``None``.
    given_cells
        Neurons, by index in the experiment, that have a row in ``spikes``, ``asp`` or
        ``reconstructions``, where not all have; by the array's name.
    events
        What spike reconstruction left beside spikes: ridges, events, regions, kinetics.
    reconstruction
        How spikes were reconstructed, as plain values: ``family`` (``"per-neuron"`` or
        ``"load-time"``), ``method``, and ``options`` or ``metadata``.
    kinetics
        Rise and decay times that were set on neurons, by index in the experiment.
    create_circular_2d
        Whether circular features get a ``_2d`` companion.
    seed
        Seed of the tie-breaking noise on calcium; ``None`` adds none.
    seed_of
        Who gave the seed. The ``"loader"`` derives the experiment's seed from it, so that
        aggregated features get their own; given to the ``"experiment"``, it is used as it is.
    provenance
        Request, source fingerprint, notes and versions, as plain values.
    """

    signature: str
    calcium: NDArray[np.generic]
    calcium_range: NDArray[np.float64] | None = None
    kept_cells: tuple[int, ...] | None = None
    calcium_filled: tuple[Filled, ...] = ()
    bad_frames_mask: NDArray[np.bool_] | None = None
    features: tuple[FeatureContent, ...] = ()
    spikes: NDArray[np.generic] | None = None
    asp: NDArray[np.generic] | None = None
    reconstructions: NDArray[np.generic] | None = None
    exp_params: Mapping[str, Any] = field(default_factory=dict)
    static_features: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] | None = None
    ground_truth: Any = None
    given_cells: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    events: EventStore | None = None
    reconstruction: Mapping[str, Any] | None = None
    kinetics: tuple[Kinetics, ...] = ()
    create_circular_2d: bool = True
    seed: int | None = None
    seed_of: Literal["loader", "experiment"] = "loader"
    provenance: Mapping[str, Any] = field(default_factory=dict)

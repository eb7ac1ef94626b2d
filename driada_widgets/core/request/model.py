"""What a person asks for: one frozen tree that the panel, YAML, code and every saved file share.

Reading and writing YAML and JSON is in ``core.request.text``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from driada_widgets.core.request.paths import user_path

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AggregateSpec",
    "FeatureChoice",
    "LoadRequest",
    "NanPolicies",
    "NanPolicy",
    "PolicyName",
    "SaveFormat",
    "SaveSpec",
    "SourceKind",
    "SourceSpec",
    "SpikeSpec",
]

SourceKind = Literal["file", "folder", "saved", "iabs", "demo", "memory"]
PolicyName = Literal["raise", "bad_frames", "interpolate", "drop"]
SaveFormat = Literal["archive", "pickle", "nwb", "hdf5"]

REQUEST_SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """Where the data are.

    Parameters
    ----------
    kind
        What ``path`` is: a data ``"file"`` or ``"folder"``, a ``"saved"`` experiment, the lab's
        cloud (``"iabs"``), the name of a built-in ``"demo"``, or arrays in ``"memory"``.
    data_source
        Name of the lab or project; ``"IABS"`` switches naming and cloud.
    path
        File, folder or demo name; ``None`` for IABS and memory.
    neural
        Name of the array that is the neural data; ``None``: the first of the known aliases.
    as_saved
        Of a saved experiment: whether what the request leaves open is as it was saved. False if
        the request says everything, so that it can also take bad frames back.
    """

    kind: SourceKind = "file"
    data_source: str = "MyLab"
    path: Path | None = None
    neural: str | None = None
    as_saved: bool = True

    def __post_init__(self) -> None:
        """Take a path that was given as text."""
        _as_path(self, "path")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureChoice:
    """What a person decided about one feature.

    Parameters
    ----------
    use
        False leaves the array out.
    type
        Type string (see ``TimeSeries``); ``None``: as detected.
    period
        Period of a circular feature in the units of its values.
    rename
        Name in the experiment, where the file's name collides.
    as_detected
        True if ``type`` and ``period`` only write down what detection said: the detected record
        (confidence, statistics) is kept as long as detection still agrees.
    """

    use: bool = True
    type: str | None = None
    period: float | None = None
    rename: str | None = None
    as_detected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregateSpec:
    """One-dimensional features to be combined into one multi-dimensional feature.

    Parameters
    ----------
    of
        Names of the components, in order.
    name
        Name of the combined feature (``as`` in YAML).
    """

    of: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NanPolicy:
    """What to do with NaN or infinite values of one array.

    Parameters
    ----------
    policy
        ``"raise"``: refuse; ``"bad_frames"``: remove those frames; ``"interpolate"``: fill inner
        gaps linearly; ``"drop"``: leave the feature or neuron out.
    max_gap_sec
        Longest gap in seconds that ``"interpolate"`` fills.
    """

    policy: PolicyName = "raise"
    max_gap_sec: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class NanPolicies:
    """The policy for each array, and for those not named."""

    default: NanPolicy = field(default_factory=NanPolicy)
    arrays: Mapping[str, NanPolicy] = field(default_factory=dict)

    def of(self, name: str) -> NanPolicy:
        """Give the policy of the array ``name``."""
        return self.arrays.get(name, self.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikeSpec:
    """How spikes are reconstructed.

    Parameters
    ----------
    method
        Per neuron: ``"wavelet"`` or ``"threshold"``, as driada; ``"matched"``; ``"oasis"``, which
        needs the extra. As the deprecated argument does at load time: ``"load-wavelet"`` or
        ``"load-threshold"``. ``"callable"`` stands for a function of code.
    options
        Those of ``Experiment.reconstruct_all_neurons``, or the parameters of the load-time method.
    """

    method: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveSpec:
    """Where the experiment is saved, and as what (``as`` in YAML).

    Parameters
    ----------
    path
        Target; ``None``: ``{root}/{name}/Exp {name}.npz`` (``.pickle`` for a pickle).
    format
        ``"archive"`` or ``"pickle"``.
    """

    path: Path | None = None
    format: SaveFormat = "archive"

    def __post_init__(self) -> None:
        """Take a path that was given as text."""
        _as_path(self, "path")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRequest:
    """Everything that a person decides about one experiment.

    Parameters
    ----------
    source
        Where the data are.
    exp_params
        Metadata of the experiment; some entries form its name.
    static_features
        Constants a person gave, such as ``fps`` in Hz; defaults are filled in by ``resolve``.
    features
        Decisions per array. ``None``: every array, types detected. If it gives types, it should
        be complete; see ``chooses_types``.
    aggregate_features
        Combinations of one-dimensional features.
    bad_frames
        Half-open frame ranges ``(start, stop)`` and single frames to remove.
    nan
        What to do with NaN and infinite values.
    transpose
        Names of arrays that are stored frames first.
    create_circular_2d
        Whether circular features get a ``_2d`` companion (cos, sin).
    seed
        Seed of the tie-breaking noise; ``None`` adds none.
    spikes
        Spike reconstruction, or ``None``.
    save
        Where to save, or ``None`` for not saving.
    root
        Folder that holds one folder per experiment.
    """

    source: SourceSpec = field(default_factory=SourceSpec)
    exp_params: Mapping[str, Any] = field(default_factory=dict)
    static_features: Mapping[str, Any] = field(default_factory=dict)
    features: Mapping[str, FeatureChoice] | None = None
    aggregate_features: tuple[AggregateSpec, ...] = ()
    bad_frames: tuple[tuple[int, int] | int, ...] = ()
    nan: NanPolicies = field(default_factory=NanPolicies)
    transpose: tuple[str, ...] = ()
    create_circular_2d: bool = True
    seed: int | None = None
    spikes: SpikeSpec | None = None
    save: SaveSpec | None = None
    root: Path = Path("DRIADA data")

    def __post_init__(self) -> None:
        """Take a path that was given as text."""
        _as_path(self, "root")

    @property
    def chooses_types(self) -> bool:
        """Whether ``features`` gives a type.

        Then an unlisted feature that is detected as circular becomes linear (the rule of
        ``feature_types``), with a warning.
        """
        return any(choice.type is not None for choice in (self.features or {}).values())


def _as_path(spec: object, name: str) -> None:
    """Turn a path of a frozen value into a ``Path``, where a caller wrote text."""
    if isinstance(getattr(spec, name), str):
        object.__setattr__(spec, name, user_path(getattr(spec, name)))

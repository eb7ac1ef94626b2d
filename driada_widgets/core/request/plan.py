"""What was resolved: a request that met a file, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from driada_widgets.core.report import LedgerEntry, Note
    from driada_widgets.core.request.model import (
        FeatureChoice,
        LoadRequest,
        NanPolicy,
        SpikeSpec,
    )

__all__ = ["ArrayPlan", "LoadPlan", "Role"]

Role = Literal[
    "calcium", "spikes", "asp", "reconstructions", "feature", "metadata", "sync_info", "unused"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayPlan:
    """What will be done with one array of the file.

    Parameters
    ----------
    name
        Name in the file.
    role
        Part that it plays; ``"unused"`` arrays are not read.
    feature
        Name in the experiment; differs from ``name`` only when renamed.
    transpose
        Whether the array is stored frames first.
    choice
        The person's decision about a feature; ``None``: not listed.
    nan
        What to do with NaN and infinite values.
    """

    name: str
    role: Role
    feature: str
    transpose: bool
    choice: FeatureChoice | None
    nan: NanPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """Everything that reading and building need; made by ``resolve`` only.

    Parameters
    ----------
    request
        What was asked for.
    name
        Session name, as text; forms the signature ``Exp {name}``.
    static_features
        The person's constants with defaults filled in: ``t_rise_sec``, ``t_off_sec``, ``fps``.
    static_origin
        Where each constant comes from: ``"given"``, ``"file"`` or ``"default"``.
    n_cells, n_frames
        Size of the neural data as stored, cells first, before bad frames are removed.
    arrays
        One plan per array of the file, in the file's order.
    bad_frames
        Sorted, merged, half-open ranges within ``[0, n_frames)``.
    circular_whitelist
        Whether unlisted features that are detected as circular become linear.
    ledger
        Arrays whose fate the headers decide.
    notes
        What a person should know already.
    metadata
        Stored metadata of the recording as plain values, or ``None``.
    """

    request: LoadRequest
    name: str
    static_features: Mapping[str, Any]
    static_origin: Mapping[str, Literal["given", "file", "default"]]
    n_cells: int
    n_frames: int
    arrays: tuple[ArrayPlan, ...]
    bad_frames: tuple[tuple[int, int], ...] = ()
    circular_whitelist: bool = False
    ledger: tuple[LedgerEntry, ...] = ()
    notes: tuple[Note, ...] = ()
    metadata: Mapping[str, Any] | None = None
    not_replayable: tuple[str, ...] = field(default=())

    @property
    def signature(self) -> str:
        """The experiment's title."""
        return f"Exp {self.name}"

    @property
    def spikes(self) -> SpikeSpec | None:
        """How spikes are reconstructed, or ``None``."""
        return self.request.spikes

    @property
    def names_to_read(self) -> tuple[str, ...]:
        """Arrays that the plan needs, in the file's order."""
        return tuple(array.name for array in self.arrays if array.role != "unused")

    def array_of(self, role: Role) -> ArrayPlan | None:
        """Give the first array with this role, or ``None``."""
        return next((array for array in self.arrays if array.role == role), None)

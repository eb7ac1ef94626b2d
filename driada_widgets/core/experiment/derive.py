"""From the arrays as given to the arrays that an experiment shows, when they are first needed.

The order is: gaps are filled over all recorded frames, neurons that were left out and bad frames
are removed, negative calcium becomes 0, noise is added if there is a seed. Nothing is copied if
nothing changes.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.signals.transforms import fill_ranges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.contents import Contents, FeatureContent, Filled

__all__ = [
    "DerivedArrays",
    "amplitude_dtype",
    "calcium_noise",
    "edge_mask",
    "float_dtype",
    "full_feature",
    "read_only",
    "usable",
]

NOISE_AMPLITUDE = 1e-8
"""Largest value added to calcium to break ties."""


class DerivedArrays:
    """The arrays of one experiment, each made once, when it is first asked for.

    Parameters
    ----------
    contents
        What the experiment is made from; only shapes and dtypes of its arrays are looked at
        before an array is asked for.
    """

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        n_recorded, n_frames_recorded = contents.calcium.shape
        self.kept_cells = contents.kept_cells
        if self.kept_cells == tuple(range(n_recorded)):
            self.kept_cells = None
        self.n_cells = n_recorded if self.kept_cells is None else len(self.kept_cells)
        bad = contents.bad_frames_mask
        self.is_trimmed = bad is not None and bool(bad.any())
        self.kept_frames = None if bad is None or not self.is_trimmed else np.flatnonzero(~bad)
        self.n_frames = (
            n_frames_recorded if self.kept_frames is None else int(self.kept_frames.size)
        )

    @cached_property
    def calcium(self) -> NDArray[np.floating[Any]]:
        """Traces that analyses use, shape ``(n_cells, n_frames)``; integers become float64."""
        given = np.asarray(self._contents.calcium)
        dtype = float_dtype(given.dtype)
        traces = self._cut(given).astype(dtype, copy=False)
        traces = self._with_gaps_filled(given, traces)
        if self._may_be_negative(traces):
            # `out` saves a second copy where one was made already.
            own = traces if _is_own(traces, given) else None
            traces = np.maximum(traces, dtype.type(0), out=own)
        if self._contents.seed is not None:
            if not _is_own(traces, given):
                traces = traces.copy()
            for cell, seed in enumerate(self._noise_seeds()):
                traces[cell] += calcium_noise(self.n_frames, seed)
        return read_only(traces)

    def calcium_of(self, cell: int) -> NDArray[np.floating[Any]]:
        """Give one trace of ``calcium``, without making all of them."""
        if "calcium" in self.__dict__:
            known: NDArray[np.floating[Any]] = self.calcium[cell]
            return known
        row = cell if self.kept_cells is None else self.kept_cells[cell]
        given = np.asarray(self._contents.calcium[row])
        dtype = float_dtype(given.dtype)
        trace = given.astype(dtype)
        for filled in self._contents.calcium_filled:
            if filled.row == row:
                trace = fill_ranges(trace, filled.ranges)
        if self.kept_frames is not None:
            trace = trace[self.kept_frames]
        trace = np.maximum(trace, dtype.type(0))
        if self._contents.seed is not None:
            trace += calcium_noise(self.n_frames, self._noise_seeds()[cell])
        return read_only(trace)

    @cached_property
    def spikes(self) -> NDArray[np.int64] | None:
        """Spikes cut down to whole numbers, shape ``(n_cells, n_frames)``, or ``None``."""
        given = self._contents.spikes
        if given is None:
            return None
        return read_only(self._cut(np.asarray(given)).astype(np.int64, copy=False))

    @cached_property
    def no_spikes(self) -> NDArray[np.float64]:
        """What stands for spikes where there are none: zeros, shape ``(n_cells, n_frames)``."""
        return read_only(np.zeros((self.n_cells, self.n_frames)))

    @cached_property
    def asp(self) -> NDArray[Any] | None:
        """Amplitude spikes, shape ``(n_cells, n_frames)``, or ``None``."""
        return self._cut_if_given(self._contents.asp)

    @cached_property
    def reconstructions(self) -> NDArray[Any] | None:
        """Reconstructed calcium, shape ``(n_cells, n_frames)``, or ``None``."""
        return self._cut_if_given(self._contents.reconstructions)

    def feature(self, feature: FeatureContent) -> NDArray[Any]:
        """Give a feature with gaps filled and bad frames removed."""
        full = full_feature(feature)
        return read_only(
            full if self.kept_frames is None else np.take(full, self.kept_frames, axis=-1)
        )

    def feature_mask(self, feature: FeatureContent, edge: int) -> NDArray[np.bool_]:
        """Give the shuffle mask of a feature: as given, its edges taken off."""
        mask = edge_mask(self.n_frames, edge)
        if feature.shuffle_mask is not None:
            given = feature.shuffle_mask
            mask &= given if self.kept_frames is None else given[self.kept_frames]
        return mask

    def _cut(self, given: NDArray[Any]) -> NDArray[Any]:
        """Take neurons that are kept at frames that are kept."""
        if self.kept_cells is None and self.kept_frames is None:
            return given
        if self.kept_frames is None:
            return given[list(self.kept_cells or ())]
        if self.kept_cells is None:
            return np.take(given, self.kept_frames, axis=1)  # C order, unlike given[:, frames]
        cut: NDArray[Any] = given[np.ix_(np.array(self.kept_cells), self.kept_frames)]
        return cut

    def _cut_if_given(self, given: NDArray[Any] | None) -> NDArray[Any] | None:
        return None if given is None else read_only(usable(self._cut(np.asarray(given))))

    def _with_gaps_filled(self, given: NDArray[Any], traces: NDArray[Any]) -> NDArray[Any]:
        rows = range(given.shape[0]) if self.kept_cells is None else self.kept_cells
        cell_of_row = {row: cell for cell, row in enumerate(rows)}
        gaps = [filled for filled in self._contents.calcium_filled if filled.row in cell_of_row]
        if gaps and not _is_own(traces, given):
            traces = traces.copy()
        for filled in gaps:
            row = fill_ranges(given[filled.row].astype(traces.dtype), filled.ranges)
            cell = cell_of_row[filled.row]
            traces[cell] = row if self.kept_frames is None else row[self.kept_frames]
        return traces

    def _may_be_negative(self, traces: NDArray[Any]) -> bool:
        known = self._contents.calcium_range
        if known is None:
            return bool(traces.min() < 0)
        lowest = known[:, 0] if self.kept_cells is None else known[list(self.kept_cells), 0]
        return not bool(np.all(lowest >= 0))  # NaN counts as unknown

    def _noise_seeds(self) -> Sequence[np.random.SeedSequence]:
        seed = self._contents.seed
        if self._contents.seed_of == "loader":
            seed = int(np.random.SeedSequence(seed).generate_state(1)[0])
        return np.random.SeedSequence(seed).spawn(self.n_cells)


def calcium_noise(n_frames: int, seed: int | np.random.SeedSequence | None) -> NDArray[np.float64]:
    """Give the noise that one neuron's trace gets, shape ``(n_frames,)``."""
    return np.random.default_rng(seed).random(n_frames) * NOISE_AMPLITUDE


def edge_mask(n_frames: int, edge: int) -> NDArray[np.bool_]:
    """Give a mask that is False on the first and last ``edge`` frames."""
    mask = np.ones(n_frames, dtype=bool)
    if edge > 0:  # `mask[-0:]` would be all of it
        mask[:edge] = False
        mask[-edge:] = False
    return mask


def full_feature(feature: FeatureContent) -> NDArray[Any]:
    """Give a feature over all recorded frames, with its gaps filled."""
    given = usable(np.asarray(feature.data))
    if not feature.filled:
        return given
    rows = np.atleast_2d(given).astype(np.result_type(given.dtype, np.float16), copy=True)
    return _filled_rows(rows, feature.filled).reshape(given.shape)


def _filled_rows(rows: NDArray[Any], gaps: Sequence[Filled]) -> NDArray[Any]:
    for filled in gaps:
        rows[filled.row] = fill_ranges(rows[filled.row], filled.ranges)
    return rows


def usable(array: NDArray[Any]) -> NDArray[Any]:
    """Give an array in a dtype that calculations take; the same array where possible.

    Truth values become 0 and 1, extended precision becomes float64, foreign byte order ours.
    """
    if array.dtype.kind == "b":
        return array.astype(np.int64)
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        return array.astype(np.float64)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Give a view of an array that cannot be written to; the array itself if it cannot be."""
    if not array.flags.writeable:
        return array
    view = array.view()
    view.flags.writeable = False
    return view


def float_dtype(dtype: np.dtype[Any]) -> np.dtype[np.floating[Any]]:
    """Give the dtype that calcium has: floats keep theirs up to float64, others get float64."""
    is_plain_float = dtype.kind == "f" and dtype.itemsize <= 8
    return dtype.newbyteorder("=") if is_plain_float else np.dtype(np.float64)


def amplitude_dtype(dtype: np.dtype[Any]) -> np.dtype[np.floating[Any]]:
    """Give the dtype of amplitudes that are found in calcium: its own, at least float32."""
    return np.result_type(float_dtype(dtype), np.float32)


def _is_own(array: NDArray[Any], given: NDArray[Any]) -> bool:
    return not np.may_share_memory(array, given)

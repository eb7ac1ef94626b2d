"""Ridges of a wavelet transform: maxima in time that continue from scale to scale.

A set of ridges is a handful of flat arrays, so it is small, pickles, and is saved as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from driada_widgets.core.spikes.parameters import RidgeCriterion
    from driada_widgets.core.spikes.wavelet import FilterBank

__all__ = ["Peaks", "Ridge", "Ridges", "find_peaks", "find_ridges", "link_ridges"]

Peaks = tuple["NDArray[np.intp]", "NDArray[np.float64]"]
"""Frames and heights of the maxima at one scale, in order of time."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ridge:
    """One ridge, from its smallest scale to its largest.

    Parameters
    ----------
    indices
        Frame at each scale.
    ampls
        Transform at each scale, in single precision if the ridge is an event.
    scales
        The scales in frames.
    wvt_times
        Time resolution of each scale in frames.
    """

    indices: NDArray[np.int32]
    ampls: NDArray[np.floating[Any]]
    scales: NDArray[np.float64]
    wvt_times: NDArray[np.float64]

    @property
    def length(self) -> int:
        """Number of scales."""
        return int(self.indices.size)

    @property
    def max_scale(self) -> float:
        """Scale of the largest amplitude."""
        return float(self.scales[int(np.argmax(self.ampls))])

    @property
    def max_ampl(self) -> float:
        """Largest amplitude."""
        return float(self.ampls.max())

    @property
    def start(self) -> int:
        """First frame in time."""
        return int(self.indices.min())

    @property
    def end(self) -> int:
        """Last frame in time."""
        return int(self.indices.max())

    @property
    def duration(self) -> int:
        """Frames from ``start`` to ``end``."""
        return self.end - self.start

    @property
    def birth_scale(self) -> float:
        """Smallest scale."""
        return float(self.scales[0])

    @property
    def end_scale(self) -> float:
        """Largest scale."""
        return float(self.scales[-1])


@dataclass(frozen=True, kw_only=True, eq=False)
class Ridges(Sequence[Ridge]):
    """Many ridges in the order in which they began, as flat arrays.

    Parameters
    ----------
    scales, times
        All scales in frames, and their time resolutions.
    first_scales
        Index of each ridge's first scale, shape ``(n_ridges,)``.
    lengths
        Number of scales of each ridge, shape ``(n_ridges,)``.
    indices, ampls
        Frame and transform of every point, ridge after ridge.

    Notes
    -----
    The amplitudes of events are kept in single precision: nothing is decided by them any more, and
    they are half of what an experiment has to store.
    """

    scales: NDArray[np.float64]
    times: NDArray[np.float64]
    first_scales: NDArray[np.int32]
    lengths: NDArray[np.int32]
    indices: NDArray[np.int32]
    ampls: NDArray[np.floating[Any]]

    def __len__(self) -> int:
        return int(self.lengths.size)

    @overload
    def __getitem__(self, index: int) -> Ridge: ...
    @overload
    def __getitem__(self, index: slice) -> list[Ridge]: ...
    def __getitem__(self, index: int | slice) -> Ridge | list[Ridge]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        position = range(len(self))[index]
        stop = int(self.lengths[: position + 1].sum())
        points = slice(stop - int(self.lengths[position]), stop)
        first = int(self.first_scales[position])
        at = slice(first, first + int(self.lengths[position]))
        return Ridge(
            indices=self.indices[points],
            ampls=self.ampls[points],
            scales=self.scales[at],
            wvt_times=self.times[at],
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ridges):
            return NotImplemented
        names = self.__dataclass_fields__
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in names)

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    @property
    def bounds(self) -> NDArray[np.int64]:
        """First and last frame along scale of each ridge, ordered, shape ``(n_ridges, 2)``."""
        if not len(self):
            return np.zeros((0, 2), dtype=np.int64)
        stops = np.cumsum(self.lengths, dtype=np.int64)
        ends = np.stack([self.indices[stops - self.lengths], self.indices[stops - 1]], axis=1)
        return np.sort(ends.astype(np.int64), axis=1)

    def that_are_events(self, criterion: RidgeCriterion) -> Ridges:
        """Give the ridges that meet a criterion."""
        if not len(self):
            return self
        starts = np.cumsum(self.lengths, dtype=np.int64) - self.lengths
        highest = np.maximum.reduceat(self.ampls, starts)
        duration = np.maximum.reduceat(self.indices, starts) - np.minimum.reduceat(
            self.indices, starts
        )
        keep = (
            (self.lengths >= criterion.fewest_scales)
            & (highest >= criterion.smallest_amplitude)
            & (duration <= criterion.longest)
        )
        keep &= self._scales_of(highest, starts) >= criterion.smallest_scale
        return self._chosen(keep)

    def _scales_of(
        self, highest: NDArray[np.floating[Any]], starts: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Give the scale at which each ridge is highest first."""
        owner = np.repeat(np.arange(len(self)), self.lengths)
        at_top = np.flatnonzero(self.ampls == highest[owner])
        _, firsts = np.unique(owner[at_top], return_index=True)
        return np.asarray(self.scales[self.first_scales + at_top[firsts] - starts])

    def _chosen(self, keep: NDArray[np.bool_]) -> Ridges:
        points = np.repeat(keep, self.lengths)
        return Ridges(
            scales=self.scales,
            times=self.times,
            first_scales=self.first_scales[keep],
            lengths=self.lengths[keep],
            indices=self.indices[points],
            ampls=self.ampls[points].astype(np.float32),
        )

    @classmethod
    def joined(cls, parts: Sequence[Ridges]) -> Ridges:
        """Give the ridges of several searches at the same scales, one after another."""
        names = ("first_scales", "lengths", "indices", "ampls")
        arrays: dict[str, Any] = {
            name: np.concatenate([getattr(part, name) for part in parts]) for name in names
        }
        return cls(scales=parts[0].scales, times=parts[0].times, **arrays)

    @classmethod
    def none(cls) -> Ridges:
        """Give no ridges."""
        whole, real = np.zeros(0, dtype=np.int32), np.zeros(0)
        return cls(
            scales=real,
            times=real,
            first_scales=whole,
            lengths=whole,
            indices=whole,
            ampls=np.zeros(0, dtype=np.float32),
        )


def find_ridges(
    trace: NDArray[np.float64],
    bank: FilterBank,
    order: int,
    check: Callable[[], None] | None = None,
) -> Ridges:
    """Find all ridges of one trace.

    Parameters
    ----------
    trace
        Shape ``(bank.n_frames,)``, finite.
    bank
        Filters of every scale.
    order
        Frames to each side over which a peak is the largest value.
    check
        Called between batches of scales; stops the search by raising.

    Returns
    -------
    Ridges
        In the order in which they begin: by scale, then by time.
    """
    peaks: list[Peaks] = []
    for batch in bank.transform(trace):
        if check is not None:
            check()
        peaks += find_peaks(batch, order)
    return link_ridges(peaks, scales=np.array(bank.scales), times=np.array(bank.times))


def find_peaks(rows: NDArray[np.float64], order: int) -> list[Peaks]:
    """Find, in every row, values that are larger than all others within ``order`` frames.

    Parameters
    ----------
    rows
        Shape ``(n_rows, n_frames)``.
    order
        Frames to each side, at least 1.

    Returns
    -------
    list
        Frames and heights of each row. Peaks of height 0 are left out.

    Notes
    -----
    A value is exceeded within the window only if a maximum inside the window, or the window's
    last value to one side, exceeds it; so nothing else is compared.
    """
    n_rows, n_frames = rows.shape
    if n_frames < 3:
        return [(np.zeros(0, dtype=np.intp), np.zeros(0)) for _ in range(n_rows)]
    steps = rows[:, 1:] >= rows[:, :-1]
    falls = rows[:, 1:] <= rows[:, :-1]
    row, frame = np.divmod(np.flatnonzero(steps[:, :-1] & falls[:, 1:]), n_frames - 2)
    frame += 1
    height = rows[row, frame]
    is_peak = (height > rows[row, frame - 1]) & (height > rows[row, frame + 1]) & (height != 0)
    is_peak &= height > rows[row, np.maximum(frame - order, 0)]
    is_peak &= height > rows[row, np.minimum(frame + order, n_frames - 1)]
    for step in range(1, row.size):
        is_near = (row[step:] == row[:-step]) & (frame[step:] - frame[:-step] <= order)
        if not is_near.any():
            break
        is_peak[:-step] &= ~is_near | (height[:-step] > height[step:])
        is_peak[step:] &= ~is_near | (height[step:] > height[:-step])
    frame, height = frame[is_peak], height[is_peak]
    cuts = np.searchsorted(row[is_peak], np.arange(1, n_rows))
    return list(zip(np.split(frame, cuts), np.split(height, cuts), strict=True))


def link_ridges(
    peaks: Iterable[Peaks], *, scales: NDArray[np.float64], times: NDArray[np.float64]
) -> Ridges:
    """Link peaks of neighbouring scales to ridges.

    Parameters
    ----------
    peaks
        One item a scale, small to large.
    scales, times
        The scales and their time resolutions in frames.

    Returns
    -------
    Ridges
        Every peak belongs to at least one.

    Notes
    -----
    A ridge continues at the highest peak that is nearer than the time resolution of the scale
    before, the first of equals. Several ridges may continue at one peak. A peak at which none
    does begins a ridge.
    """
    owners: list[NDArray[np.intp]] = []
    chosen: list[Peaks] = []
    owner, last = np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    n_ridges = 0
    first_scales: list[NDArray[np.int32]] = []
    for scale, (frames, heights) in enumerate(peaks):
        nearest = _continued(last, times[scale - 1], frames, heights)
        goes_on = nearest >= 0
        is_new = np.ones(frames.size, dtype=bool)
        is_new[nearest[goes_on]] = False
        fresh = np.flatnonzero(is_new)
        at = np.concatenate([nearest[goes_on], fresh])
        owner = np.concatenate([owner[goes_on], np.arange(n_ridges, n_ridges + fresh.size)])
        first_scales.append(np.full(fresh.size, scale, dtype=np.int32))
        n_ridges += fresh.size
        last = frames[at]
        owners.append(owner)
        chosen.append((last, heights[at]))
    if not n_ridges:
        return Ridges.none()
    owned = np.concatenate(owners)
    order = np.argsort(owned, kind="stable")
    return Ridges(
        scales=scales,
        times=times,
        first_scales=np.concatenate(first_scales),
        lengths=np.bincount(owned).astype(np.int32),
        indices=np.concatenate([frames for frames, _ in chosen])[order].astype(np.int32),
        ampls=np.concatenate([heights for _, heights in chosen])[order],
    )


def _continued(
    last: NDArray[np.intp],
    reach: float,
    frames: NDArray[np.intp],
    heights: NDArray[np.float64],
) -> NDArray[np.intp]:
    """Give the peak at which each ridge goes on, -1 where there is none in reach."""
    first = np.searchsorted(frames, last - reach, side="right")
    count = np.searchsorted(frames, last + reach, side="left") - first
    best = np.where(count > 0, first, -1)
    for step in range(1, int(count.max(initial=0))):
        is_there = np.flatnonzero(count > step)
        rival = first[is_there] + step
        is_higher = heights[rival] > heights[best[is_there]]
        best[is_there[is_higher]] = rival[is_higher]
    return best

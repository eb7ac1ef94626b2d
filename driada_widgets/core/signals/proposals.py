"""Propose frames that may be bad, each with its reason in numbers. A person decides.

Nothing is changed and nothing is marked here; whoever shows the proposals asks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from driada_widgets.core.signals.frame_scan import RowScan, scan_frames, scan_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress

__all__ = ["Kind", "Proposal", "Proposals", "propose"]

Kind = Literal["missing", "saturation", "frozen", "jump", "gap"]

MIN_CELLS = 5
"""Neurons needed to speak of a population: the median of fewer follows single events."""
MIN_FRAMES = 30
"""Frames needed to know what is usual (as for types, see ``build.features``)."""
MOSTLY_MISSING = 0.5
"""A neuron with a greater share of missing values is left aside: it is the neuron that is bad."""
JUMP_Z = 10.0
"""Robust z from which a change of the population is a jump. Iglewicz and Hoaglin [1]_ label 3.5 an
outlier in a small sample; recordings have 10^5 frames, and the median over few neurons has a longer
tail than the normal. Of five normal neurons 8 is passed once in 10^8 frames, 10 in 10^11; real
recordings are less even than that."""
JUMP_RATIO = 3.0
"""Least ratio to the usual change: where noise is very even, a great z can be a small matter."""
JUMP_BACK = -0.5
"""Correlation over neurons of two jumps from which the second takes the first back."""
MAX_EXCURSION_SEC = 10.0
"""Longest time between a jump and its return: movement of the tissue lasts seconds."""
EDGE_SEC = 0.5
"""A jump so near an end is that end's fault: shutters and lasers settle in some 100 ms."""
CHANCE = 0.01
"""Greatest number of frozen or saturated runs that chance alone may be expected to make in a
recording; neurons and frames count as independent."""
SATURATED_SHARE = 0.25
"""Share of neurons that must be at their own greatest value at once."""
GAP_STEPS = 1.5
"""Steps of a clock that are no longer one frame: halfway to the second."""
GAP_Z = 6.0
"""Robust z that a step must also have, so that an uneven clock is not all gaps."""
MAX_SHARE = 0.05
"""A clock with more gaps than this share of its steps is uneven, and frames that are repeated more
often than that are so by design (a recording brought to a higher rate): none is proposed."""
MAX_PER_KIND = 200
"""Proposals of one kind that are listed; the longest are, the others are counted."""

SIGMA = 1.4826
"""Ratio of sigma to the median absolute deviation of normal noise."""
SIGMA_OF_MEAN = 1.2533
"""Ratio of sigma to the mean absolute deviation of normal noise [1]_."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Frames that may be bad: ``start`` to ``stop`` (half-open), what they show, and why."""

    start: int
    stop: int
    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """What was found.

    Parameters
    ----------
    items
        In order of their first frame; none lies wholly inside another.
    n_more
        Proposals of each kind beyond the number that is listed.
    """

    items: tuple[Proposal, ...] = ()
    n_more: Mapping[Kind, int] = field(default_factory=dict)


def propose(
    traces: NDArray[Any],
    *,
    fps: float,
    clocks: Mapping[str, NDArray[Any]] | None = None,
    features: Mapping[str, NDArray[Any]] | None = None,
    progress: Progress | None = None,
) -> Proposals:
    """Look for frames that may be bad.

    Parameters
    ----------
    traces
        Real numbers, shape ``(n_cells, n_frames)``; an array or a memory map.
    fps
        Frame rate in Hz.
    clocks
        Time of each frame in any unit by name, shape ``(n_frames,)``.
    features
        Other arrays of the recording by name, shape ``(n_frames,)`` or ``(n_rows, n_frames)``;
        only missing values are looked for in them.
    progress
        Told how far it is; asked whether to stop.

    Returns
    -------
    Proposals
        Missing values; frames in which many neurons are saturated; frozen frames; jumps of the
        population; gaps in a clock. What a kind named earlier explains, a later one leaves out.

    Raises
    ------
    LoadCancelledError
        If the progress was cancelled.

    Notes
    -----
    A *jump* is a frame whose median absolute difference to the frame before, over neurons, has
    a robust z of at least 10 and is at least three times the usual. If a later jump within 10 s
    takes it back, the frames between are the proposal. Data of which most do not change in a usual
    frame (events, rasters) have missing values and gaps only.

    References
    ----------
    .. [1] B. Iglewicz, D. C. Hoaglin, *How to detect and handle outliers*, ASQC, 1993, ch. 3.
    """
    rows = scan_rows(traces, progress)
    found = [*_in_traces(traces, rows, fps, progress)]
    for name, values in (features or {}).items():
        found += _missing_in(name, values)
    for name, times in (clocks or {}).items():
        found += _gaps(name, times)
    return _listed(_without_explained(found, traces.shape[1]))


def _in_traces(
    traces: NDArray[Any], rows: RowScan, fps: float, progress: Progress | None
) -> list[Proposal]:
    n_frames = traces.shape[1]
    varies = rows.high > rows.low  # a dead neuron says nothing, but its gaps are gaps
    is_used = (rows.n_missing <= MOSTLY_MISSING * n_frames) & (varies | (rows.n_missing > 0))
    used = np.flatnonzero(is_used)
    if not len(used):
        return []
    levels = np.where((rows.n_high > 1) & varies, rows.high, np.nan)[used]
    seen = scan_frames(traces, used, levels, progress)
    found = [
        Proposal(
            start=start, stop=stop, kind="missing", reason=_who_misses(traces, used, start, stop)
        )
        for start, stop in _runs(seen.missing)
    ]
    if len(used) < MIN_CELLS or n_frames < MIN_FRAMES:
        return found
    usual = float(np.nanmedian(seen.change)) if np.isfinite(seen.change).any() else 0.0
    if usual > 0:
        found += _saturated(seen.n_high, len(used))
        found += _frozen(seen.repeats, seen.n_still, n_frames)
        found += _jumps(traces, used, seen.change, usual, fps)
    return found


# --- missing values -------------------------------------------------------------------------------


def _who_misses(traces: NDArray[Any], used: NDArray[np.intp], start: int, stop: int) -> str:
    window = np.asarray(traces[:, start:stop])[used]
    cells = used[~np.isfinite(window).all(axis=1)]
    words = "NaN" if np.isnan(window).any() else "infinite values"
    if len(cells) == 1:
        return f"{words} in neuron {cells[0]}"
    shown = ", ".join(str(cell) for cell in cells[:3])
    more = f" and {len(cells) - 3} more" if len(cells) > 3 else ""
    return f"{words} in {len(cells)} of {traces.shape[0]} neurons: {shown}{more}"


def _missing_in(name: str, values: NDArray[Any]) -> list[Proposal]:
    if values.dtype.kind != "f":
        return []
    gone = ~np.isfinite(np.atleast_2d(values)).all(axis=0)
    if gone.mean() > MOSTLY_MISSING:
        return []
    reason = f"{name!r} has no value"
    return [Proposal(start=a, stop=b, kind="missing", reason=reason) for a, b in _runs(gone)]


# --- saturation and frozen frames -----------------------------------------------------------------


def _saturated(n_high: NDArray[np.int64], n_cells: int) -> list[Proposal]:
    """Find frames in which many neurons hold a greatest value that they have more than once.

    Chance is Chernoff's bound for the number of neurons, of which ``mean`` are expected.
    """
    n_frames = len(n_high)
    mean = float(n_high.mean())
    if mean == 0:
        return []
    is_high = n_high >= max(MIN_CELLS, SATURATED_SHARE * n_cells, mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_chance = n_high - mean - n_high * np.log(n_high / mean)
    return [
        Proposal(
            start=start,
            stop=stop,
            kind="saturation",
            reason=f"{n_high[start:stop].max()} of {n_cells} neurons are at their greatest value",
        )
        for start, stop in _runs(is_high)
        if log_chance[start:stop].sum() <= np.log(CHANCE / n_frames)
    ]


def _frozen(
    repeats: NDArray[np.bool_], n_still: NDArray[np.int64], n_frames: int
) -> list[Proposal]:
    """Find runs of frames that repeat the frame before them.

    Chance is how often single neurons repeat a value, apart from such frames.
    """
    runs = _runs(repeats)
    n_compared, n_repeats = n_frames - 1, int(repeats.sum())
    if not 0 < len(runs) <= MAX_SHARE * n_frames or n_repeats == n_compared:
        return []
    shares = (n_still - n_repeats) / (n_compared - n_repeats)
    with np.errstate(divide="ignore"):
        log_chance = float(np.log(shares).sum())
    return [
        Proposal(
            start=start,
            stop=stop,
            kind="frozen",
            reason=(
                f"all {len(n_still)} neurons repeat frame {start - 1} exactly"
                f"{f', {stop - start} times' if stop - start > 1 else ''}"
            ),
        )
        for start, stop in runs
        if (stop - start) * log_chance <= np.log(CHANCE / n_frames)
    ]


# --- jumps ----------------------------------------------------------------------------------------


def _jumps(
    traces: NDArray[Any],
    used: NDArray[np.intp],
    change: NDArray[np.float64],
    usual: float,
    fps: float,
) -> list[Proposal]:
    scores = _robust_z(change, usual)
    is_jump = (scores >= JUMP_Z) & (change >= JUMP_RATIO * usual)
    runs = _runs(is_jump)
    n_frames = len(change)
    longest, edge = max(1, int(MAX_EXCURSION_SEC * fps)), max(1, int(EDGE_SEC * fps))
    found, at = [], 0
    while at < len(runs):
        (start, stop), at = runs[at], at + 1
        peak = slice(start, stop)
        how = "and back"
        if stop - start > 1:
            stop -= 1  # the last of several differences is the return
        elif at < len(runs) and _takes_back(traces, used, start, runs[at], longest):
            stop, at = runs[at][0], at + 1
        elif start <= edge:
            start, stop, how = 0, start, "after the first frames"
        elif n_frames - start <= edge:
            stop, how = n_frames, "before the last frames"
        else:
            how = "and stay there"
        ratio, score = float(np.max(change[peak])) / usual, float(np.max(scores[peak]))
        size = f"{_number(ratio)} times the usual change, z = {_number(score)}"
        reason = f"the neurons jump together {how}: {size}"
        found.append(Proposal(start=start, stop=stop, kind="jump", reason=reason))
    return found


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _robust_z(change: NDArray[np.float64], usual: float) -> NDArray[np.float64]:
    """Give the distance from the median in robust sigmas, 0 where there is no value."""
    away = change - usual
    sigma = SIGMA * float(np.nanmedian(np.abs(away)))
    if sigma == 0:  # more than half of the changes are equal, as in coarse whole numbers
        sigma = SIGMA_OF_MEAN * float(np.nanmean(np.abs(away)))
    if sigma == 0:
        return np.zeros_like(change)
    return np.nan_to_num(away / sigma, nan=0.0)


def _takes_back(
    traces: NDArray[Any],
    used: NDArray[np.intp],
    frame: int,
    later: tuple[int, int],
    longest: int,
) -> bool:
    """Say whether the next jump, a single one, undoes the jump at ``frame``."""
    back, after = later
    if after - back > 1 or back - frame > longest:
        return False
    steps = [
        np.asarray(traces[:, at - 1 : at + 1])[used].astype(np.float64) for at in (frame, back)
    ]
    one, other = (step[:, 1] - step[:, 0] for step in steps)
    known = np.isfinite(one) & np.isfinite(other)
    one, other = one[known], other[known]
    size = float(np.sqrt((one @ one) * (other @ other)))
    return size > 0 and float(one @ other) / size <= JUMP_BACK


# --- clocks ---------------------------------------------------------------------------------------


def _gaps(name: str, times: NDArray[Any]) -> list[Proposal]:
    steps = np.diff(times.astype(np.float64))
    if len(steps) < MIN_FRAMES or not np.isfinite(steps).all():
        return []
    usual = float(np.median(steps))
    if usual <= 0:
        return []
    sigma = SIGMA * float(np.median(np.abs(steps - usual)))
    at = np.flatnonzero((steps > GAP_STEPS * usual) & (steps > usual + GAP_Z * sigma))
    if len(at) > MAX_SHARE * len(steps):
        return []
    return [
        Proposal(
            start=int(frame),
            stop=int(frame) + 2,
            kind="gap",
            reason=(
                f"{name!r} steps by {steps[frame]:.4g} where {usual:.4g} is usual: about "
                f"{_frames(round(steps[frame] / usual) - 1)} missing between these two"
            ),
        )
        for frame in at
    ]


def _frames(number: int) -> str:
    return "1 frame is" if number == 1 else f"{number:,} frames are"


# --- what is listed -------------------------------------------------------------------------------


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _without_explained(found: Iterable[Proposal], n_frames: int) -> list[Proposal]:
    """Leave out what lies wholly inside frames that earlier proposals name."""
    named = np.zeros(n_frames, np.bool_)
    kept: list[Proposal] = []
    for item in found:
        if not named[item.start : item.stop].all():
            kept.append(item)
            named[item.start : item.stop] = True
    return kept


def _listed(found: list[Proposal]) -> Proposals:
    longest = sorted(found, key=lambda item: item.start - item.stop)
    taken: Counter[Kind] = Counter()
    items = []
    for item in longest:
        taken[item.kind] += 1
        if taken[item.kind] <= MAX_PER_KIND:
            items.append(item)
    n_more = {kind: n - MAX_PER_KIND for kind, n in taken.items() if n > MAX_PER_KIND}
    return Proposals(items=tuple(sorted(items, key=lambda p: (p.start, p.stop))), n_more=n_more)

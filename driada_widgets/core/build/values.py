"""Arrays as the experiment keeps them: cells first, native numbers, read-only, and their ranges.

Calcium is walked through once, block by block while it is in the processor's cache: the same walk
copies it where a copy is wanted, and finds the smallest and largest value of each row.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import DataTypeError, LoaderError
from driada_widgets.core.report import Issue
from driada_widgets.core.sources.numeric_objects import to_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress
    from driada_widgets.core.request.plan import LoadPlan

__all__ = ["Values", "scan", "take"]

BLOCK_BYTES = 1 << 21  # measured: below 1 MiB the calls cost more, above 4 MiB the cache is left
TURNED_TILE = (64, 1024)  # cells x frames of a tile when the source is stored frames first
N_THREADS = 2
MIN_BYTES_FOR_THREADS = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The arrays of a plan, ready to be looked at and built from.

    Parameters
    ----------
    arrays
        By name in the file: cells or components first, native byte order, numbers, read-only.
    calcium_range
        Smallest and largest value of each row of calcium, shape ``(n_cells, 2)``; NaN where the
        row holds NaN.
    changes
        By name: what was changed, in words.
    issues
        Arrays that do not hold numbers.
    """

    arrays: Mapping[str, NDArray[np.generic]]
    calcium_range: NDArray[np.float64]
    changes: Mapping[str, str] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()


def take(
    arrays: Mapping[str, NDArray[np.generic]],
    plan: LoadPlan,
    *,
    copy: bool = False,
    progress: Progress | None = None,
) -> Values:
    """Turn, convert and measure the arrays of a plan.

    Parameters
    ----------
    arrays
        By name in the file, as stored.
    plan
        Says which arrays are what.
    copy
        True if the arrays belong to someone else: each is then copied, once.
    progress
        Told about each block; asked whether to stop.

    Returns
    -------
    Values
        Without calcium if it does not hold numbers; then an issue says so.
    """
    taken: dict[str, NDArray[np.generic]] = {}
    changes: dict[str, str] = {}
    issues = []
    ranges = np.empty((0, 2))
    for item in plan.arrays:
        if item.role in ("unused", "metadata", "sync_info"):
            continue
        array = np.asarray(arrays[item.name])
        try:
            ready, change = _as_numbers(array, item.name)
        except LoaderError as error:
            text = str(error)
            issues.append(Issue(id="not-numbers", field=item.name, text=text, error=type(error)))
            continue
        if item.transpose and ready.ndim == 2:
            ready = ready.T
            change = _join(change, "transposed")
        if item.role == "calcium":
            owned = not copy or not np.may_share_memory(ready, array)
            kept, ranges = scan(ready, copy=not owned, progress=progress)
        else:
            kept = _kept(ready, array, copy=copy)
        taken[item.name] = _frozen(kept)
        if change:
            changes[item.name] = change
    return Values(arrays=taken, calcium_range=ranges, changes=changes, issues=tuple(issues))


def scan(
    source: NDArray[np.generic], *, copy: bool, progress: Progress | None = None
) -> tuple[NDArray[np.generic], NDArray[np.float64]]:
    """Find the range of each row, and copy the rows on the way if that is wanted or needed.

    Parameters
    ----------
    source
        Shape ``(n_cells, n_frames)``, numbers.
    copy
        True for a copy; an array that is not contiguous is copied anyway.
    progress
        Told about each block; asked whether to stop.

    Returns
    -------
    rows
        ``source`` itself, or its contiguous copy.
    ranges
        Smallest and largest value of each row, shape ``(n_cells, 2)``.
    """
    target = source
    if copy or not source.flags.c_contiguous:
        target = np.empty(source.shape, dtype=source.dtype)
    ranges = np.empty((source.shape[0], 2), dtype=np.float64)

    def work(rows: slice) -> None:
        _scan_rows(source[rows], target[rows], ranges[rows], copies=target is not source)

    blocks = list(_row_blocks(source))
    if progress is not None:
        progress.begin("Reading calcium", total=len(blocks))
    if source.nbytes < MIN_BYTES_FOR_THREADS:
        for rows in blocks:
            work(rows)
            _advance(progress)
        return target, ranges
    with ThreadPoolExecutor(N_THREADS) as pool:
        try:
            for _ in pool.map(work, blocks):
                _advance(progress)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return target, ranges


def _scan_rows(
    source: NDArray[Any], target: NDArray[Any], ranges: NDArray[np.float64], *, copies: bool
) -> None:
    for start, columns in enumerate(_column_tiles(source)):
        piece = source[:, columns]
        if copies:
            target[:, columns] = piece
            piece = target[:, columns]
        low, high = piece.min(axis=1), piece.max(axis=1)
        if start == 0:
            ranges[:, 0], ranges[:, 1] = low, high
        else:
            np.minimum(ranges[:, 0], low, out=ranges[:, 0])
            np.maximum(ranges[:, 1], high, out=ranges[:, 1])


def _row_blocks(source: NDArray[np.generic]) -> Iterator[slice]:
    n_rows, n_columns = source.shape
    if source.flags.c_contiguous:
        step = max(1, BLOCK_BYTES // max(1, n_columns * source.itemsize))
    else:
        step = TURNED_TILE[0]
    return (slice(start, start + step) for start in range(0, n_rows, step))


def _column_tiles(source: NDArray[np.generic]) -> Iterator[slice]:
    n_columns = source.shape[1]
    turned = not source.flags.c_contiguous and source.strides[0] < source.strides[1]
    step = TURNED_TILE[1] if turned else max(1, BLOCK_BYTES // source.itemsize)
    return (slice(start, start + step) for start in range(0, n_columns, step))


def _advance(progress: Progress | None) -> None:
    if progress is not None:
        progress.advance()


def _as_numbers(array: NDArray[Any], name: str) -> tuple[NDArray[Any], str]:
    """Give native real numbers, without a copy where the bytes already are."""
    dtype = array.dtype
    if dtype.hasobject:
        numbers = to_numbers(array, name=name)
        return numbers, f"Python numbers stored as {numbers.dtype}"
    if dtype.kind == "b":
        return array, "true and false count as 1 and 0"
    if dtype.kind not in "iuf":
        msg = f"{name!r} does not hold numbers but {dtype}."
        raise DataTypeError(msg, where=name, found=str(dtype), expected="numbers")
    if dtype.kind == "f" and dtype.itemsize > 8:
        return array.astype(np.float64), f"{dtype} stored as float64"
    if not dtype.isnative:
        native = dtype.newbyteorder("=")
        return array.astype(native), f"{dtype.str} stored as {native.str}"
    return array, ""


def _kept(ready: NDArray[Any], given: NDArray[Any], *, copy: bool) -> NDArray[Any]:
    contiguous = np.ascontiguousarray(ready)
    if copy and np.may_share_memory(contiguous, given):
        return contiguous.copy()
    return contiguous


def _frozen(array: NDArray[np.generic]) -> NDArray[np.generic]:
    view = array.view()
    view.flags.writeable = False
    return view


def _join(first: str, second: str) -> str:
    return f"{first}; {second}" if first else second

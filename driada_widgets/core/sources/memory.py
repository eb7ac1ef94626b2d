"""Arrays that are already in memory, seen as a source: an inventory, and copies to build from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import DataShapeError, DataTypeError
from driada_widgets.core.report import Note
from driada_widgets.core.sources.base import ArrayInfo, Inventory
from driada_widgets.core.sources.names import check_names
from driada_widgets.core.sources.npy_values import to_native
from driada_widgets.core.sources.numeric_objects import PER_CELL_NAMES, to_numbers
from driada_widgets.core.sources.values import (
    METADATA_NAMES,
    N_SHOWN,
    collect_metadata,
    parse_metadata,
    plain_value,
    show_values,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

__all__ = ["arrays_of", "inventory_of"]

_NOT_AN_ARRAY = np.dtype("V0")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One entry as an array, or why it is none."""

    array: NDArray[Any] | None = None
    problem: DataShapeError | DataTypeError | None = None
    notes: tuple[Note, ...] = ()


def inventory_of(data: Mapping[str, Any]) -> Inventory:
    """List what a dictionary of arrays holds; nothing is copied, nothing is changed.

    Parameters
    ----------
    data
        Arrays, lists, scalars or any other objects by name.

    Returns
    -------
    Inventory
        In the order of ``data``. Of arrays of objects, those that have to be numbers are shown as
        the numbers they will be read as.

    Raises
    ------
    TypeError
        If a name is not text.
    """
    _check_keys(data)
    seen = {name: _see(name, value) for name, value in data.items()}
    stored = {name: _contents(data[name]) for name in METADATA_NAMES if name in data}
    metadata, notes = collect_metadata(stored)
    arrays = tuple(_describe(name, item, stored) for name, item in seen.items())
    return Inventory(
        format="memory",
        path=None,
        n_bytes=sum(info.n_bytes for info in arrays),
        arrays=arrays,
        metadata=metadata,
        notes=(*(note for item in seen.values() for note in item.notes), *notes),
    )


def arrays_of(
    data: Mapping[str, Any], names: Iterable[str] | None = None, *, copy: bool = True
) -> dict[str, NDArray[Any]]:
    """Give entries of a dictionary as arrays that the caller's changes do not reach.

    Parameters
    ----------
    data
        Arrays, lists, scalars or any other objects by name.
    names
        Which of them, in the order of the result; ``None``: all.
    copy
        False gives read-only views where no conversion is needed.

    Returns
    -------
    dict
        In the machine's byte order; copies are C-contiguous. Masked values are NaN.

    Raises
    ------
    ParameterError
        If a name is not in ``data``.
    DataTypeError
        If an array of objects is asked for that does not hold numbers only; names the cell.
    DataShapeError
        If rows of a nested list differ in length.
    """
    _check_keys(data)
    names = tuple(data if names is None else names)
    check_names(names, tuple(data), where="the data")
    return {name: _to_array(name, data[name], copy=copy) for name in names}


def _check_keys(data: Mapping[Any, Any]) -> None:
    for key in data:
        if not isinstance(key, str):
            msg = f"names in data must be str; got {key!r} ({type(key).__name__})"
            raise TypeError(msg)


def _see(name: str, value: Any) -> _Seen:
    to_dense = getattr(value, "toarray", None)
    if callable(to_dense):  # a sparse matrix of SciPy, which NumPy would take for one object
        value = to_dense()
    if isinstance(value, np.ma.MaskedArray):
        return _see_masked(name, value)
    try:
        array = np.asarray(value)
    except ValueError as error:
        msg = f"{name!r} cannot be an array: its rows differ in length ({error})."
        return _Seen(problem=DataShapeError(msg, where=name))
    if array.dtype.hasobject and array.ndim > 0 and name.lower() in PER_CELL_NAMES:
        try:
            return _Seen(array=to_numbers(array, name=name))
        except DataTypeError as error:
            return _Seen(array=array, problem=error)
    return _Seen(array=array)


def _see_masked(name: str, value: np.ma.MaskedArray[Any, Any]) -> _Seen:
    mask = np.ma.getmaskarray(value)
    n_masked = int(np.count_nonzero(mask))
    if n_masked == 0 or value.dtype.kind not in "biuf":
        return _Seen(array=np.asarray(value.data))
    dtype = value.dtype if value.dtype.kind == "f" else np.dtype(np.float64)
    array = np.array(value.data, dtype)
    array[mask] = np.nan
    text = f"{n_masked} masked values of {name!r} are taken as missing (NaN)."
    note = Note(id="masked-values", level="warning", subject=name, text=text)
    return _Seen(array=array, notes=(note,))


def _contents(value: Any) -> Any:
    """Give stored metadata: the object itself, out of a 0-d array, or read from JSON text."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    return parse_metadata(value)


def _describe(name: str, seen: _Seen, stored: Mapping[str, Any]) -> ArrayInfo:
    problem = None if seen.problem is None else str(seen.problem)
    error = None if seen.problem is None else type(seen.problem)
    array = seen.array
    if array is None:
        return ArrayInfo(name=name, shape=(), dtype=_NOT_AN_ARRAY, problem=problem, error=error)
    shown = "" if array.dtype.hasobject else show_values(_first(array), array.size)
    return ArrayInfo(
        name=name,
        shape=array.shape,
        dtype=array.dtype,
        first_values=shown,
        value=stored[name] if name in stored else plain_value(array),
        problem=problem,
        error=error,
    )


def _first(array: NDArray[Any]) -> NDArray[Any]:
    """Give the first values in reading order without a copy of the rest."""
    if array.ndim == 0:
        return array.reshape(1)
    while array.ndim > 1:
        array = array[0] if len(array) else array.reshape(-1)
    return array[: N_SHOWN + 1]


def _to_array(name: str, value: Any, *, copy: bool) -> NDArray[Any]:
    if name in METADATA_NAMES:
        box = np.empty((), dtype=object)
        box[()] = _contents(value)
        return box
    seen = _see(name, value)
    if seen.problem is not None:
        raise seen.problem
    # Without a problem there is an array.
    array = np.asarray(seen.array)
    if array.dtype.hasobject:
        return to_numbers(array, name=name)
    if not array.dtype.isnative:
        return to_native(array.copy())
    if copy:
        return np.array(array, order="C")
    view = array.view()
    view.flags.writeable = False
    return view

"""Turn an array of objects into numbers if all of them are, or name the first that is not."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.errors import DataTypeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PER_CELL_NAMES", "to_numbers"]

PER_CELL_NAMES = frozenset(
    {
        "calcium",
        "activations",
        "neural_data",
        "activity",
        "rates",
        "spikes",
        "asp",
        "reconstructions",
    }
)
"""Arrays that have to be numbers, in any case. Other arrays of objects are no features at all."""

_N_SHOWN = 40


def to_numbers(array: NDArray[np.object_], *, name: str) -> NDArray[Any]:
    """Convert an array of objects.

    Parameters
    ----------
    array
        Any shape, dtype object.
    name
        Name of the array, for the message.

    Returns
    -------
    array
        Same shape; bool if all items are, else int64 if all are integers that fit, else float64.

    Raises
    ------
    DataTypeError
        If an item is not a real number; names the first such cell.
    """
    items = array.reshape(-1).tolist()
    # Types are few where items are many.
    if any(not _is_number_type(kind) for kind in set(map(type, items))):
        raise _bad_item(array, items, name)
    try:
        numbers = np.array(items)
        if numbers.dtype.kind not in "bif":
            numbers = np.array([float(item) for item in items])
    except OverflowError as error:
        msg = f"{name!r} holds a number that is too large for a float64."
        raise DataTypeError(msg, where=name) from error
    return numbers.reshape(array.shape)


def _is_number_type(kind: type) -> bool:
    return issubclass(kind, Real | np.bool_)


def _bad_item(array: NDArray[np.object_], items: list[Any], name: str) -> DataTypeError:
    at = next(at for at, item in enumerate(items) if not _is_number_type(type(item)))
    cell = tuple(int(index) for index in np.unravel_index(at, array.shape))
    item = items[at]
    shown = f"an array of shape {item.shape}" if isinstance(item, np.ndarray) else repr(item)
    shown = shown if len(shown) <= _N_SHOWN else f"{shown[:_N_SHOWN]}…"
    index = ", ".join(map(str, cell))
    msg = (
        f"{name!r} does not hold numbers only: {name}[{index}] is {shown}. "
        "Give every cell a number (NaN where there is none)."
    )
    return DataTypeError(msg, where=name, found=shown, expected="numbers")

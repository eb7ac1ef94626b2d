"""Gate 3: turn stand-ins into arrays and plain values, without amplification.

A pickle can name one array a million times, or nest lists so that they unfold beyond any memory.
So what is handed out is counted: array bytes and long texts together are never more than the file
has, and plain values have a number and a depth.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np

from driada_widgets.core.errors import CorruptFileError, UnsafeContentError
from driada_widgets.core.safe_pickle.standins import ArrayStub, DtypeStub, LatinBytes, ScalarStub

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from driada_widgets.core.safe_pickle.limits import Limits

__all__ = ["Extractor", "can_hold"]

_NUMERIC: Final = re.compile(r"b1|[iu][1248]|f[248]|c(?:8|16)")
_TEXTUAL: Final = re.compile(r"[US][0-9]{1,6}")
_MAX_LEFT_OUT = 100
_MAX_PLACE = 80
_SHORT_TEXT = 64  # shorter ones are bounded by the number of plain values


def can_hold(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of this dtype are taken out of pickles."""
    return _NUMERIC.fullmatch(f"{dtype.kind}{dtype.itemsize}") is not None


class Extractor:
    """Hand out what an opened pickle holds, within the limits of one file.

    Parameters
    ----------
    n_bytes
        Size of the pickle; no more is handed out.
    limits
        How many plain values, and how deep.
    where
        Name of the file, for messages.

    Attributes
    ----------
    left_out
        Parts of the metadata that are neither plain values nor numeric arrays, by name; the first
        hundred.
    """

    def __init__(self, *, n_bytes: int, limits: Limits, where: str) -> None:
        self.left_out: list[str] = []
        self.where = where
        self._bytes_left = n_bytes
        self._items_left = limits.max_items
        self._max_depth = limits.max_depth
        self._path: list[Any] = []

    def array(self, value: object, what: str) -> NDArray[np.generic]:
        """Give a numeric array, read-only and without a copy where that is possible.

        Parameters
        ----------
        value
            A stand-in of an array.
        what
            Its name, for messages.

        Raises
        ------
        CorruptFileError
            If it is no array, or its shape and dtype do not fit its bytes.
        UnsafeContentError
            If it holds Python objects, or more was asked for than the file has.
        """
        if not isinstance(value, ArrayStub) or value.dtype is None:
            self._corrupt(f"{what!r} is not an array but {_kind(value)}")
        if isinstance(value.data, list):
            self._unsafe(f"the array {what!r} holds Python objects")
        dtype = self._dtype(value.dtype, what, _NUMERIC)
        return self._rebuild(value.data, dtype, value.shape, what, fortran=value.fortran)

    def plain(self, value: object, what: str) -> Any:
        """Give plain values: ``None``, numbers, text, lists, and dictionaries with text as keys.

        Numeric arrays become lists and NumPy numbers Python numbers. Anything else is left out of
        the list or dictionary that it is in, and noted in ``left_out``.

        Parameters
        ----------
        value
            Stand-ins, lists, dictionaries and numbers.
        what
            Their name, for messages.

        Raises
        ------
        UnsafeContentError
            If there are too many values, or they are nested too deep.
        """
        self._path = [what]
        result = self._plain(value)
        return None if result is _NOT_PLAIN else result

    # Plain values. The path to the present one is put into words only where it is needed.

    def _plain(self, value: object) -> Any:
        self._count_items(1)
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            self._count_bytes(len(value) if len(value) > _SHORT_TEXT else 0)
            return value
        if len(self._path) - 1 > self._max_depth:
            self._unsafe(f"{self._place()!r} is nested more than {self._max_depth} deep")
        if isinstance(value, dict):
            return self._plain_dictionary(value)
        if isinstance(value, list | tuple):
            return self._plain_list(value)
        return self._plain_numpy(value)

    def _plain_dictionary(self, value: dict[Any, Any]) -> dict[str, Any]:
        result = {}
        for key, item in value.items():
            self._path.append(key)
            if isinstance(key, str | int | float):
                plain = self._plain(item)
                if plain is not _NOT_PLAIN:
                    result[str(key)] = plain
            else:
                self._leave_out()
            self._path.pop()
        return result

    def _plain_list(self, value: list[Any] | tuple[Any, ...]) -> list[Any]:
        result = []
        for index, item in enumerate(value):
            self._path.append(index)
            plain = self._plain(item)
            if plain is not _NOT_PLAIN:
                result.append(plain)
            self._path.pop()
        return result

    def _plain_numpy(self, value: object) -> Any:
        if isinstance(value, ScalarStub):
            return self._number(value)
        if isinstance(value, ArrayStub) and value.dtype is not None:
            if isinstance(value.data, list):
                return self._plain_list(value.data)
            if _NUMERIC.fullmatch(value.dtype.code) and value.dtype.code[0] != "c":
                array = self.array(value, self._place())
                self._count_items(array.size)
                return array.tolist()
        return self._leave_out()

    def _number(self, value: ScalarStub) -> Any:
        if not (_NUMERIC.fullmatch(value.dtype.code) or _TEXTUAL.fullmatch(value.dtype.code)):
            return self._leave_out()
        dtype = self._dtype(value.dtype, "", None)
        number = self._rebuild(value.data, dtype, (), self._place(), fortran=False)
        try:
            plain = number.item()
        except ValueError:  # text with code points that do not exist
            return self._leave_out()
        return plain if isinstance(plain, bool | int | float | str) else self._leave_out()

    def _leave_out(self) -> object:
        if len(self.left_out) < _MAX_LEFT_OUT:
            self.left_out.append(self._place())
        return _NOT_PLAIN

    def _place(self) -> str:
        """Say where the present value is: ``metadata['units'][3]``."""
        what, *keys = self._path
        steps = (f"[{key!r:.40}]" if isinstance(key, str | int) else "[...]" for key in keys)
        return f"{what}{''.join(steps)}"[:_MAX_PLACE]

    # Arrays.

    def _dtype(self, stub: DtypeStub, what: str, pattern: re.Pattern[str] | None) -> np.dtype[Any]:
        if pattern is not None and not pattern.fullmatch(stub.code):
            self._unsafe(f"the array {what!r} has the dtype {stub.code!r}, which is not a number")
        return np.dtype(stub.code).newbyteorder(">" if stub.byte_order == ">" else "<")

    def _rebuild(
        self,
        data: bytes | bytearray | LatinBytes,
        dtype: np.dtype[Any],
        shape: tuple[int, ...],
        what: str,
        *,
        fortran: bool,
    ) -> NDArray[np.generic]:
        needed = math.prod(shape) * dtype.itemsize
        if len(data) != needed:
            self._corrupt(
                f"the array {what!r} of shape {shape} and dtype {dtype} needs {needed} bytes and "
                f"has {len(data)}"
            )
        self._count_bytes(needed)
        if not needed:
            self._check_empty(shape, what)
            return np.empty(shape, dtype)
        array: NDArray[np.generic] = np.ndarray(
            shape, dtype, buffer=self._encoded(data, what), order="F" if fortran else "C"
        )
        if dtype.kind == "b":
            # A byte other than 0 or 1 would be neither True nor False to NumPy.
            array = np.asarray(array.view(np.uint8) != 0)
        array.flags.writeable = False
        return array

    def _check_empty(self, shape: tuple[int, ...], what: str) -> None:
        if math.prod(size for size in shape if size) > np.iinfo(np.intp).max // 64:
            self._corrupt(f"the empty array {what!r} has the shape {shape}")

    def _encoded(self, data: bytes | bytearray | LatinBytes, what: str) -> bytes | bytearray:
        if not isinstance(data, LatinBytes):
            return data
        try:
            return data.text.encode("latin-1")
        except UnicodeEncodeError:
            self._corrupt(f"the bytes of the array {what!r} are not bytes")

    # Budgets.

    def _count_bytes(self, number: int) -> None:
        self._bytes_left -= number
        if self._bytes_left < 0:
            self._unsafe("it names the same data over and over: it would grow when it is read")

    def _count_items(self, number: int) -> None:
        self._items_left -= number
        if self._items_left < 0:
            self._unsafe("its metadata unfold to more values than any experiment has")

    # What can be wrong.

    def _corrupt(self, what: str) -> NoReturn:
        msg = f"{self.where} contradicts itself: {what}. Make it again from the data."
        raise CorruptFileError(msg, where=self.where, found=what)

    def _unsafe(self, what: str) -> NoReturn:
        msg = f"{self.where} was not opened: {what}. Ask whoever made the file for the data as NPZ."
        raise UnsafeContentError(msg, where=self.where, found=what, fix="ask for the data as NPZ")


_NOT_PLAIN: Final = object()


def _kind(value: object) -> str:
    return getattr(value, "label", None) or type(value).__name__

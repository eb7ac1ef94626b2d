"""Inert stand-ins: what the names inside a pickle become, so that nothing is imported for it.

They check the shape of what they are given and keep it; they compute nothing, and turn into arrays
and plain values only through ``extract``.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, Self

from driada_widgets.core.errors import CorruptFileError, UnsafeContentError

__all__ = [
    "ArrayStub",
    "DtypeStub",
    "EventStub",
    "ExperimentStub",
    "LatinBytes",
    "MultiSeriesStub",
    "NeuronStub",
    "Opaque",
    "OwnExperimentStub",
    "RidgeStub",
    "ScalarStub",
    "SeriesStub",
    "StandIn",
    "TypeStub",
    "array_from_buffer",
    "empty_array",
    "latin_bytes",
    "opaque",
    "scalar",
]

_MAX_DIMENSIONS = 32


def _refuse(what: str) -> NoReturn:
    msg = f"It contradicts itself: {what}. Make it again from the data."
    raise CorruptFileError(msg, found=what)


class StandIn:
    """An object of the file: its class by name, its state as a dictionary, and no behaviour."""

    __slots__ = ("_fields",)
    label: ClassVar[str] = "object"
    _fields: dict[str, Any] | None

    def __new__(cls, *args: object) -> Self:
        """Make an object without state; no class of ours takes arguments."""
        if args:
            msg = f"It makes a {cls.label} from arguments, which no experiment does."
            raise UnsafeContentError(msg, found=cls.label)
        self = object.__new__(cls)
        self._fields = None
        return self

    def __setstate__(self, state: object) -> None:
        """Take the state, once, if it is a dictionary with names as keys."""
        if self._fields is not None:
            _refuse(f"a {self.label} has two states")
        if type(state) is not dict or not all(type(key) is str for key in state):
            _refuse(f"the state of a {self.label} is not a dictionary of names")
        self._fields = state

    @property
    def fields(self) -> dict[str, Any]:
        """Attributes by name."""
        return self._fields if self._fields is not None else {}


class ExperimentStub(StandIn):
    """An experiment of driada."""

    __slots__ = ()
    label = "driada experiment"


class OwnExperimentStub(StandIn):
    """An experiment that this package wrote."""

    __slots__ = ()
    label = "driada_widgets experiment"


class NeuronStub(StandIn):
    """One cell of a driada experiment."""

    __slots__ = ()
    label = "neuron"


class SeriesStub(StandIn):
    """A one-dimensional series of driada."""

    __slots__ = ()
    label = "time series"


class MultiSeriesStub(StandIn):
    """A multi-dimensional series of driada."""

    __slots__ = ()
    label = "multi-dimensional time series"


class TypeStub(StandIn):
    """The type record of a series."""

    __slots__ = ()
    label = "time series type"


class EventStub(StandIn):
    """An event that driada found by threshold."""

    __slots__ = ()
    label = "event"


class RidgeStub(StandIn):
    """A wavelet ridge of driada, as plain data."""

    __slots__ = ()
    label = "wavelet ridge"


class Opaque(StandIn):
    """Something that experiments carry and that is never read: a scaler, a search tree."""

    __slots__ = ()
    label = "cached helper"

    def __setstate__(self, state: object) -> None:
        """Forget the state, whatever it is."""


def opaque(*_arguments: object) -> Opaque:
    """Stand in for a function that makes something which is never read."""
    return Opaque()


class LatinBytes:
    """Bytes that protocol 2 writes as text; turned into bytes only when they are handed out.

    Encoding at once would let a file name one long text a thousand times and get it copied each
    time.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __len__(self) -> int:
        return len(self.text)


def latin_bytes(text: object, encoding: object) -> LatinBytes:
    """Stand in for ``_codecs.encode``, with the one encoding that pickle uses."""
    if type(text) is not str or encoding not in ("latin1", "latin-1"):
        _refuse("text is encoded in a way that pickle does not use")
    return LatinBytes(text)


class DtypeStub:
    """The dtype of an array or number, as its code and byte order; checked when it is used."""

    __slots__ = ("byte_order", "code", "item_size")

    def __init__(self, code: object, _align: object = False, _copy: object = True) -> None:
        if type(code) is not str or len(code) > 16:
            _refuse("a dtype is not a short code")
        self.code = code
        self.byte_order = "="
        self.item_size = -1

    def __setstate__(self, state: object) -> None:
        """Take byte order and item size; the rest describes records, which are never read."""
        if type(state) is not tuple or not 8 <= len(state) <= 9 or type(state[1]) is not str:
            _refuse("the state of a dtype has another form")
        self.byte_order = state[1]
        self.item_size = state[5] if type(state[5]) is int else -1


class ScalarStub:
    """One NumPy number: dtype and bytes."""

    __slots__ = ("data", "dtype")
    label: ClassVar[str] = "number"

    def __init__(self, dtype: DtypeStub, data: bytes | LatinBytes) -> None:
        self.dtype = dtype
        self.data = data


def scalar(dtype: object, data: object) -> ScalarStub:
    """Stand in for NumPy's maker of numbers."""
    if not isinstance(dtype, DtypeStub) or not isinstance(data, bytes | LatinBytes):
        _refuse("a number is not a dtype and bytes")
    return ScalarStub(dtype, data)


class ArrayStub:
    """An array as the file tells it; whether its size fits its bytes is checked in ``extract``."""

    __slots__ = ("data", "dtype", "fortran", "shape")
    label: ClassVar[str] = "array"
    shape: tuple[int, ...]
    dtype: DtypeStub | None
    fortran: bool
    data: bytes | bytearray | LatinBytes | list[Any]

    def __new__(cls, *args: object) -> Self:
        """Make an array without state."""
        if args:
            _refuse("an array is made from arguments")
        self = object.__new__(cls)
        self.shape = ()
        self.dtype = None
        self.fortran = False
        self.data = b""
        return self

    def __setstate__(self, state: object) -> None:
        """Take version, shape, dtype, order and bytes, once."""
        if type(state) is not tuple or len(state) != 5:
            _refuse("the state of an array has another form")
        _, shape, dtype, fortran, data = state
        self.fill(shape, dtype, data, fortran=bool(fortran))

    def fill(self, shape: object, dtype: object, data: object, *, fortran: bool) -> None:
        """Take the parts of an array, once."""
        if self.dtype is not None:
            _refuse("an array has two states")
        if not isinstance(dtype, DtypeStub):
            _refuse("an array has no dtype")
        if not isinstance(data, bytes | bytearray | LatinBytes | list):
            _refuse("an array is not made of bytes")
        self.shape, self.dtype, self.data, self.fortran = _shape(shape), dtype, data, fortran


def _shape(value: object) -> tuple[int, ...]:
    if type(value) is int:
        value = (value,)
    if type(value) is not tuple or len(value) > _MAX_DIMENSIONS:
        _refuse("the shape of an array is not a tuple of sizes")
    if not all(type(size) is int and size >= 0 for size in value):
        _refuse("the shape of an array is not made of sizes")
    return value


def empty_array(_class: object, _shape: object, _code: object) -> ArrayStub:
    """Stand in for NumPy's ``_reconstruct``, which makes an array to be filled."""
    return ArrayStub()


def array_from_buffer(data: object, dtype: object, shape: object, order: object) -> ArrayStub:
    """Stand in for NumPy's ``_frombuffer``, which protocol 5 uses."""
    array = ArrayStub()
    array.fill(shape, dtype, data, fortran=order == "F")
    return array

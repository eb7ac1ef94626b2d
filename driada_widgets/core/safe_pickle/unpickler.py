"""Gate 2: run the pickle machine with inert stand-ins in place of everything it would import."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any, NoReturn

from driada_widgets.core.errors import CorruptFileError, DataFileError, UnsafeContentError
from driada_widgets.core.safe_pickle.content import ViewReader
from driada_widgets.core.safe_pickle.names import ALLOWED

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["unpickle"]

_BUFFER = 1 << 17

# What the machine and the stand-ins raise when instructions or arguments do not fit together.
_MISFITS = (
    pickle.UnpicklingError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)


class _InertUnpickler(pickle.Unpickler):
    """The pickle machine of Python, cut off from its imports."""

    def find_class(self, module: str, name: str, /) -> Callable[..., Any]:
        """Give the stand-in of an allowed name; import nothing."""
        stand_in = ALLOWED.get((module, name))
        if stand_in is None:
            msg = f"It mentions {module}.{name}, which no experiment needs."
            raise UnsafeContentError(msg, found=f"{module}.{name}")
        return stand_in

    def persistent_load(self, _identifier: object, /) -> NoReturn:
        """Refuse what lies outside the file."""
        msg = "It refers to something outside the file, which no experiment needs."
        raise UnsafeContentError(msg)


def unpickle(view: memoryview, where: str) -> object:
    """Build the stand-ins of a pickle that gate 1 let through.

    Parameters
    ----------
    view
        The pickle.
    where
        Name of the file, for messages.

    Raises
    ------
    UnsafeContentError
        If it mentions a name that is not allowed.
    CorruptFileError
        If it cannot be put together.
    """
    reader = io.BufferedReader(ViewReader(view), _BUFFER)
    try:
        return _InertUnpickler(reader).load()
    except DataFileError as error:
        msg = f"{where} was not opened. {error}"
        raise type(error)(msg, where=where, found=error.found, fix=error.fix) from error
    except _MISFITS as error:
        why = str(error) or type(error).__name__
        msg = f"{where} is damaged: {why}. Make it again from the data."
        raise CorruptFileError(msg, where=where, found=why) from error

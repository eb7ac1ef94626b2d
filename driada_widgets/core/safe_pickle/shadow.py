"""The shadow of the pickle machine that gate 1 runs: sizes and names only, no values.

A value on its stack or in its memo is the number of values that it would unfold to, its text (for
what may become a name), or a name. So names put together from memoised text are seen too, and what
would make the real machine allocate, recurse or hash without end is refused before that runs.
"""

from __future__ import annotations

import pickle
from functools import partial
from typing import TYPE_CHECKING, Final, NoReturn

from driada_widgets.core.errors import CorruptFileError, TruncatedFileError, UnsafeContentError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ShadowMachine"]

_MAX_NAME = 255
_MAX_NAMES = 1000
_MAX_KEY_INTEGER = 9  # bytes of any 64-bit integer; larger ones can be made to collide as keys
_MAX_KEY = 64  # values that a key may unfold to: a tuple is hashed anew each time it is used
_MAX_TUPLE = 1_000_000
_ABSURD = 1 << 40

# Instructions that push one value: bytes of their argument.
_FIXED: Final = {
    pickle.NONE: 0,
    pickle.NEWTRUE: 0,
    pickle.NEWFALSE: 0,
    pickle.EMPTY_DICT: 0,
    pickle.EMPTY_LIST: 0,
    pickle.EMPTY_TUPLE: 0,
    pickle.BININT1: 1,
    pickle.BININT2: 2,
    pickle.BININT: 4,
    pickle.BINFLOAT: 8,
}
# Instructions whose argument has a length in front: bytes of that length.
_COUNTED: Final = {
    pickle.SHORT_BINBYTES: 1,
    pickle.BINBYTES: 4,
    pickle.BINBYTES8: 8,
    pickle.BYTEARRAY8: 8,
}
_TEXT: Final = {pickle.SHORT_BINUNICODE: 1, pickle.BINUNICODE: 4, pickle.BINUNICODE8: 8}
_PUT: Final = {pickle.BINPUT: 1, pickle.LONG_BINPUT: 4}
_GET: Final = {pickle.BINGET: 1, pickle.LONG_BINGET: 4}
_TUPLE: Final = {pickle.TUPLE1: 1, pickle.TUPLE2: 2, pickle.TUPLE3: 3}


class _Name(str):
    """A name on the shadow stack; plain text cannot be taken for it."""

    __slots__ = ()


class ShadowMachine:
    """Follow the instructions of a pickle.

    Parameters
    ----------
    view
        The pickle.
    max_opcodes
        Instructions after which it is refused.
    where
        Name of the file, for messages.
    """

    def __init__(self, view: memoryview, *, max_opcodes: int, where: str) -> None:
        self.n_opcodes = 0
        self.protocol = 0
        self.names: dict[tuple[str, str], None] = {}
        self._view = view
        self._end = len(view)
        self._position = 0
        self._max_opcodes = max_opcodes
        self._where = where
        self._stack: list[int | str] = []
        self._below: list[list[int | str]] = []
        self._memo: dict[int, int | str] = {}
        self._stopped = False

    def run(self) -> None:
        """Follow the instructions to the last one.

        Raises
        ------
        UnsafeContentError
            At an instruction that experiments do not need, or one that asks for too much.
        CorruptFileError, TruncatedFileError
            Where the instructions do not fit together, or end too early.
        """
        try:
            self._follow()
        except (IndexError, KeyError):
            self._corrupt("an instruction takes something that is not there")
        except UnicodeDecodeError:
            self._corrupt("a text is not UTF-8")

    def _follow(self) -> None:
        actions = self._actions()
        view, end, limit = self._view, self._end, self._max_opcodes
        while not self._stopped:
            if self._position >= end:
                self._truncated("its last instruction is missing")
            if self.n_opcodes >= limit:
                self._unsafe(f"it has more than {limit} instructions for {end} bytes")
            code = view[self._position]
            self._position += 1
            self.n_opcodes += 1
            action = actions[code]
            if action is None:
                self._unexpected(code)
            action()
        if self._position != end:
            self._corrupt(f"{end - self._position} bytes follow its end")
        if self._stack or self._below:
            self._corrupt("something is left over at its end")

    def _actions(self) -> list[Callable[[], None] | None]:
        named: dict[bytes, Callable[[], None]] = {
            pickle.PROTO: self._declare_protocol,
            pickle.FRAME: self._frame,
            pickle.STOP: self._stop,
            pickle.LONG1: self._integer,
            pickle.MARK: self._mark,
            pickle.TUPLE: self._tuple_marked,
            pickle.APPEND: self._append,
            pickle.APPENDS: self._appends,
            pickle.SETITEM: self._set_item,
            pickle.SETITEMS: self._set_items,
            pickle.MEMOIZE: self._memoise,
            pickle.GLOBAL: self._name_in_lines,
            pickle.STACK_GLOBAL: self._name_on_stack,
            pickle.NEWOBJ: self._call,
            pickle.REDUCE: self._call,
            pickle.BUILD: self._append,  # like an item, a state goes into what lies below it
        }
        for table, method in (
            (_FIXED, self._fixed),
            (_COUNTED, self._counted),
            (_TEXT, self._text),
            (_PUT, self._put),
            (_GET, self._get),
            (_TUPLE, self._tuple),
        ):
            named.update({code: partial(method, size) for code, size in table.items()})
        actions: list[Callable[[], None] | None] = [None] * 256
        for code, action in named.items():
            actions[code[0]] = action
        return actions

    # What can be wrong.

    def _corrupt(self, what: str) -> NoReturn:
        msg = (
            f"{self._where} is damaged: {what} (at byte {self._position}). "
            "Copy it again, or make it again from the data."
        )
        raise CorruptFileError(msg, where=self._where, found=what, fix="copy it again")

    def _truncated(self, what: str) -> NoReturn:
        msg = f"{self._where} is incomplete: {what}. Copy it again, or make it again from the data."
        raise TruncatedFileError(msg, where=self._where, found=what, fix="copy it again")

    def _unsafe(self, what: str) -> NoReturn:
        msg = (
            f"{self._where} was not opened: {what} (at byte {self._position}), which no experiment "
            "needs. Ask whoever made the file for the data as NPZ."
        )
        raise UnsafeContentError(msg, where=self._where, found=what, fix="ask for the data as NPZ")

    def _unexpected(self, code: int) -> NoReturn:
        from pickletools import opcodes

        names = {ord(opcode.code): opcode.name for opcode in opcodes}
        if code == pickle.INST[0]:
            self._name_in_lines()
        if code in names:
            self._unsafe(f"it uses the pickle instruction {names[code]}")
        self._corrupt(f"there is no pickle instruction {code:#04x}")

    # Arguments in the stream.

    def _number(self, width: int) -> int:
        start = self._skip(width)
        return int.from_bytes(self._view[start : start + width], "little")

    def _skip(self, length: int) -> int:
        start = self._position
        left = self._end - start
        if length > left:
            if length >= _ABSURD:
                self._unsafe(f"it claims {length} bytes in one piece")
            self._truncated(f"{length} bytes are announced and {left} are left")
        self._position = start + length
        return start

    def _line(self) -> str:
        piece = bytes(self._view[self._position : self._position + _MAX_NAME + 1])
        length = piece.find(b"\n")
        if length < 0:
            self._corrupt("a name has no end")
        self._position += length + 1
        return piece[:length].decode()

    # Values.

    def _fixed(self, size: int) -> None:
        if size:
            self._skip(size)
        self._stack.append(1)

    def _counted(self, width: int) -> None:
        self._skip(self._number(width))
        self._stack.append(1)

    def _integer(self) -> None:
        size = self._number(1)
        self._skip(size)
        self._stack.append(1 if size <= _MAX_KEY_INTEGER else _MAX_KEY + 1)

    def _text(self, width: int) -> None:
        length = self._number(width)
        start = self._skip(length)
        if length > _MAX_NAME:
            self._stack.append(1)
        else:
            self._stack.append(str(self._view[start : start + length], "utf-8", "surrogatepass"))

    # Containers.

    def _mark(self) -> None:
        self._below.append(self._stack)
        self._stack = []

    def _above_mark(self) -> list[int | str]:
        items = self._stack
        self._stack = self._below.pop()
        return items

    def _tuple(self, n_items: int) -> None:
        stack = self._stack
        items = stack[-n_items:]
        if len(items) < n_items:
            raise IndexError
        del stack[-n_items:]
        self._push_tuple(items)

    def _tuple_marked(self) -> None:
        self._push_tuple(self._above_mark())

    def _push_tuple(self, items: list[int | str]) -> None:
        size = 1
        for item in items:
            size += item if type(item) is int else 1
        if size > _MAX_TUPLE:
            self._unsafe(f"it nests tuples that unfold to more than {_MAX_TUPLE} values")
        self._stack.append(size)

    def _append(self) -> None:
        self._stack.pop()
        self._receiver()

    def _appends(self) -> None:
        self._above_mark()
        self._receiver()

    def _set_item(self) -> None:
        self._stack.pop()
        self._key(self._stack.pop())
        self._receiver()

    def _set_items(self) -> None:
        items = self._above_mark()
        if len(items) % 2:
            self._corrupt("a dictionary has a key without a value")
        for item in items[::2]:
            self._key(item)
        self._receiver()

    def _key(self, item: int | str) -> None:
        if type(item) is int and item > _MAX_KEY:
            self._unsafe("it uses a large integer or a large or nested tuple as a key")

    def _receiver(self) -> None:
        if type(self._stack[-1]) is _Name:
            self._unsafe(f"it changes {self._stack[-1]} itself")

    # The memo.

    def _put(self, width: int) -> None:
        index = self._number(width)
        if index > self.n_opcodes:
            self._unsafe(f"it stores a value under the number {index}")
        self._memo[index] = self._stack[-1]

    def _memoise(self) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def _get(self, width: int) -> None:
        self._stack.append(self._memo[self._number(width)])

    # Names and calls.

    def _mention(self, module: str, name: str) -> None:
        if len(self.names) >= _MAX_NAMES:
            self._unsafe(f"it mentions more than {_MAX_NAMES} names")
        self.names.setdefault((module, name))
        self._stack.append(_Name(f"{module}.{name}"))

    def _name_in_lines(self) -> None:
        module = self._line()
        self._mention(module, self._line())

    def _name_on_stack(self) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        if type(name) is not str or type(module) is not str:
            self._unsafe("it makes up a name while it is read")
        self._mention(module, name)

    def _call(self) -> None:
        self._stack.pop()
        if type(self._stack.pop()) is not _Name:
            self._unsafe("it calls something that is not a name")
        self._stack.append(1)

    # The frame around them.

    def _declare_protocol(self) -> None:
        protocol = self._number(1)
        if self.n_opcodes != 1 or not 2 <= protocol <= 5:
            self._corrupt(f"it declares protocol {protocol}")
        self.protocol = protocol

    def _frame(self) -> None:
        length = self._number(8)
        self._position = self._skip(length)

    def _stop(self) -> None:
        self._stack.pop()
        self._stopped = True

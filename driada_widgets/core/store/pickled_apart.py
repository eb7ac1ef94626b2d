"""Open a pickle in a process of its own, which may use so much time and memory and no more.

Python's own unpickler is C code. What a stranger's file could do to it happens in a process that
ends with the file: the page of others goes on. It sends back a list of arrays and plain values, and
that is believed no more than the file was.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import threading
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, Literal, NoReturn, cast

import numpy as np

from driada_widgets.core import fresh_python, safe_pickle
from driada_widgets.core.errors import CorruptFileError, LoaderError, UnsafeContentError
from driada_widgets.core.machine import format_bytes, free_memory
from driada_widgets.core.report import Note

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

__all__ = ["APART_VARIABLE", "HEADER", "Caps", "Received", "is_wished", "receive"]

APART_VARIABLE = "DRIADA_WIDGETS_PICKLES"
"""Environment variable: ``apart`` opens every pickle in a process of its own."""
HEADER = struct.Struct("<Q")
"""Bytes of the JSON text that comes first."""
_CHILD = "driada_widgets.core.store.pickled_child"
_MAX_TEXT_BYTES = 256 * 1024 * 1024  # a million plain values, the most that a pickle may hold
_GIB = 1 << 30
_MISFITS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How much the process may use: ``seconds`` of work, and ``memory`` in bytes."""

    seconds: int
    memory: int

    @classmethod
    def of(cls, n_bytes: int) -> Caps:
        """Give what a file of this size may use; the slowest real one needs a tenth of it."""
        # driada's largest (200 MB) takes half a second and three times its size.
        memory = 2 * _GIB + 4 * n_bytes
        free = free_memory()
        return cls(
            seconds=30 + n_bytes // 20_000_000,
            memory=memory if free is None else min(memory, max(free, _GIB)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What the process found; the fields are those of ``OpenedPickle``, taken apart."""

    meta: dict[str, Any]
    arrays: dict[str, NDArray[np.generic]]
    written_by: Literal["driada_widgets", "driada"]
    verified: bool
    notes: tuple[Note, ...]


def is_wished() -> bool:
    """Say whether pickles are to be opened in a process of their own."""
    return os.environ.get(APART_VARIABLE) == "apart"


def receive(path: Path) -> Received:
    """Let a process open a pickle, and take what it found.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    LoaderError
        As ``open_pickle``; ``UnsafeContentError`` if it took too much time or memory.
    """
    caps = Caps.of(path.stat().st_size)
    words = fresh_python.command(_CHILD, str(path.absolute()), str(caps.seconds), str(caps.memory))
    environment = fresh_python.environment() | {"OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as process:
        timer = threading.Timer(2 * caps.seconds, process.kill)  # if it waits and does not work
        timer.start()
        try:
            return _taken(cast("BinaryIO", process.stdout), caps)
        except LoaderError:  # of which most are a ValueError too
            raise
        except (EOFError, *_MISFITS) as error:
            _refuse(path, caps, error)
        finally:
            timer.cancel()
            process.kill()


def _taken(stream: BinaryIO, caps: Caps) -> Received:
    (n_text,) = HEADER.unpack(_exactly(stream, HEADER.size))
    if n_text > _MAX_TEXT_BYTES:
        msg = f"{n_text} bytes of text"
        raise ValueError(msg)
    told = json.loads(_exactly(stream, n_text))
    if "error" in told:
        _raise(told["error"])
    arrays: dict[str, NDArray[np.generic]] = {}
    n_left = caps.memory
    for name, kind, shape in told["arrays"]:
        dtype = np.dtype(str(kind))
        n_bytes = prod(int(n) for n in shape) * dtype.itemsize
        n_left -= n_bytes
        if not safe_pickle.can_hold(dtype) or min(shape, default=0) < 0 or n_left < 0:
            msg = f"an array {dtype} of shape {shape}"
            raise ValueError(msg)
        array = np.empty(shape, dtype)
        _fill(stream, array)
        arrays[str(name)] = array
    return Received(
        meta=dict(told["meta"]),
        arrays=arrays,
        written_by="driada" if told["written_by"] == "driada" else "driada_widgets",
        verified=told["verified"] is True,
        notes=tuple(_note(note) for note in told["notes"]),
    )


def _note(told: Mapping[str, Any]) -> Note:
    return Note(
        id=str(told["id"]),
        level="warning" if told["level"] == "warning" else "info",
        subject=str(told["subject"]),
        text=str(told["text"]),
    )


def _exactly(stream: BinaryIO, n_bytes: int) -> bytes:
    data = stream.read(n_bytes)
    if len(data) < n_bytes:
        raise EOFError
    return data


def _fill(stream: BinaryIO, array: NDArray[np.generic]) -> None:
    rest = array.reshape(-1).view(np.uint8).data
    while rest:
        n_read = stream.readinto(rest)  # type: ignore[attr-defined]  # a pipe has it
        if not n_read:
            raise EOFError
        rest = rest[n_read:]


def _raise(told: Mapping[str, Any]) -> NoReturn:
    """Raise the error that the process met, as it would have been here."""
    kinds = {kind.__name__: kind for kind in _family(LoaderError)}
    kind = kinds.get(str(told["kind"]), CorruptFileError)
    details = {
        name: None if told[name] is None else str(told[name])
        for name in ("where", "found", "expected", "fix")
    }
    raise kind(str(told["message"]), **details)


def _family(kind: type[LoaderError]) -> list[type[LoaderError]]:
    return [kind, *(one for child in kind.__subclasses__() for one in _family(child))]


def _refuse(path: Path, caps: Caps, error: Exception) -> NoReturn:
    msg = (
        f"{path.name} was not opened: the process that read it ended before it was done. It may "
        f"use {caps.seconds} s and {format_bytes(caps.memory)}, which is far more than an "
        "experiment of this size needs. Build the experiment from its data."
    )
    raise UnsafeContentError(msg, where=path.name, fix="build it from the data") from error

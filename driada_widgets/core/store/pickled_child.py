"""The process that opens one pickle for another: ``PATH SECONDS BYTES``.

It writes to its output the length of a JSON text, the text, and the bytes of the arrays that the
text lists, in that order; of a pickle that it refuses, the error as JSON.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from driada_widgets.core.errors import FileTooLargeError, LoaderError
from driada_widgets.core.experiment.parts import to_parts
from driada_widgets.core.machine import format_bytes
from driada_widgets.core.store.pickled import read_here
from driada_widgets.core.store.pickled_apart import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["main"]


def main(path: Path, seconds: int, n_bytes: int, out: BinaryIO) -> None:
    """Open a pickle and write what it holds, within a time and a memory."""
    _limit(seconds, n_bytes)
    try:
        _write(out, *_opened(path))
    except LoaderError as error:
        _write(out, {"error": _told(error)}, [])
    except MemoryError:
        msg = (
            f"{path.name} would need more than {format_bytes(n_bytes)} of memory to open. "
            "Build the experiment from its data."
        )
        _write(out, {"error": _told(FileTooLargeError(msg, where=path.name))}, [])


def _limit(seconds: int, n_bytes: int) -> None:
    """Let the system end this process if it goes too far; Windows has no such limits."""
    with suppress(ImportError):
        import resource

        for limit, value in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, n_bytes)):
            with suppress(OSError, ValueError):  # a lower one that is set already stays
                resource.setrlimit(limit, (value, value))


def _opened(path: Path) -> tuple[dict[str, Any], list[NDArray[np.generic]]]:
    opened = read_here(path)
    meta, arrays = to_parts(opened.experiment.contents)
    told = {
        "meta": meta,
        "written_by": opened.written_by,
        "verified": opened.verified,
        "notes": [
            {"id": note.id, "level": note.level, "subject": note.subject, "text": note.text}
            for note in opened.notes
        ],
        "arrays": [[name, array.dtype.str, array.shape] for name, array in arrays.items()],
    }
    return told, list(arrays.values())


def _told(error: LoaderError) -> dict[str, str | None]:
    details = {name: getattr(error, name) for name in ("where", "found", "expected", "fix")}
    return {"kind": type(error).__name__, "message": error.message, **details}


def _write(out: BinaryIO, told: dict[str, Any], arrays: Iterable[NDArray[np.generic]]) -> None:
    text = json.dumps(told, allow_nan=False).encode()
    out.write(HEADER.pack(len(text)) + text)
    for array in arrays:
        out.write(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    out.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.stdout.buffer)

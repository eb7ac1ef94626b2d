"""Broken and hostile data files, each with the words that a person must read about it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from tests.hostile import ATTACKS
from tests.raw_zip import RawMember, npy_bytes, npy_header, raw_zip
from tests.samples import make_aligned

__all__ = ["HOSTILE_NAMES", "Broken", "write_broken", "write_plain"]

PAGE = (
    "<!doctype html><html><head><title>Google Drive – Quota exceeded</title></head>"
    "<body><img src=x onerror=alert(1)>Too many users have viewed this file.</body></html>"
)
ERROR = json.dumps({"error": {"code": 403, "message": "The download quota is exceeded."}})
HOSTILE_NAMES = ("<img src=x onerror=alert(1)>", "\u202egpj.\u05d0\u05d1", "long" * 50, "a&b;#x")
"""Names that would run, reorder or flood the page if they were not shown as text."""


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A file that cannot be loaded.

    Parameters
    ----------
    path
        Where it is.
    says
        Words that the panel must show.
    where
        When they are shown: as soon as it is chosen, in step Map, or when it is checked.
    """

    path: Path
    says: str
    where: Literal["choose", "map", "check"] = "choose"


class Payload:
    """Makes a folder when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return (os.mkdir, (str(self.marker),))


def write_plain(path: Path, **changes: Any) -> Path:
    """Write the usual small recording under any name."""
    with path.open("wb") as file:
        np.savez(file, **{**make_aligned(), **changes})
    return path


def write_broken(folder: Path, marker: Path) -> tuple[Broken, ...]:
    """Write one file for each way of being broken (rows 1 to 8 of the table of faults).

    Parameters
    ----------
    folder
        Where to.
    marker
        What the code in some of them would create.
    """
    whole = write_plain(folder / "whole.npz").read_bytes()
    flipped = bytearray(whole)
    flipped[5000] ^= 1
    written = (
        (folder / "cut.npz", whole[: len(whole) * 8 // 10], "cut.npz is incomplete"),
        (folder / "empty.npz", b"", "empty.npz is empty (0 bytes)"),
        *(
            (folder / f"page{suffix}", PAGE.encode(), "is a web page, not")
            for suffix in (".npz", ".mat", ".h5", ".nwb", ".csv")
        ),
        (folder / "refusal.npz", ERROR.encode(), "The download quota is exceeded"),
        (folder / "huge.npz", _huge(), "800000000000000 bytes, but 0 are stored"),
        (folder / "header.npz", _long_header(), "header claims 4294967295 bytes"),
        (folder / "many.npz", _many(), "20000 members"),
        (folder / "pickle.npz", ATTACKS[0].make(marker), "is a Python pickle"),
        (folder / "text.npz", b"not an archive at all", "text.npz"),
    )
    for path, content, _ in written:
        path.write_bytes(content)
    (folder / "flipped.npz").write_bytes(flipped)
    (folder / "bomb.npz").write_bytes(_bomb())
    np.savez(
        folder / "objects.npz",
        allow_pickle=True,
        **{**make_aligned(), "labels": np.array([Payload(marker)], dtype=object)},
    )
    later = (
        Broken(path=folder / "flipped.npz", says="array 'calcium'", where="check"),
        Broken(path=folder / "bomb.npz", says="would inflate to 3.2 GB", where="check"),
        Broken(path=folder / "objects.npz", says="holds Python objects; not opened", where="map"),
    )
    return (*(Broken(path=path, says=says) for path, _, says in written), *later)


def _bomb() -> bytes:
    header = npy_header("{'descr': '<f8', 'fortran_order': False, 'shape': (400, 1000000), }")
    bomb = RawMember(
        name="calcium.npy",
        contents=header + bytes(2**20),
        method=8,
        size=len(header) + 3_200_000_000,
    )
    return raw_zip([bomb, RawMember(name="speed.npy", contents=npy_bytes(np.arange(1e6)))])


def _huge() -> bytes:
    text = "{'descr': '<f8', 'fortran_order': False, 'shape': (10000000, 10000000), }"
    return raw_zip([RawMember(name="calcium.npy", contents=npy_header(text))])


def _long_header() -> bytes:
    contents = npy_header("{'descr': '<f8'}", version=2, length=2**32 - 1)
    return raw_zip([RawMember(name="calcium.npy", contents=contents)])


def _many() -> bytes:
    return raw_zip([RawMember(name=f"{i}.npy", contents=b"") for i in range(20_000)])

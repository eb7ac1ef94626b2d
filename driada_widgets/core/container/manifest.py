"""The manifest: canonical JSON, and what it says about each array.

What else it says is its writer's business; `ArrayRecord` is all that the container needs.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.container.checksums import (
    PieceGrid,
    crcs_from_hex,
    hex_of,
    rows_and_items,
)
from driada_widgets.core.container.layout import Member, npy_header

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["ARRAY_ID", "ArrayRecord", "canonical_json", "parse_json", "records_of"]

ARRAY_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")

_DTYPE = re.compile(r"<[iufcU]\d{1,9}|\|[biuS]\d{1,9}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAX_AXES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayRecord:
    """What the manifest says about one array.

    Parameters
    ----------
    id
        Plain ASCII name; its member of the zip is ``{id}.npy``.
    dtype
        Little-endian.
    shape
        C order.
    axes
        Name of each axis.
    sha256
        Hex digest of the raw bytes, without the header.
    zip_crc32
        CRC-32 of the member, header included, as the zip's directory has it.
    grid
        How the bytes are cut into pieces.
    crcs
        CRC-32 of each piece, in the order of the file.
    """

    id: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    axes: tuple[str, ...]
    sha256: str
    zip_crc32: int
    grid: PieceGrid
    crcs: NDArray[np.uint32]

    @property
    def n_bytes(self) -> int:
        """Bytes of the array."""
        return self.grid.n_bytes

    @property
    def member(self) -> Member:
        """The file of the zip that holds the array."""
        return Member(
            name=f"{self.id}.npy",
            header=npy_header(self.dtype, self.shape),
            n_bytes=self.n_bytes,
            crc32=self.zip_crc32,
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the record as the manifest holds it."""
        itemsize = self.dtype.itemsize
        return {
            "dtype": self.dtype.str,
            "shape": list(self.shape),
            "axes": list(self.axes),
            "sha256": self.sha256,
            "zip_crc32": hex_of([self.zip_crc32]),
            "piece": [self.grid.piece_rows, self.grid.piece_bytes // itemsize],
            "crc32": hex_of(self.crcs.tolist()),
        }

    @classmethod
    def from_dict(cls, array_id: str, entry: Mapping[str, Any]) -> ArrayRecord:
        """Read a record, trusting nothing; ``ValueError`` if it contradicts itself."""
        dtype, shape = _dtype_of(entry["dtype"]), _shape_of(entry["shape"])
        n_rows, n_items = rows_and_items(shape)
        rows, items = _shape_of(entry["piece"])
        axes = tuple(str(axis) for axis in entry["axes"])
        crcs = crcs_from_hex(entry["crc32"])
        (zip_crc32,) = crcs_from_hex(entry["zip_crc32"]).tolist()
        if rows < 1 or items < 1 or (rows > 1 and items != n_items):
            msg = f"{array_id!r} has pieces of {rows} rows and {items} items"
            raise ValueError(msg)
        grid = PieceGrid(
            n_rows=n_rows,
            row_bytes=n_items * dtype.itemsize,
            piece_rows=rows,
            piece_bytes=items * dtype.itemsize,
        )
        if len(axes) != len(shape) or len(crcs) != grid.n_pieces:
            msg = f"{array_id!r} of shape {shape} has {len(axes)} axes and {len(crcs)} checksums"
            raise ValueError(msg)
        if not _SHA256.fullmatch(entry["sha256"]):
            msg = f"{array_id!r} has no SHA-256"
            raise ValueError(msg)
        return cls(
            id=array_id,
            dtype=dtype,
            shape=shape,
            axes=axes,
            sha256=entry["sha256"],
            zip_crc32=zip_crc32,
            grid=grid,
            crcs=crcs,
        )


def records_of(manifest: Mapping[str, Any]) -> dict[str, ArrayRecord]:
    """Read the records of all arrays, in the order of the file.

    Raises
    ------
    ValueError, TypeError, KeyError
        If the list of members and the records do not belong together, or a record is wrong.
    """
    ids = [name.removesuffix(".npy") for name in manifest["members"]]
    if len({name.lower() for name in ids}) != len(ids) or set(ids) != set(manifest["arrays"]):
        msg = "its list of members and its arrays differ"
        raise ValueError(msg)
    return {
        name: ArrayRecord.from_dict(_checked_id(name), manifest["arrays"][name]) for name in ids
    }


def canonical_json(value: object) -> bytes:
    """Write JSON in the one form that is hashed: sorted keys, no spaces, ASCII.

    Raises
    ------
    ValueError
        If a number is not finite, for which JSON has no words.
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    return text.encode("ascii")


def parse_json(text: bytes) -> dict[str, Any]:
    """Read an object written by `canonical_json`; ``ValueError`` if it is something else."""
    try:
        value = json.loads(text)
    except RecursionError as error:
        msg = "it is nested too deeply"
        raise ValueError(msg) from error
    if not isinstance(value, dict):
        msg = "it is not a JSON object"
        raise ValueError(msg)
    return value


def _checked_id(name: object) -> str:
    if not isinstance(name, str) or not ARRAY_ID.fullmatch(name):
        msg = f"{name!r} is not a name of ours"
        raise ValueError(msg)
    return name


def _dtype_of(text: object) -> np.dtype[Any]:
    if not isinstance(text, str) or not _DTYPE.fullmatch(text):
        msg = f"{text!r} is not a plain little-endian dtype"
        raise ValueError(msg)
    return np.dtype(text)


def _shape_of(value: Sequence[object]) -> tuple[int, ...]:
    lengths = tuple(length for length in value if isinstance(length, int) and 0 <= length < 2**62)
    if len(lengths) != len(value) or len(lengths) > _MAX_AXES:
        msg = f"{value!r} is not a shape"
        raise ValueError(msg)
    return lengths

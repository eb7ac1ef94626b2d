"""Random damage to a small NPZ gives one of our errors or the same arrays, never anything else."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from driada_widgets.core.errors import DataFileError, DataTypeError
from driada_widgets.core.sources.npz import NpzReader
from tests.properties import examples

ARRAYS: dict[str, NDArray[Any]] = {
    "calcium": np.asfortranarray(np.arange(24.0).reshape(4, 6)),
    "hd": np.arange(6, dtype=">i2"),
    "labels": np.array(["a", "bc"]),
    "fields": np.zeros(2, dtype=[("a", "<i4"), ("b", "<f8")]),
    "_metadata": np.array({"fps": 10.0, "names": ["x", "y"]}, dtype=object),
}


def _archive(*, is_compressed: bool) -> bytes:
    file = io.BytesIO()
    write = np.savez_compressed if is_compressed else np.savez
    write(file, allow_pickle=True, **ARRAYS)
    return file.getvalue()


WHOLE = {kind: _archive(is_compressed=kind == "deflated") for kind in ("stored", "deflated")}

_edit = st.tuples(
    st.sampled_from(["flip", "set", "insert", "delete", "copy"]),
    st.integers(0, 2**16),
    st.integers(0, 255),
    st.binary(min_size=1, max_size=8),
)


def _damage(content: bytes, edits: list[tuple[str, int, int, bytes]]) -> bytes:
    damaged = bytearray(content)
    for kind, place, value, piece in edits:
        at = place % max(1, len(damaged))
        if kind == "flip":
            damaged[at : at + 1] = bytes([damaged[at] ^ (1 << value % 8)])
        elif kind == "set":
            damaged[at : at + len(piece)] = piece
        elif kind == "insert":
            damaged[at:at] = piece
        elif kind == "delete":
            del damaged[at : at + len(piece)]
        else:
            source = value * 7 % len(damaged)
            damaged[at : at + 16] = damaged[source : source + 16]
    return bytes(damaged)


@pytest.mark.parametrize("kind", WHOLE)
@examples(400, function_fixtures=True)
@given(edits=st.lists(_edit, min_size=1, max_size=4))
def test_damage_never_passes_for_data(
    kind: str, tmp_path: Path, edits: list[tuple[str, int, int, bytes]]
) -> None:
    """Whatever happens to the bytes, what is read under a name is what was written under it."""
    path = tmp_path / "fuzz.npz"
    path.write_bytes(_damage(WHOLE[kind], edits))
    reader = NpzReader()

    try:
        names = [info.name for info in reader.inspect(path).arrays]
        read = reader.read(path, names)
    except (DataFileError, DataTypeError):
        return

    assert list(ARRAYS) == list(read)
    assert all(np.array_equal(ARRAYS[name], read[name]) for name in ARRAYS)

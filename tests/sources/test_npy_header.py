"""Headers of arrays are checked before anything is believed or allocated."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from driada_widgets.core.errors import CorruptFileError, DataFileError
from driada_widgets.core.sources.npz import NpzReader
from tests.raw_zip import RawMember, npy_header, raw_zip


def _write(path: Path, contents: bytes, method: int = 0) -> Path:
    path.write_bytes(raw_zip([RawMember(name="x.npy", contents=contents, method=method)]))
    return path


def _text(descr: str = "'<f8'", shape: str = "(2,)", order: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


@pytest.mark.parametrize(
    ("contents", "text"),
    [
        (b"", "too few for a header"),
        (b"NOT AN ARRAY", "does not start as a NumPy array"),
        (npy_header(_text(), version=4), "version 4"),
        (npy_header(_text(), length=10_001), "claims 10001 bytes"),
        (npy_header(_text(), length=5000), "of the member's"),
        (npy_header("{'descr': '<f8'}"), "cannot be read"),
        (npy_header("__import__('os').system('true')"), "cannot be read"),
        (npy_header("(" * 5000), "cannot be read"),
        (npy_header(_text(shape="(-1,)")), "no array's"),
        (npy_header(_text(shape="(True,)")), "no array's"),
        (npy_header(_text(shape="[2]")), "no array's"),
        (npy_header(_text(shape=f"({'1,' * 40})")), "no array's"),
        (npy_header(_text(order="1")), "no array's"),
        (npy_header(_text(descr="'<f9'")), "unknown dtype"),
        (npy_header(_text(descr="None")), "unknown dtype|declares"),
        (npy_header(_text(descr="('<f8', (2,))")), "arrays in an array"),
        (npy_header(_text(descr="'|S0'")), "have no bytes"),
        (npy_header(_text(shape="(0, 4611686018427387904)")), "impossible shape"),
        (npy_header(_text()) + bytes(15), "16 bytes, but 15 are stored"),
        (npy_header(_text()) + bytes(17), "16 bytes, but 17 are stored"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_wrong_headers_are_refused(tmp_path: Path, contents: bytes, text: str) -> None:
    """A header that is none, or that contradicts its member, names the array and says how."""
    path = _write(tmp_path / "recording.npz", contents)

    with pytest.raises(CorruptFileError, match=text) as caught:
        NpzReader().inspect(path)

    assert "array 'x' in recording.npz" in str(caught.value)


DESCRS = (
    *("'<f8'", "'>i2'", "'|b1'", "'<U2'", "'>U1'", "'<U0'", "'|V0'", "'|V3'", "'|S0'", "'<c8'"),
    *("'<M8[D]'", "'<M8'", "'<M8[25s]'", "'datetime64'", "'|O'", "'<f16'", "'T'", "'c'", "'a5'"),
    *("[('a', '<f8'), ('b', '>i4')]", "[('a', '|O')]", "[('a', '<f8', (2, 2))]", "[]", "''"),
    *("[('a', [('b', '<i4')])]", "'(2,)f8'", "{'names': ['a'], 'formats': ['<i4']}", "5"),
)
SHAPES = ("()", "(2,)", "(0,)", "(2, 3)", "(0, 3)", "(1, 1, 1)")


@pytest.mark.parametrize("method", [0, 8], ids=["stored", "deflated"])
@pytest.mark.parametrize("descr", DESCRS)
def test_any_dtype_is_read_or_refused(tmp_path: Path, descr: str, method: int) -> None:
    """Whatever dtype and shape a header names, the array is read as declared or refused by us."""
    path = tmp_path / "recording.npz"
    reader = NpzReader()
    for shape, order, n_bytes in itertools.product(SHAPES, ("True", "False"), (0, 8, 16, 24, 48)):
        contents = npy_header(_text(descr, shape, order)) + bytes(range(n_bytes))
        _write(path, contents, method)
        try:
            (info,) = reader.inspect(path).arrays
            read = reader.read(path, ["x"])["x"]
            mapped = reader.map(path, ["x"])["x"]
        except DataFileError:
            continue
        assert read.shape == info.shape == mapped.shape
        assert read.tobytes() == np.asarray(mapped, read.dtype, order="C").tobytes()

"""The zip structures, also where a file is larger than 4 GiB."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from driada_widgets.core.container import layout, npz
from driada_widgets.core.container.checksums import hex_of

GIB = 2**30


def sparse_archive(path: Path, sizes: list[int]) -> list[layout.Member]:
    """Write an archive of holes: arrays of zeros that take no room on the disk."""
    members = []
    entries = {}
    for number, size in enumerate(sizes):
        header = layout.npy_header(np.dtype("u1"), (size,))
        members.append(
            layout.Member(name=f"f{number}.npy", header=header, n_bytes=size, crc32=number)
        )
        n_pieces = 4
        entries[f"f{number}"] = {
            "dtype": "|u1",
            "shape": [size],
            "axes": ["frame"],
            "sha256": "0" * 64,
            "zip_crc32": hex_of([number]),
            "piece": [1, -(-size // n_pieces)],
            "crc32": hex_of([0] * n_pieces),
        }
    text = npz.canonical_json({"members": [member.name for member in members], "arrays": entries})
    last = layout.Member(
        name=layout.MANIFEST_NAME, header=b"", n_bytes=len(text), crc32=zlib.crc32(text)
    )
    offsets, end = layout.offsets_of([*members, last])
    with path.open("wb") as file:
        for member, offset in zip(members, offsets, strict=False):
            file.seek(offset)
            file.write(layout.local_header(member, offset) + member.header)
        file.seek(offsets[-1])
        file.write(layout.local_header(last, offsets[-1]) + text)
        assert file.tell() == end
        file.write(layout.directory([*members, last], hashlib.sha256(text).hexdigest()))
    return members


@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param([1000, 5 * GIB, 1000], id="one large array"),
        pytest.param([3 * GIB, 3 * GIB, 1000], id="many that are large together"),
        pytest.param([2**32 - 1], id="the first size of 33 bits"),
        pytest.param([2**32 - 200], id="the last of 32 bits, the directory beyond"),
    ],
)
def test_large_archives_are_zip64(tmp_path: Path, sizes: list[int]) -> None:
    """Sizes and offsets beyond 32 bits are where zip tools look for them."""
    path = tmp_path / "large.npz"
    members = sparse_archive(path, sizes)

    with zipfile.ZipFile(path) as file:
        found = [(info.filename, info.file_size, info.CRC) for info in file.infolist()[:-1]]
        file.open(members[-1].name).close()
    with npz.Archive.open(path) as archive:
        mapped = {name: archive.array(name) for name in archive.names}

    assert found == [(member.name, member.size, member.crc32) for member in members]
    assert [len(array) for array in mapped.values()] == sizes
    assert all(array.ctypes.data % 64 == 0 for array in mapped.values())


def test_small_archives_have_no_zip64(tmp_path: Path) -> None:
    """Old tools read small files."""
    path = tmp_path / "small.npz"
    sparse_archive(path, [1000])

    assert b"PK\x06\x06" not in path.read_bytes()


@pytest.mark.parametrize("shape", [(), (7,), (500, 40_000), (1, 2, 3)])
def test_headers_are_what_numpy_reads(shape: tuple[int, ...], tmp_path: Path) -> None:
    """NumPy's own reader understands the header, and it ends on a multiple of 64."""
    header = layout.npy_header(np.dtype("<f4"), shape)
    path = tmp_path / "a.npy"
    path.write_bytes(header + bytes(4 * int(np.prod(shape))))

    loaded = np.load(path)

    assert (loaded.shape, loaded.dtype) == (shape, np.dtype("<f4"))
    assert len(header) % 64 == 0


def test_a_header_beyond_numpys_limit_is_refused() -> None:
    """NumPy reads headers of up to 10 000 bytes only."""
    with pytest.raises(ValueError, match="header"):
        layout.npy_header(np.dtype("<f4"), (1,) * 5000)

"""Archives that lie, with checksums that fit the lie: refused before anything is allocated."""

from __future__ import annotations

import hashlib
import json
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.container import layout, npz
from driada_widgets.core.errors import CorruptFileError, DataFileError, FileTooLargeError
from tests.archives import small_arrays, write_to


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give an archive that may be changed."""
    path = tmp_path / "Exp a.npz"
    write_to(path, small_arrays(), {"title": "a"})
    return path


def reseal(path: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest and make everything that can be made to fit it fit."""
    with npz.Archive.open(path) as archive:
        manifest, records = archive.manifest, archive.records
    members = [record.member for record in records.values()]
    edit(manifest)
    seal(path, members, npz.canonical_json(manifest))


def seal(path: Path, members: list[layout.Member], text: bytes) -> None:
    """Replace everything after the arrays."""
    _, start = layout.offsets_of(members)
    last = layout.Member(
        name=layout.MANIFEST_NAME, header=b"", n_bytes=len(text), crc32=zlib.crc32(text)
    )
    ending = layout.directory([*members, last], hashlib.sha256(text).hexdigest())
    data = path.read_bytes()[:start]
    path.write_bytes(data + layout.local_header(last, start) + text + ending)


def set_calcium(key: str, value: Any) -> Callable[[dict[str, Any]], object]:
    """Give an edit of one entry of calcium's record."""
    return lambda manifest: manifest["arrays"]["calcium"].__setitem__(key, value)


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(set_calcium("shape", [2**40, 2**20]), id="shape of 8 EiB"),
        pytest.param(set_calcium("shape", [6, 5001]), id="one frame more"),
        pytest.param(set_calcium("shape", [5000, 6]), id="transposed"),
        pytest.param(set_calcium("shape", [-6, -5000]), id="negative"),
        pytest.param(set_calcium("shape", [6.0, 5000]), id="fraction"),
        pytest.param(set_calcium("shape", [1] * 40), id="40 axes"),
        pytest.param(set_calcium("shape", None), id="no shape"),
        pytest.param(set_calcium("dtype", "|O"), id="objects"),
        pytest.param(set_calcium("dtype", ">f8"), id="big-endian"),
        pytest.param(set_calcium("dtype", "<f4"), id="half the size"),
        pytest.param(set_calcium("dtype", "<i8"), id="another meaning"),
        pytest.param(set_calcium("dtype", "<U999999999"), id="4 GB texts"),
        pytest.param(set_calcium("dtype", [["a", "<f8"]]), id="fields"),
        pytest.param(set_calcium("piece", [0, 2048]), id="pieces of nothing"),
        pytest.param(set_calcium("piece", [2, 2048]), id="pieces across rows"),
        pytest.param(set_calcium("piece", [1, 1]), id="pieces without checksums"),
        pytest.param(set_calcium("crc32", "xyz"), id="checksums that are no numbers"),
        pytest.param(set_calcium("zip_crc32", "00000000" * 2), id="two checksums"),
        pytest.param(set_calcium("sha256", "0" * 63), id="short digest"),
        pytest.param(set_calcium("axes", ["cell"]), id="one axis"),
        pytest.param(lambda manifest: manifest.pop("members"), id="no members"),
        pytest.param(lambda manifest: manifest.update(members=7), id="members is a number"),
        pytest.param(lambda manifest: manifest["members"].pop(), id="member not listed"),
        pytest.param(
            lambda manifest: manifest["members"].append("speed.npy"), id="member listed twice"
        ),
        pytest.param(
            lambda manifest: manifest["members"].append("Speed.npy"), id="differs by case"
        ),
        pytest.param(
            lambda manifest: manifest.update(members=["../x.npy"], arrays={"../x": {}}), id="path"
        ),
        pytest.param(lambda manifest: manifest["members"].reverse(), id="another order"),
        pytest.param(lambda manifest: manifest.update(arrays=[]), id="arrays is a list"),
    ],
)
def test_a_lying_manifest_is_refused(path: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Every size and name is compared with the file before it is used."""
    reseal(path, edit)

    with pytest.raises((CorruptFileError, FileTooLargeError), match=r"Exp a\.npz"):
        npz.Archive.open(path)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"[" * 200_000, id="deep"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{", id="cut"),
        pytest.param(b"\xff\xfe{}", id="not UTF-8"),
        pytest.param(b'{"members":' + b"9" * 5000 + b"}", id="a long number"),
        pytest.param(json.dumps({"members": ["a"] * 5000}).encode(), id="one name 5000 times"),
    ],
)
def test_a_manifest_that_is_no_manifest_is_refused(path: Path, text: bytes) -> None:
    """Whatever the text, the answer is one of the declared errors."""
    with npz.Archive.open(path) as archive:
        members = [record.member for record in archive.records.values()]
    seal(path, members, text)

    with pytest.raises(CorruptFileError):
        npz.Archive.open(path)


def test_nothing_is_allocated_for_a_lie(path: Path) -> None:
    """A terabyte in the manifest costs no memory."""
    reseal(path, set_calcium("shape", [2**20, 2**17]))

    tracemalloc.start()
    with pytest.raises(DataFileError):
        npz.Archive.open(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2**20


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (npz.Limits(members=5), "6 members"),
        (npz.Limits(manifest_bytes=100), "manifest of"),
        (npz.Limits(total_bytes=1000), "bytes of arrays"),
    ],
    ids=["members", "manifest", "total"],
)
def test_limits_are_kept(path: Path, limits: npz.Limits, what: str) -> None:
    """What is larger than allowed is refused by its declared size."""
    with pytest.raises(FileTooLargeError, match=what):
        npz.Archive.open(path, limits=limits)


def test_more_than_4096_members_are_refused(tmp_path: Path) -> None:
    """A directory of thousands of members is not a recording."""
    path = tmp_path / "many.npz"
    write_to(path, {f"f{i:04}": np.zeros(1) for i in range(4096)})

    with pytest.raises(FileTooLargeError, match="4097 members"):
        npz.Archive.open(path)


def test_a_compressed_copy_is_not_an_archive(path: Path, tmp_path: Path) -> None:
    """Whoever packs the same members again has made a foreign file."""
    packed = tmp_path / "packed.npz"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.comment = old.comment

    with pytest.raises(DataFileError):
        npz.Archive.open(packed)


def test_a_second_member_of_one_name_is_refused(path: Path) -> None:
    """Two tools could read different data from one file."""
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr("calcium.npy", b"other")

    with pytest.raises(DataFileError):
        npz.Archive.open(path)


def test_an_offset_outside_the_file_is_refused(path: Path) -> None:
    """The one number that is believed before the manifest is checked, too."""
    data = bytearray(path.read_bytes())
    record = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, record + 42, 0xFFFFFF00)
    path.write_bytes(data)

    with pytest.raises(CorruptFileError, match="zip index"):
        npz.Archive.open(path)

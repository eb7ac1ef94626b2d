"""A zip index is believed only where the file agrees with it."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest

from driada_widgets.core.errors import CorruptFileError, DataFileError
from driada_widgets.core.sources.npz import NpzReader
from driada_widgets.core.sources.zip_directory import read_directory
from tests.raw_zip import RawMember, npy_bytes, raw_zip

SPEED = RawMember(name="speed.npy", contents=npy_bytes(np.arange(5.0)))
CALCIUM = RawMember(name="calcium.npy", contents=npy_bytes(np.arange(6.0).reshape(2, 3)))


def _changed(member: RawMember, **changes: object) -> RawMember:
    return RawMember(**{**vars(member), **changes})


def test_honest_index_is_listed() -> None:
    """Members come in their order with their place, sizes and checksum."""
    content = raw_zip([CALCIUM, SPEED])

    members = read_directory(io.BytesIO(content), name="a.npz").members

    assert [member.name for member in members] == ["calcium.npy", "speed.npy"]
    for member, source in zip(members, [CALCIUM, SPEED], strict=True):
        assert source.contents == content[member.start : member.start + member.size]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (raw_zip([SPEED, SPEED]), "two members named 'speed.npy'"),
        (raw_zip([_changed(SPEED, local_name="other.npy")]), "what calls itself b'other.npy'"),
        (raw_zip([_changed(SPEED, local_size=7)]), "contradict each other"),
        (raw_zip([_changed(SPEED, size=7)]), "with two sizes"),
        (raw_zip([_changed(SPEED, stored_size=9999, size=9999)]), "reaches into its index"),
        (raw_zip([CALCIUM, _changed(SPEED, offset=0, name="calcium2.npy")]), "calls itself"),
        (raw_zip([_changed(SPEED, offset=3)]), "is not where the zip index says"),
        (raw_zip([SPEED], before=b"PK\x03\x04" + bytes(9)), "13 bytes stand before|before its zip"),
        (raw_zip([SPEED], n_entries=2), "holds 1 of 2 entries"),
        (raw_zip([CALCIUM])[:-22] + raw_zip([SPEED]), "before"),
        (raw_zip([CALCIUM]) + raw_zip([SPEED]), "before its zip index"),
        (raw_zip([SPEED]).replace(b"PK\x01\x02", b"PK\x01\x07"), "cannot be read"),
    ],
    ids=[
        "two of one name",
        "two names",
        "two sizes",
        "stored with two sizes",
        "beyond the index",
        "one place for two",
        "wrong place",
        "bytes before",
        "wrong count",
        "end cut out",
        "two zips",
        "no index",
    ],
)
def test_contradictions_are_refused(tmp_path: Path, content: bytes, text: str) -> None:
    """A zip that contradicts itself is a `CorruptFileError` that names the file and says how."""
    path = tmp_path / "liar.npz"
    path.write_bytes(content)

    with pytest.raises(CorruptFileError, match=text) as caught:
        NpzReader().inspect(path)

    assert "liar.npz is damaged" in str(caught.value)


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    """A member that claims the bytes of its neighbour is refused: small files so hold much."""
    inner = raw_zip([SPEED])[: -22 - 46 - len("speed.npy")]
    outer = RawMember(name="outer.npy", contents=inner)
    quoted = _changed(SPEED, offset=30 + len("outer.npy"))
    content = raw_zip([outer, quoted])
    # Without the second copy of the quoted member in front of the index.
    n_copy = len(inner)
    start = content.index(b"PK\x01\x02") - n_copy
    content = content[:start] + content[start + n_copy :]
    end = bytearray(content[-22:])
    end[16:20] = (int.from_bytes(end[16:20], "little") - n_copy).to_bytes(4, "little")
    path = tmp_path / "quote.npz"
    path.write_bytes(content[:-22] + end)

    with pytest.raises(DataFileError, match=r"overlap|damaged"):
        NpzReader().inspect(path)


def test_bytes_after_the_end_are_noted(tmp_path: Path) -> None:
    """Zeros that a disk or a transfer added behind the end do no harm, and a note says so."""
    path = tmp_path / "padded.npz"
    path.write_bytes(raw_zip([SPEED]) + bytes(512))

    inventory = NpzReader().inspect(path)

    assert [note.id for note in inventory.notes] == ["bytes-after-end"]
    np.testing.assert_array_equal(np.arange(5.0), NpzReader().read(path, ["speed"])["speed"])


@pytest.mark.parametrize("is_cut", [False, True], ids=["whole", "cut"])
def test_index_of_64_bits_is_read(tmp_path: Path, *, is_cut: bool) -> None:
    """The large form of the last records is understood, and checked like the small one."""
    content = raw_zip([SPEED, CALCIUM])
    *_, n_members, n_bytes, offset, _ = struct.unpack("<4s4H2LH", content[-22:])
    record = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, n_members, n_members, n_bytes, offset
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(content) - 22, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    body = content[:-22] if not is_cut else content[30:-22]
    path = tmp_path / "large.npz"
    path.write_bytes((b"PK\x03\x04" if is_cut else b"") + body + record + locator + end)

    if is_cut:
        with pytest.raises(CorruptFileError, match="before its zip index"):
            NpzReader().inspect(path)
    else:
        read = NpzReader().read(path, ["calcium"])
        np.testing.assert_array_equal(np.arange(6.0).reshape(2, 3), read["calcium"])


def test_comment_is_allowed(tmp_path: Path) -> None:
    """A zip with a comment is read; one whose comment is cut is incomplete."""
    path = tmp_path / "comment.npz"
    content = raw_zip([SPEED], comment=b"made by a lab")
    path.write_bytes(content)

    assert [info.name for info in NpzReader().inspect(path).arrays] == ["speed"]
    path.write_bytes(content[:-3])
    with pytest.raises(DataFileError, match="incomplete"):
        NpzReader().inspect(path)

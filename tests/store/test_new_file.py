"""A new file gets the bytes that it was given, whichever way they reach the disk."""

from __future__ import annotations

import errno
import fcntl
import io
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.store import new_file
from driada_widgets.core.store.new_file import NewFile
from tests.properties import examples

BLOCK = 4096
PIECES = [b"ab" * 3000, b"c" * (2 * BLOCK), b"", b"d", b"e" * (5 * BLOCK)]
WHOLE = b"".join(PIECES)


@pytest.fixture(autouse=True)
def small_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let buffers be short, so that a few kilobytes fill many."""
    monkeypatch.setattr(new_file, "_BUFFER_BYTES", BLOCK)


class OddRaw:
    """A file of the system that writes little at a time, or fails."""

    def __init__(self, raw: io.FileIO, *, most: int = BLOCK, fails: dict[int, int]) -> None:
        self._raw, self._most, self._fails, self.n_calls = raw, most, fails, 0

    def write(self, data: memoryview) -> int:
        """Write at most so many bytes; fail in some calls."""
        self.n_calls += 1
        if self.n_calls in self._fails:
            code = self._fails[self.n_calls]
            raise OSError(code, os.strerror(code))
        return self._raw.write(data[: self._most])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


def odd_file(path: Path, **options: Any) -> NewFile:
    """Make a new file over an odd one."""
    file = NewFile(path)
    file._raw = OddRaw(file._raw, **options)  # type: ignore[assignment]  # behaves as one
    return file


def write_pieces(file: NewFile) -> None:
    """Write all pieces and close the file."""
    with file:
        for piece in PIECES:
            assert file.write(piece) == len(piece)


@examples(40, function_fixtures=True)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=3 * BLOCK),
            st.sampled_from([bytes(BLOCK), bytes(2 * BLOCK), b"x" * (BLOCK - 1)]),
            st.integers(0, 4 * BLOCK),
        ),
        max_size=8,
    )
)
def test_bytes_and_places_are_those_of_a_file_in_memory(
    tmp_path: Path, steps: list[bytes | int]
) -> None:
    """Any order of writing and seeking leaves what a plain file would hold."""
    path, expected = tmp_path / "file", io.BytesIO()
    path.unlink(missing_ok=True)

    with NewFile(path) as file:
        for step in steps:
            if isinstance(step, int):
                assert file.seek(step) == expected.seek(step)
            else:
                assert file.write(step) == expected.write(step)
            assert file.tell() == expected.tell()

    assert path.read_bytes() == expected.getvalue()


def test_what_was_flushed_can_be_read(tmp_path: Path) -> None:
    """The file is whole before it is closed, so that it can be brought to the disk."""
    with NewFile(tmp_path / "file") as file:
        file.write(WHOLE)
        file.flush()

        assert (tmp_path / "file").read_bytes() == WHOLE


def test_bytes_are_taken_at_once(tmp_path: Path) -> None:
    """Whoever writes may use the memory again."""
    data = bytearray(b"a" * BLOCK)
    with NewFile(tmp_path / "file") as file:
        file.write(data)
        data[:] = b"b" * BLOCK
        file.write(memoryview(data).cast("d"))

    assert (tmp_path / "file").read_bytes() == b"a" * BLOCK + b"b" * BLOCK


def refuse_flag(*arguments: int) -> int:
    """Be a file system without direct writing."""
    if arguments[1] == fcntl.F_SETFL:
        raise OSError(errno.EINVAL, "Invalid argument")
    return 0


def test_systems_without_direct_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system may refuse it, and other systems do not know it: the usual way is taken."""
    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "fcntl", refuse_flag)
        write_pieces(NewFile(tmp_path / "refused"))
    monkeypatch.delattr(os, "O_DIRECT", raising=False)
    write_pieces(NewFile(tmp_path / "unknown"))

    assert (tmp_path / "refused").read_bytes() == WHOLE
    assert (tmp_path / "unknown").read_bytes() == WHOLE


@pytest.mark.parametrize(
    ("most", "fails"),
    [(1000, {}), (BLOCK, {1: errno.EINVAL}), (BLOCK, {3: errno.EINVAL}), (700, {2: errno.EINVAL})],
    ids=["short writes", "refused at once", "refused later", "both"],
)
def test_writes_that_come_short_or_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, fails: dict[int, int]
) -> None:
    """A rest that begins at no block is written the usual way, and nothing is lost or doubled."""
    flags: list[int] = []

    def take_flag(_: object, command: int, flag: int = 0) -> int:
        flags.extend([flag] if command == fcntl.F_SETFL else [])
        return 0

    monkeypatch.setattr(fcntl, "fcntl", take_flag)
    monkeypatch.setattr(os, "O_DIRECT", 0o40000, raising=False)
    write_pieces(odd_file(tmp_path / "file", most=most, fails=fails))

    assert (tmp_path / "file").read_bytes() == WHOLE
    assert flags == [0o40000, 0]


@pytest.mark.parametrize("call", [1, 2, 5, 9])
def test_a_failing_write_is_heard_and_the_file_closed(tmp_path: Path, call: int) -> None:
    """The thread's error reaches who writes, once, and nothing more is written after it."""
    file = odd_file(tmp_path / "file", fails=dict.fromkeys(range(call, 99), errno.ENOSPC))

    with pytest.raises(OSError, match="No space left") as caught:
        write_pieces(file)

    assert caught.value.errno == errno.ENOSPC
    assert caught.value.__context__ is None
    assert file.closed
    assert (tmp_path / "file").read_bytes() == WHOLE[: (call - 1) * BLOCK]


def test_an_error_of_the_writer_is_the_one_that_is_seen(tmp_path: Path) -> None:
    """A cancelled save is cancelled, also if the disk fails then; the rest is given up."""
    file = odd_file(tmp_path / "file", fails=dict.fromkeys(range(1, 99), errno.EIO))

    def write() -> None:
        with file:
            file.write(b"x" * BLOCK)
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()

    assert file.closed
    assert (tmp_path / "file").read_bytes() == b""


def test_only_new_files_and_places_from_the_beginning(tmp_path: Path) -> None:
    """A file that is there is not touched, and other ways to count places are refused."""
    (tmp_path / "file").write_bytes(b"old")

    with pytest.raises(FileExistsError):
        NewFile(tmp_path / "file")
    with NewFile(tmp_path / "new") as file, pytest.raises(io.UnsupportedOperation):
        file.seek(0, io.SEEK_END)

    assert (tmp_path / "file").read_bytes() == b"old"

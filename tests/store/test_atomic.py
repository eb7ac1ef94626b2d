"""A saved file is always whole: the old one or the new one (rows 54 to 58 of the faults)."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO

import pytest

from driada_widgets.core.errors import (
    ChecksumError,
    NotFoundError,
    RootNotFolderError,
    StorageError,
)
from driada_widgets.core.store import atomic, disk
from tests.faulty_disk import FaultyDisk

OLD, NEW = b"old" * 1000, b"new" * 2000
ROOT = Path(__file__).parents[2]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Give a saved file."""
    path = tmp_path / "Exp a" / "Exp a.npz"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


def write_new(file: BinaryIO) -> str:
    """Write the new content in two calls."""
    file.write(NEW[:10])
    file.write(NEW[10:])
    return "done"


def files(folder: Path) -> list[str]:
    """Give the names in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_the_new_file_takes_the_name(target: Path) -> None:
    """Nothing but the file is in the folder afterwards; what the writer gives is given on."""
    result = atomic.write_atomically(target, write_new)

    assert result == "done"
    assert target.read_bytes() == NEW
    assert files(target.parent) == ["Exp a.npz"]


def test_missing_folders_are_made(tmp_path: Path) -> None:
    """The first save of an experiment makes its folder."""
    path = tmp_path / "root" / "a" / "Exp a.npz"

    atomic.write_atomically(path, write_new)

    assert path.read_bytes() == NEW


def test_the_file_is_as_readable_as_others(target: Path) -> None:
    """A colleague who may read the folder may read the file."""
    old_mask = os.umask(0o022)
    try:
        atomic.write_atomically(target, write_new)
    finally:
        os.umask(old_mask)

    assert target.stat().st_mode & 0o777 == 0o644


def n_calls(target: Path) -> int:
    """Count the calls of an undisturbed save."""
    counting = FaultyDisk()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disk, "DISK", counting)
        atomic.write_atomically(target, write_new)
    return len(counting.calls)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS])
def test_any_failing_call_leaves_a_whole_file(
    target: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Whichever call fails: old or new, whole, no temporary file, and a StorageError."""
    total = n_calls(target)
    for call in range(1, total + 1):
        target.write_bytes(OLD)
        faulty = FaultyDisk(call, code)
        monkeypatch.setattr(disk, "DISK", faulty)
        if faulty.fail_at == total - 1:  # removing the temporary name, which is gone already
            atomic.write_atomically(target, write_new)
            continue
        with pytest.raises(StorageError):
            atomic.write_atomically(target, write_new)

        replaced = "sync_folder" in faulty.calls
        assert target.read_bytes() == (NEW if replaced else OLD)
        assert files(target.parent) == ["Exp a.npz"]
    assert total == 8


def test_a_full_disk_is_said_in_numbers(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How much is needed, how much is free, and that nothing was lost."""
    monkeypatch.setattr(disk, "DISK", FaultyDisk(4))

    with pytest.raises(StorageError) as caught:
        atomic.write_atomically(target, write_new, needed=6000)

    message = caught.value.message
    assert "No space left on device; it needs 6,000 bytes, and " in message
    assert "bytes are free" in message
    assert "What was saved there before is unchanged" in message
    assert isinstance(caught.value, OSError)


def test_too_little_room_is_said_before_writing(target: Path) -> None:
    """Nobody waits for minutes to hear it."""
    written: list[bool] = []

    with pytest.raises(StorageError, match="No space left"):
        atomic.write_atomically(target, lambda _: written.append(True), needed=2**60)

    assert not written
    assert target.read_bytes() == OLD


def test_the_file_is_read_back_before_it_gets_its_name(target: Path) -> None:
    """If the disk does not give back what was written, the old file stays."""

    def check(path: Path) -> None:
        assert path.read_bytes() == NEW
        msg = "bad"
        raise ChecksumError(msg)

    with pytest.raises(ChecksumError):
        atomic.write_atomically(target, write_new, check=check)

    assert target.read_bytes() == OLD
    assert files(target.parent) == ["Exp a.npz"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, NotFoundError("the source is gone")])
def test_whatever_stops_the_writer_leaves_nothing(
    target: Path, error: type[BaseException] | BaseException
) -> None:
    """A cancelled save tidies up, and its own error is the one that is seen."""

    def write(file: BinaryIO) -> None:
        file.write(b"half")
        raise error

    with pytest.raises(error if isinstance(error, type) else type(error)):
        atomic.write_atomically(target, write)

    assert target.read_bytes() == OLD
    assert files(target.parent) == ["Exp a.npz"]


def test_the_old_file_can_keep_another_name(target: Path) -> None:
    """Another experiment is not overwritten; an older file of its name is."""
    kept = target.with_name("Exp a.1234.npz")
    kept.write_bytes(b"older")

    atomic.write_atomically(target, write_new, keep_as=kept)

    assert (target.read_bytes(), kept.read_bytes()) == (NEW, OLD)
    assert files(target.parent) == ["Exp a.1234.npz", "Exp a.npz"]


def test_a_first_save_has_nothing_to_keep(target: Path) -> None:
    """There is no second name for nothing."""
    target.unlink()

    atomic.write_atomically(target, write_new, keep_as=target.with_name("other"))

    assert files(target.parent) == ["Exp a.npz"]


def test_keeping_works_without_links(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some memory sticks know no second names: then the old file is renamed."""
    kept = target.with_name("Exp a.1234.npz")

    class NoLinks(FaultyDisk):
        def link(self, path: Path, second: Path) -> None:
            raise OSError(errno.EPERM, f"{path} {second}")

    monkeypatch.setattr(disk, "DISK", NoLinks())
    atomic.write_atomically(target, write_new, keep_as=kept)

    assert (target.read_bytes(), kept.read_bytes()) == (NEW, OLD)


@pytest.mark.parametrize("links", [True, False], ids=["linked", "renamed"])
def test_failing_at_the_last_step_takes_the_second_name_back(
    target: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """The folder is as it was before the save."""

    class NoReplace(FaultyDisk):
        def link(self, path: Path, second: Path) -> None:
            if not links:
                raise OSError(errno.EPERM, "no links")
            super().link(path, second)

        def replace(self, path: Path, target: Path) -> None:
            if atomic.is_temporary(path):
                raise OSError(errno.EIO, "broken")
            super().replace(path, target)

    monkeypatch.setattr(disk, "DISK", NoReplace())
    with pytest.raises(StorageError):
        atomic.write_atomically(target, write_new, keep_as=target.with_name("Exp a.1234.npz"))

    assert target.read_bytes() == OLD
    assert files(target.parent) == ["Exp a.npz"]


def test_stale_temporaries_are_swept(target: Path) -> None:
    """What a killed writer left is removed an hour later, and nothing else is."""
    folder = target.parent
    hour_ago = time.time() - 3601
    for name in (".driada-dead.tmp", ".driada-alive.tmp", ".driada-young.tmp", "mine.tmp"):
        (folder / name).write_bytes(b"x")
    (folder / ".driada-alive.tmp").unlink()
    with disk.DISK.create(folder / ".driada-alive.tmp"):
        for name in (".driada-dead.tmp", ".driada-alive.tmp", "mine.tmp"):
            os.utime(folder / name, (hour_ago, hour_ago))

        atomic.write_atomically(target, write_new)

        assert files(folder) == [".driada-alive.tmp", ".driada-young.tmp", "Exp a.npz", "mine.tmp"]


def test_a_root_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """The message is the documented one, and the class both of the promised ones (row 54)."""
    root = tmp_path / "root"
    root.write_bytes(b"")

    for act in (
        lambda: atomic.check_writable(root),
        lambda: atomic.check_writable(root / "deeper"),
        lambda: atomic.write_atomically(root / "a" / "Exp a.npz", write_new),
        lambda: atomic.write_atomically(root / "Exp a.npz", write_new),
    ):
        with pytest.raises(RootNotFolderError, match="Root must be a folder") as caught:
            act()
        assert isinstance(caught.value, ValueError)
        assert isinstance(caught.value, OSError)


def test_a_pipe_or_device_is_not_replaced(tmp_path: Path) -> None:
    """``/dev/null`` would become a file for everyone; a link to it is only a link."""
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)

    with pytest.raises(StorageError, match="is a device or a pipe, not a file"):
        atomic.write_atomically(pipe, write_new)
    atomic.write_atomically(link, write_new)

    assert pipe.is_fifo()
    assert link.read_bytes() == NEW


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_a_read_only_root_is_noticed_before_building(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Looking leaves nothing behind, not even the folder (row 55)."""
    monkeypatch.setattr(disk, "DISK", FaultyDisk(1, code))
    with pytest.raises(StorageError, match=r"Nothing can be saved in .*root"):
        atomic.check_writable(tmp_path / "root")

    monkeypatch.setattr(disk, "DISK", FaultyDisk())
    atomic.check_writable(tmp_path / "root")

    assert files(tmp_path) == []


def test_a_limit_of_the_system_is_a_full_disk(target: Path) -> None:
    """RLIMIT_FSIZE makes the kernel refuse the write itself (row 56)."""
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from driada_widgets.core.errors import StorageError\n"
        "from driada_widgets.core.store.atomic import write_atomically\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "try:\n"
        "    write_atomically(Path(sys.argv[1]), lambda file: file.write(bytes(10**6)))\n"
        "except StorageError as error:\n"
        "    print(error)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, target], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert "was not saved" in done.stdout
    assert "bytes are free" in done.stdout
    assert target.read_bytes() == OLD
    assert files(target.parent) == ["Exp a.npz"]

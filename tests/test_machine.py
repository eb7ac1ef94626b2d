"""What a machine has left: its memory, what a container leaves of it, and room on a disk."""

from __future__ import annotations

import ctypes
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from driada_widgets.core import machine


@pytest.fixture
def computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a machine with 8 GB free and no container."""
    (tmp_path / "meminfo").write_text("MemTotal: 16000000 kB\nMemAvailable:  8000000 kB\n")
    monkeypatch.setattr(machine, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(machine, "_CGROUP", tmp_path / "cgroup")
    (tmp_path / "cgroup" / "memory").mkdir(parents=True)
    return tmp_path


def test_memory_of_the_machine(computer: Path) -> None:
    """What the kernel calls available counts."""
    assert machine.free_memory() == 8_000_000 * 1024


@pytest.mark.parametrize(
    "names",
    [
        ("memory.max", "memory.current", "memory.stat", "inactive_file"),
        (
            "memory/memory.limit_in_bytes",
            "memory/memory.usage_in_bytes",
            "memory/memory.stat",
            "total_inactive_file",
        ),
    ],
    ids=["version 2", "version 1"],
)
def test_container_leaves_less(computer: Path, names: tuple[str, str, str, str]) -> None:
    """A container's limit counts, less its use, of which cached files are no part."""
    limit, used, stat, cached = names
    (computer / "cgroup" / limit).write_text("2000000000\n")
    (computer / "cgroup" / used).write_text("1500000000\n")
    (computer / "cgroup" / stat).write_text(f"anon 1\n{cached} 500000000\n")

    assert machine.free_memory() == 1_000_000_000


def test_container_without_limit_counts_not(computer: Path) -> None:
    """The word "max" is no limit."""
    (computer / "cgroup" / "memory.max").write_text("max\n")

    assert machine.free_memory() == 8_000_000 * 1024


def test_sizes_are_written_with_units() -> None:
    """Sizes have SI units."""
    sizes = [12, 20_000, 3_200_000_000, 8 * 10**17]

    assert [machine.format_bytes(size) for size in sizes] == [
        "12 bytes",
        "20.0 kB",
        "3.2 GB",
        "800 PB",
    ]


def test_psutil_answers_where_the_system_has_no_meminfo(
    computer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other systems have no such file; psutil, where it is installed, knows them."""
    (computer / "meminfo").unlink()
    memory = SimpleNamespace(available=5_000_000)
    monkeypatch.setitem(sys.modules, "psutil", SimpleNamespace(virtual_memory=lambda: memory))

    assert machine.free_memory() == 5_000_000


def test_unknown_memory_is_not_guessed(computer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing tells the memory, nothing is said."""
    (computer / "meminfo").unlink()
    monkeypatch.setitem(sys.modules, "psutil", None)
    monkeypatch.delattr("os.sysconf", raising=False)

    assert machine.free_memory() is None


def test_room_is_that_of_the_disk_where_the_folder_will_be(tmp_path: Path) -> None:
    """A folder that does not exist yet has the room of the one that it will be made in."""
    found = machine.free_disk(tmp_path / "new" / "newer" / "file.npz")

    assert found is not None
    assert found == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.2)


def test_unknown_room_is_not_guessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system does not tell the room, nothing is said."""

    def fail(_path: object) -> None:
        raise PermissionError

    monkeypatch.setattr(shutil, "disk_usage", fail)

    assert machine.free_disk(tmp_path) is None


def test_memory_is_given_back_where_that_is_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without glibc nothing happens; with it the library is asked, and nothing breaks."""
    machine.trim_memory()
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace())
    machine._trimmer.cache_clear()

    machine.trim_memory()

    assert machine._trimmer() is None
    machine._trimmer.cache_clear()

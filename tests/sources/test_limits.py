"""How much may be inflated: 4 GiB, a quarter of what is free, or what a container leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from driada_widgets.core.sources import limits


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a machine with 8 GB free and no container."""
    (tmp_path / "meminfo").write_text("MemTotal: 16000000 kB\nMemAvailable:  8000000 kB\n")
    monkeypatch.setattr(limits, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(limits, "_CGROUP", tmp_path / "cgroup")
    (tmp_path / "cgroup" / "memory").mkdir(parents=True)
    return tmp_path


def test_quarter_of_free_memory(machine: Path) -> None:
    """A quarter of 8 GB counts; on a large machine 4 GiB do."""
    assert limits.inflate_limit() == 8_000_000 * 1024 // 4
    (machine / "meminfo").write_text("MemAvailable: 80000000 kB\n")
    assert limits.inflate_limit() == 4 * 2**30


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
def test_container_leaves_less(machine: Path, names: tuple[str, str, str, str]) -> None:
    """A container's limit counts, less its use, of which cached files are no part."""
    limit, used, stat, cached = names
    (machine / "cgroup" / limit).write_text("2000000000\n")
    (machine / "cgroup" / used).write_text("1500000000\n")
    (machine / "cgroup" / stat).write_text(f"anon 1\n{cached} 500000000\n")

    assert limits.free_memory() == 1_000_000_000


def test_container_without_limit_counts_not(machine: Path) -> None:
    """The word "max" is no limit."""
    (machine / "cgroup" / "memory.max").write_text("max\n")

    assert limits.free_memory() == 8_000_000 * 1024


def test_unknown_memory_gives_the_fixed_limit(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing tells the memory, 4 GiB is the limit."""
    (machine / "meminfo").unlink()
    monkeypatch.delattr("os.sysconf", raising=False)

    assert limits.free_memory() is None
    assert limits.inflate_limit() == 4 * 2**30


def test_sizes_are_written_with_units() -> None:
    """Sizes have SI units."""
    sizes = [12, 20_000, 3_200_000_000, 8 * 10**17]

    assert [limits.format_bytes(size) for size in sizes] == [
        "12 bytes",
        "20.0 kB",
        "3.2 GB",
        "800 PB",
    ]

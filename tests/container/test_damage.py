"""Nothing changes in an archive without an error (rows 1, 2 and 4 of the table of faults)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.container import npz
from driada_widgets.core.errors import (
    ChecksumError,
    CorruptFileError,
    DataFileError,
    NotFoundError,
    NotThisFormatError,
    TruncatedFileError,
)
from tests.archives import changed, small_arrays, write_to

DAMAGED = (ChecksumError, CorruptFileError, TruncatedFileError)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an archive."""
    path = tmp_path_factory.mktemp("archives") / "Exp a.npz"
    write_to(path, small_arrays(), {"title": "a"})
    return path


def open_and_read_all(path: Path) -> dict[str, Any]:
    """Open an archive and read its arrays, verified."""
    with npz.Archive.open(path) as archive:
        return {name: archive.read(name) for name in archive.names}


def positions(path: Path, n: int) -> list[int]:
    """Give places spread over a file, and every one near its end, where the structure is."""
    size = path.stat().st_size
    rng = np.random.default_rng(3)
    spread: list[int] = rng.integers(0, size, n // 2).tolist()
    structure = [*range(0, 160, 7), *rng.integers(size - 6000, size, n // 2 - 23).tolist()]
    return spread + structure


def test_any_changed_byte_is_an_error(path: Path) -> None:
    """One changed bit at 200 places: never other values, never something else than an error."""
    whole = path.read_bytes()
    silent = []
    target = path.with_name("flipped.npz")
    for position in positions(path, 200):
        data = bytearray(whole)
        data[position] ^= 1 << position % 8
        target.write_bytes(data)
        try:
            open_and_read_all(target)
        except DAMAGED:
            continue
        silent.append(position)

    assert silent == []


def test_every_byte_outside_the_arrays_is_compared(path: Path) -> None:
    """Headers, padding, directory and manifest: any byte of them that differs is an error."""
    with npz.Archive.open(path) as archive:
        stops = []
        for name in archive.names:
            start = archive._starts[name]
            stops.append((start, start + archive.records[name].n_bytes))
    whole = path.read_bytes()
    outside = np.ones(len(whole), dtype=bool)
    for start, stop in stops:
        outside[start:stop] = False
    target = path.with_name("flipped.npz")
    silent = []
    for position in np.flatnonzero(outside)[::3]:
        data = bytearray(whole)
        data[position] ^= 0x20
        target.write_bytes(data)
        try:
            npz.Archive.open(target).close()
        except DAMAGED:
            continue
        silent.append(int(position))

    assert silent == []


@pytest.mark.parametrize("share", [0.0, *np.linspace(0.01, 0.99, 17).tolist()])
def test_a_shortened_file_is_called_truncated(path: Path, share: float, tmp_path: Path) -> None:
    """Cut anywhere, the file is said to be incomplete."""
    data = path.read_bytes()
    cut = tmp_path / "cut.npz"
    cut.write_bytes(data[: int(share * len(data))])

    with pytest.raises(TruncatedFileError, match=r"cut\.npz is (empty|incomplete)"):
        npz.Archive.open(cut)


@pytest.mark.parametrize("length", [1, 3, 4, 60, -1, -2, -60, -100])
def test_a_file_cut_near_its_ends_is_called_truncated(
    path: Path, length: int, tmp_path: Path
) -> None:
    """The first bytes and the last ones are no exception."""
    cut = tmp_path / "cut.npz"
    cut.write_bytes(path.read_bytes()[:length])

    with pytest.raises(TruncatedFileError):
        npz.Archive.open(cut)


def test_bytes_after_the_end_are_an_error(path: Path, tmp_path: Path) -> None:
    """A file that grew is not the file that was written."""
    grown = tmp_path / "grown.npz"
    grown.write_bytes(path.read_bytes() + b"x")

    with pytest.raises(DAMAGED):
        npz.Archive.open(grown)


@pytest.mark.parametrize("level", ["rows", "full"])
def test_the_error_names_array_neuron_and_frames(path: Path, level: npz.Level) -> None:
    """A person learns which neuron is lost, not only that something is."""
    with npz.Archive.open(path) as archive:
        position = archive._starts["calcium"] + (4 * 5000 + 2100) * 8
    damaged = changed(path, position)

    with npz.Archive.open(damaged) as archive:
        with pytest.raises(ChecksumError) as caught:
            archive.verify(level)
        archive.verify(level, names=["speed", "position"])

    assert "'calcium'" in caught.value.message
    assert "neuron 4, frames 2048 to 4095" in caught.value.message
    assert caught.value.where == "calcium"


def test_the_error_names_several_neurons(path: Path) -> None:
    """All neurons that are damaged are named."""
    with npz.Archive.open(path) as archive:
        start = archive._starts["calcium"]
    damaged = changed(changed(path, start), start + 3 * 40_000 + 7)

    for level in ("rows", "full"):
        with npz.Archive.open(damaged) as archive, pytest.raises(ChecksumError) as caught:
            archive.read("calcium", level=level)

        assert "neurons 0 and 3" in caught.value.message


def test_the_error_names_frames_of_a_feature(path: Path) -> None:
    """A one-dimensional feature has frames only."""
    with npz.Archive.open(path) as archive:
        damaged = changed(path, archive._starts["speed"])

    with npz.Archive.open(damaged) as archive, pytest.raises(ChecksumError) as caught:
        archive.read("speed")

    assert "'speed' in changed Exp a.npz is damaged in frames 0 to 2047" in caught.value.message


def test_only_damaged_windows_are_refused(path: Path) -> None:
    """What is undamaged can still be read, piece by piece."""
    with npz.Archive.open(path) as archive:
        damaged = changed(path, archive._starts["calcium"] + 40_000)

    with npz.Archive.open(damaged) as archive:
        rest = archive.read("calcium", rows=[0, 2, 3, 4, 5])
        later = archive.read("calcium", columns=slice(2048, None))
        with pytest.raises(ChecksumError, match="neuron 1, frames 0 to 2047"):
            archive.read("calcium", rows=[1], columns=slice(0, 10))

    calcium = small_arrays()["calcium"]
    np.testing.assert_array_equal(rest, np.delete(calcium, 1, axis=0))
    np.testing.assert_array_equal(later, calcium[:, 2048:])


def test_a_file_shortened_while_it_is_open_is_an_error(path: Path, tmp_path: Path) -> None:
    """Reading gives an error where a memory map would end the process."""
    copy = tmp_path / "copy.npz"
    copy.write_bytes(path.read_bytes())

    with npz.Archive.open(copy) as archive:
        with copy.open("r+b") as file:
            file.truncate(1000)
        with pytest.raises(TruncatedFileError):
            archive.read("calcium")
        with pytest.raises(DataFileError):
            archive.verify("fast")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"<!doctype html><title>Quota</title>", id="a web page"),
        pytest.param(b"\x93NUMPY\x01\x00", id="npy"),
        pytest.param(b"\x80\x04N.", id="pickle"),
    ],
)
def test_other_files_are_not_archives(content: bytes, tmp_path: Path) -> None:
    """The suffix decides nothing."""
    other = tmp_path / "other.npz"
    other.write_bytes(content)

    with pytest.raises(NotThisFormatError, match=r"other\.npz"):
        npz.Archive.open(other)

    assert not npz.is_archive(other)


def test_a_foreign_npz_is_not_an_archive(tmp_path: Path) -> None:
    """It goes through the import path."""
    foreign = tmp_path / "foreign.npz"
    np.savez(foreign, calcium=np.zeros((2, 3)))

    with pytest.raises(NotThisFormatError, match="not an experiment saved by driada_widgets"):
        npz.Archive.open(foreign)

    assert not npz.is_archive(foreign)


def test_damaged_archives_are_still_recognised(path: Path, tmp_path: Path) -> None:
    """So that a person is told *damaged* and not *unknown*."""
    cut = tmp_path / "cut"
    cut.write_bytes(path.read_bytes()[:1000])

    assert npz.is_archive(path)
    assert npz.is_archive(cut)
    assert npz.is_archive(changed(path, 0))
    assert not npz.is_archive(tmp_path / "nothing")


def test_no_file_and_a_folder_are_said_so(tmp_path: Path) -> None:
    """Both have errors of their own."""
    with pytest.raises(NotFoundError, match="There is no file"):
        npz.Archive.open(tmp_path / "nothing.npz")
    with pytest.raises(NotThisFormatError, match="is a folder"):
        npz.Archive.open(tmp_path)

"""Looking at a recording without reading it: verified, safe from changes, and left on building."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core import machine
from driada_widgets.core.errors import ChecksumError, LoadCancelledError
from driada_widgets.core.pipeline import run
from driada_widgets.core.report import Progress
from driada_widgets.core.request.model import LoadRequest, SourceSpec
from driada_widgets.core.road import mapped
from driada_widgets.core.road.mapped import Watch, is_mapped
from driada_widgets.core.sources.npz import NpzReader
from driada_widgets.core.workbench import Workbench
from tests.samples import make_aligned

LARGE = 1 << 16
"""Calcium of the sample is larger, its features are smaller."""


@pytest.fixture(autouse=True)
def maps_calcium(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count the calcium of small samples as large."""
    monkeypatch.setattr(mapped, "MAP_FROM", LARGE)


@pytest.fixture
def data() -> dict[str, Any]:
    """Give a recording whose calcium has more than ``LARGE`` bytes."""
    return make_aligned(n_cells=20)


@pytest.fixture
def path(tmp_path: Path, data: dict[str, Any]) -> Path:
    """Write the recording uncompressed."""
    np.savez(tmp_path / "recording.npz", **data)
    return tmp_path / "recording.npz"


def request(path: Path) -> LoadRequest:
    """Ask for a file."""
    source = SourceSpec(kind="file", data_source="MyLab", path=path)
    return LoadRequest(source=source, exp_params={"name": "m1"})


def looked(path: Path) -> Workbench:
    """Open and check a file."""
    bench = Workbench()
    assert bench.check(request(path)).ok
    return bench


def test_looking_leaves_large_arrays_in_the_file(path: Path, data: dict[str, Any]) -> None:
    """Calcium is a read-only view of the file with the values that were written."""
    bench = looked(path)

    assert bench.calcium is not None
    assert is_mapped(bench.calcium)
    assert not bench.calcium.flags.writeable
    assert not is_mapped(bench.feature("speed"))
    np.testing.assert_array_equal(bench.calcium, data["calcium"])


@pytest.mark.parametrize("how", ["compressed", "byte-swapped", "frames first"])
def test_what_cannot_be_mapped_is_read(tmp_path: Path, data: dict[str, Any], how: str) -> None:
    """Other layouts look the same, only from memory."""
    path = tmp_path / "recording.npz"
    calcium = data["calcium"]
    stored = {"byte-swapped": calcium.astype(">f8"), "frames first": np.asfortranarray(calcium)}
    write = np.savez_compressed if how == "compressed" else np.savez
    write(path, **{**data, "calcium": stored.get(how, calcium)})

    bench = looked(path)

    assert not is_mapped(bench.calcium)
    np.testing.assert_array_equal(bench.calcium, calcium)


def test_damage_is_found_before_anything_is_shown(path: Path) -> None:
    """One changed byte of calcium ends the check, though nothing is read into memory."""
    content = bytearray(path.read_bytes())
    content[LARGE] ^= 1
    path.write_bytes(content)

    with pytest.raises(ChecksumError, match="calcium"):
        Workbench().check(request(path))


def test_experiment_does_not_depend_on_the_file(path: Path, data: dict[str, Any]) -> None:
    """What was built is in memory: the file may be cut afterwards."""
    bench = looked(path)

    experiment = bench.build(request(path)).experiment
    os.truncate(path, 100)

    assert not is_mapped(experiment.calcium_source)
    np.testing.assert_array_equal(experiment.calcium_source, data["calcium"])


def test_building_gives_the_same_experiment_as_reading(path: Path) -> None:
    """Maps change nothing but where bytes are: the hash is that of an experiment from memory."""
    looked_first = looked(path).build(request(path)).experiment

    assert looked_first.content_hash == run(request(path)).experiment.content_hash


def test_file_that_is_written_over_is_not_touched(path: Path) -> None:
    """A map of a file that was cut would end the program; nothing is given until a new check."""
    bench = looked(path)

    os.truncate(path, LARGE)

    assert bench.calcium is None
    assert bench.feature("speed") is not None


def test_file_that_is_replaced_stays_whole_under_its_map(path: Path, data: dict[str, Any]) -> None:
    """Saving by renaming, as careful programs do, leaves what is looked at as it was."""
    bench = looked(path)
    other = path.with_name("new.npz")
    np.savez(other, calcium=np.zeros((2, 10)))

    other.replace(path)

    assert bench.calcium is not None
    np.testing.assert_array_equal(bench.calcium, data["calcium"])


def test_deleted_file_stays_whole_under_its_map(path: Path) -> None:
    """A watch does not take a missing file for a changed one."""
    watch = Watch.of(path)

    path.unlink()

    assert not watch.is_changed


def test_array_beyond_the_memory_stays_in_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where half of the free memory is not enough, the experiment uses the file, and says so."""
    bench = looked(path)
    monkeypatch.setattr(machine, "free_memory", lambda: LARGE)

    result = bench.build(request(path))

    assert is_mapped(result.experiment.calcium_source)
    (note,) = [note for note in result.notes if note.id == "stays-in-file"]
    assert note.subject == "calcium"
    assert "160.0 kB" in note.text


@pytest.mark.parametrize("step", ["read", "verify"])
def test_reading_stops_on_cancel(path: Path, step: str) -> None:
    """Both walks through the file ask between pieces whether to stop."""
    progress = Progress()
    progress.cancel()

    with pytest.raises(LoadCancelledError):
        getattr(NpzReader(), step)(path, ["calcium"], progress)


def test_second_check_reads_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is verified once, however often the request changes."""
    bench = looked(path)
    monkeypatch.setattr(NpzReader, "verify", None)
    monkeypatch.setattr(NpzReader, "read", None)

    assert bench.check(request(path)).ok

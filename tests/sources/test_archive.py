"""A saved experiment is a source of data: the contract of readers, names, rate and damage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.container.npz import write_archive
from driada_widgets.core.errors import ChecksumError
from driada_widgets.core.experiment.contents import Contents, FeatureContent
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.signals.detect import analyze_time_series_type
from driada_widgets.core.sources.archive import ArchiveReader
from driada_widgets.core.sources.base import MappingReader, Reader
from driada_widgets.core.sources.registry import find_reader
from driada_widgets.core.store.archive import save_archive
from tests.contracts.reader import ReaderContract
from tests.samples import make_aligned

_READER: Reader = ArchiveReader()
_MAPPER: MappingReader = ArchiveReader()


class TestArchive(ReaderContract):
    """Archives with any names; only our own code writes them."""

    suffix = ".npz"
    # An archive is little-endian, whatever it was given.
    dtypes = ("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<f4", "<f8")

    def reader(self) -> Reader:
        return ArchiveReader()

    def write(self, path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
        ids = {name: name if name == "calcium" else f"f{i:04d}" for i, name in enumerate(arrays)}
        features = [{"id": id_, "name": name} for name, id_ in ids.items()]
        with path.open("wb") as file:
            write_archive(
                file,
                {ids[name]: array for name, array in arrays.items()},
                {"experiment": {"features": features}},
            )


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """Save an experiment with odd names, a rate and metadata."""
    data = make_aligned()
    names = {"speed": "running speed (cm/s)", "hd": "направление"}
    features = tuple(
        FeatureContent(
            name=names.get(name, name),
            data=data[name],
            type_info=analyze_time_series_type(data[name]),
        )
        for name in ("speed", "hd")
    )
    contents = Contents(
        signature="Exp odd",
        calcium=data["calcium"],
        features=features,
        static_features={"fps": 12.5, "t_rise_sec": 0.25, "t_off_sec": 2.0},
        metadata={"lab": "ours", "gain": float("nan")},
    )
    path = save_archive(Experiment.from_contents(contents), tmp_path / "Exp odd.npz")
    return path, {"calcium": data["calcium"], **{names[key]: data[key] for key in names}}


def test_experiment_is_opened_as_data(saved: tuple[Path, dict[str, Any]]) -> None:
    """Arrays come as given under the names people know; the rate is not lost; a note says so."""
    path, expected = saved

    reader = find_reader(path)
    inventory = reader.inspect(path)
    read = reader.read(path, [info.name for info in inventory.arrays])

    assert reader.name == inventory.format == "archive"
    assert set(read) == set(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(array, read[name])
    assert inventory.metadata["fps"] == 12.5
    assert inventory.metadata["lab"] == "ours"
    assert np.isnan(inventory.metadata["gain"])
    assert [note.id for note in inventory.notes] == ["archive-as-data"]
    assert inventory.arrays[0].first_values.endswith(" …")


def test_map_is_read_only(saved: tuple[Path, dict[str, Any]]) -> None:
    """Arrays can be shown from the file without reading them."""
    path, expected = saved

    mapped = ArchiveReader().map(path, ["calcium"])["calcium"]

    np.testing.assert_array_equal(expected["calcium"], mapped)
    assert not mapped.flags.writeable


def test_damage_names_array_and_rows(saved: tuple[Path, dict[str, Any]]) -> None:
    """Row 4: a byte changed anywhere in the values is a `ChecksumError` with the array's name."""
    path, expected = saved
    whole = path.read_bytes()
    start = whole.index(expected["calcium"].tobytes())
    for position in np.linspace(0, expected["calcium"].nbytes - 1, 50).astype(int):
        damaged = bytearray(whole)
        damaged[start + position] ^= 0x10
        path.write_bytes(damaged)

        with pytest.raises(ChecksumError, match="calcium"):
            ArchiveReader().read(path, ["calcium"])


def test_archive_of_others_is_read_by_ids(tmp_path: Path) -> None:
    """An archive whose manifest tells no names gives its arrays by their ids."""
    path = tmp_path / "other.npz"
    for experiment in ({}, {"experiment": 5}, {"experiment": {"features": [5, {"id": 1}]}}):
        with path.open("wb") as file:
            write_archive(file, {"calcium": np.zeros((2, 9)), "f0001": np.arange(9)}, experiment)

        inventory = ArchiveReader().inspect(path)

        assert [info.name for info in inventory.arrays] == ["calcium", "f0001"]
        assert inventory.metadata == {}
        assert inventory.arrays[1].value == list(range(9))

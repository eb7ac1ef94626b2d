"""Experiment to archive and back."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from driada_widgets.core.container.npz import Archive, VerifiedArray, write_archive
from driada_widgets.core.errors import (
    ChecksumError,
    CorruptFileError,
    LoadCancelledError,
    NotFoundError,
    NotThisFormatError,
    ParameterError,
    StorageError,
    TruncatedFileError,
)
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.experiment.parts import arrays_of
from driada_widgets.core.report import Progress
from driada_widgets.core.store import archive, disk, manifest
from driada_widgets.version import __version__
from tests.archives import changed
from tests.experiments import contents_of, experiments, make_experiment
from tests.faulty_disk import FaultyDisk
from tests.properties import examples


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a saved experiment."""
    return archive.save_archive(make_experiment(), tmp_path / "a" / "Exp a.npz")


def assert_equal(actual: Experiment, expected: Experiment) -> None:
    """Compare two experiments, in everything that they were made from."""
    assert actual.content_hash == expected.content_hash
    for name in ("signature", "exp_params", "static_features", "metadata", "kinetics", "seed"):
        assert getattr(actual.contents, name) == getattr(expected.contents, name)
    assert actual.contents.provenance == expected.contents.provenance
    found, wanted = arrays_of(actual.contents), arrays_of(expected.contents)
    assert list(found) == list(wanted)
    for name, array in wanted.items():
        stored = np.asarray(array).astype(array.dtype.newbyteorder("<"))
        np.testing.assert_array_equal(np.asarray(found[name]), stored, strict=True)
    for one, other in zip(actual.contents.features, expected.contents.features, strict=True):
        assert (one.name, one.type_info, one.component_names, one.filled) == (
            other.name,
            other.type_info,
            other.component_names,
            other.filled,
        )


def test_everything_comes_back(path: Path) -> None:
    """Every field of the contents survives, and what is derived from it is the same."""
    expected = make_experiment()
    actual = archive.open_archive(path)

    assert_equal(actual, expected)
    np.testing.assert_array_equal(actual.calcium.data, expected.calcium.data)
    np.testing.assert_array_equal(actual.calcium_source, contents_of().calcium)
    assert list(actual.dynamic_features) == list(expected.dynamic_features)
    assert actual.neurons[2].t_rise == expected.neurons[2].t_rise


@given(experiment=experiments())
@examples(40)
def test_any_experiment_comes_back(
    experiment: Experiment, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the dtypes, names and gaps, the hash and every array are the same."""
    path = archive.save_archive(experiment, tmp_path_factory.mktemp("any") / "x.npz")

    assert_equal(archive.open_archive(path), experiment)


def test_an_opened_experiment_can_be_saved_again(path: Path, tmp_path: Path) -> None:
    """Also over itself: the open one keeps the old file's bytes."""
    opened = archive.open_archive(path)
    second = archive.save_archive(opened, tmp_path / "second.npz")
    archive.save_archive(opened, path)

    assert_equal(archive.open_archive(second), make_experiment())
    assert_equal(opened, make_experiment())


def test_opening_reads_no_array(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening takes as long for a gigabyte as for this file."""
    monkeypatch.setattr(VerifiedArray, "verified", lambda _: pytest.fail("an array was read"))

    experiment = archive.open_archive(path)

    assert (experiment.n_cells, experiment.n_frames) == (5, 680)
    assert experiment.content_hash == make_experiment().content_hash


def test_arrays_are_read_only_maps_of_the_file(path: Path) -> None:
    """The source is as given, shared between sessions, and nobody can change it."""
    calcium = archive.open_archive(path).calcium_source

    assert isinstance(calcium, np.ndarray)
    assert not calcium.flags.writeable
    assert not calcium.flags.owndata


def test_damage_is_found_at_first_touch(path: Path) -> None:
    """The experiment opens; the damaged array, and only it, raises when it is used."""
    with Archive.open(path) as file:
        damaged = changed(path, file._starts["calcium"] + 700 * 8 * 4)

    experiment = archive.open_archive(damaged)
    speed = experiment.dynamic_features["speed"].data

    assert len(speed) == 680
    with pytest.raises(ChecksumError, match=r"'calcium' .* neuron 4"):
        _ = experiment.calcium_source
    with pytest.raises(ChecksumError):
        archive.verify_archive(damaged)
    archive.verify_archive(damaged, "fast")


def test_no_changed_bit_gives_another_experiment(path: Path) -> None:
    """Opened and used, a changed file is an error or, never, something else (row 4)."""
    whole = path.read_bytes()
    silent = []
    for position in np.linspace(0, len(whole) - 1, 60).astype(int).tolist():
        damaged = changed(path, position, 0x10)
        try:
            for array in arrays_of(archive.open_archive(damaged).contents).values():
                np.asarray(array)
        except (ChecksumError, CorruptFileError, TruncatedFileError):
            continue
        silent.append(position)

    assert silent == []


@pytest.mark.parametrize(
    ("verify", "levels"),
    [(None, ["rows"]), ("full", ["full"]), ("rows", ["rows"]), ("fast", [])],
    ids=["default, own file", "full", "rows", "fast"],
)
def test_the_level_of_the_first_touch(
    path: Path, monkeypatch: pytest.MonkeyPatch, verify: Any, levels: list[str]
) -> None:
    """A file that this process wrote is compared by pieces, unless a person asks for more."""
    seen: list[str] = []
    monkeypatch.setattr(Archive, "verify", lambda _, level, names: seen.append(level))

    _ = archive.open_archive(path, verify=verify).calcium_source

    assert seen == levels


def test_a_foreign_file_is_compared_in_full(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy was not written by this process: the SHA-256 of what is used is compared, once."""
    copy = path.with_name("copy.npz")
    copy.write_bytes(path.read_bytes())
    seen: list[str] = []
    original = Archive.verify

    def recording(self: Archive, level: Any, **options: Any) -> None:
        seen.append(level)
        original(self, level, **options)

    monkeypatch.setattr(Archive, "verify", recording)

    for _ in range(2):
        assert archive.open_archive(copy).calcium_source.shape == (6, 700)

    assert seen == ["full", "rows"]


def test_an_unknown_level_is_refused(path: Path) -> None:
    """A typing mistake must not mean *no check*."""
    with pytest.raises(ParameterError, match="'rows'"):
        archive.open_archive(path, verify="none")  # type: ignore[arg-type]  # the mistake


def test_the_manifest_says_what_a_stranger_needs(path: Path) -> None:
    """Types, units, source, request and hashes are there, in plain words."""
    told = archive.manifest_of(path)
    features = {entry["name"]: entry for entry in told["experiment"]["features"]}

    assert (told["format"], told["schema"]) == ("driada_widgets experiment", 1)
    assert told["creator"] == {"name": "driada_widgets", "version": __version__}
    assert told["created"].endswith("+00:00")
    assert told["content_hash"] == make_experiment().content_hash
    assert len(told["key"]) == len(told["request_hash"]) == 64
    assert told["experiment"]["exp_params"] == {"animal": "Мышь", "session": 1}
    assert told["experiment"]["provenance"]["source"]["sha256"] == "ab" * 32
    assert told["units"]["fps"] == "Hz"
    assert told["units"]["features"]["speed"] == "cm/s"
    assert told["units"]["features"]["head direction (°)"] == "deg"
    assert told["units"]["features"]["position"] is None
    assert told["derived"] == ["asp", "reconstructions"]
    assert features["speed"]["type"]["subtype"] == "linear"
    assert told["arrays"]["calcium"]["axes"] == ["cell", "frame"]
    assert told["arrays"]["position"]["axes"] == ["component", "frame"]
    assert told["arrays"]["speed"]["axes"] == ["frame"]


def test_plain_names_stay_plain(path: Path) -> None:
    """Other tools see *speed*; odd names get numbers, and their real name is in the manifest."""
    with np.load(path) as file:
        names = file.files
        calcium = file["calcium"]

    assert names == [
        *("calcium", "spikes", "asp", "reconstructions"),
        *("speed", "f0001", "f0002", "position", "manifest.json"),
    ]
    np.testing.assert_array_equal(calcium, contents_of().calcium)


def test_equal_experiments_give_equal_bytes_but_for_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the time stamp differs between two saves."""
    monkeypatch.setattr(manifest, "__version__", "1")
    told = []
    for name in ("1.npz", "2.npz"):
        saved = archive.save_archive(make_experiment(), tmp_path / name)
        told.append(archive.manifest_of(saved) | {"created": ""})

    assert json.dumps(told[0], sort_keys=True) == json.dumps(told[1], sort_keys=True)


def test_only_the_file_is_in_the_folder(path: Path) -> None:
    """No side-car, no lock, no temporary file."""
    assert [file.name for file in path.parent.iterdir()] == ["Exp a.npz"]


def write_manifest(path: Path, changes: dict[str, Any]) -> Path:
    """Give a file that is sound but says something else."""
    told = archive.manifest_of(path) | changes
    rest = {name: value for name, value in told.items() if name not in ("arrays", "members")}
    other = path.with_name("other.npz")
    with other.open("wb") as file, Archive.open(path) as old:
        write_archive(file, {name: old.array(name) for name in old.names}, rest)
    return other


def test_a_newer_schema_is_refused(path: Path) -> None:
    """Half-read would be worse than not read; the message says what to run."""
    newer = write_manifest(path, {"schema": 2})

    with pytest.raises(manifest.NewerArchiveError, match=r"newer driada_widgets .*schema 2"):
        archive.open_archive(newer)


def test_an_older_schema_is_migrated(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step turns one schema into the next."""
    monkeypatch.setattr(manifest, "SCHEMA", 3)
    monkeypatch.setattr(
        manifest,
        "MIGRATIONS",
        {
            1: lambda told: told | {"steps": ["1 to 2"]},
            2: lambda told: told | {"steps": [*told["steps"], "2 to 3"]},
        },
    )

    assert archive.manifest_of(path)["steps"] == ["1 to 2", "2 to 3"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"format": "something else"}, NotThisFormatError, id="another format"),
        pytest.param({"schema": "1"}, CorruptFileError, id="schema is text"),
        pytest.param({"schema": 0}, CorruptFileError, id="schema 0"),
        pytest.param({"experiment": []}, CorruptFileError, id="no experiment"),
        pytest.param({"experiment": {}}, CorruptFileError, id="empty experiment"),
    ],
)
def test_other_manifests_are_refused(
    path: Path, changes: dict[str, Any], error: type[Exception]
) -> None:
    """A sound container is not yet an experiment (row 64)."""
    with pytest.raises(error):
        archive.open_archive(write_manifest(path, changes))


def test_no_file_and_half_a_file(path: Path, tmp_path: Path) -> None:
    """Both have errors of their own."""
    with pytest.raises(NotFoundError):
        archive.open_archive(tmp_path / "nothing.npz")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(TruncatedFileError):
        archive.open_archive(path)


def test_failing_to_save_keeps_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every fourth system call of a save fails in turn: old or new, never less (row 56)."""
    counting = FaultyDisk()
    monkeypatch.setattr(disk, "DISK", counting)
    archive.save_archive(make_experiment(1), path)
    old, new = (make_experiment(seed).content_hash for seed in (1, 2))
    seen = set()
    calls = [call for call, name in enumerate(counting.calls, 1) if name != "remove"]
    for call in calls[::4]:
        monkeypatch.setattr(disk, "DISK", FaultyDisk(call))
        with pytest.raises(StorageError):
            archive.save_archive(make_experiment(2), path)
        seen.add(archive.open_archive(path).content_hash)
        assert [file.name for file in path.parent.iterdir()] == ["Exp a.npz"]

    assert seen <= {old, new}
    assert old in seen


def test_a_file_that_does_not_come_back_is_not_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written is opened before it gets its name."""

    class Forgetful(FaultyDisk):
        def sync(self, file: Any) -> None:
            super().sync(file)
            os.truncate(file.fileno(), 3000)

    monkeypatch.setattr(disk, "DISK", Forgetful())
    with pytest.raises(StorageError, match="did not give back"):
        archive.save_archive(make_experiment(2), path)

    assert archive.open_archive(path).content_hash == make_experiment().content_hash


def test_a_save_can_be_cancelled(path: Path) -> None:
    """Nothing changes and nothing is left behind."""
    before = path.read_bytes()

    with pytest.raises(LoadCancelledError):
        archive.save_archive(
            make_experiment(2), path, progress=Progress(lambda progress: progress.cancel())
        )

    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["Exp a.npz"]

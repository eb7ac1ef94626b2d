"""Where saved experiments live, and what becomes of files that are there (rows 54, 55, 59-64)."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import ParameterError, RootNotFolderError, StorageError
from driada_widgets.core.store import archive, cache, disk
from tests.archives import write_to
from tests.experiments import make_experiment
from tests.faulty_disk import FaultyDisk


def made_from(fps: float, seed: int = 0) -> Any:
    """Give an experiment whose request asks for a frame rate."""
    return make_experiment(
        seed,
        static_features={"fps": fps},
        provenance={
            "request": {"driada_widgets": 1, "static_features": {"fps": fps}},
            "source": {"name": "a.npz", "size": 10, "mtime_ns": 11, "sha256": "ab" * 32},
        },
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the place of an experiment."""
    return cache.archive_path(tmp_path / "root", "a")


def files(path: Path) -> list[str]:
    """Give the names beside a file."""
    return sorted(file.name for file in path.parent.iterdir())


def test_places_are_those_of_the_contract() -> None:
    """One folder an experiment, under the root."""
    assert cache.archive_path("root", "NOF_H01_1D") == Path("root/NOF_H01_1D/Exp NOF_H01_1D.npz")
    assert cache.pickle_path("root", "a b") == Path("root/a b/Exp a b.pickle")


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", "/x", "a\0b", "x" * 300, "CON"])
def test_names_cannot_leave_the_root(name: str) -> None:
    """What cannot name a folder everywhere names none (rows 48 to 52)."""
    with pytest.raises(ParameterError):
        cache.archive_path("root", name)


def test_the_root_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is built, and without a trace (rows 54 and 55)."""
    (tmp_path / "file").write_bytes(b"")

    cache.check_root(tmp_path / "new")
    with pytest.raises(RootNotFolderError, match="Root must be a folder"):
        cache.check_root(tmp_path / "file")
    monkeypatch.setattr(disk, "DISK", FaultyDisk(1, errno.EROFS))
    with pytest.raises(StorageError, match="Read-only file system"):
        cache.check_root(tmp_path / "new")

    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_the_same_experiment_is_replaced(path: Path) -> None:
    """Saving twice leaves one file."""
    cache.save_keeping_others(made_from(20), path)
    saved = cache.save_keeping_others(made_from(20, seed=1), path)

    assert saved == cache.Saved(path=path)
    assert files(path) == ["Exp a.npz"]
    assert archive.open_archive(path).content_hash == made_from(20, seed=1).content_hash


def test_another_experiment_is_kept(path: Path) -> None:
    """Other options are another experiment: the old file stays under its short key (row 62)."""
    cache.save_keeping_others(made_from(20), path)
    key = cache.record_of_file(path).key
    assert key is not None
    saved = cache.save_keeping_others(made_from(33), path)
    kept = path.with_name(f"Exp a.{key[:8]}.npz")

    assert files(path) == sorted(["Exp a.npz", kept.name])
    assert archive.open_archive(path).static_features["fps"] == 33
    assert archive.open_archive(kept).static_features["fps"] == 20
    assert [note.id for note in saved.notes] == ["other-experiment-kept"]
    assert kept.name in saved.notes[0].text


def test_both_are_found_by_their_keys(path: Path) -> None:
    """Going back and forth between two options rebuilds nothing and fills no disk."""
    keys = []
    for fps in (20, 33, 20, 33):
        cache.save_keeping_others(made_from(fps), path)
        keys.append(cache.record_of_file(path).key)
    found = [cache.find_archive(path, str(key)) for key in keys[:2]]

    assert len(set(keys)) == 2
    assert len(files(path)) == 3
    assert found[1] == path
    assert found[0] is not None
    assert archive.open_archive(found[0]).static_features["fps"] == 20
    assert cache.find_archive(path, "0" * 64) is None


def test_without_a_request_the_content_decides(path: Path) -> None:
    """Experiments made in memory are told apart by their content hash."""
    for seed in (0, 0, 1):
        cache.save_keeping_others(make_experiment(seed, provenance={}), path)
    label = make_experiment(0, provenance={}).content_hash[:8]

    assert files(path) == sorted(["Exp a.npz", f"Exp a.{label}.npz"])


def test_a_file_of_somebody_else_is_kept(path: Path) -> None:
    """A foreign file under our name is never overwritten."""
    path.parent.mkdir(parents=True)
    np.savez(path, calcium=np.zeros((2, 3)))
    before = path.read_bytes()
    saved = cache.save_keeping_others(made_from(20), path)

    (kept,) = [file for file in path.parent.iterdir() if file != path]
    assert kept.name.startswith("Exp a.other-")
    assert kept.read_bytes() == before
    assert len(saved.notes) == 1


def test_failing_to_save_keeps_everything(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither name changes."""
    cache.save_keeping_others(made_from(20), path)
    before = path.read_bytes()

    class NoReplace(FaultyDisk):
        def replace(self, path: Path, target: Path) -> None:
            raise OSError(errno.EIO, f"{path} {target}")

    monkeypatch.setattr(disk, "DISK", NoReplace())
    with pytest.raises(StorageError):
        cache.save_keeping_others(made_from(33), path)

    assert path.read_bytes() == before
    assert files(path) == ["Exp a.npz"]


def test_a_sound_file_is_opened(path: Path) -> None:
    """Nothing is said about what is in order."""
    cache.save_keeping_others(made_from(20), path)

    opened = cache.open_cached(path)

    assert opened.notes == ()
    assert opened.experiment is not None
    assert opened.experiment.content_hash == made_from(20).content_hash


def test_no_file_is_no_experiment(path: Path) -> None:
    """The first run has nothing to say."""
    assert cache.open_cached(path) == cache.Opened(experiment=None)


def cut(path: Path) -> None:
    """Cut a file in half (row 59)."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    """Change one bit of a trace (row 60)."""
    data = bytearray(path.read_bytes())
    data[20_000] ^= 1
    path.write_bytes(data)


def replace_by_dictionary(path: Path) -> None:
    """Put something else in its place (row 64)."""
    path.write_bytes(b"\x80\x04}.")


def replace_by_other_archive(path: Path) -> None:
    """Put a sound archive of something else in its place (row 64)."""
    write_to(path, {"calcium": np.zeros((2, 3))}, {"format": "other", "schema": 1})


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        pytest.param(cut, "incomplete", id="cut"),
        pytest.param(flip, "damaged", id="bit flipped"),
        pytest.param(replace_by_dictionary, "not an experiment", id="something else"),
        pytest.param(replace_by_other_archive, "not an experiment", id="another archive"),
    ],
)
def test_a_damaged_file_is_set_aside(path: Path, damage: Any, word: str) -> None:
    """It is renamed, not deleted, and one warning says so; building goes on."""
    cache.save_keeping_others(made_from(20), path)
    damage(path)
    before = path.read_bytes()

    opened = cache.open_cached(path)

    (moved,) = path.parent.iterdir()
    (note,) = opened.notes
    assert opened.experiment is None
    assert moved.name.startswith("Exp a.npz.corrupt-")
    assert moved.read_bytes() == before
    assert (note.id, note.level, note.subject) == ("cache-damaged", "warning", "Exp a.npz")
    assert word in note.text
    assert moved.name in note.text


def test_a_file_that_cannot_be_renamed_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even then there is one note and no error."""
    cache.save_keeping_others(made_from(20), path)
    cut(path)
    monkeypatch.setattr(disk, "DISK", FaultyDisk(1, errno.EACCES))

    (note,) = cache.open_cached(path).notes

    assert files(path) == ["Exp a.npz"]
    assert "could not be renamed: Permission denied" in note.text


def test_a_newer_file_is_left_alone(path: Path) -> None:
    """It is sound for its own version: not quarantined, and kept when it is in the way (row 63)."""
    from driada_widgets.core.store import manifest

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "SCHEMA", 2)
        cache.save_keeping_others(made_from(20), path)

    opened = cache.open_cached(path)

    assert opened.experiment is None
    assert [note.id for note in opened.notes] == ["cache-newer"]
    assert files(path) == ["Exp a.npz"]
    cache.save_keeping_others(made_from(33), path)
    assert len(files(path)) == 2

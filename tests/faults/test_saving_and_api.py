"""Rows 54 to 62 and 75 to 80 of the table of faults, by the documented functions.

Saving itself (rows 56 to 58, 63) is tested beside ``core.store``; spoilt caches (8, 59, 60, 64)
in ``test_doors_cache.py``.
"""

from __future__ import annotations

import errno
import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import (
    LoadRequest,
    SaveSpec,
    SourceSpec,
    load_exp_from_aligned_data,
    load_experiment,
    run,
    save_exp_to_pickle,
    save_experiment,
)
from driada_widgets.core.errors import MissingKeyError, ParameterError, StorageError
from driada_widgets.core.road.looking import Bench
from driada_widgets.core.store import disk
from tests.faulty_data import WAYS, digests_under
from tests.faulty_disk import FaultyDisk
from tests.samples import make_aligned


@pytest.mark.parametrize("door", ["documented", "request"])
def test_a_root_that_is_a_file(door: str, tmp_path: Path) -> None:
    """Row 54: the documented class, the documented words."""
    root = tmp_path / "root"
    root.write_text("not a folder")
    np.savez(tmp_path / "rec.npz", **make_aligned())
    source = SourceSpec(path=tmp_path / "rec.npz")
    request = LoadRequest(source=source, exp_params={"name": "n"}, root=root, save=SaveSpec())
    before = digests_under(tmp_path)
    calls: dict[str, Callable[[], object]] = {
        "request": lambda: run(request),
        "documented": lambda: load_experiment(
            "Lab", {"name": "n"}, data_path=source.path, root=root, verbose=False
        ),
    }
    with pytest.raises(ValueError, match="Root must be a folder") as caught:
        calls[door]()

    assert isinstance(caught.value, StorageError)
    assert digests_under(tmp_path) == before


@pytest.mark.parametrize("save", [SaveSpec(), SaveSpec(format="pickle")], ids=["usual", "pickle"])
def test_a_place_that_cannot_be_written_is_found_before_building(
    save: SaveSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 55: a person does not wait for a build that cannot be kept."""
    np.savez(tmp_path / "rec.npz", **make_aligned())
    request = LoadRequest(
        source=SourceSpec(path=tmp_path / "rec.npz"),
        exp_params={"name": "n"},
        root=tmp_path / "root",
        save=save,
    )
    monkeypatch.setattr(Bench, "build", lambda *_, **__: pytest.fail("it was built"))
    monkeypatch.setattr(disk, "DISK", FaultyDisk(fail_at=1, code=errno.EROFS))
    with pytest.raises(StorageError, match="Nothing can be saved in"):
        run(request)

    assert list(digests_under(tmp_path)) == ["rec.npz"]


@pytest.mark.parametrize("suffix", [".npz", ".pickle"])
@pytest.mark.parametrize("call", range(1, 9))
def test_a_full_disk_leaves_the_old_file(
    suffix: str, call: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 56: whichever call fails, old or new is there, whole, and no temporary file."""
    path = tmp_path / f"saved{suffix}"
    old = load_exp_from_aligned_data("Lab", {"name": "old"}, make_aligned(), verbose=False)
    new = load_exp_from_aligned_data("Lab", {"name": "new"}, make_aligned(seed=1), verbose=False)
    save_experiment(old, path)
    monkeypatch.setattr(disk, "DISK", FaultyDisk(fail_at=call, code=errno.ENOSPC))
    with suppress(StorageError):
        save_experiment(new, path)
    monkeypatch.undo()
    opened = run(LoadRequest(source=SourceSpec(kind="saved", path=path))).experiment

    assert opened.content_hash in (old.content_hash, new.content_hash)
    assert list(digests_under(tmp_path)) == [path.name]


def test_a_path_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    """The documented class of ``save_exp_to_pickle``."""
    (tmp_path / "file").write_text("x")
    experiment = load_exp_from_aligned_data("Lab", {"name": "n"}, make_aligned(), verbose=False)
    with pytest.raises(OSError, match="file"):
        save_exp_to_pickle(experiment, tmp_path / "file" / "exp.pickle", verbose=False)


def test_a_source_newer_than_its_archive_is_loaded_again(tmp_path: Path) -> None:
    """Row 61 for archives; pickles are tested with the rule that governs them."""
    path = tmp_path / "rec.npz"
    request = LoadRequest(
        source=SourceSpec(path=path), exp_params={"name": "n"}, root=tmp_path / "root"
    )
    np.savez(path, **make_aligned())
    first = run(request, cache=True)
    again = run(request, cache=True)
    np.savez(path, **make_aligned(n_cells=8))
    changed = run(request, cache=True)

    assert (first.experiment.n_cells, changed.experiment.n_cells) == (5, 8)
    assert again.notes[0].id == "opened-as-saved"
    assert changed.plan is not None


def test_the_lab_with_a_place_for_the_pickle_and_none_there_yet(tmp_path: Path) -> None:
    """Row 75: it is built from the local file and put there."""
    params = {"track": "FS", "animal_id": "7", "session": 2}
    place = tmp_path / "FS7_2D" / "Aligned data" / "FS7_2D syn data.npz"
    place.parent.mkdir(parents=True)
    np.savez(place, **make_aligned())
    own = tmp_path / "elsewhere" / "my.pickle"
    for _ in range(2):
        experiment, log = load_experiment(
            "IABS",
            params,
            exp_path=own,
            root=tmp_path,
            reconstruct_spikes=False,
            save_to_pickle=True,
            verbose=False,
        )

        assert (experiment.signature, log) == ("Exp FS7_2D", None)
    assert own.exists()


def test_all_missing_keys_of_the_lab_are_named() -> None:
    """Row 76: one error, both kinds."""
    with pytest.raises(MissingKeyError) as caught:
        load_exp_from_aligned_data("IABS", {"track": "HT"}, make_aligned(), verbose=False)

    assert "'animal_id'" in str(caught.value)
    assert "'session'" in str(caught.value)
    assert isinstance(caught.value, KeyError)
    assert isinstance(caught.value, ParameterError)


def test_arguments_stay_as_they_were(tmp_path: Path) -> None:
    """Row 77: no dictionary or list of the caller is changed."""
    given: dict[str, Any] = {
        "static_features": {},
        "feature_types": {"hd": "circular"},
        "bad_frames": [3, 1],
        "rename": {"speed": "v"},
    }
    params: dict[str, Any] = {"name": "n"}
    data = make_aligned()
    keys = list(data)
    experiment = load_exp_from_aligned_data("Lab", params, data, verbose=False, **given)
    experiment.static_features["fps"] = 1

    assert given == {
        "static_features": {},
        "feature_types": {"hd": "circular"},
        "bad_frames": [3, 1],
        "rename": {"speed": "v"},
    }
    assert (params, list(data)) == ({"name": "n"}, keys)


@pytest.mark.parametrize("fps", [20, 20.0, 30.5])
def test_the_rate_that_a_person_gives_wins(fps: float) -> None:
    """Row 78: also where it is the default; the difference is in the notes."""
    data = make_aligned() | {"_metadata": np.array({"fps": 7.0}, dtype=object)}
    experiment = load_exp_from_aligned_data(
        "Lab", {"name": "n"}, data, static_features={"fps": fps}, verbose=False
    )

    assert experiment.static_features["fps"] == fps
    notes = [note["text"] for note in experiment.provenance["notes"]]
    assert f"The frame rate {fps} Hz is as given; the file says 7 Hz." in notes


@pytest.mark.parametrize("fps", [0, -5, math.nan, math.inf, "20", None])
def test_a_rate_that_is_none_is_refused(fps: Any, tmp_path: Path) -> None:
    """Row 79: by every way, naming the constant."""
    for way in WAYS.values():
        with pytest.raises(ParameterError, match="fps "):
            way(tmp_path, make_aligned(), static_features={"fps": fps})


@pytest.mark.parametrize("dtype", ["f8", "f4", "i2"])
def test_calcium_is_kept_as_it_was_given(dtype: str, tmp_path: Path) -> None:
    """Row 80: bit for bit, through every way, whatever analyses see of it."""
    data = make_aligned()
    data["calcium"] = ((data["calcium"] - 0.2) * 50).astype(dtype)
    given = data["calcium"].copy()
    for way in WAYS.values():
        experiment = way(tmp_path, data, seed=3).experiment

        assert experiment.calcium_source.dtype == given.dtype
        np.testing.assert_array_equal(experiment.calcium_source, given)
        np.testing.assert_array_equal(data["calcium"], given)
        assert experiment.calcium.data.min() >= 0

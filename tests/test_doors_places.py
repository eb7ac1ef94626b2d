"""Where the documented functions look and write: the home folder, other working folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import (
    inspect_file,
    load_exp_from_pickle,
    load_experiment,
    open_experiment,
    save_exp_to_pickle,
    save_experiment,
)
from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.paths import user_path
from tests.samples import make_aligned


def test_the_home_folder_is_written_as_in_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No folder named ~ is made, and files in the home folder are found."""
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    np.savez(home / "rec.npz", **make_aligned())
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.chdir(here)

    experiment, _ = load_experiment(
        "Lab",
        {"name": "n"},
        data_path="~/rec.npz",
        root="~/experiments",
        save_to_pickle=True,
        reconstruct_spikes=False,
        verbose=False,
    )
    save_experiment(experiment, "~/n.npz")
    save_exp_to_pickle(experiment, "~/n.pickle", verbose=False)

    assert inspect_file("~/rec.npz").format == "npz"
    assert open_experiment("~/n.npz").n_cells == 5
    assert load_exp_from_pickle("~/n.pickle", verbose=False).n_cells == 5
    assert (home / "experiments" / "n" / "Exp n.pickle").is_file()
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("name", ["~backup/x.npz", "a~/x.npz", "x~.npz"])
def test_other_tildes_are_letters(name: str) -> None:
    """Editors and other systems use them in names."""
    assert user_path(name) == Path(name)


def test_a_saved_experiment_finds_its_source_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another recording of the same name, where one works today, is never taken for it."""
    for folder, n_cells in (("monday", 3), ("tuesday", 7)):
        (tmp_path / folder).mkdir()
        np.savez(tmp_path / folder / "rec.npz", **make_aligned(n_cells=n_cells))
    options: dict[str, Any] = {
        "reconstruct_spikes": False,
        "verbose": False,
        "root": tmp_path / "r",
    }
    monkeypatch.chdir(tmp_path / "monday")
    load_experiment("Lab", {"name": "n"}, data_path="rec.npz", save_to_pickle=True, **options)
    monkeypatch.chdir(tmp_path / "tuesday")

    saved, _ = load_experiment("Lab", {"name": "n"}, **options)
    trimmed, _ = load_experiment("Lab", {"name": "n"}, bad_frames=[1], **options)

    assert saved.n_cells == 3
    assert (trimmed.n_cells, trimmed.n_frames) == (3, saved.n_frames - 1)
    assert saved.provenance["request"]["source"]["path"] == str(tmp_path / "monday" / "rec.npz")


@pytest.mark.parametrize("force", [False, True], ids=["open", "rebuild"])
def test_the_recording_is_not_the_place_of_the_pickle(tmp_path: Path, force: bool) -> None:
    """It would be renamed as a damaged experiment, or written over."""
    recording = tmp_path / "rec.npz"
    np.savez(recording, **make_aligned())
    before = recording.read_bytes()

    with pytest.raises(ParameterError, match="exp_path and data_path are the same file"):
        load_experiment(
            "Lab",
            {"name": "n"},
            data_path=recording,
            exp_path=tmp_path / "." / "rec.npz",
            root=tmp_path / "root",
            force_rebuild=force,
            save_to_pickle=True,
            verbose=False,
        )

    assert recording.read_bytes() == before


def test_a_root_that_cannot_be_made_only_prevents_saving(tmp_path: Path) -> None:
    """What was built is given, with one warning."""
    np.savez(tmp_path / "rec.npz", **make_aligned())

    with pytest.warns(UserWarning, match="was not saved") as caught:
        experiment, _ = load_experiment(
            "Lab",
            {"name": "n"},
            data_path=tmp_path / "rec.npz",
            root="a\0b",
            save_to_pickle=True,
            reconstruct_spikes=False,
            verbose=False,
        )

    assert experiment.n_cells == 5
    assert len(caught) == 1


@pytest.mark.parametrize("options", [{}, {"save_to_pickle": True}], ids=["load", "load and save"])
def test_recording_given_as_exp_path_stays_where_it_is(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    """A recording is not renamed as if it were a damaged experiment, nor written over."""
    for name in ("rec.npz", "other.npz"):
        np.savez(tmp_path / name, **make_aligned(seed=len(name)))
    before = (tmp_path / "other.npz").read_bytes()

    with pytest.raises(ParameterError, match=r"'other\.npz' is no pickle of an experiment"):
        load_experiment(
            "Lab",
            {"name": "n"},
            data_path=tmp_path / "rec.npz",
            exp_path=tmp_path / "other.npz",
            root=tmp_path / "root",
            verbose=False,
            **options,
        )

    assert (tmp_path / "other.npz").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.npz", "rec.npz", "root"]


def test_recording_is_not_rebuilt_over(tmp_path: Path) -> None:
    """``force_rebuild`` passes over what is there, but does not write over a recording."""
    for name in ("rec.npz", "other.npz"):
        np.savez(tmp_path / name, **make_aligned(seed=len(name)))
    before = (tmp_path / "other.npz").read_bytes()

    with pytest.warns(UserWarning, match="not saved as other.npz: 'other.npz' is there already"):
        experiment, _ = load_experiment(
            "Lab",
            {"name": "n"},
            data_path=tmp_path / "rec.npz",
            exp_path=tmp_path / "other.npz",
            root=tmp_path / "root",
            force_rebuild=True,
            save_to_pickle=True,
            reconstruct_spikes=False,
            verbose=False,
        )

    assert experiment.n_cells == 5
    assert (tmp_path / "other.npz").read_bytes() == before

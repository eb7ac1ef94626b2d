"""What is at the place of a file before an experiment is saved there, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from driada_widgets import open_experiment, save_exp_to_pickle, save_experiment
from driada_widgets.core.errors import ParameterError, StorageError
from driada_widgets.core.pipeline import check, run
from driada_widgets.core.report import Progress
from driada_widgets.core.request.model import LoadRequest, SaveSpec, SourceSpec
from driada_widgets.core.road.targets import what_is_there
from tests.samples import make_aligned

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def request_(tmp_path: Path) -> LoadRequest:
    """Ask for a recording, saved beside it."""
    np.savez(tmp_path / "rec.npz", **make_aligned())
    return LoadRequest(
        source=SourceSpec(path=tmp_path / "rec.npz"),
        exp_params={"name": "m"},
        save=SaveSpec(path=tmp_path / "saved.npz"),
    )


def place(request: LoadRequest) -> Path:
    """Give where it is saved."""
    assert request.save is not None
    assert request.save.path is not None
    return request.save.path


def test_nothing_there_is_no_question(request_: LoadRequest) -> None:
    """A first save asks nothing."""
    experiment = run(replace(request_, save=None)).experiment

    assert what_is_there(place(request_), experiment, "archive", None) == ""


def test_same_experiment_is_replaced_and_another_is_kept(request_: LoadRequest) -> None:
    """What is said is what happens: another experiment is kept under another name."""
    result = run(request_)
    other = replace(request_, static_features={"fps": 7.0})
    path = place(request_)

    same = what_is_there(path, result.experiment, "archive", request_.source.path)
    another = run(replace(other, save=None)).experiment
    said = what_is_there(path, another, "archive", request_.source.path)
    run(request_)
    after_same = sorted(file.name for file in path.parent.glob("saved*"))
    run(other)

    assert "the saved experiment 'Exp m'" in same
    assert same.endswith("It is the same experiment by the same request, and is replaced.")
    assert said.endswith("It is kept under another name beside the new one.")
    assert after_same == ["saved.npz"]
    assert len(list(path.parent.glob("saved*.npz"))) == 2


@pytest.mark.parametrize(
    ("format_", "fate"),
    [("archive", "It is kept under another name beside the new one."), ("pickle", "is replaced.")],
)
def test_foreign_file_is_told(request_: LoadRequest, format_: str, fate: str) -> None:
    """An archive keeps it, a pickle would replace it; both are said before."""
    experiment = run(replace(request_, save=None)).experiment
    path = place(request_)
    path.write_bytes(b"notes")

    said = what_is_there(path, experiment, format_, None)  # type: ignore[arg-type]  # from a table

    assert "a file that is no archive of ours, 5 bytes, saved just now" in said
    assert said.endswith(fate)


def test_source_is_never_overwritten(request_: LoadRequest) -> None:
    """Also under another path to the same file."""
    experiment = run(replace(request_, save=None)).experiment
    source = request_.source.path
    assert source is not None
    link = source.with_name("link.npz")
    link.symlink_to(source)

    for path in (source, link):
        with pytest.raises(ParameterError, match="is the file that the experiment is made from"):
            what_is_there(path, experiment, "archive", source)


@pytest.mark.parametrize("format_", ["archive", "pickle"])
def test_run_does_not_save_over_its_recording(request_: LoadRequest, format_: str) -> None:
    """It is said before anything is built, and the recording stays where and as it is."""
    source = request_.source.path
    assert source is not None
    before = source.read_bytes()
    over = SaveSpec(path=source, format=format_)  # type: ignore[arg-type]  # from a table

    missing = SaveSpec(path=source.parent / "new" / ".." / source.name, format=over.format)
    for save in (over, missing):
        with pytest.raises(ParameterError, match=r"'rec\.npz' is the file that the experiment is"):
            run(replace(request_, save=save))

    assert source.read_bytes() == before
    assert [file.name for file in source.parent.iterdir()] == ["rec.npz"]


@pytest.mark.parametrize("save", [save_experiment, save_exp_to_pickle], ids=["archive", "pickle"])
def test_functions_do_not_save_over_the_recording(
    request_: LoadRequest, save: Callable[..., object]
) -> None:
    """An experiment remembers its recording, under whatever path it is named."""
    source = request_.source.path
    assert source is not None
    experiment = run(replace(request_, save=None)).experiment
    before = source.read_bytes()

    with pytest.raises(ParameterError, match="is the file that the experiment is made from"):
        save(experiment, source.parent / "." / source.name)

    assert source.read_bytes() == before


@pytest.mark.parametrize("suffix", [".nwb", ".H5", ".mat", ".yaml"])
def test_archive_is_not_called_something_else(request_: LoadRequest, suffix: str) -> None:
    """A file called session.nwb that is no NWB would be believed, and fail later, elsewhere."""
    path = place(request_).with_suffix(suffix)
    experiment = run(replace(request_, save=None)).experiment

    with pytest.raises(ParameterError, match="is not the name of an archive"):
        run(replace(request_, save=SaveSpec(path=path)))
    with pytest.raises(ParameterError, match="is not the name of an archive"):
        save_experiment(experiment, path)
    save_exp_to_pickle(experiment, path, verbose=False)
    run(replace(request_, save=SaveSpec(path=path.with_name("day 2.1"))))

    assert path.read_bytes()[:1] == b"\x80"
    assert path.with_name("day 2.1").is_file()


@pytest.mark.parametrize("thing", [None, 5, {}, (1, None)], ids=repr)
def test_what_is_no_experiment_is_not_saved(tmp_path: Path, thing: object) -> None:
    """``load_experiment`` gives a pair, which is easily passed on whole."""
    with pytest.raises(TypeError, match="expected an Experiment to save; got"):
        save_experiment(thing, tmp_path / "e.npz")  # type: ignore[arg-type]  # the mistake

    assert list(tmp_path.iterdir()) == []


def test_format_of_a_later_version_is_refused_before_building(request_: LoadRequest) -> None:
    """A request may name it already; nothing is built for nothing."""
    path = place(request_).with_suffix(".nwb")
    save = SaveSpec(path=path, format="nwb")
    progress = Progress()

    with pytest.raises(ParameterError, match="This version saves archives and pickles, not 'nwb'"):
        run(replace(request_, save=save), progress=progress)

    assert progress.stage == ""


def test_another_experiment_that_was_kept_is_told(request_: LoadRequest) -> None:
    """Its new name is in the notes of the run that took its place."""
    first = run(request_)
    second = run(replace(request_, static_features={"fps": 7.0}))

    assert "other-experiment-kept" not in [note.id for note in first.notes]
    (note,) = [note for note in second.notes if note.id == "other-experiment-kept"]
    assert (place(request_).parent / note.subject).is_file()
    assert note.text.startswith("saved.npz was another experiment; it is kept as saved.")


@pytest.mark.parametrize(
    "path", [Path(), Path("a\0b"), Path("folder")], ids=["empty", "nul", "dir"]
)
def test_what_names_no_file_is_refused_before_building(
    request_: LoadRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    """The person is told so in words, by the road and by the functions."""
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    experiment = run(replace(request_, save=None)).experiment

    with pytest.raises(StorageError, match="Give the name of a file"):
        run(replace(request_, save=SaveSpec(path=path)))
    with pytest.raises(StorageError, match="Give the name of a file"):
        save_experiment(experiment, path)


def test_folder_is_no_place(request_: LoadRequest, tmp_path: Path) -> None:
    """A person who typed a folder is told to name a file in it."""
    experiment = run(replace(request_, save=None)).experiment

    with pytest.raises(ParameterError, match="is a folder"):
        what_is_there(tmp_path, experiment, "archive", None)


@pytest.mark.parametrize(
    "stranger",
    ["recording", b"notes", b"\x80\x04]\x94."],
    ids=["recording", "text", "other pickle"],
)
@pytest.mark.parametrize("save", [save_experiment, save_exp_to_pickle], ids=["archive", "pickle"])
def test_functions_replace_no_stranger(
    request_: LoadRequest, save: Callable[..., object], stranger: str | bytes
) -> None:
    """Another recording, or anything that is no experiment, is not lost by a wrong name."""
    experiment = run(replace(request_, save=None)).experiment
    path = place(request_)
    if isinstance(stranger, bytes):
        path.write_bytes(stranger)
    else:
        np.savez(path, **make_aligned(seed=3))
    before = path.read_bytes()

    with pytest.raises(StorageError, match=r"'saved\.npz' is there already and is no saved exp"):
        save(experiment, path)

    assert path.read_bytes() == before


@pytest.mark.parametrize("first", ["archive", "pickle", "nothing"])
@pytest.mark.parametrize("save", [save_experiment, save_exp_to_pickle], ids=["archive", "pickle"])
def test_functions_replace_experiments_and_empty_files(
    request_: LoadRequest, save: Callable[..., object], first: str
) -> None:
    """What a script saves every night stays one file, in whatever format."""
    experiment = run(replace(request_, save=None)).experiment
    path = place(request_)
    path.touch()
    if first != "nothing":
        run(replace(request_, save=SaveSpec(path=path, format=first)))  # type: ignore[arg-type]

    save(experiment, path)

    assert open_experiment(path).content_hash == experiment.content_hash


def test_run_pickles_over_no_stranger(request_: LoadRequest) -> None:
    """It is told before anything is built, also where a saved experiment is only opened."""
    saved = run(request_).saved_to
    path = place(request_).with_suffix(".pickle")
    path.write_bytes(b"notes")
    save = SaveSpec(path=path, format="pickle")
    progress = Progress()

    with pytest.raises(StorageError, match="is no saved experiment"):
        run(replace(request_, save=save), progress=progress)
    with pytest.raises(StorageError, match="is no saved experiment"):
        run(LoadRequest(source=SourceSpec(kind="saved", path=saved), save=save))

    assert progress.stage == ""
    assert path.read_bytes() == b"notes"


@pytest.mark.parametrize(
    ("name", "format_", "text"),
    [
        ("rec.npz", "archive", "'rec.npz' is the file that the experiment is made from"),
        ("out.nwb", "nwb", "This version saves archives and pickles, not 'nwb'"),
        ("rec.npz/out.npz", "archive", "is not one"),
    ],
)
def test_check_tells_that_it_cannot_be_saved(
    request_: LoadRequest, name: str, format_: str, text: str
) -> None:
    """What a run would refuse before it builds is no surprise after 'Ready to build'."""
    path = place(request_).parent / name
    save = SaveSpec(path=path, format=format_)  # type: ignore[arg-type]  # from a table

    found = check(replace(request_, save=save))

    assert not found.ok
    assert [issue.id for issue in found.issues] == ["save-target"]
    assert text in found.issues[0].text
    assert check(request_).ok

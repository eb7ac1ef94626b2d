"""When an earlier experiment is opened, and when it is built again: rule D26."""

from __future__ import annotations

import pickle
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import Experiment, load_experiment
from driada_widgets.core.errors import DataFileError, ParameterError, UnsafeContentError
from driada_widgets.core.road import saving
from driada_widgets.core.store import disk
from tests.faulty_disk import FaultyDisk
from tests.golden_cases import GOLDENS
from tests.samples import make_aligned


class Lab:
    """A folder with a data file, and the door called on it."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "rec.npz"
        self.root = folder / "root"
        self.pickle = self.root / "n" / "Exp n.pickle"
        self.archive = self.root / "n" / "Exp n.npz"
        np.savez(self.data, **make_aligned())

    def load(self, data: bool = True, **options: Any) -> Experiment:
        """Call the door as a lab does."""
        given: dict[str, Any] = {
            "root": self.root,
            "data_path": self.data if data else None,
            "reconstruct_spikes": False,
            "verbose": False,
        }
        return load_experiment("Lab", {"name": "n"}, **(given | options))[0]

    def save(self, **options: Any) -> Experiment:
        """Build and save."""
        return self.load(save_to_pickle=True, **options)

    def names(self) -> list[str]:
        """Give the names of the saved files."""
        return sorted(path.name for path in self.pickle.parent.iterdir())


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Give a lab of its own."""
    return Lab(tmp_path)


def test_without_options_it_is_opened_as_it_was_saved(lab: Lab) -> None:
    """Options of the earlier call hold, with or without the data file."""
    saved = lab.save(static_features={"fps": 30.0}, bad_frames=[1, 2])
    with_source = lab.load()
    without_path = lab.load(data=False)
    lab.data.unlink()
    without_source = lab.load()

    for again in (with_source, without_path, without_source):
        assert again.content_hash == saved.content_hash
        assert again.static_features["fps"] == 30.0


@pytest.mark.parametrize(
    ("saved", "asked"),
    [
        ({"static_features": {"fps": 30}}, {"static_features": {"fps": 30.0}}),
        ({"bad_frames": [3, 4, 5]}, {"bad_frames": np.array([5, 4, 3])}),
        ({"feature_types": {"hd": "circular"}}, {"feature_types": {"hd": "circular"}}),
        ({"seed": 7, "create_circular_2d": False}, {"seed": 7}),
    ],
    ids=["constants", "frames", "types", "only what is given counts"],
)
def test_equal_options_open_what_was_saved(
    lab: Lab, saved: dict[str, Any], asked: dict[str, Any]
) -> None:
    """Nothing is built: equal is equal however it is written."""
    before = lab.save(**saved)
    lab.data.unlink()

    assert lab.load(**asked).content_hash == before.content_hash


@pytest.mark.parametrize("data", [True, False], ids=["given", "recorded"])
@pytest.mark.parametrize(
    "options",
    [
        {"static_features": {"fps": 33.0}},
        {"bad_frames": [10, 11, 12]},
        {"feature_types": {"trial_type": "categorical", "hd": "circular"}},
        {"rename": {"speed": "v"}},
        {"seed": 3},
        {"create_circular_2d": False},
    ],
    ids=lambda options: next(iter(options)),
)
def test_other_options_build_again(lab: Lab, options: dict[str, Any], data: bool) -> None:
    """They are never ignored; the source is the one given, or the one remembered."""
    saved = lab.save()
    fresh = lab.load(force_rebuild=True, **options)

    assert fresh.content_hash != saved.content_hash
    assert lab.load(data=data, **options).content_hash == fresh.content_hash


def test_building_again_is_said(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """In a note, which is printed when verbose."""
    lab.save()
    capsys.readouterr()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lab.load(verbose=True, bad_frames=[1])

    printed = capsys.readouterr().out
    assert "Exp n.pickle was not opened: it was saved with other options (bad_frames)" in printed


def test_other_options_without_a_source_are_an_error_that_names_them(lab: Lab) -> None:
    """Both ways out are said: give the data file, or leave the options out."""
    lab.save()
    lab.data.unlink()
    with pytest.raises(ParameterError) as caught:
        lab.load(data=False, bad_frames=[1], static_features={"fps": 9.0})

    text = str(caught.value)
    assert "(bad_frames, static_features)" in text
    assert "Give data_path, or call without these options" in text
    assert lab.names() == ["Exp n.pickle"]


def test_a_changed_source_builds_again(lab: Lab) -> None:
    """What was recorded anew is what a person wants to see."""
    assert lab.save().n_cells == 5
    np.savez(lab.data, **make_aligned(n_cells=8))

    assert lab.load().n_cells == 8
    assert lab.load(data=False).n_cells == 8


def test_a_copy_of_the_source_is_the_same_source(lab: Lab) -> None:
    """Contents count, not times: nothing is built, which another file could not be."""
    lab.save(static_features={"fps": 12.5})
    copy = lab.data.with_name("copy.npz")
    shutil.copyfile(lab.data, copy)
    lab.data.unlink()

    assert lab.load(data_path=copy).static_features["fps"] == 12.5


def test_a_pickle_of_driada_is_opened_and_called_unverified(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    """It does not say what it was made from, so nothing can be compared."""
    lab.pickle.parent.mkdir(parents=True)
    shutil.copy(GOLDENS / "driada_experiment.pickle", lab.pickle)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        experiment = lab.load(verbose=True)

    assert experiment.n_cells == 4
    assert "unverified" in capsys.readouterr().out


def test_options_for_a_pickle_of_driada_are_said_to_have_no_effect(lab: Lab) -> None:
    """It cannot be compared; whoever asked for something is told how to get it."""
    lab.pickle.parent.mkdir(parents=True)
    shutil.copy(GOLDENS / "driada_experiment.pickle", lab.pickle)

    with pytest.warns(
        UserWarning, match=r"had no effect: bad_frames\. force_rebuild=True"
    ) as caught:
        experiment = lab.load(bad_frames=[3])
    rebuilt = lab.load(bad_frames=[3], force_rebuild=True)

    assert len(caught) == 1
    assert experiment.n_frames == 700
    assert rebuilt.n_frames == 999


class _Payload:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return (open, (str(self.marker), "w"))


def spoil(path: Path, how: str) -> Path:
    """Put something else in the place of the pickle; give the marker that must not appear."""
    marker = path.with_name("marker")
    present = path.read_bytes()
    contents = {
        "hostile": pickle.dumps(_Payload(marker)),
        "a dictionary": pickle.dumps({"calcium": [1.0]}),
        "truncated": present[: len(present) // 2],
        "empty": b"",
        "text": b"<html>quota exceeded</html>",
        "one byte changed": _changed(present),
    }
    path.write_bytes(contents[how])
    return marker


def _changed(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


SPOILS = ["hostile", "a dictionary", "truncated", "empty", "text", "one byte changed"]


@pytest.mark.parametrize("how", SPOILS)
def test_a_spoilt_pickle_is_set_aside_and_built_again(lab: Lab, how: str) -> None:
    """One warning, no code run, and the file is kept under another name."""
    saved = lab.save()
    marker = spoil(lab.pickle, how)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        again = lab.load()

    assert again.content_hash == saved.content_hash
    assert len(caught) == 1
    assert "the experiment is built again" in str(caught[0].message)
    (kept,) = lab.names()
    assert kept.startswith("Exp n.pickle.corrupt-")
    assert not marker.exists()


@pytest.mark.parametrize("how", SPOILS)
def test_a_spoilt_pickle_without_a_source_is_an_error(lab: Lab, how: str) -> None:
    """Both ways out are said, and the file stays where it is."""
    lab.save()
    lab.data.unlink()
    marker = spoil(lab.pickle, how)
    with pytest.raises(DataFileError, match="Give data_path, or put a whole copy") as caught:
        lab.load()

    assert (how == "hostile") == isinstance(caught.value, UnsafeContentError)
    assert lab.names() == ["Exp n.pickle"]
    assert not marker.exists()


def test_force_rebuild_passes_over_everything(lab: Lab) -> None:
    """Also over a file that cannot be read; the new one takes its place."""
    lab.save()
    spoil(lab.pickle, "truncated")
    lab.save(force_rebuild=True)

    assert lab.names() == ["Exp n.pickle"]
    assert lab.load(data=False).n_cells == 5


@pytest.mark.parametrize("cache", [False, True], ids=["pickle", "archive"])
def test_what_cannot_be_saved_is_still_given(
    lab: Lab, cache: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finished work is not lost; one warning says why it is not on the disk."""
    monkeypatch.setattr(disk, "DISK", FaultyDisk(fail_at=4))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        experiment = lab.load(save_to_pickle=not cache, cache=cache)

    assert experiment.n_cells == 5
    assert len(caught) == 1
    assert f"was not saved as Exp n.{'npz' if cache else 'pickle'}:" in str(caught[0].message)


def test_a_root_that_cannot_be_written_is_found_before_building(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told once, and nothing is tried after the build."""
    monkeypatch.setattr(disk, "DISK", FaultyDisk(fail_at=1))
    monkeypatch.setattr(saving, "save_pickle", lambda *_: pytest.fail("saving was tried"))
    with pytest.warns(UserWarning, match="was not saved"):
        assert lab.load(save_to_pickle=True).n_cells == 5


def test_the_archive_is_opened_by_the_same_request(lab: Lab) -> None:
    """Nothing is built the second time, and nothing is left but the archive."""
    first = lab.load(cache=True)
    again = lab.load(cache=True)

    assert again.content_hash == first.content_hash
    assert lab.names() == ["Exp n.npz"]


def test_each_request_has_its_archive(lab: Lab) -> None:
    """The one that is in the way is kept under a name of its own, and found again."""
    plain = lab.load(cache=True)
    trimmed = lab.load(cache=True, bad_frames=[1, 2])
    assert len(lab.names()) == 2
    assert trimmed.n_frames == 998

    assert lab.load(cache=True).content_hash == plain.content_hash
    assert lab.load(cache=True, bad_frames=[1, 2]).content_hash == trimmed.content_hash


def test_a_damaged_archive_is_set_aside_and_built_again(lab: Lab) -> None:
    """One warning, and a whole archive in its place."""
    first = lab.load(cache=True)
    content = lab.archive.read_bytes()
    at = content.index(np.asarray(first.calcium_source).tobytes()[:64])
    lab.archive.write_bytes(content[:at] + _changed(content[at:]))
    with pytest.warns(UserWarning, match="the experiment is built again"):
        again = lab.load(cache=True)

    assert again.content_hash == first.content_hash
    assert len(lab.names()) == 2
    assert lab.load(cache=True).content_hash == first.content_hash

"""Profiles: read strictly, written back equal, filled in for one recording, locked elsewhere."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.errors import (
    NotFoundError,
    NotThisFormatError,
    ParameterError,
    StorageError,
)
from driada_widgets.core.request.model import FeatureChoice, LoadRequest, SaveSpec, SourceSpec
from driada_widgets.core.request.profile import (
    Profile,
    changed_fields,
    filled,
    locked_changes,
    make_profile,
    recordings,
    with_free_fields,
)
from driada_widgets.core.request.profile_text import (
    profile_from_yaml,
    profile_to_yaml,
    read_profile,
    write_profile,
)
from driada_widgets.core.request.text import from_yaml, to_yaml
from tests.properties import examples
from tests.request_strategies import names, requests

TEXT = """\
profile: 1
title: Treadmill room
request:
  source: {data_source: MyLab, neural: calcium}
  static_features: {fps: 20.0}
free: [source.path, exp_params.animal_id, exp_params.session]
choices:
  source.path: recordings/*.npz
  exp_params.animal_id: [m1, 007, 12]
"""

_paths = st.text("ab _-*", min_size=1, max_size=8).filter(lambda text: text.strip() != "")
_words = names.filter(lambda name: name.strip() != "")
_keys = names.filter(lambda name: name != "")


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """Give any profile that may be read."""
    request = draw(requests.filter(lambda request: request.source.kind != "memory"))
    request = replace(request, save=request.save and replace(request.save, path=None))
    params = [f"exp_params.{key}" for key in draw(st.lists(_keys, max_size=3))]
    others = draw(st.lists(st.sampled_from(["bad_frames", "features", "static_features.fps"])))
    free = tuple(dict.fromkeys(["source.path", *params, *others]))
    offered = st.lists(_words | st.integers() | st.floats(-1e6, 1e6), min_size=1, max_size=3)
    choices: dict[str, Any] = {name: tuple(draw(offered)) for name in params}
    if draw(st.booleans()):
        choices["source.path"] = draw(_paths.filter(lambda text: "**" not in text))
    answered = tuple(draw(st.lists(_words, max_size=2)))
    return Profile(
        title=draw(_words), request=request, free=free, choices=choices, answered=answered
    )


@examples(60)
@given(profiles())
def test_a_profile_survives_its_file(profile: Profile) -> None:
    """What is written is read back equal, whatever the names in it are."""
    assert profile_from_yaml(profile_to_yaml(profile)) == profile


@examples(40)
@given(requests, requests)
def test_exactly_the_changed_fields_are_named(one: LoadRequest, other: LoadRequest) -> None:
    """Different requests have a field that is named, and what is named is written differently."""
    changed = changed_fields(one, other)

    assert changed or one == other
    for name in changed:
        top = name.partition(".")[0]
        assert to_yaml(replace(one, **{top: getattr(other, top)})) != to_yaml(one)


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ({"session": None}, {}),
        ({"session": 1}, {"session": True}),
        ({"session": 1}, {"session": 1.0}),
    ],
    ids=["nothing-and-missing", "1-and-true", "1-and-1.0"],
)
def test_what_names_differently_is_a_change(value: dict[str, Any], other: dict[str, Any]) -> None:
    """A lock on a parameter holds against values that only Python takes for equal."""
    before, after = LoadRequest(exp_params=value), LoadRequest(exp_params=other)

    assert changed_fields(before, after) == ("exp_params.session",)
    assert changed_fields(after, before) == ("exp_params.session",)


def test_a_profile_is_read() -> None:
    """Numbers stay numbers and 007 stays text, as in requests."""
    profile = profile_from_yaml(TEXT)

    assert profile.title == "Treadmill room"
    assert profile.request.static_features == {"fps": 20.0}
    assert profile.free == ("source.path", "exp_params.animal_id", "exp_params.session")
    assert profile.choices["exp_params.animal_id"] == ("m1", "007", 12)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("source: {}", ["not a profile", "profile: 1"]),
        ("profile: 2\ntitle: x", ["profile (line 1)", "newer"]),
        ("profile: one", ["profile", "the number 1"]),
        ("profile: 1\nfree: [source.path]", ["title", "text", "nothing"]),
        ("profile: 1\ntitle: x\nfre: []", ["fre (line 3)", "'free'"]),
        ("profile: 1\ntitle: x\nfree: [source.pth]", ["free[0] (line 3)", "'source.path'"]),
        ("profile: 1\ntitle: x\nfree: [bad_frame]", ["free[0]", "'bad_frames'"]),
        ("profile: 1\ntitle: x\nfree: [features.hd]", ["as a whole", "'features'"]),
        ("profile: 1\ntitle: x\nfree: source.path", ["free (line 3)", "a list"]),
        ("profile: 1\ntitle: x\nfree: []", ["names no recording", "'source.path'"]),
        (
            "profile: 1\ntitle: x\nrequest:\n  static_features: {fps: .nan}",
            ["static_features.fps", "nan"],
        ),
        ("profile: 1\ntitle: x\nrequest: {seeed: 1}", ["seeed", "'seed'"]),
        (
            "profile: 1\ntitle: x\nfree: [source.path]\nchoices: {exp_params.session: [a]}",
            ["choices['exp_params.session']", "locked"],
        ),
        (
            "profile: 1\ntitle: x\nfree: [source.path]\nchoices: {source.path: []}",
            ["choices", "a list of values"],
        ),
        (
            "profile: 1\ntitle: x\nfree: [source.path]\nchoices: {source.path: 'a/**/b'}",
            ["one folder"],
        ),
        (
            "profile: 1\ntitle: x\nfree: [source.path]\nrequest: {save: {path: a.npz}}",
            ["same file", "root"],
        ),
        (
            "profile: 1\ntitle: x\nfree: [source.path]\nrequest: {source: {kind: memory}}",
            ["memory"],
        ),
        ("profile: 1\ntitle: x\nx: !!python/name:os.system ''", ["tag"]),
    ],
    ids=lambda value: value[-28:] if isinstance(value, str) else "",
)
def test_a_mistake_is_named(text: str, parts: list[str]) -> None:
    """The message names the entry, its line where known, and the nearest word."""
    with pytest.raises(ParameterError) as caught:
        profile_from_yaml(text)

    assert [part for part in parts if part not in str(caught.value)] == []


def test_a_recording_is_filled_in() -> None:
    """Free fields are set, a relative path is relative to the profile, the rest is untouched."""
    profile = replace(profile_from_yaml(TEXT), folder=Path("/lab"))

    request = filled(profile, {"source.path": "recordings/a.npz", "exp_params.animal_id": 12})

    assert request.source.path == Path("/lab/recordings/a.npz")
    assert request.exp_params == {"animal_id": 12}
    assert locked_changes(profile, profile.request, request) == ()


def test_an_unnamed_experiment_is_named_by_its_file() -> None:
    """Two recordings of one profile never become one experiment for want of a name."""
    request = filled(profile_from_yaml(TEXT), {"source.path": "recordings/a.npz"})

    assert request.exp_params == {"name": "a"}


def test_a_locked_field_is_not_filled_in() -> None:
    """The message names the field and the profile."""
    with pytest.raises(ParameterError, match=r"static_features\.fps is locked .*Treadmill room"):
        filled(profile_from_yaml(TEXT), {"static_features.fps": 30.0})


def test_what_was_free_is_taken_over_and_nothing_else() -> None:
    """A plan that was made before the profile changed gets the new locks."""
    profile = profile_from_yaml(TEXT)
    before = replace(
        filled(profile, {"source.path": "a.npz", "exp_params.session": "s1"}),
        static_features={"fps": 99.0},
        seed=3,
    )

    taken = with_free_fields(profile, before)

    assert taken.exp_params == {"session": "s1"}
    assert (taken.static_features, taken.seed) == ({"fps": 20.0}, None)


def test_a_profile_is_made_from_a_plan() -> None:
    """What belongs to one recording is left out; every decision stays."""
    plan = LoadRequest(
        source=SourceSpec(path=Path("/lab/a.npz"), data_source="Lab"),
        exp_params={"name": "a", "animal_id": "m1", "rig": "2"},
        static_features={"fps": 20.0},
        features={"hd": FeatureChoice(type="circular", period=6.28)},
        bad_frames=((3, 5),),
        save=SaveSpec(path=Path("/lab/x.pickle"), format="pickle"),
    )

    profile = make_profile(plan, title="Rig 2", free=("exp_params.animal_id",))

    assert profile.free == ("source.path", "exp_params.animal_id", "bad_frames")
    assert profile.request == replace(
        plan,
        source=replace(plan.source, path=None),
        exp_params={"rig": "2"},
        bad_frames=(),
        save=SaveSpec(format="pickle"),
    )
    assert profile_from_yaml(profile_to_yaml(profile)) == profile


def test_recordings_are_listed_newest_first(tmp_path: Path) -> None:
    """The pattern is relative to the profile's folder, whatever characters that folder has."""
    folder = tmp_path / "lab [1]"
    (folder / "recordings").mkdir(parents=True)
    for age, name in enumerate(["new.npz", "old.npz", "note.txt"]):
        file = folder / "recordings" / name
        file.touch()
        os.utime(file, (1e9 - age, 1e9 - age))
    (folder / "recordings" / "folder.npz").mkdir()
    write_profile(profile_from_yaml(TEXT), folder / "rig.yaml")

    listed = recordings(read_profile(folder / "rig.yaml"))

    assert [path.relative_to(folder).as_posix() for path in listed] == [
        "recordings/new.npz",
        "recordings/old.npz",
    ]


def test_a_missing_folder_offers_nothing() -> None:
    """A disk that is not mounted is an empty list, not the end of the page."""
    profile = replace(profile_from_yaml(TEXT), folder=Path("/no such folder"))

    assert recordings(profile) == ()


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    """Nobody's profile is overwritten unless that is asked for."""
    profile = profile_from_yaml(TEXT)
    file = write_profile(profile, tmp_path / "rig.yaml")

    with pytest.raises(StorageError, match="already"):
        write_profile(replace(profile, title="Other"), file)
    assert read_profile(file) == profile
    write_profile(replace(profile, title="Other"), file, replace_file=True)
    assert read_profile(file).title == "Other"
    with pytest.raises(ParameterError, match=r"\.yaml"):
        write_profile(profile, tmp_path / "rig.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["rig.yaml"]


def test_files_that_are_no_profiles_are_refused_in_words(tmp_path: Path) -> None:
    """The message names the file."""
    (tmp_path / "data.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "request.yaml").write_text(to_yaml(LoadRequest(seed=1)), encoding="utf-8")

    with pytest.raises(NotFoundError, match=r"none\.yaml"):
        read_profile(tmp_path / "none.yaml")
    with pytest.raises(StorageError):
        read_profile(tmp_path)
    with pytest.raises(NotThisFormatError, match=r"data\.yaml"):
        read_profile(tmp_path / "data.yaml")
    with pytest.raises(ParameterError, match=r"request\.yaml: This is not a profile"):
        read_profile(tmp_path / "request.yaml")


def test_a_filled_request_is_an_ordinary_request() -> None:
    """The command line replays what a technician built."""
    request = filled(profile_from_yaml(TEXT), {"source.path": "/lab/a.npz"})

    assert from_yaml(to_yaml(request)) == request

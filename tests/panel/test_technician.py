"""Under a profile: three fields and one button, locks that hold, and the same experiment."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from driada_widgets import cli, open_experiment
from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.profile import filled
from driada_widgets.core.request.profile_text import read_profile
from driada_widgets.core.request.text import write_request
from driada_widgets.panel.jobs import InlineRunner
from driada_widgets.panel.sections.technician import field_label
from driada_widgets.panel.view import LoaderPanel
from tests.panels import check_file, make_panel, opened_state, write_recording
from tests.samples import make_aligned
from tests.widgets import choose, click, find, find_all, gesture, text_of, tick, type_into

PROFILE = """\
profile: 1
title: Treadmill room
request:
  source: {data_source: MyLab, neural: calcium}
  static_features: {fps: 20.0}
  features: {trial_type: {type: categorical}, speed: {type: linear}, hd: {type: circular}}
  root: OUT
free: [source.path, exp_params.animal_id, exp_params.session, bad_frames]
choices:
  source.path: recordings/*.npz
  exp_params.animal_id: [m1, m2]
"""


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """Give a folder with a profile and two recordings."""
    (tmp_path / "recordings").mkdir()
    write_recording(tmp_path / "recordings", "a.npz")
    write_recording(tmp_path / "recordings", "b.npz", **make_aligned(n_cells=6, seed=2))
    text = PROFILE.replace("OUT", str(tmp_path / "out"))
    (tmp_path / "rig.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def technician(lab: Path, name: str = "rig.yaml") -> Any:
    """Give the panel of a page that was started with the profile."""
    return LoaderPanel(roots=[lab], runner=InlineRunner(), profile=lab / name)


def fill(panel: Any, recording: str = "recordings/a.npz", session: str = "s1") -> None:
    """Fill in the three fields."""
    choose(find(panel, "dw-source-path"), recording)
    choose(find(panel, "dw-param-animal_id"), "m1")
    type_into(find(panel, "dw-param-session"), session)


def test_three_fields_and_one_button(lab: Path) -> None:
    """No code, plan, log or step is on the screen; the button says what it waits for."""
    panel = technician(lab)
    shown = text_of(panel)

    assert "Treadmill room" in shown
    for hidden in ("dw-code", "dw-plan", "dw-command", "dw-log", "dw-step-map", "dw-undo"):
        assert find_all(panel, hidden) == []
    assert find(panel, "dw-check").disabled
    assert "Fill in first: Recording file, Animal, Session." in shown
    fill(panel)
    assert not find(panel, "dw-check").disabled


def test_the_whole_road_of_a_technician(lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Check, build and save; the command line builds the same from the profile's request."""
    panel = technician(lab)
    fill(panel)
    click(find(panel, "dw-check"))
    answer = find(panel, "dw-light").value
    pictures = find_all(panel, "dw-traces")
    click(find(panel, "dw-build"))
    saved = text_of(find(panel, "dw-saved"))

    values = {
        "source.path": lab / "recordings" / "a.npz",
        "exp_params.animal_id": "m1",
        "exp_params.session": "s1",
    }
    write_request(filled(read_profile(lab / "rig.yaml"), values), lab / "request.yaml")
    capsys.readouterr()
    assert cli.main(["run", str(lab / "request.yaml"), "--json"]) == 0
    replayed = json.loads(capsys.readouterr().out)
    file = lab / "out" / "m1_s1" / "Exp m1_s1.npz"

    assert "Ready: 5 neurons, 50.0 s, no bad spans proposed" in answer
    assert len(pictures) == 1
    assert f"Saved to {file}" in saved
    assert open_experiment(file).content_hash == replayed["hash"]
    assert open_experiment(file).trial_type.type_info.subtype == "categorical"


def test_an_experiment_that_is_there_is_asked_about(lab: Path) -> None:
    """Nothing is written before the question is answered."""
    panel = technician(lab)
    fill(panel)
    click(find(panel, "dw-check"))
    click(find(panel, "dw-build"))
    file = lab / "out" / "m1_s1" / "Exp m1_s1.npz"
    before = file.stat().st_mtime_ns
    click(find(panel, "dw-next-recording"))
    fill(panel, "recordings/b.npz")
    click(find(panel, "dw-check"))
    click(find(panel, "dw-build"))
    asked = find(panel, "dw-question").value
    is_kept = file.stat().st_mtime_ns == before
    click(find(panel, "dw-keep-file"))
    unsaved = find(panel, "dw-saved").value
    click(find(panel, "dw-build"))
    click(find(panel, "dw-save"))

    assert "Exp m1_s1.npz is there already" in asked
    assert is_kept
    assert unsaved == ""
    assert "Saved to" in find(panel, "dw-saved").value
    assert open_experiment(file).n_cells == 6


def test_the_next_recording_begins_empty(lab: Path) -> None:
    """Animal and session of one recording are never carried to the next."""
    panel = technician(lab)
    fill(panel)
    click(find(panel, "dw-check"))
    click(find(panel, "dw-build"))
    write_recording(lab / "recordings", "c.npz")

    click(find(panel, "dw-next-recording"))

    assert find(panel, "dw-source-path").value == ""
    assert find(panel, "dw-param-session").value == ""
    assert find(panel, "dw-light").value == ""
    assert panel.experiment is None
    fill(panel, "recordings/c.npz")


def test_another_recording_is_checked_anew(lab: Path) -> None:
    """What was read of one file never answers for another; its marks go with it."""
    panel = technician(lab)
    fill(panel)
    click(find(panel, "dw-check"))
    panel.state.mark_bad(10, 20)

    choose(find(panel, "dw-source-path"), "recordings/b.npz")
    between = find(panel, "dw-light").value
    click(find(panel, "dw-check"))

    assert between == ""
    assert "Ready: 6 neurons" in find(panel, "dw-light").value
    assert panel.state.bad_ranges == ()
    assert panel.state.snapshot.request.exp_params == {"animal_id": "m1", "session": "s1"}


def test_problems_are_told_in_words(lab: Path) -> None:
    """A recording that cannot be used is a sentence, and nothing can be built from it."""
    (lab / "recordings" / "cut.npz").write_bytes(b"")
    write_recording(lab / "recordings", "odd.npz", calcium=make_aligned()["calcium"][:, 0])
    panel = technician(lab)
    fill(panel, "recordings/cut.npz")
    click(find(panel, "dw-check"))
    broken = text_of(find(panel, "dw-error"))
    fill(panel, "recordings/odd.npz")
    click(find(panel, "dw-check"))

    assert "cut.npz is empty (0 bytes)" in broken
    assert "Traceback" not in broken
    assert "Not ready: " in find(panel, "dw-light").value
    assert "dw-light-stop" in find(panel, "dw-light")._dom_classes
    assert find(panel, "dw-build").layout.display == "none"


LOCKED = [
    pytest.param(lambda state: state.set_static("fps", "30"), "static_features.fps", id="fps"),
    pytest.param(lambda state: state.set_param("rig", "2"), "exp_params.rig", id="param"),
    pytest.param(lambda state: state.set_feature_type("speed", "count"), "features", id="type"),
    pytest.param(lambda state: state.set_save("", "pickle"), "save.as", id="format"),
    pytest.param(lambda state: state.choose_kind("demo"), "source.kind", id="kind"),
    pytest.param(lambda state: state.set_seed("1"), "seed", id="seed"),
    pytest.param(lambda state: state.set_free("seed", 1), "seed", id="free"),
]


@pytest.mark.parametrize(("edit", "field"), LOCKED)
def test_locked_fields_stay(lab: Path, edit: Any, field: str) -> None:
    """Whatever control an edit comes from, it is refused by name."""
    panel = technician(lab)
    fill(panel)
    click(find(panel, "dw-check"))
    before = panel.state.snapshot.request

    with pytest.raises(ParameterError, match=f"{field}.* locked by the profile 'Treadmill room'"):
        edit(panel.state)

    assert panel.state.snapshot.request == before


def test_all_steps_show_what_is_locked(lab: Path) -> None:
    """The full panel disables locked fields and says why; free ones can be changed there too."""
    panel = technician(lab)
    fill(panel)
    click(find(panel, "dw-check"))
    click(find(panel, "dw-all-steps"))
    click(find(panel, "dw-step-map"))
    rate, animal = find(panel, "dw-fps"), find(panel, "dw-param-animal_id")
    type_into(animal, "m2")

    assert rate.disabled
    assert "dw-locked" in rate._dom_classes
    assert rate.tooltip == "Locked by profile “Treadmill room”"
    assert "Treadmill room" in find(panel, "dw-locks").value
    assert not animal.disabled
    assert panel.state.snapshot.session_name == "m2_s1"
    click(find(panel, "dw-step-check"))
    assert not find(panel, "dw-bad-add").disabled
    click(find(panel, "dw-simple-page"))
    assert find(panel, "dw-param-animal_id").value == "m2"


def test_a_page_of_a_profile_resumes_what_was_filled_in(lab: Path) -> None:
    """The three fields and the check come back; a plan of the full panel is not offered here."""
    opened_state(write_recording(lab)).go("build")
    before = technician(lab)
    fill(before)
    click(find(before, "dw-check"))

    panel = technician(lab)
    click(find(panel, "dw-resume-go"))

    assert panel.state.snapshot.request == before.state.snapshot.request
    assert find(panel, "dw-param-session").value == "s1"
    assert "Ready: 5 neurons" in find(panel, "dw-light").value
    assert make_panel(lab).state.snapshot.offers == ()


def test_a_changed_profile_wins_over_a_plan(lab: Path) -> None:
    """What is locked today is locked, whatever was locked when the plan was left."""
    fill(technician(lab))
    text = (lab / "rig.yaml").read_text(encoding="utf-8").replace("fps: 20.0", "fps: 10.0")
    (lab / "rig.yaml").write_text(text, encoding="utf-8")

    panel = technician(lab)
    click(find(panel, "dw-resume-go"))

    assert panel.state.snapshot.request.static_features == {"fps": 10.0}
    assert panel.state.snapshot.request.exp_params == {"animal_id": "m1", "session": "s1"}


def test_a_profile_that_leads_outside_is_refused(lab: Path) -> None:
    """A profile chosen in the page cannot make it write or read elsewhere."""
    inner = lab / "recordings"
    profile = read_profile(lab / "rig.yaml")
    panel = make_panel(inner)

    with pytest.raises(ParameterError, match="outside the folders"):
        panel.state.use_profile(profile)
    with pytest.raises(ParameterError, match="outside the folders"):
        panel.state.load_profile(str(lab / "rig.yaml"))
    inside = replace(profile, request=replace(profile.request, root=inner))
    panel.state.use_profile(replace(inside, choices={"source.path": "../*.npz"}))
    assert panel.state.recordings() == ()


def test_a_profile_with_a_mistake_is_an_error_on_screen(lab: Path) -> None:
    """The page comes up and says what is wrong with it."""
    (lab / "bad.yaml").write_text("profile: 1\ntitle: x\nfre: []\n", encoding="utf-8")

    panel = technician(lab, "bad.yaml")

    assert "Did you mean &#x27;free&#x27;" in text_of(find(panel, "dw-error"))
    assert not panel.state.snapshot.is_simple


def test_a_profile_is_made_saved_and_loaded(lab: Path) -> None:
    """What the scientist decided once, the technician gets; the file can be shown and replaced."""
    panel = make_panel(lab)
    check_file(panel.state, lab / "recordings" / "a.npz")
    panel.state.set_feature_type("speed", "count")
    click(find(panel, "dw-step-save"))
    type_into(find(panel, "dw-profile-title"), "Rig <2>")
    type_into(find(panel, "dw-profile-choices-exp_params_animal_id"), "m1, m2")
    type_into(find(panel, "dw-profile-path"), "rig2.yaml")
    click(find(panel, "dw-profile-save"))
    click(find(panel, "dw-profile-show"))
    gesture(find(panel, "dw-profile-download"), {"event": "wanted"})
    handed = find(panel, "dw-profile-download").comm.sent[-1]
    made = read_profile(lab / "rig2.yaml")

    assert made.choices == {"source.path": "recordings/*.npz", "exp_params.animal_id": ("m1", "m2")}
    assert [field_label(name) for name in made.free[:3]] == ["Recording file", "Animal", "Session"]
    assert made.request.features is not None
    assert made.request.features["speed"].type == "count"
    assert "&lt;2&gt;" in find(panel, "dw-profile-yaml").value
    assert handed["data"]["content"]["name"] == "rig2.yaml"
    assert b"Rig <2>" in bytes(handed["buffers"][0])
    click(find(panel, "dw-profile-save"))
    assert "already" in text_of(find(panel, "dw-error"))
    tick(find(panel, "dw-profile-replace"))
    click(find(panel, "dw-profile-save"))
    type_into(find(panel, "dw-profile-load-path"), "rig2.yaml")
    click(find(panel, "dw-profile-load"))
    assert "Rig &lt;2&gt;" in text_of(panel)
    choose(find(panel, "dw-source-path"), "recordings/b.npz")
    click(find(panel, "dw-all-steps"))
    click(find(panel, "dw-step-save"))
    click(find(panel, "dw-profile-leave"))
    assert panel.state.snapshot.profile is None
    assert not find(panel, "dw-save-format").disabled

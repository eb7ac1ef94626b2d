"""Kill the panel, make another: what was typed is there, and nothing outside the roots is."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.model import SaveSpec
from driada_widgets.panel.memory import Memory
from driada_widgets.panel.memory_verbs import KEEP_SEC
from tests.panels import check_file, make_panel, make_state, write_recording
from tests.samples import make_aligned
from tests.widgets import choose, click, find, find_all, text_of, type_into


def remembering(root: Path) -> Any:
    """Give a state that keeps its plan and was offered those of others."""
    state = make_state(root)
    state.start(Memory(), None)
    return state


def walked(root: Path) -> Any:
    """Open, check, mark, override, and stop at step Build."""
    state = remembering(root)
    check_file(state, write_recording(root))
    state.mark_bad(100, 161)
    state.set_feature_type("trial_type", "categorical")
    state.go("build")
    return state


def test_a_killed_panel_is_resumed(tmp_path: Path) -> None:
    """The same request, step and marks; it can be built at once."""
    before = walked(tmp_path)

    state = remembering(tmp_path)
    offer = state.snapshot.offers[0]
    state.resume()

    assert (offer.name, offer.step, offer.why_not) == ("mouse", 4, "")
    assert state.snapshot.request == before.snapshot.request
    assert state.snapshot.step == "build"
    assert state.bad_ranges == ((100, 161),)
    assert state.snapshot.why_not_build == ""
    assert "has changed" not in state.snapshot.notice
    before.build()
    state.build()
    assert state.experiment.content_hash == before.experiment.content_hash


def test_what_was_only_typed_is_not_lost(tmp_path: Path) -> None:
    """A path that was chosen but never opened is there again, and nothing was read."""
    state = remembering(tmp_path)
    state.choose_kind("file")
    state.choose_file("not yet there.npz")

    resumed = remembering(tmp_path)
    resumed.resume()

    assert resumed.snapshot.request == state.snapshot.request
    assert (resumed.snapshot.step, resumed.snapshot.inventory) == ("source", None)
    assert resumed.snapshot.error == state.snapshot.error


def test_answers_come_back(tmp_path: Path) -> None:
    """A question that was answered is not asked again."""
    state = walked(tmp_path)
    state.keep_as_is("some-question")

    resumed = remembering(tmp_path)
    resumed.resume()

    assert resumed.snapshot.answered == {"some-question"}


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    """What was typed is kept all the same, for when the disk is there again."""
    before = walked(tmp_path)
    (tmp_path / "mouse.npz").unlink()

    state = remembering(tmp_path)
    state.resume()

    assert state.snapshot.error is not None
    assert "mouse.npz" in state.snapshot.error.cause
    assert state.snapshot.step == "source"
    assert state.snapshot.request == before.snapshot.request
    write_recording(tmp_path)
    state.open()
    assert state.bad_ranges == ((100, 161),)


def test_a_file_that_changed_is_said(tmp_path: Path) -> None:
    """Marks were made on other data, so their author should look again."""
    walked(tmp_path)
    write_recording(tmp_path, **make_aligned(n_cells=6, seed=1))

    state = remembering(tmp_path)
    state.resume()

    assert "'mouse.npz' has changed since then" in state.snapshot.notice
    assert state.snapshot.check is not None
    assert state.snapshot.check.plan.n_cells == 6


@pytest.mark.parametrize("field", ["source", "save", "root"])
def test_a_plan_that_leads_outside_is_refused(tmp_path: Path, field: str) -> None:
    """Whoever can write into the state folder still cannot read or write elsewhere by it."""
    root = tmp_path / "lab"
    root.mkdir()
    state = walked(root)
    outside = write_recording(tmp_path, "secret.npz")
    file = next(state._memory._folder.glob("plan-*.json"))
    tree = json.loads(file.read_text())
    if field == "source":
        tree["request"]["source"]["path"] = f"{root}/../{outside.name}"
    elif field == "save":
        tree["request"]["save"] = {"path": str(outside), "as": "archive"}
    else:
        tree["request"]["root"] = str(tmp_path)
    file.write_text(json.dumps(tree))

    resumed = remembering(root)
    before = resumed.snapshot.request

    assert "outside the folders" in resumed.snapshot.offers[0].why_not
    with pytest.raises(ParameterError, match="outside the folders"):
        resumed.resume()
    assert resumed.snapshot.request == before
    assert resumed.snapshot.inventory is None


def test_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    """The path is resolved when it is used, not when the plan was kept."""
    root = tmp_path / "lab"
    root.mkdir()
    walked(root)
    outside = write_recording(tmp_path, "secret.npz")
    (root / "mouse.npz").unlink()
    (root / "mouse.npz").symlink_to(outside)

    assert "outside" in remembering(root).snapshot.offers[0].why_not


def test_a_plan_that_can_be_resumed_is_offered_first(tmp_path: Path) -> None:
    """The newest may belong to a page with other folders."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    walked(tmp_path / "a")
    walked(tmp_path / "b").go("save")

    offers = remembering(tmp_path / "a").snapshot.offers

    assert [bool(offer.why_not) for offer in offers] == [False, True]


def test_an_untouched_panel_keeps_nothing(tmp_path: Path, own_state: Path) -> None:
    """Opening the page and closing it again offers nothing to anybody."""
    remembering(tmp_path).go("check")

    assert list(own_state.glob("*")) == []


def test_edits_in_a_row_are_one_write(
    tmp_path: Path, own_state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typing does not wait for the disk; a moment later all of it is kept."""
    written: list[str] = []
    keep = Memory.keep

    def counting(memory: Memory, plan: Any) -> None:
        written.append(plan.name)
        keep(memory, plan)

    monkeypatch.setattr(Memory, "keep", counting)

    async def type_fast() -> None:
        state = make_state(tmp_path)
        state.start(Memory(), None)
        for number in range(20):
            state.set_seed(str(number))
        assert written == []
        await asyncio.sleep(KEEP_SEC + 0.1)

    asyncio.run(type_fast())

    assert len(written) == 1
    assert Memory(own_state).plans()[0].request.seed == 19


def test_a_folder_that_cannot_be_written_is_a_line_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The panel works without a memory; it says so once."""
    (tmp_path / "state").write_text("a file, not a folder")
    monkeypatch.setenv("DRIADA_WIDGETS_STATE", str(tmp_path / "state"))

    state = walked(tmp_path)

    assert state.snapshot.error is None
    assert any("cannot be kept" in line for line in state.snapshot.log)
    assert remembering(tmp_path).snapshot.offers == ()


def test_recents_are_those_that_may_be_read_and_are_there(tmp_path: Path) -> None:
    """Paths are shown relative to the root; choosing one reads nothing yet."""
    root = tmp_path / "lab"
    (root / "day 1").mkdir(parents=True)
    for folder, name in ((root / "day 1", "a.npz"), (root, "gone.npz"), (tmp_path, "b.npz")):
        state = remembering(tmp_path)
        state.choose_kind("file")
        state.choose_file(str(write_recording(folder, name)))
        state.open()
    (root / "gone.npz").unlink()

    state = remembering(root)

    assert [each.shown for each in state.snapshot.recents] == [str(Path("day 1") / "a.npz")]
    state.choose_recent(0)
    assert state.snapshot.request.source.path == root / "day 1" / "a.npz"
    assert state.snapshot.undo == "choose a.npz"
    assert state.snapshot.inventory is None
    (root / "day 1" / "a.npz").unlink()
    with pytest.raises(ParameterError, match="not there any more"):
        state.choose_recent(0)


def test_the_offer_is_pressed(tmp_path: Path) -> None:
    """The first screen says what, which step and when; one button brings it back."""
    state = walked(tmp_path)
    state.set_param("name", "mouse12_HT_2")
    state.go("check")

    panel = make_panel(tmp_path)
    offered = text_of(find(panel, "dw-resume"))
    click(find(panel, "dw-resume-go"))

    assert "Resume “mouse12_HT_2”, step 3, saved " in offered
    assert panel.state.snapshot.step == "check"
    assert "100" in text_of(find(panel, "dw-bad-list"))
    assert find(panel, "dw-resume").layout.display == "none"
    assert "Resumed the plan saved" in text_of(find(panel, "dw-notice"))
    click(find(panel, "dw-notice-dismiss"))
    assert find(panel, "dw-notice").layout.display == "none"


def test_start_anew_loses_nothing(tmp_path: Path) -> None:
    """The offer goes, the plan stays in the folder; two plans can be told apart."""
    walked(tmp_path).set_param("name", "older")
    walked(tmp_path).set_param("name", "newer")

    panel = make_panel(tmp_path)
    others = find(panel, "dw-resume-choice")
    choose(others, next(label for label in others._options_labels if "older" in label))
    offered = text_of(find(panel, "dw-resume-text"))
    click(find(panel, "dw-resume-new"))

    assert "older" in offered
    assert find(panel, "dw-resume").layout.display == "none"
    assert {offer.name for offer in make_panel(tmp_path).state.snapshot.offers} == {
        "older",
        "newer",
    }


def test_a_plan_that_was_taken_up_is_not_offered_twice(tmp_path: Path) -> None:
    """Reloading again and again offers one plan; a panel that goes on with its own is offered."""
    first = walked(tmp_path)
    second = remembering(tmp_path)
    second.resume()
    third = remembering(tmp_path)
    third.resume()

    assert len(remembering(tmp_path).snapshot.offers) == 1
    first.set_param("name", "went on")
    assert [offer.name for offer in remembering(tmp_path).snapshot.offers] == ["went on", "mouse"]


def test_hostile_names_are_text(tmp_path: Path) -> None:
    """A name in a plan or a path is never markup."""
    hostile = "<img src=x onerror=alert(1)>"
    state = walked(tmp_path)
    state.set_param("name", hostile)
    panel = make_panel(tmp_path)

    for css_class in ("dw-resume-text", "dw-resume", "dw-recents"):
        assert "<img" not in "".join(
            str(getattr(each, "value", "")) for each in find_all(panel, css_class)
        )
    assert "&lt;img" in find(panel, "dw-resume-text").value


def test_recents_are_a_drop_down(tmp_path: Path) -> None:
    """It chooses the file; nothing is chosen in it until then."""
    walked(tmp_path)
    panel = make_panel(tmp_path)
    recents = find(panel, "dw-recents")

    choose(recents, "mouse.npz")

    assert find(panel, "dw-source-path").value == "mouse.npz"
    assert panel.state.snapshot.request.source.kind == "file"
    type_into(find(panel, "dw-source-path"), "other.npz")
    assert recents.value == -1


def test_where_to_save_comes_back(tmp_path: Path) -> None:
    """The place and the format are part of the plan."""
    walked(tmp_path).set_save(str(tmp_path / "x.pickle"), "pickle")

    resumed = remembering(tmp_path)
    resumed.resume()

    assert resumed.snapshot.request.save == SaveSpec(path=tmp_path / "x.pickle", format="pickle")

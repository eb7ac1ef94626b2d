"""More sessions in step Save & share: which files, how they stand, what is built of them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest

from driada_widgets import open_experiment
from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.model import LoadRequest
from driada_widgets.core.workbench import Workbench
from driada_widgets.panel.batch_files import files_of
from driada_widgets.panel.jobs import Worker
from driada_widgets.panel.roots import Roots
from driada_widgets.panel.state import PanelState
from tests.panels import checked_panel, make_panel, write_recording
from tests.widgets import click, find, gesture, text_of, tick, type_into


def to_batch(root: Path, n_files: int = 3) -> Any:
    """Give a panel with a checked session, and other sessions in a folder."""
    (root / "more").mkdir()
    for number in range(n_files):
        write_recording(root / "more", f"m{number}.npz")
    panel = checked_panel(root)
    panel.state.mark_bad(0, 10)
    panel.state.go("save")
    return panel


def table_of(panel: Any) -> str:
    """Give the table of sessions."""
    return text_of(find(panel, "dw-batch-table"))


# --- which files ---


def test_files_are_named_by_paths_and_patterns(tmp_path: Path) -> None:
    """Each once, in the order of the lines; those of a pattern in the order of their numbers."""
    (tmp_path / "day 2").mkdir()
    for name in ("m10.npz", "m2.npz", ".hidden.npz", "other.txt"):
        (tmp_path / "day 2" / name).touch()
    (tmp_path / "star*.npz").touch()

    found = files_of(
        f"star*.npz\n\n  'day 2/m10.npz' \nday 2/*.npz\n{tmp_path}/day ?/m2.npz", Roots([tmp_path])
    )

    assert [path.name for path in found] == ["star*.npz", "m10.npz", "m2.npz"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Type the paths of the other sessions"),
        ("*.nothing", "No file matches"),
        ("**/*.npz", "would search whole disks"),
        ("../*.npz", "outside"),
        ("../secret.npz", "outside"),
    ],
    ids=["nothing", "no match", "recursive", "pattern outside", "path outside"],
)
def test_what_cannot_be_used_is_said(text: str, said: str, tmp_path: Path) -> None:
    """A pattern never leads out of the folders of the page."""
    (tmp_path / "secret.npz").touch()
    (tmp_path / "root").mkdir()

    with pytest.raises(ParameterError, match=said):
        files_of(text, Roots([tmp_path / "root"]))


def test_links_do_not_lead_out(tmp_path: Path) -> None:
    """What a pattern matches is resolved, then held against the roots."""
    (tmp_path / "secret.npz").touch()
    root = tmp_path / "root"
    root.mkdir()
    (root / "link.npz").symlink_to(tmp_path / "secret.npz")

    with pytest.raises(ParameterError, match="No file matches"):
        files_of("*.npz", Roots([root]))


# --- how they stand, and what is built ---


def test_sessions_are_checked_then_built(tmp_path: Path) -> None:
    """A row a file; nothing is written before the second press, then each is saved."""
    panel = to_batch(tmp_path)
    (tmp_path / "more" / "broken.npz").write_bytes(b"")
    lacking = write_recording(tmp_path / "more", "lacking.npz", hd=None)

    type_into(find(panel, "dw-batch-files"), "more/*.npz")
    click(find(panel, "dw-batch-check"))
    checked = table_of(panel)
    before = list((tmp_path / "out").rglob("*.npz")) if (tmp_path / "out").exists() else []
    click(find(panel, "dw-batch-build"))
    rows = {row.name: row for row in panel.state.snapshot.work.batch.rows}

    assert lacking.exists()
    assert checked.count("<b>ready</b>") == 3
    assert "is empty" in checked
    assert "It lacks &#x27;hd&#x27;." in checked
    assert before == []
    assert [rows[name].status for name in ("m0", "m1", "m2", "broken", "lacking")] == [
        *("done", "done", "done"),
        *("problems", "problems"),
    ]
    for name in ("m0", "m1", "m2"):
        experiment = open_experiment(tmp_path / "out" / name / f"Exp {name}.npz")
        assert experiment.content_hash == rows[name].hash
        assert experiment.n_frames == 1000
    assert "5 sessions: 2 with problems, 3 built and saved." in text_of(
        find(panel, "dw-batch-words")
    )


def test_options_are_applied(tmp_path: Path) -> None:
    """Names by the pattern, bad frames and incomplete sessions only if asked for."""
    panel = to_batch(tmp_path, n_files=0)
    write_recording(tmp_path / "more", "lacking.npz", hd=None)

    type_into(find(panel, "dw-batch-files"), "more/lacking.npz")
    type_into(find(panel, "dw-batch-pattern"), "{parent}-{number:02}")
    tick(find(panel, "dw-batch-bad"))
    tick(find(panel, "dw-batch-missing"))
    click(find(panel, "dw-batch-check"))
    click(find(panel, "dw-batch-build"))

    experiment = open_experiment(tmp_path / "out" / "more-01" / "Exp more-01.npz")
    assert experiment.n_frames == 990
    assert "Without hd." in table_of(panel)


def test_change_of_files_or_plan_asks_for_another_check(tmp_path: Path) -> None:
    """What was checked was checked with another plan."""
    panel = to_batch(tmp_path)
    state = panel.state
    type_into(find(panel, "dw-batch-files"), "more/*.npz")
    click(find(panel, "dw-batch-check"))
    state.mark_bad(20, 30)
    after_edit = state.snapshot.work.batch.rows
    click(find(panel, "dw-batch-check"))
    type_into(find(panel, "dw-batch-files"), "more/m0.npz")

    assert after_edit == ()
    assert state.snapshot.work.batch.rows == ()
    assert find(panel, "dw-batch-build").disabled
    assert "Check the files first." in text_of(find(panel, "dw-batch"))


def test_open_points_of_this_session_stand_against_it(tmp_path: Path) -> None:
    """A plan that is not right for its own session is not applied to others."""
    panel = make_panel(tmp_path)
    panel.state.go("save")

    assert find(panel, "dw-batch-check").disabled
    assert "Check this session first" in text_of(find(panel, "dw-batch"))


def test_bad_pattern_is_an_error_of_the_step(tmp_path: Path) -> None:
    """The error box says what a pattern may hold; what was typed stays."""
    panel = to_batch(tmp_path)
    type_into(find(panel, "dw-batch-files"), "more/*.npz")
    type_into(find(panel, "dw-batch-pattern"), "{animal}")

    click(find(panel, "dw-batch-check"))

    assert "{animal}" in panel.state.snapshot.error.cause
    assert panel.state.snapshot.work.batch.files == "more/*.npz"


def test_results_are_handed_out(tmp_path: Path) -> None:
    """CSV and JSON of the table, by the panel's own buttons."""
    panel = to_batch(tmp_path, n_files=2)
    type_into(find(panel, "dw-batch-files"), "more/*.npz")
    click(find(panel, "dw-batch-check"))
    click(find(panel, "dw-batch-build"))

    files = []
    for name in ("dw-batch-csv", "dw-batch-json"):
        button = find(panel, name)
        gesture(button, {"event": "wanted"})
        files.append(bytes(button.comm.sent[-1]["buffers"][0]).decode("utf-8-sig"))
    table, tree = list(csv.DictReader(io.StringIO(files[0]))), json.loads(files[1])

    assert [row["session"] for row in table] == ["m0", "m1"]
    assert [row["hash"] for row in table] == [row["hash"] for row in tree]


def test_names_are_shown_as_text(tmp_path: Path) -> None:
    """A file whose name is markup is a row like any other."""
    panel = to_batch(tmp_path, n_files=0)
    write_recording(tmp_path / "more", "<img src=x onerror=alert(1)>.npz")

    type_into(find(panel, "dw-batch-files"), "more/*.npz")
    click(find(panel, "dw-batch-check"))

    assert "<img" not in table_of(panel)
    assert "&lt;img" in table_of(panel)


def test_rows_are_shown_as_they_get_done_and_cancel_keeps_them(tmp_path: Path) -> None:
    """Progress per row in a worker; what is done stays, what is not is said."""
    (tmp_path / "more").mkdir()
    for number in range(30):
        write_recording(tmp_path / "more", f"m{number}.npz")

    async def until(is_so: Any) -> None:
        started = time.monotonic()
        while not is_so():
            assert time.monotonic() - started < 60
            await asyncio.sleep(0.002)

    async def go() -> PanelState:
        root = LoadRequest(root=tmp_path / "out")
        state = PanelState(Workbench(), Worker(), Roots([tmp_path]), root)
        state.choose_kind("file")
        state.choose_file(str(write_recording(tmp_path)))
        state.open()
        state.check()
        await until(lambda: state.snapshot.is_checked and not state.snapshot.is_busy)
        state.set_batch(files="more/*.npz")
        state.check_batch()
        await until(lambda: not state.snapshot.is_busy)
        state.build_batch()
        await until(lambda: any(r.status == "done" for r in state.snapshot.work.batch.rows))
        assert state.snapshot.job.kind == "batch"
        assert "Building sessions: m" in state.snapshot.job.stage
        assert " of 30" in state.snapshot.job.counts
        state.cancel()
        await until(lambda: not state.snapshot.is_busy)
        return state

    rows = asyncio.run(go()).snapshot.work.batch.rows
    done = [row for row in rows if row.status == "done"]

    assert 0 < len(done) < 30
    assert {row.status for row in rows} == {"done", "cancelled"}
    assert len(list((tmp_path / "out").rglob("*.npz"))) == len(done)

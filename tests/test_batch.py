"""The same plan for more sessions: named, checked before anything is built, then built in turn."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import open_experiment
from driada_widgets.core.batch import BatchRow, build_rows, check_rows, make_rows
from driada_widgets.core.batch_table import as_csv, as_tree, is_settled, summary
from driada_widgets.core.errors import ParameterError
from driada_widgets.core.pipeline import run
from driada_widgets.core.report import Progress
from driada_widgets.core.request.model import (
    AggregateSpec,
    FeatureChoice,
    LoadRequest,
    SaveSpec,
    SourceSpec,
)
from driada_widgets.core.store import cache
from tests.samples import make_aligned


def write(folder: Path, name: str, **changes: Any) -> Path:
    """Write a recording; ``None`` leaves an array out."""
    data = {**make_aligned(seed=len(name)), **changes}
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / name, **{key: value for key, value in data.items() if value is not None})
    return folder / name


@pytest.fixture
def plan(tmp_path: Path) -> LoadRequest:
    """Give the plan of one session: a rate, an override, bad frames, a combination."""
    return LoadRequest(
        source=SourceSpec(path=write(tmp_path, "first.npz")),
        exp_params={"name": "first", "condition": "light"},
        static_features={"fps": 25.0},
        features={
            "speed": FeatureChoice(type="linear"),
            "hd": FeatureChoice(type="circular", as_detected=True, period=2 * np.pi),
            "trial_type": FeatureChoice(type="categorical"),
            "position": FeatureChoice(),
        },
        bad_frames=((0, 100),),
        root=tmp_path / "root",
    )


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Give three more sessions."""
    return [write(tmp_path / "more", f"m{number}.npz") for number in range(3)]


def test_sessions_are_named_by_the_pattern(plan: LoadRequest, files: list[Path]) -> None:
    """Each file is its own session; what is not its name is that of the plan."""
    rows = make_rows(plan, [*files, files[0]], pattern="{parent}-{stem}_{number:02}")

    assert [row.name for row in rows] == ["more-m0_01", "more-m1_02", "more-m2_03"]
    assert {row.status for row in rows} == {"waiting"}
    request = rows[0].request
    assert request is not None
    assert request.exp_params == {"name": "more-m0_01", "condition": "light"}
    assert request.static_features == {"fps": 25.0}
    assert request.features == plan.features


def test_bad_frames_belong_to_one_recording(plan: LoadRequest, files: list[Path]) -> None:
    """They are applied to others only if that is asked for."""
    without, kept = make_rows(plan, files)[0], make_rows(plan, files, keep_bad_frames=True)[0]

    assert without.request is not None
    assert kept.request is not None
    assert (without.request.bad_frames, kept.request.bad_frames) == ((), ((0, 100),))


@pytest.mark.parametrize("pattern", ["{animal}", "{stem", "}", "", "{stem.__class__}", "{0}"])
def test_other_patterns_are_refused(pattern: str, plan: LoadRequest, files: list[Path]) -> None:
    """A pattern can name three things and nothing else."""
    with pytest.raises(ParameterError, match="cannot be used"):
        make_rows(plan, files, pattern=pattern)


def test_two_files_of_one_name_are_refused(plan: LoadRequest, tmp_path: Path) -> None:
    """One would be saved over the other, also where only the case of letters differs."""
    one, two = write(tmp_path / "a", "M.npz"), write(tmp_path / "b", "m.npz")

    rows = make_rows(plan, [one, two])

    assert [row.status for row in rows] == ["problems", "problems"]
    assert "Another file is named 'M' too" in rows[0].problems[0]
    assert "{parent}_{stem}" in rows[0].problems[0]


def test_name_that_names_no_folder_is_a_problem_of_its_row(
    plan: LoadRequest, tmp_path: Path
) -> None:
    """The other sessions go on."""
    rows = make_rows(plan, [write(tmp_path, "CON.npz"), write(tmp_path, "fine.npz")])

    assert [row.status for row in rows] == ["problems", "waiting"]


def test_sessions_of_the_lab_are_named_by_their_files(plan: LoadRequest, tmp_path: Path) -> None:
    """IABS has its own rule; a file that does not follow it is a problem."""
    lab = replace(plan, source=replace(plan.source, data_source="IABS"))
    named, odd = write(tmp_path, "NOF_H02_3D syn data.npz"), write(tmp_path, "odd.npz")

    rows = make_rows(lab, [named, odd])

    assert [row.name for row in rows] == ["NOF_H02_3D", ""]
    assert "does not say track, animal and session" in rows[1].problems[0]


def test_plan_of_a_demo_carries_its_constants(files: list[Path]) -> None:
    """What a demo adds to its request holds for the files it is applied to."""
    demo = LoadRequest(source=SourceSpec(kind="demo", path=Path("dg_2-1_D1")))

    request = make_rows(demo, files)[0].request

    assert request is not None
    assert (request.source.kind, request.static_features["fps"]) == ("file", 10.0)


def test_every_session_is_checked_before_anything_is_built(
    plan: LoadRequest, files: list[Path], tmp_path: Path
) -> None:
    """What stands against each is said in words, and nothing is written."""
    calcium = make_aligned()["calcium"]
    turned = write(tmp_path, "turned.npz", calcium=calcium.T)
    lacking = write(tmp_path, "lacking.npz", hd=None)
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK\x03\x04")
    gone = tmp_path / "gone.npz"

    rows = check_rows(make_rows(plan, [files[0], turned, lacking, broken, gone]))
    by_name = {row.name: row for row in rows}

    assert by_name["m0"].status == "ready"
    assert (by_name["m0"].n_cells, by_name["m0"].n_frames) == (5, 1000)
    assert "transposed" in by_name["turned"].problems[0]
    assert by_name["lacking"].missing == ("hd",)
    assert by_name["lacking"].problems == ("It lacks 'hd'.",)
    assert "broken.npz" in by_name["broken"].problems[0]
    assert "not found" in by_name["gone"].problems[0]
    assert not plan.root.exists()


def test_missing_features_can_be_allowed(plan: LoadRequest, tmp_path: Path) -> None:
    """The row still says what is missing, components of a combination included."""
    lacking = write(tmp_path, "lacking.npz", hd=None)
    combination = AggregateSpec(of=("speed", "x"), name="both")
    combined = replace(plan, aggregate_features=(combination,))

    rows = check_rows(make_rows(combined, [lacking]), allow_missing=True)

    assert (rows[0].status, rows[0].missing) == ("ready", ("hd", "x"))


def test_saved_experiment_among_the_files_is_a_problem(
    plan: LoadRequest, files: list[Path], tmp_path: Path
) -> None:
    """It was built already, by a plan of its own."""
    saved = tmp_path / "saved.npz"
    run(replace(plan, save=SaveSpec(path=saved)))

    row = check_rows(make_rows(plan, [saved]))[0]

    assert row.problems == ("This is a saved experiment, not a recording.",)


@pytest.mark.parametrize("format_", ["archive", "pickle"])
def test_sessions_are_built_and_saved_in_turn(
    plan: LoadRequest, files: list[Path], format_: Any
) -> None:
    """Each as if its request had been run alone, at its own place; one that is not ready stays."""
    plan = replace(plan, save=SaveSpec(format=format_))
    broken = files[0].with_name("broken.npz")
    broken.write_bytes(b"")
    seen: list[tuple[str, ...]] = []

    checked = check_rows(make_rows(plan, [*files, broken]))
    rows = build_rows(checked, told=lambda now: seen.append(tuple(row.status for row in now)))

    assert [row.status for row in rows] == ["done", "done", "done", "problems"]
    assert seen[0] == ("working", "ready", "ready", "problems")
    assert seen[-1] == ("done", "done", "done", "problems")
    place = cache.archive_path if format_ == "archive" else cache.pickle_path
    for row in rows[:3]:
        assert row.request is not None
        assert row.saved_to == place(plan.root, row.name)
        alone = run(replace(row.request, save=None)).experiment
        assert open_experiment(row.saved_to).content_hash == row.hash == alone.content_hash
        assert alone.trial_type.type_info.subtype == "categorical"


def test_second_run_opens_what_the_first_has_built(plan: LoadRequest, files: list[Path]) -> None:
    """Sessions that are done already take no time and give the same hashes."""
    first = build_rows(check_rows(make_rows(plan, files)))
    times = [row.saved_to.stat().st_mtime_ns for row in first if row.saved_to]

    second = build_rows(check_rows(make_rows(plan, files)))

    assert [row.hash for row in second] == [row.hash for row in first]
    assert [row.saved_to.stat().st_mtime_ns for row in second if row.saved_to] == times


def test_failing_disk_is_said_in_its_row(plan: LoadRequest, files: list[Path]) -> None:
    """An experiment that was built but not saved is not called done."""
    plan.root.write_text("a file, not a folder")

    rows = build_rows(check_rows(make_rows(plan, files[:1])))

    assert rows[0].status == "failed"
    assert "was not saved" in rows[0].problems[0]


def cancelling(stage: str, at: int) -> Progress:
    """Give a progress that is cancelled in the n-th session, at a stage of its build."""
    seen: list[str] = []

    def listen(progress: Progress) -> None:
        if progress.stage.endswith(stage):
            seen.append(progress.stage)
            if len({each.split(":")[1] for each in seen}) == at:
                progress.cancel()

    return Progress(listener=listen)


def test_cancel_keeps_what_is_done_and_says_what_is_not(
    plan: LoadRequest, files: list[Path]
) -> None:
    """The session that was being built leaves nothing behind."""
    checked = check_rows(make_rows(plan, files))

    rows = build_rows(checked, cancelling("Building the experiment", at=2))

    assert [row.status for row in rows] == ["done", "cancelled", "cancelled"]
    assert [path.name for path in plan.root.rglob("*") if path.is_file()] == ["Exp m0.npz"]
    assert summary(rows) == "3 sessions: 1 built and saved, 2 cancelled, not built."


def test_cancelled_check_can_go_on(plan: LoadRequest, files: list[Path]) -> None:
    """What was checked stays so; the rest waits, and a second check takes only that up."""
    rows = check_rows(make_rows(plan, files), cancelling("Reading calcium", at=2))

    assert [row.status for row in rows] == ["ready", "waiting", "waiting"]
    assert [row.status for row in check_rows(rows)] == ["ready", "ready", "ready"]


def test_progress_counts_sessions_and_names_what_is_done(
    plan: LoadRequest, files: list[Path]
) -> None:
    """A person sees which file, which stage, and how many of how many."""
    seen: list[tuple[str, str]] = []
    progress = Progress(listener=lambda now: seen.append((now.stage, now.counts)))

    check_rows(make_rows(plan, files), progress)

    assert ("Checking sessions: m1.npz, Reading calcium", "1 of 3") in seen


def test_table_of_results(plan: LoadRequest, files: list[Path]) -> None:
    """CSV and JSON say the same; no file name becomes a formula of a spreadsheet."""
    odd = files[0].with_name("=1+1.npz")
    files[0].rename(odd)
    rows = build_rows(check_rows(make_rows(plan, [odd, files[1]], pattern="n{number}")))
    bad = BatchRow(path=Path("=x.npz"), name="-a", request=None, status="problems", missing=("hd",))

    tree = as_tree([*rows, bad])
    table = list(csv.DictReader(io.StringIO(as_csv([*rows, bad]))))

    assert [entry["status"] for entry in tree] == ["done", "done", "problems"]
    assert [entry["hash"] for entry in table] == [rows[0].hash, rows[1].hash, ""]
    assert table[2]["file"] == "'=x.npz"
    assert table[2]["session"] == "'-a"
    assert table[2]["missing"] == "hd"
    assert is_settled(rows)
    assert not is_settled([*rows, bad])

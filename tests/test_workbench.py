"""One source kept open: what the panel stands on."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from driada_widgets import FeatureChoice, LoadRequest, SaveSpec, SourceSpec, open_experiment, run
from driada_widgets.core.errors import LoadCancelledError, NotFoundError, ParameterError
from driada_widgets.core.report import Progress
from driada_widgets.core.request.edit import apply_changes
from driada_widgets.core.road import opening
from driada_widgets.core.sources.npz import NpzReader
from driada_widgets.core.workbench import Workbench
from tests.promptness import promptly
from tests.samples import make_aligned


@pytest.fixture
def request_(tmp_path: Path) -> LoadRequest:
    """Give a request on a file."""
    np.savez(tmp_path / "rec.npz", **make_aligned())
    source = SourceSpec(path=tmp_path / "rec.npz")
    return LoadRequest(source=source, exp_params={"name": "n"}, root=tmp_path / "root")


def test_opening_reads_headers_only(request_: LoadRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large file opens at once."""
    monkeypatch.setattr(NpzReader, "read", lambda *_: pytest.fail("an array was read"))
    bench = Workbench()

    assert [info.name for info in bench.open(request_).arrays] == list(make_aligned())
    assert bench.calcium is None
    assert bench.feature("speed") is None


def test_arrays_are_read_once(request_: LoadRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a person changes, the file is not read again; only new arrays are."""
    asked: list[str] = []
    read = opening.Opened.read

    def counting(self: opening.Opened, names: list[str], *more: Progress) -> object:
        asked.extend(names)
        return read(self, names, *more)

    monkeypatch.setattr(opening.Opened, "read", counting)
    bench = Workbench()
    without_speed = replace(request_, features={"speed": FeatureChoice(use=False)})
    for request in (without_speed, request_, replace(request_, bad_frames=((1, 5),))):
        bench.check(request)
    bench.build(request_)

    assert sorted(asked) == sorted(make_aligned())


def test_a_change_of_type_is_checked_in_milliseconds(tmp_path: Path) -> None:
    """A click on a type must not feel like a load: less than a tenth of the first check."""
    np.savez(tmp_path / "rec.npz", **make_aligned(n_cells=60, n_frames=40000))
    request = LoadRequest(source=SourceSpec(path=tmp_path / "rec.npz"), exp_params={"name": "n"})
    bench = Workbench()
    started = time.perf_counter()
    first = bench.check(request)
    first_sec = time.perf_counter() - started
    changed = apply_changes(request, [(("features", "hd", "type"), "linear")])
    durations = []
    for _ in range(3):
        started = time.perf_counter()
        second = bench.check(changed)
        durations.append(time.perf_counter() - started)

    assert min(durations) < first_sec / 10
    types = [
        next(each.type_info for each in check.features if each.name == "hd")
        for check in (first, second)
    ]
    assert [info and info.subtype for info in types] == ["circular", "linear"]


def test_pictures_get_arrays_cells_first_and_read_only(tmp_path: Path) -> None:
    """Also where the file is frames first."""
    data = make_aligned()
    np.savez(tmp_path / "rec.npz", **(data | {"calcium": data["calcium"].T}))
    request = LoadRequest(
        source=SourceSpec(path=tmp_path / "rec.npz"),
        exp_params={"name": "n"},
        transpose=("calcium",),
    )
    bench = Workbench()
    bench.check(request)

    calcium, position = bench.calcium, bench.feature("position")
    assert calcium is not None
    assert position is not None
    np.testing.assert_array_equal(calcium, data["calcium"])
    np.testing.assert_array_equal(position, data["position"])
    assert not calcium.flags.writeable


def test_a_check_tells_what_a_build_will(request_: LoadRequest) -> None:
    """Notes, ledger and features agree; so does the experiment that ``run`` makes."""
    bench = Workbench()
    checked, built = bench.check(request_), bench.build(request_)

    assert checked.ok
    assert checked.cost is not None
    assert (checked.notes, checked.ledger) == (built.notes, built.ledger)
    assert [each.name for each in checked.features] == list(built.experiment.dynamic_features)[:4]
    assert run(request_).experiment.content_hash == built.experiment.content_hash


def test_issues_stop_the_build_and_are_in_the_check(request_: LoadRequest) -> None:
    """The panel shows them; code gets them as one error."""
    bench = Workbench()
    wrong = replace(request_, static_features={"fps": -1}, bad_frames=(-5,))
    checked = bench.check(wrong)

    assert {issue.id for issue in checked.issues} == {"constant-invalid", "bad-frame-invalid"}
    with pytest.raises(ParameterError, match="fps must be positive, got -1") as caught:
        bench.build(wrong)
    assert "outside 0…999" in str(caught.value)


def test_a_file_that_changed_is_opened_again(request_: LoadRequest) -> None:
    """The bench never shows an old recording under a new name."""
    bench = Workbench()
    assert request_.source.path is not None
    first = bench.check(request_)
    np.savez(request_.source.path, **make_aligned(n_cells=8))
    second = bench.check(request_)

    assert first.plan is not None
    assert second.plan is not None
    assert (first.plan.n_cells, second.plan.n_cells) == (5, 8)


@pytest.mark.parametrize("save", [None, SaveSpec(), SaveSpec(format="pickle")])
def test_saving_remembers_the_digest_of_the_source(
    request_: LoadRequest, save: SaveSpec | None
) -> None:
    """What is saved can be told from what other bytes would give."""
    bench = Workbench()
    result = bench.build(request_)
    path = bench.save(result, replace(request_, save=save))
    opened = open_experiment(path)

    suffix = ".pickle" if save and save.format == "pickle" else ".npz"
    assert path == request_.root / "n" / f"Exp n{suffix}"
    assert opened.content_hash == result.experiment.content_hash
    assert len(opened.provenance["source"]["sha256"]) == 64
    assert opened.provenance["request"]["exp_params"] == {"name": "n"}


def test_an_explicit_place_is_used(request_: LoadRequest, tmp_path: Path) -> None:
    """Missing folders are made."""
    bench = Workbench()
    place = tmp_path / "new" / "mine.npz"
    result = bench.build(request_)

    assert bench.save(result, replace(request_, save=SaveSpec(path=place))) == place
    assert place.exists()


def test_arrays_in_memory_are_a_source() -> None:
    """A notebook hands its arrays over; the experiment gets copies."""
    data = make_aligned()
    request = LoadRequest(source=SourceSpec(kind="memory"), exp_params={"name": "n"})
    result = Workbench(data=data).build(request)

    assert not np.shares_memory(result.experiment.calcium_source, data["calcium"])
    with pytest.raises(ParameterError, match="in memory"):
        Workbench().open(request)


def test_a_saved_experiment_is_a_source(request_: LoadRequest) -> None:
    """Untouched it is opened as it is; edits are applied to what it holds."""
    bench = Workbench()
    trimmed = replace(request_, bad_frames=((0, 10),), static_features={"fps": 12.5})
    saved = bench.build(trimmed)
    path = bench.save(saved, trimmed)
    source = LoadRequest(source=SourceSpec(kind="saved", path=path))
    same = Workbench().build(source)
    edited = Workbench().build(apply_changes(source, [(("features", "hd", "type"), "linear")]))
    checked = Workbench().check(source)

    assert same.plan is None
    assert same.experiment.content_hash == saved.experiment.content_hash
    assert (edited.experiment.n_frames, edited.experiment.static_features["fps"]) == (990, 12.5)
    assert "hd_2d" not in edited.experiment.dynamic_features
    assert checked.ok
    assert [each.name for each in checked.features] == ["speed", "hd", "trial_type", "position"]


def test_a_source_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Opening fails with the name; nothing is left open."""
    bench = Workbench()
    source = SourceSpec(path=tmp_path / "none.npz")
    with pytest.raises(NotFoundError, match=r"Data file not found: .*none\.npz"):
        bench.open(LoadRequest(source=source))

    assert bench.inventory is None


def test_cancel_stops_within_a_tenth_of_a_second(tmp_path: Path) -> None:
    """And leaves nothing behind; the next call starts afresh."""
    rng = np.random.default_rng(0)
    np.savez(
        tmp_path / "rec.npz", **(make_aligned(2, 40000) | {"calcium": rng.random((150, 40000))})
    )
    request = LoadRequest(
        source=SourceSpec(path=tmp_path / "rec.npz"), exp_params={"name": "n"}, root=tmp_path / "r"
    )
    for stage in ("Reading calcium", "Detecting feature types"):

        def attempt(_number: int, stage: str = stage) -> float:
            person = _Person(stage)
            with pytest.raises(LoadCancelledError):
                Workbench().build(request, person.progress)
            return time.monotonic() - person.pressed

        promptly(attempt, 0.1)
    assert not (tmp_path / "r").exists()


class _Person:
    """Presses *Cancel* a millisecond after a stage began, from another thread."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.pressed = 0.0
        self.progress = Progress(listener=self._watch)
        self._thread = threading.Timer(0.001, self._press)

    def _watch(self, progress: Progress) -> None:
        if progress.stage == self.stage and progress.done == 0:
            self._thread.start()

    def _press(self) -> None:
        self.pressed = time.monotonic()
        self.progress.cancel()

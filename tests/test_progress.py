"""Where a long call is: counts in words, the time that is left, and which stage of how many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from driada_widgets.core.errors import LoadCancelledError
from driada_widgets.core.pipeline import run
from driada_widgets.core.report import Progress
from driada_widgets.core.request.model import LoadRequest, SourceSpec
from driada_widgets.core.road import stages
from driada_widgets.core.workbench import Workbench
from tests.samples import make_aligned


def test_counts_are_written_for_people() -> None:
    """Steps have thousands separators, bytes have units, and the unknown is not counted."""
    progress = Progress()

    progress.begin("Detecting", total=12_000)
    progress.advance(1500)
    steps = progress.counts
    progress.begin("Reading", total=400_000_000, unit="bytes")
    progress.count_bytes(120_000_000)
    sizes = progress.counts
    progress.begin("Building")

    assert (steps, sizes, progress.counts) == ("1,500 of 12,000", "120.0 MB of 400.0 MB", "")


def test_bytes_count_only_where_bytes_are_counted() -> None:
    """A reader says what it read; a stage that counts arrays does not add that up."""
    progress = Progress()

    progress.begin("Reading", total=9)
    progress.count_bytes(1000)
    assert progress.done == 0

    progress.move_to(4)
    assert progress.done == 4
    progress.cancel()
    with pytest.raises(LoadCancelledError):
        progress.count_bytes(1)


def test_time_left_follows_the_pace_of_the_stage() -> None:
    """A quarter in 30 seconds leaves 90; nothing is said in the first second, or without counts."""
    progress = Progress()
    progress.begin("Reading", total=100)
    progress.advance(25)
    at_once = progress.left_sec
    progress.stage_started -= 30

    assert at_once is None
    assert progress.left_sec == pytest.approx(90, abs=1)
    progress.begin("Building")
    progress.stage_started -= 30
    assert progress.left_sec is None


def test_place_of_a_stage() -> None:
    """The stages of one line stand for each other; one that nobody lists has no number."""
    assert stages.place("Verifying", stages.BUILD) == "1/5"
    assert stages.place("Saving", stages.SAVE) == "2/2"
    assert stages.place("Something else", stages.BUILD) == ""


def stages_of(bench: Workbench, request: LoadRequest) -> list[str]:
    """Give the stages that a build goes through, each once."""
    seen: list[str] = []
    bench.build(request, Progress(listener=lambda now: seen.append(now.stage)))
    return list(dict.fromkeys(seen))


def test_stages_of_a_build_are_those_of_the_list_in_order(tmp_path: Path) -> None:
    """What the panel numbers is what really happens: after a check, and without one."""
    np.savez(tmp_path / "rec.npz", **make_aligned())
    request = LoadRequest(source=SourceSpec(path=tmp_path / "rec.npz"), exp_params={"name": "n"})
    for checked in (True, False):
        bench = Workbench()
        if checked:
            bench.check(request)
        places = [stages.place(stage, stages.BUILD) for stage in stages_of(bench, request)]

        assert "" not in places
        assert places == sorted(places)


def test_hash_of_a_build_is_at_hand(tmp_path: Path) -> None:
    """The panel's build digests the arrays in its worker, so that showing it takes no time."""
    np.savez(tmp_path / "rec.npz", **make_aligned())
    request = LoadRequest(source=SourceSpec(path=tmp_path / "rec.npz"), exp_params={"name": "n"})

    result = Workbench().build(request)
    digests = dict(result.experiment._digests)

    assert set(digests) == {"calcium", "speed", "hd", "trial_type", "position"}
    assert result.experiment.content_hash == run(request).experiment.content_hash

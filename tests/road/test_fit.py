"""Whether a build fits into this machine, and what is said where it does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from driada_widgets.core import machine
from driada_widgets.core.pipeline import CheckResult, check
from driada_widgets.core.request.model import LoadRequest, SourceSpec, SpikeSpec
from driada_widgets.core.road.fit import Fit, compare_with_machine
from tests.samples import make_aligned

GB = 10**9


@pytest.fixture
def checked(tmp_path: Path) -> CheckResult:
    """Give a checked recording whose calcium is float64."""
    np.savez(tmp_path / "rec.npz", **make_aligned())
    return check(LoadRequest(source=SourceSpec(path=tmp_path / "rec.npz")))


def fit(checked: CheckResult, low: int, high: int, disk: int = 0) -> Fit:
    """Compare a cost in bytes with the machine of the test."""
    assert checked.cost is not None
    assert checked.plan is not None
    cost = replace(checked.cost, memory_low=low, memory_high=high, disk=disk)
    return compare_with_machine(cost, checked.plan, checked.inventory, Path("root") / "e.npz")


@pytest.fixture(autouse=True)
def eight_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a machine with 8 GB of free memory and 10 GB of free disk."""
    monkeypatch.setattr(machine, "free_memory", lambda: 8 * GB)
    monkeypatch.setattr(machine, "free_disk", lambda _: 10 * GB)


def test_what_fits_needs_no_words(checked: CheckResult) -> None:
    """Both estimates under what is free: no problem, no remedy, and what is free is said."""
    found = fit(checked, 3 * GB, 6 * GB, disk=GB)

    assert found == Fit(level="good", memory_free=8 * GB, disk_free=10 * GB)


def test_what_may_not_fit_is_doubtful(checked: CheckResult) -> None:
    """The high estimate alone is beyond: it may work, so it is said but not in red."""
    found = fit(checked, 5 * GB, 10 * GB)

    assert found.level == "doubtful"
    assert found.problems == (
        "It may not fit into memory: it takes 5.0 GB to 10.0 GB, 8.0 GB are free.",
    )


def test_what_will_not_fit_has_remedies_that_apply(checked: CheckResult) -> None:
    """float32 where calcium is float64, how many frames fit, and no word about spikes."""
    found = fit(checked, 10 * GB, 16 * GB)
    said = " ".join(found.remedies)

    assert found.level == "bad"
    assert "will not fit" in found.problems[0]
    assert "Store 'calcium' as float32" in said
    assert "about 500 of 1,000 frames fit" in said
    assert "spikes" not in said


def test_spikes_can_be_left_for_later(checked: CheckResult) -> None:
    """Who asks for spikes can build without them, or with fewer workers later."""
    assert checked.plan is not None
    request = replace(checked.plan.request, spikes=SpikeSpec(method="wavelet"))
    asked = replace(checked, plan=replace(checked.plan, request=request))

    assert any("fewer workers" in each for each in fit(asked, 10 * GB, 16 * GB).remedies)


def test_full_disk_is_bad(checked: CheckResult) -> None:
    """Room is compared where the experiment would be saved."""
    found = fit(checked, GB, GB, disk=11 * GB)

    assert found.level == "bad"
    assert "Saving takes 11.0 GB of disk; 10.0 GB are free in 'root'." in found.problems
    assert "another disk" in found.remedies[0]


def test_unknown_machine_is_not_judged(
    checked: CheckResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system tells nothing, nothing is claimed."""
    monkeypatch.setattr(machine, "free_memory", lambda: None)
    monkeypatch.setattr(machine, "free_disk", lambda _: None)

    assert fit(checked, 10**15, 10**16, disk=10**15).level == "good"

"""NaN and infinite values: found, told, and mended by the chosen policy only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.build.assemble import build
from driada_widgets.core.build.examine import Examination, examine
from driada_widgets.core.errors import DataShapeError, DataValueError
from driada_widgets.core.experiment.contents import Filled
from driada_widgets.core.report import Issue
from driada_widgets.core.request.edit import apply_changes
from driada_widgets.core.request.model import NanPolicies, NanPolicy, PolicyName
from tests.inventories import plan_of_arrays, request_of
from tests.samples import make_aligned


def with_gaps(**gaps: Any) -> dict[str, NDArray[Any]]:
    """Give the sample with values replaced: ``speed=(slice(3, 9), nan)``."""
    data = make_aligned()
    for name, (where, value) in gaps.items():
        data[name][where] = value
    return data


def look(data: dict[str, NDArray[Any]], policy: PolicyName = "raise", **fields: Any) -> Examination:
    """Examine with one policy for all arrays."""
    nan = NanPolicies(default=NanPolicy(policy=policy))
    return examine(data, plan_of_arrays(data, **{"nan": nan} | fields))


def only_issue(seen: Examination) -> Issue:
    """Give the one issue."""
    (issue,) = seen.issues
    return issue


def test_nan_in_calcium_names_neurons_amount_frames_and_policies() -> None:
    """Everything that is needed to decide is in the text; nothing is changed."""
    data = with_gaps(calcium=((slice(1, 4, 2), slice(10, 14)), np.nan))
    issue = only_issue(look(data))

    assert (issue.error, issue.field) == (DataValueError, "calcium")
    assert "'calcium' holds NaN: neurons 1, 3 of 5, 8 values (0.16 %), frames 10-13." in issue.text
    for way in ("'bad_frames' (those 4 frames", "'interpolate'", "'drop' (the 2 neurons"):
        assert way in issue.fix
    assert [fix.label for fix in issue.fixes] == [
        "Remove those 4 frames",
        "Interpolate gaps up to 0.5 s",
        "Leave out neurons 1, 3",
    ]


def test_infinite_values_are_called_so() -> None:
    """The two are different faults of a recording."""
    data = with_gaps(speed=(5, -np.inf), hd=(7, np.nan))
    issues = {issue.field: issue.text for issue in look(data).issues}

    assert "'speed' holds infinite values: 1 value (0.1 %), frames 5." in issues["speed"]
    assert "'hd' holds NaN: 1 value" in issues["hd"]


@pytest.mark.parametrize("name", ["speed", "position", "calcium"])
def test_every_fix_leads_to_an_experiment(name: str) -> None:
    """What a button offers works."""
    where: Any = slice(100, 105) if name == "speed" else (1, slice(100, 105))
    data = with_gaps(**{name: (where, np.nan)})
    for fix in only_issue(look(data)).fixes:
        request = apply_changes(request_of(), fix.changes)
        experiment, notes = build(data, plan_of_arrays(data, nan=request.nan))

        assert np.isfinite(experiment.calcium.data).all()
        assert [note.subject for note in notes if note.id.startswith("nan-")] == [name]


def test_bad_frames_are_removed_everywhere() -> None:
    """One array's gaps may so mend another's."""
    data = with_gaps(speed=(slice(20, 25), np.nan), calcium=((2, 22), np.nan))
    nan = NanPolicies(arrays={"speed": NanPolicy(policy="bad_frames")})
    experiment, notes = build(data, plan_of_arrays(data, nan=nan))

    assert experiment.n_frames == 995
    assert np.flatnonzero(experiment.bad_frames_mask).tolist() == [20, 21, 22, 23, 24]
    assert "5 frames with NaN in 'speed' are removed." in [note.text for note in notes]


def test_gaps_in_frames_that_are_removed_anyway_need_no_policy() -> None:
    """What a person marked as bad is not held against the data."""
    data = with_gaps(speed=(slice(20, 25), np.nan), calcium=((2, 22), np.inf))
    seen = look(data, bad_frames=((20, 25),))
    experiment, _ = build(data, plan_of_arrays(data, bad_frames=((20, 25),)), examination=seen)

    assert seen.issues == ()
    assert np.isfinite(experiment.dynamic_features["speed"].data).all()
    assert experiment.calcium_source[2, 22] == np.inf


def test_inner_gaps_are_filled_by_straight_lines() -> None:
    """The source stays as it is; the experiment shows the filled values."""
    data = with_gaps(speed=(slice(20, 25), np.nan), calcium=((2, slice(30, 33)), np.nan))
    seen = look(data, "interpolate")
    experiment, _ = build(data, plan_of_arrays(data), examination=seen)

    line = np.interp(np.arange(20, 25), [19, 25], data["speed"][[19, 25]])
    np.testing.assert_allclose(experiment.dynamic_features["speed"].data[20:25], line)
    assert seen.calcium_filled == (Filled(row=2, ranges=((30, 33),)),)
    assert np.isnan(experiment.calcium_source[2, 31])
    assert np.isfinite(experiment.calcium.data).all()


@pytest.mark.parametrize(
    ("where", "what"),
    [(slice(20, 31), "11 values"), (slice(0, 3), "3 values"), (slice(997, 1000), "3 values")],
    ids=["longer than 0.5 s", "first frames", "last frames"],
)
def test_what_cannot_be_interpolated_is_refused(where: slice, what: str) -> None:
    """No value is invented where there is nothing on one side, or too long a gap."""
    issue = only_issue(look(with_gaps(speed=(where, np.nan)), "interpolate"))

    assert what in issue.text
    assert "at most 10 frames (0.5 s)" in issue.text


def test_dropped_neurons_keep_their_recorded_rows_in_the_metadata() -> None:
    """Results can be traced back to the recording."""
    data = with_gaps(calcium=((slice(1, 4, 2), slice(None)), np.nan))
    experiment, notes = build(
        data, plan_of_arrays(data, nan=NanPolicies(default=NanPolicy(policy="drop")))
    )

    assert experiment.n_cells == 3
    assert experiment.metadata == {"original_cell_index": [0, 2, 4]}
    assert any("neurons 1, 3 of 'calcium' hold NaN" in note.text for note in notes)
    assert experiment.calcium_source.shape == (5, 1000)


def test_dropping_every_neuron_is_refused() -> None:
    """An experiment has neurons."""
    issue = only_issue(look(with_gaps(calcium=((slice(None), 5), np.nan)), "drop"))

    assert "dropping leaves none" in issue.text


def test_removing_every_frame_is_refused() -> None:
    """A neuron without any value makes every frame bad."""
    issue = only_issue(look(with_gaps(calcium=(1, np.nan)), "bad_frames"))

    assert issue.error is DataShapeError
    assert "1000 of 1000 frames are removed: no frame is left" in issue.text


def test_a_dropped_feature_is_in_the_ledger() -> None:
    """Nothing vanishes without a word."""
    seen = look(with_gaps(position=((0, 5), np.nan)), "drop")

    fates = {entry.name: (entry.fate, entry.why) for entry in seen.ledger}
    assert fates["position"] == ("dropped", "holds NaN, left out by the policy")
    assert "position" not in [report.name for report in seen.features]


@pytest.mark.parametrize("name", ["spikes", "asp", "reconstructions"])
def test_arrays_of_neurons_follow_the_policies_but_are_not_interpolated(name: str) -> None:
    """A straight line between spikes would be an invention."""
    data = {**make_aligned(), name: np.zeros((5, 1000))}
    data[name][1, 5] = np.nan

    issue = only_issue(look(data, "interpolate"))
    assert "'interpolate'" not in issue.fix
    assert look(data, "drop").left_out == {name}
    assert look(data, "bad_frames").bad_mask.sum() == 1


def test_removing_every_frame_for_a_feature_is_refused() -> None:
    """A feature without a value on any kept frame has no type, and is not asked for one."""
    data = with_gaps(calcium=(1, np.nan), speed=(slice(0, 5), np.nan))
    issue = only_issue(look(data, "bad_frames"))

    assert issue.error is DataShapeError
    assert "1000 of 1000 frames are removed: no frame is left" in issue.text


@pytest.mark.parametrize(
    ("calcium", "offered"),
    [
        ((slice(None), slice(0, 4)), ["bad_frames", "interpolate"]),
        ((1, slice(None)), ["interpolate", "drop"]),
        ((1, slice(0, 998)), ["bad_frames", "interpolate", "drop"]),
        ((1, slice(0, 999)), ["interpolate", "drop"]),
    ],
    ids=["every neuron", "every frame", "two frames left", "one frame left"],
)
def test_only_policies_that_leave_something_are_offered(
    calcium: tuple[Any, ...], offered: list[str]
) -> None:
    """No button leads to the next error; of each policy it is said what it would do."""
    issue = only_issue(look(with_gaps(calcium=(calcium, np.nan)), "raise"))

    assert [fix.changes[0][1] for fix in issue.fixes] == offered
    assert all(f"'{way}'" in issue.fix for way in ("bad_frames", "interpolate", "drop"))
    assert all(f"'{way}' would leave" not in issue.fix for way in offered)


@pytest.mark.parametrize(
    ("values", "share"),
    [(slice(None), "1000 values (100 %)"), (slice(0, 999), "999 values (99.9 %)")],
    ids=["all", "all but one"],
)
def test_share_of_missing_values_is_plain(values: slice, share: str) -> None:
    """No power of ten, and 100 % only of all."""
    data = {"calcium": np.ones((1, 1000)).cumsum(axis=1)}
    data["calcium"][0, values] = np.nan

    assert share in only_issue(look(data, "raise")).text


def test_one_neuron_and_one_frame_are_singular() -> None:
    """The sentences are read by people."""
    dropped = look(with_gaps(calcium=((1, 5), np.nan)), "drop")
    removed = look(with_gaps(calcium=((1, 5), np.nan)), "bad_frames")

    assert "neuron 1 of 'calcium' holds NaN and is left out." in [n.text for n in dropped.notes]
    assert "1 frame with NaN in 'calcium' is removed." in [n.text for n in removed.notes]

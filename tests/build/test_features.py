"""Features: constant ones, types, the circular whitelist, combinations, the ledger."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.build import look
from driada_widgets.core.build.assemble import build
from driada_widgets.core.build.examine import Detections, Examination, examine
from driada_widgets.core.build.features import is_garbage
from driada_widgets.core.errors import LoadCancelledError
from driada_widgets.core.report import Progress
from driada_widgets.core.request.model import AggregateSpec, FeatureChoice
from driada_widgets.core.signals.detect import detect_type
from driada_widgets.core.signals.multi import MultiTimeSeries
from driada_widgets.core.signals.series import TimeSeries
from tests.inventories import plan_of_arrays
from tests.samples import make_aligned


def seen(data: dict[str, Any], **fields: Any) -> Examination:
    """Examine the arrays."""
    return examine(data, plan_of_arrays(data, **fields))


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        ([], True),
        ([np.nan, np.nan], True),
        ([3.0, np.nan, 3.0], True),
        ([1, 1, 1], True),
        ([True, True], True),
        ([[2.0, 2.0], [2.0, 2.0]], True),
        ([[1.0, 1.0], [2.0, 2.0]], False),
        ([0.0, np.nan, 1.0], False),
        ([np.inf, 1.0], False),
        ([False, True], False),
    ],
    ids=str,
)
def test_at_most_one_distinct_value_is_garbage(array: list[Any], expected: bool) -> None:
    """NaN does not count as a value; all components count together."""
    assert is_garbage(np.array(array)) == expected


def test_reports_say_name_type_and_reason() -> None:
    """What the panel shows comes from here, with numbers."""
    reports = {report.name: report for report in seen(make_aligned()).features}

    assert list(reports) == ["speed", "hd", "trial_type", "position"]
    assert (reports["hd"].detected, reports["hd"].forced) == (reports["hd"].type_info, False)
    assert reports["hd"].type_info is not None
    assert reports["hd"].type_info.circular_period == 2 * math.pi
    assert reports["trial_type"].why == "2 distinct values in 1,000 frames: 0 and 1"
    assert (reports["position"].shape, reports["position"].type_info) == ((2, 1000), None)


def test_a_chosen_type_is_used_and_the_difference_is_said() -> None:
    """The reason still tells what detection found."""
    found = seen(make_aligned(), features={"trial_type": FeatureChoice(type="linear")})
    report = next(each for each in found.features if each.name == "trial_type")

    assert report.type_info is not None
    assert (report.type_info.subtype, report.type_info.confidence) == ("linear", 1.0)
    assert report.why.startswith("detected as binary: 2 distinct values")
    assert [note.text for note in found.notes if note.id == "type-overridden"] == [
        "Feature 'trial_type' type overridden: auto-detected 'binary' (conf=1.00) -> "
        "forced 'linear'"
    ]


def test_one_chosen_type_turns_other_circular_features_linear_with_a_warning() -> None:
    """The documented whitelist; listing the feature keeps it."""
    choice = {"speed": FeatureChoice(type="linear")}
    hidden = seen(make_aligned(), features=choice)
    kept = seen(make_aligned(), features=choice | {"hd": FeatureChoice()})

    assert [note.subject for note in hidden.notes if note.id == "circular-not-listed"] == ["hd"]
    assert {each.name: each.type_info and each.type_info.subtype for each in hidden.features}[
        "hd"
    ] == "linear"
    assert not [note for note in kept.notes if note.id == "circular-not-listed"]


@pytest.mark.parametrize(
    ("choice", "period"),
    [
        (FeatureChoice(type="circular"), 2 * math.pi),
        (FeatureChoice(type="circular", period=1.5), 1.5),
        (FeatureChoice(type="circular", period=2 * math.pi, as_detected=True), 2 * math.pi),
    ],
    ids=["none given", "given", "as detected"],
)
def test_a_circular_type_has_the_period_that_is_known(choice: FeatureChoice, period: float) -> None:
    """Given wins; else what range or detection says."""
    found = seen(make_aligned(), features={"hd": choice})
    info = next(each.type_info for each in found.features if each.name == "hd")

    assert info is not None
    assert info.circular_period == period
    assert (info.confidence == 1.0) == (not choice.as_detected)


def test_angles_that_only_detection_knows_get_its_period() -> None:
    """A range of 5.9 is not enough for the range rule, but detection looks at both ends."""
    data = make_aligned()
    data["hd"] = data["hd"] / data["hd"].max() * 5.9
    found = seen(data, features={"hd": FeatureChoice(type="circular")})
    info = next(each.type_info for each in found.features if each.name == "hd")

    assert info is not None
    assert info.circular_period == 2 * math.pi


def test_a_type_that_was_written_down_and_no_longer_holds_is_kept_with_a_warning() -> None:
    """A plan applied to another session says where detection disagrees."""
    choice = FeatureChoice(type="categorical", as_detected=True)
    found = seen(make_aligned(), features={"speed": choice, "hd": FeatureChoice(type="linear")})
    report = {each.name: each for each in found.features}

    assert report["speed"].forced
    assert [note.subject for note in found.notes if note.id == "type-overridden"] == ["hd"]


def test_an_ambiguous_type_is_said(rng: np.random.Generator) -> None:
    """It is treated as continuous, in the documented words."""
    data = make_aligned() | {"odd": np.round(rng.normal(size=1000), 1)}
    found = seen(data, features={"odd": FeatureChoice(type="ambiguous"), "hd": FeatureChoice()})

    texts = [note.text for note in found.notes if note.id == "type-ambiguous"]
    assert texts == [
        "Time series type is ambiguous (confidence: 1.00). Defaulting to continuous behavior. "
        "Consider specifying type explicitly."
    ]


@pytest.mark.parametrize("dtype", ["?", "u1", "u2", "i1", "f2", "f4"])
def test_every_dtype_of_a_feature_loads_and_stays(dtype: str) -> None:
    """Statistics are computed in float64; the stored values are not converted."""
    data = make_aligned() | {"lick": (np.arange(1000) // 50 % 2).astype(dtype)}
    experiment, _ = build(data, plan_of_arrays(data))

    lick = experiment.dynamic_features["lick"]
    assert isinstance(lick, TimeSeries)
    assert lick.type_info.subtype == "binary"
    stored = next(each for each in experiment.contents.features if each.name == "lick")
    assert stored.data.dtype == np.dtype(dtype)


def test_few_frames_are_said_not_warned() -> None:
    """The core gives notes; only the doors warn."""
    data = {name: array[..., :20] for name, array in make_aligned(n_frames=40).items()}

    assert {note.subject for note in seen(data).notes if note.id == "few-samples"} >= {"speed"}


def test_combined_features_come_first_and_keep_their_components() -> None:
    """Constant components are allowed; names are those of the combination."""
    data: dict[str, NDArray[Any]] = make_aligned() | {"flat": np.ones(1000)}
    specs = (AggregateSpec(of=("speed", "flat"), name="both"),)
    experiment, _ = build(data, plan_of_arrays(data, aggregate_features=specs))

    assert list(experiment.dynamic_features)[:2] == ["both", "speed"]
    assert "flat" not in experiment.dynamic_features
    both = experiment.dynamic_features["both"]
    assert isinstance(both, MultiTimeSeries)
    assert [each.name for each in both.ts_list] == ["both_0", "both_1"]
    np.testing.assert_array_equal(both.data, [data["speed"], data["flat"]])


def test_a_combination_that_lost_a_component_is_skipped_with_a_warning() -> None:
    """An array without any value cannot be a component."""
    data = make_aligned() | {"empty": np.full(1000, np.nan)}
    found = seen(data, aggregate_features=(AggregateSpec(of=("speed", "empty"), name="both"),))

    assert [note.text for note in found.notes if note.id == "aggregate-skipped"] == [
        "Skipping aggregation 'both': missing keys ['empty']"
    ]


def test_a_seed_adds_the_documented_noise_to_combinations() -> None:
    """The generators are those of the reference: one word of the seed's state for each."""
    data = make_aligned()
    data["x"], data["y"] = data.pop("position")
    specs = (AggregateSpec(of=("x", "y"), name="place"),)
    experiment, _ = build(data, plan_of_arrays(data, aggregate_features=specs, seed=7))

    rng = np.random.default_rng(np.random.SeedSequence(7).generate_state(2)[1])
    noise = np.array([rng.random(1000), rng.random(1000)]) * 1e-7
    place = experiment.dynamic_features["place"]
    np.testing.assert_array_equal(place.data, np.array([data["x"], data["y"]]) + noise)


def test_every_array_is_in_the_ledger_in_the_order_of_the_file() -> None:
    """Used, changed or dropped, with the reason."""
    data = make_aligned() | {
        "flat": np.ones(1000),
        "labels": np.array(["a"] * 1000),
        "map": np.zeros((3, 3, 3)),
        "turned": np.random.default_rng(0).random((1000, 3)),
        "sp": np.zeros((5, 1000)),
    }
    ledger = seen(data, features={"speed": FeatureChoice(rename="v")}).ledger

    assert [entry.name for entry in ledger] == list(data)
    assert {entry.name: (entry.fate, entry.why) for entry in ledger} == {
        "calcium": ("used", "neural data"),
        "speed": ("changed", "feature; named 'v'"),
        "hd": ("used", "feature"),
        "trial_type": ("used", "feature"),
        "position": ("used", "feature"),
        "flat": ("dropped", "constant or empty"),
        "labels": ("dropped", "not numeric (<U1)"),
        "map": ("dropped", "3 axes; a feature has one or two"),
        "turned": ("changed", "feature; transposed"),
        "sp": ("dropped", "the name is reserved and nothing reads it"),
    }


def test_types_are_detected_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second look with another choice costs nothing but the choice."""
    asked: list[str] = []

    def counting(values: Any, name: str) -> Any:
        asked.append(name)
        return detect_type(values, name)

    monkeypatch.setattr(look, "detect_type", counting)
    data, memory = make_aligned(), Detections()
    examine(data, plan_of_arrays(data), detections=memory)
    examine(
        data,
        plan_of_arrays(data, features={"hd": FeatureChoice(type="linear")}, bad_frames=((0, 9),)),
        detections=memory,
    )

    assert sorted(asked) == ["hd", "speed", "trial_type"]


def test_detection_can_be_cancelled() -> None:
    """Between features, at the latest."""

    def stop(progress: Progress) -> None:
        if progress.stage == "Detecting feature types" and progress.done == 1:
            progress.cancel()

    data = make_aligned()
    with pytest.raises(LoadCancelledError):
        examine(data, plan_of_arrays(data), progress=Progress(listener=stop))

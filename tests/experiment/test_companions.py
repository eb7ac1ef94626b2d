from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.experiment.contents import FeatureContent
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.signals.multi import MultiTimeSeries
from driada_widgets.core.signals.types import TimeSeriesType
from tests.golden_cases import cases
from tests.recordings import CIRCULAR, LINEAR, make_contents, make_feature


def _with(*features: FeatureContent, **changes: Any) -> Experiment:
    return Experiment.from_contents(make_contents(features=features, **changes))


def _companion(experiment: Experiment, name: str) -> MultiTimeSeries:
    companion = experiment.dynamic_features[f"{name}_2d"]
    assert isinstance(companion, MultiTimeSeries)
    return companion


@pytest.mark.parametrize("period", [2 * np.pi, 360, 1.0, 24.0])
def test_companions_are_cos_and_sin(period: float) -> None:
    """A circular feature must get its point on the unit circle, by its own period."""
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 600)
    type_info = replace(CIRCULAR, circular_period=period)
    feature = make_feature("hd", data=angle * period / (2 * np.pi), type_info=type_info)
    companion = _companion(_with(feature), "hd")

    assert np.allclose(np.stack([np.cos(angle), np.sin(angle)]), companion.data)
    assert [one.name for one in companion.ts_list] == ["cos", "sin"]
    assert [one.discrete for one in companion.ts_list] == [False, False]
    assert companion.name == "hd_2d"


def test_companions_follow_the_frames_left() -> None:
    """A companion must be made after bad frames are removed."""
    feature = make_feature("hd", type_info=CIRCULAR)
    experiment = _with(feature, bad_frames_mask=np.arange(600) < 100)

    assert np.allclose(np.cos(feature.data[100:]), _companion(experiment, "hd").data[0])


def test_companions_come_last() -> None:
    """Companions must follow all features, in the features' order."""
    experiment = _with(
        make_feature("a", type_info=CIRCULAR), make_feature("v"), make_feature("b", 600, CIRCULAR)
    )

    assert list(experiment.dynamic_features) == ["a", "v", "b", "a_2d", "b_2d"]
    assert vars(experiment)["a_2d"] is experiment.dynamic_features["a_2d"]


@pytest.mark.parametrize(
    "feature",
    [
        make_feature("v"),
        make_feature("hd_2d", type_info=CIRCULAR),
        make_feature("hd", type_info=replace(CIRCULAR, primary_type="discrete")),
        make_feature("xy", data=np.ones((2, 600)), type_info=None),
        make_feature("hd", type_info=CIRCULAR, companion=False),
    ],
    ids=["linear", "named-2d", "discrete", "two-dimensional", "not-wanted"],
)
def test_other_features_have_no_companion(feature: FeatureContent) -> None:
    """Only one-dimensional continuous circular features of another name may get one."""
    assert list(_with(feature).dynamic_features) == [feature.name]


def test_companions_can_be_left_out() -> None:
    """Without create_circular_2d there must be none."""
    feature = make_feature("hd", type_info=CIRCULAR)

    assert list(_with(feature, create_circular_2d=False).dynamic_features) == ["hd"]


@pytest.mark.parametrize(("scale", "period"), [(1.0, 1.0), (2 * np.pi, 2 * np.pi), (360.0, 360.0)])
@pytest.mark.parametrize(
    "metadata", [{}, {"min": None, "max": None}], ids=["unmeasured", "measured"]
)
def test_unknown_periods_are_read_off_the_range(
    scale: float, period: float, metadata: dict[str, Any]
) -> None:
    """Values within [0, 1], radians and degrees must be recognised, measured or not."""
    turns = np.random.default_rng(0).uniform(0, 1, 600)
    if metadata:
        metadata = {"min": float(turns.min() * scale), "max": float(turns.max() * scale)}
    type_info = replace(CIRCULAR, circular_period=None, metadata=metadata)
    experiment = _with(make_feature("hd", data=turns * scale, type_info=type_info))

    expected = np.cos(2 * np.pi * turns * scale / period)
    assert np.allclose(expected, _companion(experiment, "hd").data[0])


def test_periods_are_not_guessed() -> None:
    """A range that tells no period must give no companion, and a warning with the range."""
    values = np.linspace(0, 700, 600)
    type_info = replace(CIRCULAR, circular_period=None)
    experiment = _with(make_feature("wheel", data=values, type_info=type_info))

    notes = [note for note in experiment.notes if note.subject == "wheel"]
    assert not experiment.has_circular_2d("wheel")
    assert [(note.id, note.level) for note in notes] == [("circular-period-unknown", "warning")]
    assert "from 0 to 700" in notes[0].text


def test_a_feature_gives_way_to_a_companion() -> None:
    """A feature with a companion's name must be replaced where it stands, with a warning."""
    experiment = _with(make_feature("hd_2d"), make_feature("hd", type_info=CIRCULAR))

    assert list(experiment.dynamic_features) == ["hd_2d", "hd"]
    assert _companion(experiment, "hd").shape == (2, 600)
    assert "hd_2d" in [note.subject for note in experiment.notes if note.level == "warning"]


def test_companions_are_found_by_name() -> None:
    """The getters must answer for features with and without a companion."""
    experiment = _with(make_feature("hd", type_info=CIRCULAR), make_feature("v"))

    assert experiment.get_circular_2d_feature("hd") is experiment.dynamic_features["hd_2d"]
    assert experiment.get_circular_2d_feature("v") is None
    assert (experiment.has_circular_2d("hd"), experiment.has_circular_2d("v")) == (True, False)
    assert experiment.get_circular_features() == {"hd": experiment.dynamic_features["hd"]}


def test_companions_are_those_of_the_reference() -> None:
    """From the golden features and types, the companions must be the golden ones."""
    case = next(case for case in cases("aligned") if case.id == "S_A03_circular")
    arrays, value = case.expected_arrays, case.value
    features = tuple(
        FeatureContent(
            name=name,
            data=arrays[f"F|{name}|data"],
            type_info=TimeSeriesType(**described["type"]) if "type" in described else None,
        )
        for name, described in value["features"].items()
        if not name.endswith("_2d")
    )
    experiment = _with(*features, calcium=case.inputs["calcium"])

    assert value["feature_order"] == list(experiment.dynamic_features)
    for name, described in value["features"].items():
        shown = experiment.dynamic_features[name]
        assert np.allclose(arrays[f"F|{name}|data"], shown.data, rtol=0, atol=2e-7)
        assert described["n_valid_mask"] == shown.shuffle_mask.sum()
        if isinstance(shown, MultiTimeSeries):
            assert described["component_names"] == [one.name for one in shown.ts_list]
            subtypes = [one.type_info.subtype for one in shown.ts_list]
            assert [each["subtype"] for each in described["component_types"]] == subtypes


def test_types_of_components_are_those_of_the_recording() -> None:
    """Removing frames must not change the type that a component has."""
    steps = np.repeat(np.arange(60), 10).astype(float)
    data = np.stack([np.where(np.arange(600) < 590, 0.0, 1.0), steps])
    feature = make_feature("xy", data=data, type_info=None)
    trimmed = _with(feature, bad_frames_mask=np.arange(600) >= 590).dynamic_features["xy"]
    whole = _with(feature).dynamic_features["xy"]

    assert isinstance(trimmed, MultiTimeSeries)
    assert isinstance(whole, MultiTimeSeries)
    assert trimmed.ts_list[0].type_info.metadata["n_unique"] == 2
    assert trimmed.ts_list[0].type_info == whole.ts_list[0].type_info
    assert LINEAR.subtype == whole.ts_list[1].type_info.subtype

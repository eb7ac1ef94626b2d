"""Bad frames, names, types and combinations; and what resolve is as a function."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.errors import (
    DataShapeError,
    DataTypeError,
    LoaderError,
    MissingPackageError,
    ParameterError,
)
from driada_widgets.core.experiment.attributes import PROTECTED
from driada_widgets.core.report import Issue
from driada_widgets.core.request.edit import apply_changes
from driada_widgets.core.request.model import (
    AggregateSpec,
    FeatureChoice,
    NanPolicies,
    NanPolicy,
    SourceSpec,
    SpikeSpec,
)
from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.core.resolve import resolve
from tests.inventories import array, file_with, issues_of, plan_of, request_of
from tests.properties import examples

CALCIUM = array("calcium", 5, 1000)


def test_bad_frames_are_sorted_merged_and_cut() -> None:
    """Ranges are half-open; frames past the end are counted in one warning."""
    plan = plan_of(file_with(CALCIUM), bad_frames=((990, 1500), 5, (0, 3), (2, 5)))

    notes = [note for note in plan.notes if note.id == "bad-frames-past-end"]
    assert plan.bad_frames == ((0, 6), (990, 1000))
    assert [note.text for note in notes] == [
        "500 of 516 bad frames are past the end of the recording (frames 0…999) and are ignored: "
        "1000-1499."
    ]


@pytest.mark.parametrize(
    ("entry", "said"),
    [(-1, "−1 is outside 0…999"), (10.5, "10.5 is not a whole frame"), ((5, 2), "ends before")],
    ids=str,
)
def test_frames_that_are_none_are_refused_by_name(entry: Any, said: str) -> None:
    """No wrap-around, no rounding."""
    issue = issues_of(file_with(CALCIUM), bad_frames=(7, entry))["bad-frame-invalid"]

    assert ParameterError is issue.error
    assert said in issue.text


@pytest.mark.parametrize(("stop", "said"), [(1000, "no frame is"), (999, "1 frame is")])
def test_something_must_be_left(stop: int, said: str) -> None:
    """An experiment has at least two frames."""
    issue = issues_of(file_with(CALCIUM), bad_frames=((0, stop),))["all-frames-bad"]

    assert DataShapeError is issue.error
    assert said in issue.text


@pytest.mark.parametrize("name", sorted(set(PROTECTED) - {"calcium", "spikes"}))
def test_protected_names_need_another_name(name: str) -> None:
    """The text is the documented one, and one click renames."""
    inventory = file_with(CALCIUM, array(name, 1000))

    issue = issues_of(inventory)["feature-name-protected"]
    plan = resolve(apply_changes(request_of(), issue.fixes[0].changes), inventory)
    start = f"Dynamic feature names conflict with protected attributes: ['{name}']."
    assert issue.text.startswith(start)
    assert f"rename={{'{name}':" in issue.text + issue.fix
    assert isinstance(plan, LoadPlan)
    assert f"{name}_feature" in [item.feature for item in plan.arrays]


def test_two_features_cannot_have_one_name() -> None:
    """A new name must not hide another feature."""
    features = {"v": FeatureChoice(rename="speed")}
    inventory = file_with(CALCIUM, array("speed", 1000), array("v", 1000))

    assert "feature-name-double" in issues_of(inventory, features=features)


def test_names_that_differ_by_case_are_kept_with_a_warning() -> None:
    """They are two features here, and one file elsewhere."""
    plan = plan_of(file_with(CALCIUM, array("speed", 1000), array("Speed", 1000)))

    assert [note.level for note in plan.notes if note.id == "feature-name-case"] == ["warning"]


@pytest.mark.parametrize("name", ["../../out", "/abs", "a\0b", "CON", "x" * 300, "a/../../b", "x "])
def test_the_session_name_is_also_a_folder(name: str) -> None:
    """Whatever could leave the root is refused before any work."""
    assert (
        ParameterError
        is issues_of(file_with(CALCIUM), exp_params={"name": name})["name-invalid"].error
    )


def test_the_nearest_session_name_is_offered() -> None:
    """A file whose name cannot name an experiment is one click from one that can."""
    inventory = file_with(CALCIUM)
    issue = issues_of(inventory, exp_params={"name": "<b>: 1"})["name-invalid"]

    mended = apply_changes(request_of(exp_params={"name": "<b>: 1"}), issue.fixes[0].changes)
    planned = resolve(mended, inventory)
    assert [fix.label for fix in issue.fixes] == ["Name it 'b 1'"]
    assert isinstance(planned, LoadPlan)
    assert planned.name == "b 1"


def test_parts_of_a_lab_name_are_not_guessed() -> None:
    """The name of an IABS recording is made of its parts; another name would not be used."""
    source = SourceSpec(path=Path("a.npz"), data_source="IABS")
    params = {"track": "NOF", "animal_id": "a/b", "session": "1D"}
    issue = issues_of(file_with(CALCIUM), source=source, exp_params=params)["name-invalid"]

    assert issue.fixes == ()


def test_all_missing_keys_of_a_lab_name_are_named() -> None:
    """One look says what to fill in."""
    source = SourceSpec(kind="iabs", data_source="IABS")
    issue = issues_of(file_with(CALCIUM), source=source, exp_params={"track": "HT"})

    assert "'animal_id'" in issue["name-invalid"].text
    assert "'session'" in issue["name-invalid"].text
    assert issubclass(issue["name-invalid"].error, KeyError)


def test_an_unknown_type_word_is_refused() -> None:
    """The text lists the words that may be written."""
    features = {"v": FeatureChoice(type="circlar")}
    issue = issues_of(file_with(CALCIUM, array("v", 1000)), features=features)["type-unknown"]

    assert issue.text.startswith("Unknown type string 'circlar'. Must be one of: binary,")


def test_choices_for_names_that_are_not_there_are_told() -> None:
    """Documented as ignored; the near name is said all the same."""
    plan = plan_of(file_with(CALCIUM, array("v", 1000)), features={"w": FeatureChoice(type="c")})

    note = next(note for note in plan.notes if note.id == "feature-unknown")
    assert note.level == "info"


@pytest.mark.parametrize(
    ("choice", "is_whitelist"),
    [(FeatureChoice(type="linear"), True), (FeatureChoice(rename="w"), False)],
    ids=["a type", "a name"],
)
def test_only_types_make_a_whitelist(choice: FeatureChoice, is_whitelist: bool) -> None:
    """Renaming one feature must not change the type of another."""
    plan = plan_of(file_with(CALCIUM, array("v", 1000)), features={"v": choice})

    assert is_whitelist == plan.circular_whitelist


def test_a_policy_for_a_name_that_is_not_there_is_refused() -> None:
    """A misspelt policy would do nothing, silently."""
    nan = NanPolicies(arrays={"sped": NanPolicy(policy="drop")})
    issue = issues_of(file_with(CALCIUM, array("speed", 1000)), nan=nan)["nan-unknown"]

    assert "did you mean 'speed'?" in issue.text


@pytest.mark.parametrize(
    ("of", "name", "id_", "error"),
    [
        (("x", "xy"), "place", "aggregate-axes", DataShapeError),
        (("x", "x"), "y", "aggregate-name-taken", ParameterError),
        (("x", "trial"), "place", "aggregate-discrete", DataTypeError),
        (("x", "y"), "neurons", "feature-name-protected", ParameterError),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_combinations_are_checked(
    of: tuple[str, ...], name: str, id_: str, error: type[LoaderError]
) -> None:
    """Components are one-dimensional and continuous, and the new name is free."""
    inventory = file_with(
        CALCIUM, *(array(each, 1000) for each in ("x", "y", "trial")), array("xy", 2, 1000)
    )
    issues = issues_of(
        inventory,
        aggregate_features=(AggregateSpec(of=of, name=name),),
        features={"trial": FeatureChoice(type="categorical")},
    )

    assert error is issues[id_].error


def test_a_combination_without_its_component_is_skipped() -> None:
    """The documented text, given only when verbose."""
    spec = AggregateSpec(of=("x", "q"), name="place")
    plan = plan_of(file_with(CALCIUM, array("x", 1000)), aggregate_features=(spec,))

    note = next(note for note in plan.notes if note.id == "aggregate-skipped")
    assert note.text == "Skipping aggregation 'place': missing keys ['q']"
    assert note.verbose_only


@pytest.mark.parametrize(
    ("spikes", "outcome"),
    [
        (None, []),
        (SpikeSpec(method="wavelet", options={"n_iter": 2, "sigma": 4}), []),
        (SpikeSpec(method="threshold", options={"n_mad": 3.5}), []),
        (SpikeSpec(method="load-wavelet", options={"eps_sec": 0.2}), []),
        (SpikeSpec(method="load-threshold", options={"threshold_std": 3}), []),
        (SpikeSpec(method="matched", options={"min_snr": 4, "t_rise_sec": None}), []),
        (SpikeSpec(method="oasis", options={"order": 1}), []),
        (SpikeSpec(method="callable"), []),
        (SpikeSpec(method="wavelets"), ["spike-method-unknown"]),
        (SpikeSpec(method="wavelet", options={"n_iters": 2}), ["spike-option-wrong"]),
        (SpikeSpec(method="wavelet", options={"sigma": "8"}), ["spike-option-wrong"]),
        (SpikeSpec(method="wavelet", options={"max_event_dur": 0.2}), ["spike-option-wrong"]),
        (SpikeSpec(method="load-threshold", options={"sigma": 8}), ["spike-option-wrong"]),
        (SpikeSpec(method="matched", options={"n_iter": 3}), ["spike-option-wrong"]),
        (SpikeSpec(method="oasis", options={"order": 3}), ["spike-option-wrong"]),
    ],
    ids=str,
)
def test_spikes_are_asked_for_in_words_that_exist(
    spikes: SpikeSpec | None, outcome: list[str]
) -> None:
    """What does not exist or cannot be is refused before anything is read."""
    planned = resolve(request_of(spikes=spikes), file_with(CALCIUM))

    found = planned.notes if isinstance(planned, LoadPlan) else planned
    assert outcome == [each.id for each in found if "spike" in each.id]


def test_a_method_whose_package_is_missing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is read, with what to install."""
    monkeypatch.setitem(sys.modules, "oasis.functions", None)

    issues = resolve(request_of(spikes=SpikeSpec(method="oasis")), file_with(CALCIUM))

    assert isinstance(issues, tuple)
    assert [(issue.id, issue.error) for issue in issues] == [
        ("spike-package-missing", MissingPackageError)
    ]
    assert issues[0].fix == 'Run: pip install "driada-widgets[oasis]"'


def test_spikes_that_give_way_are_said() -> None:
    """The documented text, with the method's name as it is given as an argument."""
    spikes = array("spikes", 5, 1000)
    plan = plan_of(file_with(CALCIUM, spikes), spikes=SpikeSpec(method="load-wavelet"))

    assert [note.text for note in plan.notes if note.id == "spikes-overridden"] == [
        "Spike data will be overridden by reconstructed spikes from Ca2+ data with method=wavelet"
    ]


def test_what_cannot_be_written_down_is_said() -> None:
    """Arrays in memory and functions are not in the request, so it cannot be replayed alone."""
    memory = SourceSpec(kind="memory")
    plan = plan_of(file_with(CALCIUM), source=memory, spikes=SpikeSpec(method="callable"))

    assert ["arrays were in memory" in plan.not_replayable[0], len(plan.not_replayable)] == [
        True,
        2,
    ]
    assert plan_of(file_with(CALCIUM)).not_replayable == ()


def test_every_issue_comes_at_once() -> None:
    """A person mends everything in one go."""
    inventory = file_with(array("calcium", 5, 1000, 2), array("neurons", 1000))
    issues = issues_of(
        inventory,
        exp_params={"name": "../x"},
        static_features={"fps": -1},
        bad_frames=(-3,),
        transpose=("nothing",),
    )

    assert {
        "name-invalid",
        "constant-invalid",
        "feature-name-protected",
        "transpose-unknown",
        "calcium-not-2d",
        "bad-frame-invalid",
    } == set(issues)


SHAPES = st.lists(st.integers(0, 12), max_size=3)
DTYPES = st.sampled_from(["f8", "f4", "i2", "?", "O", "U3", "c16", "M8[s]", "V0", ">i4"])
NAMES = st.sampled_from(
    ["calcium", "Calcium", "spikes", "Spikes", "asp", "v", "V", "neurons", "_metadata", "fps", ""]
)


@examples(150)
@given(
    st.lists(st.tuples(NAMES, SHAPES, DTYPES), max_size=6, unique_by=lambda item: item[0]),
    st.lists(st.one_of(st.integers(-2, 20), st.floats(0, 20)), max_size=3),
    st.dictionaries(NAMES, st.builds(FeatureChoice, use=st.booleans(), rename=NAMES), max_size=3),
    st.lists(NAMES, max_size=2),
)
def test_resolve_never_raises_and_is_deterministic(
    headers: list[tuple[str, list[int], str]],
    bad_frames: list[Any],
    features: dict[str, FeatureChoice],
    transpose: list[str],
) -> None:
    """Whatever meets, the answer is a plan or issues, and the same one twice."""
    inventory = file_with(*(array(name, *shape, dtype=dt) for name, shape, dt in headers))
    request = request_of(
        bad_frames=tuple(bad_frames), features=features or None, transpose=tuple(transpose)
    )

    first, second = resolve(request, inventory), resolve(request, inventory)
    assert first == second
    assert isinstance(first, LoadPlan) or (
        first and all(isinstance(issue, Issue) for issue in first)
    )

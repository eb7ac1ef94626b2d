"""Which axis is time, and whether all arrays agree on it."""

from __future__ import annotations

import pytest

from driada_widgets.core.errors import DataShapeError, DataTypeError, ParameterError
from driada_widgets.core.request.edit import apply_changes
from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.core.resolve import resolve
from tests.inventories import array, file_with, issues_of, plan_of, request_of


def test_a_feature_proves_that_calcium_is_turned() -> None:
    """The proof is in the text, and one click makes a plan of the right size."""
    inventory = file_with(array("calcium", 1000, 5), array("spikes", 1000, 5), array("speed", 1000))

    issue = issues_of(inventory)["calcium-transposed"]
    plan = resolve(apply_changes(request_of(), issue.fixes[0].changes), inventory)
    assert DataShapeError is issue.error
    assert issue.text == "calcium is 1000×5 but 'speed' has 1000 frames: looks transposed."
    assert isinstance(plan, LoadPlan)
    assert (plan.n_cells, plan.n_frames) == (5, 1000)
    assert {"calcium", "spikes"} == {item.name for item in plan.arrays if item.transpose}


@pytest.mark.parametrize(
    ("shape", "features", "id_"),
    [
        ((900, 400), {}, "orientation-unproven"),
        ((1000, 5), {}, "orientation-unproven"),
        ((300, 300), {}, "orientation-square"),
        ((300, 300), {"speed": 300}, "orientation-square"),
    ],
    ids=["more cells than frames", "many more", "square", "square with a feature"],
)
def test_what_cannot_be_proved_is_asked(
    shape: tuple[int, int], features: dict[str, int], id_: str
) -> None:
    """Python gets a warning and the arrays as they are; the panel waits for an answer."""
    arrays = [array(name, length) for name, length in features.items()]
    plan = plan_of(file_with(array("calcium", *shape), *arrays))

    note = next(note for note in plan.notes if note.id == id_)
    assert (note.level, note.asks) == ("warning", True)
    assert shape == (plan.n_cells, plan.n_frames)
    assert note.fixes[0].changes == ((("transpose",), "calcium"),)


@pytest.mark.parametrize("transpose", [(), ("calcium",)], ids=["as stored", "turned"])
def test_an_answer_or_a_proof_ends_the_question(transpose: tuple[str, ...]) -> None:
    """Nothing is asked where features fit, or where a person said how it is."""
    shape = (1000, 1200) if not transpose else (900, 400)
    length = 1200 if not transpose else 900
    plan = plan_of(file_with(array("calcium", *shape), array("v", length)), transpose=transpose)

    assert not [note for note in plan.notes if note.asks]
    assert length == plan.n_frames


@pytest.mark.parametrize(
    ("lengths", "said"),
    [
        (
            {"speed": 993},
            '"speed" feature has inappropriate shape: (993,) inconsistent with data length 1000:',
        ),
        ({"speed": 1001, "v": 1000}, "Dynamic features have different lengths:"),
    ],
    ids=["all equal", "mixed"],
)
def test_every_length_is_listed_beside_that_of_calcium(lengths: dict[str, int], said: str) -> None:
    """One look at the message shows which array is odd."""
    features = [array(name, length) for name, length in lengths.items()]
    issue = issues_of(file_with(array("calcium", 5, 1000), *features))["feature-length"]

    assert DataShapeError is issue.error
    assert issue.text.startswith(said)
    for name, length in lengths.items():
        assert f"\n  {name}: {length} timepoints" in issue.text
    assert issue.text.endswith("\n  calcium: 1000 timepoints (neural data)")
    assert [fix.label for fix in issue.fixes] == ["Leave out 'speed'"]


def test_components_stored_frames_first_are_turned_and_it_is_said() -> None:
    """Only one axis can be time, so the array is turned; nothing is turned silently."""
    plan = plan_of(file_with(array("calcium", 5, 1000), array("position", 1000, 2)))

    note = next(note for note in plan.notes if note.id == "feature-transposed")
    assert "'position' is stored frames first (1000, 2)" in note.text
    assert [item.name for item in plan.arrays if item.transpose] == ["position"]


def test_components_that_fit_both_ways_stay() -> None:
    """Where both axes fit, the documented orientation holds."""
    plan = plan_of(file_with(array("calcium", 5, 1000), array("map", 1000, 1000)))

    assert not [item for item in plan.arrays if item.transpose]


@pytest.mark.parametrize("name", ["spikes", "asp", "reconstructions"])
@pytest.mark.parametrize("shape", [(7, 1000), (5, 995), (1000,)], ids=str)
def test_arrays_of_neurons_must_have_the_shape_of_calcium(
    name: str, shape: tuple[int, ...]
) -> None:
    """Both shapes are named; nothing is cut to fit."""
    issue = issues_of(file_with(array("calcium", 5, 1000), array(name, *shape)))["per-cell-shape"]

    assert DataShapeError is issue.error
    assert str(shape) in issue.text
    assert "(5, 1000)" in issue.text


def test_turned_spikes_are_offered_to_be_turned() -> None:
    """The fix is one click where the axes are only swapped."""
    inventory = file_with(array("calcium", 5, 1000), array("spikes", 1000, 5))

    issue = issues_of(inventory)["per-cell-shape"]
    plan = resolve(apply_changes(request_of(), issue.fixes[0].changes), inventory)
    assert isinstance(plan, LoadPlan)
    assert [item.name for item in plan.arrays if item.transpose] == ["spikes"]


def test_complex_spikes_are_refused() -> None:
    """What is stored for neurons must be real numbers."""
    issue = issues_of(file_with(array("calcium", 5, 9), array("spikes", 5, 9, dtype=complex)))

    assert DataTypeError is issue["per-cell-type"].error


def test_an_unknown_name_in_transpose_is_refused() -> None:
    """A misspelt name must not be passed over in silence."""
    issue = issues_of(file_with(array("calcium", 5, 1000)), transpose=("calcum",))

    assert ParameterError is issue["transpose-unknown"].error
    assert "did you mean 'calcium'?" in issue["transpose-unknown"].text

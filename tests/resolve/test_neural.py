"""Which array is the neural data, and which cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import (
    AmbiguousKeyError,
    DataShapeError,
    DataTypeError,
    ParameterError,
)
from driada_widgets.core.report import Fix
from driada_widgets.core.request.edit import apply_changes
from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.core.resolve import resolve
from driada_widgets.core.resolve.neural import NEURAL_ALIASES
from tests.inventories import array, file_with, issues_of, plan_of, request_of


@pytest.mark.parametrize("name", ["calcium", "Calcium", "ACTIVITY", "rates", "Neural_Data"])
def test_any_alias_in_any_case_is_neural_data(name: str) -> None:
    """Names are matched whatever their case, in files as in memory."""
    plan = plan_of(file_with(array("speed", 100), array(name, 3, 100)))

    chosen = plan.array_of("calcium")
    assert chosen is not None
    assert name == chosen.name
    assert (plan.n_cells, plan.n_frames) == (3, 100)


def test_the_earlier_alias_wins_and_it_is_said() -> None:
    """The answer must not depend on the order of the file or on hash seeds."""
    arrays = [array(name, 3, 100) for name in reversed(NEURAL_ALIASES)]
    plan = plan_of(file_with(*arrays))

    chosen = plan.array_of("calcium")
    note = next(note for note in plan.notes if note.id == "neural-several")
    assert chosen is not None
    assert chosen.name == "calcium"
    assert note.level == "warning"
    assert "'activity'" in note.text
    assert {"activations", "neural_data", "activity", "rates"} == {
        entry.name for entry in plan.ledger if entry.fate == "dropped"
    }


def test_a_named_array_wins_over_aliases() -> None:
    """``neural=`` picks any array; the aliases are then left out, not features."""
    plan = plan_of(file_with(array("calcium", 3, 100), array("traces", 5, 100)), neural="traces")

    assert (plan.n_cells, plan.n_frames) == (5, 100)
    assert plan.names_to_read == ("traces",)


def test_names_that_differ_by_case_are_ambiguous() -> None:
    """Both are listed with their shapes, and each fix leads to a plan."""
    inventory = file_with(array("calcium", 3, 100), array("Calcium", 4, 100))

    issue = issues_of(inventory)["neural-ambiguous"]
    plans = [resolve(apply_changes(request_of(), fix.changes), inventory) for fix in issue.fixes]
    assert AmbiguousKeyError is issue.error
    assert "'calcium' (3, 100) and 'Calcium' (4, 100)" in issue.text
    assert [plan.n_cells for plan in plans if isinstance(plan, LoadPlan)] == [3, 4]


def test_an_unknown_name_gets_the_nearest_one() -> None:
    """A slip of the finger is answered with what was meant."""
    issue = issues_of(file_with(array("traces", 3, 100)), neural="trces")["neural-unknown"]

    assert ParameterError is issue.error
    assert "did you mean 'traces'?" in issue.text


def test_without_neural_data_every_candidate_is_offered() -> None:
    """The text names the aliases and is found by the contract's words too."""
    inventory = file_with(array("traces", 3, 100), array("speed", 100))

    issue = issues_of(inventory)["neural-missing"]
    assert issue.text.startswith(
        "NPZ file must contain neural data under one of: "
        "['activations', 'activity', 'calcium', 'neural_data', 'rates']"
    )
    assert issue.text.endswith("No calcium data found!")
    assert (
        Fix(
            label="Use 'traces' (3, 100) as neural data",
            changes=((("source", "neural"), "traces"),),
        ),
    ) == issue.fixes


def test_without_any_candidate_it_says_what_is_needed() -> None:
    """Behaviour alone is no recording of neurons: no button can help, words can."""
    issue = issues_of(file_with(array("speed", 100)))["neural-missing"]

    assert issue.fixes == ()
    assert "neurons × frames" in issue.fix


def test_arrays_in_memory_are_keys_of_a_dictionary() -> None:
    """Where there is no file, none is spoken of."""
    issue = issues_of(file_with(array("speed", 100), path=None))["neural-missing"]

    assert issue.text.startswith("No neural data found. Use one of these keys: ['activations',")


@pytest.mark.parametrize(
    ("shape", "dtype", "error", "said"),
    [
        ((1000,), float, DataShapeError, "calcium must be 2-D (neurons × frames); got (1000,)"),
        ((5, 1000, 2), float, DataShapeError, "got (5, 1000, 2)"),
        ((), float, DataShapeError, "got ()"),
        ((0, 1000), float, DataShapeError, "no neurons (0, 1000)"),
        ((5, 1), float, DataShapeError, "1 frame (5, 1); at least 2 are needed"),
        ((5, 0), float, DataShapeError, "no frames (5, 0)"),
        ((5, 1000), [("a", "f8"), ("b", "f8")], DataTypeError, "fields a, b; pick one"),
        ((5, 1000), np.complex128, DataTypeError, "complex (complex128); take abs or real?"),
        ((5, 1000), "U1", DataTypeError, "does not hold numbers but <U1"),
        ((5, 1000), "M8[s]", DataTypeError, "does not hold numbers but datetime64[s]"),
    ],
    ids=str,
)
def test_what_cannot_be_calcium_is_refused(
    shape: tuple[int, ...], dtype: Any, error: type[Exception], said: str
) -> None:
    """Shape and dtype are judged before anything is read."""
    (issue,) = issues_of(file_with(array("calcium", *shape, dtype=dtype))).values()

    assert error is issue.error
    assert said in issue.text


@pytest.mark.parametrize("dtype", [">f4", ">i2", "u1", "i2", "f2", "?", "O"], ids=str)
def test_numbers_of_any_dtype_can_be_calcium(dtype: str) -> None:
    """Integers, foreign byte order and Python numbers are data; objects are judged when read."""
    assert plan_of(file_with(array("calcium", 5, 1000, dtype=dtype))).n_cells == 5


def test_an_unreadable_array_is_refused_in_the_words_of_its_reader() -> None:
    """What the reader said stays, with its class, and other arrays are offered."""
    broken = array("calcium", 5, 1000, problem="calcium is damaged", error=DataTypeError)

    issue = issues_of(file_with(broken, array("traces", 5, 1000)))["neural-unreadable"]
    assert ("calcium is damaged", DataTypeError) == (issue.text, issue.error)
    assert [fix.label for fix in issue.fixes] == ["Use 'traces' (5, 1000) as neural data"]
